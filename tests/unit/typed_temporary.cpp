// A database in a file, in memory and temporary: the same calls and the same answers, and nothing left of the
// latter two.
#include <array>
#include <random>
#include <string>

#include "cambium/maintenance.hpp"
#include "child.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Note {
    std::uint64_t id{};
    std::string title{};
    std::optional<std::string> author{};
    std::vector<std::string> tags{};
    std::string text{};
    friend bool operator==(const Note&, const Note&) = default;
};
struct Notes : Table<"notes", Note, PrimaryKey<&Note::id>, AutoIncrement, Cbor, Unique<"title", &Note::title>,
                     OrderedIndex<"author", &Note::author, descending<&Note::title>>,
                     OrderedIndex<"tag", each<&Note::tags>>, ChangeLog<KeepChanges<50>>> {};

struct Link {
    std::uint64_t note{};
    std::uint32_t number{};
    friend bool operator==(const Link&, const Link&) = default;
};
struct Links : Table<"links", Link, PrimaryKey<&Link::note, &Link::number>, Json,
                     ForeignKey<"note", Notes, &Link::note, cascade_erase>> {};

/// The three kinds, in the order of the names.
constexpr std::array kKinds{"in a file", "in memory", "temporary"};

struct Databases {
    explicit Databases(const TemporaryDirectory& folder, const StorePath& store) {
        kv::Options options;
        options.write_memory_bytes = std::uint64_t{1} << 20;
        options.durability = kv::Durability::deferred;
        all.push_back(Database::open<Notes, Links>(store.path(), options));
        options.in_memory = true;
        all.push_back(Database::open<Notes, Links>("notes", options));
        options.in_memory = false;
        options.temporary = true;
        all.push_back(Database::open<Notes, Links>(folder.path(), options));
    }
    std::vector<Database> all;
};

Note note(std::mt19937_64& random) {
    Note note;
    note.title = "title " + std::to_string(random() % 400);
    if (random() % 3 != 0) note.author = "author " + std::to_string(random() % 7);
    note.tags.resize(random() % 4);
    for (std::string& tag : note.tags) tag = std::to_string(random() % 9);
    note.text.assign(random() % 50 == 0 ? 20000 : random() % 100, 't');
    return note;
}

/// One write; what came of it, as text.
std::string change(WriteTransaction& txn, std::mt19937_64& random) {
    Writer<Notes> notes{txn};
    Writer<Links> links{txn};
    const std::uint64_t id = random() % 300 + 1;
    Note given = note(random);
    const auto number = static_cast<std::uint32_t>(random() % 3);
    std::uint64_t result = 0;
    const Caught error = caught([&] {
        switch (random() % 10) {
            case 0:
                result = notes.erase(id) ? 1 : 0;
                break;
            case 1:
                result = notes.range(id, id + 3).count();
                break;
            case 2:
                result = notes.patch(id, set<&Note::author>(given.author)) ? 1 : 0;
                break;
            case 3:
                given.id = id;
                notes.upsert(given);
                break;
            case 4:
            case 5:
                links.upsert({id, number});
                break;
            case 6:
                result = links.erase(id, number) ? 1 : 0;
                break;
            default:
                result = notes.insert(given);
        }
    });
    return error.text + " " + std::to_string(result);
}

/// Everything that can be read of a database, as text.
std::string content(Database& db) {
    return db.read([](ReadTransaction& txn) {
        std::string text;
        const Reader<Notes> notes{txn};
        const auto add = [&](const auto& rows) {
            for (const Note& row : rows) {
                text += std::to_string(row.id) + " " + row.title + " " + row.author.value_or("-");
                for (const std::string& tag : row.tags) text += " " + tag;
                text += " " + std::to_string(row.text.size()) + "\n";
            }
        };
        add(notes.all());
        add(notes.by<"title">().all());
        add(notes.by<"author">().reverse());
        add(notes.by<"tag">().all());
        for (const Link& link : Reader<Links>{txn}.all())
            text += std::to_string(link.note) + "/" + std::to_string(link.number) + "\n";
        CHECK(verify_indexes<Notes>(txn).ok());
        CHECK(verify_indexes<Links>(txn).ok());
        return text;
    });
}

}  // namespace

TEST_CASE("a database answers the same in a file, in memory and temporary") {
    const StorePath store;
    const TemporaryDirectory folder;
    {
        Databases databases(folder, store);
        std::vector<std::string> answers(kKinds.size());
        for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
            INFO(kKinds[kind]);
            Database& db = databases.all[kind];
            std::mt19937_64 random{seed()};
            for (int round = 0; round < 60; ++round) {
                WriteTransaction txn = db.begin_write();
                for (std::uint64_t i = random() % 60; i > 0; --i) answers[kind] += change(txn, random) + "\n";
                {
                    WriteTransaction nested = txn.begin_nested();
                    for (std::uint64_t i = random() % 20; i > 0; --i)
                        answers[kind] += change(nested, random) + "\n";
                    if (random() % 2 == 0) nested.commit();
                }
                if (random() % 5 == 0) {
                    txn.abort();
                } else {
                    txn.commit();
                }
                if (round % 10 == 0) answers[kind] += content(db);
            }
            answers[kind] += content(db);
            const kv::CheckReport report = kv::check(db.environment());
            for (const kv::Finding& finding : report.findings) FAIL_CHECK(finding.what);
            CHECK(report.ok());
            CHECK(std::filesystem::is_empty(folder.path()));
        }
        CHECK(answers[0].size() > 100000);
        CHECK(answers[1] == answers[0]);
        CHECK(answers[2] == answers[0]);
    }
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK_FALSE(std::filesystem::exists("notes"));
}

TEST_CASE("a temporary database with a transaction larger than its memory") {
    const TemporaryDirectory folder;
    kv::Options options;
    options.temporary = true;
    options.write_memory_bytes = std::uint64_t{1} << 20;
    Database db = Database::open<Notes, Links>(folder.path(), options);
    db.write([](WriteTransaction& txn) {
        Writer<Notes> notes{txn};
        for (int i = 0; i < 5000; ++i)
            notes.insert({.title = std::to_string(i), .author = "ada", .tags = {}, .text = std::string(1000, 'x')});
    });
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Notes>{txn}.count() == 5000);
        CHECK(Reader<Notes>{txn}.by<"author">().equal("ada").count() == 5000);
    });
    CHECK(kv::check(db.environment()).ok());
    db.close();
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("nothing is left of a temporary database whose process is killed") {
    const TemporaryDirectory folder;
    Child child{[&](Child::Pipe& pipe) {
        kv::Options options;
        options.temporary = true;
        options.write_memory_bytes = std::uint64_t{1} << 20;
        Database db = Database::open<Notes, Links>(folder.path(), options);
        WriteTransaction txn = db.begin_write();
        Writer<Notes> notes{txn};
        for (int i = 0; i < 5000; ++i) notes.insert({.title = std::to_string(i), .text = std::string(1000, 'x')});
        pipe.send(notes.count());
        (void)pipe.receive();
    }};
    CHECK(child.receive() == 5000);
    child.kill();
    const int status = child.wait();
    CHECK(WIFSIGNALED(status));
    CHECK(std::filesystem::is_empty(folder.path()));
}

}  // namespace cambium::test
