// Online copies, plain and compacting, to files and to pipes, beside a writer, cancelled, failing, of damaged
// stores.
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/copy.hpp"
#include "child.hpp"
#include "file_bytes.hpp"
#include "kv/node.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "store_samples.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

kv::MetaHeader meta_of(const std::string& path) {
    kv::MetaHeader header;
    std::memcpy(static_cast<void*>(&header), read_file(path).data(), sizeof header);
    return header;
}

std::size_t files_in(const std::string& folder) {
    const std::filesystem::directory_iterator entries{folder};
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

/// Opens a copy: it was closed in an orderly way, is sound, holds this content, and takes more commits.
void require_good_copy(const std::string& path, const Trees& content) {
    Environment copy = Environment::open(path);
    CHECK_FALSE(copy.recovery().unclean);
    CHECK_FALSE(copy.recovery().fell_back);
    (void)require_sound(copy);
    REQUIRE(content_of(copy) == content);
    std::mt19937_64 random{1};
    for (int i = 0; i < 5; ++i) {
        change_randomly(copy, random, 50);
        (void)require_sound(copy);
    }
}

/// Everything that comes through a pipe.
std::string piped(Environment& environment, const kv::CopyOptions& options, kv::CopyReport& report) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    std::string received;
    std::thread reader{[&] {
        std::array<char, 10000> buffer{};
        for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
            received.append(buffer.data(), static_cast<std::size_t>(got));
    }};
    report = kv::copy_to(environment, ends[1], options);
    ::close(ends[1]);
    reader.join();
    ::close(ends[0]);
    return received;
}

const std::array<kv::CopyOptions, 2> kBoth{kv::CopyOptions{.compact = false}, kv::CopyOptions{.compact = true}};

}  // namespace

TEST_CASE("copies of random stores, for small and large pages") {
    std::mt19937_64 random{seed()};
    for (const std::uint32_t page_size : {4096U, 4096U, 16384U, 65536U}) {
        const MemoryDirectory directory;
        Environment source = Environment::open(directory.store(), {.page_size_bytes = page_size});
        make_busy_store(source, random);
        const Trees content = content_of(source);
        const kv::CheckReport state = require_sound(source);
        for (const kv::CopyOptions& options : kBoth) {
            CAPTURE(options.compact);
            const std::string path = directory.file(options.compact ? "compact" : "plain");
            const kv::CopyReport report = kv::copy_to(source, path, options);
            CHECK(report.completed);
            CHECK(report.transaction == source.statistics().newest_transaction);
            CHECK(report.bytes == std::filesystem::file_size(path));
            kv::CopyReport piped_report;
            const std::string bytes = piped(source, options, piped_report);
            CHECK(piped_report.completed);
            CHECK(bytes.size() == report.bytes);
            const kv::MetaHeader ours = meta_of(path);
            if (options.compact) {
                write_file(directory.file("piped"), bytes);
                require_good_copy(directory.file("piped"), content);
            } else {
                CHECK(report.pages == state.live_pages);
                CHECK(bytes == read_file(path));
            }
            require_good_copy(path, content);
            source.close();
            const kv::MetaHeader theirs = meta_of(directory.store());
            CHECK((std::memcmp(ours.uuid, theirs.uuid, sizeof ours.uuid) == 0) == !options.compact);
            CHECK((ours.seed == theirs.seed) == !options.compact);
            source = Environment::open(directory.store());
        }
        CHECK(content_of(source) == content);
    }
}

TEST_CASE("a compact copy has no free page, and its leaves lie in key order") {
    const MemoryDirectory directory;
    Environment source = Environment::open(directory.store());
    for (int round = 0; round < 3; ++round) {
        kv::WriteTransaction txn = source.begin_write();
        const kv::Tree tree = txn.create_tree("only");
        for (int i = 0; i < 3000; ++i)
            txn.put(tree, "key " + std::to_string(i * 7919 % 3000),
                    std::string(static_cast<std::size_t>(40 + round), 'v'));
        txn.commit();
    }
    const kv::CopyReport report = kv::copy_to(source, directory.file("copy"), {.compact = true});
    CHECK(report.bytes < std::filesystem::file_size(directory.store()));
    CHECK(report.bytes == kv::kMetaAreaSize + report.pages * 4096);
    const std::string bytes = read_file(directory.file("copy"));
    std::string last;
    int leaves = 0;
    for (std::uint64_t offset = kv::kMetaAreaSize; offset < bytes.size() - 4096; offset += 4096) {
        const kv::NodeView node{reinterpret_cast<const std::byte*>(bytes.data()) + offset, 4096};
        if (!node.is_leaf()) continue;
        std::string key;
        node.append_key(0, key);
        CHECK(last < key);
        last = key;
        ++leaves;
    }
    CHECK(leaves > 20);
    Environment copy = Environment::open(directory.file("copy"));
    const kv::CheckReport state = require_sound(copy);
    CHECK(state.free_pages == 0);
    CHECK(state.waiting_pages == 0);
    CHECK(state.live_pages == report.pages);
    (void)require_sound(source);
}

TEST_CASE("copies of an empty store, and from a store opened read-only") {
    const MemoryDirectory directory;
    { const Environment created = Environment::open(directory.store()); }
    Environment source = Environment::open(directory.store(), {.read_only = true});
    for (const kv::CopyOptions& options : kBoth) {
        const std::string path = directory.file(options.compact ? "compact" : "plain");
        CHECK(kv::copy_to(source, path, options).pages == 0);
        require_good_copy(path, {});
    }
    (void)require_sound(source);
}

TEST_CASE("progress is told, and answering false or throwing leaves nothing behind") {
    const MemoryDirectory directory;
    const MemoryDirectory target;
    Environment source = Environment::open(directory.store());
    std::mt19937_64 random{seed()};
    make_busy_store(source, random, 10);
    for (kv::CopyOptions options : kBoth) {
        std::vector<kv::CopyProgress> told;
        options.progress = [&](const kv::CopyProgress& progress) {
            told.push_back(progress);
            return true;
        };
        REQUIRE(kv::copy_to(source, target.file("done"), options).completed);
        std::filesystem::remove(target.file("done"));
        REQUIRE(told.size() >= 3);
        CHECK(told.front().pages_done == 0);
        CHECK(told.back().pages_done == told.back().pages_total);
        for (std::size_t i = 1; i < told.size(); ++i) CHECK(told[i - 1].pages_done < told[i].pages_done);
        for (std::size_t stop = 0; stop < told.size(); ++stop) {
            std::size_t calls = 0;
            options.progress = [&](const kv::CopyProgress&) { return calls++ < stop; };
            CHECK_FALSE(kv::copy_to(source, target.file("cancelled"), options).completed);
            CHECK(files_in(target.path()) == 0);
        }
        options.progress = [](const kv::CopyProgress&) -> bool { throw std::runtime_error{"no"}; };
        CHECK_THROWS_AS(kv::copy_to(source, target.file("thrown"), options), std::runtime_error);
        CHECK(files_in(target.path()) == 0);
    }
    CHECK(source.statistics().readers == 0);
    (void)require_sound(source);
}

TEST_CASE("an existing file is not replaced") {
    const MemoryDirectory directory;
    Environment source = Environment::open(directory.store());
    write_file(directory.file("mine"), "mine");
    for (const kv::CopyOptions& options : kBoth) {
        try {
            (void)kv::copy_to(source, directory.file("mine"), options);
            FAIL_CHECK("it was copied");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::already_exists);
        }
        CHECK_THROWS_AS(kv::copy_to(source, directory.file("no/such/folder"), options), Error);
    }
    CHECK(read_file(directory.file("mine")) == "mine");
    CHECK(files_in(directory.path()) == 3);  // the store, its lock file, and that
}

TEST_CASE("a target that fails leaves no file, and the source as it was") {
    const MemoryDirectory directory;
    const MemoryDirectory target;
    Environment source = Environment::open(directory.store());
    std::mt19937_64 random{seed()};
    make_busy_store(source, random);
    const Trees content = content_of(source);
    for (const kv::CopyOptions& options : kBoth) {
        for (std::uint64_t call = 1;; ++call) {
            Recorder recorder;
            recorder.fail_call(call, ENOSPC);
            const Observation observation{recorder};
            try {
                (void)kv::copy_to(source, target.file("copy"), options);
            } catch (const Error& error) {
                CHECK(error.code() == ErrorCode::full);
            }
            if (!recorder.has_failed()) break;
            CHECK(files_in(target.path()) == 0);
        }
        CHECK(files_in(target.path()) == 1);
        std::filesystem::remove(target.file("copy"));
    }
    CHECK(content_of(source) == content);
    (void)require_sound(source);
}

TEST_CASE("damage is found, not copied") {
    const MemoryDirectory directory;
    const MemoryDirectory target;
    {
        Environment source = Environment::open(directory.store());
        kv::WriteTransaction txn = source.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        for (int i = 0; i < 200; ++i) txn.put(tree, "key " + std::to_string(i), std::string(100, 'v'));
        txn.put(tree, "large", std::string(100000, 'l'));
        txn.commit();
    }
    const std::string whole = read_file(directory.store());
    const std::uint64_t end = meta_of(directory.store()).page_count * 4096;
    std::uint64_t tried = 0;
    std::uint64_t refused = 0;
    for (std::uint64_t page = kv::kMetaAreaSize / 4096; page < end / 4096; ++page) {
        std::string damaged = whole;
        damaged[page * 4096 + 3000] = static_cast<char>(damaged[page * 4096 + 3000] ^ 4);
        write_file(directory.file("damaged"), damaged);
        Environment source = Environment::open(directory.file("damaged"));
        for (const kv::CopyOptions& options : kBoth) {
            ++tried;
            try {
                (void)kv::copy_to(source, target.file("copy"), options);
                // The last page of a run is padded, and the space tree is not copied by compaction: nothing was
                // lost.
                Environment copy = Environment::open(target.file("copy"));
                (void)require_sound(copy);
                std::filesystem::remove(target.file("copy"));
                std::filesystem::remove(target.file("copy-lock"));
            } catch (const Error& error) {
                CHECK(error.code() == ErrorCode::corrupt);
                ++refused;
            }
            CHECK(files_in(target.path()) == 0);
        }
    }
    CHECK(refused > tried * 9 / 10);
}

TEST_CASE("an older copy written over the file of a store is not mixed with what a killed process had written") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const std::string saved = directory.file("saved");
    // The roots of the later state lie where the older one had pages, in some of the rounds.
    for (std::uint64_t commits = 0; commits < 24; ++commits) {
        CAPTURE(commits);
        for (const std::string& file : {path, saved, path + "-lock"}) std::filesystem::remove(file);
        Child child{[&](const Child::Pipe&) {
            std::mt19937_64 random{seed()};
            Environment store = Environment::open(path, {.durability = kv::Durability::deferred});
            make_busy_store(store, random);
            (void)kv::copy_to(store, saved);
            for (std::uint64_t i = 0; i < commits; ++i) {
                change_randomly(store, random, i % 2 == 0 ? 150 : 5);
                store.sync();
            }
            ::_exit(0);
        }};
        child.require_success();
        write_file(path, read_file(saved));  // the same inode, the same UUID, and a lock file of the same boot
        Environment copy = Environment::open(saved);
        Environment restored = Environment::open(path);
        CHECK_FALSE(restored.recovery().adopted);
        (void)require_sound(restored);
        CHECK(content_of(restored) == content_of(copy));
    }
}

TEST_CASE("copies beside a writer hold one state each") {
    const MemoryDirectory directory;
    Environment source = Environment::open(directory.store());
    constexpr std::uint64_t kAccounts = 400;
    constexpr std::uint64_t kTotal = kAccounts * 1000;
    const auto number = [](ByteView text) { return std::stoull(std::string{text}); };
    {
        kv::WriteTransaction txn = source.begin_write();
        const kv::Tree accounts = txn.create_tree("accounts");
        for (std::uint64_t i = 0; i < kAccounts; ++i) txn.put(accounts, std::to_string(i), "1000");
        (void)txn.create_tree("notes");
        txn.commit();
    }
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> commits{0};
    std::thread writer{[&] {
        std::mt19937_64 random{7};
        while (!stop) {
            kv::WriteTransaction txn = source.begin_write();
            const kv::Tree accounts = txn.tree("accounts");
            for (int i = 0; i < 20; ++i) {
                const std::string from = std::to_string(random() % kAccounts);
                const std::string to = std::to_string(random() % kAccounts);
                const std::uint64_t amount = random() % (number(*txn.get(accounts, from)) + 1);
                txn.put(accounts, from, std::to_string(number(*txn.get(accounts, from)) - amount));
                txn.put(accounts, to, std::to_string(number(*txn.get(accounts, to)) + amount));
            }
            txn.put(txn.tree("notes"), std::to_string(random() % 5), std::string(random() % 30000, 'n'));
            txn.commit();
            ++commits;
        }
    }};
    for (int round = 0; round < 12; ++round) {
        const std::uint64_t before = commits;
        kv::CopyOptions options;
        options.compact = round % 2 == 1;
        // The writer gets at least two commits into every copy.
        options.progress = [&](const kv::CopyProgress&) {
            while (commits < before + 3) std::this_thread::yield();
            return true;
        };
        const std::string path = directory.file("copy " + std::to_string(round));
        REQUIRE(kv::copy_to(source, path, options).completed);
        Environment copy = Environment::open(path);
        (void)require_sound(copy);
        std::uint64_t total = 0;
        const Trees content = content_of(copy);
        for (const auto& [account, balance] : content.at("accounts")) total += number(balance);
        CHECK(total == kTotal);
    }
    stop = true;
    writer.join();
    (void)require_sound(source);
}
