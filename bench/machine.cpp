#include "machine.hpp"

#include <linux/magic.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <thread>

#include "text.hpp"

namespace cambium::bench {
namespace {

/// What follows the colon in the first line of a /proc file that begins with `name`.
std::string proc_field(const char* path, const std::string& name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.compare(0, name.size(), name) != 0) continue;
        const std::size_t start = line.find_first_not_of(" \t", line.find(':') + 1);
        return start == std::string::npos ? "" : line.substr(start);
    }
    return "unknown";
}

std::uint64_t filesystem_type(const std::string& directory) {
    struct statfs about {};
    return statfs(directory.c_str(), &about) == 0 ? static_cast<std::uint64_t>(about.f_type) : 0;
}

std::string filesystem_name(const std::string& directory) {
    switch (filesystem_type(directory)) {
        case EXT4_SUPER_MAGIC:
            return "ext4";
        case XFS_SUPER_MAGIC:
            return "xfs";
        case BTRFS_SUPER_MAGIC:
            return "btrfs";
        case F2FS_SUPER_MAGIC:
            return "f2fs";
        case OVERLAYFS_SUPER_MAGIC:
            return "overlayfs";
        case TMPFS_MAGIC:
            return "tmpfs (memory: durable figures mean nothing)";
        default:
            return "of a kind not known to this program";
    }
}

std::string memory_size() {
    const double pages = static_cast<double>(sysconf(_SC_PHYS_PAGES));
    const double page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
    return format_number(pages * page_bytes / (1U << 30), 1) + " GiB";
}

std::string compiler() {
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return "g++ " __VERSION__;
#endif
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
    return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> describe_machine(const std::string& directory) {
    utsname system{};
    uname(&system);
    return {
        {"processor", proc_field("/proc/cpuinfo", "model name") + ", " +
                          std::to_string(std::thread::hardware_concurrency()) + " cores"},
        {"memory", memory_size()},
        {"kernel", std::string(system.sysname) + " " + system.release + " " + system.machine},
        {"file system", filesystem_name(directory)},
        {"compiler", compiler()},
        {"flags", CAMBIUM_BENCH_FLAGS},
        {"date", today()},
    };
}

bool is_in_memory(const std::string& directory) {
    return filesystem_type(directory) == TMPFS_MAGIC;
}

std::size_t available_memory_mib() {
    const std::string kib = proc_field("/proc/meminfo", "MemAvailable");
    return static_cast<std::size_t>(std::strtoull(kib.c_str(), nullptr, 10) >> 10);
}

}  // namespace cambium::bench
