// expect: this closure returns a std::string_view or a std::span
// errors: 1
#include "cambium/codec/bytes.hpp"
#include "shop.inc"

struct Texts : cambium::Table<"texts", std::string, cambium::Key<std::uint64_t>, cambium::Bytes> {};

std::string text(cambium::Database& db) {
#ifdef MISUSE
    return std::string(
        db.read([](cambium::ReadTransaction& txn) { return **cambium::Reader<Texts>{txn}.view(1); }));
#else
    return db.read(
        [](cambium::ReadTransaction& txn) { return std::string(**cambium::Reader<Texts>{txn}.view(1)); });
#endif
}
