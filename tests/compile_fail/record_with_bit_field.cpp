// expect: a record may not hold a bit-field
// errors: 1
#include "shop.inc"

struct Invoice {
    std::uint64_t number{};
#ifdef MISUSE
    std::uint32_t pages : 12 = 0;
#else
    std::uint32_t pages = 0;
#endif
    std::string title{};
};

struct Invoices : cambium::Table<"invoices", Invoice, cambium::PrimaryKey<&Invoice::number>, cambium::Cbor> {};

template void use<Invoices>(const Invoices::Record&);
