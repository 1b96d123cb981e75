#include "memory/accounting.hpp"

#include <malloc.h>

#include <fstream>
#include <string>

#include "cambium/base/error.hpp"

namespace cambium::bench {

std::uint64_t heap_bytes() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

std::uint64_t anonymous_bytes() {
    const std::string name = "Anonymous:";
    std::ifstream file("/proc/self/smaps_rollup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name)) return std::stoull(line.substr(name.size())) << 10;
    throw Error(ErrorCode::io, "/proc/self/smaps_rollup has no line \"Anonymous\": Linux 4.14 or later is needed");
}

void trim_heap() {
    malloc_trim(0);
}

}  // namespace cambium::bench
