// expect: ignore_case<> in an index of this table takes a text
// errors: 1
#include "shop.inc"

std::string text(const Order& order);

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", cambium::ignore_case<&Order::customer>>;
#else
using Index = cambium::OrderedIndex<"x", cambium::ignore_case<&text>>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
