// expect: two tables of this Database::open have the same name
// errors: 1
#include "shop.inc"

#ifdef MISUSE
#define NAME "customers"
#else
#define NAME "orders"
#endif

struct Orders : cambium::Table<NAME, Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor> {};

auto open() {
    return cambium::Database::open<Customers, Orders>("shop.cambium");
}
