#include "kv/page_writer.hpp"

#include <algorithm>

#include <sys/resource.h>
#include <unistd.h>

namespace cambium::kv {

namespace {

/// A flush that writes the whole file must not write so many times what was changed.
constexpr std::uint64_t kMostAmplified = 4;
/// Commits that are written by calls after one for which the disk had to be read.
constexpr std::uint32_t kPause = 1000;

std::uint64_t memory_bytes() noexcept {
    static const std::uint64_t bytes =
        static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return bytes;
}

std::int64_t disk_faults() noexcept {
    rusage usage{};
    return ::getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_majflt : 0;
}

}  // namespace

void PageWriter::begin(std::uint64_t file_bytes, std::uint64_t used_bytes, std::uint64_t flush_bytes) noexcept {
    if (pause_ > 0) --pause_;
    copies_ = pause_ == 0 && file_bytes / kMostAmplified <= flush_bytes && file_bytes <= memory_bytes() / 2 &&
              prepare(file_bytes);
    used_bytes_ = used_bytes;
    if (copies_) faults_ = disk_faults();
}

// A file that was copied may have holes, which cannot be filled through a mapping on a full disk.
bool PageWriter::allocate(std::uint64_t file_bytes) {
    if (!file_.overwrites_in_place()) {
        pause_ = kPause;
        return false;
    }
    file_.fill_holes(file_bytes);
    return true;
}

bool PageWriter::prepare(std::uint64_t file_bytes) noexcept {
    try {
        if (allocated_ < file_bytes && !allocate(file_bytes)) return false;
        allocated_ = file_bytes;
        if (mapping_.size() < file_bytes) mapping_ = os::Mapping::map_for_writes(file_, 2 * file_bytes);
        return true;
    } catch (...) {
        pause_ = kPause;
        return false;
    }
}

void PageWriter::write(std::uint64_t offset, std::uint64_t bytes, std::span<const iovec> pieces) {
    if (copies_ && offset + bytes <= used_bytes_) {
        file_.write(offset, pieces, mapping_);
    } else {
        file_.write(offset, pieces);
    }
}

void PageWriter::end() noexcept {
    // A page that was not in memory has been read for nothing.
    if (copies_ && disk_faults() > faults_ + 1) pause_ = kPause;
}

}  // namespace cambium::kv
