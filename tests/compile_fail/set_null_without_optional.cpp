// expect: a ForeignKey with set_null needs a column that is a std::optional
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using ToCustomer = cambium::ForeignKey<"customer", Customers, &Order::customer, cambium::set_null>;
#else
using ToCustomer =
    cambium::ForeignKey<"customer", Customers, &Order::customer, cambium::cascade_erase, cambium::deferred>;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor, ToCustomer> {};

template void use<Orders>(const Orders::Record&);
