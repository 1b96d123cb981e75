// expect: two indexes of this table have the same name
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using ByEmail = cambium::Unique<"city", &Customer::email>;
#else
using ByEmail = cambium::Unique<"email", &Customer::email>;
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor,
                               cambium::OrderedIndex<"city", &Customer::city>, ByEmail> {};

template void use<People>(const People::Record&);
