// expect: the function of a Migration takes the old record by const reference and returns the record of
// errors: 1
#include "shop.inc"

struct OldCustomer {
    std::uint64_t id{};
    std::string email{};
};

#ifdef MISUSE
int from_old(const Customer&) {
    return 0;
}
#else
Customer from_old(const OldCustomer& old) {
    return {.id = old.id, .email = old.email};
}
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor,
                               cambium::SchemaVersion<2>, cambium::Migration<1, OldCustomer, &from_old>> {};

template void use<People>(const People::Record&);
