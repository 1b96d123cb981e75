// expect: select<> or aggregate<> names a member of another record type than the table's
// errors: 1
#include "shop.inc"

std::size_t chosen(cambium::ReadTransaction& txn) {
#ifdef MISUSE
    return cambium::Reader<Customers>{txn}.all().select<&Order::number>().collect().size();
#else
    return cambium::Reader<Customers>{txn}.all().select<&Customer::city>().collect().size();
#endif
}
