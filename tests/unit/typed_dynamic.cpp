// Tables by description: what the catalog says is enough to read every record, to write it back byte for byte, and
// to keep everything that the table keeps.
#include <chrono>
#include <set>

#include "cambium/codec/array.hpp"
#include "cambium/codec/raw.hpp"
#include "cambium/dynamic.hpp"
#include "cambium/json_lines.hpp"
#ifdef CAMBIUM_TEST_ZSTD
#include "cambium/codec/zstd.hpp"
#endif
#include "codec_samples.hpp"
#include "errors.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "typed_fixture.hpp"

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
struct Series : Table<"series", std::vector<double>, Key<std::string, std::int32_t>, Array<double>> {};
struct Pictures : Table<"pictures", ShapedArray<std::uint8_t>, Key<Uuid>, Array<std::uint8_t>> {};
struct Counts : Table<"counts", std::int64_t, Key<std::string>, Cbor> {};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::optional<std::string> author{};
    std::vector<std::string> tags{};
    Timestamp time{};
    Colour colour{};
    std::uint16_t revision{};
    friend bool operator==(const Post&, const Post&) = default;
};
struct Posts : Table<"posts", Post, PrimaryKey<&Post::id>, Cbor, AutoIncrement, RowVersion<&Post::revision>,
                     NotNull<&Post::author>, ChangeLog<>, Unique<"title", ignore_case<&Post::title>>,
                     OrderedIndex<"tag", each<&Post::tags>, descending<&Post::time>, covering<&Post::title>>,
                     OrderedIndex<"author", &Post::author, without_nulls>, OrderedIndex<"colour", &Post::colour>> {
};

template <class T>
std::string exported(ReadTransaction& txn) {
    std::string text;
    export_json_lines<T>(txn, [&](std::string_view line) { text += line; });
    return text;
}
std::string exported(ReadTransaction& txn, const DynamicTable& table) {
    std::string text;
    export_json_lines(txn, table, [&](std::string_view line) { text += line; });
    return text;
}

/// Hands a text out in pieces.
auto pieces_of(const std::string& text) {
    return [&text, begin = std::size_t{0}]() mutable -> std::optional<std::string_view> {
        if (begin >= text.size()) return std::nullopt;
        const std::string_view piece = std::string_view(text).substr(begin, 1000);
        begin += piece.size();
        return piece;
    };
}

/// Takes every record out as JSON lines and puts it back, by description alone; the store is the same bytes then.
void goes_out_and_back(const std::string& path, std::span<const DynamicCompressor> compressors = {}) {
    const StoredTables stored = stored_tables(path, compressors);
    CHECK(stored.refused.empty());
    Database db = Database::open(path, stored.tables);
    for (const DynamicTable& table : stored.tables) {
        INFO(table.info().name);
        CHECK(table.why_read_only().empty());
        const Trees before = content_of(db.environment());
        const std::string text = db.read([&](ReadTransaction& txn) { return exported(txn, table); });
        CHECK(!text.empty());
        db.write([&](WriteTransaction& txn) {
            DynamicWriter(txn, table).truncate();
            CHECK(DynamicReader(txn, table).count() == 0);
            CHECK(import_json_lines(txn, table, pieces_of(text)) ==
                  static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
        });
        CHECK(content_of(db.environment()) == before);
        CHECK(db.read([&](ReadTransaction& txn) { return exported(txn, table); }) == text);
    }
}

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
            document["colour"] = static_cast<unsigned>(post.colour);
            const auto outcome = [](auto&& action) {
                try {
                    return std::string(action() ? "done" : "not done");
                } catch (const Error& error) {
                    // Texts of keys differ: one has quotes as JSON has them.
                    return std::string(to_string(error.code()));
                }
            };
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
            CHECK(titles(reader.by("tag").from("b").until("d").reverse().skip(1).limit(3)) ==
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

namespace {

bool is_red(const Post& post) {
    return post.colour == Colour::red;
}
struct Checked : Table<"checked", Post, PrimaryKey<&Post::id>, Cbor, Check<"red", &is_red>> {};
struct Partial
    : Table<"partial", Post, PrimaryKey<&Post::id>, Cbor, OrderedIndex<"time", &Post::time, where<&is_red>>> {};
std::size_t length(const Post& post) {
    return post.title.size();
}
struct Derived : Table<"derived", Post, PrimaryKey<&Post::id>, Cbor, OrderedIndex<"length", &length>> {};
struct NamedColours
    : Table<"named colours", Post, PrimaryKey<&Post::id>, Json, OrderedIndex<"colour", &Post::colour>> {};
struct Reply {
    std::int64_t id{};
    std::int64_t post{};
};
struct Replies : Table<"replies", Reply, PrimaryKey<&Reply::id>, Cbor, ForeignKey<"post", Checked, &Reply::post>> {
};
struct Own {
    static constexpr std::string_view name = "own";
    static void encode(const Reply& reply, std::string& out) { Cbor::encode(reply, out); }
    static void decode(ByteView bytes, Reply& reply) { Cbor::decode(bytes, reply); }
};
struct InOwn : Table<"in own", Reply, PrimaryKey<&Reply::id>, Own> {};

}  // namespace

TEST_CASE("what lies in functions of the program is read, and not written") {
    const StorePath store;
    {
        Database db = Database::open<Checked, Partial, Derived, NamedColours, Replies, InOwn>(store.path());
        db.write([](WriteTransaction& txn) {
            for (std::int64_t id = 1; id < 4; ++id) {
                const Post post{id, std::string(static_cast<std::size_t>(5 - id), 'x'), {}, {}, {}, Colour::red, 0};
                Writer<Checked>{txn}.insert(post);
                Writer<Partial>{txn}.insert(post);
                Writer<Derived>{txn}.insert(post);
                Writer<NamedColours>{txn}.insert(post);
            }
            Writer<Replies>{txn}.insert({1, 2});
            Writer<InOwn>{txn}.insert({1, 2});
        });
    }
    const StoredTables stored = stored_tables(store.path());
    REQUIRE(stored.refused.size() == 1);
    CHECK(holds(stored.refused[0], "table \"in own\": its codec \"own\" is none of"));
    CHECK(holds(error_of(ErrorCode::schema, [&] { static_cast<void>(stored["in own"]); }), "its codec \"own\""));
    CHECK(holds(error_of(ErrorCode::not_found, [&] { static_cast<void>(stored["nothing"]); }),
                "there are: checked,"));
    CHECK(holds(stored["checked"].why_read_only(), "check \"red\" is a function"));
    CHECK(holds(stored["partial"].why_read_only(), "depends on the function \"is_red\""));
    CHECK(holds(stored["derived"].why_read_only(), "depends on the function \"length\""));
    CHECK(holds(stored["named colours"].why_read_only(), "the numbers behind the names of field \"colour\""));
    CHECK(stored["replies"].why_read_only().empty());

    Database db = Database::open(store.path(), stored.tables);
    const Trees before = content_of(db.environment());
    db.write([&](WriteTransaction& txn) {
        for (const DynamicTable& table : stored.tables) {
            INFO(table.info().name);
            CHECK(DynamicReader(txn, table).count() == (table.info().name == "replies" ? 1 : 3));
            CHECK(exported(txn, table).size() > 10);
            if (table.why_read_only().empty()) continue;
            CHECK(error_of(ErrorCode::misuse, [&] { DynamicWriter(txn, table); }) == table.why_read_only());
            CHECK(error_of(ErrorCode::misuse, [&] {
                      import_json_lines(txn, table,
                                        []() -> std::optional<std::string_view> { return std::nullopt; });
                  }) == table.why_read_only());
        }
        CHECK(holds(
            error_of(ErrorCode::constraint,
                     [&] {
                         DynamicWriter(txn, stored["replies"]).insert(Document::object({{"id", 2}, {"post", 9}}));
                     }),
            "table \"replies\", foreign key \"post\": the record with id 2 refers to id 9"));
        const DynamicReader derived(txn, stored["derived"]);
        CHECK((*derived.by("length").equal(3).first())["id"] == Document(2));
        CHECK(DynamicReader(txn, stored["partial"]).by("time").count() == 3);
        CHECK(DynamicReader(txn, stored["named colours"]).by("colour").equal(0).count() == 3);
        CHECK((*DynamicReader(txn, stored["named colours"]).get(1))["colour"] == Document("red"));
    });
    CHECK(content_of(db.environment()) == before);
}

namespace {

template <class R>
bool has_odd_id(const R& record) {
    return record.id % 2 == 1;
}

}  // namespace

TEST_CASE("a record that others refer to is not erased by who cannot look at them") {
    struct Parent {
        std::int64_t id{};
    };
    struct Child {
        std::int64_t id{};
        std::int64_t parent{};
    };
    struct Parents : Table<"parents", Parent, PrimaryKey<&Parent::id>, Cbor> {};
    struct Children : Table<"children", Child, PrimaryKey<&Child::id>, Cbor,
                            ForeignKey<"parent", Parents, &Child::parent>, Check<"odd", &has_odd_id<Child>>> {};
    const StorePath store;
    {
        Database db = Database::open<Parents, Children>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Parents>{txn}.insert({1});
            Writer<Children>{txn}.insert({1, 1});
        });
    }
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        DynamicWriter parents(txn, stored["parents"]);
        CHECK(
            error_of(ErrorCode::misuse, [&] { parents.erase(1); }) ==
            "table \"parents\": nothing can be erased, as table \"children\", foreign key \"parent\" refers to it "
            "and is not kept here: table \"children\" can only be read without the program that declares it: check "
            "\"odd\" is a function");
        CHECK(holds(error_of(ErrorCode::misuse, [&] { parents.truncate(); }), "children"));
        parents.insert(Document::object({{"id", 2}}));
        CHECK(parents.count() == 2);
    });
}

namespace {

struct Member {
    std::uint64_t id{};
    std::string name{};
};
struct Members : Table<"members", Member, PrimaryKey<&Member::id>, Cbor> {};
struct Team {
    std::string code{};
    std::uint32_t year{};
    std::optional<std::uint64_t> lead{};
};
struct Teams : Table<"teams", Team, PrimaryKey<&Team::code, &Team::year>, Json,
                     ForeignKey<"lead", Members, &Team::lead, set_null>> {};
struct Seat {
    std::uint64_t id{};
    std::uint64_t member{};
    std::optional<std::string> code{};
    std::optional<std::uint32_t> year{};
    std::optional<std::uint64_t> behind{};
};
struct TeamSeats : Table<"seats", Seat, PrimaryKey<&Seat::id>, CborNumbered,
                         ForeignKey<"member", Members, &Seat::member, cascade_erase>,
                         ForeignKey<"team", Teams, &Seat::code, &Seat::year>,
                         ForeignKey<"behind", TeamSeats, &Seat::behind, deferred>> {};
struct Badge {
    std::uint64_t id{};
    std::optional<std::string> code{};
    std::uint32_t year{};
};
struct Badges : Table<"badges", Badge, PrimaryKey<&Badge::id>, Cbor,
                      ForeignKey<"team", Teams, &Badge::code, &Badge::year, set_null>> {};

/// What an action did: done, not done, or its error.
template <class Action>
std::string outcome(Action&& action) {
    try {
        return action() ? "done" : "not done";
    } catch (const Error& error) {
        return std::string(to_string(error.code()));
    }
}

/// The same random write of one table, by its type and by its description.
template <class T>
void write_both(WriteTransaction& a, WriteTransaction& b, const StoredTables& stored, Random& random,
                const typename T::Record& record, const Document& key) {
    Writer<T> by_type(a);
    DynamicWriter by_description(b, stored[T::table_name]);
    std::string text;
    Json::encode(record, text);
    const Document document = Document::from_json(text);
    std::string bytes;
    detail::LayoutOf<T>::KeyColumns::append(&record, bytes);
    ByteView key_bytes = bytes;
    const auto typed_key = detail::decode_primary_key<T>(key_bytes);
    const auto erase = [&] {
        if constexpr (requires { by_type.erase(typed_key); })
            return by_type.erase(typed_key);
        else
            return std::apply([&](const auto&... part) { return by_type.erase(part...); }, typed_key);
    };
    switch (random() % 4) {
        case 0:
            CHECK(outcome([&] { return by_type.insert(record), true; }) ==
                  outcome([&] { return by_description.insert(document) == key; }));
            break;
        case 1:
        case 2:
            CHECK(outcome([&] { return by_type.upsert(record), true; }) ==
                  outcome([&] { return by_description.upsert(document), true; }));
            break;
        default:
            CHECK(outcome(erase) == outcome([&] { return by_description.erase(key); }));
    }
}

}  // namespace

TEST_CASE("foreign keys are kept by description as they are by the declaration") {
    const StorePath typed_store;
    const StorePath dynamic_store;
    Database typed = Database::open<Members, Teams, TeamSeats, Badges>(typed_store.path());
    static_cast<void>(Database::open<Members, Teams, TeamSeats, Badges>(dynamic_store.path()));
    const StoredTables stored = stored_tables(dynamic_store.path());
    for (const DynamicTable& table : stored.tables) CHECK(table.why_read_only().empty());
    Database dynamic = Database::open(dynamic_store.path(), stored.tables);
    const std::uint64_t used = seed();
    INFO("seed " << used);
    Random random(used);
    int refused = 0;
    for (int round = 0; round < 150; ++round) {
        WriteTransaction a = typed.begin_write();
        WriteTransaction b = dynamic.begin_write();
        for (int step = 0; step < 12; ++step) {
            const std::uint64_t id = random() % 12;
            const std::uint64_t member = random() % 8;
            const std::string code(1, static_cast<char>('a' + random() % 3));
            const auto year = static_cast<std::uint32_t>(random() % 3);
            const auto maybe = [&](auto value) { return random() % 3 == 0 ? std::nullopt : std::optional(value); };
            switch (random() % 5) {
                case 0:
                    write_both<Members>(a, b, stored, random, {member, code}, member);
                    break;
                case 1:
                    write_both<Teams>(a, b, stored, random, {code, year, maybe(member)},
                                      Document::array({code, year}));
                    break;
                case 2:
                    write_both<Badges>(a, b, stored, random, {id, maybe(code), year}, id);
                    break;
                default:
                    write_both<TeamSeats>(a, b, stored, random,
                                          {id, member, maybe(code), maybe(year), maybe(random() % 12)}, id);
            }
        }
        const std::string commit = outcome([&] { return a.commit(), true; });
        REQUIRE(commit == outcome([&] { return b.commit(), true; }));
        refused += commit == "done" ? 0 : 1;
        REQUIRE(content_of(typed.environment()) == content_of(dynamic.environment()));
    }
    CHECK(refused > 0);
    CHECK(refused < 140);
}

TEST_CASE("a description may have foreign keys, and is what a declaration of them says") {
    TableInfo members;
    members.name = "members";
    members.codec = "cbor";
    members.fields = {{"id", "u64"}, {"name", "string"}};
    members.key = {"id"};
    TableInfo teams;
    teams.name = "teams";
    teams.codec = "json";
    teams.fields = {{"code", "string"}, {"year", "u32"}, {"lead", "optional<u64>"}};
    teams.key = {"code", "year"};
    teams.foreign_keys = {{.name = "lead", .target = "members", .columns = {"lead"}, .on_erase = "set null"}};
    const StorePath store;
    {
        const DynamicTable tables[] = {DynamicTable(members), DynamicTable(teams)};
        CHECK(tables[1].info().indexes.size() == 1);
        Database db = Database::open(store.path(), tables);
        db.write([&](WriteTransaction& txn) {
            DynamicWriter team(txn, tables[1]);
            const Document row = Document::object({{"code", "a"}, {"year", 1}, {"lead", 5}});
            CHECK(holds(error_of(ErrorCode::constraint, [&] { team.insert(row); }), "foreign key \"lead\""));
            DynamicWriter(txn, tables[0]).insert(Document::object({{"id", 5}, {"name", "ada"}}));
            team.insert(row);
            CHECK(team.by("lead").equal(5).count() == 1);
            CHECK(DynamicWriter(txn, tables[0]).erase(5));
            CHECK(team.by("lead").equal(nullptr).count() == 1);
            for (const Document& one : team) CHECK(one["lead"].is_null());
        });
    }
    const SchemaReport report = Database::plan<Members, Teams>(store.path());
    CHECK(report.changes.empty());
    CHECK(report.refused.empty());

    const auto refused = [&](const ForeignKeyInfo& key, IndexInfo index = {}) {
        TableInfo bad = teams;
        bad.foreign_keys = {key};
        if (!index.name.empty()) bad.indexes.push_back(index);
        return error_of(ErrorCode::schema, [&] { DynamicTable{bad}; });
    };
    CHECK(holds(refused({.name = "k", .target = "members"}), "foreign key \"k\" has no column"));
    CHECK(holds(refused({.name = "k", .target = "members", .columns = {"none"}}), "there is no field \"none\""));
    CHECK(holds(refused({.name = "k", .target = "members", .columns = {"lead"}, .on_erase = "explode"}),
                "has an erase do \"explode\""));
    CHECK(holds(refused({.name = "k", .target = "members", .columns = {"year"}, .on_erase = "set null"}),
                "needs an optional column"));
    CHECK(holds(refused({.name = "k", .target = "members", .columns = {"lead"}},
                        {.name = "k", .unique = true, .columns = {{.name = "lead", .type = "optional<u64>"}}}),
                "is not alone in the ordered index of its name"));
    const auto refused_open = [&](const ForeignKeyInfo& key) {
        TableInfo bad = teams;
        bad.name = "others";
        bad.foreign_keys = {key};
        const DynamicTable tables[] = {DynamicTable(members), DynamicTable(bad)};
        return error_of(ErrorCode::schema, [&] { static_cast<void>(Database::open(store.path(), tables)); });
    };
    CHECK(refused_open({.name = "k", .target = "members", .columns = {"year", "code"}}) ==
          "table \"others\", foreign key \"k\": its columns are (u32, string), and the primary key of table "
          "\"members\" is (u64)");
    CHECK(holds(refused_open({.name = "k", .target = "nobody", .columns = {"lead"}}),
                "it refers to table \"nobody\", which is not opened with it"));
}

TEST_CASE("a foreign key to a table that cannot be used here leaves its own to be read") {
    struct Far : Table<"far", Reply, PrimaryKey<&Reply::id>, Cbor, ForeignKey<"post", InOwn, &Reply::post>> {};
    const StorePath store;
    {
        Database db = Database::open<InOwn, Far>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<InOwn>{txn}.insert({1, 0});
            Writer<Far>{txn}.insert({1, 1});
        });
    }
    const StoredTables stored = stored_tables(store.path());
    CHECK(stored.refused.size() == 1);
    CHECK(holds(stored["far"].why_read_only(), "table \"in own\", to which a foreign key of it refers"));
    Database db = Database::open(store.path(), stored.tables);
    db.read(
        [&](ReadTransaction& txn) { CHECK(DynamicReader(txn, stored["far"]).by("post").equal(1).count() == 1); });
}

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
          "enum u9"}) {
        INFO(type);
        bad = info;
        bad.fields.push_back({"odd", type});
        CHECK(holds(refused(bad), "field \"odd\": "));
    }
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
