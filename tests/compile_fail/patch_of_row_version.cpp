// expect: patch() cannot set the row version: every write keeps it
// errors: 1
#include "shop.inc"

struct Counters : cambium::Table<"counters", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor,
                                 cambium::RowVersion<&Order::customer>> {};
struct Plain : cambium::Table<"counters", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor> {};

#ifdef MISUSE
using Patched = Counters;
#else
using Patched = Plain;
#endif

void patch(cambium::Writer<Patched>& orders) {
    orders.patch(7, cambium::set<&Order::customer>(8));
}
