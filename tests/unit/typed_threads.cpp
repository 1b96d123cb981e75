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

}  // namespace cambium::test
