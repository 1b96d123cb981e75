#include "scale/scale.hpp"

#include <algorithm>

#include "dataset.hpp"

namespace cambium::bench {

ByteView value_of(std::uint64_t number, std::size_t bytes) {
    constexpr std::size_t kLongest = 256;
    static const std::string pool = [] {
        std::string made;
        for (std::uint64_t i = 0; made.size() < (std::size_t{256} << 10); ++i) {
            const std::uint64_t word = mix(i);
            made.append(reinterpret_cast<const char*>(&word), sizeof word);
        }
        return made;
    }();
    return {pool.data() + mix(number) % (pool.size() - kLongest), bytes};
}

void load_in_order(Session& session, std::uint64_t records, std::size_t value_bytes) {
    constexpr std::uint64_t kPerTransaction = 10'000;
    for (std::uint64_t number = 0; number < records;) {
        session.begin_write(WriteOrder::ascending);
        for (const std::uint64_t end = std::min(records, number + kPerTransaction); number < end; ++number)
            session.put(NumberKey(number).view(), value_of(number, value_bytes));
        session.commit();
    }
}

std::vector<std::uint64_t> decades(std::uint64_t first, std::uint64_t most) {
    std::vector<std::uint64_t> counts;
    for (std::uint64_t count = first; count <= most; count *= 10) counts.push_back(count);
    if (counts.empty()) counts.push_back(most);
    return counts;
}

std::string short_count(std::uint64_t count) {
    if (count % 1'000'000 == 0) return std::to_string(count / 1'000'000) + "M";
    return count % 1'000 == 0 ? std::to_string(count / 1'000) + "k" : std::to_string(count);
}

}  // namespace cambium::bench
