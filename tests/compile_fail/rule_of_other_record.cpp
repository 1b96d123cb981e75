// expect: a NotNull or RowVersion of this table names a member of another record type
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Rule = cambium::RowVersion<&Order::number>;
#else
using Rule = cambium::RowVersion<&Customer::id>;
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::email>, cambium::Cbor, Rule> {};

template void use<People>(const People::Record&);
