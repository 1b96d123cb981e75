// Writes beyond those of single whole records: patch, compare-and-swap, ranges, nested scopes.
#include <algorithm>

#include "errors.hpp"
#include "store_content.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Account {
    std::uint64_t id{};
    std::string owner{};
    std::optional<std::uint16_t> branch{};
    std::int64_t balance{};
    std::uint32_t revision{};
    friend bool operator==(const Account&, const Account&) = default;
};

struct Accounts : Table<"accounts", Account, PrimaryKey<&Account::id>, Cbor, Unique<"owner", &Account::owner>,
                        OrderedIndex<"branch", &Account::branch>, RowVersion<&Account::revision>> {};

struct Note {
    std::uint64_t id{};
    std::string text{};
};
struct Notes : Table<"notes", Note, PrimaryKey<&Note::id>, Cbor> {};

/// Everything in the store, as the transaction sees it.
Trees content(ReadTransaction& txn) {
    return content_of(txn.store());
}

/// The sentence of the error that a call throws; the store is then as it was before.
template <class Call>
std::string refused(WriteTransaction& txn, ErrorCode code, Call&& call) {
    const Trees before = content(txn);
    std::string sentence = error_of(code, call);
    CHECK(content(txn) == before);
    return sentence;
}

void fill(WriteTransaction& txn) {
    Writer<Accounts> accounts{txn};
    accounts.insert({1, "ada", 10, 100, 0});
    accounts.insert({2, "bob", 10, 200, 0});
    accounts.insert({3, "cy", std::nullopt, 300, 0});
    accounts.insert({4, "dot", 20, 400, 0});
    accounts.insert({5, "eve", 20, 500, 0});
}

}  // namespace

TEST_CASE("patch changes the fields named, their index entries, and nothing else") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(7, "ada@example.org", "London", 1));
        const WriteStatistics before = txn.statistics();
        CHECK(customers.patch(7, cambium::set<&Customer::city>("Paris")));
        CHECK(customers.get(7) == customer(7, "ada@example.org", "Paris", 1));
        CHECK(ids(customers.by<"city_joined">().equal("Paris")) == Ids{7});
        CHECK(customers.by<"city_joined">().equal("London").empty());
        CHECK(txn.statistics().records_written == before.records_written + 1);
        CHECK(txn.statistics().index_entries_written == before.index_entries_written + 1);

        const std::string email = "lovelace@example.org";
        CHECK(
            customers.patch(7, cambium::set<&Customer::city>(std::nullopt), cambium::set<&Customer::email>(email)));
        CHECK(customers.get(7) == customer(7, "lovelace@example.org", std::nullopt, 1));
        CHECK(customers.by<"email">().get(email)->id == 7);

        // One that changes nothing writes nothing.
        const std::uint64_t written = txn.statistics().records_written;
        CHECK(customers.patch(7, cambium::set<&Customer::email>(email)));
        CHECK(txn.statistics().records_written == written);
        CHECK_FALSE(customers.patch(8, cambium::set<&Customer::email>("nobody")));
        CHECK(customers.count() == 1);
    });
}

TEST_CASE("a patch that breaks a rule leaves the store as it was") {
    const StorePath store;
    Database db = Database::open<Accounts>(store.path());
    db.write([](WriteTransaction& txn) {
        fill(txn);
        Writer<Accounts> accounts{txn};
        CHECK(refused(txn, ErrorCode::constraint, [&] {
                  accounts.patch(2, cambium::set<&Account::branch>(30), cambium::set<&Account::owner>("ada"));
              }) == "table \"accounts\", index \"owner\": \"ada\" already belongs to id 1");
        CHECK(refused(txn, ErrorCode::invalid_argument, [&] {
                  accounts.patch(2, cambium::set<&Account::branch>(70000));
              }) == "field \"branch\": the number 70000 is outside the range of its type, 0 to 65535");
        CHECK(refused(txn, ErrorCode::encode, [&] {
                  accounts.patch(2, cambium::set<&Account::owner>("\xc0"));
              }).find("table \"accounts\", id 2: the record cannot be stored") == 0);
        CHECK(accounts.patch(2, cambium::set<&Account::branch>(std::uint8_t{30})));
        CHECK(accounts.get(2) == Account{2, "bob", 30, 200, 1});
    });
}

TEST_CASE("a row version counts changes, and a record that was changed since is not overwritten") {
    const StorePath store;
    Database db = Database::open<Accounts>(store.path());
    db.write([](WriteTransaction& txn) {
        fill(txn);
        Writer<Accounts> accounts{txn};
        Account mine = *accounts.get(1);
        Account theirs = mine;
        theirs.balance = 1;
        CHECK(accounts.replace(theirs));
        CHECK(accounts.get(1)->revision == 1);

        mine.balance = 2;
        CHECK(refused(txn, ErrorCode::conflict, [&] { accounts.replace(mine); }) ==
              "table \"accounts\": the record with id 1 was changed since it was read: its revision is 1, not 0");
        CHECK(refused(txn, ErrorCode::conflict, [&] { accounts.update(mine); }).find("its revision is 1, not 0") !=
              std::string::npos);
        const Trees before = content(txn);
        CHECK(accounts.compare_and_swap(mine) == Swap::conflict);
        CHECK(mine.revision == 0);
        CHECK(content(txn) == before);
        Account absent{9, "nobody", {}, 0, 0};
        CHECK(accounts.compare_and_swap(absent) == Swap::absent);
        CHECK_FALSE(accounts.replace(absent));
        CHECK(content(txn) == before);

        mine = *accounts.get(1);
        mine.balance = 3;
        CHECK(accounts.compare_and_swap(mine) == Swap::stored);
        CHECK(mine.revision == 2);
        mine.balance = 4;
        CHECK(accounts.compare_and_swap(mine) == Swap::stored);
        CHECK(accounts.get(1) == mine);

        // One that breaks a rule leaves record and store as they were.
        mine.owner = "bob";
        CHECK(refused(txn, ErrorCode::constraint, [&] { static_cast<void>(accounts.compare_and_swap(mine)); }) ==
              "table \"accounts\", index \"owner\": \"bob\" already belongs to id 2");
        CHECK(mine.revision == 3);
    });
}

TEST_CASE("every write of a record that is there stores the next row version") {
    const StorePath store;
    Database db = Database::open<Accounts>(store.path());
    db.write([](WriteTransaction& txn) {
        fill(txn);
        Writer<Accounts> accounts{txn};
        CHECK(accounts.update(1, [](Account& a) { a.revision = 77; }));
        CHECK(accounts.get(1)->revision == 1);
        accounts.upsert({1, "ada", 11, 0, 900});
        CHECK(accounts.get(1) == Account{1, "ada", 11, 0, 2});
        CHECK(accounts.patch(1, cambium::set<&Account::balance>(5)));
        CHECK(accounts.get(1) == Account{1, "ada", 11, 5, 3});
        CHECK_FALSE(accounts.insert_if_absent({1, "ada", 12, 0, 0}));
        CHECK(accounts.get(1)->revision == 3);
        // A new record begins where its writer says, and the count ends with the last number of its type.
        accounts.upsert({6, "fay", {}, 0, 0xffffffff});
        CHECK(accounts.get(6)->revision == 0xffffffff);
        CHECK(caught([&] { accounts.patch(6, cambium::set<&Account::balance>(1)); }).code == ErrorCode::constraint);
        CHECK(accounts.get(6)->revision == 0xffffffff);
    });
}

TEST_CASE("erase of a range takes what the query selects, with its index entries") {
    const StorePath store;
    Database db = Database::open<Accounts, Notes>(store.path());
    db.write([](WriteTransaction& txn) {
        fill(txn);
        Writer<Accounts> accounts{txn};
        CHECK(accounts.erase(accounts.by<"branch">().equal(10)) == 2);
        CHECK(ids(accounts.all()) == Ids{3, 4, 5});
        CHECK(accounts.by<"owner">().count() == 3);
        CHECK(accounts.erase(accounts.all().skip(1).limit(1)) == 1);
        CHECK(ids(accounts.all()) == Ids{3, 5});
        CHECK(accounts.erase(accounts.all().reverse().limit(1)) == 1);
        CHECK(ids(accounts.all()) == Ids{3});
        CHECK(accounts.erase(accounts.range(4, 9)) == 0);
        CHECK(accounts.erase(accounts.by<"branch">().equal(std::nullopt)) == 1);
        CHECK(accounts.count() == 0);
        CHECK(accounts.by<"branch">().count() == 0);
        CHECK(txn.statistics().records_erased == 5);
        CHECK(txn.statistics().index_entries_erased == 10);
    });
    // A table without indexes loses whole pages.
    db.write([](WriteTransaction& txn) {
        Writer<Notes> notes{txn};
        for (std::uint64_t id = 0; id < 10000; ++id) notes.insert({id, std::string(50, 'n')});
        CHECK(notes.erase(notes.range(100, 100)) == 0);
        CHECK(notes.erase(notes.range(200, 100)) == 0);
        CHECK(notes.erase(notes.after(~std::uint64_t{0})) == 0);  // no key can be behind that one
        CHECK(notes.count() == 10000);
        const std::uint64_t before = txn.store().pages_visited();
        CHECK(notes.erase(notes.range(100, 9900)) == 9800);
        CHECK(txn.store().pages_visited() - before < 1000);
        CHECK(notes.erase(notes.until(50)) == 50);
        CHECK(notes.erase(notes.from(9950)) == 50);
        CHECK(notes.count() == 100);
        CHECK(notes.first()->id == 50);
        CHECK(notes.last()->id == 9949);
        CHECK(notes.erase(notes.all()) == 100);
        CHECK(notes.count() == 0);
        CHECK(txn.statistics().records_erased == 10000);
    });
}

TEST_CASE("erase of a range refuses rows of another transaction") {
    const StorePath store;
    Database db = Database::open<Accounts>(store.path());
    db.write([](WriteTransaction& txn) { fill(txn); });
    db.write([&](WriteTransaction& txn) {
        Writer<Accounts> accounts{txn};
        ReadTransaction other = db.begin_read();
        CHECK(refused(txn, ErrorCode::misuse, [&] { accounts.erase(Reader<Accounts>{other}.all()); }) ==
              "table \"accounts\": erase() was given rows of another transaction or database");
    });
}

TEST_CASE("a nested scope rolls back alone, and what the outer one holds stays valid") {
    const StorePath store;
    Database db = Database::open<Accounts>(store.path());
    db.write([](WriteTransaction& txn) {
        fill(txn);
        Writer<Accounts> accounts{txn};
        const Trees before = content(txn);
        const WriteStatistics counts = txn.statistics();
        auto row = accounts.all().begin();

        CHECK_THROWS_AS(txn.nested([](WriteTransaction& inner) {
            Writer<Accounts> within{inner};
            within.erase(1);
            within.insert({9, "ivy", {}, 0, 0});
            throw std::runtime_error("no");
        }),
                        std::runtime_error);
        CHECK(content(txn) == before);
        CHECK(txn.statistics().records_written == counts.records_written);
        txn.nested([](WriteTransaction& inner) {
            Writer<Accounts>{inner}.truncate();
            inner.abort();
        });
        CHECK(content(txn) == before);

        const std::uint64_t kept = txn.nested([](WriteTransaction& inner) {
            Writer<Accounts> within{inner};
            within.erase(2);
            inner.nested([](WriteTransaction& innermost) {
                Writer<Accounts>{innermost}.patch(3, cambium::set<&Account::balance>(7));
            });
            CHECK_THROWS_AS(inner.nested([](WriteTransaction& innermost) {
                Writer<Accounts>{innermost}.erase(4);
                throw 1;
            }),
                            int);
            return within.count();
        });
        CHECK(kept == 4);
        CHECK(ids(accounts.all()) == Ids{1, 3, 4, 5});
        CHECK(accounts.get(3)->balance == 7);
        CHECK(txn.statistics().records_erased == counts.records_erased + 1);
        CHECK(txn.statistics().records_written == counts.records_written + 1);
        CHECK(row->id == 1);
        ++row;
        CHECK(row->id == 3);
        accounts.insert({2, "bob", {}, 0, 0});
    });
    db.read([](ReadTransaction& txn) { CHECK(ids(Reader<Accounts>{txn}.all()) == Ids{1, 2, 3, 4, 5}); });
}

TEST_CASE("while a nested scope is open, its outer one is not used") {
    const StorePath store;
    Database db = Database::open<Accounts>(store.path());
    db.write([](WriteTransaction& txn) {
        fill(txn);
        Writer<Accounts> accounts{txn};
        txn.nested([&](WriteTransaction& inner) {
            Writer<Accounts> within{inner};
            CHECK(caught([&] { static_cast<void>(accounts.get(1)); }).code == ErrorCode::misuse);
            CHECK(caught([&] { accounts.erase(1); }).code == ErrorCode::misuse);
            CHECK(caught([&] { txn.commit(); }).code == ErrorCode::misuse);
            within.erase(1);
        });
        CHECK(ids(accounts.all()) == Ids{2, 3, 4, 5});
        WriteTransaction open = txn.begin_nested();
        CHECK(Writer<Accounts>{open}.erase(2));
    });
    db.read([](ReadTransaction& txn) { CHECK(ids(Reader<Accounts>{txn}.all()) == Ids{2, 3, 4, 5}); });
}

TEST_CASE("load stores sorted and unsorted records, from a range and from a function, with every index") {
    const StorePath store;
    Database db = Database::open<Accounts>(store.path());
    std::vector<Account> sorted;
    for (std::uint64_t id = 0; id < 5000; ++id) {
        const auto branch = static_cast<std::uint16_t>(id % 7);
        sorted.push_back({id, "owner " + std::to_string(id * 7919 % 5000), branch, 1, 0});
    }
    std::vector<Account> mixed = sorted;
    for (std::size_t i = mixed.size(); i > 1; --i) std::swap(mixed[i - 1], mixed[i * 2654435761U % i]);

    Trees loaded;
    // A bound that is less than a record has every record in a run of its own.
    for (const std::size_t memory : {std::size_t{64} << 20, std::size_t{100000}, std::size_t{1}}) {
        for (const std::vector<Account>* input : {&sorted, &mixed}) {
            WriteTransaction txn = db.begin_write();
            Writer<Accounts> accounts{txn};
            CHECK(accounts.load(*input, {.memory_bytes = memory}) == 5000);
            CHECK(accounts.all().collect() == sorted);
            CHECK(accounts.by<"owner">().count() == 5000);
            CHECK(accounts.by<"owner">().get("owner 0")->id == 0);
            CHECK(accounts.by<"branch">().equal(3).count() == 714);
            CHECK(txn.statistics().records_written == 5000);
            CHECK(txn.statistics().index_entries_written == 10000);
            const Trees now = content(txn);
            if (loaded.empty()) loaded = now;
            CHECK(now == loaded);
        }
    }
    db.write([&](WriteTransaction& txn) {
        Writer<Accounts> accounts{txn};
        std::size_t next = 0;
        CHECK(accounts.load([&]() -> std::optional<Account> {
            if (next == sorted.size()) return std::nullopt;
            return sorted[next++];
        }) == 5000);
        CHECK(content(txn) == loaded);
        // Beside what is there: before, between and behind.
        CHECK(accounts.erase(accounts.until(2000)) == 2000);
        CHECK(accounts.erase(accounts.range(3000, 4000)) == 1000);
        std::vector<Account> missing(mixed.size());
        missing.erase(std::copy_if(mixed.begin(), mixed.end(), missing.begin(),
                                   [](const Account& a) { return a.id < 2000 || (a.id >= 3000 && a.id < 4000); }),
                      missing.end());
        CHECK(accounts.load(missing) == 3000);
        CHECK(content(txn) == loaded);
        CHECK(accounts.load(std::vector<Account>{}) == 0);
    });
}

TEST_CASE("a load that breaks a rule is taken back whole, and says what broke it") {
    const StorePath store;
    Database db = Database::open<Accounts>(store.path());
    db.write([](WriteTransaction& txn) {
        fill(txn);
        Writer<Accounts> accounts{txn};
        const auto load = [&](std::vector<Account> records) {
            return [&accounts, records = std::move(records)] { accounts.load(records); };
        };
        CHECK(
            refused(txn, ErrorCode::constraint, load({{8, "x", 1, 0, 0}, {9, "y", 1, 0, 0}, {3, "z", 1, 0, 0}})) ==
            "table \"accounts\": there is already a record with id 3");
        CHECK(
            refused(txn, ErrorCode::constraint, load({{9, "x", 1, 0, 0}, {8, "y", 1, 0, 0}, {8, "z", 1, 0, 0}})) ==
            "table \"accounts\": there is already a record with id 8");
        CHECK(refused(txn, ErrorCode::constraint, load({{8, "x", 1, 0, 0}, {9, "bob", 1, 0, 0}})) ==
              "table \"accounts\", index \"owner\": \"bob\" already belongs to id 2");
        CHECK(refused(txn, ErrorCode::constraint, load({{8, "x", 1, 0, 0}, {9, "x", 1, 0, 0}})) ==
              "table \"accounts\", index \"owner\": \"x\" already belongs to id 8");
        CHECK(refused(txn, ErrorCode::key_too_long, load({{8, std::string(5000, 'x'), 1, 0, 0}}))
                  .starts_with(
                      "table \"accounts\", index \"owner\" (owner): the encoded key of the record with id 8 is "));
        CHECK(refused(txn, ErrorCode::encode, load({{8, "x", 1, 0, 0}, {9, "\xc0", 1, 0, 0}}))
                  .starts_with("table \"accounts\", id 9: the record cannot be stored"));
        CHECK_THROWS_AS(accounts.load([]() -> std::optional<Account> { throw 1; }), int);
        // The source must not use the transaction that is loaded into.
        CHECK(refused(txn, ErrorCode::misuse, [&] {
                  accounts.load([&]() -> std::optional<Account> { return accounts.get(1); });
              }).size() > 0);
        CHECK(ids(accounts.all()) == Ids{1, 2, 3, 4, 5});
        CHECK(accounts.load(std::vector<Account>{{7, "x", 1, 0, 4}, {6, "y", 1, 0, 0}}) == 2);
        CHECK(accounts.get(7)->revision == 4);
    });
}

}  // namespace cambium::test
