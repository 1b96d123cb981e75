// The allocation functions of the program: an allocation out of all proportion ends the process.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kMostAllocated = std::size_t{64} << 20;  ///< bytes in one allocation; the files are a few MB

}  // namespace

void* operator new(std::size_t size) {
    if (size > kMostAllocated) {
        std::fprintf(stderr, "corrupt: an allocation of %zu bytes\n", size);
        std::abort();
    }
    void* memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
