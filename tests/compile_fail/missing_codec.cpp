// expect: a table needs exactly one codec
// errors: 1
#include "shop.inc"

#ifdef MISUSE
struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>> {};
#else
struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor> {};
#endif

template void use<Orders>(const Orders::Record&);
