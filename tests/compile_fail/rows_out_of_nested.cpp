// expect: this closure returns rows, an iterator, a reader or a transaction that ends with the closure
// errors: 1
#include "shop.inc"

auto rows(cambium::WriteTransaction& txn) {
    return txn.nested([](cambium::WriteTransaction& inner) {
        cambium::Writer<Customers> customers{inner};
#ifdef MISUSE
        return customers.all();
#else
        return customers.all().collect();
#endif
    });
}
