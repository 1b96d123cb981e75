// Export and import as JSON lines, and what a table takes.
#include "cambium/json_lines.hpp"
#include "cambium/statistics.hpp"
#include "errors.hpp"
#include "store_content.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Reading {
    std::uint64_t id{};
    double value{};
    std::vector<std::uint8_t> raw{};
    friend bool operator==(const Reading&, const Reading&) = default;
};
struct Readings
    : Table<"readings", Reading, PrimaryKey<&Reading::id>, Cbor, OrderedIndex<"value", &Reading::value>> {};

template <class T>
std::string exported(ReadTransaction& txn) {
    std::string text;
    export_json_lines<T>(txn, [&](std::string_view line) { text += line; });
    return text;
}

}  // namespace

TEST_CASE("a table goes out as JSON lines and comes back the same") {
    const StorePath store;
    Database db = Database::open<Customers, Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        CHECK(exported<Customers>(txn).empty());
        customers.insert(customer(2, "b\n\"\xc3\xbc", "Paris", -5));
        customers.insert(customer(1, "a"));
        Writer<Readings>{txn}.insert({7, 0.5, {0, 255}});
        CHECK(exported<Customers>(txn) ==
              "{\"id\":1,\"email\":\"a\",\"city\":null,\"joined\":0}\n"
              "{\"id\":2,\"email\":\"b\\n\\\"\xc3\xbc\",\"city\":\"Paris\","
              "\"joined\":-5}\n");
        CHECK(exported<Readings>(txn) == "{\"id\":7,\"value\":0.5,\"raw\":\"AP8=\"}\n");

        const Trees before = content_of(txn.store());
        const std::string text = exported<Customers>(txn);
        customers.truncate();
        CHECK(import_json_lines<Customers>(txn, text) == 2);
        CHECK(content_of(txn.store()) == before);
        // In pieces of any size, with blank lines, another line end, and none at
        // the end.
        const std::string loose = "\n  \r\n" + text.substr(0, text.find('\n')) + "\r\n\n" +
                                  text.substr(text.find('\n') + 1, text.size() - text.find('\n') - 2);
        for (std::size_t size = 1; size < 40; ++size) {
            customers.truncate();
            std::size_t begin = 0;
            CHECK(import_json_lines<Customers>(txn, [&]() -> std::optional<std::string_view> {
                      if (begin >= loose.size()) return std::nullopt;
                      const std::string_view piece = std::string_view(loose).substr(begin, size);
                      begin += size;
                      return piece;
                  }) == 2);
            CHECK(content_of(txn.store()) == before);
        }
    });
}

TEST_CASE(
    "a line that is no record is named by its number, and nothing of the "
    "import stays") {
    const StorePath store;
    Database db = Database::open<Customers, Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers>{txn}.insert(customer(1, "a"));
        const Trees before = content_of(txn.store());
        const auto import = [&](std::string_view text) { import_json_lines<Customers>(txn, text); };
        CHECK(error_of(ErrorCode::decode, [&] { import("{\"id\":2}\n\n{\"id\":-3}\n"); }).starts_with("line 3: "));
        CHECK(error_of(ErrorCode::decode, [&] {
                  import("{\"id\":2,\"email\":\"x\"}\n{\"id\":3");
              }).starts_with("line 2: "));
        CHECK(error_of(ErrorCode::constraint, [&] { import("{\"id\":2,\"email\":\"a\"}\n"); }) ==
              "line 1: table \"customers\", index \"email\": \"a\" already belongs to id 1");
        CHECK(content_of(txn.store()) == before);
        CHECK(import_json_lines<Customers>(txn, "") == 0);
        CHECK(content_of(txn.store()) == before);
    });
}

TEST_CASE("table_usage counts records and index entries, and the bytes they take") {
    const StorePath store;
    Database db = Database::open<Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        TableUsage usage = table_usage<Readings>(txn);
        CHECK(usage.name == "readings");
        CHECK(usage.page_bytes() == 0);
        for (std::uint64_t id = 0; id < 2000; ++id) readings.insert({id, static_cast<double>(id), {}});
        usage = table_usage<Readings>(txn);
        CHECK(usage.records.counts.entries == 2000);
        CHECK(usage.records.counts.depth >= 2);
        CHECK(usage.records.key_bytes == 2000 * 8);
        CHECK(usage.records.fill() > 0.3);
        REQUIRE(usage.indexes.size() == 1);
        CHECK(usage.indexes[0].name == "value");
        CHECK(usage.indexes[0].usage.counts.entries == 2000);
        CHECK(usage.indexes[0].usage.key_bytes == 2000 * 16);
        CHECK(usage.indexes[0].usage.value_bytes == 0);
        CHECK(usage.page_bytes() == usage.records.page_bytes + usage.indexes[0].usage.page_bytes);
    });
}

}  // namespace cambium::test
