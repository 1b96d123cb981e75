// expect: says that there is no field of that name any more
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Formerly = cambium::Renamed<"email", &Customer::city>;
#else
using Formerly = cambium::Renamed<"town", &Customer::city>;
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor, Formerly> {};

template void use<People>(const People::Record&);
