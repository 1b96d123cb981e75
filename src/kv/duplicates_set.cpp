#include "kv/duplicates_set.hpp"

namespace cambium::kv::detail {

namespace {

std::uint16_t load16(ByteView bytes, std::size_t i) noexcept {
    return load<std::uint16_t>(reinterpret_cast<const std::byte*>(bytes.data()) + i * kSetOffsetSize);
}

void append16(std::string& out, std::size_t value) {
    const auto narrow = static_cast<std::uint16_t>(value);
    out.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
}

[[noreturn]] void bad_set() {
    throw_corrupt(0, "the values of a key contradict their number or their sizes");
}

}  // namespace

ValueSet::ValueSet(const LeafEntry& entry, std::size_t fixed_size) : bytes_(entry.value), fixed_size_(fixed_size) {
    if (entry.kind == ValueKind::inlined) {
        if (bytes_.empty() || (fixed_size != 0 && bytes_.size() != fixed_size)) bad_set();
        fixed_size_ = bytes_.size();
        count_ = 1;
        return;
    }
    if (entry.kind != ValueKind::duplicates)
        throw_corrupt(0, "the values of a key are of a kind that has no place here");
    if (fixed_size != 0) {
        if (bytes_.size() % fixed_size != 0) bad_set();
        count_ = static_cast<std::uint32_t>(bytes_.size() / fixed_size);
    } else {
        if (bytes_.size() < kSetOffsetSize) bad_set();
        count_ = load16(bytes_, 0);
        const std::size_t header = kSetOffsetSize * (count_ + std::size_t{1});
        if (bytes_.size() < header) bad_set();
        ends_ = bytes_.substr(kSetOffsetSize, header - kSetOffsetSize);
        bytes_.remove_prefix(header);
        if (count_ > 0 && load16(ends_, count_ - 1) != bytes_.size()) bad_set();
    }
    if (count_ < 2) bad_set();
}

ByteView ValueSet::operator[](std::uint32_t i) const {
    if (ends_.empty()) return bytes_.substr(i * fixed_size_, fixed_size_);
    const std::size_t begin = i == 0 ? 0 : load16(ends_, i - 1);
    const std::size_t end = load16(ends_, i);
    if (begin >= end || end > bytes_.size()) bad_set();
    return bytes_.substr(begin, end - begin);
}

Position ValueSet::lower_bound(ByteView value, KeyCompare compare) const {
    std::uint32_t low = 0;
    std::uint32_t high = count_;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        const ByteView other = (*this)[middle];
        const int order = compare == nullptr ? other.compare(value) : compare(other, value);
        if (order == 0) return {middle, true};
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return {low, false};
}

std::size_t packed_size(std::span<const ByteView> values, std::size_t fixed_size) noexcept {
    if (fixed_size != 0) return values.size() * fixed_size;
    std::size_t size = kSetOffsetSize * (values.size() + 1);
    for (const ByteView value : values) size += value.size();
    return size;
}

std::string pack(std::span<const ByteView> values, std::size_t fixed_size) {
    std::string out;
    out.reserve(packed_size(values, fixed_size));
    if (fixed_size == 0) {
        append16(out, values.size());
        std::size_t end = 0;
        for (const ByteView value : values) append16(out, end += value.size());
    }
    for (const ByteView value : values) out.append(value);
    return out;
}

}  // namespace cambium::kv::detail
