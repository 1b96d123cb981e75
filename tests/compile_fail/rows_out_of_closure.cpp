// expect: this closure returns rows, an iterator, a reader or a transaction that ends with the closure
#include "shop.inc"

auto londoners(cambium::Database& db) {
    return db.read([](cambium::ReadTransaction& txn) {
        cambium::Reader<Customers> customers{txn};
#ifdef MISUSE
        return customers.by<"city">().equal("London");
#else
        return customers.by<"city">().equal("London").collect();
#endif
    });
}
