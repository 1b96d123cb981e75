// Bits of pages beside a vector of bool.
#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "kv/page_bits.hpp"
#include "seed.hpp"

namespace cambium::kv {
namespace {

std::uint64_t plain_run(const std::vector<bool>& bits, std::uint64_t from, std::uint64_t to, std::uint64_t count) {
    for (std::uint64_t first = from; first + count <= to; ++first) {
        std::uint64_t length = 0;
        while (length < count && bits[first + length]) ++length;
        if (length == count) return first;
    }
    return to;
}

TEST_CASE("find_run: the first place that is long enough, whatever the words") {
    std::mt19937_64 random{test::seed()};
    constexpr std::uint64_t kPages = 700;
    for (int round = 0; round < 400; ++round) {
        PageBits bits;
        bits.resize(kPages);
        std::vector<bool> plain(kPages);
        for (std::uint64_t page = 0; page < kPages;) {
            const std::uint64_t length = std::min(kPages - page, 1 + random() % (round % 2 == 0 ? 5 : 150));
            const bool value = random() % 2 == 0;
            bits.assign({page, length}, value);
            for (std::uint64_t i = 0; i < length; ++i) plain[page + i] = value;
            page += length;
        }
        for (const std::uint64_t count : {1, 2, 3, 6, 17, 32, 33, 63, 64, 65, 100}) {
            const std::uint64_t from = random() % kPages;
            const std::uint64_t to = from + random() % (kPages - from + 1);
            CAPTURE(count);
            CAPTURE(from);
            CAPTURE(to);
            CHECK(bits.find_run(from, to, count) == plain_run(plain, from, to, count));
            CHECK(bits.find_run(0, kPages, count) == plain_run(plain, 0, kPages, count));
        }
    }
}

}  // namespace
}  // namespace cambium::kv
