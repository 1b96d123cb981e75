// expect: a record may not hold a bit-field
// errors: 1
#include "shop.inc"

struct Flags {
#ifdef MISUSE
    bool paid : 1;
    bool sent : 1;
#else
    bool paid = false;
    bool sent = false;
#endif
};

struct Invoice {
    std::uint64_t number{};
    std::vector<Flags> flags{};
};

struct Invoices : cambium::Table<"invoices", Invoice, cambium::PrimaryKey<&Invoice::number>, cambium::Cbor> {};

template void use<Invoices>(const Invoices::Record&);
