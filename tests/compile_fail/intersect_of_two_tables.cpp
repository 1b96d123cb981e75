// expect: intersect(), unite() and subtract() take two queries of one table, keys() or filter() of one
// errors: 1
#include "shop.inc"

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor> {};

std::size_t both(cambium::ReadTransaction& txn) {
    const cambium::Reader<Customers> customers{txn};
#ifdef MISUSE
    const auto found = cambium::intersect(customers.all(), cambium::Reader<Orders>{txn}.all());
#else
    const auto found = cambium::intersect(customers.all(), customers.by<"email">().prefix("a"));
#endif
    return found.collect().size();
}
