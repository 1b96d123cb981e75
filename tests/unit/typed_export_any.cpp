// What plain JSON cannot hold goes out as JSON lines and comes back the same: NaN and infinity, text that is no
// UTF-8, and what a document has beyond JSON.
#include <bit>
#include <limits>

#include "cambium/codec/bytes.hpp"
#include "cambium/codec/raw.hpp"
#include "typed_dynamic.hpp"

namespace cambium::test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Sample {
    std::uint64_t id{};
    double value{};
    float small{};
    std::optional<double> maybe{};
    std::vector<float> many{};
    std::map<std::string, double> named{};
    std::variant<std::string, double> either{};
};
struct Samples : Table<"samples", Sample, PrimaryKey<&Sample::id>, Cbor, OrderedIndex<"value", &Sample::value>> {};

struct Pair {
    double key{};
    double large{};
    float a{};
    float b{};
};
struct Pairs : Table<"pairs", Pair, PrimaryKey<&Pair::key>, Raw> {};

struct Notes : Table<"notes", Document, Key<std::string>, Cbor> {};

struct Open {
    std::uint64_t id{};
    UnknownFields rest{};
};
struct Opens : Table<"opens", Open, PrimaryKey<&Open::id>, Cbor> {};

/// A codec that takes any text: the id, and texts by their sizes.
struct Label {
    std::uint64_t id{};
    std::string text{};
    std::vector<std::string> more{};
    std::map<std::string, std::string> named{};
};
struct Lengths {
    static constexpr std::string_view name = "lengths";
    static void encode(const Label& label, std::string& out) {
        std::string names;
        for (const auto& [name, value] : label.named)
            names += char(name.size()) + name + char(value.size()) + value;
        out += char(label.id);
        out += char(label.text.size()) + label.text;
        out += char(label.more.size());
        for (const std::string& text : label.more) out += char(text.size()) + text;
        out += names;
    }
    static void decode(ByteView in, Label& label) {
        label = {};
        const auto byte = [&] {
            const char first = in.front();
            in.remove_prefix(1);
            return static_cast<std::size_t>(first);
        };
        const auto text = [&] {
            const std::size_t size = byte();
            std::string taken(in.substr(0, size));
            in.remove_prefix(size);
            return taken;
        };
        label.id = byte();
        label.text = text();
        for (std::size_t left = byte(); left > 0; --left) label.more.push_back(text());
        while (!in.empty()) {
            std::string key = text();
            label.named[std::move(key)] = text();
        }
    }
};
struct Labels : Table<"labels", Label, PrimaryKey<&Label::id>, Lengths> {};

template <class T>
void goes_out_and_back(WriteTransaction& txn) {
    const Trees before = content_of(txn.store());
    const std::string text = exported<T>(txn);
    Writer<T>{txn}.truncate();
    CHECK(import_json_lines<T>(txn, text) ==
          static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
    CHECK(content_of(txn.store()) == before);
}

}  // namespace

TEST_CASE("NaN and infinity go out as JSON lines and come back, by declaration and by catalog") {
    const StorePath store;
    std::string samples;
    {
        Database db = Database::open<Samples, Pairs, Series>(store.path());
        db.write([&](WriteTransaction& txn) {
            Writer<Samples> writer{txn};
            writer.insert({1, kNaN, -std::numeric_limits<float>::infinity(), kInfinity, {}, {}, kNaN});
            writer.insert({2,
                           -kInfinity,
                           std::numeric_limits<float>::quiet_NaN(),
                           std::nullopt,
                           {1, INFINITY},
                           {{"a", kNaN}},
                           "NaN"});
            samples = exported<Samples>(txn);
            CHECK(samples ==
                  "{\"id\":1,\"value\":\"NaN\",\"small\":\"-Infinity\",\"maybe\":\"Infinity\",\"many\":[],"
                  "\"named\":{},"
                  "\"either\":[1,\"NaN\"]}\n"
                  "{\"id\":2,\"value\":\"-Infinity\",\"small\":\"NaN\",\"maybe\":null,\"many\":[1.0,\"Infinity\"],"
                  "\"named\":{\"a\":\"NaN\"},\"either\":[0,\"NaN\"]}\n");
            // Sign and payload of a NaN, also of a signalling one, where the codec keeps them.
            Writer<Pairs> pairs{txn};
            pairs.insert({1, std::bit_cast<double>(0xfff8000000000000U), std::bit_cast<float>(0x7fc00001U), 0});
            pairs.insert({kNaN, std::bit_cast<double>(0x7ff0000000000001U), std::bit_cast<float>(0xff800001U), 1});
            CHECK(exported<Pairs>(txn) ==
                  "{\"key\":1.0,\"large\":\"NaN(0xfff8000000000000)\",\"a\":\"NaN(0x7fc00001)\",\"b\":0.0}\n"
                  "{\"key\":\"NaN\",\"large\":\"NaN(0x7ff0000000000001)\",\"a\":\"NaN(0xff800001)\",\"b\":1.0}\n");
            // A key that is no UTF-8.
            Writer<Series>{txn}.insert("s\xff", 3,
                                       {0.5, kNaN, -kInfinity, std::bit_cast<double>(~std::uint64_t{0})});
            CHECK(exported<Series>(txn) ==
                  "{\"key\":[{\"$base64\":\"c/8=\"},3],\"value\":[0.5,\"NaN\",\"-Infinity\","
                  "\"NaN(0xffffffffffffffff)\"]}\n");
            goes_out_and_back<Samples>(txn);
            goes_out_and_back<Pairs>(txn);
            goes_out_and_back<Series>(txn);
        });
    }
    goes_out_and_back(store.path());
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        CHECK(exported(txn, stored["samples"]) == samples);
        // A row read by a tool may be written back.
        const Trees before = content_of(txn.store());
        for (const std::string_view name : {"samples", "pairs", "series"}) {
            DynamicWriter writer(txn, stored[name]);
            for (const Document& row : writer) writer.upsert(row);
        }
        CHECK(content_of(txn.store()) == before);
        CHECK(DynamicReader(txn, stored["samples"]).by("value").equal("-Infinity").count() == 1);
        CHECK(DynamicReader(txn, stored["samples"]).by("value").equal("NaN").count() == 1);
        const DynamicReader series(txn, stored["series"]);
        const Document key = series.keys().first().value();
        CHECK(series.get(key)->to_json().starts_with("{\"key\":[{\"$base64\":"));
        CHECK(series.equal(Document::object({{"$base64", "c/8="}})).count() == 1);
    });
}

TEST_CASE("what is no form of a number or of a text is refused with line and field") {
    const StorePath store;
    Database db = Database::open<Samples, Labels>(store.path());
    db.write([](WriteTransaction& txn) {
        const Trees before = content_of(txn.store());
        const auto sample = [&](const std::string& value) {
            const std::string text = "{\"id\":7}\n{\"id\":8,\"value\":" + value + "}\n";
            return error_of(ErrorCode::decode, [&] { import_json_lines<Samples>(txn, text); });
        };
        for (const std::string_view value :
             {"\"nan\"", "\"\"", "\"1.0\"", "\"NaN(0x7ff8)\"", "\"NaN(0x7ff0000000000000)\"",
              "\"NaN(0x3ff0000000000000)\"", "\"NaN(0x7ff800000000000g)\"", "\"NaN(7ff8000000000000)\"",
              "\"+Infinity\"", "{\"$base64\":\"\"}"}) {
            INFO(value);
            CHECK(sample(std::string(value)).starts_with("line 2: field \"value\": expected "));
        }
        const auto label = [&](const std::string& value) {
            const std::string text = "{\"id\":7,\"text\":" + value + "}\n";
            return error_of(ErrorCode::decode, [&] { import_json_lines<Labels>(txn, text); });
        };
        for (const std::string_view value : {"{}", "{\"$base64\":\"a\"}", "{\"$base64\":\"/w==\",\"x\":1}",
                                             "{\"text\":\"a\"}", "{\"$base64\":{}}"}) {
            INFO(value);
            CHECK(label(std::string(value)).starts_with("line 1: field \"text"));
        }
        CHECK(content_of(txn.store()) == before);
    });
}

TEST_CASE("text that is no UTF-8 goes out and back; what has no form is named, and passed over when asked") {
    const StorePath store;
    Database db = Database::open<Labels>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Labels> labels{txn};
        labels.insert({1, "a\xff", {"b", "\xc3", "c"}, {{"n", "\x80"}}});
        labels.insert({2, "plain", {}, {}});
        CHECK(exported<Labels>(txn) ==
              "{\"id\":1,\"text\":{\"$base64\":\"Yf8=\"},\"more\":[\"b\",{\"$base64\":\"ww==\"},\"c\"],"
              "\"named\":{\"n\":{\"$base64\":\"gA==\"}}}\n"
              "{\"id\":2,\"text\":\"plain\",\"more\":[],\"named\":{}}\n");
        goes_out_and_back<Labels>(txn);

        labels.insert({3, "", {}, {{"\xff", "x"}}});
        labels.insert({4, "last", {}, {}});
        const std::string sentence = "table \"labels\", id 3: the record has no form in JSON: field \"named.";
        CHECK(error_of(ErrorCode::encode, [&] { exported<Labels>(txn); }).starts_with(sentence));
        std::string text;
        std::vector<std::string> refused;
        CHECK(export_json_lines<Labels>(
                  txn, [&](std::string_view line) { text += line; },
                  [&](const Error& error) { refused.emplace_back(error.what()); }) == 3);
        CHECK(
            text.ends_with("{\"id\":2,\"text\":\"plain\",\"more\":[],\"named\":{}}\n"
                           "{\"id\":4,\"text\":\"last\",\"more\":[],\"named\":{}}\n"));
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].starts_with(sentence));
    });
}

TEST_CASE("a document keeps what JSON does not have: bytes, tags, NaN") {
    const StorePath store;
    {
        Database db = Database::open<Notes, Opens>(store.path());
        db.write([](WriteTransaction& txn) {
            Document tagged = Document::array({1, 2});
            tagged.set_tag(4);
            Document all = Document::object({{"nan", kNaN},
                                             {"far", Document::array({-kInfinity, 1.5})},
                                             {"bytes", Document::bytes("\x01\xff")},
                                             {"tagged", tagged},
                                             {"like", Document::object({{"$cbor", "AQ=="}})},
                                             {"unlike", Document::object({{"$cbor", 1}, {"b", 2}})},
                                             {"plain", "NaN"}});
            Writer<Notes> notes{txn};
            notes.insert("all", all);
            notes.insert("alone", Document(kNaN));
            notes.insert("\xff", Document());
            Writer<Opens>{txn}.insert({1, {all}});
            CHECK(exported<Notes>(txn) ==
                  "{\"key\":\"all\",\"value\":{\"bytes\":{\"$cbor\":\"QgH/\"},\"far\":[{\"$cbor\":\"+fwA\"},1.5],"
                  "\"like\":{\"$cbor\":\"oWUkY2JvcmRBUT09\"},\"nan\":{\"$cbor\":\"+X4A\"},\"plain\":\"NaN\","
                  "\"tagged\":{\"$cbor\":\"xIIBAg==\"},\"unlike\":{\"$cbor\":1,\"b\":2}}}\n"
                  "{\"key\":\"alone\",\"value\":{\"$cbor\":\"+X4A\"}}\n"
                  "{\"key\":{\"$base64\":\"/w==\"},\"value\":null}\n");
            goes_out_and_back<Notes>(txn);
            goes_out_and_back<Opens>(txn);
            const Trees before = content_of(txn.store());
            CHECK(error_of(ErrorCode::decode, [&] {
                      import_json_lines<Notes>(txn, "{\"key\":\"x\",\"value\":[{\"$cbor\":\"AA\"}]}");
                  }).starts_with("line 1: field \"[0]\": "));
            CHECK(error_of(ErrorCode::decode, [&] {
                      import_json_lines<Notes>(txn, "{\"key\":\"x\",\"value\":[{\"$cbor\":\"YQ==\"}]}");
                  }).starts_with("line 1: field \"[0]\": "));
            CHECK(content_of(txn.store()) == before);
        });
    }
    goes_out_and_back(store.path());
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        const Trees before = content_of(txn.store());
        for (const std::string_view name : {"notes", "opens"}) {
            DynamicWriter writer(txn, stored[name]);
            for (const Document& row : writer) writer.upsert(row);
        }
        CHECK(content_of(txn.store()) == before);
    });
}

}  // namespace cambium::test
