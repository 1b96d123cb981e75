// expect: patch() cannot change a member of the primary key: erase the record and insert it anew
// errors: 1
#include "shop.inc"

void patch(cambium::Writer<Customers>& customers) {
#ifdef MISUSE
    customers.patch(7, cambium::set<&Customer::id>(8));
#else
    customers.patch(7, cambium::set<&Customer::email>("ada@example.org"));
#endif
}
