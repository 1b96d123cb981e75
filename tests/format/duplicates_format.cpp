// The bytes of several values of one key, pinned: docs/format.md, "Several values per key".
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "hex.hpp"
#include "kv/duplicates_set.hpp"
#include "kv/environment_state.hpp"
#include "kv/tree.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using kv::detail::pack;
using kv::detail::ValueSet;

namespace {

/// The leaf entry of a key as it is on disk, of a tree with the given options and values.
struct Stored {
    kv::ValueKind kind;
    std::string bytes;
};

Stored stored(kv::TreeOptions options, const std::vector<std::string>& values) {
    test::TemporaryDirectory directory;
    kv::Environment env = kv::Environment::open(directory.file("store"));
    env.register_comparator("by bytes", [](ByteView a, ByteView b) { return a.compare(b); });
    options.duplicates = true;
    kv::WriteTransaction txn = env.begin_write();
    const kv::Tree tree = txn.create_tree("pairs", options);
    for (const std::string& value : values) txn.put(tree, "key", value);
    txn.commit();
    test::require_sound(env);
    kv::detail::EnvironmentState& state = kv::EnvironmentAccess::state(env);
    const bool reversed = options.key_order == kv::KeyOrder::reversed && !options.contiguous_keys;
    const char* stored_key = reversed ? "yek" : "key";
    kv::detail::TransactionState* read = state.begin_read();
    const std::optional<kv::LeafEntry> entry = find(*read, read->tree(tree.id()), stored_key);
    REQUIRE(entry.has_value());
    Stored result{entry->kind, test::to_hex(entry->value)};
    state.end_read(read);
    return result;
}

kv::TreeRecord record_in(const Stored& stored) {
    const std::string bytes = test::from_hex(stored.bytes);
    kv::TreeRecord record{};
    REQUIRE(bytes.size() == sizeof record);
    std::memcpy(&record, bytes.data(), sizeof record);
    return record;
}

kv::LeafEntry entry_of(const std::string& bytes, kv::ValueKind kind = kv::ValueKind::duplicates) {
    return {bytes, kind, 0, {}};
}

}  // namespace

TEST_CASE("one value is stored as it is") {
    const Stored one = stored({}, {"one"});
    CHECK(one.kind == kv::ValueKind::inlined);
    CHECK(one.bytes == "6f6e65");
}

TEST_CASE("values of any size: number, ends, bytes") {
    const Stored several = stored({}, {"ccc", "a", "bb"});
    CHECK(several.kind == kv::ValueKind::duplicates);
    CHECK(several.bytes ==
          "0300"
          "0100"
          "0300"
          "0600"
          "61"
          "6262"
          "636363");
}

TEST_CASE("values of one size lie one behind the other") {
    kv::TreeOptions options;
    options.fixed_value_size = 2;
    CHECK(stored(options, {"zz", "aa", "mm"}).bytes ==
          "6161"
          "6d6d"
          "7a7a");
}

TEST_CASE("other orders store reversed bytes") {
    kv::TreeOptions options;
    options.value_order = kv::KeyOrder::reversed;
    CHECK(stored(options, {"ab", "ba"}).bytes ==
          "0200"
          "0200"
          "0400"
          "6162"
          "6261");
    options.value_order = kv::KeyOrder::native_integers;
    options.fixed_value_size = 4;
    const std::string small{"\x01\x00\x00\x00", 4};
    const std::string large{"\x00\x01\x00\x00", 4};
    CHECK(stored(options, {large, small}).bytes ==
          "00000001"
          "00000100");
}

TEST_CASE("more than a quarter of a page is a tree record") {
    kv::TreeOptions options;
    options.fixed_value_size = 8;
    std::vector<std::string> values;
    for (int i = 0; i < 128; ++i) values.push_back("value" + std::to_string(100 + i));
    const Stored set = stored(options, values);
    CHECK(set.kind == kv::ValueKind::duplicates);
    CHECK(set.bytes.size() == 2 * std::size_t{1024});
    values.push_back("value999");
    const Stored tree = stored(options, values);
    CHECK(tree.kind == kv::ValueKind::duplicate_tree);
    REQUIRE(tree.bytes.size() == 2 * sizeof(kv::TreeRecord));
    const kv::TreeRecord record = record_in(tree);
    CHECK(record.entries == 129);
    CHECK(record.leaf_pages == 1);
    CHECK(record.branch_pages == 0);
    CHECK(record.run_pages == 0);
    CHECK(record.depth == 1);
    CHECK(record.flags == 0);
    CHECK(record.root >= kv::first_data_page(4096));
    options.counts = true;
    options.key_order = kv::KeyOrder::reversed;
    CHECK(record_in(stored(options, values)).flags == kv::kTreeCounts);
    options.contiguous_keys = true;
    options.value_order = kv::KeyOrder::custom;
    options.value_comparator = "by bytes";
    CHECK(record_in(stored(options, values)).flags == (kv::kTreeCounts | 3U << kv::kTreeKeyOrderShift));
}

TEST_CASE("what is packed is read back") {
    for (const std::size_t fixed : {std::size_t{0}, std::size_t{3}}) {
        const std::vector<ByteView> values{"abc", "abd", "b_c", "xyz"};
        const std::string bytes = pack(values, fixed);
        CHECK(bytes.size() == kv::detail::packed_size(values, fixed));
        const kv::LeafEntry entry = entry_of(bytes);
        const ValueSet set{entry, fixed};
        REQUIRE(set.count() == values.size());
        for (std::uint32_t i = 0; i < values.size(); ++i) {
            CHECK(set[i] == values[i]);
            CHECK(set.lower_bound(values[i], nullptr).index == i);
            CHECK(set.lower_bound(values[i], nullptr).exact);
        }
        CHECK(set.lower_bound("abcd", nullptr).index == 1);
        CHECK(set.lower_bound("z", nullptr).index == 4);
        CHECK_FALSE(set.lower_bound("", nullptr).exact);
    }
}

TEST_CASE("sets that contradict themselves are corruption, not a crash") {
    const auto refused = [](const std::string& digits, std::size_t fixed, kv::ValueKind kind) {
        const std::string bytes = test::from_hex(digits);
        try {
            const ValueSet set{entry_of(bytes, kind), fixed};
            for (std::uint32_t i = 0; i < set.count(); ++i) (void)set[i];
            return false;
        } catch (const Error& error) {
            return error.code() == ErrorCode::corrupt;
        }
    };
    using enum kv::ValueKind;
    CHECK_FALSE(
        refused("0200"
                "0100"
                "0200"
                "6162",
                0, duplicates));
    CHECK(refused("", 0, duplicates));
    CHECK(refused("02", 0, duplicates));
    CHECK(refused("0000", 0, duplicates));  // no value
    CHECK(
        refused("0100"
                "0100"
                "61",
                0, duplicates));  // one value is no set
    CHECK(
        refused("0200"
                "0100"
                "0300"
                "6162",
                0, duplicates));  // the last end lies outside
    CHECK(
        refused("0200"
                "0100"
                "0100"
                "6162",
                0, duplicates));  // bytes behind the last end
    CHECK(
        refused("0200"
                "0000"
                "0200"
                "6162",
                0, duplicates));  // an empty value
    CHECK(
        refused("0300"
                "0200"
                "0100"
                "0300"
                "616263",
                0, duplicates));  // overlapping values
    CHECK(
        refused("0300"
                "ffff"
                "0200"
                "0300"
                "616263",
                0, duplicates));
    CHECK(
        refused("ffff"
                "0100"
                "0200"
                "6162",
                0, duplicates));              // more values than bytes
    CHECK(refused("616263", 2, duplicates));  // no multiple of the size
    CHECK(refused("6162", 2, duplicates));
    CHECK(refused("", 2, duplicates));
    CHECK(refused("616263", 2, inlined));
    CHECK(refused("", 0, inlined));
    CHECK(refused("6162", 0, run));
}
