#include "page_cache.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <thread>
#include <vector>

#include "machine.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t kPageBytes = 4096;

/// A file opened to be read; -1 when that fails.
class File {
public:
    explicit File(const std::filesystem::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (file_ >= 0) ::close(file_);
    }
    [[nodiscard]] int get() const noexcept { return file_; }

private:
    int file_;
};

void write_back(const std::filesystem::path& folder) {
    const File opened(folder);
    if (opened.get() >= 0) syncfs(opened.get());
}

/// Pages of a file that are in memory.
std::size_t resident_pages(int file, std::size_t bytes) {
    void* mapped = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) return 0;
    std::vector<unsigned char> present((bytes + kPageBytes - 1) / kPageBytes);
    std::size_t resident = 0;
    if (mincore(mapped, bytes, present.data()) == 0)
        for (const unsigned char page : present) resident += page & 1U;
    munmap(mapped, bytes);
    return resident;
}

/// Advise the kernel to drop every file; answers the share that is still there.
double share_left(const std::filesystem::path& folder) {
    std::size_t pages = 0;
    std::size_t left = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        const File file(entry.path());
        struct stat about {};
        if (file.get() < 0 || fstat(file.get(), &about) != 0 || about.st_size == 0) continue;
        posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
        const auto bytes = static_cast<std::size_t>(about.st_size);
        pages += (bytes + kPageBytes - 1) / kPageBytes;
        left += resident_pages(file.get(), bytes);
    }
    return pages == 0 ? 0 : static_cast<double>(left) / static_cast<double>(pages);
}

double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

std::string evict_from_page_cache(const std::filesystem::path& folder) {
    constexpr double kEnough = 0.01;
    write_back(folder);
    if (share_left(folder) <= kEnough) return {};
    std::ofstream("/proc/sys/vm/drop_caches") << "1" << std::flush;
    if (share_left(folder) <= kEnough) return {};
    return "the kernel keeps the files in memory, and /proc/sys/vm/drop_caches is not for this process "
           "to write: use a file system on a disk, or run as root";
}

void settle(const std::filesystem::path& folder) {
    using namespace std::chrono_literals;
    constexpr auto kGlance = 20ms;
    constexpr double kQuietSeconds = 0.001;  // of processor time in one glance
    constexpr int kMostGlances = 3000;
    write_back(folder);
    double before = processor_seconds();
    for (int glance = 0; glance < kMostGlances; ++glance) {
        std::this_thread::sleep_for(kGlance);
        const double after = processor_seconds();
        if (after - before < kQuietSeconds) return;
        before = after;
    }
}

void have_free_memory(std::size_t bytes) {
    if (bytes >> 20U > available_memory_mib() / 2) return;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    (void)madvise(memory, bytes, MADV_HUGEPAGE);
    auto* touched = static_cast<volatile unsigned char*>(memory);
    for (std::size_t i = 0; i < bytes; i += kPageBytes) touched[i] = 1;
    munmap(memory, bytes);
}

}  // namespace cambium::bench
