#include "allocation_limit.hpp"

#include <cstdio>
#include <cstdlib>
#include <new>

void* operator new(std::size_t size) {
    if (size > cambium::test::kMostAllocated) {
        std::fprintf(stderr, "an allocation of %zu bytes\n", size);
        std::abort();
    }
    void* memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}
// std::stable_sort asks like this; AddressSanitizer's own would not match the delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    if (size > cambium::test::kMostAllocated) return nullptr;
    return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
