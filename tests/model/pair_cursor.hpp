// What trees with duplicates should hold, and where a cursor on one should stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <utility>

namespace cambium::test {

/// Key and value, each as bytes that sort in its order.
using Pair = std::pair<std::string, std::string>;
using Pairs = std::set<Pair>;

/// What a cursor should be: on a pair, in the gap that its pair has left, or in the gap just before where `at`
/// would be.
struct Expected {
    enum class Place : std::uint8_t { unset, on, erased, gap, begin, end } place = Place::unset;
    Pair at{};
};
using Place = Expected::Place;

[[nodiscard]] inline std::size_t count_of(const Pairs& pairs, const std::string& key) {
    std::size_t count = 0;
    for (auto at = pairs.lower_bound({key, {}}); at != pairs.end() && at->first == key; ++at) ++count;
    return count;
}

inline void erase_key(Pairs& pairs, const std::string& key) {
    const auto first = pairs.lower_bound({key, {}});
    auto last = first;
    while (last != pairs.end() && last->first == key) ++last;
    pairs.erase(first, last);
}

inline bool settle(Expected& e, const Pairs& pairs, Pairs::const_iterator at, Place otherwise) {
    if (at == pairs.end()) {
        e.place = otherwise;
        return false;
    }
    e.place = Place::on;
    e.at = *at;
    return true;
}

inline bool settle_before(Expected& e, const Pairs& pairs, Pairs::const_iterator at) {
    return settle(e, pairs, at == pairs.begin() ? pairs.end() : std::prev(at), Place::begin);
}

inline Pairs::const_iterator key_end(const Pairs& pairs, const std::string& key) {
    return pairs.lower_bound({key + '\0', {}});
}

inline bool in_gap(const Expected& e) {
    return e.place == Place::gap || e.place == Place::erased;
}
inline bool has_key(const Expected& e) {
    return e.place == Place::on || in_gap(e);
}

inline bool next(Expected& e, const Pairs& pairs) {
    if (e.place == Place::end) return false;
    const auto at = e.place == Place::on ? pairs.upper_bound(e.at)
                    : in_gap(e)          ? pairs.lower_bound(e.at)
                                         : pairs.begin();
    return settle(e, pairs, at, e.place == Place::unset && pairs.empty() ? Place::begin : Place::end);
}

inline bool previous(Expected& e, const Pairs& pairs) {
    if (e.place == Place::begin) return false;
    if (e.place == Place::unset && pairs.empty()) {
        e.place = Place::end;
        return false;
    }
    return settle_before(e, pairs, has_key(e) ? pairs.lower_bound(e.at) : pairs.end());
}

inline bool next_key(Expected& e, const Pairs& pairs) {
    if (!has_key(e)) return next(e, pairs);
    return settle(e, pairs, key_end(pairs, e.at.first), Place::end);
}

inline bool previous_key(Expected& e, const Pairs& pairs) {
    if (!has_key(e)) return previous(e, pairs);
    return settle_before(e, pairs, pairs.lower_bound({e.at.first, {}}));
}

inline bool stay_in_key(Expected& e, const Pairs& pairs, Pairs::const_iterator at) {
    if (at == pairs.end() || at->first != e.at.first) return false;
    return settle(e, pairs, at, Place::end);
}

inline bool next_value(Expected& e, const Pairs& pairs) {
    if (!has_key(e)) return false;
    return stay_in_key(e, pairs, e.place == Place::on ? pairs.upper_bound(e.at) : pairs.lower_bound(e.at));
}

inline bool previous_value(Expected& e, const Pairs& pairs) {
    const auto at = pairs.lower_bound(e.at);
    return has_key(e) && at != pairs.begin() && stay_in_key(e, pairs, std::prev(at));
}

inline bool first_value(Expected& e, const Pairs& pairs) {
    return has_key(e) && stay_in_key(e, pairs, pairs.lower_bound({e.at.first, {}}));
}

inline bool last_value(Expected& e, const Pairs& pairs) {
    const auto end = key_end(pairs, e.at.first);
    return has_key(e) && end != pairs.begin() && stay_in_key(e, pairs, std::prev(end));
}

}  // namespace cambium::test
