// Options::size_limit_bytes: the file never grows beyond, and whoever erases is never locked in.
#include <map>
#include <optional>
#include <random>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "file_bytes.hpp"
#include "kv/meta.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kLimit = 4 * kMiB + 4321;  // not a number of pages

Options limited() {
    Options options;
    options.size_limit_bytes = kLimit;
    return options;
}

using Model = std::map<std::string, std::string>;

/// A store at its limit, and what is in it.
class Limited {
public:
    explicit Limited(const std::string& path) : env_(Environment::open(path, limited())), random_(test::seed()) {}
    ~Limited() {
        CHECK(test::require_sound(env_).entries == model_.size());
        const ReadTransaction txn = env_.begin_read();
        for (const auto& [key, value] : model_) REQUIRE(txn.get(txn.tree("t"), key) == value);
    }

    /// False when the store is full, which leaves it as it was.
    bool put(std::size_t puts, std::size_t most_bytes) {
        Model next = model_;
        WriteTransaction txn = env_.begin_write();
        const Tree tree = txn.create_tree("t");
        for (std::size_t i = 0; i < puts; ++i) {
            const std::string key = "key " + std::to_string(random_() % 1000000);
            next[key] = std::string(random_() % most_bytes, static_cast<char>('a' + random_() % 26));
            txn.put(tree, key, next[key]);
        }
        try {
            txn.commit();
        } catch (const Error& error) {
            INFO(std::string{error.what()});
            REQUIRE(error.code() == ErrorCode::full);
            REQUIRE(std::string{error.what()}.find("size_limit_bytes") != std::string::npos);
            require_size();
            return false;
        }
        model_ = std::move(next);
        require_size();
        return true;
    }
    std::size_t fill(std::size_t puts, std::size_t most_bytes) {
        std::size_t commits = 0;
        while (put(puts, most_bytes)) ++commits;
        CHECK_FALSE(put(puts * 4, most_bytes * 4));
        return commits;
    }
    /// Must always succeed.
    void erase(std::size_t keys) {
        WriteTransaction txn = env_.begin_write();
        const Tree tree = txn.tree("t");
        for (std::size_t i = 0; i < keys && !model_.empty(); ++i) {
            auto victim = model_.lower_bound("key " + std::to_string(random_() % 1000000));
            if (victim == model_.end()) victim = model_.begin();
            REQUIRE(txn.erase(tree, victim->first));
            model_.erase(victim);
        }
        txn.commit();
        require_size();
    }
    void clear() {
        WriteTransaction txn = env_.begin_write();
        txn.clear(txn.tree("t"));
        txn.commit();
        model_.clear();
    }
    void require_size() {
        const EnvironmentStatistics statistics = env_.statistics();
        REQUIRE(statistics.file_size_bytes <= kLimit);
        REQUIRE(statistics.page_count * statistics.page_size_bytes <= kLimit);
    }
    [[nodiscard]] std::size_t size() const { return model_.size(); }
    [[nodiscard]] Environment& env() { return env_; }
    [[nodiscard]] std::uint64_t random(std::uint64_t below) { return random_() % below; }

private:
    Environment env_;
    std::mt19937_64 random_;
    Model model_;
};

}  // namespace

TEST_CASE("at the limit puts are refused, erasing works, and makes room at once, again and again") {
    const test::MemoryDirectory directory;
    Limited store{directory.store()};
    CHECK(store.fill(20, 400) > 50);
    CHECK(store.env().statistics().file_size_bytes > kLimit * 3 / 4);
    for (int round = 0; round < 24; ++round) {
        const std::size_t before = store.size();
        for (std::uint64_t i = 1 + store.random(20); i > 0; --i) store.erase(1);
        if (store.random(2) == 0) store.erase(1 + store.random(20));
        const std::size_t half = store.size() / 2;
        if (round % 7 == 0)
            while (store.size() > half) store.erase(20);
        CHECK(store.size() < before);
        if (round % 7 == 0) CHECK(store.put(20, 400));  // what was erased is there for the very next commit
        (void)store.fill(1 + store.random(20), 400);
        if (round % 10 == 0) test::require_sound(store.env());
    }
}

TEST_CASE("every key can be erased one by one from a full store") {
    const test::MemoryDirectory directory;
    Limited store{directory.store()};
    (void)store.fill(50, 1000);
    while (store.size() > 0) store.erase(1);
    CHECK(store.put(20, 400));
    (void)store.fill(50, 1000);
    store.clear();
    CHECK(store.put(20, 400));
}

TEST_CASE("large values at the limit") {
    const test::MemoryDirectory directory;
    Limited store{directory.store()};
    for (int round = 0; round < 10; ++round) {
        (void)store.fill(2, 60000);
        while (store.random(8) != 0) store.erase(1);
        store.erase(5);
    }
}

TEST_CASE("at the limit with a reader held: erasing works, and its end makes room") {
    const test::MemoryDirectory directory;
    Limited store{directory.store()};
    (void)store.fill(20, 400);
    for (int round = 0; round < 10; ++round) {
        const std::size_t before = store.size();
        {
            const ReadTransaction held = store.env().begin_read();
            for (int i = 0; i < 15; ++i) store.erase(1);
            (void)store.fill(5, 400);
            store.erase(1);
            std::size_t entries = 0;
            Cursor cursor = held.cursor(held.tree("t"));
            for (bool on = cursor.first(); on; on = cursor.next()) ++entries;
            CHECK(entries == before);
        }
        for (int i = 0; i < 5; ++i) store.erase(20);
        CHECK(store.put(5, 400));
        (void)store.fill(20, 400);
    }
}

namespace {

/// Keys in order of their numbers.
std::string numbered(std::uint64_t number) {
    std::string digits = std::to_string(number);
    return "key " + std::string(9 - digits.size(), '0') + digits;
}

/// Stores entries of 300 bytes in ascending batches until there is no room; how many.
std::uint64_t fill_up(Environment& env) {
    std::uint64_t stored = 0;
    for (std::uint64_t batch = 20; batch > 0;) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t");
        for (std::uint64_t i = 0; i < batch; ++i) txn.put(tree, numbered(stored + i), std::string(300, 'v'));
        try {
            txn.commit(Durability::deferred);
            stored += batch;
        } catch (const Error& error) {
            REQUIRE(error.code() == ErrorCode::full);
            batch /= 2;
        }
    }
    return stored;
}

using Eraser = void (*)(WriteTransaction&, Tree);

void erase_everything(Environment& env, Eraser erase) {
    WriteTransaction txn = env.begin_write();
    erase(txn, txn.tree("t"));
    txn.commit(Durability::deferred);
}

/// The ways to erase everything in one transaction.
constexpr Eraser kErasers[] = {
    [](WriteTransaction& txn, Tree tree) { txn.clear(tree); },
    [](WriteTransaction& txn, Tree) { CHECK(txn.drop_tree("t")); },
    [](WriteTransaction& txn, Tree tree) { CHECK(txn.erase_range(tree, "", "") > 0); },
    [](WriteTransaction& txn, Tree tree) {
        while (txn.pop_last(tree).has_value()) {
        }
    },
};

}  // namespace

TEST_CASE("a full store can be emptied in one transaction and in many, in order, while a reader sees all of it") {
    for (const std::uint64_t limit : {std::uint64_t{1200000}, kLimit})
        for (std::size_t way = 0; way < std::size(kErasers) + 2; ++way)
            for (const bool held : {false, true}) {
                INFO("limit " << limit << ", way " << way << ", held " << held);
                const test::MemoryDirectory directory;
                Options options;
                options.size_limit_bytes = limit;
                Environment env = Environment::open(directory.store(), options);
                const std::uint64_t entries = fill_up(env);
                std::optional<ReadTransaction> reader;
                if (held) reader.emplace(env.begin_read());
                if (way < std::size(kErasers)) {
                    erase_everything(env, kErasers[way]);
                } else {
                    const bool forward = way == std::size(kErasers);
                    for (bool more = true; more;) {
                        WriteTransaction txn = env.begin_write();
                        const Tree tree = txn.tree("t");
                        more = (forward ? txn.pop_first(tree) : txn.pop_last(tree)).has_value();
                        txn.commit(Durability::deferred);
                    }
                }
                if (held) CHECK(reader->statistics(reader->tree("t")).entries == entries);
                reader.reset();
                CHECK(test::require_sound(env).entries == 0);
                CHECK(fill_up(env) > 0);
                CHECK(env.statistics().file_size_bytes <= limit);
            }
}

TEST_CASE("where a reader pins every page, erasing here and there ends in full, but not what gives pages back") {
    for (const std::uint64_t limit : {std::uint64_t{1200000}, kLimit, 4 * kLimit})
        for (std::size_t way = 0; way <= std::size(kErasers); ++way) {
            INFO("limit " << limit << ", way " << way);
            const test::MemoryDirectory directory;
            Options options;
            options.size_limit_bytes = limit;
            Environment env = Environment::open(directory.store(), options);
            const std::uint64_t entries = fill_up(env);
            std::optional<ReadTransaction> reader{env.begin_read()};
            std::mt19937_64 random{test::seed()};
            const auto erase_one = [&] {
                try {
                    WriteTransaction txn = env.begin_write();
                    (void)txn.erase(txn.tree("t"), numbered(random() % entries));
                    txn.commit(Durability::deferred);
                    return true;
                } catch (const Error& error) {
                    REQUIRE(error.code() == ErrorCode::full);
                    return false;
                }
            };
            while (erase_one()) {
            }
            if (way < std::size(kErasers)) {
                erase_everything(env, kErasers[way]);
            } else {
                // A tenth at a time: what a commit gives back waits for the reader, what it wrote does not.
                for (std::uint64_t from = 0; from < entries; from += entries / 10 + 1) {
                    WriteTransaction txn = env.begin_write();
                    (void)txn.erase_range(txn.tree("t"), numbered(from), numbered(from + entries / 10 + 1));
                    txn.commit(Durability::deferred);
                }
            }
            CHECK(reader->statistics(reader->tree("t")).entries == entries);
            reader.reset();
            CHECK(test::require_sound(env).entries == 0);
            CHECK(env.statistics().file_size_bytes <= limit);
        }
}

TEST_CASE("one transaction that erases from everywhere is refused with a sentence, smaller ones are not") {
    const test::MemoryDirectory directory;
    Environment env = Environment::open(directory.store(), limited());
    const auto key = [](int i) { return "key " + std::to_string(i); };
    int stored = 0;
    for (bool room = true; room;) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t");
        for (int i = 0; i < 20; ++i) txn.put(tree, key(stored + i), std::string(300, 'v'));
        try {
            txn.commit();
            stored += 20;
        } catch (const Error& error) {
            REQUIRE(error.code() == ErrorCode::full);
            room = false;
        }
    }
    const auto erase_every_tenth = [&](int from, int to) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.tree("t");
        for (int i = from; i < to; i += 10) (void)txn.erase(tree, key(i));
        txn.commit();
    };
    try {
        erase_every_tenth(0, stored);
        FAIL("there was room to copy every page");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::full);
    }
    for (int i = 0; i < stored; i += 100) erase_every_tenth(i, i + 100);
    CHECK(env.statistics().file_size_bytes <= kLimit);
    test::require_sound(env);
}

TEST_CASE("a limit that cannot be kept is refused, one below the file's size stops its growth") {
    const test::MemoryDirectory directory;
    Options options;
    options.size_limit_bytes = 100000;
    CHECK_THROWS_AS((void)Environment::open(directory.store(), options), Error);
    std::uint64_t size = 0;
    {
        Environment env = Environment::open(directory.store());
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t");
        for (int i = 0; i < 200; ++i) txn.put(tree, "key " + std::to_string(i), std::string(10000, 'v'));
        txn.commit();
        size = env.statistics().file_size_bytes;
        CHECK_THROWS_AS((void)Environment::open(directory.store(), limited()), Error);  // options differ
    }
    options.size_limit_bytes = size / 2;
    Environment env = Environment::open(directory.store(), options);
    {
        WriteTransaction txn = env.begin_write();
        for (int i = 0; i < 20; ++i) txn.put(txn.tree("t"), "more " + std::to_string(i), std::string(10000, 'v'));
        CHECK_THROWS_AS(txn.commit(), Error);
    }
    CHECK(env.statistics().file_size_bytes <= size);
    test::require_sound(env);
}

namespace {

/// The first sync of the data file fails.
struct FailingSync : os::FileObserver {
    FailingSync() { os::set_file_observer(this); }
    ~FailingSync() override { os::set_file_observer(nullptr); }
    int before(const os::FileCall& call) override {
        return call.kind == os::FileCall::Kind::sync && ++syncs == 1 ? EIO : 0;
    }
    void after(const os::FileCall&) override {}
    int syncs = 0;
};

/// Overwrites about 1.5 MiB.
void overwrite(Environment& env, const std::string& with, Durability durability) {
    WriteTransaction txn = env.begin_write();
    const Tree tree = txn.create_tree("t");
    for (int i = 0; i < 20; ++i) txn.put(tree, "key " + std::to_string(i), std::string(75000, with.front()));
    txn.put(tree, "last", with);
    txn.commit(durability);
}

/// Leaves a store whose next overwrite must first flush the one before.
Environment crowded(const std::string& path) {
    Environment env = Environment::open(path, limited());
    overwrite(env, "first", Durability::durable);
    overwrite(env, "second", Durability::deferred);
    return env;
}

}  // namespace

TEST_CASE(
    "a flush fails while a commit makes room: that commit is not written, and its error does not say it may be") {
    const test::MemoryDirectory directory;
    {
        Environment env = crowded(directory.store());
        FailingSync fails;
        ErrorCode code = ErrorCode::full;
        try {
            overwrite(env, "third", Durability::deferred);
        } catch (const Error& error) {
            code = error.code();
        }
        CHECK(fails.syncs == 1);
        CHECK(to_string(code) == to_string(ErrorCode::poisoned));
        const ReadTransaction txn = env.begin_read();
        CHECK(txn.get(txn.tree("t"), "last") == "second");
    }
    Environment env = Environment::open(directory.store(), limited());
    const ReadTransaction txn = env.begin_read();
    CHECK(txn.get(txn.tree("t"), "last") != "third");
    test::require_sound(env);
}

TEST_CASE("a store whose two slots name one state because a commit needed room was not closed") {
    const test::MemoryDirectory directory;
    Environment env = crowded(directory.store());
    overwrite(env, "third", Durability::deferred);
    const std::string copy = directory.store() + "-copy";
    test::write_file(copy, test::read_file(directory.store()));
    {
        const os::File file = os::File::open_existing(copy, os::File::Access::read_only, os::File::Role::data);
        const SlotContent slots[2] = {read_slot(file, 0), read_slot(file, 1)};
        REQUIRE(slots[0].meta.header.transaction == 2);
        REQUIRE(slots[1].meta.header.transaction == 2);
    }
    Environment other = Environment::open(copy, limited());
    CHECK(other.recovery().unclean);
    CHECK_FALSE(other.recovery().fell_back);
    test::require_sound(other);
    test::require_sound(env);
}
