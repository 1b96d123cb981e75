// expect: an index of this table has no column
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", cambium::version<2>>;
#else
using Index = cambium::OrderedIndex<"x", &Order::customer>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
