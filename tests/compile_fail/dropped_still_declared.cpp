// expect: says that there is no field of that name any more
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Gone = cambium::Dropped<"email">;
#else
using Gone = cambium::Dropped<"fax">;
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor, Gone> {};

template void use<People>(const People::Record&);
