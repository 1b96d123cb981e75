// expect: filter() takes a function of one row that returns bool
// errors: 1
#include "shop.inc"

std::uint64_t some(cambium::ReadTransaction& txn) {
#ifdef MISUSE
    return cambium::Reader<Customers>{txn}.all().filter([](int number) { return number > 0; }).count();
#else
    return cambium::Reader<Customers>{txn}.all().filter([](const Customer& c) { return c.id > 0; }).count();
#endif
}
