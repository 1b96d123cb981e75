// expect: AutoIncrement needs a primary key of one integer column, GeneratedUuid one of one Uuid column
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Key = cambium::PrimaryKey<&Customer::email>;
#else
using Key = cambium::PrimaryKey<&Customer::id>;
#endif

struct Numbered : cambium::Table<"numbered", Customer, Key, cambium::Cbor, cambium::AutoIncrement> {};

template void use<Numbered>(const Numbered::Record&);
