// expect: a RowVersion names a member of the primary key, and every change of a record counts it up
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Counted = cambium::RowVersion<&Order::number>;
#else
using Counted = cambium::RowVersion<&Order::customer>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Counted> {};

template void use<Orders>(const Orders::Record&);
