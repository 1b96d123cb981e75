// salvage(): whatever is damaged, what is kept is right, and what is not is said.
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
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

TEST_CASE("each page damaged in turn loses what hangs below it, and nothing else") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(path);
    const std::string whole = read_file(path);
    std::mt19937_64 random{seed()};
    std::uint64_t damaged = 0;
    for (std::uint64_t page = kv::first_data_page(kPage); page < whole.size() / kPage; ++page) {
        INFO("page " << page);
        std::string bytes = whole;
        char& byte = bytes[page * kPage + random() % kPage];
        byte = static_cast<char>(byte ^ static_cast<char>(1 + random() % 255));
        write_file(path, bytes);
        damaged += require_right(path, directory.file("new"), content).complete() ? 0 : 1;
    }
    CHECK(damaged > 100);
    MESSAGE(damaged << " damaged pages were in use");
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
    bytes[100] = static_cast<char>(bytes[100] ^ 1);
    bytes[65536 + 100] = static_cast<char>(bytes[65536 + 100] ^ 1);
    write_file(path, bytes);
    CHECK(code(path, target) == "corrupt");
    CHECK_FALSE(std::filesystem::exists(target));
}
