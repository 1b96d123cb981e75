// expect: the columns of a ForeignKey must have the types of the primary key of the table that it refers to
// errors: 1
#include "shop.inc"

struct Delivery {
    std::uint64_t id{};
    std::uint32_t house{};
    std::optional<std::uint64_t> customer{};
};

#ifdef MISUSE
using ToCustomer = cambium::ForeignKey<"customer", Customers, &Delivery::house>;
#else
using ToCustomer = cambium::ForeignKey<"customer", Customers, &Delivery::customer, cambium::set_null>;
#endif

struct Deliveries
    : cambium::Table<"deliveries", Delivery, cambium::PrimaryKey<&Delivery::id>, cambium::Cbor, ToCustomer> {};

template void use<Deliveries>(const Deliveries::Record&);
