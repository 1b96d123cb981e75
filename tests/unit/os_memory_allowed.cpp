// The memory that control groups leave to a process, and which files are large beside it.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "os/memory_allowed.hpp"
#include "temporary_store.hpp"

using namespace cambium;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kMachine = 8192 * kMiB;

/// Control groups in a directory of their own.
struct Groups {
    test::TemporaryDirectory directory;
    void set(const std::string& file, const std::string& text) const {
        const std::filesystem::path path = directory.file(file);
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text << '\n';
    }
    [[nodiscard]] std::uint64_t limit(const std::string& membership) const {
        return os::memory_limit(membership, directory.file("") + ".", kMachine);
    }
};

struct GivenMemory {
    explicit GivenMemory(std::uint64_t bytes) { os::set_memory_allowed(bytes); }
    ~GivenMemory() { os::set_memory_allowed(0); }
};

}  // namespace

TEST_CASE("without groups the machine's memory counts") {
    const Groups groups;
    CHECK(groups.limit("") == kMachine);
    CHECK(groups.limit("0::/\n") == kMachine);
    CHECK(groups.limit("nonsense\n4:memory\n:::\n") == kMachine);
    CHECK(os::memory_allowed() > kMiB);
}

TEST_CASE("version 2: the lowest of the group and those above it") {
    const Groups groups;
    groups.set("a/b/memory.max", "max");
    CHECK(groups.limit("0::/a/b\n") == kMachine);
    groups.set("a/memory.max", "104857600");
    CHECK(groups.limit("0::/a/b\n") == 100 * kMiB);
    groups.set("a/b/memory.max", "52428800");
    CHECK(groups.limit("0::/a/b\n") == 50 * kMiB);
    CHECK(groups.limit("0::/a\n") == 100 * kMiB);
    CHECK(groups.limit("0::/\n") == kMachine);
    groups.set("unified/c/memory.max", "1048576");
    CHECK(groups.limit("0::/c\n") == kMiB);
}

TEST_CASE("version 1: the line of the memory controller, which may serve others too") {
    const Groups groups;
    groups.set("memory/x/memory.limit_in_bytes", "104857600");
    groups.set("memory/memory.limit_in_bytes", "9223372036854771712");
    CHECK(groups.limit("3:cpuset:/y\n4:memory:/x\n") == 100 * kMiB);
    CHECK(groups.limit("4:cpu,memory,pids:/x/inner\n") == 100 * kMiB);
    CHECK(groups.limit("4:name=memory:/x\n5:memoryx:/x\n") == kMachine);
    // In a container the name is that of the host.
    groups.set("memory/memory.limit_in_bytes", "52428800");
    CHECK(groups.limit("4:memory:/docker/0123\n0::/\n") == 50 * kMiB);
}

TEST_CASE("a file is large when it has more than half of the memory") {
    const GivenMemory given{100 * kMiB};
    os::FileShare share;
    CHECK_FALSE(share.is_large(0));
    CHECK_FALSE(share.is_large(30 * kMiB));
    CHECK(share.small_to() == 50 * kMiB);
    CHECK_FALSE(share.is_large(50 * kMiB));
    CHECK(share.is_large(50 * kMiB + 1));
    CHECK_FALSE(share.is_large(20 * kMiB));  // it was cut
    CHECK(share.is_large(1000 * kMiB));
}

TEST_CASE("the memory is looked up again when the file has doubled, and small files are never large") {
    os::FileShare share;
    {
        const GivenMemory given{1000 * kMiB};
        CHECK_FALSE(share.is_large(20 * kMiB));
        CHECK(share.small_to() < 40 * kMiB);
    }
    const GivenMemory given{kMiB};
    CHECK_FALSE(share.is_large(os::FileShare::kAlwaysSmall));
    CHECK_FALSE(share.is_large(39 * kMiB));
    CHECK(share.is_large(40 * kMiB));
    CHECK_FALSE(share.is_large(os::FileShare::kAlwaysSmall));
}
