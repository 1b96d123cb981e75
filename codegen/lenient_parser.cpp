// What is left out becomes blanks, so that all else keeps its line. An attribute needs no blanks: the parser is
// told that it is declared.
#include "lenient_parser.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "schema_parser.hpp"

namespace cambium::codegen {

namespace {

constexpr std::size_t kMostErrors = 200;
constexpr std::string_view kUndeclared = "user define attributes must be declared before use: ";
constexpr std::string_view kUndefined = "type referenced but not defined (check namespace): ";
constexpr std::string_view kSameName = "field name can not be the same as table/struct name";
constexpr std::string_view kSameNumber = "all enum values must be unique: ";
constexpr std::string_view kUnknownEnumerator = "unknown enum value: ";
constexpr std::array kDefinedTwice = {std::string_view{"datatype already exists: "},
                                      std::string_view{"enum already exists: "}};
/// They are noticed when the field or enumerator has been read, and the token behind it.
constexpr std::array kOfMembers = {std::string_view{"field already exists: "},
                                   std::string_view{"enum value already exists: "},
                                   std::string_view{"nested vector types not supported"},
                                   std::string_view{"structs may contain only scalar or struct fields"},
                                   std::string_view{"default values are not supported for struct fields"},
                                   std::string_view{"Default values for strings and vectors are not supported"},
                                   std::string_view{"default value of "},
                                   kUnknownEnumerator,
                                   std::string_view{"enum values need to be qualified by an enum type"},
                                   std::string_view{"invalid number: "},
                                   std::string_view{"only non-scalar fields in tables may be 'required'"},
                                   std::string_view{"only one field may be set as 'key'"},
                                   std::string_view{"fixed-length array in table must be wrapped in struct"},
                                   std::string_view{"length of fixed-length array must be positive"}};
/// Of what is left when something was left out.
constexpr std::array kConsequences = {std::string_view{"size 0 structs not allowed"},
                                      std::string_view{"incomplete enum declaration"},
                                      std::string_view{"field id's must be consecutive"}};

bool begins_with(std::string_view sentence, std::string_view beginning) {
    return sentence.substr(0, beginning.size()) == beginning;
}

template <class List>
bool begins_with_one(std::string_view sentence, const List& beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return begins_with(sentence, beginning); });
}

std::string_view last_part(std::string_view name) {
    return name.substr(name.rfind('.') + 1);
}

/// Whether a word of the text is this name, in whatever namespace.
bool mentions(std::string_view text, std::string_view name) {
    std::string word;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.') {
            word += c;
            continue;
        }
        if (last_part(word) == name) return true;
        word.clear();
    }
    return last_part(word) == name;
}

class LenientParser {
public:
    LenientParser(std::string file, std::string text, const std::vector<std::string>& include_folders,
                  Diagnostics& diagnostics)
        : file_{std::move(file)},
          text_{std::move(text)},
          include_folders_{include_folders},
          diagnostics_{diagnostics} {}

    std::unique_ptr<flatbuffers::Parser> run() {
        for (std::size_t i = 0; i < kMostErrors; ++i) {
            auto parser = std::make_unique<flatbuffers::Parser>(parser_options());
            for (const std::string& name : attributes_) parser->known_attributes_[name] = false;
            const auto error = try_parse(*parser, file_, text_, include_folders_);
            if (!error) return parser;
            if (follows_from_gap(error->sentence)) return nullptr;
            if (get_past_number(*error)) continue;
            diagnostics_.report_placed(error->text());
            if (!get_past(*error)) return nullptr;
        }
        diagnostics_.report("there are more errors; they are told when these are mended");
        return nullptr;
    }

private:
    [[nodiscard]] bool follows_from_gap(std::string_view sentence) const {
        if (!has_gaps_) return false;
        const bool is_enumerator = begins_with(sentence, kUnknownEnumerator);
        return is_enumerator ? enumerators_.count(std::string{sentence.substr(kUnknownEnumerator.size())}) != 0
                             : begins_with_one(sentence, kConsequences);
    }

    /// Tells of two enumerators of one number in our words, at the second; the parser notices at the end of the
    /// enum.
    bool get_past_number(const ParseError& error) {
        if (!begins_with(error.sentence, kSameNumber) || error.file != file_) return false;
        std::istringstream words{error.sentence.substr(kSameNumber.size())};  // "a and b are both 1"
        std::string first, second, number, unused;
        words >> first >> unused >> second >> unused >> unused >> number;
        const SourceLines lines{text_};
        const auto owner = last_before(lines, error, true);
        std::optional<SourcePart> one, other;
        for (const SourcePart& part : lines.parts())
            if (owner && part.begin > owner->begin && part.end < owner->end &&
                (part.field == first || part.field == second))
                (one ? other : one) = part;
        if (!other) return false;
        diagnostics_.report({file_, other->definition, other->field},
                            "enum " + std::string{last_part(owner->definition)} + ": " + one->field + " and " +
                                other->field + " are both " + number + "; give one of them another number");
        leave_out(*other, true);
        enumerators_.insert(other->field);
        return true;
    }

    bool get_past(const ParseError& error) {
        const std::string& sentence = error.sentence;
        if (begins_with(sentence, kUndeclared))
            return attributes_.insert(sentence.substr(kUndeclared.size())).second;
        if (error.file != file_) return false;
        if (begins_with(sentence, kUndefined)) return leave_out_users(sentence.substr(kUndefined.size()));
        if (begins_with_one(sentence, kDefinedTwice)) return leave_out_before(error, true);
        return (sentence == kSameName || begins_with_one(sentence, kOfMembers)) && leave_out_before(error, false);
    }

    /// The definition or the member whose name ends last before the place of the error, or with it.
    [[nodiscard]] std::optional<SourcePart> last_before(const SourceLines& lines, const ParseError& error,
                                                        bool is_definition) const {
        const auto offset = offset_of(error);
        if (!offset) return std::nullopt;
        const std::size_t end = *offset + (error.sentence == kSameName ? 1 : 0);
        std::optional<SourcePart> last;
        for (const SourcePart& part : lines.parts())
            if (part.field.empty() == is_definition && part.name_end < end && (!last || last->begin < part.begin))
                last = part;
        return last;
    }

    bool leave_out_before(const ParseError& error, bool is_definition) {
        const auto part = last_before(SourceLines{text_}, error, is_definition);
        const bool is_second = error.sentence.find(" already exists: ") != std::string::npos;
        if (part) leave_out(*part, !is_second);
        return part.has_value();
    }

    bool leave_out_users(std::string_view type) {
        const SourceLines lines{text_};
        bool is_found = false;
        for (const SourcePart& part : lines.parts()) {
            if (part.field.empty() || !mentions(type_text(part), last_part(type))) continue;
            leave_out(part, true);
            is_found = true;
        }
        return is_found;
    }

    /// Without the name of a field; a member of a union may have no other text.
    [[nodiscard]] std::string_view type_text(const SourcePart& part) const {
        const std::string_view all = std::string_view{text_}.substr(part.begin, part.end - part.begin);
        const std::string_view text = all.substr(0, all.find_first_of("(=\""));
        return text.substr(text.find(':') == std::string_view::npos ? 0 : text.find(':'));
    }

    [[nodiscard]] std::optional<std::size_t> offset_of(const ParseError& error) const {
        std::size_t begin = 0;
        for (std::size_t line = 1; line < error.line; ++line) {
            begin = text_.find('\n', begin);
            if (begin == std::string::npos) return std::nullopt;
            ++begin;
        }
        return begin + error.column;
    }

    void leave_out(const SourcePart& part, bool is_gap) {
        for (std::size_t i = part.begin; i < part.end; ++i)
            if (text_[i] != '\n') text_[i] = ' ';
        if (!is_gap) return;  // the first one of the name is there
        has_gaps_ = true;
        diagnostics_.leave_out(part.definition, part.field);
    }

    std::string file_;
    std::string text_;
    const std::vector<std::string>& include_folders_;
    Diagnostics& diagnostics_;
    std::set<std::string> attributes_;
    std::set<std::string> enumerators_;  // that were left out
    bool has_gaps_ = false;
};

}  // namespace

std::unique_ptr<flatbuffers::Parser> parse_leniently(const std::string& file, const std::string& text,
                                                     const std::vector<std::string>& include_folders,
                                                     Diagnostics& diagnostics) {
    return LenientParser{file, text, include_folders, diagnostics}.run();
}

}  // namespace cambium::codegen
