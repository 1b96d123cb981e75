// expect: the codec of this table has no view of its value
// errors: 1
#include "shop.inc"

std::size_t city(cambium::ReadTransaction& txn) {
    cambium::Reader<Customers> customers{txn};
#ifdef MISUSE
    return customers.view(1) ? 1 : 0;
#else
    return customers.get(1) ? 1 : 0;
#endif
}
