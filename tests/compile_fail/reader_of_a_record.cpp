// expect: Reader, Writer and Database::open take types derived from cambium::Table
// errors: 1
#include "shop.inc"

std::size_t customers(cambium::ReadTransaction& txn) {
#ifdef MISUSE
    cambium::Reader<Customer> customers{txn};
#else
    cambium::Reader<Customers> customers{txn};
#endif
    std::size_t letters = 0;
    for (const Customer& customer : customers.from(7).limit(10)) letters += customer.email.size();
    return letters;
}
