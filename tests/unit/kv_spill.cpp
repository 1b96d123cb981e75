// Write transactions larger than their memory: what spills, what that costs, and disks without room for it.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "child.hpp"
#include "memory_directory.hpp"
#include "os/file.hpp"
#include "os/spill_file.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

std::string key_of(std::uint64_t i) {
    return "key " + std::to_string(i * 7919 % 1000003);
}

std::string value_of(std::uint64_t i, std::size_t size) {
    std::string value(size, static_cast<char>('a' + i % 26));
    std::memcpy(value.data(), &i, std::min(size, sizeof i));
    return value;
}

/// Sizes of entries and of runs from two pages to some megabytes.
std::size_t size_of(std::uint64_t i) {
    if (i % 500 == 0) return 3 << 20;
    if (i % 50 == 0) return 100000 + i;
    if (i % 10 == 0) return 5000;
    return 500;
}

std::size_t files_in(const TemporaryDirectory& directory) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{directory.path()}, {}));
}

void require_entries(Environment& environment, std::uint64_t entries) {
    kv::ReadTransaction txn = environment.begin_read();
    const kv::Tree tree = txn.tree("tree");
    REQUIRE(txn.statistics(tree).entries == entries);
    for (std::uint64_t i = 0; i < entries; ++i) REQUIRE(txn.get(tree, key_of(i)) == value_of(i, size_of(i)));
}

/// A disk with so much room for temporary files.
class SpillLimit : public os::FileObserver {
public:
    explicit SpillLimit(std::uint64_t bytes) : bytes_(bytes) { os::set_file_observer(this); }
    ~SpillLimit() override { os::set_file_observer(nullptr); }
    SpillLimit(const SpillLimit&) = delete;
    SpillLimit& operator=(const SpillLimit&) = delete;
    int before(const os::FileCall&) override { return 0; }
    void after(const os::FileCall&) override {}
    int before_spill(const os::FileCall& call) override {
        ++calls_;
        return call.offset > bytes_ ? ENOSPC : 0;
    }
    [[nodiscard]] int calls() const noexcept { return calls_; }

private:
    std::uint64_t bytes_;
    int calls_ = 0;
};

void require_full(kv::WriteTransaction& txn, kv::Tree tree) {
    try {
        for (std::uint64_t i = 0; i < 20000; ++i) txn.put(tree, key_of(i), value_of(i + 1, size_of(i)));
        FAIL("there was room");
    } catch (const Error& error) {
        INFO(std::string{error.what()});
        REQUIRE(to_string(error.code()) == to_string(ErrorCode::full));
        REQUIRE(std::string{error.what()}.find("store (temporary file)") != std::string::npos);
    }
}

}  // namespace

TEST_CASE("a transaction larger than its memory spills the rest and commits whole") {
    const TemporaryDirectory directory;
    kv::Options options;
    SUBCASE("some memory") {
        options.write_memory_bytes = kMiB;
    }
    SUBCASE("none") {
        options.write_memory_bytes = 0;
    }
    Environment environment = Environment::open(directory.file("store"), options);
    const std::size_t files = files_in(directory);
    {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.create_tree("tree");
        for (std::uint64_t i = 0; i < 4000; ++i) {
            txn.put(tree, key_of(i), value_of(i + 5, size_of(i + 1)));
            REQUIRE(txn.memory().memory_bytes <= options.write_memory_bytes);
        }
        for (std::uint64_t i = 0; i < 4000; ++i) txn.put(tree, key_of(i), value_of(i, size_of(i)));
        CHECK(txn.memory().memory_bytes <= options.write_memory_bytes);
        CHECK(txn.memory().spilled_bytes > 30 * kMiB);
        CHECK(txn.memory().spilled_bytes < 60 * kMiB);
        for (std::uint64_t i = 0; i < 4000; ++i) REQUIRE(txn.get(tree, key_of(i)) == value_of(i, size_of(i)));
        CHECK(files_in(directory) == files);  // it has no name
        txn.commit();
    }
    require_entries(environment, 4000);
    (void)require_sound(environment);
    environment.close();
    environment = Environment::open(directory.file("store"), options);
    require_entries(environment, 4000);
    kv::WriteTransaction txn = environment.begin_write();
    CHECK(txn.memory().memory_bytes + txn.memory().spilled_bytes == 0);
}

TEST_CASE("a process without memory for a transaction commits it by spilling, and not without") {
    if (kSanitized) return;  // the sanitizer's own memory counts
    const TemporaryDirectory directory;
    const auto data_bytes = [] {
        std::ifstream status{"/proc/self/status"};
        for (std::string word; status >> word;)
            if (word == "VmData:") {
                status >> word;
                return std::stoull(word) * 1024;
            }
        throw std::runtime_error("no VmData in /proc/self/status");
    };
    // 190 MiB in a process that may take 48 MiB more.
    const auto write_much = [&](const std::string& name, std::uint64_t budget) {
        kv::Options options;
        options.write_memory_bytes = budget;
        Environment environment = Environment::open(directory.file(name), options);
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.create_tree("tree");
        const rlim_t most = data_bytes() + 48 * kMiB;
        const rlimit limit{most, most};
        if (::setrlimit(RLIMIT_DATA, &limit) != 0) throw std::runtime_error("setrlimit failed");
        for (std::uint64_t i = 0; i < 20000; ++i) txn.put(tree, key_of(i), value_of(i, size_of(i)));
        if (txn.memory().memory_bytes > budget) throw std::runtime_error("more in memory than allowed");
        txn.commit();
    };
    Child spilling{[&](const Child::Pipe&) { write_much("store", 8 * kMiB); }};
    spilling.require_success();
    {
        Environment environment = Environment::open(directory.file("store"));
        require_entries(environment, 20000);
        (void)require_sound(environment);
    }
    Child failing{[&](const Child::Pipe&) {
        try {
            write_much("other", 1024 * kMiB);
        } catch (const std::bad_alloc&) {
            return;
        }
        throw std::runtime_error("the limit did not hold");
    }};
    failing.require_success();
}

TEST_CASE("no room to spill: error full, and the store is as it was") {
    const TemporaryDirectory directory;
    kv::Options options;
    options.write_memory_bytes = kMiB;
    Environment environment = Environment::open(directory.file("store"), options);
    {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.create_tree("tree");
        for (std::uint64_t i = 0; i < 100; ++i) txn.put(tree, key_of(i), value_of(i, size_of(i)));
        txn.commit();
    }
    for (const std::uint64_t room : {std::uint64_t{0}, kMiB, 20 * kMiB}) {
        const SpillLimit limit{room};
        kv::WriteTransaction txn = environment.begin_write();
        require_full(txn, txn.tree("tree"));
        CHECK(limit.calls() > 0);
        CHECK_THROWS_AS(txn.commit(), Error);
        txn.abort();
        require_entries(environment, 100);
    }
    (void)require_sound(environment);

    // What a nested transaction has no room for is lost with it; the one around it goes on.
    const SpillLimit limit{17 * kMiB};
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.tree("tree");
    for (std::uint64_t i = 100; i < 130; ++i) txn.put(tree, key_of(i), value_of(i, size_of(i)));
    {
        kv::WriteTransaction nested = txn.begin_nested();
        require_full(nested, tree);
    }
    txn.put(tree, key_of(130), value_of(130, size_of(130)));
    txn.commit();
    require_entries(environment, 131);
    (void)require_sound(environment);
}

TEST_CASE("a limit on the size of files is a full disk for what spills too") {
    const TemporaryDirectory directory;
    Child child{[&](const Child::Pipe&) {
        kv::Options options;
        options.write_memory_bytes = 0;
        Environment environment = Environment::open(directory.file("store"), options);
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{4 * kMiB, 4 * kMiB};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("setrlimit failed");
        kv::WriteTransaction txn = environment.begin_write();
        try {
            const kv::Tree tree = txn.create_tree("tree");
            for (std::uint64_t i = 1; i < 20000; ++i) txn.put(tree, key_of(i), value_of(i, size_of(i)));
            throw std::runtime_error("there was room");
        } catch (const Error& error) {
            if (error.code() != ErrorCode::full) throw;
        }
        txn.abort();
        kv::WriteTransaction small = environment.begin_write();
        small.put(small.create_tree("tree"), key_of(0), "small");
        small.commit();
        if (!kv::check(environment).ok()) throw std::runtime_error("check() found something");
    }};
    child.require_success();
}

TEST_CASE("pieces of a spill file never overlap, and are used again") {
    const TemporaryDirectory directory;
    std::mt19937_64 random{seed()};
    os::SpillFile spill{directory.file("store")};
    struct Piece {
        std::size_t bytes;
        std::byte mark;
    };
    std::map<std::byte*, Piece> pieces;
    std::uint64_t in_use = 0;
    std::uint64_t allocated = 0;
    const auto give_back = [&](std::map<std::byte*, Piece>::iterator at) {
        const auto& [data, piece] = *at;
        for (std::size_t i = 0; i < piece.bytes; i += 512) REQUIRE(data[i] == piece.mark);
        REQUIRE(data[piece.bytes - 1] == piece.mark);
        spill.release(data, piece.bytes);
        in_use -= piece.bytes;
        pieces.erase(at);
    };
    for (int round = 0; round < 20000; ++round) {
        if (in_use < 40 * kMiB) {
            const std::size_t pages = random() % 200 == 0  ? 250 + random() % 600
                                      : random() % 10 == 0 ? 1 + random() % 250
                                                           : 1;
            const Piece piece{pages * os::SpillFile::kAlignment, static_cast<std::byte>(random())};
            std::byte* data = spill.allocate(piece.bytes);
            REQUIRE(reinterpret_cast<std::uintptr_t>(data) % os::SpillFile::kAlignment == 0);
            std::memset(data, static_cast<int>(piece.mark), piece.bytes);
            REQUIRE(pieces.emplace(data, piece).second);
            in_use += piece.bytes;
            allocated += piece.bytes;
        }
        if (in_use >= 40 * kMiB || random() % 3 == 0) {
            auto at = pieces.begin();
            std::advance(at, static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(pieces.size(), 50)));
            give_back(at);
        }
    }
    MESSAGE("MiB given out: " << allocated / kMiB << ", length of the file: " << spill.size_bytes() / kMiB);
    while (!pieces.empty()) give_back(pieces.begin());
    const std::uint64_t size = spill.size_bytes();
    for (int round = 0; round < 10000; ++round)
        spill.release(spill.allocate(100 * os::SpillFile::kAlignment), 100 * os::SpillFile::kAlignment);
    CHECK(spill.size_bytes() == size);
}

TEST_CASE("large pieces give their room back to the disk") {
    const MemoryDirectory directory;
    os::SpillFile spill{directory.store()};
    const auto blocks_bytes = [&] {
        for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
            std::error_code error;
            const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
            struct stat status {};
            if (target.find(directory.path()) == 0 && ::stat(entry.path().c_str(), &status) == 0)
                return static_cast<std::uint64_t>(status.st_blocks) * 512;
        }
        FAIL("the spill file is not open");
        return std::uint64_t{0};
    };
    for (int round = 0; round < 100; ++round) {
        std::byte* data = spill.allocate(5 * kMiB);
        std::memset(data, round, 5 * kMiB);
        CHECK(blocks_bytes() < 12 * kMiB);
        spill.release(data, 5 * kMiB);
    }
    CHECK(blocks_bytes() < kMiB);
}

TEST_CASE("a file system without nameless files gets a file that loses its name") {
    const TemporaryDirectory directory;
    for (const bool unnamed : {true, false}) {
        os::File file = os::File::create_unlinked(directory.file("store"), unnamed);
        CHECK(std::filesystem::is_empty(directory.path()));
        file.allocate(0, 65536);
        CHECK(file.size() == 65536);
    }
    try {
        (void)os::File::create_unlinked(directory.file("absent/store"));
        FAIL("it was created");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::io);
        CHECK(std::string{error.what()}.find("absent/store") != std::string::npos);
    }
}
