// expect: an index of this table names a member, and its value is not a record: it has no members
// errors: 1
#include "shop.inc"

#ifdef MISUSE
struct Notes : cambium::Table<"notes", std::string, cambium::Key<std::uint64_t>, cambium::Cbor,
                              cambium::OrderedIndex<"city", &Customer::city>> {};
#else
struct Notes : cambium::Table<"notes", std::string, cambium::Key<std::uint64_t>, cambium::Cbor> {};
#endif

void use_notes() {
    auto db = cambium::Database::open<Notes>("notes.cambium");
    db.write([&](cambium::WriteTransaction& txn) {
        cambium::Writer<Notes> writer{txn};
        writer.insert(1, "text");
        writer.put(1, "text");
        for (const auto& row : writer.all()) (void)row;
    });
}
