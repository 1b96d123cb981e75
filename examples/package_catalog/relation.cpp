// A recursive-descent parser, one function per line of the grammar.
#include "relation.hpp"

#include <algorithm>
#include <utility>

#include "stanza.hpp"

namespace catalog {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("+.-_").find(c) != std::string_view::npos;
}

bool is_version_character(char c) {
    return is_name_character(c) || c == ':' || c == '~';
}

class RelationParser {
public:
    explicit RelationParser(std::string_view text) : rest_(text) { skip_spaces(); }

    std::vector<RelationGroup> parse() {
        std::vector<RelationGroup> groups;
        while (!rest_.empty()) {
            groups.push_back(group());
            if (rest_.empty()) break;
            if (!take(',')) fail("a comma is expected before ");
        }
        return groups;
    }

private:
    RelationGroup group() {
        RelationGroup alternatives;
        do {
            alternatives.push_back(relation());
        } while (take('|'));
        return alternatives;
    }

    Relation relation() {
        Relation result;
        result.package = word(is_name_character, "a package name");
        if (!rest_.empty() && rest_.front() == ':') {
            rest_.remove_prefix(1);
            result.qualifier = word(is_name_character, "an architecture after ':'");
        }
        skip_spaces();
        if (take('(')) constraint(result);
        if (take('[')) architectures(result);
        return result;
    }

    void constraint(Relation& result) {
        result.comparison = comparison();
        skip_spaces();
        result.version = word(is_version_character, "a version");
        skip_spaces();
        if (!take(')')) fail("a ')' is expected before ");
    }

    Comparison comparison() {
        for (const Comparison each : {Comparison::earlier, Comparison::earlier_or_equal, Comparison::equal,
                                      Comparison::later_or_equal, Comparison::later}) {
            const std::string_view text = to_string(each);
            if (rest_.substr(0, text.size()) == text) {
                rest_.remove_prefix(text.size());
                return each;
            }
        }
        fail("one of << <= = >= >> is expected before ");
    }

    void architectures(Relation& result) {
        while (!take(']')) {
            std::string name = take('!') ? "!" : "";
            name += word(is_name_character, "an architecture or ']'");
            result.architectures.push_back(std::move(name));
            skip_spaces();
        }
        if (result.architectures.empty()) fail("an empty list of architectures stands before ");
    }

    std::string word(bool (*belongs)(char), std::string_view expected) {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), belongs);
        const auto length = static_cast<std::size_t>(end - rest_.begin());
        if (length == 0) fail(std::string(expected) + " is expected before ");
        std::string result{rest_.substr(0, length)};
        rest_.remove_prefix(length);
        return result;
    }

    // Takes one character and the spaces after it.
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        skip_spaces();
        return true;
    }

    void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpaces), rest_.size())); }

    [[noreturn]] void fail(const std::string& what) const {
        throw MalformedRelation(what + (rest_.empty() ? "the end of the field" : quoted(rest_)));
    }

    std::string_view rest_;
};

}  // namespace

std::string_view to_string(Comparison comparison) noexcept {
    switch (comparison) {
        case Comparison::any:
            return "";
        case Comparison::earlier:
            return "<<";
        case Comparison::earlier_or_equal:
            return "<=";
        case Comparison::equal:
            return "=";
        case Comparison::later_or_equal:
            return ">=";
        case Comparison::later:
            return ">>";
    }
    return "?";
}

std::vector<RelationGroup> parse_relations(std::string_view field) {
    return RelationParser(field).parse();
}

std::string to_text(const Relation& relation) {
    std::string text = relation.package;
    if (!relation.qualifier.empty()) text.append(":").append(relation.qualifier);
    if (relation.comparison != Comparison::any) {
        text.append(" (").append(to_string(relation.comparison)).append(" ").append(relation.version).append(")");
    }
    if (!relation.architectures.empty()) {
        text += " [";
        for (const std::string& name : relation.architectures) {
            if (text.back() != '[') text += ' ';
            text += name;
        }
        text += ']';
    }
    return text;
}

}  // namespace catalog
