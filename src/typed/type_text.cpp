#include "typed/type_text.hpp"

#include <algorithm>
#include <cstddef>

namespace cambium::detail {
namespace {

constexpr std::size_t kMaxNesting = 64;

class TypeReader {
public:
    explicit TypeReader(std::string_view text) : text_(text) {}

    /// Nothing when the text is no name of a type.
    std::optional<TypeText> read() {
        TypeText type;
        if (!type_at(type, 0) || at_ != text_.size()) return std::nullopt;
        return type;
    }

private:
    [[nodiscard]] bool take(char wanted) noexcept {
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    [[nodiscard]] std::string_view until(std::string_view ends) noexcept {
        const std::size_t begin = at_;
        at_ = std::min(text_.find_first_of(ends, at_), text_.size());
        return text_.substr(begin, at_ - begin);
    }

    [[nodiscard]] bool type_at(TypeText& type, std::size_t depth) {
        if (depth == kMaxNesting) return false;
        const std::size_t begin = at_;
        type.head = until("<>{},:");
        if (type.head.empty()) return false;
        if (take('<')) {
            do {
                if (!type_at(type.arguments.emplace_back(), depth + 1)) return false;
            } while (take(','));
            if (!take('>')) return false;
        } else if (take('{')) {
            do {
                type.names.push_back(until(":{}<>"));
                if (!take(':') || !type_at(type.arguments.emplace_back(), depth + 1)) return false;
            } while (take(','));
            if (!take('}')) return false;
        }
        type.text = text_.substr(begin, at_ - begin);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<TypeText> read_type(std::string_view text) {
    return TypeReader(text).read();
}

}  // namespace cambium::detail
