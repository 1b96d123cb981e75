// The entries of one record in one index, in one buffer that is reused from record to record.
#include <algorithm>

#include "cambium/description.hpp"

namespace cambium::detail {

void IndexEntries::start(IndexKind kind, ByteView primary_key) {
    kind_ = kind;
    primary_key_ = primary_key;
    bytes_.clear();
    entries_.clear();
}

std::string& IndexEntries::open_entry() {
    entries_.push_back({bytes_.size(), bytes_.size(), false});
    return bytes_;
}

void IndexEntries::close_entry(bool has_null) {
    if (kind_ == IndexKind::ordered || has_null) bytes_ += primary_key_;
    entries_.back().end = bytes_.size();
    entries_.back().has_null = has_null;
}

void IndexEntries::normalise() {
    if (entries_.size() < 2) return;
    const ByteView bytes = bytes_;
    const auto key_of = [bytes](const Entry& entry) { return bytes.substr(entry.begin, entry.end - entry.begin); };
    std::sort(entries_.begin(), entries_.end(),
              [&](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
    const auto last = std::unique(entries_.begin(), entries_.end(),
                                  [&](const Entry& a, const Entry& b) { return key_of(a) == key_of(b); });
    entries_.erase(last, entries_.end());
}

ByteView IndexEntries::key(std::size_t position) const noexcept {
    const Entry& entry = entries_[position];
    return ByteView(bytes_).substr(entry.begin, entry.end - entry.begin);
}

}  // namespace cambium::detail
