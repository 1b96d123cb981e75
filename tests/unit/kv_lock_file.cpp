// What lies at the path of the lock file: files that are not ours are left alone, a full disk is an error, and an
// old lock file with changed bytes in it is not believed.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/kv/maintenance.hpp"
#include "child.hpp"
#include "errors.hpp"
#include "file_bytes.hpp"
#include "memory_directory.hpp"
#include "os/file.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

namespace fs = std::filesystem;

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

constexpr std::size_t kLockFileSize = 253952;

Trees make_store(const std::string& path, const std::string& word) {
    Environment environment = Environment::open(path);
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("records");
    for (int i = 0; i < 100; ++i) txn.put(tree, word + std::to_string(i), "value");
    txn.commit();
    return content_of(environment);
}

void require_content(const std::string& path, const Trees& content) {
    Environment environment = Environment::open(path, {.create = false});
    CHECK(content_of(environment) == content);
    (void)require_sound(environment);
}

/// Opening is refused with a sentence that names the path, for writing and for reading.
void require_refused(const std::string& path) {
    for (const bool read_only : {false, true}) {
        const std::string sentence =
            error_of(ErrorCode::already_exists, [&] { (void)Environment::open(path, {.read_only = read_only}); });
        CHECK(sentence.find("\"" + path + "-lock\"") != std::string::npos);
        CHECK(sentence.find("move it away") != std::string::npos);
    }
}

}  // namespace

TEST_CASE("a file at the path of the lock file that is none is refused and stays as it is") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const std::string lock = path + "-lock";
    const Trees content = make_store(path, "a");
    for (const std::string& foreign :
         {std::string{"x"}, std::string{"precious letter"}, std::string{"CambLoc"}, std::string(8, '\0') + "x",
          std::string(kLockFileSize, '\0') + "x", std::string(std::size_t{20} << 20, '\0')}) {
        write_file(lock, foreign);
        require_refused(path);
        CHECK(read_file(lock) == foreign);
    }
    fs::remove(lock);
    require_content(path, content);
}

TEST_CASE("a store whose path is that of another one's lock file keeps its content") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const std::string lock = path + "-lock";
    const Trees content = make_store(path, "a");
    fs::remove(lock);
    const Trees other = make_store(lock, "b");
    SUBCASE("closed") {
        require_refused(path);
    }
    SUBCASE("with an emptied commit record") {
        std::string bytes = read_file(lock);
        bytes.replace(0, 65536, 65536, '\0');
        write_file(lock, bytes);
        require_refused(path);
        CHECK(read_file(lock) == bytes);
    }
    SUBCASE("open") {
        Environment environment = Environment::open(lock);
        require_refused(path);
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("records"), "b0", "value");
        txn.commit();
    }
    require_content(lock, other);
    fs::rename(lock, directory.file("other"));
    require_content(path, content);
    require_content(directory.file("other"), other);
}

TEST_CASE("a store that has its own lock file's path for a second name is refused") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(path, "a");
    fs::remove(path + "-lock");
    fs::create_hard_link(path, path + "-lock");
    const std::string bytes = read_file(path);
    require_refused(path);
    CHECK(read_file(path) == bytes);
    fs::remove(path + "-lock");
    require_content(path, content);
}

TEST_CASE("no store is created where its lock file finds another file") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    write_file(path + "-lock", "precious");
    const auto refused = [&] { return code_of([&] { (void)Environment::open(path); }) == "already_exists"; };
    CHECK(refused());
    CHECK_FALSE(fs::exists(path));
    write_file(path, "");
    CHECK(refused());
    CHECK(fs::file_size(path) == 0);
    CHECK(read_file(path + "-lock") == "precious");
    fs::remove(path + "-lock");
    const Trees content = make_store(path, "a");
    require_content(path, content);
}

TEST_CASE("salvaging leaves a file at the path of its target's lock file alone") {
    const MemoryDirectory directory;
    const Trees content = make_store(directory.store(), "a");
    const std::string lock = directory.file("new-salvage-lock");
    write_file(lock, "precious");
    CHECK(code_of([&] { (void)kv::salvage(directory.store(), directory.file("new")); }) == "already_exists");
    CHECK(read_file(lock) == "precious");
    CHECK_FALSE(fs::exists(directory.file("new-salvage")));
    write_file(lock, "");
    CHECK(kv::salvage(directory.store(), directory.file("new")).findings.empty());
    require_content(directory.file("new"), content);
}

// What a kill between its first calls, a power cut or another version may leave.
TEST_CASE("a lock file that was only begun is completed") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(path, "a");
    const std::string whole = read_file(path + "-lock");
    REQUIRE(whole.size() == kLockFileSize);
    std::string other_version = whole;
    other_version[8] ^= 1;
    for (const std::string& begun :
         {std::string{}, std::string(8, '\0'), std::string(kLockFileSize, '\0'), std::string{"CambLock"},
          std::string{"CambLock"} + std::string(kLockFileSize - 8, '\0'), whole.substr(0, 188416),
          whole.substr(0, 70000), other_version, std::string{"CambLock"} + std::string(kLockFileSize - 8, '\xff')})
        for (const bool read_only : {true, false}) {
            write_file(path + "-lock", begun);
            {
                Environment environment = Environment::open(path, {.read_only = read_only});
                CHECK(content_of(environment) == content);
                (void)require_sound(environment);
            }
            CHECK(read_file(path + "-lock").substr(0, 8) == "CambLock");
            CHECK(fs::file_size(path + "-lock") == kLockFileSize);
            require_content(path, content);
        }
}

namespace {

/// What happens to lock files, a word for each call.
struct LockCalls : os::FileObserver {
    LockCalls() { os::set_file_observer(this); }
    ~LockCalls() override { os::set_file_observer(nullptr); }
    int before(const os::FileCall&) override { return 0; }
    void after(const os::FileCall&) override {}
    int before_lock(const os::FileCall& call) override {
        constexpr const char* kNames[] = {"write ", "resize ", "sync "};
        words.append(kNames[static_cast<int>(call.kind)]).append(std::to_string(call.offset)).append(", ");
        return 0;
    }
    std::string words;
};

}  // namespace

TEST_CASE("the magic of a lock file is durable before anything else is in it, and is never cut off") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    (void)make_store(path, "a");
    for (const bool missing : {true, false}) {
        if (missing) fs::remove(path + "-lock");
        LockCalls calls;
        Environment environment = Environment::open(path);
        const std::string begun = "write 0, resize 8, sync 0, resize 253952, ";
        CHECK(calls.words == (missing ? begun : "") + "resize 8, resize 253952, ");
        (void)require_sound(environment);
    }
}

namespace {

/// A file system of four mebibytes that only this process sees. False where that is not allowed.
bool mount_small(const std::string& path) {
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
    if (user != 0) try {
            write_file("/proc/self/setgroups", "deny");
            write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
            write_file("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
        } catch (const std::exception&) {
            return false;
        }
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("none", path.c_str(), "tmpfs", 0, "size=4M") == 0;
}

void fill_up(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const std::string bytes(4096, 'x');
    while (::write(file, bytes.data(), bytes.size()) > 0) {
    }
    ::close(file);
}

void punch(const std::string& path, std::uint64_t from, std::uint64_t to) {
    const int file = ::open(path.c_str(), O_WRONLY);
    if (::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from),
                    static_cast<off_t>(to - from)) != 0)
        throw std::runtime_error("no hole");
    ::close(file);
}

}  // namespace

TEST_CASE("a disk with no room for the lock file is an error, and opening goes on when there is room") {
    const TemporaryDirectory directory;
    Child child{[&](const Child::Pipe& pipe) {
        if (!mount_small(directory.path())) return pipe.send_text("no file system of its own");
        const std::string path = directory.file("store");
        const std::string lock = path + "-lock";
        const Trees content = make_store(path, "a");
        const std::map<std::string, std::function<void()>> ways{
            {"missing", [&] { fs::remove(lock); }},
            {"empty", [&] { write_file(lock, ""); }},
            {"sparse", [&] { punch(lock, 0, kLockFileSize); }},
            {"sparse behind its first page", [&] { punch(lock, 4096, kLockFileSize); }},
            {"without room for slots", [&] { punch(lock, 188416, kLockFileSize); }},
        };
        for (const auto& [name, damage] : ways)
            for (const bool read_only : {false, true}) {
                damage();
                fill_up(directory.file("rest"));
                std::string code;
                try {
                    (void)Environment::open(path, {.read_only = read_only});
                } catch (const Error& error) {
                    code = to_string(error.code());
                    if (std::string{error.what()}.find(lock) == std::string::npos) code = error.what();
                }
                if (code != "full") throw std::runtime_error(name + ": " + code);
                fs::remove(directory.file("rest"));
                Environment environment = Environment::open(path, {.read_only = read_only});
                if (content_of(environment) != content || !kv::check(environment).ok())
                    throw std::runtime_error(name + ": another content");
            }
    }};
    const std::string words = child.last_words();
    if (words == "no file system of its own") MESSAGE("not tried: " << words);
    const int status = child.wait();
    CHECK((words.empty() || words == "no file system of its own"));
    CHECK(status == 0);
}

namespace {

/// A store whose writer was killed while three of its commits were not durable, as bytes.
struct Killed {
    explicit Killed(const std::string& path, int deferred = 3) {
        (void)make_store(path, "a");
        Child child{[&](const Child::Pipe& pipe) {
            Environment environment = Environment::open(path);
            const kv::ReadTransaction reader = environment.begin_read();
            for (int i = 0; i <= deferred; ++i) {
                kv::WriteTransaction txn = environment.begin_write();
                txn.put(txn.tree("records"), "later " + std::to_string(i), "value");
                txn.commit(i == 0 ? kv::Durability::durable : kv::Durability::deferred);
            }
            pipe.send(0);
            (void)pipe.receive();
        }};
        REQUIRE(child.receive() == 0);
        child.kill();
        (void)child.wait();
        data = read_file(path);
        lock = read_file(path + "-lock");
    }
    std::string data;
    std::string lock;
};

constexpr std::uint64_t kRefused = 1;

/// How many records there are; the store is sound. Throws for anything else.
std::uint64_t open_and_count(const std::string& path, bool read_only) {
    try {
        Environment environment = Environment::open(path, {.read_only = read_only});
        if (!kv::check(environment).ok()) throw std::runtime_error("check() found something");
        (void)content_of(environment.begin_read_durable());
        const std::uint64_t count = content_of(environment).at("records").size();
        if (read_only) return count;
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("records"), "a0", "another value");
        txn.commit();
        if (!kv::check(environment).ok()) throw std::runtime_error("check() found something after a commit");
        return content_of(environment).at("records").size();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::already_exists) return kRefused;
        throw std::runtime_error(error.what());
    }
}

/// Changes a byte of the lock file and opens the store, first for reading or at once for writing. What was found.
std::vector<std::uint64_t> counts_with(const std::string& path, const Killed& killed, std::size_t at, int change,
                                       bool reads_first) {
    write_file(path, killed.data);
    std::string lock = killed.lock;
    lock[at] = static_cast<char>(lock[at] ^ change);
    write_file(path + "-lock", lock);
    Child child{[&](const Child::Pipe& pipe) {
        ::alarm(20);
        if (reads_first) pipe.send(open_and_count(path, true));
        pipe.send(open_and_count(path, false));
    }};
    std::vector<std::uint64_t> counts;
    std::uint64_t count = 0;
    while (counts.size() < (reads_first ? 2 : 1) && child.receive(count)) counts.push_back(count);
    child.require_success();
    return counts;
}

}  // namespace

namespace {

/// Plays a process that is being killed: its descriptor of the data file is closed already, that of the lock file
/// is not.
class EndingUser {
public:
    explicit EndingUser(const std::string& lock_file) : descriptor_(::open(lock_file.c_str(), O_RDWR)) {
        REQUIRE(set_lock(F_RDLCK));
    }
    ~EndingUser() {
        end();
        (void)::close(descriptor_);
    }
    EndingUser(const EndingUser&) = delete;
    EndingUser& operator=(const EndingUser&) = delete;
    void end() { (void)set_lock(F_UNLCK); }

private:
    [[nodiscard]] bool set_lock(int type) const {
        struct flock lock {};
        lock.l_type = static_cast<short>(type);
        lock.l_start = (off_t{1} << 40) + 4096;
        lock.l_len = 1;
        return ::fcntl(descriptor_, F_OFD_SETLK, &lock) == 0;
    }
    int descriptor_;
};

/// Opens the store in a child: how many records there are, or its sentence when it is refused.
struct Opened {
    Opened(const std::string& path, const std::function<void()>& meanwhile) {
        Child child{[&](const Child::Pipe& pipe) {
            try {
                pipe.send_text(std::to_string(open_and_count(path, false)));
            } catch (const std::exception& error) {
                pipe.send_text(error.what());
            }
        }};
        meanwhile();
        words = child.last_words();
        child.require_success();
    }
    std::string words;
};

}  // namespace

TEST_CASE("a lock file is not taken from a process that is just being killed") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Killed killed{path};
    const fs::path lock = path + "-lock";
    const os::FileIdentity file =
        os::File::open_existing(lock, os::File::Access::read_only, os::File::Role::lock).identity();
    const auto is_there = [&] {
        return os::File::open_existing(lock, os::File::Access::read_only, os::File::Role::lock).identity() == file;
    };
    EndingUser user{lock};
    SUBCASE("what it had written is waited for") {
        const Opened opened{path, [&] {
                                std::this_thread::sleep_for(std::chrono::milliseconds{200});
                                user.end();
                            }};
        CHECK(opened.words == "104");
    }
    SUBCASE("for some seconds, and then it is a sentence") {
        const Opened opened{path, [] {}};
        CHECK(opened.words.find("\"" + lock.string() + "\" is still held") != std::string::npos);
        CHECK(is_there());
        user.end();
        CHECK(open_and_count(path, false) == 104);
    }
    SUBCASE("of another data file it is") {
        fs::copy_file(path, directory.file("copy"));
        fs::rename(directory.file("copy"), path);
        const Opened opened{path, [] {}};
        CHECK(opened.words == "101");
        CHECK_FALSE(is_there());
    }
    CHECK(open_and_count(path, true) > 0);
}

TEST_CASE("a lock file is not believed by one name when the store went on by another") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const std::string other = directory.file("other");
    for (int deferred = 2; deferred <= 12; ++deferred) {
        CAPTURE(deferred);
        const Killed killed{path, deferred};
        fs::create_hard_link(path, other);
        Child child{[&](const Child::Pipe& pipe) {
            Environment environment = Environment::open(other);
            kv::WriteTransaction txn = environment.begin_write();
            txn.put(txn.tree("records"), "by another name", "value");
            txn.commit();
            pipe.send(content_of(environment).at("records").size());
            (void)pipe.receive();
        }};
        CHECK(child.receive() == 102);
        child.kill();
        (void)child.wait();
        CHECK(open_and_count(path, deferred % 4 == 0) == 102);
        for (const std::string& name : {path, path + "-lock", other, other + "-lock"}) fs::remove(name);
    }
}

TEST_CASE("a changed byte of the lock file costs at most what was not durable") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Killed killed{path};
    // In each word that says something one less, as a counter may be, and two bits; then some of all bytes.
    struct Change {
        std::size_t at;
        int bits;
    };
    std::vector<Change> changes;
    for (std::size_t at = 0; at < killed.lock.size(); at += 8) {
        if (std::all_of(&killed.lock[at], &killed.lock[at] + 8, [](char byte) { return byte == 0; })) continue;
        const int byte = static_cast<unsigned char>(killed.lock[at]);
        changes.push_back({at, (byte ^ (byte - 1)) & 0xff});
        changes.push_back({at, 3});
    }
    std::mt19937_64 random{seed()};
    for (std::size_t at = 0; at < killed.lock.size(); ++at)
        if (at < 256 || random() % (killed.lock[at] != 0 ? 16 : 1024) == 0)
            changes.push_back({at, random() % 2 == 0 ? 0xff : 1 << random() % 8});
    std::map<std::uint64_t, int> found;
    for (const auto [at, bits] : changes) {
        CAPTURE(at);
        CAPTURE(bits);
        for (const std::uint64_t count : counts_with(path, killed, at, bits, random() % 4 != 0)) {
            CAPTURE(count);
            REQUIRE((count == 101 || count == 104 || (count == kRefused && at < 8)));
            ++found[count];
        }
    }
    CHECK(found[kRefused] > 0);
    CHECK(found[101] > 0);
    CHECK(found[104] > found[101]);
}
