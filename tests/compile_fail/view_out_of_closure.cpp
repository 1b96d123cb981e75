// expect: this closure returns rows, an iterator, a reader
// errors: 1
#include "cambium/codec/raw.hpp"
#include "shop.inc"

struct Prices : cambium::Table<"prices", double, cambium::Key<std::uint64_t>, cambium::Raw> {};

double price(cambium::Database& db) {
    return db.read([](cambium::ReadTransaction& txn) {
                 cambium::Reader<Prices> prices{txn};
#ifdef MISUSE
                 return prices.view(1);
             }).has_value()
               ? 1
               : 0;
#else
        return **prices.view(1);
    });
#endif
}
