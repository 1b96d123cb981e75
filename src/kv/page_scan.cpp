#include "kv/page_scan.hpp"

#include <algorithm>

#include "cambium/base/error.hpp"
#include "kv/node.hpp"

namespace cambium::kv {

namespace {

constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20;

// How many bytes could be read; 0 also for a failing device.
std::size_t read_some(const os::File& file, std::uint64_t offset, std::span<std::byte> to) {
    try {
        return file.read(offset, to);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::io) throw;
        return 0;
    }
}

}  // namespace

std::vector<FoundNode> find_nodes(const os::File& file, std::uint32_t page_size, const base::Checksum& checksum,
                                  std::uint64_t page_count) {
    std::vector<FoundNode> found;
    const std::uint64_t end = std::min(page_count, file.size() / page_size);
    const std::uint64_t at_once = kReadBytes / page_size;
    std::vector<std::byte> bytes(kReadBytes);
    const auto look_at = [&](std::uint64_t page, const std::byte* at) {
        const NodeView node{at, page_size};
        const NodeHeader& header = node.header();
        if (header.page_number != page || (header.kind != PageKind::leaf && header.kind != PageKind::branch))
            return;
        if (header.checksum != checksum(at + 8, page_size - 8) || node.structure_error() != nullptr) return;
        found.push_back({page, header.birth, header.tree, header.level});
    };
    for (std::uint64_t first = first_data_page(page_size); first < end; first += at_once) {
        const std::uint64_t count = std::min(at_once, end - first);
        const std::size_t size = count * page_size;
        if (read_some(file, first * page_size, {bytes.data(), size}) == size) {
            for (std::uint64_t i = 0; i < count; ++i) look_at(first + i, bytes.data() + i * page_size);
            continue;
        }
        for (std::uint64_t page = first; page < first + count; ++page)
            if (read_some(file, page * page_size, {bytes.data(), page_size}) == page_size)
                look_at(page, bytes.data());
    }
    return found;
}

// ---- Free space -------------------------------------------------------------------------------------------

void UsedPages::assign(std::uint64_t first, std::uint64_t count, bool used) {
    if (first >= page_count_ || count == 0) return;
    used_.assign({first, std::min(count, page_count_ - first)}, used);
    touched_.assign({first, std::min(count, page_count_ - first)}, true);
}

void UsedPages::add(ByteView key, ByteView value) {
    if (!has_deltas_) {
        has_deltas_ = true;
        used_.resize(page_count_);
        touched_.resize(page_count_);
        if (page_count_ > 0) used_.assign({0, page_count_}, true);
    }
    if (key.empty()) throw_corrupt(0, "a record of the free space has no key");
    if (key[0] == kSpaceChunk) {
        chunks_.insert_or_assign(chunk_number(key), decode_chunk(value));
        return;
    }
    if (key[0] != kSpaceDelta) throw_corrupt(0, "a record of the free space has an unknown key");
    if (const TransactionId next = delta_transaction(key); next != transaction_) {
        apply();
        transaction_ = next;
    }
    decode_delta(value, transaction_, delta_);
}

// As SpaceMap does, which keeps pages that wait apart from free ones: neither are used by the newest state. No
// commit takes or retires a page twice.
void UsedPages::apply() {
    const auto require_possible = [&](const auto& extents) {
        std::uint64_t left = page_count_;
        for (const auto& extent : extents) {
            if (extent.first_page >= page_count_) continue;
            const std::uint64_t pages = std::min(extent.page_count, page_count_ - extent.first_page);
            if (pages > left) throw_corrupt(0, "a record of the free space names more pages than the store has");
            left -= pages;
        }
    };
    require_possible(delta_.allocated);
    require_possible(delta_.retired);
    std::uint64_t allocated = 0;
    for (const Extent& extent : delta_.allocated) allocated += extent.page_count;
    std::uint64_t used = allocated - std::min(allocated, delta_.unused_pages);
    for (const Extent& extent : delta_.allocated) {
        const std::uint64_t part = std::min(used, extent.page_count);
        used -= part;
        assign(extent.first_page, part, true);
        assign(extent.first_page + part, extent.page_count - part, false);
    }
    for (const RetiredExtent& extent : delta_.retired) assign(extent.first_page, extent.page_count, false);
    delta_ = {};
}

PageBits UsedPages::finish() {
    apply();
    used_.resize(page_count_);
    touched_.resize(page_count_);
    for (const auto& [number, chunk] : chunks_) {
        const std::uint64_t base = number * kChunkPages;
        for (std::uint64_t page = base; page < std::min(base + kChunkPages, page_count_); ++page)
            if (!touched_.test(page) && (chunk.free.test(page - base) || chunk.waiting.test(page - base)))
                used_.assign({page, 1}, false);
    }
    return std::move(used_);
}

}  // namespace cambium::kv
