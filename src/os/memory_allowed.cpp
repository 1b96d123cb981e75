#include "os/memory_allowed.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace cambium::os {

namespace {

std::atomic<std::uint64_t> given{0};

std::uint64_t machine_bytes() noexcept {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// The number in a file; `otherwise` when there is no such file, or another word in it, such as "max".
std::uint64_t number_in(const std::string& file, std::uint64_t otherwise) {
    std::ifstream in(file);
    std::uint64_t number = 0;
    return in >> number ? number : otherwise;
}

/// The lowest limit of a group and of all above it. A container may see its own group as the root, and be told a
/// name that means nothing there: then only the root answers.
std::uint64_t limit_above(const std::string& mount, std::string group, const char* name, std::uint64_t lowest) {
    for (;;) {
        while (!group.empty() && group.back() == '/') group.pop_back();
        lowest = std::min(lowest, number_in(mount + group + "/" + name, lowest));
        if (group.empty()) return lowest;
        group.resize(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
    }
}

bool names_memory(const std::string& controllers) {
    return ("," + controllers + ",").find(",memory,") != std::string::npos;
}

}  // namespace

// A line is number:controllers:group; without controllers it is of version 2.
std::uint64_t memory_limit(const std::string& membership, const std::string& root, std::uint64_t machine) {
    std::uint64_t lowest = machine;
    std::istringstream lines(membership);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string group = line.substr(second + 1);
        if (controllers.empty()) {
            for (const char* mount : {"", "/unified"})
                lowest = limit_above(root + mount, group, "memory.max", lowest);
        } else if (names_memory(controllers)) {
            lowest = limit_above(root + "/memory", group, "memory.limit_in_bytes", lowest);
        }
    }
    return lowest;
}

std::uint64_t memory_allowed() noexcept {
    if (const std::uint64_t bytes = given.load(); bytes != 0) return bytes;
    try {
        std::ifstream in("/proc/self/cgroup");
        std::ostringstream membership;
        membership << in.rdbuf();
        return memory_limit(membership.str(), "/sys/fs/cgroup", machine_bytes());
    } catch (const std::exception&) {
        return machine_bytes();
    }
}

void set_memory_allowed(std::uint64_t bytes) noexcept {
    given.store(bytes);
}

bool FileShare::is_large(std::uint64_t file_bytes) noexcept {
    if (file_bytes <= kAlwaysSmall) return false;
    if (file_bytes / 2 >= looked_at_) {
        allowed_ = memory_allowed();
        looked_at_ = file_bytes;
    }
    return file_bytes > allowed_ / 2;
}

std::uint64_t FileShare::small_to() const noexcept {
    if (allowed_ == 0) return kAlwaysSmall;
    return std::max(kAlwaysSmall, std::min(2 * looked_at_ - 1, allowed_ / 2));
}

}  // namespace cambium::os
