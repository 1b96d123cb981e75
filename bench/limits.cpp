#include "limits.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>

#include "cambium/base/error.hpp"
#include "dataset.hpp"
#include "machine.hpp"
#include "measurement.hpp"
#include "text.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kFlushes = 100;
constexpr std::size_t kRandomLoads = 3'000'000;
constexpr std::size_t kCacheWrites = 20'000;

[[noreturn]] void fail(const char* call) {
    throw Error(ErrorCode::io, std::string("measuring the machine: ") + call + " failed: " + std::strerror(errno));
}

class Stopwatch {
public:
    [[nodiscard]] double nanoseconds() const {
        return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin_).count();
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Keep the compiler from dropping the computation of a value.
void keep(std::uint64_t value) {
    asm volatile("" : : "r"(value) : "memory");
}

/// Private memory in 4 KiB pages, as a mapped file has them, all of it really there.
class MemoryArea {
public:
    explicit MemoryArea(std::size_t bytes) : bytes_(bytes) {
        void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapped == MAP_FAILED) fail("mmap");
        madvise(mapped, bytes, MADV_NOHUGEPAGE);
        words_ = {static_cast<std::uint64_t*>(mapped), bytes / sizeof(std::uint64_t)};
        std::fill(words_.begin(), words_.end(), 1);
    }
    MemoryArea(const MemoryArea&) = delete;
    MemoryArea& operator=(const MemoryArea&) = delete;
    ~MemoryArea() { munmap(words_.data(), bytes_); }

    [[nodiscard]] std::span<const std::uint64_t> words() const noexcept { return words_; }

private:
    std::size_t bytes_;
    std::span<std::uint64_t> words_;
};

/// Each address depends on the value loaded before, so that loads cannot overlap.
double random_load_nanoseconds(std::span<const std::uint64_t> words) {
    std::uint64_t state = 1;
    const Stopwatch watch;
    for (std::size_t i = 0; i < kRandomLoads; ++i) state = mix(state) + words[mix(state) % words.size()];
    keep(state);
    return watch.nanoseconds() / static_cast<double>(kRandomLoads);
}

/// Gigabytes per second of one thread reading it all, in several sums so that adding is not the limit.
double read_bandwidth(std::span<const std::uint64_t> words) {
    constexpr std::size_t kLanes = 16;
    std::uint64_t sums[kLanes] = {};
    const Stopwatch watch;
    for (std::size_t i = 0; i + kLanes <= words.size(); i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += words[i + lane];
    keep(std::accumulate(std::begin(sums), std::end(sums), std::uint64_t{0}));
    return static_cast<double>(words.size_bytes()) / watch.nanoseconds();
}

/// A file without a name, fully written and flushed before it is measured.
class ScratchFile {
public:
    ScratchFile(const std::string& directory, std::size_t bytes) : bytes_(bytes), page_(kPageBytes, 'x') {
        std::string path = directory + "/cambium-bench-limits-XXXXXX";
        file_ = mkstemp(path.data());
        if (file_ < 0) fail("mkstemp");
        unlink(path.c_str());
        const std::string piece(kMiB, 'x');
        for (std::size_t at = 0; at < bytes_; at += piece.size()) write_at(at, piece);
        sync();
    }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    ~ScratchFile() { ::close(file_); }

    [[nodiscard]] int descriptor() const noexcept { return file_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t pages() const noexcept { return bytes_ / kPageBytes; }
    [[nodiscard]] const std::string& page() const noexcept { return page_; }

    void write_page(std::size_t page) { write_at(page * kPageBytes, page_); }
    void write_at(std::size_t offset, const std::string& bytes) {
        if (pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
            static_cast<ssize_t>(bytes.size()))
            fail("pwrite");
    }
    void sync() {
        if (fdatasync(file_) != 0) fail("fdatasync");
    }

private:
    int file_ = -1;
    std::size_t bytes_;
    std::string page_;
};

/// Median nanoseconds to write `pages` pages and flush once: side by side, or each at a random place.
double flush_nanoseconds(ScratchFile& file, std::size_t pages, bool scattered) {
    std::vector<double> samples;
    for (std::size_t i = 0; i < kFlushes; ++i) {
        const std::size_t start = mix(i) % (file.pages() - pages);
        const Stopwatch watch;
        if (scattered) {
            for (std::size_t page = 0; page < pages; ++page) file.write_page(mix(i * pages + page) % file.pages());
        } else {
            file.write_at(start * kPageBytes, std::string(pages * kPageBytes, 'y'));
        }
        file.sync();
        samples.push_back(watch.nanoseconds());
    }
    return spread_of(std::move(samples)).median;
}

/// Nanoseconds per page written at random places of a file in the page cache, without a flush.
struct PageWrites {
    double clean = 0;  ///< to pages that are as on the disk
    double dirty = 0;  ///< to the same pages again
};

template <class Write>
PageWrites page_writes(ScratchFile& file, Write&& write) {
    const auto once = [&] {
        const Stopwatch watch;
        for (std::size_t i = 0; i < kCacheWrites; ++i) write(mix(i) % file.pages());
        return watch.nanoseconds() / static_cast<double>(kCacheWrites);
    };
    file.sync();
    PageWrites result;
    result.clean = once();
    result.dirty = once();
    return result;
}

PageWrites mapped_writes(ScratchFile& file) {
    void* mapped = mmap(nullptr, file.bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), 0);
    if (mapped == MAP_FAILED) fail("mmap");
    const PageWrites result = page_writes(file, [&](std::size_t page) {
        std::memcpy(static_cast<char*>(mapped) + page * kPageBytes, file.page().data(), kPageBytes);
    });
    munmap(mapped, file.bytes());
    return result;
}

void measure_memory(std::vector<Limit>& limits, std::size_t mib) {
    const MemoryArea area(mib * kMiB);
    const std::string size = " over " + std::to_string(mib) + " MiB, 4 KiB pages";
    limits.push_back({"random 8-byte load," + size, format_time(random_load_nanoseconds(area.words()))});
    limits.push_back({"memory read, one thread," + size, format_number(read_bandwidth(area.words()), 1) + " GB/s"});
}

void measure_disk(std::vector<Limit>& limits, const std::string& directory, std::size_t mib) {
    ScratchFile file(directory, mib * kMiB);
    limits.push_back({"4 KiB write + fdatasync, median", format_time(flush_nanoseconds(file, 1, false))});
    for (const std::size_t pages : {4U, 16U, 64U}) {
        const std::string what = std::to_string(pages) + " pages";
        limits.push_back(
            {what + " side by side + fdatasync, median", format_time(flush_nanoseconds(file, pages, false))});
        limits.push_back({what + " scattered over " + std::to_string(mib) + " MiB + fdatasync, median",
                          format_time(flush_nanoseconds(file, pages, true))});
    }
    const PageWrites calls = page_writes(file, [&](std::size_t page) { file.write_page(page); });
    const PageWrites copies = mapped_writes(file);
    limits.push_back({"4 KiB pwrite into the page cache, clean page", format_time(calls.clean)});
    limits.push_back({"4 KiB pwrite into the page cache, dirty page", format_time(calls.dirty)});
    limits.push_back({"4 KiB copied into a shared mapping, clean page", format_time(copies.clean)});
    limits.push_back({"4 KiB copied into a shared mapping, dirty page", format_time(copies.dirty)});
}

}  // namespace

std::vector<Limit> measure_limits(const std::string& directory, std::size_t mib, Progress& progress) {
    std::vector<Limit> limits;
    progress.say("limits: memory");
    measure_memory(limits, std::max<std::size_t>(1, std::min(mib, available_memory_mib() / 4)));
    progress.say("limits: disk");
    measure_disk(limits, directory, mib);
    return limits;
}

}  // namespace cambium::bench
