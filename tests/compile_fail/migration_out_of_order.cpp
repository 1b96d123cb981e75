// expect: the migrations of a table stand in order of their versions, without a gap
// errors: 1
#include "shop.inc"

struct OldCustomer {
    std::uint64_t id{};
    std::string email{};
};

Customer from_old(const OldCustomer& old) {
    return {.id = old.id, .email = old.email};
}

#ifdef MISUSE
using Version = cambium::SchemaVersion<3>;
#else
using Version = cambium::SchemaVersion<2>;
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor, Version,
                               cambium::Migration<1, OldCustomer, &from_old>> {};

template void use<People>(const People::Record&);
