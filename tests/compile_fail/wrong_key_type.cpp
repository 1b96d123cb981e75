// expect-gcc: cannot convert
// expect-clang: no viable conversion from 'int' to 'Parameter<std::basic_string<char>>'
// errors: 1
#include "shop.inc"

bool known(cambium::ReadTransaction& txn) {
    cambium::Reader<Customers> customers{txn};
#ifdef MISUSE
    return customers.by<"email">().get(7).has_value();
#else
    return customers.by<"email">().get("ada@example.org").has_value();
#endif
}
