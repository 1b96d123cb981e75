// expect-gcc: cannot convert
// expect-clang: could not bind to an rvalue of type 'int'
// errors: 1
#include "shop.inc"

std::uint64_t between(cambium::ReadTransaction& txn) {
    cambium::Reader<Customers> customers{txn};
#ifdef MISUSE
    return customers.by<"email">().range(1, 2).count();
#else
    return customers.by<"email">().range("a", "b").count();
#endif
}
