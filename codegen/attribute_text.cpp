// A scanner over one attribute, and the two grammars of the header on top of it.
#include "attribute_text.hpp"

#include <cctype>

#include "names.hpp"

namespace cambium::codegen {

namespace {

/// Reads names and punctuation off one attribute.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_{text} {}

    [[nodiscard]] bool at_end() {
        skip_spaces();
        return position_ == text_.size();
    }

    bool accept(char expected) {
        skip_spaces();
        if (position_ == text_.size() || text_[position_] != expected) return false;
        ++position_;
        return true;
    }

    void expect(char expected) {
        if (!accept(expected)) fail(std::string{"expected \""} + expected + "\"");
    }

    std::string name() {
        skip_spaces();
        std::size_t end = position_;
        while (end < text_.size() && is_identifier(text_.substr(position_, end + 1 - position_))) ++end;
        if (end == position_) fail("expected a name");
        const std::string result{text_.substr(position_, end - position_)};
        position_ = end;
        return result;
    }

    [[noreturn]] void fail(const std::string& what) {
        skip_spaces();
        const std::string_view rest = text_.substr(position_);
        throw AttributeError{what + (rest.empty() ? " at the end" : " before \"" + std::string{rest} + "\"") +
                             " of \"" + std::string{text_} + "\""};
    }

private:
    void skip_spaces() {
        while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])) != 0)
            ++position_;
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

std::vector<std::string> columns_of(Scanner& scanner) {
    std::vector<std::string> columns;
    do columns.push_back(scanner.name());
    while (scanner.accept(','));
    return columns;
}

}  // namespace

std::vector<std::string> parse_columns(std::string_view text) {
    Scanner scanner{text};
    std::vector<std::string> columns = columns_of(scanner);
    if (!scanner.at_end()) scanner.fail("expected \",\"");
    return columns;
}

std::vector<Index> parse_indexes(std::string_view text, bool is_unique) {
    Scanner scanner{text};
    std::vector<Index> indexes;
    do {
        Index index;
        index.is_unique = is_unique;
        index.name = scanner.name();
        scanner.expect('(');
        index.columns = columns_of(scanner);
        scanner.expect(')');
        indexes.push_back(std::move(index));
        if (!scanner.at_end()) scanner.expect(';');
    } while (!scanner.at_end());
    return indexes;
}

}  // namespace cambium::codegen
