// What an opening plans: nothing for a declaration that the file has already, and every difference once.
#include <algorithm>
#include <map>

#include "store_content.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Part {
    int a{};
};
struct MarkedPart {
    int a{};
    Uuid mark{Uuid::v4()};
    Timestamp seen{now()};
};
struct FixedPart {
    int a{};
    Uuid mark{};
    Timestamp seen{};
};

template <class P>
struct Whole {
    std::uint32_t id{};
    std::optional<P> maybe{};
    std::vector<P> list{};
    std::map<std::string, P> by{};
    std::variant<int, P> what{};
};
template <class P, class Codec>
struct Wholes : Table<"wholes", Whole<P>, PrimaryKey<&Whole<P>::id>, Codec> {};
template <class P>
struct Lists : Table<"lists", std::vector<P>, Key<std::uint32_t>, Cbor> {};

template <class P, class Codec>
void fill(const StorePath& store) {
    Database db = Database::open<Wholes<P, Codec>, Lists<P>>(store.path());
    db.write([](WriteTransaction& txn) {
        for (std::uint32_t id = 1; id <= 3; ++id) {
            Writer<Wholes<P, Codec>>{txn}.insert({id, P{1}, {P{2}, P{3}}, {{"x", P{4}}}, P{5}});
            Writer<Lists<P>>{txn}.put(id, {P{6}, P{7}});
        }
    });
}

using Marks = std::vector<std::pair<Uuid, Timestamp>>;
template <class Codec>
Marks marks(Database& db) {
    return db.read([](ReadTransaction& txn) {
        Marks marks;
        const auto add = [&](const MarkedPart& part) { marks.emplace_back(part.mark, part.seen); };
        for (const auto& whole : Reader<Wholes<MarkedPart, Codec>>{txn}) {
            add(whole.maybe.value());
            std::for_each(whole.list.begin(), whole.list.end(), add);
            add(whole.by.at("x"));
            add(std::get<1>(whole.what));
        }
        for (const auto& row : Reader<Lists<MarkedPart>>{txn})
            std::for_each(row.value.begin(), row.value.end(), add);
        return marks;
    });
}

Trees content(const StorePath& store) {
    kv::Environment environment = kv::Environment::open(store.path());
    return content_of(environment);
}

/// Opens the marked parts, and opens them again: the second time nothing is to be done.
template <class Codec>
void check_marked(const StorePath& store) {
    using Marked = Wholes<MarkedPart, Codec>;
    const auto changes = Database::plan<Marked, Lists<MarkedPart>>(store.path()).changes;
    for (const char* place : {"list[].mark", "by{}.seen", "maybe.mark", "what|1.seen"}) {
        const std::string sentence = "table \"wholes\": records are written anew, as the default of field \"" +
                                     std::string(place) + "\" is not always the same: each keeps what it is now";
        CHECK(std::count(changes.begin(), changes.end(), sentence) == 1);
    }
    Marks stored;
    {
        Database db = Database::open<Marked, Lists<MarkedPart>>(store.path());
        stored = marks<Codec>(db);
        CHECK(marks<Codec>(db) == stored);
    }
    CHECK(stored.size() == 21);
    CHECK(Database::plan<Marked, Lists<MarkedPart>>(store.path()).changes.empty());
    const Trees before = content(store);
    for (int round = 0; round < 2; ++round) {
        Database db = Database::open<Marked, Lists<MarkedPart>>(store.path());
        CHECK(marks<Codec>(db) == stored);
    }
    CHECK(content(store) == before);
}

}  // namespace

TEST_CASE_TEMPLATE("a new field of a struct in a record, whose default is never the same, gets values once", Codec,
                   Cbor, Json) {
    const StorePath store;
    fill<Part, Codec>(store);
    check_marked<Codec>(store);
}

TEST_CASE_TEMPLATE("so does one that was added later and has got such a default now", Codec, Cbor, Json) {
    const StorePath store;
    fill<Part, Codec>(store);
    static_cast<void>(Database::open<Wholes<FixedPart, Codec>, Lists<FixedPart>>(store.path()));
    check_marked<Codec>(store);
}

TEST_CASE_TEMPLATE("opening a declaration again changes nothing, whatever its defaults", Codec, Cbor, Json) {
    const StorePath store;
    fill<MarkedPart, Codec>(store);
    const Trees before = content(store);
    static_cast<void>(Database::open<Wholes<MarkedPart, Codec>, Lists<MarkedPart>>(store.path()));
    CHECK(content(store) == before);
}

namespace {

/// As the codec of that name, as far as the catalog knows.
struct Buffers {
    static constexpr std::string_view name = "flatbuffers";
    template <class R>
    static constexpr std::string_view wire() {
        return R::kWire;
    }
    template <class R>
    static void encode(const R& record, std::string& out) {
        Cbor::encode(record, out);
    }
    template <class R>
    static void decode(ByteView bytes, R& record) {
        Cbor::decode(bytes, record);
    }
};
struct Lax {
    static constexpr std::string_view kWire = R"({"#fields":["id","name","note"]})";
    std::uint32_t id{};
    std::optional<std::string> name{};
    std::string note{};
};
struct Strict {
    static constexpr std::string_view kWire = R"({"#fields":["id","!name","!note"]})";
    std::uint32_t id{};
    std::string name{};
    std::string note{};
};
struct Laxes : Table<"names", Lax, PrimaryKey<&Lax::id>, Buffers> {};
struct Stricts : Table<"names", Strict, PrimaryKey<&Strict::id>, Buffers> {};

}  // namespace

TEST_CASE("that a field of a buffer may no longer be left out is told once") {
    const StorePath store;
    static_cast<void>(Database::open<Laxes>(store.path()));
    const std::vector<std::string> refused = Database::plan<Stricts>(store.path()).refused;
    REQUIRE(refused.size() == 2);
    CHECK(holds(refused[0], "field \"name\" was optional<string>, is declared string"));
    CHECK(holds(refused[1], "field \"note\" is required now, and a stored record may lack it"));
}

}  // namespace cambium::test
