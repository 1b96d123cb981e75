// expect: where<> in an index of this table takes a named function of one const Record& that returns bool
// errors: 1
#include "shop.inc"

std::string text(const Order& order);
bool large(const Order& order);

#ifdef MISUSE
using Index = cambium::OrderedIndex<"x", &Order::customer, cambium::where<&text>>;
#else
using Index = cambium::OrderedIndex<"x", &Order::customer, cambium::where<&large>>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, Index> {};

template void use<Orders>(const Orders::Record&);
