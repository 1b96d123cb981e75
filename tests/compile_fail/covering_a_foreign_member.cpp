// expect: an index of this table covers a member of another record type
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", &Order::customer, cambium::covering<&Customer::email>>;
#else
using Index = cambium::OrderedIndex<"x", &Order::customer, cambium::covering<&Order::number>>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
