// expect: select<> names a member twice
// errors: 1
#include "shop.inc"

auto emails(cambium::Reader<Customers>& customers) {
#ifdef MISUSE
    return customers.all().select<&Customer::email, &Customer::email>();
#else
    return customers.all().select<&Customer::email>();
#endif
}
