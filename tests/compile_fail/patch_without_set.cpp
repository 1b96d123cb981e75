// expect: patch() takes the primary key, then cambium::set<&Record::member>(value) for every field to change
// errors: 1
#include "shop.inc"

void patch(cambium::Writer<Customers>& customers) {
#ifdef MISUSE
    customers.patch(7, "Paris");
#else
    customers.patch(7, cambium::set<&Customer::city>(std::nullopt));
#endif
}
