// expect: names a member of the record of its table
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Formerly = cambium::Renamed<"remark", &Order::customer>;
#else
using Formerly = cambium::Renamed<"mail", &Customer::email>;
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor, Formerly> {};

template void use<People>(const People::Record&);
