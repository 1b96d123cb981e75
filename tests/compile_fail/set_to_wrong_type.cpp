// expect: the value given to set() does not convert to the type of the member
// errors: 1
#include "shop.inc"

void patch(cambium::Writer<Customers>& customers) {
#ifdef MISUSE
    customers.patch(7, cambium::set<&Customer::email>(8));
#else
    customers.patch(7, cambium::set<&Customer::email>("8"));
#endif
}
