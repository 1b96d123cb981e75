// The entries of one record in one index, in one buffer that is reused from record to record.
#include <algorithm>

#include "cambium/description.hpp"

namespace cambium::detail {

void IndexEntries::list(const IndexDescription& index, ByteView primary_key, const void* record) {
    index_ = &index;
    primary_key_ = primary_key;
    bytes_.clear();
    entries_.clear();
    columns_.clear();
    value_.clear();
    if (record == nullptr) return;
    index.emit(record, *this);
    if (index.kind == IndexKind::unique) value_ += primary_key;
    normalise();
}

void IndexEntries::add(ByteView columns, bool has_null) {
    if (has_null && index_->without_nulls) return;
    const std::size_t begin = bytes_.size();
    bytes_ += columns;
    if (index_->kind == IndexKind::ordered || has_null) bytes_ += primary_key_;
    entries_.push_back({begin, bytes_.size(), has_null});
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
