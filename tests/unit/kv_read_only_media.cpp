// A store on a medium that takes no writes: mounted read-only for the test. It is read in every way, nothing is
// written anywhere on it, and whoever wants to write learns why not.
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/copy.hpp"
#include "cambium/kv/dump.hpp"
#include "child.hpp"
#include "file_bytes.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "store_samples.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

const kv::Options kReadOnly{.read_only = true};

using Files = std::map<std::string, std::string>;

Files files_of(const std::string& directory) {
    Files files;
    for (const auto& entry : std::filesystem::directory_iterator{directory})
        files[entry.path().filename()] = read_file(entry.path());
    return files;
}

void require(bool condition, const std::string& what) {
    if (!condition) throw std::runtime_error(what);
}

/// The sentence of the error that the call ends with.
template <class Call>
std::string sentence_of(ErrorCode code, Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        const std::string sentence = error.what();
        require(error.code() == code, std::string{to_string(error.code())} + ": " + sentence);
        return sentence;
    }
    throw std::runtime_error("there was no error");
}

void require_part(const std::string& sentence, const std::string& part) {
    require(sentence.find(part) != std::string::npos, "no \"" + part + "\" in: " + sentence);
}

/// Refuses every call on the data file.
class Refusal : public os::FileObserver {
public:
    int before(const os::FileCall&) override {
        ++calls;
        return EROFS;
    }
    void after(const os::FileCall&) override {}
    int calls = 0;
};

/// Mounts a directory over itself, read-only, for this process only. False where the machine does not allow it.
bool mount_read_only(const std::string& directory) {
    const uid_t user = ::getuid();
    if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
    if (user != 0) {
        const std::string same = std::to_string(user) + " " + std::to_string(user) + " 1";
        write_file("/proc/self/uid_map", same);
    }
    const char* path = directory.c_str();
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount(path, path, nullptr, MS_BIND, nullptr) == 0 &&
           ::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) == 0;
}

/// Runs read(path of the store) in a process for which the directory is mounted read-only; where that is not
/// allowed, in one whose calls on the data file fail. Afterwards every file must be what it was.
template <class Read>
void on_read_only_media(const MemoryDirectory& directory, Read&& read) {
    const Files before = files_of(directory.path());
    Child child{[&](const Child::Pipe&) {
        if (mount_read_only(directory.path())) {
            require(::access(directory.path().c_str(), W_OK) != 0 && errno == EROFS, "the mount takes writes");
        } else {
            std::cout << "no read-only mount is allowed here: only calls on the data file are refused" << std::endl;
        }
        Refusal refusal;
        const Observation observation{refusal};
        read(directory.store());
        require(refusal.calls == 0, "the data file was written");
    }};
    child.require_success();
    CHECK(files_of(directory.path()) == before);
}

Trees make_store(const std::string& path, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    Environment environment = Environment::open(path);
    make_busy_store(environment, random, 4);
    (void)require_sound(environment);
    return content_of(environment);
}

void require_readable(Environment& environment, const Trees& content) {
    require(content_of(environment) == content, "another content");
    require(kv::check(environment).ok(), "check() found something");
}

}  // namespace

TEST_CASE("a store on a read-only medium is read in every way") {
    for (const bool lock_file : {true, false}) {
        CAPTURE(lock_file);
        const MemoryDirectory directory;
        const MemoryDirectory elsewhere;
        const Trees content = make_store(directory.store(), seed());
        if (!lock_file) std::filesystem::remove(directory.store() + "-lock");
        on_read_only_media(directory, [&](const std::string& path) {
            Environment environment = Environment::open(path, kReadOnly);
            require_readable(environment, content);
            require(!environment.recovery().unclean, "an orderly close was not recognised");

            Environment again = Environment::open(path, kReadOnly);
            const kv::ReadTransaction reader = again.begin_read();
            const kv::Tree tree = reader.tree("mixed");
            require(reader.count_range(tree, "", "") == content.at("mixed").size(), "another count");
            (void)environment.statistics();
            require(kv::usage(environment).trees == content.size(), "another number of trees");

            const int descriptor = ::open(elsewhere.file("copy").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
            (void)kv::copy_to(environment, descriptor);
            ::close(descriptor);
            std::ostringstream text;
            kv::dump(reader, text);
            Environment copy = Environment::open(elsewhere.file("copy"), kReadOnly);
            std::ostringstream text_of_copy;
            kv::dump(copy.begin_read(), text_of_copy);
            require(text.str() == text_of_copy.str(), "the copy differs");
        });
        Environment writable = Environment::open(directory.store());
        CHECK(content_of(writable) == content);
        (void)require_sound(writable);
    }
}

TEST_CASE("on a read-only medium a write is refused with its reason") {
    const MemoryDirectory directory;
    const Trees content = make_store(directory.store(), seed());
    on_read_only_media(directory, [&](const std::string& path) {
        Environment environment = Environment::open(path, kReadOnly);
        require_part(sentence_of(ErrorCode::read_only, [&] { (void)environment.begin_write(); }),
                     "\"" + path + "\" was opened read-only");
        environment.close();
        if (::access(path.c_str(), W_OK) == 0) return;  // not mounted
        const std::string opened = sentence_of(ErrorCode::io, [&] { (void)Environment::open(path); });
        require_part(opened, path);
        require_part(opened, "Read-only file system");
        const std::string created = sentence_of(ErrorCode::io, [&] { (void)Environment::open(path + "-2"); });
        require_part(created, path);
        require_part(created, "may not be written");
        require_part(sentence_of(ErrorCode::not_found, [&] { (void)Environment::open(path + "-2", kReadOnly); }),
                     path + "-2");
    });
}

// The medium was taken out of a machine that had lost its power: the state is chosen, nothing is repaired.
TEST_CASE("a store that was not closed is read on a read-only medium at its durable state") {
    const MemoryDirectory directory;
    Trees content = make_store(directory.store(), seed());
    Child writer{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store());
        for (const kv::Durability durability : {kv::Durability::durable, kv::Durability::deferred}) {
            kv::WriteTransaction txn = environment.begin_write();
            txn.put(txn.create_tree("last"), "key", durability == kv::Durability::durable ? "durable" : "deferred");
            txn.commit(durability);
        }
        pipe.send(0);
        (void)pipe.receive();
    }};
    REQUIRE(writer.receive() == 0);
    writer.kill();
    (void)writer.wait();
    std::filesystem::remove(directory.store() + "-lock");
    content["last"]["key"] = "durable";
    on_read_only_media(directory, [&](const std::string& path) {
        Environment environment = Environment::open(path, kReadOnly);
        require(environment.recovery().unclean, "the report says that it was closed");
        require_readable(environment, content);
    });
    Environment writable = Environment::open(directory.store());
    CHECK(content_of(writable) == content);
    (void)require_sound(writable);
}
