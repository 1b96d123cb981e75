// expect: cambium::ReadTransaction
// errors: 1
#include "shop.inc"

void rename(cambium::Database& db) {
#ifdef MISUSE
    db.read([](cambium::ReadTransaction& txn) {
#else
    db.write([](cambium::WriteTransaction& txn) {
#endif
        cambium::Writer<Customers> customers{txn};
        customers.erase(7);
    });
}
