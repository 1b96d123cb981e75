// What is refused of tables by description: documents, descriptions, catalogs that have changed.
#include "typed_dynamic.hpp"

namespace cambium::test {

TEST_CASE("bad documents are refused by name, and nothing stored changes") {
    const StorePath store;
    static_cast<void>(Database::open<Posts, Series>(store.path()));
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        DynamicWriter posts(txn, stored["posts"]);
        posts.insert(Document::object({{"title", "a"}, {"author", "b"}}));
        const Trees before = content_of(txn.store());
        const auto refused = [&](std::string_view json) {
            return error_of(ErrorCode::decode, [&] { posts.insert(Document::from_json(json)); });
        };
        CHECK(holds(refused(R"({"title":5})"), "title"));
        CHECK(holds(refused(R"({"id":"x"})"), "id"));
        CHECK(holds(refused(R"({"revision":65536})"), "revision"));
        CHECK(holds(refused(R"({"tags":["a",1]})"), "tags"));
        refused("[]");
        CHECK(holds(error_of(ErrorCode::constraint,
                             [&] {
                                 posts.insert(Document::object({{"title", "A"}, {"author", "b"}}));
                             }),
                    "index \"title\": \"a\" already belongs to id 1"));
        CHECK(holds(error_of(ErrorCode::invalid_argument,
                             [&] {
                                 static_cast<void>(posts.get(Document::array({1, 2})));
                             }),
                    "2 values are given for 1 columns"));
        CHECK(content_of(txn.store()) == before);
        DynamicWriter series(txn, stored["series"]);
        CHECK(holds(error_of(ErrorCode::decode,
                             [&] {
                                 series.insert(Document::object({{"key", 1}}));
                             }),
                    "{\"key\": ..., \"value\": ...}"));
        CHECK(holds(error_of(ErrorCode::invalid_argument,
                             [&] {
                                 series.insert(Document::object({{"key", "a"}, {"value", Document::array()}}));
                             }),
                    "1 values are given for 2 columns"));
        CHECK(content_of(txn.store()) == before);
    });
}

TEST_CASE("descriptions that make no table say all that is wrong") {
    TableInfo info;
    info.name = "t";
    info.codec = "cbor";
    info.fields = {{"id", "u64"}, {"text", "string"}};
    info.key = {"id"};
    const auto refused = [](TableInfo table) { return error_of(ErrorCode::schema, [&] { DynamicTable{table}; }); };
    static_cast<void>(DynamicTable(info));
    TableInfo bad = info;
    bad.codec = "morse";
    bad.fields.push_back({"odd", "u65"});
    const std::string both = refused(bad);
    CHECK(holds(both, "table \"t\": its codec \"morse\""));
    CHECK(holds(both, "field \"odd\": the type \"u65\""));
    bad = info;
    bad.codec = "flatbuffers";
    CHECK(holds(refused(bad), "--from-database"));
    bad = info;
    bad.key = {"text", "other"};
    CHECK(holds(refused(bad), "its primary key: there is no field \"other\""));
    bad = info;
    bad.indexes.push_back({.name = "i", .columns = {{.name = "text", .type = "u64"}}});
    CHECK(holds(refused(bad), "index \"i\": field \"text\" (string) cannot be a column of type \"u64\""));
    bad = info;
    bad.indexes.push_back({.name = "i", .columns = {{.name = "length", .type = "u64", .derived = true}}});
    CHECK(holds(refused(bad), "depends on the function \"length\""));
    bad = info;
    bad.fields.push_back({"text", "string"});
    CHECK(holds(refused(bad), "two fields are named \"text\""));
    bad = info;
    bad.codec = "raw";
    CHECK(holds(refused(bad), "no fixed size"));
    bad = info;
    bad.name.clear();
    CHECK(holds(refused(bad), "needs a name"));
    for (const char* const type :
         {"", "record{", "record{a:enclosing 1}", "record{a:array<enclosing 1,3>}", "enclosing 1", "map<u64,u64>",
          "fixed<99999999>", "array<u64,99999999>", "array<array<array<u8,900>,900>,900>", "optional<>",
          "variant<>", "record{a:variant<enclosing 1,u8>}", "custom", "time_point<i64,1>", "vector<u8,u8>",
          "enum u9", "descending<>", "descending<i32,i32>", "descending<enclosing 1>"}) {
        INFO(type);
        bad = info;
        bad.fields.push_back({"odd", type});
        CHECK(holds(refused(bad), "field \"odd\": "));
    }
    bad = info;
    bad.fields[0].type = "descending<optional<enclosing 1>>";
    CHECK(refused(bad) ==
          "table \"t\": its primary key: field \"id\" (descending<optional<enclosing 1>>) cannot be a key");
    bad = info;
    bad.row_version = "id";
    CHECK(holds(refused(bad), "its row version \"id\" is a field of its primary key"));
    bad = info;
    bad.key.clear();
    bad.key_types = {"string", "descending<vector<u8>>"};
    CHECK(refused(bad) == "table \"t\": a part of its key (descending<vector<u8>>) cannot be a key");
    bad = info;
    bad.indexes.push_back({.name = "i", .columns = {{.name = "id", .type = "u64", .ignore_case = true}}});
    CHECK(refused(bad) ==
          "table \"t\": index \"i\": column \"id\" (u64) is no text, and only text has a case to ignore");
    const StorePath store;
    const DynamicTable twice[] = {DynamicTable(info), DynamicTable(info)};
    CHECK(holds(
        error_of(ErrorCode::invalid_argument, [&] { static_cast<void>(Database::open(store.path(), twice)); }),
        "two of the tables are named \"t\""));
}

TEST_CASE("a table that was changed since its description was read is refused, and so is one that is gone") {
    struct Small {
        std::uint64_t id{};
    };
    struct Before : Table<"small", Small, PrimaryKey<&Small::id>, Cbor> {};
    struct After : Table<"small", Small, PrimaryKey<&Small::id>, Cbor, OrderedIndex<"again", &Small::id>> {};
    const StorePath store;
    static_cast<void>(Database::open<Before>(store.path()));
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    static_cast<void>(Database::open<After>(store.path()));
    CHECK(error_of(ErrorCode::schema, [&] {
              db.read([&](ReadTransaction& txn) { static_cast<void>(DynamicReader(txn, stored["small"])); });
          }).starts_with("table \"small\" was changed by another opener"));
    CHECK(
        holds(error_of(ErrorCode::schema, [&] { static_cast<void>(Database::open(store.path(), stored.tables)); }),
              "was changed since its description was read"));
    Database::open<>(store.path()).drop_table("small");
    CHECK(
        holds(error_of(ErrorCode::schema, [&] { static_cast<void>(Database::open(store.path(), stored.tables)); }),
              "is not in the file any more"));
}

TEST_CASE("a small record that stands for a large one is refused, not allocated") {
    TableInfo info;
    info.name = "bomb";
    info.codec = "cbor";
    info.fields = {{"id", "u64"}, {"all", "vector<record{a:array<u64,60000>}>"}};
    info.key = {"id"};
    const DynamicTable table(info);
    const StorePath store;
    Database db = Database::open(store.path(), std::span(&table, 1));
    db.write([&](WriteTransaction& txn) {
        Document all = Document::array();
        for (int i = 0; i < 2000; ++i) all.push_back(Document::object());
        CHECK(holds(error_of(ErrorCode::decode,
                             [&] {
                                 DynamicWriter(txn, table).insert(Document::object({{"id", 1}, {"all", all}}));
                             }),
                    "256 MiB"));
        CHECK(DynamicReader(txn, table).count() == 0);
    });
}

}  // namespace cambium::test
