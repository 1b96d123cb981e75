// Erasing what a query leads to: rows, their keys, those for which something holds, and sets of them.
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

}  // namespace
}  // namespace cambium::test
