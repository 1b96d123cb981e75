// Death at a chosen point: a call on the files of a store, or an allocation. To be included by one source of a
// program: it replaces the allocation functions.
//
// Thread rule: one thread.
#pragma once

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <new>

#include "accounts.hpp"
#include "child.hpp"
#include "os/file.hpp"

namespace cambium::test {

/// Counts allocations down and kills the process at zero: points of death that no call on a file marks.
inline std::atomic<std::int64_t> allocations_left{-1};

inline void* allocate(std::size_t size, std::size_t alignment) {
    if (allocations_left.load(std::memory_order_relaxed) >= 0 && allocations_left.fetch_sub(1) == 0)
        ::raise(SIGKILL);
    void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}

}  // namespace cambium::test

void* operator new(std::size_t size) {
    return cambium::test::allocate(size == 0 ? 1 : size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return cambium::test::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return cambium::test::allocate(size == 0 ? 1 : size, alignof(std::max_align_t));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

namespace cambium::test {

inline std::uint64_t kills_tried = 0;

inline struct LastLine {
    ~LastLine() { std::cout << "kills tried: " << kills_tried << std::endl; }
} last_line;

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
