// Temporary stores: the whole engine through the same calls, in a file without a name, and nothing left behind.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/copy.hpp"
#include "child.hpp"
#include "os/file.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "store_samples.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

const kv::Options kTemporary{.temporary = true};

/// Counts the calls that change data files, and those that wait for the medium.
class CallCounter final : public os::FileObserver {
public:
    CallCounter() { os::set_file_observer(this); }
    ~CallCounter() override { os::set_file_observer(nullptr); }
    int before(const os::FileCall& call) override {
        if (call.kind == os::FileCall::Kind::sync) ++syncs;
        if (call.kind == os::FileCall::Kind::write) ++writes;
        return 0;
    }
    void after(const os::FileCall&) override {}
    int writes = 0;
    int syncs = 0;
};

/// What the environment of this process says of a folder for temporary files, put back at the end.
class TemporaryFolder {
public:
    explicit TemporaryFolder(const char* folder) {
        if (const char* const before = std::getenv("TMPDIR")) before_ = before;
        folder == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", folder, 1);
    }
    ~TemporaryFolder() { before_ ? ::setenv("TMPDIR", before_->c_str(), 1) : ::unsetenv("TMPDIR"); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

private:
    std::optional<std::string> before_;
};

/// How many files of this process without a name lie in a folder.
std::size_t unnamed_files_in(const std::string& folder) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const std::string name = std::filesystem::read_symlink(entry.path(), gone).string();
        if (!gone && name.starts_with(folder + "/") && name.ends_with(" (deleted)")) ++count;
    }
    return count;
}

/// The error of a call, "<code>: <sentence>"; empty when it throws none.
template <class Call>
std::string caught(Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        return std::string{to_string(error.code())} + ": " + error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a temporary store is a store, and leaves no file") {
    const TemporaryDirectory directory;
    std::mt19937_64 random{seed()};
    for (const std::uint32_t page_size : {4096U, 65536U}) {
        kv::Options options = kTemporary;
        options.page_size_bytes = page_size;
        Environment environment = Environment::open(directory.path(), options);
        CHECK(environment.path() == directory.path());
        CHECK(environment.statistics().page_size_bytes == page_size);
        CHECK_FALSE(environment.recovery().unclean);
        CHECK(unnamed_files_in(directory.path()) == 1);
        Trees last;
        for (int i = 0; i < 30; ++i) {
            const kv::ReadTransaction before = environment.begin_read();
            change_randomly(environment, random, 200);
            CHECK(content_of(before) == last);
            last = content_of(environment);
            (void)require_sound(environment);
            CHECK(std::filesystem::is_empty(directory.path()));
        }
        {
            kv::WriteTransaction txn = environment.begin_write();
            (void)txn.create_tree("forgotten");
        }
        CHECK(content_of(environment) == last);
        environment.close();
        CHECK(std::filesystem::is_empty(directory.path()));
        CHECK(unnamed_files_in(directory.path()) == 0);
    }
}

TEST_CASE("a temporary store is never flushed, whatever its durability") {
    const TemporaryDirectory directory;
    std::mt19937_64 random{seed()};
    CallCounter calls;
    for (const kv::Durability durability :
         {kv::Durability::durable, kv::Durability::two_phase, kv::Durability::deferred}) {
        kv::Options options = kTemporary;
        options.durability = durability;
        options.deferred_bytes = 1 << 16;
        Environment environment = Environment::open(directory.path(), options);
        for (int i = 0; i < 20; ++i) change_randomly(environment, random, 100);
        environment.sync();
        {
            const kv::ReadTransaction reader = environment.begin_read_durable();
            CHECK(content_of(reader) == content_of(environment));
        }
        CHECK(environment.statistics().commits >= 10);
        CHECK(environment.statistics().pages_written > 0);
        CHECK(environment.statistics().flushes == 0);
        (void)require_sound(environment);
        environment.close();
    }
    CHECK(calls.writes > 0);
    CHECK(calls.syncs == 0);
}

TEST_CASE("a transaction larger than its memory spills in the folder, and leaves nothing there") {
    const TemporaryDirectory directory;
    kv::Options options = kTemporary;
    options.write_memory_bytes = std::uint64_t{1} << 20;
    Environment environment = Environment::open(directory.path(), options);
    {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        for (int i = 0; i < 40000; ++i) txn.put(tree, "key " + std::to_string(i), std::string(200, 'v'));
        CHECK(unnamed_files_in(directory.path()) == 2);
        txn.commit();
    }
    CHECK(content_of(environment).at("t").size() == 40000);
    CHECK(environment.statistics().file_size_bytes > options.write_memory_bytes);
    (void)require_sound(environment);
    environment.close();
    CHECK(std::filesystem::is_empty(directory.path()));
    CHECK(unnamed_files_in(directory.path()) == 0);
}

TEST_CASE("every open is another temporary store, in the folder of the system when none is named") {
    const TemporaryDirectory directory;
    const TemporaryFolder folder(directory.path().c_str());
    Environment a = Environment::open("", kTemporary);
    Environment b = Environment::open("", kTemporary);
    CHECK(a.path() == directory.path());
    CHECK(unnamed_files_in(directory.path()) == 2);
    std::mt19937_64 random{seed()};
    change_randomly(a, random, 100);
    CHECK_FALSE(content_of(a).empty());
    CHECK(content_of(b).empty());
    (void)require_sound(a);
    (void)require_sound(b);
    for (const char* const none : {static_cast<const char*>(nullptr), ""}) {
        const TemporaryFolder unset(none);
        Environment environment = Environment::open("", kTemporary);
        CHECK(environment.path() == "/tmp");
        (void)require_sound(environment);
    }
}

TEST_CASE("options and paths that contradict a temporary store") {
    const TemporaryDirectory directory;
    const auto refused = [&](const std::string& path, const kv::Options& options) {
        return caught([&] { (void)Environment::open(path, options); });
    };
    CHECK(refused(directory.path(), {.read_only = true, .temporary = true}) ==
          "invalid_argument: temporary and read_only exclude each other: a temporary store begins empty");
    CHECK(refused(directory.path(), {.in_memory = true, .temporary = true}) ==
          "invalid_argument: temporary and in_memory exclude each other: a temporary store lies in a file; choose "
          "one");
    CHECK(refused(directory.path(), {.page_size_bytes = 5000, .temporary = true}).starts_with("invalid_argument"));
    CHECK(refused(directory.path(), {.temporary = true, .size_limit_bytes = 4096}).starts_with("invalid_argument"));
    CHECK(refused(directory.file("missing"), kTemporary) ==
          "not_found: there is no folder \"" + directory.file("missing") +
              "\" for a temporary store: create it, or give an empty path for the folder of the system");
    CHECK(refused(std::string("a\0b", 3), kTemporary).starts_with("invalid_argument"));
    std::ofstream{directory.file("file")} << "content";
    CHECK(refused(directory.file("file"), kTemporary) ==
          "invalid_argument: \"" + directory.file("file") +
              "\" is no folder: the path of a temporary store names the folder that it lies in");
    CHECK(std::filesystem::file_size(directory.file("file")) == 7);
    std::filesystem::remove(directory.file("file"));
    kv::Options options = kTemporary;
    options.create = false;
    options.exclusive = true;
    Environment environment = Environment::open(directory.path(), options);
    CHECK(content_of(environment).empty());
    (void)require_sound(environment);
    environment.close();
    CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a temporary store keeps to its size limit") {
    const TemporaryDirectory directory;
    kv::Options options = kTemporary;
    options.size_limit_bytes = std::uint64_t{2} << 20;
    Environment environment = Environment::open(directory.path(), options);
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(txn.create_tree("t"), "large", std::string(3U << 20, 'x'));
    CHECK(caught([&] { txn.commit(); }).starts_with("full"));
    CHECK(content_of(environment).empty());
    (void)require_sound(environment);
}

TEST_CASE("a file that cannot be made without a name loses it at once") {
    const TemporaryDirectory directory;
    os::File file = os::File::create_temporary(directory.path(), false);
    CHECK(file.is_open());
    CHECK_FALSE(file.is_flushed());
    CHECK(std::filesystem::is_empty(directory.path()));
    CHECK(unnamed_files_in(directory.path()) == 1);
    file.write(0, "abc", 3);
    CHECK(file.size() == 3);
}

TEST_CASE("a copy keeps what was in a temporary store") {
    const TemporaryDirectory directory;
    std::mt19937_64 random{seed()};
    Environment environment = Environment::open(directory.path(), kTemporary);
    make_busy_store(environment, random);
    const Trees content = content_of(environment);
    for (const bool compact : {false, true}) {
        const std::string path = directory.file(compact ? "compact" : "plain");
        REQUIRE(kv::copy_to(environment, path, {.compact = compact}).completed);
        Environment copy = Environment::open(path);
        CHECK(content_of(copy) == content);
        (void)require_sound(copy);
    }
    (void)require_sound(environment);
}

TEST_CASE("a process that is killed leaves nothing of its temporary store") {
    const TemporaryDirectory directory;
    for (const bool in_transaction : {false, true}) {
        Child child{[&](Child::Pipe& pipe) {
            kv::Options options = kTemporary;
            options.write_memory_bytes = std::uint64_t{1} << 20;
            Environment environment = Environment::open(directory.path(), options);
            kv::WriteTransaction txn = environment.begin_write();
            const kv::Tree tree = txn.create_tree("t");
            for (int i = 0; i < 20000; ++i) txn.put(tree, "key " + std::to_string(i), std::string(200, 'v'));
            if (!in_transaction) txn.commit();
            pipe.send(unnamed_files_in(directory.path()));
            (void)pipe.receive();
        }};
        CHECK(child.receive() == (in_transaction ? 2 : 1));  // the store, and what its transaction spills
        child.kill();
        const int status = child.wait();
        CHECK(WIFSIGNALED(status));
        CHECK(std::filesystem::is_empty(directory.path()));
    }
}

TEST_CASE("a child has no part in the temporary store of its parent, and may open its own") {
    const TemporaryDirectory directory;
    Environment environment = Environment::open(directory.path(), kTemporary);
    std::mt19937_64 random{seed()};
    change_randomly(environment, random, 100);
    const Trees content = content_of(environment);
    Child child{[&](Child::Pipe& pipe) {
        pipe.send(caught([&] { (void)environment.begin_read(); }).starts_with("misuse") ? 1 : 0);
        Environment own = Environment::open(directory.path(), kTemporary);
        pipe.send(content_of(own).empty() ? 1 : 0);
        pipe.send(kv::check(own).ok() ? 1 : 0);
    }};
    for (int i = 0; i < 3; ++i) CHECK(child.receive() == 1);
    child.require_success();
    CHECK(content_of(environment) == content);
    (void)require_sound(environment);
}
