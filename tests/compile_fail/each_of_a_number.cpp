// expect: each<> in an index of this table takes a container of values
// errors: 1
#include "shop.inc"

std::vector<std::string> parts(const Order& order);

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", cambium::each<&Order::customer>>;
#else
using Index = cambium::OrderedIndex<"x", cambium::each<&parts>>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
