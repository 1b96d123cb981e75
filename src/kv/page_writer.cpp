#include "kv/page_writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace cambium::kv {

namespace {

/// A flush that writes the whole file must not write so many times what was changed.
constexpr std::uint64_t kMostAmplified = 4;
/// Bytes of a file below which the tables of the processor hold every page.
constexpr std::uint64_t kLeastPopulated = std::uint64_t{16} << 20;
/// A commit that takes no more bytes at the end of the file is small.
constexpr std::uint64_t kSmall = std::uint64_t{128} << 10;
/// Bytes behind a small commit that are written ahead: so many that fewer than one commit in a hundred does it.
constexpr std::uint64_t kInitialised = std::uint64_t{3} << 19;
/// Bytes of a file below which that is not worth it.
constexpr std::uint64_t kLeastInitialised = std::uint64_t{4} << 20;
/// A block that takes longer to get has to be put together by the kernel first, or by whoever runs this machine as
/// a guest. That is worth it for what lasts; other commits wait so many commits until they try again, each time
/// longer.
constexpr std::chrono::milliseconds kSlowBlock{1};
constexpr std::uint64_t kLeastPatience = 32;
constexpr std::uint64_t kMostPatience = 4096;
/// Commits that are written by calls after one for which the disk had to be read.
constexpr std::uint32_t kPause = 1000;

}  // namespace

void PageWriter::begin(std::uint64_t file_bytes, std::uint64_t used_bytes, std::uint64_t flush_bytes,
                       TransactionId durable, bool lasting) noexcept {
    ++commits_;
    lasting_ = lasting;
    flushed_ = flush_bytes == 0;
    initialised_ = std::min(initialised_, file_bytes);
    if (pause_ > 0) --pause_;
    large_ = share_.is_large(file_bytes);
    copies_ = pause_ == 0 && file_bytes / kMostAmplified <= flush_bytes && !large_ && prepare(file_bytes);
    file_bytes_ = file_bytes;
    used_bytes_ = used_bytes;
    populated_to_ = std::min(populated_to_, file_bytes / os::kLargeBlock * os::kLargeBlock);
    populated_from_ = std::min(populated_from_, populated_to_);
    begun_ = std::min(begun_, populated_to_);
    written_to_ = 0;
    if (!copies_) return;
    // After a flush every page that is written costs a fault; in a mapping that is entered anew, every block of the
    // page cache.
    if (durable != durable_) mapping_.forget();
    durable_ = durable;
    if (!in_place_) faults_ = os::disk_faults();
}

void PageWriter::begin_in_place() noexcept {
    in_place_ = true;
    faults_ = os::disk_faults();
}

std::byte* PageWriter::in_place(std::uint64_t page_number, std::uint32_t page_size) const noexcept {
    const std::uint64_t offset = page_number * page_size;
    return offset + page_size <= std::min<std::uint64_t>(used_bytes_, mapping_.size()) ? mapping_.data() + offset
                                                                                       : nullptr;
}

void PageWriter::write_in_place(std::uint64_t offset, std::span<const iovec> pieces) {
    file_.write(offset, pieces, mapping_);
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
        if (mapping_.size() < file_bytes && in_place_) return false;
        if (mapping_.size() < file_bytes) mapping_ = os::Mapping::map_for_writes(file_, 2 * file_bytes);
        return true;
    } catch (...) {
        pause_ = kPause;
        return false;
    }
}

void PageWriter::write(std::uint64_t offset, std::uint64_t bytes, std::span<const iovec> pieces) {
    written_to_ = std::max(written_to_, offset + bytes);
    if (offset + bytes > used_bytes_ && (copies_ || bytes >= os::kLargeBlock)) populate(offset + bytes);
    const bool cached =
        offset + bytes <= used_bytes_ || (offset >= populated_from_ && offset + bytes <= populated_to_);
    if (copies_ && cached) {
        file_.write(offset, pieces, mapping_);
    } else {
        file_.write(offset, pieces);
    }
}

// Whole blocks that no commit has written to, up to the one with the byte before `end`.
void PageWriter::populate(std::uint64_t end) noexcept {
    constexpr std::uint64_t block = os::kLargeBlock;
    if (end <= populated_to_ || file_bytes_ < kLeastPopulated || large_) return;
    const std::uint64_t fresh = (used_bytes_ + block - 1) / block * block;
    if (fresh > populated_to_) populated_from_ = populated_to_ = fresh;
    const std::uint64_t to = std::min((end + block - 1) / block * block, file_bytes_ / block * block);
    if (to <= populated_to_) return;
    if (!lasting_ && commits_ < populate_after_) return;
    const std::int64_t before = os::disk_faults();
    const auto begin = std::chrono::steady_clock::now();
    file_.populate_cache(populated_to_, to);
    const bool slow = std::chrono::steady_clock::now() - begin > kSlowBlock * ((to - populated_to_) / block);
    faults_ += os::disk_faults() - before;  // counted as such, though nothing is read
    populated_to_ = to;
    patience_ = slow ? std::clamp(2 * patience_, kLeastPatience, kMostPatience) : 0;
    populate_after_ = commits_ + patience_;
}

// Blocks that a file has but that were never written are written and entered as such by the flush, which takes
// nearly twice as long. So the first of a row of small commits at the end of the file pays for the next ones. When
// its last page is new, no snapshot that anybody may need has pages behind it.
std::uint64_t PageWriter::initialise() {
    static std::array<char, std::size_t{64} << 10> zeros{};
    const std::uint64_t known = std::max(used_bytes_, initialised_);
    if (file_bytes_ < kLeastInitialised || written_to_ <= known || written_to_ - known > kSmall) return 0;
    const std::uint64_t to = std::min(written_to_ + kInitialised, file_bytes_);
    initialised_ = to;
    std::vector<iovec> pieces;
    for (std::uint64_t at = written_to_; at < to; at += zeros.size())
        pieces.push_back({zeros.data(), std::min<std::uint64_t>(zeros.size(), to - at)});
    if (!pieces.empty()) file_.write(written_to_, pieces);
    return to - written_to_;
}

std::uint64_t PageWriter::end() {
    in_place_ = false;
    // Whole blocks: the kernel would write the rest of one too, and again later.
    const std::uint64_t to = std::min(written_to_, populated_to_) / os::kLargeBlock * os::kLargeBlock;
    const std::uint64_t from = std::max(begun_, populated_from_);
    if (lasting_ && copies_ && from < to) file_.begin_writeback(from, to);
    begun_ = std::max(begun_, to);
    // A page that was not in memory has been read for nothing.
    if (copies_ && os::disk_faults() > faults_ + 1) pause_ = kPause;
    const std::uint64_t ahead = flushed_ ? initialise() : 0;
    used_bytes_ = std::max(used_bytes_, written_to_);
    return ahead;
}

}  // namespace cambium::kv
