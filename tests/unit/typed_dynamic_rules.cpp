// Tables by description whose rules the file does not have, or that refer to each other.
#include "typed_dynamic.hpp"

namespace cambium::test {
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
    CHECK(stored["named colours"].why_read_only().empty());
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

    const auto refused = [&](const ForeignKeyInfo& key, IndexInfo index = {}, std::vector<RuleInfo> rules = {}) {
        TableInfo bad = teams;
        bad.foreign_keys = {key};
        bad.rules = std::move(rules);
        if (!index.name.empty()) bad.indexes.push_back(index);
        return error_of(ErrorCode::schema, [&] { DynamicTable{bad}; });
    };
    CHECK(holds(refused({.name = "k", .target = "members"}), "foreign key \"k\" has no column"));
    CHECK(holds(refused({.name = "k", .target = "members", .columns = {"none"}}), "there is no field \"none\""));
    CHECK(holds(refused({.name = "k", .target = "members", .columns = {"lead"}, .on_erase = "explode"}),
                "has an erase do \"explode\""));
    CHECK(holds(refused({.name = "k", .target = "members", .columns = {"year"}, .on_erase = "set null"}),
                "needs an optional column"));
    CHECK(holds(refused({.name = "k", .target = "members", .columns = {"lead"}, .on_erase = "set null"}, {},
                        {{"lead", "not null", 0}}),
                "foreign key \"k\" sets null a column that is never null"));
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

}  // namespace cambium::test
