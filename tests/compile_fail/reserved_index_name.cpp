// expect: an index of this table has a name that begins with
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using ByCity = cambium::OrderedIndex<"cambium.expiry", &Customer::city>;
#else
using ByCity = cambium::OrderedIndex<"cambium", &Customer::city>;
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor, ByCity> {};

template void use<People>(const People::Record&);
