// expect: the record of a table must be an aggregate
// errors: 1
#include "shop.inc"

struct Invoice {
#ifdef MISUSE
    explicit Invoice(std::uint64_t n) : number(n) {}
#endif
    std::uint64_t number{};
};

struct Invoices : cambium::Table<"invoices", Invoice, cambium::PrimaryKey<&Invoice::number>, cambium::Cbor> {};

template void use<Invoices>(const Invoices::Record&);
