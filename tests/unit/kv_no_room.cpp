// A full disk and missing permissions: a sentence, nothing stored is lost, and the store goes on when the cause is
// gone.
#include <cerrno>
#include <csignal>
#include <iostream>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "child.hpp"
#include "file_bytes.hpp"
#include "os/file.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

/// A disk that has no room beyond a length.
class FullDisk : public os::FileObserver {
public:
    explicit FullDisk(std::uint64_t length) : length_(length) {}
    int before(const os::FileCall& call) override {
        return call.kind == os::FileCall::Kind::resize && call.offset > length_ ? ENOSPC : 0;
    }
    void after(const os::FileCall&) override {}
    void make_room(std::uint64_t length) noexcept { length_ = length; }

private:
    std::uint64_t length_;
};

void put_one(Environment& environment, std::uint64_t number, std::size_t size) {
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(txn.create_tree("records"), "key " + std::to_string(number), std::string(size, 'v'));
    txn.commit();
}

/// Stores until there is no room; requires Error{full} that names the file. The number stored.
std::uint64_t fill(Environment& environment, std::uint64_t from) {
    for (std::uint64_t i = from; i < from + 100; ++i) {
        try {
            put_one(environment, i, 100000);
        } catch (const Error& error) {
            INFO(std::string{error.what()});
            REQUIRE(to_string(error.code()) == to_string(ErrorCode::full));
            REQUIRE(std::string{error.what()}.find(environment.path()) != std::string::npos);
            return i;
        }
    }
    FAIL("the disk was never full");
    return 0;
}

void require_keys(Environment& environment, std::uint64_t keys) {
    const Trees content = content_of(environment);
    REQUIRE(content.at("records").size() == keys);
    (void)require_sound(environment);
}

/// Fills a store, requires that it goes on, makes room, requires that it takes it.
template <class MakeRoom>
void fill_and_go_on(const std::string& path, MakeRoom&& make_room) {
    Environment environment = Environment::open(path);
    std::uint64_t stored = fill(environment, 0);
    REQUIRE(stored > 3);
    require_keys(environment, stored);
    // Small changes fit into what is free already.
    put_one(environment, 0, 10);
    require_keys(environment, stored);
    stored = fill(environment, stored);  // the pages that the small value left
    environment.close();
    environment = Environment::open(path);
    require_keys(environment, stored);
    make_room();
    put_one(environment, stored, 300000);
    put_one(environment, stored + 1, 300000);
    require_keys(environment, stored + 2);
}

/// Who is not root: permission bits do not stop root.
constexpr uid_t kNobody = 65534;

/// Runs a body in a child that is nobody in particular, and requires its success.
template <class Body>
void as_nobody(Body&& body) {
    Child child{[&](const Child::Pipe&) {
        if (::getuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0))
            throw std::runtime_error("cannot drop privileges");
        body();
    }};
    child.require_success();
}

/// Throws unless opening fails with the code and a sentence that has the words.
void expect_error(const std::string& path, const kv::Options& options, ErrorCode code, const std::string& words) {
    try {
        (void)Environment::open(path, options);
    } catch (const Error& error) {
        if (error.code() == code && std::string{error.what()}.find(words) != std::string::npos) return;
        throw std::runtime_error(std::string{"another error: "} + error.what());
    }
    throw std::runtime_error("it opened");
}

}  // namespace

TEST_CASE("a disk without room: error full, nothing is lost, and it goes on after room is made") {
    const TemporaryDirectory directory;
    FullDisk disk{std::uint64_t{2} << 20};
    os::set_file_observer(&disk);
    fill_and_go_on(directory.file("store"), [&] { disk.make_room(std::uint64_t{1} << 40); });
    os::set_file_observer(nullptr);
}

TEST_CASE("a limit on the size of files is a full disk") {
    const TemporaryDirectory directory;
    Child child{[&](const Child::Pipe&) {
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        const rlim_t before = limit.rlim_cur;
        limit.rlim_cur = (2 << 20) + 12345;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        fill_and_go_on(directory.file("store"), [&] {
            limit.rlim_cur = before;
            ::setrlimit(RLIMIT_FSIZE, &limit);
        });
    }};
    child.require_success();
}

TEST_CASE("no room to create a store: a sentence, and no file is left") {
    const TemporaryDirectory directory;
    FullDisk disk{0};
    os::set_file_observer(&disk);
    try {
        (void)Environment::open(directory.file("store"));
        FAIL("it opened");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::full);
    }
    os::set_file_observer(nullptr);
    CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a store in a directory that may not be written") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    {
        Environment environment = Environment::open(path);
        put_one(environment, 1, 100);
    }
    std::filesystem::remove(path + "-lock");
    const std::string bytes = read_file(path);
    kv::Options read_only;
    read_only.read_only = true;
    const auto read_it = [&] {
        Environment environment = Environment::open(path, read_only);
        if (content_of(environment).at("records").size() != 1) throw std::runtime_error("other content");
        if (!kv::check(environment).ok()) throw std::runtime_error("check() found something");
        try {
            (void)environment.begin_write();
        } catch (const Error& error) {
            if (error.code() == ErrorCode::read_only) return;
        }
        throw std::runtime_error("a write transaction began");
    };

    SUBCASE("the file may be read") {
        REQUIRE(::chmod(path.c_str(), 0444) == 0);
        REQUIRE(::chmod(directory.path().c_str(), 0555) == 0);
        as_nobody([&] {
            read_it();
            expect_error(path, {}, ErrorCode::io, path);
            expect_error(directory.file("other"), {}, ErrorCode::io, directory.path());
        });
    }
    SUBCASE("the file may be written, the lock file not created") {
        REQUIRE(::chmod(path.c_str(), 0666) == 0);
        REQUIRE(::chmod(directory.path().c_str(), 0555) == 0);
        // Whoever only reads needs no lock file; a writer takes part in the locking and does.
        as_nobody([&] {
            expect_error(path, {}, ErrorCode::io, path + "-lock");
            Environment environment = Environment::open(path, read_only);
            if (content_of(environment).at("records").size() != 1) throw std::runtime_error("other content");
        });
    }
    SUBCASE("the file may not be read") {
        REQUIRE(::chmod(path.c_str(), 0) == 0);
        REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
        as_nobody([&] {
            expect_error(path, read_only, ErrorCode::io, path);
            expect_error(path, {}, ErrorCode::io, path);
        });
    }
    CHECK(read_file(path) == bytes);
}

TEST_CASE("a reader without write permission and a writer exclude each other with a sentence") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    {
        Environment environment = Environment::open(path);
        put_one(environment, 1, 100);
    }
    REQUIRE(::chmod(path.c_str(), 0444) == 0);
    REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
    if (::getuid() != 0) {
        std::cout << "skipped: only root can write a file that this process may not" << std::endl;
        return;
    }
    kv::Options read_only;
    read_only.read_only = true;
    Child reader{[&](const Child::Pipe& pipe) {
        if (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) throw std::runtime_error("cannot drop privileges");
        {
            Environment environment = Environment::open(path, read_only);
            if (content_of(environment).at("records").size() != 1) throw std::runtime_error("other content");
            pipe.send(1);
            (void)pipe.receive();
        }
        pipe.send(2);
        (void)pipe.receive();
        expect_error(path, read_only, ErrorCode::busy, path);
    }};
    REQUIRE(reader.receive() == 1);
    try {
        (void)Environment::open(path);
        FAIL("it opened");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::busy);
    }
    reader.send(1);
    REQUIRE(reader.receive() == 2);
    Environment environment = Environment::open(path);
    put_one(environment, 2, 100);
    reader.send(1);
    reader.require_success();
    require_keys(environment, 2);
}
