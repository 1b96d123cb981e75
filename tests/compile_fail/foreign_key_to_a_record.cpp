// expect: a ForeignKey refers to a type derived from cambium::Table
// errors: 1
#include "shop.inc"

struct Delivery {
    std::uint64_t id{};
    std::uint64_t customer{};
};

#ifdef MISUSE
using ToCustomer = cambium::ForeignKey<"customer", Customer, &Delivery::customer>;
#else
using ToCustomer = cambium::ForeignKey<"customer", Customers, &Delivery::customer>;
#endif

struct Deliveries
    : cambium::Table<"deliveries", Delivery, cambium::PrimaryKey<&Delivery::id>, cambium::Cbor, ToCustomer> {};

template void use<Deliveries>(const Deliveries::Record&);
