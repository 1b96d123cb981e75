// expect: load() takes a range of this table's records, or a function that answers with a std::optional of one
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Loaded = Order;
#else
using Loaded = Customer;
#endif

void load(cambium::Writer<Customers>& customers, const std::vector<Loaded>& records) {
    customers.load(records);
}
