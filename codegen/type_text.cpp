// A scanner over one name of a type.
#include "type_text.hpp"

#include <cstddef>

namespace cambium::codegen {

namespace {

constexpr std::size_t kDeepest = 128;

class TypeScanner {
public:
    explicit TypeScanner(std::string_view text) : text_{text} {}

    TypeText read(std::size_t depth) {
        TypeText type;
        const std::size_t begin = position_;
        while (position_ < text_.size() &&
               std::string_view{"<>{},:"}.find(text_[position_]) == std::string_view::npos)
            ++position_;
        type.head = text_.substr(begin, position_ - begin);
        if (depth < kDeepest && accept('<')) {
            do type.parts.push_back(read(depth + 1));
            while (accept(','));
            accept('>');
        } else if (depth < kDeepest && accept('{')) {
            do read_member(type, depth + 1);
            while (accept(','));
            accept('}');
        }
        type.text = text_.substr(begin, position_ - begin);
        if (type.head == "descending" && type.parts.size() == 1) {
            type.head = "record";
            type.members = {"value"};
        }
        return type;
    }

    [[nodiscard]] bool at_end() const { return position_ == text_.size(); }

private:
    void read_member(TypeText& type, std::size_t depth) {
        const std::size_t colon = text_.find(':', position_);
        const std::size_t end = colon == std::string_view::npos ? text_.size() : colon;
        type.members.emplace_back(text_.substr(position_, end - position_));
        position_ = end;
        accept(':');
        type.parts.push_back(read(depth));
    }

    bool accept(char expected) {
        if (position_ == text_.size() || text_[position_] != expected) return false;
        ++position_;
        return true;
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

}  // namespace

TypeText parse_type(std::string_view text) {
    TypeScanner scanner{text};
    TypeText type = scanner.read(0);
    if (!scanner.at_end()) type = {std::string{text}, {}, {}, std::string{text}};
    return type;
}

}  // namespace cambium::codegen
