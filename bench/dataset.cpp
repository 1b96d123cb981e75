#include "dataset.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace cambium::bench {
namespace {

constexpr std::size_t kPrefixes = 64;
constexpr std::size_t kShortestPrefix = 12;
constexpr std::size_t kHexDigits = 12;

void append_big_endian(std::string& out, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>((number >> shift) & 0xff));
}

/// A prefix of 12 to 28 characters; the first eleven are the same for all.
std::string string_prefix(std::size_t which) {
    static constexpr std::string_view kWords = "catalogue/eu-central/warehouse/shelf/bin";
    std::string prefix = "catalogue/";
    prefix.push_back(static_cast<char>('0' + which / 8));
    prefix.push_back(static_cast<char>('a' + which % 8));
    const std::size_t length = kShortestPrefix + which % 17;
    prefix.append(kWords.substr(10, length - prefix.size()));
    return prefix;
}

std::string make_key(KeyKind kind, std::uint64_t number) {
    std::string key;
    switch (kind) {
        case KeyKind::u64:
            append_big_endian(key, number);
            break;
        case KeyKind::random:
            append_big_endian(key, mix(number));
            append_big_endian(key, mix(~number));
            break;
        case KeyKind::string: {
            key = string_prefix(mix(~number) % kPrefixes);
            const std::uint64_t digits = mix(number);
            for (std::size_t digit = 0; digit < kHexDigits; ++digit)
                key.push_back("0123456789abcdef"[(digits >> (60 - 4 * digit)) & 0xf]);
            break;
        }
    }
    return key;
}

/// A random generator that is the same everywhere, unlike the distributions of <random>.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(mix(seed)) {}
    std::uint32_t below(std::size_t bound) {
        state_ += 0x9e3779b97f4a7c15U;
        return static_cast<std::uint32_t>(mix(state_) % bound);
    }

private:
    std::uint64_t state_;
};

}  // namespace

std::string_view to_string(KeyKind kind) noexcept {
    switch (kind) {
        case KeyKind::u64:
            return "u64";
        case KeyKind::random:
            return "random16";
        case KeyKind::string:
            return "string";
    }
    return "";
}

void KeyList::reserve(std::size_t keys, std::size_t bytes) {
    ends_.reserve(keys + 1);
    bytes_.reserve(bytes);
}

void KeyList::push_back(ByteView key) {
    bytes_.append(key);
    ends_.push_back(bytes_.size());
}

Dataset::Dataset(KeyKind kind, std::size_t records) : kind_(kind) {
    std::vector<std::string> keys;
    keys.reserve(records);
    for (std::size_t number = 0; number < records; ++number) keys.push_back(make_key(kind, number));
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    sorted_.reserve(keys.size(), keys.size() * 16);
    for (const std::string& key : keys) sorted_.push_back(key);

    pool_.reserve(kPoolBytes);
    for (std::uint64_t word = 0; pool_.size() < kPoolBytes; ++word) append_big_endian(pool_, mix(word ^ 0x5eed));
}

Picks Dataset::pick(std::vector<std::uint32_t> ranks) const {
    Picks picks;
    picks.keys.reserve(ranks.size(), ranks.size() * (sorted_.bytes() / std::max<std::size_t>(records(), 1) + 1));
    for (const std::uint32_t rank : ranks) picks.keys.push_back(sorted_[rank]);
    picks.ranks = std::move(ranks);
    return picks;
}

Picks Dataset::in_order() const {
    std::vector<std::uint32_t> ranks(records());
    std::iota(ranks.begin(), ranks.end(), 0U);
    return pick(std::move(ranks));
}

Picks Dataset::shuffled(std::uint64_t seed) const {
    std::vector<std::uint32_t> ranks(records());
    std::iota(ranks.begin(), ranks.end(), 0U);
    Random random(seed);
    for (std::size_t left = ranks.size(); left > 1; --left) std::swap(ranks[left - 1], ranks[random.below(left)]);
    return pick(std::move(ranks));
}

Picks Dataset::drawn(std::size_t count, std::uint64_t seed) const {
    std::vector<std::uint32_t> ranks(records() == 0 ? 0 : count);
    Random random(seed);
    for (std::uint32_t& rank : ranks) rank = random.below(records());
    return pick(std::move(ranks));
}

}  // namespace cambium::bench
