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

constexpr std::size_t kLong = 100;  // bytes that a sentence takes as they are

const TypeText* counterpart(const TypeText& type, std::size_t argument, const TypeText& other) {
    if (!type.is_record()) return argument < other.arguments.size() ? &other.arguments[argument] : nullptr;
    const auto found = std::find(other.names.begin(), other.names.end(), type.names[argument]);
    return found == other.names.end() ? nullptr
                                      : &other.arguments[static_cast<std::size_t>(found - other.names.begin())];
}

/// `type` without what `other` has too.
std::string without_common(const TypeText& type, const TypeText& other) {
    if (type.head != other.head || type.arguments.empty() || other.arguments.empty()) return std::string(type.text);
    std::string parts;
    bool is_left_out = false;
    for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        const TypeText* const same = counterpart(type, i, other);
        const bool was_left_out =
            std::exchange(is_left_out, same != nullptr && same->text == type.arguments[i].text);
        if (was_left_out && is_left_out) continue;
        if (!parts.empty()) parts += ',';
        if (is_left_out) {
            parts += "..";
            continue;
        }
        if (type.is_record()) parts.append(type.names[i]).append(":");
        parts += same == nullptr ? std::string(type.arguments[i].text) : without_common(type.arguments[i], *same);
    }
    return std::string(type.head) + (type.is_record() ? "{" + parts + "}" : "<" + parts + ">");
}

constexpr std::string_view kDescending = "descending";

void append_as_records(const TypeText& type, std::string& out) {
    if (type.arguments.empty()) {
        out += type.text;
        return;
    }
    const bool is_descending = type.is(kDescending) && type.arguments.size() == 1;
    const bool is_record = type.is_record() || is_descending;
    out += is_descending ? "record" : type.head;
    out += is_record ? '{' : '<';
    for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        if (i > 0) out += ',';
        if (is_record) out.append(is_descending ? "value" : type.names[i]).append(":");
        append_as_records(type.arguments[i], out);
    }
    out += is_record ? '}' : '>';
}

}  // namespace

std::string as_records(std::string_view type) {
    std::string out;
    const std::optional<TypeText> text =
        type.find(kDescending) == std::string_view::npos ? std::nullopt : read_type(type);
    if (!text) return std::string(type);
    append_as_records(*text, out);
    return out;
}

std::pair<std::string, std::string> told_apart(std::string_view a, std::string_view b) {
    std::pair<std::string, std::string> whole(a, b);
    if (std::max(a.size(), b.size()) <= kLong) return whole;
    const std::optional<TypeText> first = read_type(a);
    const std::optional<TypeText> second = read_type(b);
    if (!first || !second) return whole;
    std::pair<std::string, std::string> apart(without_common(*first, *second), without_common(*second, *first));
    if (apart.first == apart.second) return whole;  // only the order differs
    return apart;
}

std::optional<TypeText> read_type(std::string_view text) {
    return TypeReader(text).read();
}

}  // namespace cambium::detail
