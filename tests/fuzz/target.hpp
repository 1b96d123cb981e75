// What every fuzz target defines, for whichever driver it is linked with: libFuzzer
// (libfuzzer_driver.cpp), AFL++ (afl_driver.cpp), or a plain program that mutates by itself and replays files
// (plain_driver.cpp).
//
// A target takes any bytes. What the code under test must not do ends the process: a sanitizer's report, a signal,
// an exception that run() lets out, or a require() that does not hold. Thread rule: one thread.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace cambium::fuzz {

/// Feeds one input to what is tested.
void run(std::string_view input);
/// Sound inputs, made by what writes them; the same ones every time.
[[nodiscard]] std::vector<std::string> seeds();
/// Pieces of input that mean something, for mutations.
[[nodiscard]] std::vector<std::string_view> words();

/// Ends the process when something does not hold, with the sentence.
inline void require(bool condition, std::string_view sentence) {
    if (condition) return;
    std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
    std::abort();
}

/// The bytes in a block of their own, so that a sanitizer sees a read of one byte too many.
[[nodiscard]] inline std::vector<char> exact_copy(std::string_view bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace cambium::fuzz
