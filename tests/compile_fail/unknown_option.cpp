// expect: an option of this table is neither PrimaryKey, Unique, OrderedIndex nor a codec
// errors: 1
#include "shop.inc"

#ifdef MISUSE
using Format = std::string;
#else
using Format = cambium::Cbor;
#endif

struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, Format> {};

template void use<Orders>(const Orders::Record&);
