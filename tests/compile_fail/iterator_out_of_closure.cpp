// expect: this closure returns rows, an iterator, a reader or a transaction that ends with the closure
#include "shop.inc"

auto first(cambium::Database& db) {
    return db.write([](cambium::WriteTransaction& txn) {
        cambium::Writer<Customers> customers{txn};
#ifdef MISUSE
        return std::optional(customers.all().begin());
#else
        return std::optional(customers.all().first());
#endif
    });
}
