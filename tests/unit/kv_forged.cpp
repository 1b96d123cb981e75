// Files that somebody has made up: every checksum is right, and what they say is not. Opening, walking, checking
// and salvaging them ends, takes memory for what there is, and says what is wrong.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

#include "base/checksum.hpp"
#include "cambium/base/error.hpp"
#include "cambium/kv/backup.hpp"
#include "cambium/kv/copy.hpp"
#include "cambium/kv/dump.hpp"
#include "cambium/kv/environment.hpp"
#include "file_bytes.hpp"
#include "kv/meta.hpp"
#include "kv/node_editor.hpp"
#include "kv/space_format.hpp"
#include "memory_directory.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

constexpr std::uint64_t kPage = 4096;

/// The bytes of a store and the newest of its commit records, to be changed.
class Forged {
public:
    explicit Forged(std::string bytes) : bytes_(std::move(bytes)) {
        for (const std::uint64_t offset : kv::kMetaOffsets) {
            const auto header = kv::load<kv::MetaHeader>(at(offset));
            if (header.transaction < meta.header.transaction) continue;
            meta.header = header;
            meta.extents.resize(header.extent_count);
            for (std::size_t i = 0; i < meta.extents.size(); ++i)
                meta.extents[i] = kv::load<kv::Extent>(at(offset + sizeof header + i * sizeof(kv::Extent)));
        }
    }

    [[nodiscard]] std::uint64_t pages() const noexcept { return bytes_.size() / kPage; }
    [[nodiscard]] std::byte* page(std::uint64_t n) { return at(n * kPage); }
    [[nodiscard]] kv::NodeEditor node(std::uint64_t n) { return {page(n), kPage}; }
    [[nodiscard]] kv::NodeHeader& header(std::uint64_t n) { return *reinterpret_cast<kv::NodeHeader*>(page(n)); }
    /// The first of the run's pages; its header is right for whoever looks at nothing else.
    [[nodiscard]] kv::RunHeader& run(std::uint64_t n) { return *reinterpret_cast<kv::RunHeader*>(page(n)); }
    void seal(std::uint64_t n) {
        header(n).page_number = n;
        header(n).checksum = base::Checksum{meta.header.seed}(page(n) + 8, kPage - 8);
    }
    void seal_run(std::uint64_t n) {
        run(n).checksum = base::Checksum{meta.header.seed}(page(n) + 8, sizeof(kv::RunHeader) - 8);
    }

    /// What the catalog, which is one leaf, says of a tree.
    [[nodiscard]] kv::TreeRecord record(std::uint64_t id) {
        return kv::load<kv::TreeRecord>(reinterpret_cast<const std::byte*>(entry_of(id).value.data()));
    }
    void set_record(const kv::TreeRecord& record) {
        const kv::LeafEntry entry = entry_of(record.id);
        std::memcpy(const_cast<char*>(entry.value.data()), &record, sizeof record);
        seal(meta.header.catalog.root);
    }
    /// Each page of that kind.
    [[nodiscard]] std::vector<std::uint64_t> pages_of(std::uint64_t id, kv::PageKind kind) {
        std::vector<std::uint64_t> found;
        for (std::uint64_t n = kv::first_data_page(kPage); n < meta.header.page_count; ++n)
            if (header(n).page_number == n && header(n).kind == kind &&
                (kind == kv::PageKind::run || header(n).tree == kv::tree_mark(id)))
                found.push_back(n);
        return found;
    }

    /// The file with both commit records as `meta`, or only the one that holds the newest already.
    void write(const std::string& path, bool both = true) {
        const bool second = kv::load<kv::MetaHeader>(at(kv::kMetaOffsets[1])).transaction >
                            kv::load<kv::MetaHeader>(at(kv::kMetaOffsets[0])).transaction;
        const kv::SlotBytes slot = kv::slot_bytes(meta);
        std::string bytes = bytes_;
        for (const bool is_second : {false, true})
            if (both || is_second == second)
                std::memcpy(bytes.data() + kv::kMetaOffsets[is_second ? 1 : 0], slot.bytes.data(), slot.size);
        std::filesystem::remove(path + "-lock");
        write_file(path, bytes);
    }

    kv::Meta meta;

private:
    [[nodiscard]] std::byte* at(std::uint64_t offset) {
        return reinterpret_cast<std::byte*>(bytes_.data()) + offset;
    }
    [[nodiscard]] kv::LeafEntry entry_of(std::uint64_t id) {
        REQUIRE(meta.header.catalog.depth == 1);
        const std::optional<kv::LeafEntry> entry = node(meta.header.catalog.root).find_entry(kv::tree_key(id));
        REQUIRE(entry.has_value());
        return *entry;
    }

    std::string bytes_;
};

/// A closed store of one tree, "t", with the number 1.
Forged closed_store(const std::string& path, const std::function<void(kv::WriteTransaction&, kv::Tree)>& fill) {
    kv::Environment environment = kv::Environment::open(path);
    kv::WriteTransaction txn = environment.begin_write();
    fill(txn, txn.create_tree("t"));
    txn.commit();
    (void)require_sound(environment);
    environment.close();
    return Forged{read_file(path)};
}

void fill_numbered(kv::WriteTransaction& txn, kv::Tree tree, int count) {
    for (int i = 10'000'000; i < 10'000'000 + count; ++i) txn.put(tree, std::to_string(i), "value");
}

/// Requires Error{corrupt}.
template <class Call>
void require_corrupt(Call&& call) {
    try {
        call();
        FAIL_CHECK("no error");
    } catch (const Error& error) {
        INFO(std::string{error.what()});
        CHECK(to_string(error.code()) == to_string(ErrorCode::corrupt));
    }
}

bool has_finding(const std::vector<kv::Finding>& findings, ByteView what) {
    for (const kv::Finding& finding : findings)
        if (finding.what.find(what) != std::string::npos) return true;
    return false;
}

// ---- Commit records ---------------------------------------------------------------------------------------

/// As a power cut leaves it: the last commit has stored a value of several chunks, and took one flush.
Forged store_with_extents(const std::string& path) {
    kv::Environment environment = kv::Environment::open(path);
    const auto commit = [&](const std::function<void(kv::WriteTransaction&, kv::Tree)>& change) {
        kv::WriteTransaction txn = environment.begin_write();
        change(txn, txn.create_tree("t"));
        txn.commit();
    };
    commit([](kv::WriteTransaction& txn, kv::Tree tree) { txn.put(tree, "room", std::string(1 << 20, 'r')); });
    commit([](kv::WriteTransaction& txn, kv::Tree tree) { (void)txn.erase(tree, "room"); });
    for (int i = 0; i < 3; ++i) commit([](kv::WriteTransaction& txn, kv::Tree tree) { txn.put(tree, "a", "b"); });
    commit([](kv::WriteTransaction& txn, kv::Tree tree) { txn.put(tree, "large", std::string(300'000, 'l')); });
    (void)require_sound(environment);
    Forged forged{read_file(path)};
    environment.close();
    REQUIRE_FALSE(forged.meta.extents.empty());
    return forged;
}

std::uint64_t listed_run(Forged& forged) {
    for (const kv::Extent& extent : forged.meta.extents)
        for (std::uint64_t i = 0; i < extent.page_count; ++i)
            if (const std::uint64_t n = extent.first_page + i;
                forged.header(n).page_number == n && forged.header(n).kind == kv::PageKind::run)
                return n;
    FAIL("the last commit lists no large value");
    return 0;
}

}  // namespace

TEST_CASE("a large value of the last commit is verified in chunks, and each counts") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    Forged forged = store_with_extents(path);
    const std::uint64_t run = listed_run(forged);
    forged.write(path, false);
    {
        kv::Environment environment = kv::Environment::open(path);
        CHECK(environment.recovery().unclean);
        CHECK_FALSE(environment.recovery().fell_back);
        CHECK(environment.begin_read().get(environment.begin_read().tree("t"), "large")->size() == 300'000);
        (void)require_sound(environment);
    }
    for (const std::uint64_t offset : {64ULL, 70'000ULL, 300'063ULL, 300'064ULL, 300'103ULL}) {
        INFO("byte " << offset << " of the large value's pages");
        std::byte& byte = forged.page(run)[offset];
        byte ^= std::byte{1};
        forged.write(path, false);
        byte ^= std::byte{1};
        kv::Environment environment = kv::Environment::open(path);
        CHECK(std::string{environment.recovery().reason} == "a large value of the last commit is damaged");
        (void)require_sound(environment);
    }
}

TEST_CASE("a commit record whose extents are longer than any commit's is refused before they are read") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    Forged forged = store_with_extents(path);
    const std::uint64_t run = listed_run(forged);
    SUBCASE("one extent many times") {
        forged.meta.extents.assign(kv::kMaxMetaExtents, {run, forged.run(run).page_count});
        forged.write(path, false);
        kv::Environment environment = kv::Environment::open(path);
        CHECK(std::string{environment.recovery().reason} ==
              "the extents of the last commit are longer than those of any commit");
        (void)require_sound(environment);
    }
    SUBCASE("a large value of half a tebibyte, in a file with a hole") {
        const std::uint64_t pages = (std::uint64_t{1} << 39) / kPage;
        forged.run(run).page_count = pages;
        forged.run(run).value_size = pages * kPage * 9 / 10;
        while (kv::run_page_count(forged.run(run).value_size, kPage) < pages) forged.run(run).value_size += kPage;
        REQUIRE(kv::run_page_count(forged.run(run).value_size, kPage) == pages);
        forged.seal_run(run);
        forged.meta.extents = {{run, pages}};
        forged.meta.header.page_count = 2 * pages;
        forged.write(path);
        std::filesystem::resize_file(path, 2 * pages * kPage);
        require_corrupt([&] { (void)kv::Environment::open(path); });
    }
}

TEST_CASE("a commit record that leaves no number for more transactions or trees is damaged") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    Forged forged = closed_store(
        path, [](kv::WriteTransaction& txn, kv::Tree tree) { txn.put(tree, "key", std::string(5000, 'v')); });
    const kv::MetaHeader right = forged.meta.header;
    SUBCASE("beyond what is given out") {
        for (const bool is_tree : {false, true})
            for (const std::uint64_t number : {kv::kMaxNumber + 1, ~std::uint64_t{0} - 1, ~std::uint64_t{0}}) {
                kv::MetaHeader& header = forged.meta.header;
                header = right;
                (is_tree ? header.next_tree_id : header.transaction) = number;
                header.previous_durable = header.transaction;
                forged.write(path);
                for (const bool read_only : {false, true}) {
                    kv::Options options;
                    options.read_only = read_only;
                    require_corrupt([&] { (void)kv::Environment::open(path, options); });
                }
                const std::string target = directory.file("new");
                const kv::SalvageReport report = kv::salvage(path, target);
                CHECK(has_finding(report.findings, "neither commit record can be believed"));
                REQUIRE(report.trees.size() == 1);
                CHECK(report.trees[0].kept == 1);
                kv::Environment environment = kv::Environment::open(target);
                (void)require_sound(environment);
                environment.close();
                std::filesystem::remove(target);
            }
    }
    SUBCASE("at the last one: it can be read, and is not written") {
        forged.meta.header.transaction = kv::kMaxNumber;
        forged.meta.header.previous_durable = kv::kMaxNumber;
        forged.write(path);
        kv::Environment environment = kv::Environment::open(path);
        CHECK(has_finding(kv::check(environment).findings, "leaves no number"));
        CHECK(content_of(environment).at("t").size() == 1);
        require_corrupt([&] { (void)environment.begin_write(); });
    }
    SUBCASE("no tree is made at the last one") {
        forged.meta.header.next_tree_id = kv::kMaxNumber;
        forged.write(path);
        kv::Environment environment = kv::Environment::open(path);
        CHECK(has_finding(kv::check(environment).findings, "leaves no number"));
        kv::WriteTransaction txn = environment.begin_write();
        require_corrupt([&] { (void)txn.create_tree("another"); });
        txn.put(txn.tree("t"), "another", "value");
        txn.commit();
        CHECK(content_of(environment).at("t").size() == 2);
    }
}

// ---- Pages that are referred to many times ----------------------------------------------------------------

namespace {

/// Puts `levels` branches above the first leaf of a tree of two levels, each of whose children is the one below.
/// Returns the new depth.
std::uint32_t fold_onto_first_leaf(Forged& forged, std::uint64_t root, std::uint32_t levels) {
    REQUIRE(forged.header(root).level == 1);
    const std::string branch{reinterpret_cast<const char*>(forged.page(root)), kPage};
    const std::uint32_t count = forged.node(root).count();
    std::vector<std::uint64_t> others;
    for (std::uint32_t i = 1; i <= count; ++i) others.push_back(forged.node(root).child(i));
    REQUIRE(others.size() >= levels);
    std::uint64_t below = forged.node(root).child(0);
    for (std::uint32_t level = 1; level <= levels; ++level) {
        const std::uint64_t n = level == levels ? root : others[level];
        std::memcpy(forged.page(n), branch.data(), kPage);
        forged.header(n).level = static_cast<std::uint8_t>(level);
        for (std::uint32_t i = 0; i <= count; ++i) forged.node(n).set_child(i, below);
        forged.seal(n);
        below = n;
    }
    return levels + 1;
}

}  // namespace

TEST_CASE("every walk over a tree whose pages are referred to many times ends") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    Forged forged = closed_store(path, [](kv::WriteTransaction& txn, kv::Tree tree) {
        fill_numbered(txn, tree, 40'000);
        txn.put(txn.create_tree("other"), "key", "value");
    });
    kv::TreeRecord record = forged.record(1);
    REQUIRE(record.depth == 2);
    record.depth = fold_onto_first_leaf(forged, record.root, 2);  // 45,000 pages
    for (const bool counts_forged : {false, true}) {
        INFO("the record's counts are forged: " << counts_forged);
        if (counts_forged)
            record.entries = record.leaf_pages = record.branch_pages = record.run_pages = std::uint64_t{1} << 50;
        forged.set_record(record);
        forged.write(path);
        kv::Options options;
        options.verify_on_read = true;
        kv::Environment environment = kv::Environment::open(path, options);
        const auto reading = [&](const std::function<void(const kv::ReadTransaction&, kv::Tree)>& call) {
            const kv::ReadTransaction txn = environment.begin_read();
            require_corrupt([&] { call(txn, txn.tree("t")); });
        };
        const auto writing = [&](const std::function<void(kv::WriteTransaction&, kv::Tree)>& call) {
            kv::WriteTransaction txn = environment.begin_write();
            require_corrupt([&] { call(txn, txn.tree("t")); });
        };
        reading([](const kv::ReadTransaction& txn, kv::Tree tree) { (void)kv::usage(txn, tree); });
        reading([](const kv::ReadTransaction& txn, kv::Tree tree) { (void)txn.count_range(tree, "1", {}); });
        if (counts_forged)
            reading([](const kv::ReadTransaction& txn, kv::Tree tree) {
                (void)txn.select(tree, std::uint64_t{1} << 40);
            });
        reading([](const kv::ReadTransaction& txn, kv::Tree) {
            std::ostringstream out;
            kv::dump(txn, out);
        });
        writing([](kv::WriteTransaction& txn, kv::Tree tree) { txn.clear(tree); });
        writing([](kv::WriteTransaction& txn, kv::Tree) { (void)txn.drop_tree("t"); });
        writing([](kv::WriteTransaction& txn, kv::Tree tree) { (void)txn.erase_range(tree, "10000001", "99"); });
        require_corrupt([&] { (void)kv::copy_to(environment, directory.file("copy"), {.compact = true}); });
        require_corrupt([&] { (void)kv::backup_point(environment); });
        CHECK_FALSE(kv::check(environment).ok());
        // What it does not hang on goes on.
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("other"), "another key", "value");
        txn.commit();
        environment.close();
        std::filesystem::remove(directory.file("copy"));
    }
    const std::string target = directory.file("new");
    const kv::SalvageReport report = kv::salvage(path, target);
    CHECK_FALSE(report.complete());
    kv::Environment salvaged = kv::Environment::open(target);
    (void)require_sound(salvaged);
}

TEST_CASE("compact() of such a tree ends") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    {
        kv::Environment environment = kv::Environment::open(path);
        const auto fill = [&](const char* name, int count, std::size_t size) {
            kv::WriteTransaction txn = environment.begin_write();
            const kv::Tree tree = txn.create_tree(name);
            for (int i = 0; i < count; ++i) txn.put(tree, std::to_string(10'000'000 + i), std::string(size, 'v'));
            txn.commit();
        };
        fill("t", 40'000, 5);
        fill("between", 3000, 3000);
        fill("end", 1, std::size_t{17} << 20);  // longer than what commits move by themselves
        kv::WriteTransaction txn = environment.begin_write();
        (void)txn.drop_tree("between");
        txn.commit();
        (void)require_sound(environment);
        environment.close();
    }
    Forged forged{read_file(path)};
    REQUIRE(forged.meta.header.page_count > 5120 + 512);
    kv::TreeRecord record = forged.record(1);
    record.depth = fold_onto_first_leaf(forged, record.root, 3);
    forged.set_record(record);
    forged.write(path);
    kv::Environment environment = kv::Environment::open(path);
    require_corrupt([&] { (void)kv::compact(environment); });
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(txn.tree("end"), "another key", "value");
    txn.commit();
}

TEST_CASE("walks over a catalog whose pages are referred to many times end") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    Forged forged = closed_store(path, [](kv::WriteTransaction& txn, kv::Tree) {
        for (int i = 0; i < 400; ++i) (void)txn.create_tree("tree " + std::to_string(i) + std::string(80, 'n'));
    });
    kv::TreeRecord& catalog = forged.meta.header.catalog;
    REQUIRE(catalog.depth == 2);
    catalog.depth = fold_onto_first_leaf(forged, catalog.root, 3);
    forged.write(path);
    kv::Environment environment = kv::Environment::open(path);
    std::uint64_t seen = 0;
    require_corrupt([&] { environment.begin_read().each_tree([&](ByteView, kv::Tree) { ++seen; }); });
    CHECK(seen < 40 * 2 * forged.pages());
    CHECK_FALSE(kv::check(environment).ok());
}

TEST_CASE("one large value that many entries name is counted, copied and given back once at most") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    Forged forged = closed_store(path, [](kv::WriteTransaction& txn, kv::Tree tree) {
        for (int i = 0; i < 200; ++i) txn.put(tree, std::to_string(1000 + i), std::string(3000, 'v'));
        txn.put(tree, "large", std::string(300'000, 'l'));
    });
    const std::vector<std::uint64_t> runs = forged.pages_of(1, kv::PageKind::run);
    std::uint64_t large = 0;
    for (const std::uint64_t n : runs)
        if (forged.run(n).value_size == 300'000) large = n;
    REQUIRE(large != 0);
    for (const std::uint64_t n : forged.pages_of(1, kv::PageKind::leaf)) {
        const kv::NodeView leaf = forged.node(n);
        for (std::uint32_t i = 0; i < leaf.count(); ++i) {
            const kv::LeafEntry entry = leaf.leaf_entry(i);
            REQUIRE(entry.kind == kv::ValueKind::run);
            const kv::RunReference reference{large, 300'000};
            std::memcpy(const_cast<char*>(entry.value.data()), &reference, sizeof reference);
        }
        forged.seal(n);
    }
    kv::TreeRecord record = forged.record(1);
    record.run_pages = 201 * kv::run_page_count(300'000, kPage);
    forged.set_record(record);
    forged.write(path);
    kv::Environment environment = kv::Environment::open(path);
    {
        const kv::ReadTransaction txn = environment.begin_read();
        std::ostringstream out;
        require_corrupt([&] { (void)kv::usage(txn, txn.tree("t")); });
        require_corrupt([&] { kv::dump(txn, out); });
    }
    require_corrupt([&] { (void)kv::copy_to(environment, directory.file("copy"), {.compact = true}); });
    require_corrupt([&] { (void)kv::backup_point(environment); });
    {
        kv::WriteTransaction txn = environment.begin_write();
        require_corrupt([&] { (void)txn.drop_tree("t"); });
    }
    const kv::CheckReport report = kv::check(environment);
    CHECK(has_finding(report.findings, "two owners"));
    // Each entry is one finding, however many pages it names; and those that nobody names any more are ranges.
    CHECK(report.findings.size() < 2 * 201);
}

TEST_CASE("what a transaction has changed, or gives back in nested ones again and again, is not taken for damage") {
    const MemoryDirectory directory;
    kv::Environment environment = kv::Environment::open(directory.store());
    kv::WriteTransaction first = environment.begin_write();
    fill_numbered(first, first.create_tree("t"), 40'000);
    first.put(first.tree("t"), "large", std::string(10 << 20, 'l'));
    std::ostringstream out;
    kv::dump(first, out);
    CHECK(kv::usage(first, first.tree("t")).counts.entries == 40'001);
    first.commit();
    kv::WriteTransaction outer = environment.begin_write();
    for (int i = 0; i < 5; ++i) {
        kv::WriteTransaction inner = outer.begin_nested();
        inner.clear(inner.tree("t"));
        inner.abort();
    }
    outer.clear(outer.tree("t"));
    outer.commit();
    (void)require_sound(environment);
}

// ---- Free space -------------------------------------------------------------------------------------------

namespace {

/// A record of the free space that the newest transaction never wrote, behind those that it did.
void add_space_record(Forged& forged, const kv::SpaceDelta& delta, std::uint64_t before = 0) {
    const std::uint64_t root = forged.meta.header.space.root;
    REQUIRE(forged.meta.header.space.depth == 1);
    std::vector<std::pair<std::string, std::string>> entries;
    const kv::NodeView leaf = forged.node(root);
    for (std::uint32_t i = 0; i < leaf.count(); ++i) {
        std::string key;
        leaf.append_key(i, key);
        entries.emplace_back(key, std::string{leaf.leaf_entry(i).value});
    }
    const std::uint64_t transaction = forged.meta.header.transaction - before;
    const std::vector<std::string> records = kv::encode_delta(delta, transaction);
    REQUIRE(records.size() == 1);
    entries.emplace_back(kv::delta_key(transaction, 9), records.front());
    std::sort(entries.begin(), entries.end());
    std::vector<kv::LeafItem> items;
    for (const auto& [key, value] : entries) items.push_back({key, value});
    const kv::NodeHeader was = forged.header(root);
    forged.node(root).build_leaf(items, static_cast<std::uint16_t>(was.flags & ~kv::kHasHints));
    forged.header(root).birth = was.birth;
    forged.header(root).tree = was.tree;
    forged.seal(root);
    forged.meta.header.space.entries = items.size();
}

}  // namespace

TEST_CASE("records of the free space that give back or take a page twice are damage, and named") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    (void)closed_store(path, [](kv::WriteTransaction& txn, kv::Tree tree) {
        txn.put(tree, "large", std::string(300'000, 'l'));
        txn.put(tree, "key", "first");
    });
    {
        kv::Environment environment = kv::Environment::open(path);
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("t"), "key", "value");
        txn.commit();
        (void)require_sound(environment);
    }
    Forged forged{read_file(path)};
    const std::uint64_t run = forged.pages_of(1, kv::PageKind::run).at(0);
    const kv::TransactionId newest = forged.meta.header.transaction;
    std::string finding = "retires page";
    kv::SpaceDelta delta;
    SUBCASE("one extent over and over, in one record") {
        delta.retired.assign(60, kv::RetiredExtent{run, 70, 1, newest});
    }
    SUBCASE("extents that overlap") {
        delta.retired = {{run, 70, 1, newest}, {run + 69, 1, 1, newest}};
    }
    SUBCASE("in two transactions") {
        delta.retired = {{run, 70, 1, newest}};
        add_space_record(forged, delta, 1);
        delta.retired = {{run + 30, 1, 1, newest}};
    }
    SUBCASE("more allocated at once than there is") {
        finding = "allocates more pages";
        delta.allocated.assign(60, kv::Extent{run, 70});
    }
    add_space_record(forged, delta);
    forged.write(path);
    kv::Environment environment = kv::Environment::open(path);
    const kv::CheckReport report = kv::check(environment);
    CHECK(has_finding(report.findings, finding));
    CHECK(has_finding(report.findings, "of transaction " + std::to_string(newest)));
    {
        const kv::ReadTransaction reader = environment.begin_read();
        CHECK(reader.get(reader.tree("t"), "key") == "value");
        require_corrupt([&] { (void)environment.readers(); });
    }
    require_corrupt([&] {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("t"), "key", "another");
        txn.commit();
    });
    environment.close();
    const std::string target = directory.file("new");
    const kv::SalvageReport salvaged = kv::salvage(path, target);
    CHECK(salvaged.complete());  // damage of the free space costs no record
    kv::Environment whole = kv::Environment::open(target);
    (void)require_sound(whole);
}

TEST_CASE("a page that is given back and taken again by turns waits for its last turn only") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    kv::Environment environment = kv::Environment::open(path);
    for (int i = 0; i < 40; ++i) {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.create_tree("t"), "large", std::string(300'000, static_cast<char>('a' + i % 26)));
        txn.commit();
    }
    {
        const kv::ReadTransaction reader = environment.begin_read();
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("t"), "large", "small");
        txn.commit();
        const std::vector<kv::ReaderInfo> readers = environment.readers();
        REQUIRE(readers.size() == 1);
        CHECK(readers[0].pinned_pages >= 300'000 / kPage);
        CHECK(readers[0].pinned_pages < 300'000 / kPage + 10);
        (void)require_sound(environment);
    }
    (void)require_sound(environment);
}

// ---- What check() says ------------------------------------------------------------------------------------

TEST_CASE("check() and salvage() keep so many findings, the first of each tree, and count the others") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    Forged forged = closed_store(path, [](kv::WriteTransaction& txn, kv::Tree tree) {
        fill_numbered(txn, tree, 12'000);
        txn.put(txn.create_tree("z"), "key", "value");
    });
    for (const std::uint64_t id : {1U, 2U})
        for (const std::uint64_t n : forged.pages_of(id, kv::PageKind::leaf)) {
            const kv::NodeView leaf = forged.node(n);
            for (std::uint32_t i = 0; i < leaf.count(); ++i) {
                char* value = const_cast<char*>(leaf.leaf_entry(i).value.data());
                auto entry = kv::load<kv::LeafEntryHeader>(
                    reinterpret_cast<std::byte*>(value - sizeof(kv::LeafEntryHeader)));
                entry.key_size_and_kind |= 0x8000;  // a set of values
                std::memcpy(value - sizeof entry, &entry, sizeof entry);
            }
            forged.seal(n);
        }
    forged.write(path);
    kv::Environment environment = kv::Environment::open(path);
    const kv::CheckReport report = kv::check(environment);
    CHECK(report.findings.size() == 10'001);
    CHECK(report.more_findings == 2'000);
    CHECK(report.findings.back().tree == "z");
    environment.close();
    const kv::SalvageReport salvaged = kv::salvage(path, directory.file("new"));
    REQUIRE(salvaged.findings.size() == 10'002);
    CHECK(salvaged.findings[10'000].tree == "z");
    CHECK(salvaged.findings.back().what.find("2000 more") != std::string::npos);
    REQUIRE(salvaged.trees.size() == 2);
    CHECK(salvaged.trees[0].lost == 12'000);
    CHECK(salvaged.trees[1].lost == 1);
}

TEST_CASE("check() reports keys and values of sizes that no call stores, and salvage() keeps what one takes") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Forged whole = closed_store(path, [](kv::WriteTransaction& txn, kv::Tree tree) {
        txn.put(tree, "a", "1");
        txn.put(tree, "b", "2");
    });
    struct Case {
        std::vector<std::pair<std::string, std::string>> entries;
        std::string finding;
        std::uint64_t kept;
    };
    const std::string most(kv::max_key_size(kPage), 'x');
    const std::vector<Case> cases{
        {{{most, "1"}, {most.substr(1) + "y", "2"}}, "", 2},
        {{{most + "x", "1"}, {"z", "2"}}, "a key has 1025 bytes", 1},
        {{{std::string(1700, 'x') + "a", "1"}, {std::string(1700, 'x') + "c", "2"}}, "a key has 1701 bytes", 0},
        {{{std::string(3500, 'k'), "1"}}, "a key has 3500 bytes", 0},
        {{{"", "1"}, {"b", "2"}}, "a key has 0 bytes", 1},
        {{{"k", std::string(3000, 'v')}}, "an entry keeps 3000 bytes", 1},
        {{{"k", std::string(1900, 'v')}, {"l", "v"}}, "", 2},
        {{{std::string(1000, 'k'), std::string(1000, 'v')}}, "an entry keeps 1000 bytes", 1},
    };
    for (const Case& each : cases) {
        INFO("expected: " << each.finding);
        Forged forged = whole;
        kv::TreeRecord record = forged.record(1);
        std::vector<kv::LeafItem> items;
        for (const auto& [key, value] : each.entries) items.push_back({key, value});
        const kv::NodeHeader was = forged.header(record.root);
        forged.node(record.root).build_leaf(items, std::uint16_t{0});
        forged.header(record.root).birth = was.birth;
        forged.header(record.root).tree = was.tree;
        forged.seal(record.root);
        record.entries = items.size();
        forged.set_record(record);
        forged.write(path);
        {
            kv::Environment environment = kv::Environment::open(path);
            const kv::CheckReport report = kv::check(environment);
            REQUIRE(report.ok() == each.finding.empty());
            if (!report.ok()) {
                CHECK(report.findings[0].what.find(each.finding) == 0);
                CHECK(report.findings[0].page == record.root);
                CHECK(report.findings[0].tree == "t");
            }
        }
        const std::string target = directory.file("new");
        const kv::SalvageReport salvaged = kv::salvage(path, target);
        REQUIRE(salvaged.trees.size() == 1);
        CHECK(salvaged.trees[0].kept == each.kept);
        CHECK(salvaged.complete() == (each.kept == items.size()));
        for (const kv::Finding& finding : salvaged.findings) CHECK(finding.tree == "t");
        kv::Environment environment = kv::Environment::open(target);
        (void)require_sound(environment);
        environment.close();
        std::filesystem::remove(target);
    }
}
