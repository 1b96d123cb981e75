// Two threads of one process clean up after the same dead process, and the slot that both saw has a new owner
// before the second is done.
#include <atomic>
#include <cstdarg>
#include <thread>

#include <fcntl.h>
#include <sys/syscall.h>

#include "accounts.hpp"
#include "kv/environment_state.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

/// Holds up the thread that asks for it when it has got its next exclusive byte lock.
struct HoldUp {
    std::atomic<int> state{0};  ///< 1: the thread is held, 2: it may go on
    static thread_local HoldUp* asked;

    void hold() {
        set(1);
        wait_for(2);
    }
    void set(int to) {
        state = to;
        state.notify_all();
    }
    void wait_for(int least) const {
        for (int now = state; now < least; now = state) state.wait(now);
    }
};

thread_local HoldUp* HoldUp::asked = nullptr;

}  // namespace

// In place of the system library's.
extern "C" int fcntl(int file, int command, ...) {
    std::va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    const auto answer = static_cast<int>(::syscall(SYS_fcntl, file, command, argument));
    HoldUp* const asked = HoldUp::asked;
    if (asked != nullptr && answer == 0 && command == F_OFD_SETLK &&
        static_cast<struct flock*>(argument)->l_type == F_WRLCK) {
        HoldUp::asked = nullptr;
        asked->hold();
    }
    return answer;
}

// Each LockFile has locks of its own, as if it were a process's.
TEST_CASE("who claims a slot while two threads clean up after its last owner keeps it") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    Environment environment = Environment::open(path);
    {
        kv::LockFile dying{path + "-lock", 0600, nullptr};
        dying.register_process();
        dying.slot(dying.claim_slot()).pin(1);
        CHECK(environment.readers().size() == 1);
    }
    HoldUp hold_up;
    std::thread first{[&] {
        HoldUp::asked = &hold_up;
        (void)environment.readers();
    }};
    hold_up.wait_for(1);
    std::atomic<bool> ended{false};
    std::thread second{[&] {
        std::mt19937_64 random{1};
        (void)commit_transfer(environment, random);
        ended = true;
    }};
    threads_started += 2;
    // It waits for the first, or needs not to.
    for (int i = 0; i < 200 && !ended; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    kv::LockFile next{path + "-lock", 0600, nullptr};
    next.register_process();
    const std::uint32_t slot = next.claim_slot();
    next.slot(slot).pin(1);
    const std::uint32_t owner = next.slot(slot).owner.load();
    hold_up.set(2);
    first.join();
    second.join();
    CHECK(next.slot(slot).owner.load() == owner);
    CHECK(next.slot(slot).snapshot.load() == 2);
    CHECK(environment.readers().size() == 1);
    next.release_slot(slot);
    next.leave();
    CHECK(environment.readers().empty());
    require_check(environment);
}
