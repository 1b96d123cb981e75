// expect: has a type that cannot be a key
// errors: 1
#include "shop.inc"

std::vector<std::string> parts(const Order& order);

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", &parts>;
#else
using Index = cambium::OrderedIndex<"x", cambium::each<&parts> >;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
