// Trees whose keys are ordered in other ways, or kept whole: what they take, refuse, and say when they are damaged.
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "errors.hpp"
#include "file_bytes.hpp"
#include "kv/environment_state.hpp"
#include "kv/node.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;
using kv::KeyOrder;
using kv::Tree;
using kv::TreeOptions;

namespace {

TreeOptions ordered(KeyOrder order, bool contiguous = false) {
    TreeOptions options;
    options.key_order = order;
    options.contiguous_keys = contiguous;
    return options;
}

TreeOptions custom(const char* name) {
    TreeOptions options = ordered(KeyOrder::custom);
    options.comparator = name;
    return options;
}

template <class Integer>
std::string native(Integer number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}

int backwards(ByteView a, ByteView b) {
    return b.compare(a);
}

int forwards(ByteView a, ByteView b) {
    return a.compare(b);
}

std::vector<std::string> keys_of(const kv::Transaction& txn, Tree tree) {
    std::vector<std::string> keys;
    kv::Cursor cursor = txn.cursor(tree);
    for (bool on = cursor.first(); on; on = cursor.next()) keys.emplace_back(cursor.key());
    return keys;
}

/// Changes one page of a closed store and gives it a right checksum.
template <class Change>
void damage_page(const std::string& path, Change&& change) {
    std::string file = read_file(path);
    Environment environment = Environment::open(path);
    const kv::detail::EnvironmentState& state = kv::EnvironmentAccess::state(environment);
    bool changed = false;
    for (std::size_t at = kv::kMetaAreaSize; at + state.page_size <= file.size() && !changed;
         at += state.page_size) {
        auto* page = reinterpret_cast<std::byte*>(file.data() + at);
        if (kv::load<std::uint64_t>(page) != state.checksum(page + 8, state.page_size - 8)) continue;
        changed = change(page);
        const std::uint64_t checksum = state.checksum(page + 8, state.page_size - 8);
        std::memcpy(page, &checksum, sizeof checksum);
    }
    REQUIRE(changed);
    environment.close();
    write_file(path, file);
}

}  // namespace

TEST_CASE("keys compared from the last byte") {
    for (const bool contiguous : {false, true}) {
        MemoryDirectory directory;
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction txn = environment.begin_write();
        const Tree tree = txn.create_tree("t", ordered(KeyOrder::reversed, contiguous));
        for (const char* key : {"ab", "b", "ba", "c", "aac", "bb"}) txn.put(tree, key, key);
        CHECK(keys_of(txn, tree) == std::vector<std::string>{"ba", "b", "ab", "bb", "c", "aac"});
        CHECK(txn.get(tree, "aac") == "aac");
        CHECK(txn.rank(tree, "ab") == 2);
        CHECK(txn.pop_last(tree)->key == "aac");
        CHECK(txn.erase_range(tree, "b", "bb") == 2);
        CHECK(keys_of(txn, tree) == std::vector<std::string>{"ba", "bb", "c"});
        txn.commit();
        (void)require_sound(environment);
    }
}

TEST_CASE("integers as the machine stores them, of one size") {
    for (const bool contiguous : {false, true}) {
        MemoryDirectory directory;
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction txn = environment.begin_write();
        const Tree tree = txn.create_tree("t", ordered(KeyOrder::native_integers, contiguous));
        for (const char* key : {"x", "abc", "seven b", "nine byte"})
            (void)error_of(ErrorCode::invalid_argument, [&] { txn.put(tree, key, "v"); });
        const std::pair<ByteView, ByteView> mixed[] = {{"four", "1"}, {"eight by", "2"}};
        (void)error_of(ErrorCode::invalid_argument, [&] { txn.put_many(tree, mixed); });
        CHECK(txn.statistics(tree).entries == 0);
        for (const std::uint64_t number : {1ULL, 256ULL, 65536ULL, 255ULL, ~0ULL, 0ULL})
            txn.put(tree, native(number), std::to_string(number));
        std::vector<std::string> expected;
        for (const std::uint64_t number : {0ULL, 1ULL, 255ULL, 256ULL, 65536ULL, ~0ULL})
            expected.push_back(native(number));
        CHECK(keys_of(txn, tree) == expected);
        const std::string four = native(std::uint32_t{7});
        CHECK(error_of(ErrorCode::invalid_argument, [&] { txn.put(tree, four, "v"); }).find("8 bytes") !=
              std::string::npos);
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.get(tree, four); });
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.cursor(tree).seek(four); });
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.erase(tree, "abc"); });
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.count_range(tree, four, {}); });
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.erase_range(tree, {}, four); });
        (void)error_of(ErrorCode::invalid_argument, [&] { txn.append(tree, four, "v"); });
        txn.commit();
        // The size is known from the file, and forgotten with the last key.
        txn = environment.begin_write();
        (void)error_of(ErrorCode::invalid_argument, [&] { txn.put(tree, four, "v"); });
        txn.clear(tree);
        txn.put(tree, four, "v");
        CHECK(txn.get(tree, four) == "v");
        txn.commit();
        (void)require_sound(environment);
    }
}

TEST_CASE("views of contiguous keys point into the file") {
    MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction writer = environment.begin_write();
    const Tree trees[] = {writer.create_tree("bytes", ordered(KeyOrder::bytes, true)),
                          writer.create_tree("reversed", ordered(KeyOrder::reversed, true))};
    for (const Tree tree : trees)
        for (int i = 0; i < 2000; ++i) writer.put(tree, "a common prefix " + std::to_string(i), "v");
    writer.commit();
    const kv::ReadTransaction txn = environment.begin_read();
    for (const Tree tree : trees) {
        CHECK(txn.options(tree).contiguous_keys);
        kv::Cursor cursor = txn.cursor(tree);
        std::vector<ByteView> views;
        std::vector<std::string> copies;
        for (bool on = cursor.first(); on; on = cursor.next()) {
            views.push_back(cursor.key());
            copies.emplace_back(cursor.key());
        }
        REQUIRE(views.size() == 2000);
        for (std::size_t i = 0; i < views.size(); ++i) REQUIRE(views[i] == copies[i]);
    }
    (void)require_sound(environment);
}

TEST_CASE("an order given by a function, named in the file") {
    MemoryDirectory directory;
    {
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction txn = environment.begin_write();
        CHECK(error_of(ErrorCode::not_found, [&] {
                  (void)txn.create_tree("t", custom("backwards"));
              }).find("backwards") != std::string::npos);
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.create_tree("t", custom("")); });
        (void)error_of(ErrorCode::invalid_argument,
                       [&] { (void)txn.create_tree("t", custom(std::string(256, 'n').c_str())); });
        TreeOptions needless;
        needless.comparator = "backwards";
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.create_tree("t", needless); });
        environment.register_comparator("backwards", backwards);
        environment.register_comparator("backwards", backwards);
        (void)error_of(ErrorCode::already_exists, [&] { environment.register_comparator("backwards", forwards); });
        (void)error_of(ErrorCode::invalid_argument, [&] { environment.register_comparator("", forwards); });
        (void)error_of(ErrorCode::invalid_argument, [&] { environment.register_comparator("x", nullptr); });
        const Tree tree = txn.create_tree("t", custom("backwards"));
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.create_tree("t"); });
        CHECK(txn.options(tree) == custom("backwards"));
        (void)txn.create_tree("dropped", custom("backwards"));
        CHECK(txn.drop_tree("dropped"));
        for (int i = 0; i < 3000; ++i) txn.put(tree, std::to_string(i), std::to_string(i));
        const std::vector<std::string> keys = keys_of(txn, tree);
        CHECK(keys.size() == 3000);
        CHECK(std::is_sorted(keys.rbegin(), keys.rend()));
        txn.commit();
        (void)require_sound(environment);
    }
    {
        // Nobody knows the function: what needs no key still works.
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction txn = environment.begin_write();
        const Tree tree = txn.tree("t");
        for (int i = 0; i < 2; ++i)
            CHECK(error_of(ErrorCode::not_found, [&] { (void)txn.get(tree, "1"); }).find("\"backwards\"") !=
                  std::string::npos);
        (void)error_of(ErrorCode::not_found, [&] { txn.put(tree, "1", "v"); });
        (void)error_of(ErrorCode::not_found, [&] { (void)txn.cursor(tree); });
        CHECK(txn.statistics(tree).entries == 3000);
        CHECK(txn.options(tree).comparator == "backwards");
        CHECK(txn.create_tree("t", custom("backwards")) == tree);
        txn.abort();
        const kv::CheckReport report = kv::check(environment);
        REQUIRE(report.findings.size() == 1);
        CHECK(report.findings[0].what.find("\"backwards\" is not registered") != std::string::npos);
        // It may be registered late.
        environment.register_comparator("backwards", backwards);
        CHECK(environment.begin_read().get(tree, "1") == "1");
        (void)require_sound(environment);
    }
    {
        Environment environment = Environment::open(directory.store());
        environment.register_comparator("backwards", forwards);  // another order than the keys have
        CHECK_FALSE(kv::check(environment).ok());
    }
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction txn = environment.begin_write();
    CHECK(txn.drop_tree("t"));
    txn.commit();
    (void)require_sound(environment);
}

TEST_CASE("a file gets smaller also when nobody knows the order of one of its trees") {
    MemoryDirectory directory;
    {
        Environment environment = Environment::open(directory.store());
        environment.register_comparator("backwards", backwards);
        kv::WriteTransaction txn = environment.begin_write();
        const Tree large = txn.create_tree("large");
        for (int i = 0; i < 60000; ++i) txn.put(large, std::to_string(i), std::string(100, 'v'));
        const Tree ordered_tree = txn.create_tree("ordered", custom("backwards"));
        for (int i = 0; i < 3000; ++i) txn.put(ordered_tree, std::to_string(i), "v");
        (void)txn.create_tree("small");
        txn.commit();
    }
    {
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction txn = environment.begin_write();
        CHECK(txn.drop_tree("large"));
        txn.commit();
        for (int i = 0; i < 20; ++i) {
            txn = environment.begin_write();
            txn.put(txn.tree("small"), std::to_string(i), "v");
            txn.commit();
        }
    }
    Environment environment = Environment::open(directory.store());
    environment.register_comparator("backwards", backwards);
    (void)require_sound(environment);
    CHECK(keys_of(environment.begin_read(), environment.begin_read().tree("ordered")).size() == 3000);
}

TEST_CASE("check() finds wrong entry counts") {
    MemoryDirectory directory;
    TreeOptions options;
    options.counts = true;
    {
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction txn = environment.begin_write();
        const Tree tree = txn.create_tree("t", options);
        for (int i = 0; i < 3000; ++i) txn.put(tree, std::to_string(i), "v");
        txn.commit();
        (void)require_sound(environment);
    }
    damage_page(directory.store(), [](std::byte* page) {
        const kv::NodeView node{page, 4096};
        if (node.header().kind != kv::PageKind::branch || !node.counted()) return false;
        page[node.counts_offset()] ^= std::byte{1};
        return true;
    });
    Environment environment = Environment::open(directory.store());
    const kv::CheckReport report = kv::check(environment);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].what.find("entry count") != std::string::npos);
}

TEST_CASE("a node of another layout than its tree's is found, and no crash") {
    for (const std::uint16_t flag : {kv::kFullKeys, kv::kHasCounts}) {
        MemoryDirectory directory;
        TreeOptions options = custom("backwards");
        options.counts = true;
        {
            Environment environment = Environment::open(directory.store());
            environment.register_comparator("backwards", backwards);
            kv::WriteTransaction txn = environment.begin_write();
            const Tree tree = txn.create_tree("t", options);
            for (int i = 0; i < 3000; ++i) txn.put(tree, std::to_string(i), "v");
            txn.commit();
        }
        damage_page(directory.store(), [&](std::byte* page) {
            const kv::NodeView node{page, 4096};
            const auto kind = flag == kv::kFullKeys ? kv::PageKind::leaf : kv::PageKind::branch;
            if (node.header().kind != kind || (node.header().flags & flag) == 0) return false;
            const auto flags = static_cast<std::uint16_t>(node.header().flags & ~flag);
            std::memcpy(page + offsetof(kv::NodeHeader, flags), &flags, sizeof flags);
            return true;
        });
        Environment environment = Environment::open(directory.store());
        environment.register_comparator("backwards", backwards);
        CHECK_FALSE(kv::check(environment).ok());
        kv::WriteTransaction txn = environment.begin_write();
        const Tree tree = txn.tree("t");
        std::size_t refused = 0;
        const auto attempt = [&](auto&& call) {
            try {
                call();
            } catch (const Error& error) {
                CHECK(error.code() == ErrorCode::corrupt);
                ++refused;
            }
        };
        for (int i = 0; i < 3000; ++i) attempt([&] { (void)txn.get(tree, std::to_string(i)); });
        for (std::uint64_t i = 0; i < 3000; i += 10) attempt([&] { (void)txn.select(tree, i); });
        CHECK(refused > 0);
    }
}

TEST_CASE("values are counted in trees of every order, and an order that is none is refused") {
    const MemoryDirectory directory;
    Environment env = Environment::open(directory.store());
    kv::WriteTransaction txn = env.begin_write();
    const Tree reversed = txn.create_tree("reversed", ordered(KeyOrder::reversed));
    txn.put(reversed, "ab", "value");
    CHECK(txn.count_values(reversed, "ab") == 1);
    CHECK(txn.count_values(reversed, "ba") == 0);
    error_of(ErrorCode::invalid_argument, [&] { txn.create_tree("none", ordered(static_cast<KeyOrder>(77))); });
    error_of(ErrorCode::invalid_argument, [&] { txn.create_tree("reversed", ordered(static_cast<KeyOrder>(4))); });
    TreeOptions values;
    values.duplicates = true;
    values.value_order = static_cast<KeyOrder>(9);
    error_of(ErrorCode::invalid_argument, [&] { txn.create_tree("none", values); });
    CHECK(!txn.find_tree("none").has_value());
    txn.commit();
    require_sound(env);
}
