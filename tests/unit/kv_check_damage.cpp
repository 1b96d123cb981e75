// check() on stores that the mapping cannot show: cut short while they are open, or with pages that the device
// cannot read. Findings name page and tree; what hangs below is a range, not a leak for each page.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/kv/environment.hpp"
#include "file_bytes.hpp"
#include "kv/page_format.hpp"
#include "memory_directory.hpp"
#include "os/file.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

constexpr std::uint64_t kPage = 4096;

/// Reads of some pages fail.
class BadSectors final : public os::FileObserver {
public:
    BadSectors() { os::set_file_observer(this); }
    ~BadSectors() override { os::set_file_observer(nullptr); }
    int before(const os::FileCall&) override { return 0; }
    void after(const os::FileCall&) override {}
    int before_read(std::uint64_t offset, std::uint64_t size) override {
        const auto at = pages.lower_bound(offset / kPage);
        return at != pages.end() && *at * kPage < offset + size ? EIO : 0;
    }
    std::set<std::uint64_t> pages;
};

void fill(kv::Environment& environment) {
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("records");
    for (int i = 0; i < 20000; ++i) txn.put(tree, "key " + std::to_string(i), std::string(30, 'v'));
    txn.put(tree, "large", std::string(300000, 'l'));
    txn.put(txn.create_tree("other"), "key", "value");
    txn.commit();
}

/// The pages of one kind and level, of any tree.
std::vector<std::uint64_t> pages_of(const std::string& bytes, kv::PageKind kind, int level) {
    std::vector<std::uint64_t> pages;
    for (std::uint64_t page = kv::first_data_page(kPage); page < bytes.size() / kPage; ++page) {
        kv::NodeHeader header;
        std::memcpy(&header, bytes.data() + page * kPage, sizeof header);
        if (header.page_number == page && header.kind == kind &&
            (kind == kv::PageKind::run || header.level == level))
            pages.push_back(page);
    }
    return pages;
}

const kv::Finding* finding_of(const kv::CheckReport& report, std::uint64_t page) {
    for (const kv::Finding& finding : report.findings)
        if (finding.page == page) return &finding;
    return nullptr;
}

}  // namespace

TEST_CASE("check() of a file that was cut while it is open reports the pages that are gone") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    kv::Environment environment = kv::Environment::open(path);
    fill(environment);
    (void)require_sound(environment);
    const std::string whole = read_file(path);
    for (const std::uint64_t pages : {200U, 100U, 40U, 33U, 32U, 1U, 0U}) {
        std::filesystem::resize_file(path, pages * kPage + 17);
        const kv::CheckReport report = kv::check(environment);
        INFO("cut behind page " << pages);
        CHECK_FALSE(report.ok());
        CHECK(report.findings.size() < environment.statistics().page_count);
        bool ends = false;
        for (const kv::Finding& finding : report.findings) {
            ends = ends || finding.what.find("the file ends before it does") != std::string::npos;
            CHECK_FALSE(finding.what.empty());
        }
        CHECK(ends);
    }
    write_file(path, whole);
    (void)require_sound(environment);
}

TEST_CASE("check() reports a page that the device cannot read with its tree, and goes on") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    kv::Environment environment = kv::Environment::open(path);
    fill(environment);
    const std::string bytes = read_file(path);
    BadSectors sectors;
    const auto check_with = [&](std::uint64_t page) {
        sectors.pages = {page};
        return kv::check(environment);
    };
    SUBCASE("a leaf") {
        const std::uint64_t leaf = pages_of(bytes, kv::PageKind::leaf, 0).at(5);
        const kv::CheckReport report = check_with(leaf);
        const kv::Finding* finding = finding_of(report, leaf);
        REQUIRE(finding != nullptr);
        CHECK(finding->tree == "records");
        CHECK(finding->what.find("Input/output error") != std::string::npos);
        CHECK(report.findings.size() == 2);  // and the number of entries
        CHECK(report.entries > 15000);
    }
    SUBCASE("a branch: what lies below is a few ranges of pages") {
        const std::vector<std::uint64_t> branches = pages_of(bytes, kv::PageKind::branch, 1);
        REQUIRE(branches.size() >= 2);
        const kv::CheckReport report = check_with(branches[0]);
        REQUIRE(finding_of(report, branches[0]) != nullptr);
        CHECK(report.findings.size() < 20);
        bool unknown = false;
        for (const kv::Finding& finding : report.findings)
            unknown = unknown || finding.what.find("what refers to them may be damaged") != std::string::npos;
        CHECK(unknown);
    }
    SUBCASE("a page of a large value, its first and a later one") {
        const std::uint64_t run = pages_of(bytes, kv::PageKind::run, 0).at(0);
        for (const std::uint64_t page : {run, run + 40}) {
            const kv::CheckReport report = check_with(page);
            const kv::Finding* finding = finding_of(report, run);
            REQUIRE(finding != nullptr);
            CHECK(finding->tree == "records");
            CHECK(report.findings.size() == 1);
        }
    }
    SUBCASE("any page at all") {
        for (std::uint64_t page = kv::first_data_page(kPage); page < environment.statistics().page_count; ++page)
            CHECK_FALSE(check_with(page).ok());
    }
    sectors.pages.clear();
    (void)require_sound(environment);
}
