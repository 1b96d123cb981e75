// Damaged values: pages whose checksum is right and whose sets or value trees contradict themselves. Found by
// check(), and Error{corrupt} for whoever follows them; never a crash or an endless walk.
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "base/checksum.hpp"
#include "cambium/base/error.hpp"
#include "cambium/kv/difference.hpp"
#include "cambium/kv/environment.hpp"
#include "file_bytes.hpp"
#include "kv/node.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;

namespace {

constexpr std::size_t kPage = 4096;
constexpr ByteView kSet{
    "\x03\x00\x03\x00\x06\x00\x09\x00one"
    "six"
    "two",
    17};

template <class T>
struct NumberAt {
    std::size_t offset;
    T number;
};

const NumberAt<std::uint16_t> kBadSets[] = {{0, 0xffff}, {0, 0}, {0, 1},  {0, 2}, {0, 4}, {2, 0xffff},
                                            {2, 7},      {4, 2}, {4, 12}, {6, 8}, {6, 10}};
const NumberAt<std::uint64_t> kBadRecords[] = {{offsetof(kv::TreeRecord, id), 999999},
                                               {offsetof(kv::TreeRecord, root), 0},
                                               {offsetof(kv::TreeRecord, root), 1},
                                               {offsetof(kv::TreeRecord, root), std::uint64_t{1} << 40},
                                               {offsetof(kv::TreeRecord, root), kv::kDirtyBit},
                                               {offsetof(kv::TreeRecord, root), kv::kDirtyBit | 1},
                                               {offsetof(kv::TreeRecord, run_pages), 1},
                                               {offsetof(kv::TreeRecord, flags), 0},  // and depth 0
                                               {offsetof(kv::TreeRecord, flags), std::uint64_t{1} << 32},
                                               {offsetof(kv::TreeRecord, flags), std::uint64_t{41} << 32},
                                               {offsetof(kv::TreeRecord, flags), std::uint64_t{2} << 32 | 1}};

kv::TreeOptions in_other_orders() {
    kv::TreeOptions options;
    options.duplicates = true;
    options.key_order = kv::KeyOrder::reversed;
    options.contiguous_keys = true;
    options.counts = true;
    options.value_order = kv::KeyOrder::custom;
    options.value_comparator = "backwards";
    return options;
}

/// A closed store whose bytes can be changed behind its back.
class Patient {
public:
    Patient() {
        kv::Environment env = open();
        kv::WriteTransaction txn = env.begin_write();
        kv::TreeOptions options;
        options.duplicates = true;
        const kv::Tree tree = txn.create_tree("pairs", options);
        id_ = tree.id();
        for (const char* value : {"one", "two", "six"}) txn.put(tree, "set", value);
        for (std::size_t i = 0; i < 1000; ++i) txn.put(tree, "tree", "value " + std::to_string(i));
        txn.put(tree, "leaf", std::string(1000, 'l'));
        txn.put(tree, "leaf", std::string(1000, 'm'));
        txn.put(tree, "one", "value");
        options.fixed_value_size = 8;
        const kv::Tree fixed = txn.create_tree("fixed", options);
        for (std::size_t i = 0; i < 1000; ++i)
            txn.put(fixed, i % 7 == 0 ? "set" : "tree", std::to_string(10000000 + i));
        const kv::Tree ordered = txn.create_tree("ordered", in_other_orders());
        for (std::size_t i = 0; i < 1000; ++i) {
            txn.put(ordered, i % 20 == 0 ? "set" : "tree", "ordered " + std::to_string(i));
            txn.put(ordered, "key " + std::to_string(i), "ordered");
        }
        txn.commit();
        env.close();
        healthy_ = test::read_file(path_);
    }

    /// Where bytes are in the pages of the store; they must be there once.
    [[nodiscard]] std::size_t find(ByteView bytes) const {
        const std::size_t at = healthy_.find(bytes, kv::kMetaAreaSize);
        REQUIRE(at != std::string::npos);
        REQUIRE(healthy_.find(bytes, at + 1) == std::string::npos);
        return at;
    }
    /// The record of the value tree with so many values, of tree "pairs".
    [[nodiscard]] std::size_t record(std::uint64_t values) const {
        std::string pattern(8, '\0');
        std::memcpy(pattern.data(), &id_, 8);
        for (std::size_t at = healthy_.find(pattern, kv::kMetaAreaSize); at != std::string::npos;
             at = healthy_.find(pattern, at + 1)) {
            kv::TreeRecord record;
            std::memcpy(&record, healthy_.data() + at, sizeof record);
            const bool in_store = record.root >= kv::kMetaAreaSize / kPage && record.root < size() / kPage;
            if (at % 8 == 0 && record.entries == values && record.flags == 0 && record.depth > 0 && in_store)
                return at;
        }
        FAIL("no such record");
        return 0;
    }

    /// Where the root of tree "ordered" is.
    [[nodiscard]] std::size_t counted_branch() const {
        for (std::size_t at = kv::kMetaAreaSize; at < size(); at += kPage) {
            const kv::NodeView node{page(at), kPage};
            const int flags = node.header().flags & ~kv::kHasHints;
            if (node.header().kind == kv::PageKind::branch && flags == (kv::kHasCounts | kv::kFullKeys) &&
                node.full_key(0).starts_with("key "))
                return at;
        }
        FAIL("no such branch");
        return 0;
    }
    [[nodiscard]] const std::byte* page(std::size_t at) const {
        return reinterpret_cast<const std::byte*>(healthy_.data() + at);
    }

    /// The store with other bytes at some place, and the right checksum of that page.
    void damage(std::size_t at, ByteView bytes) { damage_all({{at, std::string{bytes}}}); }
    void damage_all(const std::vector<std::pair<std::size_t, std::string>>& changes) {
        std::string file = healthy_;
        kv::MetaHeader meta;
        std::memcpy(&meta, file.data(), sizeof meta);
        const base::Checksum checksum{meta.seed};
        for (const auto& [at, bytes] : changes) {
            file.replace(at, bytes.size(), bytes);
            char* page = file.data() + at / kPage * kPage;
            const std::uint64_t sum = checksum(page + 8, kPage - 8);
            std::memcpy(page, &sum, sizeof sum);
        }
        test::write_file(path_, file);
    }
    /// The same while the store is open.
    void damage_in_place(std::size_t at, ByteView bytes) const {
        std::fstream file{path_, std::ios::binary | std::ios::in | std::ios::out};
        file.seekp(static_cast<std::streamoff>(at));
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        REQUIRE(file.good());
    }
    template <class T>
    void damage_with(std::size_t at, T value) {
        damage(at, {reinterpret_cast<const char*>(&value), sizeof value});
    }

    [[nodiscard]] kv::Environment open() const {
        kv::Environment env = kv::Environment::open(path_);
        env.register_comparator("backwards", [](ByteView a, ByteView b) { return b.compare(a); });
        return env;
    }
    [[nodiscard]] std::size_t size() const { return healthy_.size(); }
    [[nodiscard]] char byte(std::size_t at) const { return healthy_[at]; }

private:
    test::TemporaryDirectory directory_;
    std::string path_ = directory_.file("store");
    std::string healthy_;
    std::uint64_t id_ = 0;
};

/// Whether a call found damage. Any other error is a failure of the test.
bool finds_damage(const std::function<void()>& call) {
    try {
        call();
        return false;
    } catch (const Error& error) {
        INFO(std::string{error.what()});
        REQUIRE(error.code() == ErrorCode::corrupt);
        return true;
    }
}

/// Whether a call throws an error; which one is free, where also names and options of trees may be damaged.
bool fails(const std::function<void()>& call) {
    try {
        call();
        return false;
    } catch (const Error&) {
        return true;
    }
}

void read_all(const kv::Transaction& txn, ByteView name) {
    const kv::Tree tree = txn.tree(name);
    kv::Cursor cursor = txn.cursor(tree);
    std::size_t steps = 0;
    for (bool on = cursor.first(); on && ++steps < 100000; on = cursor.next()) (void)cursor.value();
    REQUIRE(steps < 100000);
    for (bool on = cursor.last(); on && ++steps < 200000; on = cursor.previous()) (void)cursor.value();
    for (bool on = cursor.first(); on && ++steps < 300000; on = cursor.next_key()) {
        (void)cursor.count_values();
        (void)cursor.last_value();
        if (name == "fixed") (void)cursor.previous_values();
    }
    REQUIRE(steps < 300000);
}

void read_by_key(const kv::Transaction& txn, ByteView name, ByteView key) {
    const kv::Tree tree = txn.tree(name);
    (void)txn.get(tree, key);
    (void)txn.count_values(tree, key);
    (void)txn.contains(tree, key, "value 500");
    (void)txn.contains(tree, key, "six");
    (void)txn.count_range(tree, "a", "z");
    (void)txn.select(tree, 700);
}

void compare(const kv::Transaction& from, const kv::Transaction& to, ByteView name) {
    std::size_t pairs = 0;
    (void)kv::difference(from, to, from.tree(name), [&](const kv::Change&) { return ++pairs < 100000; });
    REQUIRE(pairs < 100000);
}

bool has_finding(kv::Environment& env, ByteView part) {
    const kv::CheckReport report = kv::check(env);
    for (const kv::Finding& finding : report.findings)
        if (finding.what.find(part) != std::string::npos) return true;
    for (const kv::Finding& finding : report.findings) MESSAGE(finding.what);
    return false;
}

}  // namespace

TEST_CASE("a healthy store is read whole") {
    const Patient patient;
    kv::Environment env = patient.open();
    const kv::ReadTransaction txn = env.begin_read();
    CHECK_FALSE(finds_damage([&] { read_all(txn, "pairs"); }));
    CHECK_FALSE(finds_damage([&] { read_all(txn, "fixed"); }));
    CHECK_FALSE(finds_damage([&] { read_all(txn, "ordered"); }));
    test::require_sound(env);
}

TEST_CASE("a set whose numbers contradict its bytes is refused by every call that follows them") {
    Patient patient;
    const std::size_t set = patient.find(kSet);
    for (const auto& damage : kBadSets) {
        CAPTURE(damage.offset);
        CAPTURE(damage.number);
        patient.damage_with(set + damage.offset, damage.number);
        kv::Environment env = patient.open();
        CHECK(has_finding(env, "contradict their number or their sizes"));
        const kv::ReadTransaction txn = env.begin_read();
        CHECK(finds_damage([&] { read_all(txn, "pairs"); }));
        kv::WriteTransaction write = env.begin_write();
        CHECK(finds_damage([&] { write.put(write.tree("pairs"), "set", "new"); }));
    }
}

TEST_CASE("a difference is refused where it meets damaged values of a tree that is gone since") {
    Patient patient;
    const std::size_t set = patient.find(kSet);
    const std::size_t record = patient.record(1000);
    const auto meets_damage = [&](std::size_t at, auto number) {
        CAPTURE(at);
        CAPTURE(number);
        patient.damage_all({});
        kv::Environment env = patient.open();
        const kv::ReadTransaction from = env.begin_read();
        kv::WriteTransaction write = env.begin_write();
        write.drop_tree("pairs");
        write.commit();
        const kv::ReadTransaction to = env.begin_read();
        CHECK_FALSE(finds_damage([&] { compare(from, to, "pairs"); }));
        patient.damage_in_place(at, {reinterpret_cast<const char*>(&number), sizeof number});
        CHECK(finds_damage([&] { compare(from, to, "pairs"); }));
        test::require_sound(env);
    };
    for (const auto& damage : kBadSets) meets_damage(set + damage.offset, damage.number);
    for (const auto& damage : kBadRecords) meets_damage(record + damage.offset, damage.number);
}

TEST_CASE("values out of order, twice, or of a wrong size are found by check") {
    Patient patient;
    const std::size_t values = patient.find(kSet) + 8;
    for (const char* bytes : {"sixonetwo", "oneonetwo", "onetwosix"}) {
        patient.damage(values, bytes);
        kv::Environment env = patient.open();
        CHECK(has_finding(env, "the values of a key are out of order"));
    }
}

TEST_CASE("records of value trees that cannot be are refused") {
    Patient patient;
    const std::size_t at = patient.record(1000);
    for (const auto& damage : kBadRecords) {
        CAPTURE(damage.offset);
        CAPTURE(damage.number);
        patient.damage_with(at + damage.offset, damage.number);
        kv::Environment env = patient.open();
        CHECK_FALSE(kv::check(env).ok());
        const kv::ReadTransaction txn = env.begin_read();
        CHECK(finds_damage([&] { read_all(txn, "pairs"); }));
        kv::WriteTransaction write = env.begin_write();
        // A dirty page that the record must not lead to.
        write.put(write.create_tree("other"), "key", "value");
        CHECK(finds_damage([&] { write.erase(write.tree("pairs"), "tree"); }));
    }
}

TEST_CASE("wrong entry counts above pairs are found by check, and by who follows them") {
    Patient patient;
    const std::size_t branch = patient.counted_branch();
    const kv::NodeView node{patient.page(branch), kPage};
    std::uint64_t pairs = 0;
    for (std::uint32_t i = 0; i <= node.count(); ++i) pairs += node.entries_below(i);
    CHECK(pairs == 2000);
    patient.damage_with(branch + node.counts_offset(), std::uint64_t{1999});
    kv::Environment env = patient.open();
    CHECK(has_finding(env, "entry count"));
    const kv::ReadTransaction txn = env.begin_read();
    CHECK(finds_damage([&] { (void)txn.select(txn.tree("ordered"), 1998); }));
}

TEST_CASE("wrong counts of value trees are found by check") {
    Patient patient;
    const std::size_t at = patient.record(1000);
    for (const std::size_t offset : {offsetof(kv::TreeRecord, entries), offsetof(kv::TreeRecord, branch_pages),
                                     offsetof(kv::TreeRecord, leaf_pages)}) {
        std::uint64_t count = static_cast<unsigned char>(patient.byte(at + offset)) + 1U;
        if (offset == offsetof(kv::TreeRecord, entries)) count = 1001;
        patient.damage_with(at + offset, count);
        kv::Environment env = patient.open();
        CHECK(has_finding(env, "the record of a value tree counts"));
    }
}

TEST_CASE("a value tree that is another one's, or the tree around it, has two owners") {
    Patient patient;
    const std::size_t at = patient.record(2);
    kv::PageRef around = at / kPage;
    patient.damage_with(at + offsetof(kv::TreeRecord, root), around);
    kv::Environment env = patient.open();
    CHECK(has_finding(env, "two owners"));
    const kv::ReadTransaction txn = env.begin_read();
    (void)finds_damage([&] { read_all(txn, "pairs"); });
    kv::WriteTransaction write = env.begin_write();
    CHECK(finds_damage([&] {
        write.clear(write.tree("pairs"));
        write.commit();
    }));
}

TEST_CASE("random damage under right checksums: an answer or an error, never worse") {
    Patient patient;
    std::mt19937_64 random{test::seed()};
    std::size_t found = 0;
    constexpr std::size_t kRounds = 200;
    for (std::size_t round = 0; round < kRounds; ++round) {
        std::vector<std::pair<std::size_t, std::string>> changes;
        for (std::size_t i = 1 + random() % 3; i-- > 0;) {
            std::size_t at = 0;
            do at = kv::kMetaAreaSize + random() % (patient.size() - kv::kMetaAreaSize);
            while (patient.byte(at) == 0 || at % kPage < 8);
            changes.emplace_back(at, std::string(1, static_cast<char>(random())));
        }
        patient.damage_all(changes);
        (void)fails([&] {
            kv::Environment env = patient.open();
            found += kv::check(env).ok() ? 0U : 1U;
            const kv::ReadTransaction txn = env.begin_read();
            for (const char* name : {"pairs", "fixed", "ordered"}) {
                (void)fails([&] { read_all(txn, name); });
                for (const char* key : {"set", "tree", "leaf", "one"})
                    (void)fails([&] { read_by_key(txn, name, key); });
            }
            for (const auto& change : std::vector<std::function<void(kv::WriteTransaction&)>>{
                     [](auto& write) { write.erase(write.tree("pairs"), "tree"); },
                     [](auto& write) { write.put(write.tree("pairs"), "set", "another"); },
                     [](auto& write) { write.erase(write.tree("pairs"), "leaf", std::string(1000, 'l')); },
                     [](auto& write) { write.put(write.tree("fixed"), "tree", "00000000"); },
                     [](auto& write) { write.erase_range(write.tree("pairs"), "o", ""); },
                     [](auto& write) { write.put(write.tree("ordered"), "tree", "ordered 77x"); },
                     [](auto& write) { write.erase(write.tree("ordered"), "tree"); },
                     [](auto& write) { write.erase_range(write.tree("ordered"), "key 1", "key 2"); },
                     [](auto& write) { write.clear(write.tree("fixed")); }}) {
                kv::WriteTransaction write = env.begin_write();
                (void)fails([&] { change(write); });
                for (const char* name : {"pairs", "fixed", "ordered"})
                    (void)fails([&] { compare(txn, write, name); });
            }
        });
    }
    CHECK(found > kRounds / 2);
}
