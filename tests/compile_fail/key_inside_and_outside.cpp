// expect: a table needs exactly one PrimaryKey<&Record::member, ...>, or one Key<Type, ...>
// errors: 1
#include "shop.inc"

#ifdef MISUSE
struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Key<std::string>,
                               cambium::Cbor> {};
#else
struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor> {};
#endif

template void use<Orders>(const Orders::Record&);
