// expect: an index of this table names a member of another record type
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using ByCustomer = cambium::OrderedIndex<"customer", &Customer::id>;
#else
using ByCustomer = cambium::OrderedIndex<"customer", &Order::customer>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, ByCustomer> {};

template void use<Orders>(const Orders::Record&);
