// A salvaged store with tables: the records that are left, and indexes that agree with them.
#include <algorithm>
#include <map>
#include <random>
#include <stdexcept>

#include "cambium/rescue.hpp"
#include "file_bytes.hpp"
#include "kv/page_format.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kCustomers = 600;

Customer customer_of(std::uint64_t id) {
    return customer(id, "customer-" + std::to_string(id) + "@example.org", "city " + std::to_string(id % 7), 1);
}

void make_store(const std::string& path) {
    Database db = Database::open<Customers>(path);
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        for (std::uint64_t id = 0; id < kCustomers; ++id) customers.insert(customer_of(id));
    });
}

/// Requires that the table holds records that were written, and its indexes those and no others. How many.
std::uint64_t require_agreement(const std::string& path) {
    Database db = Database::open<Customers>(path);
    const std::uint64_t kept = db.read([](ReadTransaction& txn) {
        const Reader<Customers> customers{txn};
        const Ids all = ids(customers.all());
        for (const std::uint64_t id : all) {
            const Customer record = customer_of(id);
            REQUIRE(customers.get(id) == record);
            REQUIRE(customers.by<"email">().get(record.email) == record);
        }
        Ids by_city = ids(customers.by<"city_joined">().all());
        std::sort(by_city.begin(), by_city.end());
        REQUIRE(by_city == all);
        return std::uint64_t{all.size()};
    });
    (void)require_sound(db.environment());
    // Both sides of every index are kept from here on.
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.upsert(customer_of(kCustomers + 1));
        REQUIRE(customers.by<"email">().get(customer_of(kCustomers + 1).email).has_value());
    });
    return kept;
}

}  // namespace

TEST_CASE("whichever page is damaged, the indexes of what is salvaged agree with the table") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    make_store(path);
    const std::string whole = read_file(path);
    std::mt19937_64 random{seed()};
    std::uint64_t lossy = 0;
    std::uint64_t of_index = 0;
    for (std::uint64_t page = kv::first_data_page(kPage); page < whole.size() / kPage; ++page) {
        CAPTURE(page);
        std::string bytes = whole;
        char& byte = bytes[page * kPage + random() % kPage];
        byte = static_cast<char>(byte ^ static_cast<char>(1 + random() % 255));
        write_file(path, bytes);
        const std::string target = directory.file("new");
        std::filesystem::remove(target);
        const kv::SalvageReport report = salvage(path, target);
        std::optional<std::uint64_t> said;
        for (const kv::SalvagedTree& tree : report.trees) {
            if (tree.name == "table \"customers\"") said = tree.kept;
            if (tree.name == "table \"customers\", index \"email\"" && !tree.missing.empty()) ++of_index;
            // Called by their names wherever the catalog of tables can be read.
            if (said.has_value()) CHECK_FALSE(tree.name.starts_with("cambium.index."));
        }
        const std::uint64_t kept = require_agreement(target);
        if (report.complete()) CHECK(kept == kCustomers);
        if (said.has_value()) CHECK(kept == *said);
        lossy += kept < kCustomers ? 1 : 0;
    }
    MESSAGE(lossy << " pages cost records, " << of_index << " cost entries of an index");
    CHECK(lossy > 3);
    CHECK(of_index > 3);
}

TEST_CASE("findings of check() are called by table and index, unless a catalog is damaged") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    make_store(path);
    const std::string whole = read_file(path);
    std::mt19937_64 random{seed()};
    std::map<std::string, int> found;
    for (std::uint64_t page = kv::first_data_page(kPage); page < whole.size() / kPage; ++page) {
        CAPTURE(page);
        std::string bytes = whole;
        char& byte = bytes[page * kPage + random() % kPage];
        byte = static_cast<char>(byte ^ static_cast<char>(1 + random() % 255));
        write_file(path, bytes);
        std::filesystem::remove(path + "-lock");
        kv::Environment environment = kv::Environment::open(path, {.read_only = true});
        const std::size_t plain = kv::check(environment).findings.size();
        const kv::CheckReport report = cambium::check(environment);
        CHECK(report.findings.size() == plain);
        const bool catalog = std::any_of(report.findings.begin(), report.findings.end(), [](const auto& finding) {
            return finding.tree == "(catalog)" || finding.tree == "cambium.catalog";
        });
        for (const kv::Finding& finding : report.findings) {
            ++found[finding.tree];
            if (!catalog) CHECK_FALSE(finding.tree.starts_with("cambium."));
        }
    }
    CHECK(found["table \"customers\""] > 3);
    CHECK(found["table \"customers\", index \"email\""] > 3);
    CHECK(found["table \"customers\", index \"city_joined\""] > 3);
}

TEST_CASE("a catalog entry that does not decode is a finding, and salvage() leaves no store") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    make_store(path);
    {
        kv::Environment environment = kv::Environment::open(path);
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("cambium.catalog"), "table/customers", "\xff");
        txn.commit();
        CHECK(kv::check(environment).ok());
        const kv::CheckReport report = cambium::check(environment);
        REQUIRE(report.findings.size() == 1);
        CHECK(report.findings.front().tree == "table \"customers\"");
        CHECK(report.findings.front().what.find("does not decode") != std::string::npos);
    }
    const std::string target = directory.file("new");
    CHECK_THROWS_AS((void)salvage(path, target), Error);
    for (const char* suffix : {"", "-lock", "-salvage", "-salvage-lock"})
        CHECK_FALSE(std::filesystem::exists(target + suffix));
}

TEST_CASE("until its indexes are gone a salvaged store has no name") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    make_store(path);
    const std::string target = directory.file("new");
    bool called = false;
    kv::SalvageOptions options;
    options.finish = [&](kv::Environment& environment) {
        called = true;
        CHECK_FALSE(std::filesystem::exists(target));
        const kv::ReadTransaction txn = environment.begin_read();
        int indexes = 0;
        txn.each_tree([&](ByteView name, kv::Tree) { indexes += name.starts_with("cambium.index.") ? 1 : 0; });
        CHECK(indexes == 0);
    };
    CHECK(cambium::salvage(path, target, options).complete());
    CHECK(called);
    CHECK(require_agreement(target) == kCustomers);
    // What it throws leaves nothing behind.
    options.finish = [](kv::Environment&) { throw std::runtime_error("no"); };
    CHECK_THROWS((void)cambium::salvage(path, directory.file("other"), options));
    for (const char* suffix : {"", "-lock", "-salvage", "-salvage-lock"})
        CHECK_FALSE(std::filesystem::exists(directory.file("other") + suffix));
}

TEST_CASE("a store without tables is salvaged as it is") {
    const MemoryDirectory directory;
    {
        kv::Environment environment = kv::Environment::open(directory.store());
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.create_tree("mine"), "key", "value");
        txn.commit();
        (void)require_sound(environment);
    }
    CHECK(salvage(directory.store(), directory.file("new")).complete());
    kv::Environment environment = kv::Environment::open(directory.file("new"));
    const kv::ReadTransaction txn = environment.begin_read();
    CHECK_FALSE(txn.find_tree("cambium.catalog").has_value());
    CHECK(txn.get(txn.tree("mine"), "key") == "value");
    (void)require_sound(environment);
}

}  // namespace cambium::test
