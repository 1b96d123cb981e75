// expect: an index of this table covers a field whose type cannot be a key
// errors: 1
#include "shop.inc"

std::vector<std::string> parts(const Order& order);

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", &Order::customer, cambium::covering<&parts>>;
#else
using Index = cambium::OrderedIndex<"x", &Order::customer, cambium::covering<&Order::number>>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
