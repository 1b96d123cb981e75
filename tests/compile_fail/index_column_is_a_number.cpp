// expect: is not a pointer to a data member of the record, to a const
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", 7>;
#else
using Index = cambium::OrderedIndex<"x", &Order::customer>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
