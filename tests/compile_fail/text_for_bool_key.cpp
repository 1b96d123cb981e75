// expect-gcc: to 'cambium::detail::Parameter<bool>'
// expect-clang: no viable conversion from 'const char[6]' to 'Parameter<bool>'
// errors: 1
#include "shop.inc"

struct Switch {
    std::uint64_t id{};
    bool on{};
};
struct Switches : cambium::Table<"switches", Switch, cambium::PrimaryKey<&Switch::id>, cambium::Cbor,
                                 cambium::OrderedIndex<"on", &Switch::on>> {};

std::uint64_t count(cambium::ReadTransaction& txn) {
    cambium::Reader<Switches> switches{txn};
#ifdef MISUSE
    return switches.by<"on">().equal("false").count();
#else
    return switches.by<"on">().equal(false).count();
#endif
}
