// expect: update() takes a function of a Record& that alters it in place
// errors: 1
#include "shop.inc"

bool rename(cambium::Writer<Customers>& customers) {
#ifdef MISUSE
    return customers.update(7, [](auto& customer) { return Customer(customer); });
#else
    return customers.update(7, [](auto& customer) { return customer.email = "new"; });
#endif
}
