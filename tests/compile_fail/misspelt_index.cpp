// expect: this table has no index of that name
// expect-gcc: "emial"
// expect-gcc: "email"
// expect-gcc: "city"
// expect-clang: index_exists<cambium::detail::Text<'e', 'm', 'i', 'a', 'l'>,
// expect-clang: cambium::detail::Text<'e', 'm', 'a', 'i', 'l'>,
// expect-clang: cambium::detail::Text<'c', 'i', 't', 'y'>>
// errors: 1
#include "shop.inc"

std::string city_of_ada(cambium::ReadTransaction& txn) {
    cambium::Reader<Customers> customers{txn};
#ifdef MISUSE
    std::optional<Customer> ada = customers.by<"emial">().get("ada@example.org");
#else
    std::optional<Customer> ada = customers.by<"email">().get("ada@example.org");
#endif
    return ada->city.value_or("");
}
