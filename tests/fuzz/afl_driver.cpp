// A target for AFL++ in its persistent mode, built with afl-clang-fast++: inputs come through shared memory, and a
// process takes many of them before it is replaced.
#include <unistd.h>

#include "target.hpp"

__AFL_FUZZ_INIT();

int main() {
    constexpr unsigned kInputsPerProcess = 10000;
    __AFL_INIT();
    const unsigned char* const input = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(kInputsPerProcess))
        cambium::fuzz::run(
            {reinterpret_cast<const char*>(input), static_cast<std::size_t>(__AFL_FUZZ_TESTCASE_LEN)});
    return 0;
}
