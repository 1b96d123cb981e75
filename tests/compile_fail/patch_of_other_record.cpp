// expect: patch() sets a member of another record type
// errors: 1
#include "shop.inc"

void patch(cambium::Writer<Customers>& customers) {
#ifdef MISUSE
    customers.patch(7, cambium::set<&Order::customer>(8));
#else
    customers.patch(7, cambium::set<&Customer::city>("Paris"));
#endif
}
