// expect: Database::write takes a function of one cambium::WriteTransaction&
// expect: WriteTransaction::nested takes a function of one cambium::WriteTransaction&
// errors: 3
#include "shop.inc"

#ifdef MISUSE
#define TRANSACTION
#define BY_VALUE cambium::WriteTransaction
#else
#define TRANSACTION cambium::WriteTransaction&
#define BY_VALUE cambium::WriteTransaction&
#endif

std::uint64_t number(cambium::Database& db) {
    db.write([](BY_VALUE) {});
    const std::uint64_t number = db.write([](TRANSACTION) { return std::uint64_t{7}; });
    db.write([](cambium::WriteTransaction& txn) { txn.nested([](TRANSACTION) {}); });
    return number;
}
