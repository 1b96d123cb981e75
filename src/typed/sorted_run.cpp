#include "typed/sorted_run.hpp"

#include <algorithm>

#include "cambium/kv/cursor.hpp"

namespace cambium::detail {

void SortedRun::add(ByteView key, ByteView value, std::uint64_t line) {
    pairs_.push_back({bytes_.size(), key.size(), value.size(), line});
    bytes_.append(key).append(value);
}

void SortedRun::sort() {
    std::sort(pairs_.begin(), pairs_.end(), [this](const Pair& a, const Pair& b) {
        const int order = key(a).compare(key(b));
        return order != 0 ? order < 0 : a.begin < b.begin;
    });
}

std::string SortedRun::last_key(const kv::Transaction& store, kv::Tree tree) {
    kv::Cursor cursor = store.cursor(tree);
    return cursor.last() ? std::string(cursor.key()) : std::string();
}

}  // namespace cambium::detail
