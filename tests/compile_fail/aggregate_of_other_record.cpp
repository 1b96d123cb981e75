// expect: select<> or aggregate<> names a member of another record type than the table's
// errors: 1
#include "shop.inc"

#ifdef MISUSE
inline constexpr auto kNumber = &Order::number;
#else
inline constexpr auto kNumber = &Customer::id;
#endif

std::uint64_t sum(cambium::ReadTransaction& txn) {
    const cambium::Reader<Customers> customers{txn};
    std::uint64_t sum = customers.all().filter([](const Customer& c) { return c.id > 7; }).aggregate<kNumber>().sum;
    for (const auto& [city, values] : customers.by<"city">().all().aggregate_by<1, kNumber>()) sum += values.count;
    return sum;
}
