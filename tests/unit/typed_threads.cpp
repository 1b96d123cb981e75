// One Database shared by threads: snapshots are whole while a writer commits.
#include <atomic>
#include <thread>

#include "typed_fixture.hpp"

namespace cambium::test {

TEST_CASE("readers in threads see every commit whole, through table and indexes alike") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    constexpr std::uint64_t kCommits = 60;
    std::atomic<std::uint64_t> wrong = 0;
    std::atomic<bool> done = false;

    const auto watch = [&] {
        std::uint64_t seen = 0;
        while (!done.load() || seen < kCommits) {
            db.read([&](ReadTransaction& txn) {
                const Reader<Customers> customers{txn};
                const std::uint64_t records = customers.count();
                const std::optional<Customer> newest = customers.last();
                const bool whole = customers.by<"email">().count() == records &&
                                   customers.by<"city_joined">().equal("London").count() == records &&
                                   (records == 0 || newest->id == records) && records >= seen;
                if (!whole) ++wrong;
                seen = records;
            });
        }
    };
    std::thread readers[] = {std::thread(watch), std::thread(watch), std::thread(watch)};
    for (std::uint64_t id = 1; id <= kCommits; ++id) {
        db.write([&](WriteTransaction& txn) {
            Writer<Customers>{txn}.insert(customer(id, std::to_string(id), "London"));
        });
    }
    done = true;
    for (std::thread& reader : readers) reader.join();
    CHECK(wrong == 0);
}

TEST_CASE("a write from another thread is refused and leaves the owner's transaction as it was") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    WriteTransaction txn = db.begin_write();
    Writer<Customers> customers{txn};
    customers.insert(customer(1, "a", "London"));

    bool changed = false;
    const auto change = [&](Customer&) { changed = true; };
    std::vector<Caught> refusals;
    std::thread([&] {
        refusals = {caught([&] { customers.insert(customer(2, "b")); }),
                    caught([&] { customers.upsert(customer(1, "c")); }),
                    caught([&] { static_cast<void>(customers.update(1, change)); }),
                    caught([&] { static_cast<void>(customers.erase(1)); }),
                    caught([&] { customers.truncate(); }),
                    caught([&] { txn.commit(); })};
    }).join();
    for (const Caught& refusal : refusals) {
        CHECK(refusal.code == ErrorCode::misuse);
        CHECK(holds(refusal.text, "a write transaction must stay on the thread that began it"));
    }
    CHECK(refusals.size() == 6);
    CHECK_FALSE(changed);

    customers.insert(customer(3, "d"));
    txn.commit();
    db.read([](ReadTransaction& snapshot) {
        const Reader<Customers> stored{snapshot};
        CHECK(stored.all().collect() == std::vector<Customer>{customer(1, "a", "London"), customer(3, "d")});
        CHECK(stored.by<"email">().count() == 2);
    });
}

}  // namespace cambium::test
