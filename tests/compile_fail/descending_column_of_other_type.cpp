// expect-gcc: cannot convert
// expect-clang: no viable conversion from
// errors: 1
#include "shop.inc"

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor,
                               cambium::Unique<"customer", cambium::descending<&Order::customer>>> {};

bool known(cambium::ReadTransaction& txn) {
    cambium::Reader<Orders> orders{txn};
#ifdef MISUSE
    return orders.by<"customer">().get("ada").has_value();
#else
    return orders.by<"customer">().get(7).has_value();
#endif
}
