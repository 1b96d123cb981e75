// Erasing what a query leads to: rows, their keys, those for which something holds, and sets of them.
#include "cambium/dynamic.hpp"
#include "cambium/maintenance.hpp"
#include "errors.hpp"
#include "store_content.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Task {
    std::uint64_t id{};
    std::string kind{};
    std::vector<std::string> tags{};
    std::optional<std::uint64_t> after{};
};
struct Tasks : Table<"tasks", Task, PrimaryKey<&Task::id>, Cbor, OrderedIndex<"kind", &Task::kind>,
                     OrderedIndex<"tag", each<&Task::tags>>, ForeignKey<"after", Tasks, &Task::after>> {};

struct Words : Table<"words", std::string, Key<std::string>, Cbor> {};

void fill(WriteTransaction& txn) {
    Writer<Tasks> tasks{txn};
    for (std::uint64_t id = 1; id <= 12; ++id) {
        tasks.insert(
            {.id = id,
             .kind = id % 2 == 0 ? "even" : "odd",
             .tags = id % 3 == 0 ? std::vector<std::string>{"three", "many"} : std::vector<std::string>{}});
    }
}

struct Owner {
    std::uint64_t id{};
};
struct Owners : Table<"owners", Owner, PrimaryKey<&Owner::id>, Cbor> {};
struct Pet {
    std::uint64_t tag{};
    std::optional<std::uint64_t> owner{};
};
/// A codec of one's own that takes a null for zero, and reads it as zero.
template <bool Exact>
struct NoNull {
    static constexpr std::string_view name = "no-null";
    static constexpr bool exact = Exact;
    static void encode(const Pet& pet, std::string& out) { Cbor::encode(Pet{pet.tag, pet.owner.value_or(0)}, out); }
    static void decode(ByteView bytes, Pet& pet) { Cbor::decode(bytes, pet); }
};
template <class Codec>
struct Pets : Table<"pets", Pet, PrimaryKey<&Pet::tag>, Codec, ForeignKey<"owner", Owners, &Pet::owner, set_null>> {
};

/// Runs a body in a transaction over the twelve tasks, which is taken back.
template <class Body>
void among_tasks(Body&& body) {
    const StorePath store;
    auto db = Database::open<Tasks, Words>(store.path());
    WriteTransaction txn = db.begin_write();
    fill(txn);
    body(txn);
    CHECK(Reader<Tasks>{txn}.by<"kind">().count() == Reader<Tasks>{txn}.count());
}

TEST_CASE("erase takes the keys of a query") {
    among_tasks([](WriteTransaction& txn) {
        Writer<Tasks> tasks{txn};
        CHECK(tasks.erase(tasks.by<"kind">().equal("even").reverse().limit(2).keys()) == 2);
        CHECK(ids(tasks) == Ids{1, 2, 3, 4, 5, 6, 7, 8, 9, 11});
    });
}

TEST_CASE("erase takes the rows that a filter lets through, each once, and no more than its limit") {
    among_tasks([](WriteTransaction& txn) {
        Writer<Tasks> tasks{txn};
        // The predicate may read what is being erased: it is asked about every row before the first one goes.
        const auto last_of_all = [&](const Task& task) { return task.id > 10 && tasks.count() == 12; };
        CHECK(tasks.erase(tasks.all().filter(last_of_all)) == 2);
        CHECK(tasks.erase(tasks.by<"tag">().all().filter([](const Task& task) { return task.id > 5; })) == 2);
        CHECK(ids(tasks) == Ids{1, 2, 3, 4, 5, 7, 8, 10});
        CHECK(tasks.erase(tasks.all().reverse().filter([](const Task& task) { return task.id < 6; }).limit(3)) ==
              3);
        CHECK(ids(tasks) == Ids{1, 2, 7, 8, 10});
        CHECK(tasks.erase(tasks.all().filter([](const Task&) { return false; })) == 0);
    });
}

TEST_CASE("erase takes what intersect, unite and subtract return") {
    among_tasks([](WriteTransaction& txn) {
        Writer<Tasks> tasks{txn};
        const auto threes = tasks.by<"tag">().equal("three");
        const auto even = tasks.by<"kind">().equal("even");
        const auto both = intersect(threes, even);
        CHECK(tasks.erase(both) == 2);
        CHECK(tasks.erase(both) == 0);
        CHECK(ids(tasks) == Ids{1, 2, 3, 4, 5, 7, 8, 9, 10, 11});
        CHECK(tasks.erase(unite(threes, tasks.from(11))) == 3);
        CHECK(tasks.erase(subtract(tasks.all(), even)) == 3);
        CHECK(ids(tasks) == Ids{2, 4, 8, 10});
    });
}

TEST_CASE("sets are made of filtered rows and of keys as well") {
    among_tasks([](WriteTransaction& txn) {
        const Reader<Tasks> tasks{txn};
        const auto small = tasks.all().reverse().filter([](const Task& task) { return task.id < 5; });
        CHECK(ids(intersect(tasks.by<"kind">().equal("odd").keys(), small)) == Ids{1, 3});
        CHECK(ids(unite(small, tasks.from(12))) == Ids{1, 2, 3, 4, 12});
    });
}

TEST_CASE("an erase of filtered rows or of a set is one statement: all of it, or nothing") {
    among_tasks([](WriteTransaction& txn) {
        Writer<Tasks> tasks{txn};
        tasks.patch(5, set<&Task::after>(std::optional<std::uint64_t>{2}));
        const Trees before = content_of(txn.store());
        const auto small = [](const Task& task) { return task.id < 4; };
        const std::string sentence =
            error_of(ErrorCode::constraint, [&] { tasks.erase(tasks.all().filter(small)); });
        CHECK(holds(sentence, "foreign key \"after\" refers to it"));
        CHECK(error_of(ErrorCode::constraint, [&] { tasks.erase(unite(tasks.until(2), tasks.range(2, 5))); }) ==
              sentence);
        CHECK(content_of(txn.store()) == before);
        CHECK(tasks.erase(unite(tasks.until(2), tasks.range(2, 6))) == 5);

        const Trees later = content_of(txn.store());
        const auto fails = [](const Task& task) {
            if (task.id == 9) throw task.id;
            return true;
        };
        CHECK_THROWS_AS(tasks.erase(tasks.all().filter(fails)), std::uint64_t);
        CHECK(content_of(txn.store()) == later);
    });
}

TEST_CASE("erase refuses a set of another transaction") {
    const StorePath store;
    auto db = Database::open<Tasks, Words>(store.path());
    db.write(fill);
    ReadTransaction snapshot = db.begin_read();
    const Reader<Tasks> tasks{snapshot};
    WriteTransaction txn = db.begin_write();
    Writer<Tasks> writer{txn};
    CHECK(holds(error_of(ErrorCode::misuse, [&] { writer.erase(unite(tasks.all(), tasks.all())); }),
                "erase() was given rows of another transaction"));
    CHECK(writer.count() == 12);
}

TEST_CASE_TEMPLATE("set_null with a codec that reads a null as a value is refused, and changes nothing", Codec,
                   NoNull<false>, NoNull<true>) {
    const StorePath store;
    auto db = Database::open<Owners, Pets<Codec>>(store.path());
    WriteTransaction txn = db.begin_write();
    Writer<Owners> owners{txn};
    for (std::uint64_t id = 0; id < 3; ++id) owners.insert({id});
    Writer<Pets<Codec>> pets{txn};
    pets.insert({10, 0});
    pets.insert({11, 1});
    const Trees before = content_of(txn.store());
    const auto refused = [&](auto&& erase) {
        CHECK(error_of(ErrorCode::constraint, erase).starts_with("table \"pets\", foreign key \"owner\": "));
        CHECK(content_of(txn.store()) == before);
    };
    refused([&] { owners.erase(0); });
    refused([&] { owners.erase(1); });
    refused([&] { owners.erase(owners.from(1)); });
    refused([&] { owners.erase(owners.all().filter([](const Owner&) { return true; })); });
    refused([&] { owners.truncate(); });
    CHECK(error_of(ErrorCode::constraint, [&] { owners.erase(0); }) ==
          "table \"pets\", foreign key \"owner\": the record with tag 10 cannot be set to null, as codec no-null "
          "reads a null as a value");
    CHECK(owners.erase(2));
}

TEST_CASE("erase of a query whose table has its key outside the value") {
    among_tasks([](WriteTransaction& txn) {
        Writer<Words> words{txn};
        for (const char* word : {"ash", "beech", "elm", "oak"}) words.put(word, std::string(word).substr(1));
        using Word = RowOf<Words>;
        CHECK(words.erase(words.all().filter([](const Word& word) { return word.value.size() == 2; })) == 3);
        CHECK(words.count() == 1);
        CHECK(words.erase(unite(words.prefix("b"), words.prefix("c"))) == 1);
    });
}

struct Post {
    std::uint64_t id{};
    std::vector<std::string> tags{};
};
struct Posts : Table<"posts", Post, PrimaryKey<&Post::id>, Cbor, OrderedIndex<"tag", each<&Post::tags>>> {};

struct Node {
    std::uint64_t id{};
    std::optional<std::uint64_t> parent{};
    std::vector<std::string> tags{};
};
template <detail::OnErase Action>
struct Nodes : Table<"nodes", Node, PrimaryKey<&Node::id>, Cbor, OrderedIndex<"tag", each<&Node::tags>>,
                     ForeignKey<"parent", Nodes<Action>, &Node::parent, Action>> {};

/// Two tables that refer to each other: what is erased may come back over the other one.
struct Link {
    std::uint64_t id{};
    std::optional<std::uint64_t> to{};
};
struct Rights;
struct Lefts
    : Table<"lefts", Link, PrimaryKey<&Link::id>, Cbor, ForeignKey<"to", Rights, &Link::to, cascade_erase>> {};
struct Rights
    : Table<"rights", Link, PrimaryKey<&Link::id>, Cbor, ForeignKey<"to", Lefts, &Link::to, cascade_erase>> {};

/// Opens tables, runs a body in a transaction, and verifies their indexes.
template <class... Ts, class Body>
void within(Body&& body) {
    const StorePath store;
    auto db = Database::open<Ts...>(store.path());
    db.write(body);
    CHECK(db.read([](ReadTransaction& txn) { return (verify_indexes<Ts>(txn).ok() && ...); }));
}

TEST_CASE("erase of a query with a limit takes the records that the query shows, and no others") {
    within<Posts>([](WriteTransaction& txn) {
        Writer<Posts> posts{txn};
        const auto fill = [&] {
            posts.truncate();
            posts.insert({1, {"a", "b"}});
            posts.insert({2, {"c", "a2"}});
            posts.insert({3, {"d"}});
        };
        const auto erases = [&](const auto& query, std::uint64_t number, const Ids& left) {
            CHECK(posts.erase(query) == number);
            CHECK(ids(posts) == left);
            fill();
        };
        fill();
        const auto tags = posts.by<"tag">();  // 1, 2, 1, 2, 3
        erases(tags.limit(1), 1, {2, 3});
        erases(tags.limit(2), 2, {3});
        erases(tags.limit(3).keys(), 2, {3});
        erases(tags.skip(2).limit(1), 1, {2, 3});
        erases(tags.skip(2).limit(2), 2, {3});
        erases(tags.skip(4), 1, {1, 2});
        erases(tags.reverse().limit(3), 3, {});
        erases(tags.reverse().skip(1).limit(2).keys(), 2, {3});
        erases(tags.all(), 3, {});
        erases(tags.limit(0), 0, {1, 2, 3});
        const auto first = tags.from("b").limit(1);
        erases(unite(first, first), 1, {2, 3});
        erases(unite(first, tags.reverse().limit(1)), 2, {2});
        erases(subtract(tags.limit(4), posts.until(2)), 1, {1, 3});
        erases(tags.filter([](const Post&) { return true; }).limit(3), 2, {3});
        posts.insert({4, {"a", "b", "c"}});
        erases(posts.limit(2), 2, {3, 4});
        std::uint64_t rounds = 0;
        for (; posts.erase(tags.limit(2)) > 0; ++rounds) continue;
        CHECK(rounds == 2);
        CHECK(posts.empty());
    });
}

TEST_CASE("erase counts the records of the query, also those that went along with another one, and no others") {
    within<Nodes<cascade_erase>>([](WriteTransaction& txn) {
        Writer<Nodes<cascade_erase>> nodes{txn};
        const auto fill = [&] {
            nodes.truncate();
            nodes.insert({1, {}, {"a", "b"}});
            nodes.insert({2, 1, {"a"}});
            nodes.insert({3, {}, {"b", "c"}});
            nodes.insert({4, 3, {"c"}});
            nodes.insert({5, {}, {"d"}});
        };
        const auto erases = [&](const auto& query, std::uint64_t number, const Ids& left) {
            CHECK(nodes.erase(query) == number);
            CHECK(ids(nodes) == left);
            fill();
        };
        fill();
        erases(nodes.limit(2), 2, {3, 4, 5});
        erases(nodes.limit(1), 1, {3, 4, 5});
        erases(nodes.skip(1).limit(2), 2, {1, 5});
        erases(nodes.reverse().limit(3), 3, {1, 2});
        erases(nodes.all(), 5, {});
        erases(nodes.until(3), 2, {3, 4, 5});
        erases(nodes.by<"tag">().limit(3), 2, {3, 4, 5});
        erases(nodes.by<"tag">().equal("b"), 2, {5});
        erases(nodes.all().filter([](const Node&) { return true; }).limit(2), 2, {3, 4, 5});
        erases(unite(nodes.limit(1), nodes.reverse().limit(2)), 3, {3});
        erases(subtract(nodes.all(), nodes.range(4, 5)), 4, {});
        const auto all = unite(nodes.all(), nodes.all());
        CHECK(nodes.erase(1));
        CHECK(nodes.erase(all) == 3);
    });
}

TEST_CASE("erase with a limit when records are set to null by it") {
    within<Nodes<set_null>>([](WriteTransaction& txn) {
        Writer<Nodes<set_null>> nodes{txn};
        for (std::uint64_t id = 1; id <= 6; ++id)
            nodes.insert({id, id > 1 ? std::optional(id - 1) : std::nullopt, {"a", id % 2 == 0 ? "b" : "c"}});
        CHECK(nodes.erase(nodes.by<"parent">().limit(2)) == 2);
        CHECK(ids(nodes.by<"parent">()) == Ids{3, 4, 5, 6});
        CHECK(nodes.erase(nodes.by<"parent">().skip(1).limit(1)) == 1);
        CHECK(ids(nodes.by<"parent">()) == Ids{3, 5, 6});
        CHECK(nodes.erase(nodes.by<"tag">().from("b").limit(2)) == 2);
        CHECK(ids(nodes) == Ids{5});
    });
}

TEST_CASE("erase with a limit when what is erased comes back over another table") {
    within<Lefts, Rights>([](WriteTransaction& txn) {
        Writer<Lefts> lefts{txn};
        Writer<Rights> rights{txn};
        for (std::uint64_t id = 1; id <= 4; ++id) {
            lefts.insert({id, {}});
            rights.insert({id, id});
        }
        lefts.patch(2, set<&Link::to>(1));
        lefts.patch(4, set<&Link::to>(1));
        CHECK(lefts.erase(lefts.limit(2)) == 2);
        CHECK(ids(lefts) == Ids{3});
        CHECK(ids(rights) == Ids{3});
    });
}

TEST_CASE("erase of a part of more records than are remembered in memory") {
    within<Posts, Nodes<cascade_erase>>([](WriteTransaction& txn) {
        Writer<Posts> posts{txn};
        Writer<Nodes<cascade_erase>> nodes{txn};
        for (std::uint64_t id = 0; id < 10'000; ++id) {
            posts.insert({id, {"a" + std::to_string(id), "b" + std::to_string(id)}});
            nodes.insert({id, id > 0 ? std::optional(id / 2) : std::nullopt, {}});
        }
        CHECK(posts.erase(posts.by<"tag">().limit(9'000)) == 9'000);
        CHECK(posts.count() == 1'000);
        CHECK(posts.erase(posts.by<"tag">().skip(500).limit(1'000)) == 1'000);
        CHECK(posts.empty());
        CHECK(nodes.erase(nodes.from(5'000)) == 5'000);
        CHECK(nodes.erase(nodes.limit(4'500)) == 4'500);
        CHECK(nodes.empty());
    });
}

TEST_CASE("erase of a dynamic query with a limit takes the records that the query shows") {
    const StorePath store;
    {
        auto db = Database::open<Posts>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Posts> posts{txn};
            posts.insert({1, {"a", "b"}});
            posts.insert({2, {"c"}});
            posts.insert({3, {"d"}});
        });
    }
    const StoredTables stored = stored_tables(store.path());
    auto db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        DynamicWriter posts{txn, stored["posts"]};
        CHECK(posts.erase(posts.by("tag").limit(2)) == 1);
        CHECK(posts.count() == 2);
        CHECK(posts.erase(posts.by("tag").reverse().limit(1)) == 1);
        CHECK(posts.contains(2));
    });
}

}  // namespace
}  // namespace cambium::test
