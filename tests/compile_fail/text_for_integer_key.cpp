// expect-gcc: cannot convert
// expect-clang: no viable conversion from 'const char[2]' to 'Parameter<unsigned long>'
// errors: 1
#include "shop.inc"

bool known(cambium::ReadTransaction& txn) {
    cambium::Reader<Customers> customers{txn};
#ifdef MISUSE
    return customers.contains("7");
#else
    return customers.contains(7);
#endif
}
