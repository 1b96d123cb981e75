// Who waits while another process opens a store for the first time, and that one dies: the lock file left behind by
// an earlier run must not be believed.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "cambium/kv/environment.hpp"
#include "file_bytes.hpp"
#include "kv/environment_state.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;

namespace {

void commit(const std::string& path, const std::string& key) {
    kv::Environment environment = kv::Environment::open(path);
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(txn.create_tree("t"), key, "value");
    txn.commit();
}

// Whether some process waits for a byte lock of this inode.
bool somebody_waits_for(ino_t inode) {
    std::ifstream locks{"/proc/locks"};
    for (std::string line; std::getline(locks, line);)
        if (line.find("->") != std::string::npos &&
            line.find(":" + std::to_string(inode) + " ") != std::string::npos)
            return true;
    return false;
}

// Plays the elected opener: holds the attach lock alone, and dies once somebody waits for it.
[[noreturn]] void be_elected_and_die(const std::string& path, int ready) {
    const int descriptor = ::open(path.c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_start = static_cast<off_t>(kv::kAttachLock);
    lock.l_len = 1;
    struct stat status {};
    if (::fcntl(descriptor, F_OFD_SETLK, &lock) != 0 || ::fstat(descriptor, &status) != 0) ::_exit(1);
    (void)!::write(ready, "x", 1);
    while (!somebody_waits_for(status.st_ino)) ::sched_yield();
    ::_exit(0);
}

}  // namespace

TEST_CASE("who outlives a first opener that died does not believe an old lock file") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("store");
    commit(path, "first");
    const std::string old_lock = test::read_file(path + "-lock");
    commit(path, "second");
    test::write_file(path + "-lock", old_lock);

    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    ++test::children_started;
    if (child == 0) be_elected_and_die(path, ready[1]);
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    commit(path, "third");  // waits for the child
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);

    kv::Environment environment = kv::Environment::open(path);
    const kv::ReadTransaction txn = environment.begin_read();
    CHECK(txn.statistics(txn.tree("t")).entries == 3);
    (void)test::require_sound(environment);
}
