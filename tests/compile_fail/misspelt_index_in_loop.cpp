// expect: this table has no index of that name
// errors: 1
#include "shop.inc"

std::size_t letters(cambium::ReadTransaction& txn) {
    cambium::Reader<Customers> customers{txn};
    std::size_t total = 0;
#ifdef MISUSE
    for (const Customer& customer : customers.by<"town">().equal("London").reverse().limit(10)) {
#else
    for (const Customer& customer : customers.by<"city">().equal("London").reverse().limit(10)) {
#endif
        total += customer.email.size();
    }
    return total;
}
