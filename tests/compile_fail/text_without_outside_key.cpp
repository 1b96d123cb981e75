// expect: the record of a table must be an aggregate
// expect: any other value needs a key outside it: cambium::Key<std::string>
// errors: 1
#include "shop.inc"

#ifdef MISUSE
struct Notes : cambium::Table<"notes", std::string, cambium::PrimaryKey<&Customer::id>, cambium::Cbor> {};
#else
struct Notes : cambium::Table<"notes", std::string, cambium::Key<std::uint64_t>, cambium::Cbor> {};
#endif

void use_notes() {
    auto db = cambium::Database::open<Notes>("notes.cambium");
    db.write([&](cambium::WriteTransaction& txn) {
        cambium::Writer<Notes> writer{txn};
        writer.insert(1, "text");
    });
}
