// salvage(): whatever is damaged, what is kept is right, and what is not is said.
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "file_bytes.hpp"
#include "kv/page_format.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "store_samples.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

constexpr std::uint64_t kPage = 4096;

Trees make_store(const std::string& path) {
    std::mt19937_64 random{seed()};
    kv::Environment environment = kv::Environment::open(path);
    make_busy_store(environment, random, 3);
    kv::WriteTransaction txn = environment.begin_write();
    kv::TreeOptions backwards;
    backwards.key_order = kv::KeyOrder::reversed;
    const kv::Tree tree = txn.create_tree("reversed", backwards);
    for (int i = 0; i < 300; ++i) txn.put(tree, "key " + std::to_string(i), "v");
    txn.commit();
    return content_of(environment);
}

/// Salvages and requires that all that is kept is as it was, and that the report adds up.
kv::SalvageReport require_right(const std::string& path, const std::string& target, const Trees& content) {
    std::filesystem::remove(target);
    kv::SalvageReport report = kv::salvage(path, target);
    kv::Environment environment = kv::Environment::open(target);
    (void)require_sound(environment);
    std::uint64_t lost = 0;
    const Trees found = content_of(environment);
    for (const kv::SalvagedTree& tree : report.trees) {
        INFO("tree " << tree.name);
        const auto was = content.find(tree.name);
        if (was == content.end()) {
            REQUIRE(tree.name.starts_with("salvaged-"));
            continue;
        }
        const auto is = found.find(tree.name);
        REQUIRE(tree.kept == (is == found.end() ? 0 : is->second.size()));
        if (is != found.end())
            for (const auto& [key, value] : is->second) {
                const auto right = was->second.find(key);
                REQUIRE(right != was->second.end());
                REQUIRE(right->second == value);
            }
        if (tree.lost_known) REQUIRE(tree.kept + tree.lost == was->second.size());
        if (tree.kept < was->second.size()) REQUIRE_FALSE(tree.missing.empty());
        lost += was->second.size() - tree.kept;
    }
    if (report.complete()) {
        REQUIRE(lost == 0);
        REQUIRE(found == content);
    }
    return report;
}

/// What a page says it is. A page in the middle of a run has no header, and its bytes may look like any: it is told
/// by the page number, and is reported as part of a run.
kv::NodeHeader header_of(const std::string& bytes, std::uint64_t page) {
    kv::NodeHeader header;
    std::memcpy(&header, bytes.data() + page * kPage, sizeof header);
    if (header.page_number != page) header.kind = kv::PageKind::run;
    return header;
}

std::uint64_t records_of(const Trees& content) {
    std::uint64_t records = 0;
    for (const auto& [name, entries] : content) records += entries.size();
    return records;
}
std::uint64_t records_in(const std::string& path) {
    kv::Environment environment = kv::Environment::open(path);
    return records_of(content_of(environment));
}

}  // namespace

TEST_CASE("a sound store is salvaged whole, into a file of its owner alone") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(path);
    const std::string bytes = read_file(path);
    const kv::SalvageReport report = require_right(path, directory.file("new"), content);
    CHECK(report.complete());
    CHECK(read_file(path) == bytes);
    struct stat status {};
    REQUIRE(::stat(directory.file("new").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    CHECK_FALSE(std::filesystem::exists(directory.file("new-salvage")));
    CHECK_FALSE(std::filesystem::exists(directory.file("new-salvage-lock")));
}

// Under AddressSanitizer every page would take minutes: all branches, and one of so many others.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kOneOf = 6;
#else
constexpr std::uint64_t kOneOf = 1;
#endif

TEST_CASE("each page damaged in turn loses what lies in it, and nothing else") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(path);
    const std::string whole = read_file(path);
    std::mt19937_64 random{seed()};
    std::map<std::string, std::uint64_t> damaged;
    for (std::uint64_t page = kv::first_data_page(kPage); page < whole.size() / kPage; ++page) {
        const auto kept = header_of(whole, page);
        const bool rare = kept.kind == kv::PageKind::branch || kept.tree == kv::kCatalogMark;
        if (!rare && random() % kOneOf != 0) continue;
        INFO("page " << page);
        std::string bytes = whole;
        char& byte = bytes[page * kPage + random() % kPage];
        byte = static_cast<char>(byte ^ static_cast<char>(1 + random() % 255));
        write_file(path, bytes);
        const kv::SalvageReport report = require_right(path, directory.file("new"), content);
        CHECK_FALSE(report.mixed);
        if (report.complete()) continue;
        const auto header = header_of(whole, page);
        const std::uint64_t records = records_in(directory.file("new"));
        if (header.kind == kv::PageKind::branch && header.tree < kv::kValuesMark) {
            ++damaged["branches"];
            CHECK(records == records_of(content));
            for (const kv::SalvagedTree& tree : report.trees) CHECK(tree.missing.empty());
        } else if (header.kind != kv::PageKind::run && header.tree == kv::kCatalogMark) {
            ++damaged["pages of the catalog"];
            CHECK(records == records_of(content));
        } else {
            ++damaged["other pages"];
            CHECK(records < records_of(content));
        }
    }
    for (const auto& [what, count] : damaged) MESSAGE(count << " damaged " << what << " were in use");
    CHECK(damaged["branches"] > 2);
    CHECK(damaged["pages of the catalog"] > 0);
    CHECK(damaged["other pages"] > 100 / (2 * kOneOf));
}

TEST_CASE("without a commit record, branches and names everything is found that leaves hold") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(path);
    std::string bytes = read_file(path);
    const auto damage = [&](std::uint64_t offset) { bytes[offset] = static_cast<char>(bytes[offset] ^ 1); };
    std::uint64_t transaction = 0;
    {
        write_file(path, bytes);
        kv::Environment environment = kv::Environment::open(path, {.read_only = true});
        transaction = environment.begin_read().id();
    }
    // What a commit record says of the state, not of page size and checksums.
    for (const std::uint64_t offset : kv::kMetaOffsets) damage(offset + offsetof(kv::MetaHeader, catalog));
    std::uint64_t catalog_pages = 0;
    SUBCASE("the commit records alone") {}
    SUBCASE("the branches too") {
        for (std::uint64_t page = kv::first_data_page(kPage); page < bytes.size() / kPage; ++page)
            if (header_of(bytes, page).kind == kv::PageKind::branch &&
                header_of(bytes, page).tree < kv::kValuesMark)
                damage(page * kPage + 1000);
    }
    SUBCASE("the newest catalog too") {
        for (std::uint64_t page = kv::first_data_page(kPage); page < bytes.size() / kPage; ++page) {
            const kv::NodeHeader header = header_of(bytes, page);
            if (header.kind == kv::PageKind::run || header.tree != kv::kCatalogMark || header.birth != transaction)
                continue;
            damage(page * kPage + 1000);
            ++catalog_pages;
        }
        CHECK(catalog_pages > 0);
    }
    write_file(path, bytes);
    const kv::SalvageReport report = require_right(path, directory.file("new"), content);
    CHECK_FALSE(report.complete());
    CHECK_FALSE(report.mixed);
    CHECK(report.transaction == transaction);
    CHECK(records_in(directory.file("new")) == records_of(content));
    // All but the last transaction's tree have their names from older pages of the catalog.
    std::uint64_t nameless = 0;
    for (const kv::SalvagedTree& tree : report.trees) nameless += tree.name.starts_with("salvaged-") ? 1 : 0;
    CHECK(nameless == (catalog_pages == 0 ? 0 : 1));
    INFO(report.findings.front().what);
    CHECK(report.findings.front().what.find("neither commit record") != std::string::npos);
}

TEST_CASE("with the free space lost as well, what is found was stored at some time, and that is said") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    std::mt19937_64 random{seed()};
    std::vector<Trees> history;
    {
        kv::Environment environment = kv::Environment::open(path);
        for (int i = 0; i < 6; ++i) {
            change_randomly(environment, random, 600);
            history.push_back(content_of(environment));
        }
        (void)require_sound(environment);
    }
    std::string bytes = read_file(path);
    for (std::uint64_t page = kv::first_data_page(kPage); page < bytes.size() / kPage; ++page) {
        const kv::NodeHeader header = header_of(bytes, page);
        const bool branch = header.kind == kv::PageKind::branch && header.tree < kv::kValuesMark;
        const bool space = header.kind != kv::PageKind::run && header.tree == kv::kSpaceMark;
        if (branch || space) bytes[page * kPage + 1000] = static_cast<char>(bytes[page * kPage + 1000] ^ 1);
    }
    write_file(path, bytes);
    const kv::SalvageReport report = kv::salvage(path, directory.file("new"));
    CHECK(report.mixed);
    kv::Environment environment = kv::Environment::open(directory.file("new"));
    (void)require_sound(environment);
    std::uint64_t wrong = 0;
    std::uint64_t present = 0;
    std::uint64_t old = 0;
    for (const auto& [name, entries] : content_of(environment))
        for (const auto& [key, value] : entries) {
            const auto is_in = [&, &name = name, &key = key, &value = value](const Trees& state) {
                const auto tree = state.find(name);
                if (tree == state.end()) return false;
                const auto entry = tree->second.find(key);
                return entry != tree->second.end() && entry->second == value;
            };
            if (is_in(history.back())) {
                ++present;
            } else {
                ++(std::any_of(history.begin(), history.end(), is_in) ? old : wrong);
            }
        }
    CHECK(wrong == 0);
    CHECK(present > records_of(history.back()) * 9 / 10);
    MESSAGE(present << " present records of " << records_of(history.back()) << ", " << old << " old ones");
}

TEST_CASE("a store that was cut short gives what is left of it") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(path);
    const std::string whole = read_file(path);
    for (std::uint64_t pages = kv::first_data_page(kPage); pages < whole.size() / kPage; pages += 7) {
        INFO("cut behind " << pages << " pages");
        write_file(path, whole.substr(0, pages * kPage + pages % 3));
        (void)require_right(path, directory.file("new"), content);
    }
}

TEST_CASE("salvage refuses what it cannot help, and leaves no file") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    (void)make_store(path);
    const auto code = [&](const std::string& from, const std::string& to) {
        try {
            (void)kv::salvage(from, to);
        } catch (const Error& error) {
            return std::string{to_string(error.code())};
        }
        return std::string{"nothing"};
    };
    const std::string target = directory.file("new");
    CHECK(code(directory.file("absent"), target) == "not_found");
    {
        kv::Environment environment = kv::Environment::open(path);
        CHECK(code(path, target) == "busy");
        (void)require_sound(environment);
    }
    write_file(target, "mine");
    CHECK(code(path, target) == "already_exists");
    CHECK(read_file(target) == "mine");
    std::filesystem::remove(target);
    std::string bytes = read_file(path);
    // What page size and checksums a commit record named is all that is needed of it.
    for (const std::uint64_t offset : kv::kMetaOffsets)
        std::memset(bytes.data() + offset + offsetof(kv::MetaHeader, seed), 0, sizeof(std::uint64_t));
    write_file(path, bytes);
    CHECK(code(path, target) == "corrupt");
    CHECK_FALSE(std::filesystem::exists(target));
}
