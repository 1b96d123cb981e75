// Tables by description: what the catalog says is enough to read every record, to write it back byte for byte, and
// to keep everything that the table keeps.
#include <chrono>

#include "cambium/codec/raw.hpp"
#ifdef CAMBIUM_TEST_ZSTD
#include "cambium/codec/zstd.hpp"
#endif
#include "typed_dynamic.hpp"

namespace cambium::test {
namespace {

struct Everything {
    std::uint32_t id{};
    Numbers numbers{};
    Texts texts{};
    Containers containers{};
    Tree tree{};
    Document document{};
    friend bool operator==(const Everything&, const Everything&) = default;
};
struct InCbor : Table<"in cbor", Everything, PrimaryKey<&Everything::id>, Cbor> {};
struct InNumberedCbor : Table<"in numbered cbor", Everything, PrimaryKey<&Everything::id>, CborNumbered> {};
struct InJson : Table<"in json", Everything, PrimaryKey<&Everything::id>, Json> {};

Everything random_everything(Random& random, std::uint32_t id) {
    Everything all;
    all.id = id;
    all.numbers = random_numbers(random);
    all.texts = random_texts(random);
    all.containers = random_containers(random);
    all.tree = random_tree(random, 4);
    all.document = Document::object({{"a", 1}, {"b", Document::array({"x", nullptr, -5, 0.25})}});
    return all;
}

struct Packed {
    std::uint64_t id{};
    double price{};
    std::array<std::int16_t, 4> parts{};
    FixedBytes<6> code{};
    bool yes{};
    std::uint8_t rest{};
    Uint256 amount{};
    friend bool operator==(const Packed&, const Packed&) = default;
};
struct InRaw : Table<"in raw", Packed, PrimaryKey<&Packed::id>, Raw, OrderedIndex<"price", &Packed::price>> {};
struct Pictures : Table<"pictures", ShapedArray<std::uint8_t>, Key<Uuid>, Array<std::uint8_t>> {};

}  // namespace

TEST_CASE("every field type goes out as JSON lines and comes back, by the catalog alone") {
    const StorePath store;
    Random random(seed());
    std::vector<Everything> records;
    for (std::uint32_t id = 0; id < 60; ++id) {
        records.push_back(random_everything(random, id));
        // The order of a std::unordered_map is nobody's but its own.
        records.back().containers.hashed.clear();
    }
    {
        Database db = Database::open<InCbor, InNumberedCbor, InJson>(store.path());
        db.write([&](WriteTransaction& txn) {
            Writer<InCbor>{txn}.load(records);
            Writer<InNumberedCbor>{txn}.load(records);
            Writer<InJson>{txn}.load(records);
        });
    }
    goes_out_and_back(store.path());
    Database db = Database::open<InCbor, InNumberedCbor, InJson>(store.path());
    db.read([&](ReadTransaction& txn) {
        CHECK(Reader<InCbor>{txn}.all().collect() == records);
        CHECK(Reader<InNumberedCbor>{txn}.all().collect() == records);
        CHECK(Reader<InJson>{txn}.all().collect() == records);
    });
}

TEST_CASE("raw records, arrays and keys outside go out and come back") {
    const StorePath store;
    {
        Database db = Database::open<InRaw, Series, Pictures, Counts>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<InRaw>{txn}.insert({1, -0.5, {1, -2, 3, -4}, {1, 2, 3, 4, 5, 6}, true, 9, Uint256(77)});
            Writer<InRaw>{txn}.insert({2, 1e300, {}, {}, false, 0, {}});
            Writer<Series>{txn}.put("eur", -3, {1.5, 2.25, -1e-300});
            Writer<Series>{txn}.put("eur", 4, {});
            Writer<Pictures>{txn}.put(Uuid::v4(), {{1, 2, 3, 4, 5, 6}, {2, 3}});
            Writer<Counts>{txn}.put("a\n\"", -5);
            Writer<Counts>{txn}.put("", 5);
            CHECK(exported<Counts>(txn) == "{\"key\":\"\",\"value\":5}\n{\"key\":\"a\\n\\\"\",\"value\":-5}\n");
            CHECK(exported<Series>(txn) ==
                  "{\"key\":[\"eur\",-3],\"value\":[1.5,2.25,-1e-300]}\n{\"key\":[\"eur\",4],\"value\":[]}\n");
        });
    }
    goes_out_and_back(store.path());
    Database db = Database::open<InRaw, Series, Pictures, Counts>(store.path());
    db.write([](WriteTransaction& txn) {
        CHECK(Reader<Series>{txn}.get("eur", -3) == std::vector<double>{1.5, 2.25, -1e-300});
        // The declaration says the same as the catalog.
        const Trees before = content_of(txn.store());
        const std::string series = exported<Series>(txn);
        const std::string counts = exported<Counts>(txn);
        Writer<Series>{txn}.truncate();
        Writer<Counts>{txn}.truncate();
        CHECK(import_json_lines<Series>(txn, series) == 2);
        CHECK(import_json_lines<Counts>(txn, counts) == 2);
        CHECK(content_of(txn.store()) == before);
        for (const char* const line : {"{\"key\":[\"a\"],\"value\":[]}", "{\"key\":[\"a\",1,2],\"value\":[]}",
                                       "{\"key\":[\"a\",1]}", "[]", "{\"key\":[1,1],\"value\":[]}"}) {
            INFO(line);
            CHECK(error_of(ErrorCode::decode, [&] {
                      import_json_lines<Series>(txn, std::string_view(line));
                  }).starts_with("line 1: "));
        }
        CHECK(content_of(txn.store()) == before);
    });
}

#ifdef CAMBIUM_TEST_ZSTD
struct InZstd : Table<"in zstd", Everything, PrimaryKey<&Everything::id>, Compressed<Cbor, Zstd>> {};

TEST_CASE("a compressed table needs its compressor") {
    const StorePath store;
    {
        Random random(seed());
        Database db = Database::open<InZstd>(store.path());
        db.write([&](WriteTransaction& txn) {
            for (std::uint32_t id = 0; id < 20; ++id) Writer<InZstd>{txn}.insert(random_everything(random, id));
        });
    }
    const StoredTables without = stored_tables(store.path());
    CHECK(without.tables.empty());
    CHECK(holds(error_of(ErrorCode::schema, [&] { static_cast<void>(without["in zstd"]); }), "\"zstd\""));
    const DynamicCompressor zstd[] = {kDynamicCompressor<Zstd>};
    goes_out_and_back(store.path(), zstd);
}
#endif

TEST_CASE("random writes by description do what those of the declaration do") {
    const StorePath typed_store;
    const StorePath dynamic_store;
    Database typed = Database::open<Posts>(typed_store.path());
    static_cast<void>(Database::open<Posts>(dynamic_store.path()));
    const StoredTables stored = stored_tables(dynamic_store.path());
    const DynamicTable& posts = stored["posts"];
    Database dynamic = Database::open(dynamic_store.path(), stored.tables);
    // Change logs hold the time.
    constexpr auto kClock = []() noexcept { return Timestamp{std::chrono::nanoseconds{1234}}; };
    typed.set_clock(kClock);
    dynamic.set_clock(kClock);

    Random random(seed());
    for (int round = 0; round < 40; ++round) {
        WriteTransaction a = typed.begin_write();
        WriteTransaction b = dynamic.begin_write();
        Writer<Posts> by_type(a);
        DynamicWriter by_description(b, posts);
        for (int step = 0; step < 25; ++step) {
            Post post;
            post.id = static_cast<std::int64_t>(random() % 30);
            post.title = std::string(1, static_cast<char>('A' + random() % 50));
            if (random() % 8 != 0) post.author = random() % 2 == 0 ? "ada" : "bob";
            for (std::size_t tags = random() % 4; tags > 0; --tags)
                post.tags.push_back(std::string(1, static_cast<char>('a' + random() % 5)));
            post.time = Timestamp{std::chrono::nanoseconds{random_integer<std::int64_t>(random)}};
            post.colour = random() % 2 == 0 ? Colour::red : Colour::green;
            std::string text;
            Json::encode(post, text);
            Document document = Document::from_json(text);
            if (random() % 2 == 0) document["colour"] = static_cast<unsigned>(post.colour);
            std::string one;
            std::string other;
            switch (random() % 5) {
                case 0:
                    one = outcome([&] { return by_type.insert(post) == 0; });
                    other = outcome([&] { return by_description.insert(document) == Document(0); });
                    break;
                case 1:
                    one = outcome([&] { return by_type.insert_if_absent(post); });
                    other = outcome([&] { return by_description.insert_if_absent(document); });
                    break;
                case 2:
                    one = outcome([&] { return by_type.upsert(post), true; });
                    other = outcome([&] { return by_description.upsert(document), true; });
                    break;
                case 3: {
                    const auto now = by_type.get(post.id);
                    if (now && random() % 4 != 0) post.revision = now->revision;
                    document["revision"] = post.revision;
                    one = outcome([&] { return by_type.replace(post); });
                    other = outcome([&] { return by_description.replace(document); });
                    break;
                }
                default:
                    one = outcome([&] { return by_type.erase(post.id); });
                    other = outcome([&] { return by_description.erase(Document(post.id)); });
            }
            CHECK(one == other);
        }
        if (random() % 4 == 0) continue;  // both roll back
        a.commit();
        b.commit();
        REQUIRE(content_of(typed.environment()) == content_of(dynamic.environment()));
    }
    typed.read([&](ReadTransaction& a) {
        dynamic.read([&](ReadTransaction& b) {
            const DynamicReader reader(b, posts);
            CHECK(reader.count() == Reader<Posts>{a}.count());
            for (const Post& post : Reader<Posts>{a}.all()) {
                const std::optional<Document> found = reader.get(post.id);
                REQUIRE(found);
                CHECK((*found)["title"].as_text() == post.title);
                CHECK(reader.contains(Document::array({post.id})));
            }
            const auto titles = [](const auto& rows) {
                std::vector<std::string> result;
                for (const auto& row : rows) {
                    if constexpr (requires { row.title; })
                        result.push_back(row.title);
                    else
                        result.emplace_back(row["title"].as_text());
                }
                return result;
            };
            const auto tags = Reader<Posts>{a}.by<"tag">();
            CHECK(titles(reader.by("tag").collect()) == titles(tags.all()));
            CHECK(titles(reader.by("tag").equal("b").collect()) == titles(tags.equal("b")));
            CHECK(titles(reader.by("tag").range("b", "d").reverse().skip(1).limit(3)) ==
                  titles(tags.range("b", "d").reverse().skip(1).limit(3)));
            CHECK(titles(reader.by("title").equal("q").collect()) ==
                  titles(Reader<Posts>{a}.by<"title">().equal("q")));
            CHECK(reader.by("author").equal("ada").count() == Reader<Posts>{a}.by<"author">().equal("ada").count());
            CHECK(reader.all().first().has_value() == Reader<Posts>{a}.first().has_value());
            CHECK(holds(error_of(ErrorCode::not_found, [&] { static_cast<void>(reader.by("tags")); }),
                        "has no index \"tags\"; it has: title, tag, author, colour"));
        });
    });
}

TEST_CASE("a table made at run time is the table that a program declares") {
    const StorePath declared;
    const StorePath described;
    static_cast<void>(Database::open<Posts, InRaw, Series, InJson>(declared.path()));
    {
        std::vector<DynamicTable> tables;
        for (const char* const name : {"posts", "in raw", "series", "in json"}) {
            for (const TableInfo& info : describe(declared.path()))
                if (info.name == name) tables.emplace_back(info);
        }
        Database db = Database::open(described.path(), tables);
        db.write([&](WriteTransaction& txn) {
            const Document row = Document::object({{"title", "first"}, {"author", "ada"}});
            CHECK(DynamicWriter(txn, tables[0]).insert(row) == Document(1));
            CHECK(holds(error_of(ErrorCode::constraint,
                                 [&] {
                                     DynamicWriter(txn, tables[0]).insert(Document::object({{"title", "second"}}));
                                 }),
                        "author"));
            CHECK(DynamicWriter(txn, tables[0]).insert(Document::object({{"title", "2"}, {"author", "b"}})) ==
                  Document(2));  // what was refused has used none
        });
    }
    CHECK(describe(declared.path()) == describe(described.path()));
    const SchemaReport report = Database::plan<Posts, InRaw, Series, InJson>(described.path());
    CHECK(report.changes.empty());
    CHECK(report.refused.empty());
    Database db = Database::open<Posts, InRaw, Series, InJson>(described.path());
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Posts>{txn}.get(1)->title == "first");
        CHECK(Reader<Posts>{txn}.count() == 2);
    });
}

}  // namespace cambium::test
