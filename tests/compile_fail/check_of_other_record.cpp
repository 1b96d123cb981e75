// expect: a Check of this table needs a function bool(const Record&) of its record
// errors: 1
#include "shop.inc"

#ifdef MISUSE
inline bool has_email(const Order& order) {
    return order.customer != 0;
}
#else
inline bool has_email(const Customer& customer) {
    return !customer.email.empty();
}
#endif

struct People : cambium::Table<"people", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor,
                               cambium::Check<"has_email", &has_email>> {};

template void use<People>(const People::Record&);
