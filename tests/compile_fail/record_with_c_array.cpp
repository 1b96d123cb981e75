// expect: a record may not hold a C array
// errors: 1
#include <array>

#include "shop.inc"

struct Invoice {
    std::uint64_t number{};
#ifdef MISUSE
    std::uint8_t digest[32]{};
#else
    std::array<std::uint8_t, 32> digest{};
#endif
};

struct Invoices : cambium::Table<"invoices", Invoice, cambium::PrimaryKey<&Invoice::number>, cambium::Cbor> {};

template void use<Invoices>(const Invoices::Record&);
