// Death at a chosen point: a call on the files of a store, or an allocation.
//
// Thread rule: one thread.
#pragma once

#include <csignal>

#include "accounts.hpp"
#include "allocations.hpp"
#include "os/file.hpp"
#include "tried.hpp"

namespace cambium::test {

/// Kills the process after so many more allocations: points of death that no call on a file marks.
inline void die_at_allocation(std::uint64_t n) {
    out_of_allocations = [] { (void)::raise(SIGKILL); };
    allocations_left.store(static_cast<std::int64_t>(n));
}

/// Kills the process before or after its n-th call on the data file, calls on the lock file counted too.
class Killer : public os::FileObserver {
public:
    Killer(std::uint64_t n, bool before_call) : left_(n), before_call_(before_call) {}
    int before(const os::FileCall&) override {
        if (before_call_) strike();
        return 0;
    }
    void after(const os::FileCall&) override {
        if (!before_call_) strike();
    }
    int before_lock(const os::FileCall&) override {
        strike();
        return 0;
    }

private:
    void strike() {
        if (--left_ == 0) ::raise(SIGKILL);
    }
    std::uint64_t left_;
    bool before_call_;
};

enum class Point { before_call, after_call, allocation };

/// What a process that only reads finds.
inline std::uint64_t look_at(const std::string& path) {
    std::uint64_t count = 0;
    Child child{[&](const Child::Pipe& pipe) {
        kv::Options options;
        options.read_only = true;
        kv::Environment environment = kv::Environment::open(path, options);
        require_check(environment);
        pipe.send(require_balance(environment));
    }};
    const bool told = child.receive(count);
    child.require_success();
    REQUIRE(told);
    return count;
}

}  // namespace cambium::test
