// expect: Database::read takes a function of one cambium::ReadTransaction&; one that writes is a function of a
// errors: 2
#include "shop.inc"

#ifdef MISUSE
using Transaction = cambium::WriteTransaction;
#else
using Transaction = cambium::ReadTransaction;
#endif

std::size_t letters(cambium::Database& db) {
    std::size_t letters = 0;
    db.read([&](Transaction& txn) { letters += cambium::Reader<Customers>{txn}.count(); });
    for (const Customer& customer :
         db.read([](Transaction& txn) { return cambium::Reader<Customers>{txn}.all().collect(); }))
        letters += customer.email.size();
    return letters;
}
