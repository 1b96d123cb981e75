// expect: a ForeignKey with set_null makes a column null that is NotNull
// errors: 1
#include "shop.inc"

struct Gift {
    std::uint64_t number{};
    std::optional<std::uint64_t> giver{};
    std::optional<std::uint64_t> taker{};
};

#ifdef MISUSE
using Rule = cambium::NotNull<&Gift::giver>;
#else
using Rule = cambium::NotNull<&Gift::taker>;
#endif

struct Gifts : cambium::Table<"gifts", Gift, cambium::PrimaryKey<&Gift::number>, cambium::Cbor, Rule,
                              cambium::ForeignKey<"giver", Customers, &Gift::giver, cambium::set_null>> {};

template void use<Gifts>(const Gifts::Record&);
