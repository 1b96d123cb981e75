// The allocation functions of a program, replaced.
#include "allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace cambium::test {

constinit std::atomic<std::int64_t> allocations_left{-1};
constinit std::atomic<std::int64_t> allocations_held{0};
void (*out_of_allocations)() = [] { throw std::bad_alloc{}; };

namespace {

void* allocate(std::size_t size, std::size_t alignment) {
    if (allocations_left.load(std::memory_order_relaxed) >= 0 && allocations_left.fetch_sub(1) <= 0) {
        allocations_left = 0;
        out_of_allocations();
    }
    void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc{};
    allocations_held.fetch_add(1, std::memory_order_relaxed);
    return memory;
}

void release(void* memory) noexcept {
    if (memory != nullptr) allocations_held.fetch_sub(1, std::memory_order_relaxed);
    std::free(memory);
}

}  // namespace

}  // namespace cambium::test

void* operator new(std::size_t size) {
    return cambium::test::allocate(size == 0 ? 1 : size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return cambium::test::allocate(size == 0 ? 1 : size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return ::operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* memory) noexcept {
    cambium::test::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    cambium::test::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    cambium::test::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    cambium::test::release(memory);
}
