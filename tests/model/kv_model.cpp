// Random transactions on several trees against std::map: commits, aborts, snapshots held open, reopenings.
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "memory_directory.hpp"
#include "operations.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;

namespace {

using Model = std::map<std::string, std::string>;
using Trees = std::map<std::string, Model>;

struct Shape {
    const char* name;
    std::uint32_t page_size;
    std::size_t key_space;  ///< number of different keys
    std::size_t longest_key;
    std::size_t longest_value;
    std::size_t share;  ///< of the operations, in percent
};

class Run {
public:
    Run(const Shape& shape, std::uint64_t seed) : shape_(shape), random_(seed) {
        options_.page_size_bytes = shape.page_size;
        env_ = kv::Environment::open(directory_.file("store"), options_);
    }

    std::uint64_t go(std::uint64_t operations) {
        std::uint64_t done = 0;
        while (done < operations) {
            done += transaction();
            if (below(12) == 0) hold_snapshot();
            if (below(8) == 0 && !held_.empty()) drop_snapshot();
            if (below(40) == 0) reopen();
            if (below(60) == 0) test::require_sound(*env_);
        }
        while (!held_.empty()) drop_snapshot();
        compare_all(env_->begin_read(), committed_);
        test::require_sound(*env_);
        reopen();
        compare_all(env_->begin_read(), committed_);
        test::require_sound(*env_);
        return done;
    }

private:
    struct Held {
        kv::ReadTransaction txn;
        Trees model;
    };

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

    std::string key() {
        // The same number always gives the same key; neighbours share long prefixes now and then.
        const std::size_t number = below(shape_.key_space);
        std::mt19937_64 of_key{number};
        std::string key = number % 3 == 0   ? "a shared prefix of some length/"
                          : number % 3 == 1 ? std::string{}
                                            : std::string{'\0', '\xff'};
        const std::size_t extra = number % 17 == 0 ? of_key() % shape_.longest_key : of_key() % 12;
        for (std::size_t i = 0; i < extra; ++i)
            key.push_back(static_cast<char>(of_key() % (number % 2 == 0 ? 3 : 256)));
        key += std::to_string(number);
        if (key.size() > shape_.longest_key) key.resize(shape_.longest_key);
        return key;
    }

    std::string value() {
        const std::size_t size = below(30) == 0 ? below(shape_.longest_value) : below(150);
        std::string value(size, '\0');
        for (char& c : value) c = static_cast<char>(random_());
        return value;
    }

    std::string tree_name() { return std::string(1 + below(2), "xyz"[below(3)]); }

    std::size_t transaction() {
        kv::WriteTransaction txn = env_->begin_write();
        Trees model = committed_;
        const std::size_t operations = below(4) == 0 ? below(400) : below(20);
        // Waves of growth and of shrinking.
        if (below(25) == 0) mostly_erase_ = !mostly_erase_;
        std::vector<std::pair<std::string, kv::Cursor>> cursors;
        for (std::size_t i = 0; i < operations; ++i) operation(txn, model, cursors);
        if (below(10) == 0) compare_all(txn, model);
        cursors.clear();
        if (below(6) == 0) {
            txn.abort();
        } else {
            txn.commit();
            committed_ = std::move(model);
        }
        return operations + 1;
    }

    void operation(kv::WriteTransaction& txn, Trees& model,
                   std::vector<std::pair<std::string, kv::Cursor>>& cursors) {
        const std::string name = tree_name();
        if (below(400) == 0) {
            std::erase_if(cursors, [&](const auto& c) { return c.first == name; });
            CHECK(txn.drop_tree(name) == (model.erase(name) > 0));
            return;
        }
        const kv::Tree tree = txn.create_tree(name);
        Model& map = model[name];
        if (below(500) == 0) {
            txn.clear(tree);
            map.clear();
        }
        const std::string k = key();
        const std::size_t dice = below(100);
        if (dice < (mostly_erase_ ? 70U : 20U)) {
            CHECK(txn.erase(tree, k) == (map.erase(k) > 0));
        } else if (dice < 80) {
            const std::string v = value();
            txn.put(tree, k, v);
            map[k] = v;
        } else if (dice < 85) {
            const std::string v = value();
            CHECK(txn.insert(tree, k, v) == map.emplace(k, v).second);
        } else if (dice < 92) {
            const auto found = map.find(k);
            const std::optional<ByteView> got = txn.get(tree, k);
            REQUIRE(got.has_value() == (found != map.end()));
            if (got.has_value()) CHECK(*got == found->second);
        } else {
            if (cursors.size() > 5) cursors.erase(cursors.begin());
            if (below(2) == 0 || cursors.empty()) cursors.emplace_back(name, txn.cursor(tree));
            move_cursor(cursors[below(cursors.size())], model);
        }
    }

    // One seek and some steps, each compared; sometimes a write through the cursor.
    void move_cursor(std::pair<std::string, kv::Cursor>& named, Trees& model) {
        Model& map = model[named.first];
        kv::Cursor& cursor = named.second;
        const std::string k = key();
        auto at = map.lower_bound(k);
        CHECK(cursor.seek(k) == (at != map.end()));
        for (std::size_t steps = below(6); steps-- > 0;) {
            if (at != map.end()) {
                REQUIRE(cursor.valid());
                CHECK(cursor.key() == at->first);
                CHECK(cursor.value() == at->second);
                if (below(10) == 0) {
                    at->second = value();
                    cursor.put(at->second);
                    CHECK(cursor.value() == at->second);
                } else if (below(10) == 0) {
                    cursor.erase();
                    CHECK_FALSE(cursor.valid());
                    at = map.erase(at);
                    CHECK(cursor.next() == (at != map.end()));
                    continue;
                }
            }
            if (below(2) == 0) {
                if (at != map.end()) ++at;
                CHECK(cursor.next() == (at != map.end()));
            } else {
                const bool possible = at != map.begin();
                CHECK(cursor.previous() == possible);
                if (!possible) return;
                --at;
            }
        }
    }

    static void compare(const kv::Transaction& txn, kv::Tree tree, const Model& map) {
        kv::Cursor cursor = txn.cursor(tree);
        bool on = cursor.first();
        for (const auto& [k, v] : map) {
            REQUIRE(on);
            REQUIRE(cursor.key() == k);
            REQUIRE(cursor.value() == v);
            on = cursor.next();
        }
        REQUIRE_FALSE(on);
        for (auto it = map.rbegin(); it != map.rend(); ++it) {
            REQUIRE(cursor.previous());
            REQUIRE(cursor.key() == it->first);
        }
        REQUIRE_FALSE(cursor.previous());
        REQUIRE(txn.statistics(tree).entries == map.size());
    }

    static void compare_all(const kv::Transaction& txn, const Trees& model) {
        Trees::const_iterator expected = model.begin();
        txn.each_tree([&](ByteView name, kv::Tree tree) {
            REQUIRE(expected != model.end());
            REQUIRE(name == expected->first);
            compare(txn, tree, expected->second);
            ++expected;
        });
        REQUIRE(expected == model.end());
    }

    void hold_snapshot() { held_.push_back({env_->begin_read(), committed_}); }

    void drop_snapshot() {
        const std::size_t which = below(held_.size());
        compare_all(held_[which].txn, held_[which].model);
        held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(which));
    }

    void reopen() {
        while (!held_.empty()) drop_snapshot();
        env_->close();
        env_ = kv::Environment::open(directory_.file("store"), options_);
        CHECK_FALSE(env_->recovery().unclean);
    }

    Shape shape_;
    std::mt19937_64 random_;
    test::MemoryDirectory directory_;
    kv::Options options_;
    std::optional<kv::Environment> env_;
    Trees committed_;
    std::vector<Held> held_;
    bool mostly_erase_ = false;
};

}  // namespace

TEST_CASE("the engine does what std::map does") {
    const Shape shapes[] = {
        {"small pages, many keys", 4096, 4000, 400, 12000, 45},
        {"long keys", 4096, 1500, 1024, 3000, 15},
        {"few keys, large values", 4096, 60, 40, 300000, 5},
        {"large pages", 65536, 20000, 3000, 200000, 25},
        {"one page", 4096, 12, 20, 100, 10},
    };
    const std::uint64_t seed = test::seed();
    test::Operations operations{test::kKvModel};
    for (const Shape& shape : shapes) {
        CAPTURE(shape.name);
        operations.add(Run{shape, seed}.go(operations.percent(shape.share)));
    }
    operations.finish();
}
