// expect: a column of this table's primary key or of an index has a type that cannot be a key
// errors: 1
#include "shop.inc"

struct Invoice {
    std::uint64_t number{};
#ifdef MISUSE
    std::vector<std::uint32_t> customer{};
#else
    std::uint32_t customer{};
#endif
};

struct Invoices : cambium::Table<"invoices", Invoice, cambium::PrimaryKey<&Invoice::number>, cambium::Cbor,
                                 cambium::OrderedIndex<"customer", &Invoice::customer>> {};

template void use<Invoices>(const Invoices::Record&);
