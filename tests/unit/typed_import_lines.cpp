// An import that breaks a rule of its table names the line: by declaration and by catalog alone.
#include <functional>

#include "typed_dynamic.hpp"

namespace cambium::test {
namespace {

struct Part {
    std::uint64_t id{};
    std::string code{};
    std::optional<std::uint64_t> inside{};
    std::optional<std::string> maker{};
};

bool has_code(const Part& part) {
    return part.code != "none";
}

template <class... Options>
struct PartsWith : Table<"parts", Part, PrimaryKey<&Part::id>, Cbor, Unique<"code", &Part::code>,
                         NotNull<&Part::maker>, Options...> {};
struct Parts : PartsWith<ForeignKey<"inside", Parts, &Part::inside>> {};
struct CheckedParts : PartsWith<Check<"code", &has_code>> {};
struct LateParts : PartsWith<ForeignKey<"inside", LateParts, &Part::inside, deferred>> {};

struct Names : Table<"names", std::uint64_t, Key<std::string>, Cbor> {};

using Import = std::function<std::uint64_t(std::string_view text, const LoadOptions& options)>;

/// The sentence of a refused import, which has left the store as it was.
std::string refused(WriteTransaction& txn, const Import& import, ErrorCode code, std::string_view text,
                    const LoadOptions& options = {}) {
    const Trees before = content_of(txn.store());
    std::string sentence = error_of(code, [&] { import(text, options); });
    CHECK(content_of(txn.store()) == before);
    return sentence;
}

/// `table` holds the part 1 with code "a".
void names_the_line(WriteTransaction& txn, const Import& import) {
    const auto constraint = [&](std::string_view text, const LoadOptions& options = {}) {
        return refused(txn, import, ErrorCode::constraint, text, options);
    };
    // Blank lines count. The key behind all others, and one before, which is sorted first.
    CHECK(constraint("{\"id\":2,\"code\":\"b\",\"maker\":\"m\"}\n\n{\"id\":2,\"code\":\"c\",\"maker\":\"m\"}\n") ==
          "line 3: table \"parts\": there is already a record with id 2");
    CHECK(constraint("\n{\"id\":1,\"code\":\"b\",\"maker\":\"m\"}\n{\"id\":3,\"code\":\"c\",\"maker\":\"m\"}\n") ==
          "line 2: table \"parts\": there is already a record with id 1");
    const std::string taken =
        "{\"id\":9,\"code\":\"x\",\"maker\":\"m\"}\n{\"id\":8,\"code\":\"a\",\"maker\":\"m\"}\n"
        "{\"id\":7,\"code\":\"y\",\"maker\":\"m\"}\n";
    const std::string sentence = "line 2: table \"parts\", index \"code\": \"a\" already belongs to id 1";
    CHECK(constraint(taken) == sentence);
    // What was gathered is stored behind each record.
    CHECK(constraint(taken, {.memory_bytes = 1}) == sentence);
    CHECK(constraint("{\"id\":2,\"code\":\"b\",\"maker\":\"m\"}\n{\"id\":3,\"code\":\"c\"}\n") ==
          "line 2: table \"parts\", field \"maker\": the record with id 3 has no value, and null is not allowed");
    const std::string long_code = "{\"id\":2,\"code\":\"" + std::string(5000, 'x') + "\",\"maker\":\"m\"}\n";
    CHECK(refused(txn, import, ErrorCode::key_too_long, "\n" + long_code)
              .starts_with(
                  "line 2: table \"parts\", index \"code\" (code): the encoded key of the record with id 2"));
}

template <class T>
Import by_declaration(WriteTransaction& txn) {
    return [&txn](std::string_view text, const LoadOptions& options) {
        return import_json_lines<T>(txn, text, options);
    };
}

Import by_catalog(WriteTransaction& txn, const DynamicTable& table) {
    return [&](std::string_view text, const LoadOptions& options) {
        return import_json_lines(txn, table, pieces_of(std::string(text)), options);
    };
}

constexpr std::string_view kParents =
    "{\"id\":5,\"code\":\"e\",\"inside\":6,\"maker\":\"m\"}\n"
    "{\"id\":6,\"code\":\"f\",\"maker\":\"m\"}\n"
    "{\"id\":4,\"code\":\"d\",\"inside\":7,\"maker\":\"m\"}\n";
constexpr const char* kNoParent =
    "line 3: table \"parts\", foreign key \"inside\": the record with id 4 refers to id 7, which table \"parts\" "
    "does "
    "not have";

}  // namespace

TEST_CASE("an import that breaks a constraint names the line") {
    const StorePath store;
    {
        Database db = Database::open<Parts, Names>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Parts>{txn}.insert({1, "a", std::nullopt, "m"});
            Writer<Names>{txn}.insert("ada", 1);
            const Import import = by_declaration<Parts>(txn);
            names_the_line(txn, import);
            // A record may refer to a later line, so this is known at the end of the input.
            CHECK(refused(txn, import, ErrorCode::constraint, kParents) == kNoParent);
            CHECK(refused(txn, by_declaration<Names>(txn), ErrorCode::constraint,
                          "{\"key\":\"bob\",\"value\":2}\n{\"key\":\"ada\",\"value\":2}\n") ==
                  "line 2: table \"names\": there is already a record with key \"ada\"");
        });
    }
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        const Import import = by_catalog(txn, stored["parts"]);
        names_the_line(txn, import);
        CHECK(refused(txn, import, ErrorCode::constraint, kParents) == kNoParent);
        CHECK(refused(txn, by_catalog(txn, stored["names"]), ErrorCode::constraint,
                      "{\"key\":\"bob\",\"value\":2}\n{\"key\":\"ada\",\"value\":2}\n") ==
              "line 2: table \"names\": there is already a record with key \"ada\"");
    });
}

TEST_CASE("a check names the line, and a load that is no import names none") {
    const StorePath store;
    Database db = Database::open<CheckedParts>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<CheckedParts> parts{txn};
        parts.insert({1, "a", std::nullopt, "m"});
        names_the_line(txn, by_declaration<CheckedParts>(txn));
        CHECK(refused(txn, by_declaration<CheckedParts>(txn), ErrorCode::constraint,
                      "\n{\"id\":2,\"code\":\"none\",\"maker\":\"m\"}\n") ==
              "line 2: table \"parts\", check \"code\": the record with id 2 does not satisfy it");
        const std::vector<Part> twice{{2, "a", std::nullopt, "m"}};
        CHECK(error_of(ErrorCode::constraint, [&] { parts.load(twice); }) ==
              "table \"parts\", index \"code\": \"a\" already belongs to id 1");
        // Another reader of lines may say where it is.
        struct Source {
            std::uint64_t line = 6;
            std::optional<Part> operator()() {
                return ++line < 9 ? std::optional<Part>({line, line == 8 ? "a" : "b", std::nullopt, "m"})
                                  : std::nullopt;
            }
            [[nodiscard]] std::uint64_t line_number() const { return line; }
        };
        CHECK(error_of(ErrorCode::constraint, [&] { parts.load(Source{}); }) ==
              "line 8: table \"parts\", index \"code\": \"a\" already belongs to id 1");
    });
}

TEST_CASE("what is left to the commit is named by its key") {
    const StorePath store;
    Database db = Database::open<LateParts>(store.path());
    const std::string sentence = error_of(ErrorCode::constraint, [&] {
        db.write([](WriteTransaction& txn) { CHECK(import_json_lines<LateParts>(txn, kParents) == 3); });
    });
    CHECK(holds(sentence, "the record with id 4 refers to id 7"));
    CHECK(db.read([](ReadTransaction& txn) { return Reader<LateParts>{txn}.count(); }) == 0);
}

}  // namespace cambium::test
