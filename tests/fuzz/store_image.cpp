#include "store_image.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/checksum.hpp"
#include "kv/meta.hpp"

namespace cambium::fuzz {

namespace {

constexpr std::uint64_t kMostGrowth = 64;  ///< pages

const std::byte* bytes_of(const std::string& text) {
    return reinterpret_cast<const std::byte*>(text.data());
}

}  // namespace

// ---- Input ------------------------------------------------------------------------------------------------

std::uint64_t Input::number(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view taken = piece(size);
    std::memcpy(&value, taken.data(), taken.size());
    return value;
}

std::string_view Input::piece(std::size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
}

// ---- The image --------------------------------------------------------------------------------------------

StoreImage::StoreImage(std::string bytes) : bytes_(std::move(bytes)) {
    kv::MetaHeader newest{};
    for (const std::uint64_t offset : kv::kMetaOffsets)
        newest.page_count = std::max(newest.page_count, at<kv::MetaHeader>(offset).page_count);
    bytes_.resize(newest.page_count * kPageSize);
}

template <class T>
T StoreImage::at(std::uint64_t offset) const {
    T value{};
    if (offset + sizeof value <= bytes_.size()) std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
}

template <class T>
void StoreImage::set(std::uint64_t offset, const T& value) {
    if (offset + sizeof value <= bytes_.size()) std::memcpy(bytes_.data() + offset, &value, sizeof value);
}

void StoreImage::set_identity(std::uint64_t seed) {
    for (const std::uint64_t offset : kv::kMetaOffsets) {
        auto header = at<kv::MetaHeader>(offset);
        header.seed = seed;
        std::memset(header.uuid, 0x5a, sizeof header.uuid);
        set(offset, header);
    }
    for (std::uint64_t page = kv::first_data_page(kPageSize); page < pages(); ++page) edited_.insert(page);
    seal();
    edited_.clear();
}

std::uint64_t StoreImage::place(std::uint64_t number) const {
    const std::uint64_t first = kv::first_data_page(kPageSize);
    const std::uint64_t places = 2 + (pages() > first ? pages() - first : 0);
    number %= places;
    return number < 2 ? kv::kMetaOffsets[number] : (first + number - 2) * kPageSize;
}

std::string StoreImage::copy(std::uint64_t offset, std::uint64_t size) const {
    return offset < bytes_.size() ? bytes_.substr(offset, size) : std::string{};
}

// A fuzzer that sees what checksums are compared with would learn to write right ones.
void StoreImage::write(std::uint64_t offset, std::string_view bytes, bool keep_checksums) {
    edited_.insert(offset / kPageSize);
    for (std::uint64_t i = 0; i < bytes.size() && offset + i < bytes_.size(); ++i) {
        const bool checksum = (offset + i) % kPageSize < 16;
        bytes_[offset + i] = static_cast<char>(bytes[i] ^ (keep_checksums && checksum ? 0x5a : 0));
    }
}

void StoreImage::edit(Input& input, bool keep_checksums) {
    const std::uint64_t operation = input.number(1);
    const std::uint64_t page = place(input.number(1));
    const std::uint64_t offset = page + input.number(2) % kPageSize;
    switch (operation % 8) {
        case 0:
            return write(offset, input.piece(input.number(1)), keep_checksums);
        case 1: {
            const std::string_view bytes = input.piece(8);
            return write(offset / 8 * 8, bytes, keep_checksums);
        }
        case 2: {  // a number becomes a little larger or smaller
            const auto by = static_cast<std::uint16_t>(static_cast<std::int8_t>(input.number(1)));
            const auto number = static_cast<std::uint16_t>(at<std::uint16_t>(offset) + by);
            return write(offset, {reinterpret_cast<const char*>(&number), sizeof number}, keep_checksums);
        }
        case 3:
            return write(offset, std::string(input.number(2) % kPageSize, '\0'), keep_checksums);
        case 4: {  // another page stands here
            const std::string other = copy(place(input.number(1)), kPageSize);
            edited_.insert(page / kPageSize);
            if (page < bytes_.size()) bytes_.replace(page, other.size(), other);
            return;
        }
        case 5: {  // and this one there
            const std::uint64_t from = place(input.number(1));
            const std::string here = copy(page, kPageSize);
            const std::string other = copy(from, kPageSize);
            if (here.size() != other.size() || here.empty()) return;
            edited_.insert({page / kPageSize, from / kPageSize});
            bytes_.replace(page, other.size(), other);
            bytes_.replace(from, here.size(), here);
            return;
        }
        case 6:
            return write(offset, copy(page + input.number(2) % kPageSize, input.number(1)), keep_checksums);
        default:
            if (input.number(1) % 2 == 0) {
                bytes_.resize(std::min<std::size_t>(offset, bytes_.size()));
            } else {
                bytes_.resize(bytes_.size() + input.number(1) % kMostGrowth * kPageSize);
            }
            return;
    }
}

// ---- Checksums --------------------------------------------------------------------------------------------

void StoreImage::seal_page(std::uint64_t page, std::uint64_t seed) {
    const base::Checksum checksum{seed};
    const std::uint64_t offset = page * kPageSize;
    if (offset + kPageSize > bytes_.size()) return;
    set(offset + offsetof(kv::NodeHeader, page_number), page);
    auto* bytes = reinterpret_cast<std::byte*>(bytes_.data() + offset);
    const auto run = at<kv::RunHeader>(offset);
    if (run.kind != kv::PageKind::run) return set(offset, checksum(bytes + 8, kPageSize - 8));
    if (run.value_size <= bytes_.size() && run.page_count == kv::run_page_count(run.value_size, kPageSize) &&
        run.page_count <= pages() - page)
        return kv::finish_run(bytes, checksum, page, run.birth, kPageSize);
    set(offset, checksum(bytes + 8, sizeof run - 8));
}

std::uint64_t StoreImage::digest(const kv::MetaHeader& header, std::uint64_t offset) const {
    std::vector<kv::WrittenPage> written;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(header.extent_count, kv::kMaxMetaExtents); ++i) {
        const auto extent = at<kv::Extent>(offset + sizeof header + i * sizeof(kv::Extent));
        if (extent.first_page >= pages() || extent.page_count > pages() - extent.first_page) break;
        for (std::uint64_t page = extent.first_page; page < extent.first_page + extent.page_count;) {
            const auto run = at<kv::RunHeader>(page * kPageSize);
            written.push_back({page, run.checksum});
            const bool whole = run.kind == kv::PageKind::run && run.page_count > 0 && run.page_count < pages();
            page += whole ? run.page_count : 1;
        }
    }
    return kv::digest_of(base::Checksum{header.seed}, written);
}

void StoreImage::seal_slot(std::uint64_t offset) {
    auto header = at<kv::MetaHeader>(offset);
    if (header.size < sizeof header || header.size > kv::kMaxMetaSize || offset + header.size > bytes_.size())
        return;
    header.digest = digest(header, offset);
    set(offset, header);
    header.checksum = base::plain_checksum(bytes_of(bytes_) + offset + 16, header.size - 16);
    set(offset, header);
}

// A page inside a run is no page of its own: the run around it is what gets sealed.
void StoreImage::seal() {
    const std::uint64_t seed = at<kv::MetaHeader>(kv::kMetaOffsets[0]).seed;
    std::uint64_t behind_run = 0;
    for (std::uint64_t page = kv::first_data_page(kPageSize); page < pages(); ++page) {
        const auto run = at<kv::RunHeader>(page * kPageSize);
        const bool head = page >= behind_run && run.kind == kv::PageKind::run && run.page_count > 1 &&
                          run.page_count <= pages() - page;
        if (head) {
            behind_run = page + run.page_count;
            const auto edited = edited_.lower_bound(page);
            if (edited != edited_.end() && *edited < behind_run) seal_page(page, seed);
        } else if (page >= behind_run && edited_.count(page) != 0) {
            seal_page(page, seed);
        }
    }
    for (const std::uint64_t offset : kv::kMetaOffsets) seal_slot(offset);
}

std::string StoreImage::edit_all(const StoreImage& base, Input& input, bool keep_checksums, bool sealed) {
    StoreImage image = base;
    for (int edits = 0; !input.empty() && edits < 64; ++edits) image.edit(input, keep_checksums);
    if (sealed) image.seal();
    return std::move(image.bytes_);
}

}  // namespace cambium::fuzz
