// expect: count_by<> and aggregate_by<> take the number of columns, from 1 to as many as the index has
// errors: 1
#include "shop.inc"

std::size_t groups(cambium::ReadTransaction& txn) {
#ifdef MISUSE
    return cambium::Reader<Customers>{txn}.by<"email">().all().count_by<2>().size();
#else
    return cambium::Reader<Customers>{txn}.by<"email">().all().count_by<1>().size();
#endif
}
