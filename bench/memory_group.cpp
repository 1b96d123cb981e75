#include "memory_group.hpp"

#include <unistd.h>

#include <fstream>
#include <system_error>

#include "cambium/base/error.hpp"

namespace cambium::bench {
namespace {

constexpr const char* kRoot = "/sys/fs/cgroup";
constexpr const char* kFirstVersion = "/sys/fs/cgroup/memory";

bool write_line(const std::filesystem::path& file, std::uint64_t number) {
    std::ofstream out(file);
    out << number << std::endl;
    return out.good();
}

bool grants_memory(const std::filesystem::path& parent) {
    std::ifstream controllers(parent / "cgroup.subtree_control");
    for (std::string name; controllers >> name;)
        if (name == "memory") return true;
    return false;
}

/// The root that grants memory limits: of v2, else of the controller of v1. Empty when neither does.
std::string granting_root() {
    if (grants_memory(kRoot)) return kRoot;
    return std::filesystem::exists(kFirstVersion / std::filesystem::path("memory.limit_in_bytes")) ? kFirstVersion
                                                                                                   : "";
}

}  // namespace

MemoryGroup::MemoryGroup(const std::string& named_parent, std::uint64_t limit_bytes) {
    const std::string parent = named_parent.empty() ? granting_root() : named_parent;
    if (parent.empty()) {
        obstacle_ = std::string("the control groups at ") + kRoot +
                    " do not offer a memory limit; name a group with --memory-group";
        return;
    }
    const std::filesystem::path folder =
        std::filesystem::path(parent) / ("cambium-bench-" + std::to_string(getpid()));
    std::error_code error;
    std::filesystem::create_directory(folder, error);
    if (error) {
        obstacle_ =
            "no control group can be made below \"" + folder.parent_path().string() + "\": " + error.message();
        return;
    }
    path_ = folder;
    const bool second = std::filesystem::exists(folder / "memory.max");
    if (!write_line(folder / (second ? "memory.max" : "memory.limit_in_bytes"), limit_bytes))
        obstacle_ = "the control group \"" + folder.string() + "\" takes no memory limit";
}

MemoryGroup::~MemoryGroup() {
    if (!path_.empty()) rmdir(path_.c_str());
}

void join_memory_group(const std::filesystem::path& group) {
    if (!write_line(group / "cgroup.procs", static_cast<std::uint64_t>(getpid())))
        throw Error(ErrorCode::io, "cannot join the control group \"" + group.string() + "\"; run as root");
}

}  // namespace cambium::bench
