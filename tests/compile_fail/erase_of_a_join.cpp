// expect: erase() takes a primary key, or a query of this table: rows, keys(), filter()
// errors: 1
#include "shop.inc"

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor,
                               cambium::ForeignKey<"customer", Customers, &Order::customer>> {};

std::uint64_t forget(cambium::WriteTransaction& txn) {
    cambium::Writer<Orders> orders{txn};
#ifdef MISUSE
    return orders.erase(orders.all().join<"customer">());
#else
    return orders.erase(orders.all());
#endif
}
