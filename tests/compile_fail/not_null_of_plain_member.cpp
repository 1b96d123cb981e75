// expect: NotNull names a std::optional member, RowVersion a member of an unsigned type
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Rule = cambium::NotNull<&Customer::email>;
#else
using Rule = cambium::NotNull<&Customer::city>;
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor, Rule> {};

template void use<People>(const People::Record&);
