// A target for libFuzzer.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mutator.hpp"
#include "target.hpp"

extern "C" {

std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size) __attribute__((weak));

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cambium::fuzz::run({reinterpret_cast<const char*>(data), size});
    return 0;
}

// Half of the mutations are those of the engine; the others know the target's words.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
    if (seed % 2 == 0 && LLVMFuzzerMutate != nullptr) return LLVMFuzzerMutate(data, size, max_size);
    cambium::fuzz::Mutator mutator{seed, cambium::fuzz::words()};
    std::string input{reinterpret_cast<const char*>(data), size};
    const std::string other = input;
    mutator.mutate(input, other, max_size);
    std::memcpy(data, input.data(), input.size());
    return input.size();
}
}
