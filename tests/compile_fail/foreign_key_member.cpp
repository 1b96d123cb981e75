// expect: the primary key of this table names a member of another record type
// errors: 1
#include "shop.inc"

#ifdef MISUSE
struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Customer::id>, cambium::Cbor> {};
#else
struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor> {};
#endif

template void use<Orders>(const Orders::Record&);
