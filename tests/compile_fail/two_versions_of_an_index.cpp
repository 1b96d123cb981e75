// expect: two where<>, two covering<> or two version<>
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", &Order::customer, cambium::version<2>, cambium::version<3>>;
#else
using Index = cambium::OrderedIndex<"x", &Order::customer, cambium::version<2>>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
