// Mutations of inputs that know nothing of what they mean but a list of words. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cambium::fuzz {

class Mutator {
public:
    /// Words are inserted as they are; other inputs lend pieces.
    Mutator(std::uint64_t seed, std::vector<std::string_view> words) : random_(seed), words_(std::move(words)) {}

    /// Changes an input in one to sixteen places. `other` must not be a view of it.
    void mutate(std::string& input, std::string_view other, std::size_t most_bytes) {
        for (std::uint64_t changes = std::uint64_t{1} << below(5); changes > 0; --changes) change(input, other);
        if (input.size() > most_bytes) input.resize(most_bytes);
    }

    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

private:
    [[nodiscard]] std::size_t place(const std::string& input) { return below(input.size() + 1); }
    [[nodiscard]] char byte() { return static_cast<char>(below(256)); }

    void change(std::string& input, std::string_view other) {
        const std::size_t at = place(input);
        const std::size_t rest = input.size() - at;
        switch (below(9)) {
            case 0:
                if (rest > 0) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
                break;
            case 1:
                if (rest > 0) input[at] = byte();
                break;
            case 2:
                input.erase(at, 1 + below(below(4) == 0 ? 64 : 4));
                break;
            case 3:
                input.insert(at, 1 + below(8), byte());
                break;
            case 4:
                change_number(input, at);
                break;
            case 5:
                if (!words_.empty()) put(input, at, words_[below(words_.size())]);
                break;
            case 6:
                put(input, at, piece_of(std::string{other}));
                break;
            case 7:
                put(input, at, piece_of(input));
                break;
            default:
                if (rest > 0) input[at] = static_cast<char>(input[at] + (below(2) == 0 ? 1 : -1));
                break;
        }
    }

    // A number of one to eight bytes becomes one at the edge of some range, or its neighbour.
    void change_number(std::string& input, std::size_t at) {
        constexpr std::uint64_t kEdges[] = {0,           1,          0x7f,       0x80,        0xff,
                                            0x7fff,      0x8000,     0xffff,     0x10000,     0x7fffffff,
                                            1ULL << 31U, 0xffffffff, ~0ULL >> 1, 1ULL << 63U, ~0ULL};
        const std::size_t size = std::min<std::size_t>(std::size_t{1} << below(4), input.size() - at);
        std::uint64_t number = 0;
        std::memcpy(&number, input.data() + at, size);
        number = below(2) == 0 ? kEdges[below(std::size(kEdges))] + below(3) - 1 : number + below(33) - 16;
        std::memcpy(input.data() + at, &number, size);
    }

    [[nodiscard]] std::string piece_of(const std::string& input) {
        if (input.empty()) return {};
        const std::size_t from = below(input.size());
        return input.substr(from, 1 + below(below(8) == 0 ? 4096 : 32));
    }

    void put(std::string& input, std::size_t at, std::string_view piece) {
        if (below(2) == 0) {
            input.insert(at, piece);
        } else {
            input.replace(at, std::min(piece.size(), input.size() - at), piece);
        }
    }

    std::mt19937_64 random_;
    std::vector<std::string_view> words_;
};

}  // namespace cambium::fuzz
