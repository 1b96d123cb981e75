// A scanner over one attribute, and the grammars of the header on top of it.
#include "attribute_text.hpp"

#include <algorithm>
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

    /// Goes behind the next `separator`, or to the end.
    void skip_past(char separator) {
        const std::size_t found = text_.find(separator, position_);
        position_ = found == std::string_view::npos ? text_.size() : found + 1;
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

void read_foreign_key(Scanner& scanner, ForeignKey& key) {
    key.name = scanner.name();
    scanner.expect('(');
    key.columns = columns_of(scanner);
    scanner.expect(')');
    if (!scanner.accept_word("to")) scanner.fail("expected to and a table");
    read_reference(scanner, key);
}

void read_index(Scanner& scanner, Index& index) {
    index.name = scanner.name();
    scanner.expect('(');
    do index.columns.push_back(column_of(scanner));
    while (scanner.accept(','));
    scanner.expect(')');
    while (!scanner.at_end() && scanner.at_name()) read_clause(scanner, index);
}

/// Things with `separator` between them, and behind the last where it is a semicolon. `read_item(scanner, item)`
/// reads one, which begins as `empty_item`.
template <class Item, class ReadItem>
Parsed<Item> parse_list(std::string_view text, char separator, const Item& empty_item, ReadItem read_item) {
    Scanner scanner{text};
    Parsed<Item> parsed;
    for (bool has_more = true; has_more;) {
        Item item = empty_item;
        try {
            read_item(scanner, item);
            has_more = !scanner.at_end();
            if (has_more) scanner.expect(separator);
            if (separator == ';') has_more = !scanner.at_end();
            parsed.items.push_back(std::move(item));
        } catch (const AttributeError& error) {
            parsed.sentences.push_back(error.sentence);
            parsed.unfinished.push_back(std::move(item));
            scanner.skip_past(separator);
            has_more = !scanner.at_end();
        }
    }
    return parsed;
}

}  // namespace

bool is_cambium_attribute(std::string_view name) {
    return name.substr(0, 8) == "cambium_";
}

bool is_known_attribute(std::string_view name) {
    const auto has = [&](const auto& names) { return std::find(names.begin(), names.end(), name) != names.end(); };
    return has(kTableAttributes) || has(kFieldAttributes) || has(kStructAttributes);
}

Parsed<ForeignKey> parse_foreign_keys(std::string_view text) {
    return parse_list(text, ';', ForeignKey{}, read_foreign_key);
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

Parsed<std::string> parse_columns(std::string_view text) {
    return parse_list(text, ',', std::string{}, [](Scanner& scanner, std::string& name) { name = scanner.name(); });
}

Parsed<Index> parse_indexes(std::string_view text, bool is_unique) {
    Index empty;
    empty.is_unique = is_unique;
    return parse_list(text, ';', empty, read_index);
}

Parsed<std::pair<std::string, std::string>> parse_limits(std::string_view text) {
    if (Scanner{text}.at_end()) return {};
    return parse_list(text, ',', std::pair<std::string, std::string>{}, [](Scanner& scanner, auto& limit) {
        limit.first = scanner.name();
        limit.second = scanner.number();
    });
}

}  // namespace cambium::codegen
