// expect: no const or reference field
// errors: 1
#include "shop.inc"

struct Receipt {
    std::uint64_t number{};
#ifdef MISUSE
    const std::uint32_t total = 0;
#else
    std::uint32_t total = 0;
#endif
};

struct Receipts : cambium::Table<"receipts", Receipt, cambium::PrimaryKey<&Receipt::number>, cambium::Cbor> {};

template void use<Receipts>(const Receipts::Record&);
