// expect: join<> takes the name of a foreign key of this table
// errors: 1
#include "shop.inc"

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor,
                               cambium::ForeignKey<"customer", Customers, &Order::customer>,
                               cambium::OrderedIndex<"number", &Order::number>> {};

std::size_t joined(cambium::ReadTransaction& txn) {
#ifdef MISUSE
    return cambium::Reader<Orders>{txn}.all().join<"number">().collect().size();
#else
    return cambium::Reader<Orders>{txn}.all().join<"customer">().collect().size();
#endif
}
