// expect: is not a pointer to a data member of the record, to a const
// errors: 1
#include "shop.inc"

std::uint64_t sum(const Order& a, const Order& b);
std::uint64_t twice(const Order& order);

#ifdef MISUSE
using Index = cambium::OrderedIndex<"sum", &sum>;
#else
using Index = cambium::OrderedIndex<"sum", &twice>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
