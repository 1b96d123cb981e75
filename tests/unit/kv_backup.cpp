// Incremental backup: chains of increments against the source, wrong bases, damaged and torn increments, calls that
// fail and processes that die while a replica is brought forward.
#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/backup.hpp"
#include "child.hpp"
#include "errors.hpp"
#include "file_bytes.hpp"
#include "kv/page_format.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "store_samples.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::BackupPoint;
using kv::Environment;

namespace {

/// What a replica holds; opened, proven sound, and closed again.
Trees replica_content(const std::string& path) {
    Environment replica = Environment::open(path, {.create = false});
    (void)require_sound(replica);
    return content_of(replica);
}

BackupPoint replica_point(const std::string& path) {
    Environment replica = Environment::open(path, {.create = false});
    return kv::backup_point(replica);
}

/// A source with a replica that is one increment behind it.
struct Pair {
    explicit Pair(std::uint64_t random_seed = seed(), const kv::Options& options = {})
        : random(random_seed), source(Environment::open(directory.file("source"), options)) {
        make_busy_store(source, random);
        (void)kv::copy_to(source, replica);
        base = kv::backup_point(source);
        before = content_of(source);
        for (int i = 0; i < 4; ++i) change_randomly(source, random, 150);
        after = content_of(source);
        REQUIRE(before != after);
    }

    MemoryDirectory directory;
    std::mt19937_64 random;
    Environment source;
    std::string replica = directory.file("replica");
    std::string increment = directory.file("increment");
    BackupPoint base;
    Trees before;
    Trees after;
};

void require_refused(ErrorCode code, const std::string& replica, const std::string& increment) {
    const std::string bytes = read_file(replica);
    try {
        (void)kv::apply_increment(replica, increment);
        FAIL_CHECK("it was applied");
    } catch (const Error& error) {
        CAPTURE(std::string{error.what()});
        CHECK(to_string(error.code()) == to_string(code));
    }
    REQUIRE(read_file(replica) == bytes);
    CHECK_FALSE(std::filesystem::exists(replica + "-increment"));
}

void flip(const std::string& path, std::size_t at) {
    std::string bytes = read_file(path);
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ 16U);
    write_file(path, bytes);
}

}  // namespace

TEST_CASE("chains of five increments with random changes follow the source") {
    std::mt19937_64 random{seed()};
    for (const auto& [page_size, durability] :
         {std::pair{4096U, kv::Durability::durable}, std::pair{4096U, kv::Durability::deferred},
          std::pair{32768U, kv::Durability::two_phase}}) {
        const MemoryDirectory directory;
        const kv::Options options{.page_size_bytes = page_size, .durability = durability};
        Environment source = Environment::open(directory.file("source"), options);
        const std::string replica = directory.file("replica");
        if (page_size == 4096) make_busy_store(source, random);
        REQUIRE(kv::copy_to(source, replica).completed);
        BackupPoint point = replica_point(replica);
        CHECK(point == kv::backup_point(source));
        for (int link = 0; link < 5; ++link) {
            for (std::uint64_t i = random() % 8; i > 0; --i)
                change_randomly(source, random, static_cast<int>(random() % 400));
            if (link == 2) {
                kv::WriteTransaction txn = source.begin_write();
                (void)txn.drop_tree("large");
                txn.commit();
            }
            const std::string file = directory.file("increment " + std::to_string(link));
            const kv::IncrementReport report = kv::write_increment(source, point, file);
            REQUIRE(report.completed);
            CHECK(report.bytes == std::filesystem::file_size(file));
            CHECK(report.point == kv::backup_point(source));
            point = kv::apply_increment(replica, file);
            CHECK(point == report.point);
            REQUIRE(replica_content(replica) == content_of(source));
            CHECK(replica_point(replica) == point);
            CHECK_FALSE(std::filesystem::exists(replica + "-increment"));
        }
        // A replica that is written is a store as any other.
        Environment store = Environment::open(replica);
        for (int i = 0; i < 5; ++i) {
            change_randomly(store, random, 100);
            (void)require_sound(store);
        }
        (void)require_sound(source);
    }
}

TEST_CASE("an increment holds what was born since, and no more") {
    const MemoryDirectory directory;
    Environment source = Environment::open(directory.file("source"));
    {
        kv::WriteTransaction txn = source.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        for (int i = 0; i < 20000; ++i) txn.put(tree, std::to_string(i), std::string(50, 'v'));
        txn.commit();
    }
    const BackupPoint base = kv::backup_point(source);
    REQUIRE(kv::copy_to(source, directory.file("replica")).completed);
    CHECK(kv::write_increment(source, base, directory.file("nothing")).pages == 0);
    CHECK(kv::apply_increment(directory.file("replica"), directory.file("nothing")) == base);
    {
        kv::WriteTransaction txn = source.begin_write();
        txn.put(txn.tree("t"), "7", "changed");
        txn.commit();
    }
    const kv::IncrementReport report = kv::write_increment(source, base, directory.file("one"));
    CHECK(report.pages <= 8);  // the path to one leaf, the catalog, the records of free space
    CHECK(report.bytes < 40000);
    (void)kv::apply_increment(directory.file("replica"), directory.file("one"));
    CHECK(replica_content(directory.file("replica")) == content_of(source));
    (void)require_sound(source);
}

TEST_CASE("increments follow each other through one pipe, beside a writer") {
    const MemoryDirectory directory;
    Environment source = Environment::open(directory.file("source"));
    const std::string replica = directory.file("replica");
    std::mt19937_64 random{seed()};
    make_busy_store(source, random);
    REQUIRE(kv::copy_to(source, replica).completed);
    BackupPoint point = kv::backup_point(source);
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    constexpr int kIncrements = 6;
    std::atomic<bool> stop{false};
    std::atomic<int> commits{0};
    std::thread writer{[&] {
        std::mt19937_64 own{random()};
        while (!stop) {
            change_randomly(source, own, 60);
            ++commits;
        }
    }};
    std::thread sender{[&] {
        BackupPoint at = point;
        for (int i = 0; i < kIncrements; ++i) {
            const int seen = commits;
            while (commits < seen + 2) std::this_thread::yield();
            at = kv::write_increment(source, at, ends[1]).point;
        }
        point = at;
    }};
    BackupPoint reached;
    for (int i = 0; i < kIncrements; ++i) {
        reached = kv::apply_increment(replica, ends[0]);
        (void)replica_content(replica);
    }
    sender.join();
    stop = true;
    writer.join();
    CHECK(reached == point);
    (void)kv::apply_increment(
        replica, (kv::write_increment(source, reached, directory.file("last")), ByteView{directory.file("last")}));
    CHECK(replica_content(replica) == content_of(source));
    ::close(ends[0]);
    ::close(ends[1]);
    (void)require_sound(source);
}

TEST_CASE("an increment that does not begin where the replica is changes nothing") {
    Pair pair;
    const auto refuse_to_write = [](Environment& source, const BackupPoint& base, const std::string& path) {
        try {
            (void)kv::write_increment(source, base, path);
            FAIL_CHECK("it was written");
        } catch (const Error& error) {
            CHECK(to_string(error.code()) == to_string(ErrorCode::invalid_argument));
        }
        CHECK_FALSE(std::filesystem::exists(path));
    };
    const std::string never = pair.directory.file("never");
    BackupPoint wrong = pair.base;
    wrong.uuid[3] ^= 1;
    refuse_to_write(pair.source, wrong, never);
    wrong = kv::backup_point(pair.source);
    ++wrong.transaction;
    refuse_to_write(pair.source, wrong, never);
    wrong = kv::backup_point(pair.source);
    ++wrong.digest;
    refuse_to_write(pair.source, wrong, never);

    // Written for another base, for another store, for a replica that has gone on by itself or is there already.
    wrong = pair.base;
    ++wrong.digest;
    REQUIRE(kv::write_increment(pair.source, wrong, pair.increment).completed);
    require_refused(ErrorCode::invalid_argument, pair.replica, pair.increment);
    REQUIRE(kv::write_increment(pair.source, pair.base, pair.directory.file("right")).completed);
    const std::string right = pair.directory.file("right");
    REQUIRE(kv::copy_to(pair.source, pair.directory.file("compact"), {.compact = true}).completed);
    require_refused(ErrorCode::invalid_argument, pair.directory.file("compact"), right);
    std::filesystem::copy_file(pair.replica, pair.directory.file("written"));
    {
        Environment written = Environment::open(pair.directory.file("written"));
        change_randomly(written, pair.random, 10);
    }
    require_refused(ErrorCode::invalid_argument, pair.directory.file("written"), right);
    CHECK(replica_content(pair.replica) == pair.before);
    (void)kv::apply_increment(pair.replica, right);
    require_refused(ErrorCode::invalid_argument, pair.replica, right);
    CHECK(replica_content(pair.replica) == pair.after);
    CHECK_THROWS_AS((void)kv::apply_increment(pair.directory.file("absent"), right), Error);
    CHECK_THROWS_AS((void)kv::apply_increment(pair.replica, pair.directory.file("absent")), Error);
    (void)require_sound(pair.source);
}

TEST_CASE("a replica that is open is left alone") {
    Pair pair;
    REQUIRE(kv::write_increment(pair.source, pair.base, pair.increment).completed);
    {
        Environment replica = Environment::open(pair.replica);
        try {
            (void)kv::apply_increment(pair.replica, pair.increment);
            FAIL_CHECK("it was applied");
        } catch (const Error& error) {
            CHECK(to_string(error.code()) == to_string(ErrorCode::busy));
        }
        CHECK(content_of(replica) == pair.before);
    }
    (void)kv::apply_increment(pair.replica, pair.increment);
    CHECK(replica_content(pair.replica) == pair.after);
}

TEST_CASE("a torn or damaged increment changes nothing") {
    Pair pair;
    REQUIRE(kv::write_increment(pair.source, pair.base, pair.increment).completed);
    const std::string whole = read_file(pair.increment);
    const std::string damaged = pair.directory.file("damaged");
    for (std::size_t tries = 0; tries < 60; ++tries) {
        const bool early = tries % 3 == 0;  // the header more often than its share
        write_file(damaged, whole.substr(0, pair.random() % (early ? 300 : whole.size())));
        require_refused(ErrorCode::corrupt, pair.replica, damaged);
        write_file(damaged, whole);
        const std::size_t at = pair.random() % (early ? 300 : whole.size());
        CAPTURE(at);
        flip(damaged, at);
        require_refused(ErrorCode::corrupt, pair.replica, damaged);
    }
    write_file(damaged, std::string(10000, 'x'));
    require_refused(ErrorCode::corrupt, pair.replica, damaged);
    CHECK(replica_content(pair.replica) == pair.before);
    (void)kv::apply_increment(pair.replica, pair.increment);
    CHECK(replica_content(pair.replica) == pair.after);
}

TEST_CASE("cancelled increments leave no file") {
    Pair pair;
    kv::IncrementOptions options;
    options.progress = [](const kv::CopyProgress& progress) { return progress.pages_done == 0; };
    CHECK_FALSE(kv::write_increment(pair.source, pair.base, pair.increment, options).completed);
    CHECK_FALSE(std::filesystem::exists(pair.increment));
    (void)require_sound(pair.source);
}

TEST_CASE("whatever call fails, the replica is at the old state or at the new one") {
    Pair pair;
    REQUIRE(kv::write_increment(pair.source, pair.base, pair.increment).completed);
    const std::string old_bytes = read_file(pair.replica);
    int olds = 0;
    int news = 0;
    for (std::uint64_t call = 1;; ++call) {
        CAPTURE(call);
        const std::string replica = pair.directory.file("replica " + std::to_string(call));
        write_file(replica, old_bytes);
        Recorder recorder;
        recorder.fail_call(call, EIO);
        {
            const Observation observation{recorder};
            try {
                (void)kv::apply_increment(replica, pair.increment);
            } catch (const Error& error) {
                CHECK(to_string(error.code()) == to_string(ErrorCode::io));
            }
        }
        const Trees content = replica_content(replica);
        REQUIRE((content == pair.before || content == pair.after));
        ++(content == pair.before ? olds : news);
        if (content == pair.before) {
            (void)kv::apply_increment(replica, pair.increment);
            REQUIRE(replica_content(replica) == pair.after);
        }
        CHECK_FALSE(std::filesystem::exists(replica + "-increment"));
        std::filesystem::remove(replica);
        std::filesystem::remove(replica + "-lock");
        if (!recorder.has_failed()) break;
    }
    CHECK(olds > 2);
    CHECK(news > 5);
}

namespace {

/// Ends the process before its n-th call, as a kill would.
struct Killer : os::FileObserver {
    explicit Killer(std::uint64_t at) : left(at) {}
    int before(const os::FileCall&) override {
        if (--left == 0) ::_exit(77);
        return 0;
    }
    void after(const os::FileCall&) override {}
    std::uint64_t left;
};

}  // namespace

TEST_CASE("wherever a process is killed while it applies, the replica opens at the old state or at the new one") {
    Pair pair;
    REQUIRE(kv::write_increment(pair.source, pair.base, pair.increment).completed);
    pair.source.close();
    const std::string old_bytes = read_file(pair.replica);
    const std::string replica = pair.directory.file("killed");
    int olds = 0;
    int news = 0;
    for (std::uint64_t call = 1;; ++call) {
        CAPTURE(call);
        write_file(replica, old_bytes);
        // Killed while applying, and then killed while the next one finishes it.
        bool killed = false;
        for (const std::uint64_t at : {call, call / 2 + 1}) {
            Child child{[&](const Child::Pipe&) {
                Killer killer{at};
                const Observation observation{killer};
                if (at == call) {
                    (void)kv::apply_increment(replica, pair.increment);
                } else {
                    const Environment opened = Environment::open(replica, {.create = false});
                }
            }};
            const int status = child.wait();
            REQUIRE(WIFEXITED(status));
            killed = killed || WEXITSTATUS(status) == 77;
            if (WEXITSTATUS(status) != 77) REQUIRE(WEXITSTATUS(status) == 0);
        }
        if (std::filesystem::exists(replica + "-increment")) {
            try {
                (void)Environment::open(replica, {.read_only = true});
                FAIL_CHECK("an unfinished replica was opened for reading");
            } catch (const Error& error) {
                CHECK(to_string(error.code()) == to_string(ErrorCode::busy));
            }
        }
        const Trees content = replica_content(replica);
        REQUIRE((content == pair.before || content == pair.after));
        ++(content == pair.before ? olds : news);
        if (content == pair.before) (void)kv::apply_increment(replica, pair.increment);
        REQUIRE(replica_content(replica) == pair.after);
        CHECK_FALSE(std::filesystem::exists(replica + "-increment"));
        for (const auto& entry : std::filesystem::directory_iterator{pair.directory.path()})
            CHECK(entry.path().string().find("-new.") == std::string::npos);
        if (!killed) break;
    }
    CHECK(olds > 2);
    CHECK(news > 5);
}

TEST_CASE("an unfinished increment beside a store that it does not belong to is refused") {
    Pair pair;
    REQUIRE(kv::write_increment(pair.source, pair.base, pair.increment).completed);
    // As it lies beside a replica while it is applied.
    const std::string applied =
        std::string{kv::kAppliedMagic, sizeof kv::kAppliedMagic} + read_file(pair.increment);
    write_file(pair.directory.file("source-increment"), applied);
    pair.source.close();
    // It is where the increment leads already: nothing is left to do.
    CHECK(replica_content(pair.directory.file("source")) == pair.after);
    CHECK_FALSE(std::filesystem::exists(pair.directory.file("source-increment")));
    const std::string other = pair.directory.file("other");
    {
        Environment store = Environment::open(other);
        change_randomly(store, pair.random, 10);
    }
    const std::string other_bytes = read_file(other);
    for (const bool cut : {false, true}) {
        write_file(other + "-increment", cut ? applied.substr(0, 5000) : applied);
        try {
            (void)Environment::open(other);
            FAIL_CHECK("it was opened");
        } catch (const Error& error) {
            CAPTURE(std::string{error.what()});
            CHECK(to_string(error.code()) == to_string(ErrorCode::corrupt));
        }
        CHECK(read_file(other) == other_bytes);
    }
}

TEST_CASE("an increment that somebody keeps beside a store is neither applied nor removed when it is opened") {
    Pair pair;
    const std::string kept = pair.directory.file("source-increment");
    REQUIRE(kv::write_increment(pair.source, pair.base, kept).completed);
    pair.source.close();
    const std::string bytes = read_file(kept);
    CHECK(replica_content(pair.directory.file("source")) == pair.after);
    CHECK(read_file(kept) == bytes);

    // One cannot be applied from where it would be put meanwhile, nor beside another file of that name.
    const std::string beside = pair.replica + "-increment";
    for (const std::string& content : {bytes, std::string{"a letter"}}) {
        write_file(beside, content);
        CHECK(replica_content(pair.replica) == pair.before);
        const std::string sentence = error_of(ErrorCode::already_exists, [&] {
            (void)kv::apply_increment(pair.replica, content == bytes ? beside : kept);
        });
        CHECK(sentence.find("move it away") != std::string::npos);
        CHECK(read_file(beside) == content);
        CHECK(replica_content(pair.replica) == pair.before);
    }
    std::filesystem::remove(beside);
    (void)kv::apply_increment(pair.replica, kept);
    CHECK(replica_content(pair.replica) == pair.after);
    CHECK(read_file(kept) == bytes);
}
