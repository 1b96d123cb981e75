// Stores that are large beside the memory: pages are read one by one, and a scan asks for what it is about to
// reach.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <random>
#include <set>

#include "cambium/kv/large_value.hpp"
#include "kv/environment_state.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

namespace {

constexpr std::uint64_t kRecords = 100'000;
constexpr std::uint64_t kPageSize = 4096;

std::string key_of(std::uint64_t number) {
    std::string key(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) key[i] = static_cast<char>(number >> (56 - 8 * i));
    return key;
}

std::string value_of(std::uint64_t number) {
    std::string value = std::to_string(number) + " ";
    value.resize(200, static_cast<char>('a' + number % 26));
    return value;
}

/// Memory for a process, as long as this lives.
struct GivenMemory {
    explicit GivenMemory(std::uint64_t bytes) { os::set_memory_allowed(bytes); }
    ~GivenMemory() { os::set_memory_allowed(0); }
};

/// Counts how often each page was asked for.
class Requests final : public os::FileObserver {
public:
    Requests() { os::set_file_observer(this); }
    ~Requests() override { os::set_file_observer(nullptr); }
    int before(const os::FileCall&) override { return 0; }
    void after(const os::FileCall&) override {}
    void reads_ahead(std::uint64_t offset, std::uint64_t size) override {
        for (std::uint64_t at = offset / kPageSize; at < (offset + size + kPageSize - 1) / kPageSize; ++at) {
            asked.insert(at);
            ++pages;
        }
    }
    std::set<std::uint64_t> asked;
    std::uint64_t pages = 0;
};

void fill(const std::string& path, bool in_order, std::mt19937_64& random) {
    std::vector<std::uint64_t> numbers(kRecords);
    for (std::uint64_t i = 0; i < kRecords; ++i) numbers[i] = i;
    if (!in_order) std::shuffle(numbers.begin(), numbers.end(), random);
    Environment env = Environment::open(path);
    for (std::uint64_t i = 0; i < kRecords;) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t");
        for (int n = 0; n < 10'000; ++n, ++i) txn.put(tree, key_of(numbers[i]), value_of(numbers[i]));
        txn.commit(Durability::deferred);
    }
    test::require_sound(env);
    env.close();
}

/// The leaf that holds what the cursor stands on.
std::uint64_t leaf_of(const Environment& env, Cursor& cursor) {
    const std::byte* map = EnvironmentAccess::state(env).mapped(0);
    const auto at = static_cast<std::uint64_t>(reinterpret_cast<const std::byte*>(cursor.value().data()) - map);
    return at / kPageSize;
}

/// Scans everything; answers how many leaves were met, and of them how many without having been asked for.
struct Scanned {
    std::uint64_t leaves = 0;
    std::uint64_t unasked = 0;
};
Scanned scan(Environment& env, const Requests& requests, bool forward) {
    const ReadTransaction txn = env.begin_read();
    Cursor cursor = txn.cursor(txn.tree("t"));
    Scanned scanned;
    std::uint64_t leaf = 0;
    std::uint64_t records = 0;
    for (bool more = forward ? cursor.first() : cursor.last(); more;
         more = forward ? cursor.next() : cursor.previous(), ++records) {
        const std::uint64_t number = forward ? records : kRecords - 1 - records;
        if (cursor.key() != key_of(number) || cursor.value() != value_of(number)) FAIL("record " << number);
        if (leaf_of(env, cursor) == leaf) continue;
        leaf = leaf_of(env, cursor);
        ++scanned.leaves;
        if (!requests.asked.contains(leaf)) ++scanned.unasked;
    }
    CHECK(records == kRecords);
    return scanned;
}

}  // namespace

TEST_CASE("a scan of a large store asks once for nearly every leaf before it gets there") {
    std::mt19937_64 random{test::seed()};
    const test::TemporaryDirectory directory;
    for (const bool in_order : {true, false}) {
        CAPTURE(in_order);
        const std::string path = directory.file(in_order ? "in order" : "random");
        fill(path, in_order, random);
        const GivenMemory given{std::uint64_t{20} << 20};
        Environment env = Environment::open(path);
        for (const bool forward : {true, false}) {
            CAPTURE(forward);
            const Requests requests;
            const Scanned scanned = scan(env, requests, forward);
            CHECK(EnvironmentAccess::state(env).reads_sparsely());
            CHECK(scanned.leaves > 5000);
            CHECK(scanned.unasked < 20);
            CHECK(requests.pages < scanned.leaves + scanned.leaves / 50);
        }
        test::require_sound(env);
    }
}

TEST_CASE("short scans ask for nothing, and long ones for no more than they have read") {
    std::mt19937_64 random{test::seed()};
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("store");
    fill(path, true, random);
    const GivenMemory given{std::uint64_t{20} << 20};
    Environment env = Environment::open(path);
    const ReadTransaction txn = env.begin_read();
    const Tree tree = txn.tree("t");
    const Requests requests;
    Cursor cursor = txn.cursor(tree);
    std::uint64_t number = 0;
    for (int i = 0; i < 1000; ++i) {
        // Far from where the last one ended: short scans that happen to go on from each other are a long one.
        number = (number + kRecords / 4 + random() % (kRecords / 2)) % kRecords;
        CHECK(*txn.get(tree, key_of(number)) == value_of(number));
        REQUIRE(cursor.seek(key_of(number)));
        const bool forward = random() % 2 == 0;
        for (int step = 0; step < 100; ++step) {
            if (cursor.value() != value_of(number)) FAIL("record " << number);
            if (!(forward ? cursor.next() : cursor.previous())) break;
            number += forward ? 1 : std::uint64_t{0} - 1;
        }
    }
    CHECK(requests.pages == 0);
    for (int i = 0; i < 50; ++i) {
        const std::uint64_t before = requests.pages;
        REQUIRE(cursor.seek(key_of(random() % kRecords)));
        std::uint64_t leaves = 1;
        std::uint64_t leaf = leaf_of(env, cursor);
        for (std::uint64_t steps = random() % 20'000; steps > 0 && cursor.next(); --steps) {
            if (leaf_of(env, cursor) != leaf) ++leaves;
            leaf = leaf_of(env, cursor);
        }
        CHECK(requests.pages - before <= 2 * leaves + 8);
    }
}

namespace {

/// The leaf in which the engine has the value.
std::uint64_t leaf_of(const Environment& env, ByteView value) {
    const auto* data = reinterpret_cast<const std::byte*>(value.data());
    return static_cast<std::uint64_t>(data - EnvironmentAccess::state(env).mapped(0)) / kPageSize;
}

struct Keys {
    explicit Keys(std::mt19937_64& random) {
        for (std::uint64_t& number : numbers) number = random() % kRecords;
        for (std::size_t i = 0; i < numbers.size(); ++i) views[i] = keys[i] = key_of(numbers[i]);
    }
    std::array<std::uint64_t, 100> numbers{};
    std::array<std::string, 100> keys;
    std::array<ByteView, 100> views;
};

}  // namespace

TEST_CASE("calls for several keys ask for their leaves after the disk had to be read, and no longer than that") {
    std::mt19937_64 random{test::seed()};
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("store");
    fill(path, false, random);
    const GivenMemory given{std::uint64_t{20} << 20};
    Environment env = Environment::open(path);
    std::atomic<std::uint32_t>& to_ask = EnvironmentAccess::state(env).groups_to_ask;
    const Requests requests;
    std::array<std::optional<ByteView>, 100> values;

    SUBCASE("reading") {
        const ReadTransaction txn = env.begin_read();
        const Tree tree = txn.tree("t");
        const auto read = [&] {
            const Keys keys{random};
            txn.multi_get(tree, keys.views, values);
            std::set<std::uint64_t> leaves;
            for (std::size_t i = 0; i < values.size(); ++i) {
                REQUIRE(values[i] == value_of(keys.numbers[i]));
                leaves.insert(leaf_of(env, *values[i]));
            }
            return leaves;
        };
        (void)read();
        REQUIRE(EnvironmentAccess::state(env).reads_sparsely());
        to_ask = 70;  // ten calls of seven groups each
        for (int call = 0; call < 10; ++call) {
            for (const std::uint64_t leaf : read()) REQUIRE(requests.asked.contains(leaf));
        }
        CHECK(to_ask == 0);
        const std::uint64_t before = requests.pages;
        // What was just read is in memory, and is read again.
        const Keys keys{random};
        for (int call = 0; call < 2; ++call) {
            to_ask = 0;
            txn.multi_get(tree, keys.views, values);
        }
        CHECK(to_ask == 0);
        CHECK(requests.pages - before <= keys.views.size());
        const ByteView absent[] = {"a", "b"};
        to_ask = 1;
        txn.multi_get(tree, absent, std::span{values}.first(2));
        CHECK_FALSE(values[0].has_value());
        CHECK_FALSE(values[1].has_value());
    }
    SUBCASE("writing") {
        (void)env.begin_read();
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.tree("t");
        const Keys keys{random};
        std::set<std::uint64_t> leaves;
        for (const ByteView key : keys.views) leaves.insert(leaf_of(env, *txn.get(tree, key)));
        std::vector<std::pair<ByteView, ByteView>> pairs;
        for (const ByteView key : keys.views) pairs.emplace_back(key, "new");
        to_ask = 100;
        txn.put_many(tree, pairs);
        CHECK(to_ask == 93);
        for (const std::uint64_t leaf : leaves) CHECK(requests.asked.contains(leaf));
        txn.commit();
        const ReadTransaction after = env.begin_read();
        for (const ByteView key : keys.views) CHECK(after.get(tree, key) == "new");
    }
    test::require_sound(env);
}

TEST_CASE("small stores are left to the kernel") {
    std::mt19937_64 random{test::seed()};
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("store");
    fill(path, true, random);
    const GivenMemory given{std::uint64_t{1} << 30};
    Environment env = Environment::open(path);
    const Requests requests;
    CHECK(scan(env, requests, true).leaves > 5000);
    CHECK_FALSE(EnvironmentAccess::state(env).reads_sparsely());
    CHECK(requests.pages == 0);
}

TEST_CASE("a store that grows beyond the memory becomes large, and its commits use calls") {
    std::mt19937_64 random{test::seed()};
    const test::TemporaryDirectory directory;
    const GivenMemory given{std::uint64_t{40} << 20};
    Environment env = Environment::open(directory.file("store"), {.deferred_bytes = 0});
    detail::EnvironmentState& state = EnvironmentAccess::state(env);
    const ReadTransaction held = env.begin_read();
    bool copied_before = false;
    for (std::uint64_t i = 0; i < kRecords;) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t");
        for (int n = 0; n < 1000; ++n, ++i) txn.put(tree, key_of(i), value_of(i));
        txn.commit(Durability::deferred);
        if (i < kRecords / 4) copied_before = copied_before || state.page_writer.copies();
    }
    CHECK(state.reads_sparsely());
    for (int round = 0; round < 20; ++round) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.tree("t");
        for (int n = 0; n < 100; ++n) {
            const std::uint64_t number = random() % kRecords;
            txn.put(tree, key_of(number), value_of(number));
        }
        CHECK(state.in_place.taken() == 0);
        Cursor cursor = txn.cursor(tree);  // among dirty pages and others
        std::uint64_t records = 0;
        for (bool more = cursor.first(); more; more = cursor.next()) ++records;
        CHECK(records == kRecords);
        txn.commit(Durability::deferred);
        CHECK_FALSE(state.page_writer.copies());
    }
    if (state.data.overwrites_in_place()) CHECK(copied_before);
    const Requests requests;
    (void)scan(env, requests, true);
    test::require_sound(env);
}

TEST_CASE("large values in a large store are asked for as they are read") {
    std::mt19937_64 random{test::seed()};
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("store");
    std::string big(std::size_t{24} << 20, '\0');
    for (char& c : big) c = static_cast<char>(random());
    {
        Environment env = Environment::open(path);
        WriteTransaction txn = env.begin_write();
        txn.put(txn.create_tree("t"), "big", big);
        txn.commit();
        env.close();
    }
    const GivenMemory given{std::uint64_t{20} << 20};
    Environment env = Environment::open(path);
    const ReadTransaction txn = env.begin_read();
    const Requests requests;
    CHECK(*txn.get(txn.tree("t"), "big") == big);
    CHECK(requests.pages * kPageSize >= std::size_t{4} << 20);
    CHECK(requests.pages * kPageSize < std::size_t{5} << 20);
    ValueReader reader = *txn.value_reader(txn.tree("t"), "big");
    std::string read(big.size(), '\0');
    CHECK(reader.read(std::as_writable_bytes(std::span{read})) == big.size());
    CHECK(read == big);
    CHECK(requests.asked.size() >= big.size() / kPageSize);
    CHECK(requests.pages <= big.size() / kPageSize + 4096);
    test::require_sound(env);
}
