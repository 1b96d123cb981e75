#include "kv/meta.hpp"

#include <array>

#include <algorithm>
#include <cstring>
#include <random>
#include <span>
#include <utility>

namespace cambium::kv {

namespace {

bool plausible(const MetaHeader& h) {
    const bool page_size_ok =
        h.page_size >= kMinPageSize && h.page_size <= kMaxPageSize && std::has_single_bit(h.page_size);
    return page_size_ok && h.size == sizeof(MetaHeader) + std::uint64_t{h.extent_count} * sizeof(Extent) &&
           h.size <= kMaxMetaSize && h.page_count >= first_data_page(h.page_size) &&
           h.page_count < (std::uint64_t{1} << 63) / h.page_size && h.transaction <= kMaxNumber &&
           h.next_tree_id <= kMaxNumber;
}

}  // namespace

void read_slot(const os::File& file, std::uint32_t slot, SlotContent& content) {
    content.slot = slot;
    content.meta.extents.clear();
    std::array<std::byte, kMaxMetaSize> room;
    const std::size_t size = file.read(kMetaOffsets[slot], room);
    const std::span<const std::byte> bytes = std::span{room}.first(size);
    MetaHeader& h = content.meta.header;
    h = {};
    std::memcpy(&h, bytes.data(), std::min(size, sizeof h));
    if (std::memcmp(h.magic, kMagic, sizeof kMagic) != 0) {
        const bool zeros = std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
        content.state = zeros ? SlotContent::State::empty : SlotContent::State::foreign;
        return;
    }
    content.state = SlotContent::State::damaged;
    if (size < sizeof h) return;
    if (h.format_version != kFormatVersion) {
        // A flipped bit is damage, not another version.
        const bool whole = h.size >= sizeof h && h.size <= size &&
                           h.checksum == base::plain_checksum(bytes.data() + 16, h.size - 16);
        if (whole) content.state = SlotContent::State::other_version;
        return;
    }
    if (!plausible(h) || h.size > size || h.checksum != base::plain_checksum(bytes.data() + 16, h.size - 16))
        return;
    content.meta.extents.resize(h.extent_count);
    if (h.extent_count > 0)
        std::memcpy(content.meta.extents.data(), bytes.data() + sizeof h, h.extent_count * sizeof(Extent));
    content.state = SlotContent::State::valid;
}

SlotContent read_slot(const os::File& file, std::uint32_t slot) {
    SlotContent content;
    read_slot(file, slot, content);
    return content;
}

SlotBytes slot_bytes(const Meta& meta) noexcept {
    MetaHeader h = meta.header;
    std::memcpy(h.magic, kMagic, sizeof kMagic);
    h.format_version = kFormatVersion;
    h.extent_count = static_cast<std::uint32_t>(meta.extents.size());
    h.size = static_cast<std::uint32_t>(sizeof h + meta.extents.size() * sizeof(Extent));
    // Whole blocks: the file system then never has to read before it writes.
    SlotBytes slot{{}, (h.size + 4095U) / 4096 * 4096};
    std::array<std::byte, kMaxMetaSize>& bytes = slot.bytes;
    std::memcpy(bytes.data(), &h, sizeof h);
    if (!meta.extents.empty())
        std::memcpy(bytes.data() + sizeof h, meta.extents.data(), meta.extents.size() * sizeof(Extent));
    h.checksum = base::plain_checksum(bytes.data() + 16, h.size - 16);
    std::memcpy(bytes.data(), &h, sizeof h);
    return slot;
}

std::size_t write_slot(os::File& file, std::uint32_t slot, const Meta& meta) {
    const SlotBytes content = slot_bytes(meta);
    file.write(kMetaOffsets[slot], content.bytes.data(), content.size);
    return content.size;
}

void invalidate_slot(os::File& file, std::uint32_t slot) {
    const std::array<std::byte, kMaxMetaSize> zeros{};
    file.write(kMetaOffsets[slot], zeros.data(), zeros.size());
    file.sync();
}

Snapshot snapshot_of(const MetaHeader& header) {
    return {header.transaction, header.page_count, header.next_tree_id, header.catalog, header.space};
}

void set_snapshot(MetaHeader& header, const Snapshot& snapshot) {
    header.transaction = snapshot.id;
    header.page_count = snapshot.page_count;
    header.next_tree_id = snapshot.next_tree_id;
    header.catalog = snapshot.catalog;
    header.space = snapshot.space;
}

std::uint64_t random_word() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

MetaHeader with_new_identity(MetaHeader fixed) {
    fixed.seed = random_word();
    for (std::size_t i = 0; i < sizeof fixed.uuid; i += 8) {
        const std::uint64_t word = random_word();
        std::memcpy(fixed.uuid + i, &word, sizeof word);
    }
    return fixed;
}

Meta closed_meta(const MetaHeader& fixed, const Snapshot& state) {
    Meta meta;
    meta.header.page_size = fixed.page_size;
    meta.header.seed = fixed.seed;
    std::memcpy(meta.header.uuid, fixed.uuid, sizeof fixed.uuid);
    set_snapshot(meta.header, state);
    meta.header.previous_durable = state.id;
    meta.header.flags = kMetaClosed;
    meta.header.digest = digest_of(base::Checksum{fixed.seed}, {});
    return meta;
}

std::uint64_t digest_of(const base::Checksum& checksum, const std::vector<WrittenPage>& pages) {
    static_assert(sizeof(WrittenPage) == 16);
    return checksum(pages.data(), pages.size() * sizeof(WrittenPage));
}

std::vector<std::uint64_t> run_chunk_sums(const std::byte* run, const base::Checksum& checksum) {
    const auto value_size = load<RunHeader>(run).value_size;
    std::vector<std::uint64_t> sums(run_chunk_count(value_size));
    for (std::uint64_t i = 0; i < sums.size(); ++i) {
        const std::uint64_t from = i * kRunChunkSize;
        sums[i] =
            checksum(run + sizeof(RunHeader) + from, std::min<std::uint64_t>(kRunChunkSize, value_size - from));
    }
    return sums;
}

void finish_run(std::byte* run, const base::Checksum& checksum, std::uint64_t page_number, TransactionId birth,
                std::uint32_t page_size) {
    auto header = load<RunHeader>(run);
    const std::uint64_t table = run_table_offset(header.value_size);
    const std::uint64_t value_end = sizeof header + header.value_size;
    std::memset(run + value_end, 0, header.page_count * page_size - value_end);
    const std::vector<std::uint64_t> sums = run_chunk_sums(run, checksum);
    if (!sums.empty()) std::memcpy(run + table, sums.data(), 8 * sums.size());
    header.page_number = page_number;
    header.birth = birth;
    header.table_digest = checksum(run + table, 8 * sums.size());
    std::memcpy(run, &header, sizeof header);
    header.checksum = checksum(run + 8, sizeof header - 8);
    std::memcpy(run, &header, sizeof header);
}

const char* run_header_error(const RunHeader& header, std::uint64_t available_pages, const base::Checksum& checksum,
                             std::uint64_t page_number, std::uint32_t page_size) {
    if (header.checksum != checksum(reinterpret_cast<const std::byte*>(&header) + 8, sizeof header - 8))
        return "the checksum of a large value's header is wrong";
    if (header.kind != PageKind::run || header.page_number != page_number)
        return "it carries another page's number";
    if (header.value_size > kMaxValueSize || header.page_count != run_page_count(header.value_size, page_size) ||
        header.page_count > available_pages)
        return "the size of a large value is impossible";
    return nullptr;
}

const char* run_frame_error(const std::byte* run, std::uint64_t available_bytes, const base::Checksum& checksum,
                            std::uint64_t page_number, std::uint32_t page_size) {
    if (available_bytes < sizeof(RunHeader)) return "the file ends inside a large value";
    const auto header = load<RunHeader>(run);
    if (const char* why = run_header_error(header, available_bytes / page_size, checksum, page_number, page_size))
        return why;
    const std::uint64_t table = run_table_offset(header.value_size);
    const std::uint64_t chunks = run_chunk_count(header.value_size);
    if (header.table_digest != checksum(run + table, 8 * chunks))
        return "the chunk checksums of a large value are damaged";
    return nullptr;
}

const char* run_chunk_error(const std::byte* run, const base::Checksum& checksum, std::uint64_t chunk) {
    const auto header = load<RunHeader>(run);
    const std::uint64_t from = chunk * kRunChunkSize;
    const std::uint64_t sum =
        checksum(run + sizeof header + from, std::min<std::uint64_t>(kRunChunkSize, header.value_size - from));
    const bool right = sum == load<std::uint64_t>(run + run_table_offset(header.value_size) + 8 * chunk);
    return right ? nullptr : "the checksum of a large value's chunk is wrong";
}

const char* run_error(const std::byte* run, std::uint64_t available_bytes, const base::Checksum& checksum,
                      std::uint64_t page_number, std::uint32_t page_size) {
    if (const char* why = run_frame_error(run, available_bytes, checksum, page_number, page_size)) return why;
    const std::uint64_t chunks = run_chunk_count(load<RunHeader>(run).value_size);
    for (std::uint64_t i = 0; i < chunks; ++i)
        if (const char* why = run_chunk_error(run, checksum, i)) return why;
    return nullptr;
}

}  // namespace cambium::kv
