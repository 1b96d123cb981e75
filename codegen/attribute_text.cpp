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

    /// Accepts a name of the grammar.
    bool accept_word(std::string_view word) {
        skip_spaces();
        const std::string_view rest = text_.substr(position_);
        if (rest.substr(0, word.size()) != word) return false;
        if (rest.size() > word.size() && is_word_byte(rest[word.size()])) return false;
        position_ += word.size();
        return true;
    }

    /// Digits of a number from 1 that fits 64 bits.
    std::string number() {
        skip_spaces();
        const std::size_t begin = position_;
        while (position_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[position_])) != 0)
            ++position_;
        const std::string digits{text_.substr(begin, position_ - begin)};
        if (digits.empty() || digits.front() == '0' || digits.size() > 19) {
            position_ = begin;
            fail("expected a number from 1");
        }
        return digits;
    }

    /// Whether a name follows: not the end, not punctuation.
    [[nodiscard]] bool at_name() { return !at_end() && is_word_byte(text_[position_]); }

    [[noreturn]] void fail(const std::string& what) {
        skip_spaces();
        const std::string_view rest = text_.substr(position_);
        throw AttributeError{what + (rest.empty() ? " at the end" : " before \"" + std::string{rest} + "\"") +
                             " of \"" + std::string{text_} + "\""};
    }

private:
    static bool is_word_byte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

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

Column column_of(Scanner& scanner) {
    Column column;
    column.field = scanner.name();
    for (; scanner.at_name(); column.field = scanner.name()) {
        if (column.field == "each")
            column.is_each = true;
        else if (column.field == "descending")
            column.is_descending = true;
        else if (column.field == "ignore_case")
            column.ignores_case = true;
        else
            scanner.fail("expected \",\"");
    }
    return column;
}

void read_clause(Scanner& scanner, Index& index) {
    if (index.predicate.empty() && scanner.accept_word("where")) {
        index.predicate = scanner.name();
    } else if (index.covered.empty() && scanner.accept_word("covering")) {
        scanner.expect('(');
        index.covered = columns_of(scanner);
        scanner.expect(')');
    } else if (index.version.empty() && scanner.accept_word("version")) {
        index.version = scanner.number();
    } else if (!index.is_without_nulls && scanner.accept_word("without_nulls")) {
        index.is_without_nulls = true;
    } else {
        scanner.fail("expected \";\", where, covering, version or without_nulls, each once,");
    }
}

void read_reference(Scanner& scanner, ForeignKey& key) {
    key.target = scanner.name();
    while (!scanner.at_end() && scanner.at_name()) {
        bool is_known = false;
        for (const char* action : {"restrict", "cascade", "set_null"})
            if (key.action.empty() && scanner.accept_word(action)) {
                key.action = action;
                is_known = true;
                break;
            }
        if (is_known) continue;
        if (key.is_deferred || !scanner.accept_word("deferred"))
            scanner.fail("expected \";\", deferred or one of restrict, cascade and set_null, each once,");
        key.is_deferred = true;
    }
}

}  // namespace

std::vector<ForeignKey> parse_foreign_keys(std::string_view text) {
    Scanner scanner{text};
    std::vector<ForeignKey> keys;
    do {
        ForeignKey key;
        key.name = scanner.name();
        scanner.expect('(');
        key.columns = columns_of(scanner);
        scanner.expect(')');
        if (!scanner.accept_word("to")) scanner.fail("expected to and a table");
        read_reference(scanner, key);
        keys.push_back(std::move(key));
        if (!scanner.at_end()) scanner.expect(';');
    } while (!scanner.at_end());
    return keys;
}

ForeignKey parse_reference(std::string_view text) {
    Scanner scanner{text};
    ForeignKey key;
    read_reference(scanner, key);
    if (!scanner.at_end()) scanner.fail("expected no more");
    return key;
}

std::string parse_number(std::string_view text) {
    Scanner scanner{text};
    std::string digits = scanner.number();
    if (!scanner.at_end()) scanner.fail("expected no more");
    return digits;
}

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
        do index.columns.push_back(column_of(scanner));
        while (scanner.accept(','));
        scanner.expect(')');
        while (!scanner.at_end() && scanner.at_name()) read_clause(scanner, index);
        indexes.push_back(std::move(index));
        if (!scanner.at_end()) scanner.expect(';');
    } while (!scanner.at_end());
    return indexes;
}

std::vector<std::pair<std::string, std::string>> parse_limits(std::string_view text) {
    Scanner scanner{text};
    std::vector<std::pair<std::string, std::string>> limits;
    if (scanner.at_end()) return limits;
    do {
        std::string name = scanner.name();
        limits.emplace_back(std::move(name), scanner.number());
    } while (scanner.accept(','));
    if (!scanner.at_end()) scanner.fail("expected \",\"");
    return limits;
}

}  // namespace cambium::codegen
