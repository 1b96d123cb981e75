// Several processes and handles on one file, as they should and as they should not.
#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>

#include <sched.h>
#include <sys/resource.h>

#include "accounts.hpp"
#include "cambium/base/error.hpp"
#include "os/file.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

/// Throws unless the call fails with the code; the sentence.
std::string expect(ErrorCode code, const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        if (error.code() == code) return error.what();
        throw std::runtime_error(std::string{"another error: "} + error.what());
    }
    throw std::runtime_error("no error, where " + std::string{to_string(code)} + " was due");
}

}  // namespace

TEST_CASE("a stopped process that opens a store holds up who opens that one, and nobody who opens another") {
    struct Stop final : os::FileObserver {
        int before(const os::FileCall& call) override {
            if (call.kind == os::FileCall::Kind::sync) ::raise(SIGSTOP);
            return 0;
        }
        void after(const os::FileCall&) override {}
    };
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    const std::string other = directory.file("other");
    create_accounts(path);
    create_accounts(other);
    Child stopped{[&](const Child::Pipe&) {
        Stop stop;
        os::set_file_observer(&stop);
        const Environment environment = Environment::open(path);
    }};
    int status = 0;
    REQUIRE(::waitpid(stopped.id(), &status, WUNTRACED) == stopped.id());
    REQUIRE(WIFSTOPPED(status));
    Environment environment = Environment::open(other);
    std::atomic<bool> opened{false};
    std::vector<std::thread> waiting;
    for (int i = 0; i < 2; ++i)
        waiting.emplace_back([&] {
            Environment waits = Environment::open(path);
            opened = true;
            require_check(waits);
        });
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    std::atomic<bool> done{false};
    std::thread works{[&] {
        environment.close();
        environment = Environment::open(other);
        Environment again = Environment::open(other);
        Environment in_memory = Environment::open({}, {.in_memory = true});
        again.close();
        in_memory.close();
        done = true;
    }};
    threads_started += 3;
    for (int i = 0; i < 10000 && !done; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    CHECK(done);
    CHECK_FALSE(opened);
    stopped.kill();
    (void)stopped.wait();
    works.join();
    for (std::thread& thread : waiting) thread.join();
    CHECK(opened);
    CHECK(require_balance(environment) == 0);
    require_check(environment);
}

TEST_CASE("a store opened with hardly a descriptor left is open as always, or not at all and in nobody's way") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    Child limited{[&](const Child::Pipe& pipe) {
        std::uint64_t failures = 0;
        for (rlim_t descriptors = 3;; ++descriptors) {
            rlimit limit{};
            (void)::getrlimit(RLIMIT_NOFILE, &limit);
            const rlim_t usual = limit.rlim_cur;
            limit.rlim_cur = descriptors;
            (void)::setrlimit(RLIMIT_NOFILE, &limit);
            std::string sentence;
            std::optional<Environment> environment;
            try {
                environment = Environment::open(path);
            } catch (const Error& error) {
                sentence = error.code() == ErrorCode::io ? error.what() : "another code";
            }
            limit.rlim_cur = usual;
            (void)::setrlimit(RLIMIT_NOFILE, &limit);
            if (!environment && (sentence.find(directory.path()) == std::string::npos ||
                                 sentence.find("Too many open files") == std::string::npos))
                throw std::runtime_error(std::to_string(descriptors) + " descriptors: " + sentence);
            failures += environment ? 0 : 1;
            // Another process, which is to see this one or nobody.
            Child other{[&](const Child::Pipe&) {
                if (!environment) (void)Environment::open(path, {.exclusive = true});
                Environment beside = Environment::open(path);
                std::mt19937_64 random{1};
                (void)commit_transfer(beside, random);
                require_check(beside);
            }};
            other.require_success();
            if (environment) break;
        }
        pipe.send(failures);
    }};
    const std::uint64_t failures = limited.receive();
    CHECK(failures >= 3);
    limited.require_success();
    Environment environment = Environment::open(path, {.exclusive = true});
    CHECK(require_balance(environment) == failures + 1);
    require_check(environment);
}

TEST_CASE("threads that open and close the same stores have one environment for each, or a new one") {
    const TemporaryDirectory directory;
    const std::string paths[] = {directory.file("a"), directory.file("b")};
    for (const std::string& path : paths) create_accounts(path);
    std::atomic<std::uint64_t> commits{0};
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            std::mt19937_64 random{seed() + thread};
            for (int i = 0; i < 60; ++i) {
                try {
                    const bool exclusive = thread == 3;  // beside others of this process: a wrong argument
                    Environment environment =
                        Environment::open(paths[random() % 2], {.create = false, .exclusive = exclusive});
                    (void)commit_transfer(environment, random);
                    ++commits;
                    if (random() % 2 == 0) environment.close();
                } catch (const Error& error) {
                    if (error.code() != ErrorCode::invalid_argument) ++failures;
                }
            }
        });
    threads_started += threads.size();
    for (std::thread& thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK(commits >= 180 / 2);
    std::uint64_t counted = 0;
    for (const std::string& path : paths) {
        Environment environment = Environment::open(path, {.exclusive = true});
        CHECK_FALSE(environment.recovery().unclean);
        counted += require_balance(environment);
        (void)require_sound(environment);
    }
    CHECK(counted == commits);
}

TEST_CASE("processes write in turn and read beside each other") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    constexpr std::uint64_t kCommits = 60;
    const auto write = [&](std::uint64_t salt) {
        return [&path, salt](const Child::Pipe&) {
            Environment environment = Environment::open(path);
            std::mt19937_64 random{seed() + salt};
            std::uint64_t last = 0;
            for (std::uint64_t i = 0; i < kCommits; ++i) {
                const std::uint64_t count = commit_transfer(environment, random);
                if (count <= last) throw std::runtime_error("a commit was lost");
                last = count;
                if (require_balance(environment) < count) throw std::runtime_error("a reader sees an older state");
            }
        };
    };
    const auto read = [&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        std::uint64_t last = 0;
        pipe.send(1);
        while (last < 3 * kCommits) {
            const kv::ReadTransaction txn = environment.begin_read();
            const std::uint64_t count = require_balance(txn);
            if (count < last || require_balance(txn) != count) throw std::runtime_error("time went backward");
            last = count;
        }
        require_check(environment);
    };
    (void)seed();
    Child reader{read};
    REQUIRE(reader.receive() == 1);
    Child first{write(1)};
    Child second{write(2)};
    Child third{write(3)};
    first.require_success();
    second.require_success();
    third.require_success();
    reader.require_success();
    Environment environment = Environment::open(path);
    CHECK(require_balance(environment) == 3 * kCommits);
    CHECK_FALSE(environment.recovery().unclean);
    (void)require_sound(environment);
}

TEST_CASE("after fork every handle is inert in the child, and the parent goes on") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    Child parent{[&](const Child::Pipe&) {
        std::optional<Environment> environment{Environment::open(path)};
        std::optional<kv::ReadTransaction> reader{environment->begin_read()};
        std::optional<kv::WriteTransaction> writer{environment->begin_write()};
        const kv::Tree accounts = writer->tree("accounts");
        std::optional<kv::Cursor> cursor{reader->cursor(reader->tree("accounts"))};
        if (!cursor->first()) throw std::runtime_error("no accounts");
        std::mt19937_64 random{1};
        (void)transfer(*writer, random);
        {
            Child child{[&](const Child::Pipe&) {
                (void)expect(ErrorCode::misuse, [&] { (void)environment->begin_read(); });
                (void)expect(ErrorCode::misuse, [&] { (void)environment->begin_write(); });
                (void)expect(ErrorCode::misuse, [&] { (void)environment->statistics(); });
                (void)expect(ErrorCode::misuse, [&] {
                    environment->register_comparator("equal", [](ByteView, ByteView) { return 0; });
                });
                (void)expect(ErrorCode::misuse, [&] { environment->set_old_reader_callback(1, nullptr, nullptr); });
                (void)expect(ErrorCode::misuse, [&] { (void)reader->find_tree("accounts"); });
                (void)expect(ErrorCode::misuse, [&] { (void)cursor->next(); });
                (void)expect(ErrorCode::misuse, [&] { writer->put(accounts, "x", "y"); });
                (void)expect(ErrorCode::misuse, [&] { writer->commit(); });
                writer.reset();
                reader.reset();
                environment.reset();
                // A handle of its own works beside the parent's write transaction.
                Environment own = Environment::open(path);
                if (require_balance(own) != 0) throw std::runtime_error("the child sees what is not committed");
            }};
            child.require_success();
        }
        if (require_balance(*reader) != 0) throw std::runtime_error("the parent's snapshot has changed");
        writer->commit();
        if (require_balance(*environment) != 1) throw std::runtime_error("the parent's commit is not there");
        (void)commit_transfer(*environment, random);
        require_check(*environment);
        cursor.reset();
        reader.reset();
        environment->close();
    }};
    parent.require_success();
    Environment environment = Environment::open(path);
    CHECK(require_balance(environment) == 2);
    CHECK_FALSE(environment.recovery().unclean);
}

TEST_CASE("with its lock file deleted or replaced, a store in use takes no newcomer") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    Child holder{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        std::mt19937_64 random{1};
        for (;;) {
            pipe.send(commit_transfer(environment, random));
            (void)pipe.receive();
        }
    }};
    REQUIRE(holder.receive() == 1);
    const auto require_newcomer_refused = [&] {
        Child newcomer{[&](const Child::Pipe&) {
            for (const bool read_only : {false, true}) {
                kv::Options options;
                options.read_only = read_only;
                const std::string sentence =
                    expect(ErrorCode::busy, [&] { (void)Environment::open(path, options); });
                if (sentence.find(path + "-lock") == std::string::npos) throw std::runtime_error(sentence);
            }
        }};
        newcomer.require_success();
    };
    std::filesystem::remove(path + "-lock");
    require_newcomer_refused();
    SUBCASE("empty") {
        write_file(path + "-lock", "");
    }
    SUBCASE("of another kind") {
        write_file(path + "-lock", std::string(1 << 20, 'x'));
    }
    SUBCASE("a copy of the right one") {
        Child other{[&](const Child::Pipe&) { create_accounts(directory.file("other")); }};
        other.require_success();
        std::filesystem::copy_file(directory.file("other-lock"), path + "-lock");
    }
    require_newcomer_refused();
    holder.send(1);
    REQUIRE(holder.receive() == 2);
    holder.kill();
    (void)holder.wait();
    // With nobody attached the wrong lock file does not matter. One that is none is nobody's to overwrite.
    if (test::read_file(path + "-lock").starts_with('x')) {
        (void)expect(ErrorCode::already_exists, [&] { (void)Environment::open(path); });
        std::filesystem::remove(path + "-lock");
    }
    Environment environment = Environment::open(path);
    CHECK(require_balance(environment) == 2);
    (void)require_sound(environment);
}

// Threads of two pid namespaces may have the same number, under which a lock knows its owner.
TEST_CASE("a store in use takes no newcomer of another pid namespace, and is open to it when it is not") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    const auto in_other_namespace = [](const std::function<void()>& work) {
        Child maker{[&](const Child::Pipe& pipe) {
            const bool allowed = ::unshare(CLONE_NEWPID) == 0;
            pipe.send(allowed ? 1 : 0);
            if (!allowed) return;
            Child first{[&](const Child::Pipe&) { work(); }};  // number 1 of its namespace
            first.require_success();
        }};
        if (maker.receive() == 0) MESSAGE("not tried: this process may not make pid namespaces");
        maker.require_success();
    };
    {
        Environment environment = Environment::open(path);
        in_other_namespace([&] {
            for (const bool read_only : {false, true}) {
                kv::Options options;
                options.read_only = read_only;
                const std::string sentence =
                    expect(ErrorCode::busy, [&] { (void)Environment::open(path, options); });
                if (sentence.find(path) == std::string::npos || sentence.find("pid namespace") == std::string::npos)
                    throw std::runtime_error(sentence);
            }
        });
        (void)require_sound(environment);
    }
    in_other_namespace([&] {
        Environment environment = Environment::open(path);
        (void)require_sound(environment);
    });
    Environment environment = Environment::open(path);
    (void)require_sound(environment);
}

TEST_CASE("opening twice in a process gives one environment; conflicting options are refused") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    std::filesystem::create_hard_link(path, directory.file("link"));
    std::mt19937_64 random{1};
    Environment first = Environment::open(path);
    Environment second = Environment::open(path);
    Environment linked = Environment::open(directory.file("link"));
    CHECK(commit_transfer(first, random) == 1);
    CHECK(commit_transfer(second, random) == 2);
    CHECK(commit_transfer(linked, random) == 3);
    CHECK(require_balance(first) == 3);
    CHECK(first.statistics().commits == second.statistics().commits);
    {
        const kv::WriteTransaction txn = first.begin_write();
        (void)expect(ErrorCode::misuse, [&] { (void)second.begin_write(); });
    }
    kv::Options options;
    options.read_only = true;
    (void)expect(ErrorCode::invalid_argument, [&] { (void)Environment::open(path, options); });
    options = {};
    options.durability = kv::Durability::two_phase;
    (void)expect(ErrorCode::invalid_argument, [&] { (void)Environment::open(path, options); });
    first.close();
    first.close();
    (void)expect(ErrorCode::misuse, [&] { (void)first.begin_read(); });
    CHECK(require_balance(second) == 3);
    linked.close();
    CHECK(commit_transfer(second, random) == 4);
    second.close();
    Environment again = Environment::open(path, options);  // nobody has it open now: the options are free
    CHECK(require_balance(again) == 4);
    (void)require_sound(again);
}

TEST_CASE("a write transaction belongs to one thread") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    Environment environment = Environment::open(path);
    std::mt19937_64 random{1};
    kv::WriteTransaction txn = environment.begin_write();
    (void)transfer(txn, random);
    std::string sentence;
    std::thread{[&] {
        try {
            sentence = expect(ErrorCode::misuse, [&] { txn.commit(); });
            (void)expect(ErrorCode::misuse, [&] { txn.put(txn.tree("accounts"), "x", "y"); });
        } catch (const std::exception& error) {
            sentence = std::string{"failed: "} + error.what();
        }
    }}.join();
    CHECK(sentence.find("thread") != std::string::npos);
    CHECK(sentence.find("failed") == std::string::npos);
    (void)expect(ErrorCode::misuse, [&] { (void)environment.begin_write(); });
    txn.commit();
    CHECK(require_balance(environment) == 1);
    // A read transaction may move.
    kv::ReadTransaction reader = environment.begin_read();
    std::uint64_t count = 0;
    std::thread{[&] {
        count = require_balance(reader);
        reader.end();
    }}.join();
    CHECK(count == 1);
    threads_started += 2;
    (void)require_sound(environment);
}
