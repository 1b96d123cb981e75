// Options::verify_on_read: with a flipped bit anywhere in the file every read gives the right answer or
// Error{corrupt}; and so does every write after it.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/copy.hpp"
#include "file_bytes.hpp"
#include "kv/page_format.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

/// How much less the steady clock says than it does.
std::atomic<time_t> seconds_back{0};

}  // namespace

// In place of the system library's.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const auto answer = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (answer == 0 && clock == CLOCK_MONOTONIC) time->tv_sec -= seconds_back;
    return answer;
}

namespace {

/// Branches, leaves, values inside leaves, large values of one chunk and of several; closed.
Trees make_store(const std::string& path) {
    Environment environment = Environment::open(path);
    for (int round = 0; round < 3; ++round) {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree small = txn.create_tree("small");
        for (int i = round; i < 300; i += 1 + round)
            txn.put(small, "key " + std::to_string(i), std::string(60, static_cast<char>('a' + (i + round) % 26)));
        const kv::Tree large = txn.create_tree("large");
        txn.put(large, "one chunk", std::string(9000, static_cast<char>('a' + round)));
        txn.put(large, "chunks", std::string(150000, static_cast<char>('k' + round)));
        (void)txn.create_tree("empty");
        txn.commit();
    }
    (void)require_sound(environment);
    return content_of(environment);
}

void write_byte(const std::string& path, std::size_t at, char byte) {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(at)).put(byte);
    REQUIRE(file.flush());
}

struct Count {
    std::uint64_t right = 0;
    std::uint64_t refused = 0;
};

/// Runs one read: its answer must be right, or damage must be named.
template <class Read>
void expect_right_or_corrupt(Count& count, Read&& read) {
    try {
        const bool right = read();
        CHECK(right);
        ++count.right;
    } catch (const Error& error) {
        CAPTURE(std::string{error.what()});
        CHECK(to_string(error.code()) == to_string(ErrorCode::corrupt));
        ++count.refused;
    }
}

void read_everything(Environment& environment, const Trees& content, Count& count) {
    const kv::ReadTransaction txn = environment.begin_read();
    expect_right_or_corrupt(count, [&] { return content_of(txn) == content; });
    for (const auto& [name, entries] : content) {
        std::optional<kv::Tree> tree;
        expect_right_or_corrupt(count, [&, &wanted = name] { return (tree = txn.find_tree(wanted)).has_value(); });
        if (!tree.has_value()) continue;
        for (const auto& [key, value] : entries)
            expect_right_or_corrupt(count, [&, &k = key, &v = value] { return txn.get(*tree, k) == v; });
        expect_right_or_corrupt(count, [&] { return !txn.get(*tree, "absent").has_value(); });
    }
}

}  // namespace

TEST_CASE("a flipped bit anywhere is a right answer or Error{corrupt}") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(directory.file("origin"));
    {
        // Without free pages, so that nearly every flip is met by some read.
        Environment origin = Environment::open(directory.file("origin"));
        REQUIRE(kv::copy_to(origin, path, {.compact = true}).completed);
    }
    const std::string whole = read_file(path);
    std::mt19937_64 random{seed()};
    constexpr std::size_t kRegion = 96;
    Count total;
    std::uint64_t harmless = 0;
    std::uint64_t flips = 0;
    for (std::size_t region = 0; region < whole.size(); region += kRegion) {
        // The unused rest of the meta slots is the same everywhere.
        if (region % kv::kMetaSlotSize > 8192 && region < kv::kMetaAreaSize && region % 4096 > kRegion) continue;
        const std::size_t at = region + random() % std::min(kRegion, whole.size() - region);
        const auto flipped = static_cast<char>(static_cast<unsigned char>(whole[at]) ^ 1U << random() % 8);
        write_byte(path, at, flipped);
        CAPTURE(at);
        Count count;
        ++flips;
        try {
            Environment environment = Environment::open(path, {.read_only = true, .verify_on_read = true});
            read_everything(environment, content, count);
        } catch (const Error& error) {
            CAPTURE(std::string{error.what()});
            CHECK(to_string(error.code()) == to_string(ErrorCode::corrupt));
        }
        write_byte(path, at, whole[at]);
        if (count.refused == 0) ++harmless;
        total.right += count.right;
        total.refused += count.refused;
    }
    MESSAGE(flips << " flips, " << harmless << " met by no read, " << total.right << " right answers, "
                  << total.refused << " refused");
    CHECK(harmless < flips / 4);  // the meta slots, and padding of large values
    CHECK(total.right > total.refused);
}

TEST_CASE("a flip inside a value is found by every way of reading it, and not without the option") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    {
        Environment environment = Environment::open(path);
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        txn.put(tree, "inline", std::string(100, 'i'));
        txn.put(tree, "large", std::string(200000, 'l'));
        txn.put(tree, "sound", "sound");
        txn.commit();
        (void)require_sound(environment);
    }
    const std::string whole = read_file(path);
    for (const auto& [key, text] : std::map<std::string, std::string>{{"inline", "iii"}, {"large", "lll"}}) {
        std::string damaged = whole;
        const std::size_t last = damaged.rfind(text);
        REQUIRE(last != std::string::npos);
        damaged[last] = 'X';
        write_file(path, damaged);
        {
            Environment environment = Environment::open(path);
            const kv::ReadTransaction txn = environment.begin_read();
            CHECK(txn.get(txn.tree("t"), key)->find('X') != ByteView::npos);
        }
        Environment environment = Environment::open(path, {.verify_on_read = true});
        const kv::ReadTransaction txn = environment.begin_read();
        const kv::Tree tree = txn.tree("t");
        CHECK_THROWS_AS((void)txn.get(tree, key), Error);
        kv::Cursor cursor = txn.cursor(tree);
        CHECK_THROWS_AS((cursor.seek_exact(key), (void)cursor.value()), Error);
        if (key == "large") CHECK(txn.get(tree, "sound") == "sound");
        CHECK_FALSE(kv::check(environment).ok());
    }
}

TEST_CASE("a writer finds a flip in a page that it did not write, before it copies it") {
    SUBCASE("at any time") {}
    SUBCASE("in the first seconds after the machine was started") {
        timespec now{};
        REQUIRE(::clock_gettime(CLOCK_MONOTONIC, &now) == 0);
        seconds_back = now.tv_sec - 1;
    }
    const struct Restore {
        ~Restore() { seconds_back = 0; }
    } restore;
    const MemoryDirectory directory;
    const std::string path = directory.store();
    {
        Environment environment = Environment::open(path);
        kv::WriteTransaction txn = environment.begin_write();
        for (const char* name : {"damaged", "other"})
            for (int i = 0; i < 10; ++i) txn.put(txn.create_tree(name), std::to_string(i), std::string(100, *name));
        txn.commit();
        (void)require_sound(environment);
    }
    const std::size_t at = read_file(path).rfind("ddd");
    REQUIRE(at != std::string::npos);
    write_byte(path, at, 'X');

    Environment environment = Environment::open(path);
    for (int round = 0; round < 3; ++round) {
        {
            kv::WriteTransaction txn = environment.begin_write();
            CHECK_THROWS_WITH_AS(txn.put(txn.tree("damaged"), "5", "new"),
                                 doctest::Contains("its checksum is wrong"), Error);
        }
        // What is written meanwhile is fresh, the damaged page is not.
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("other"), "5", std::to_string(round));
        txn.commit();
    }
    write_byte(path, at, 'd');
    (void)require_sound(environment);
}

TEST_CASE("writers and readers of one store may verify, and a second handle must agree") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store(), {.verify_on_read = true});
    std::map<std::string, std::string> model;
    std::mt19937_64 random{seed()};
    for (int round = 0; round < 40; ++round) {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        for (int i = 0; i < 100; ++i) {
            const std::string key = std::to_string(random() % 500);
            if (random() % 3 == 0) {
                CHECK(txn.erase(tree, key) == (model.erase(key) == 1));
            } else {
                model[key] = std::string(random() % (random() % 20 == 0 ? 100000 : 100), 'v');
                txn.put(tree, key, model[key]);
                CHECK(txn.get(tree, key) == model[key]);
            }
        }
        txn.commit();
        CHECK(content_of(environment) == Trees{{"t", model}});
    }
    CHECK_THROWS_AS((void)Environment::open(directory.store()), Error);
    (void)require_sound(environment);
}
