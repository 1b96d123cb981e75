// What is wrong becomes something legal with as many lines: a field one of type bool, an attribute or a statement
// another, an enumerator or a member of a union blanks; a second definition gets another name. An attribute that is
// not declared needs no edit: the parser is told that it is. Ids are taken from a table with a wrong field or a
// wrong id, and checked in the end (field_ids).
#include "lenient_parser.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attribute_text.hpp"
#include "field_ids.hpp"
#include "schema_parser.hpp"

namespace cambium::codegen {

namespace {

namespace fbs = flatbuffers;

/// All is parsed again for each error, so the run ends when so much has been: some seconds.
constexpr std::size_t kMostParsedBytes = std::size_t{8} << 20;
constexpr std::string_view kUndeclared = "user define attributes must be declared before use: ";
constexpr std::string_view kUndefined = "type referenced but not defined (check namespace): ";
constexpr std::string_view kUnknownRoot = "unknown root type: ";
constexpr std::string_view kSameName = "field name can not be the same as table/struct name";
constexpr std::string_view kExists = " already exists: ";
constexpr std::string_view kSameNumber = "all enum values must be unique: ";
constexpr std::string_view kNumberTooGreat = "enum value does not fit";
constexpr std::string_view kUnknownEnumerator = "unknown enum value: ";
constexpr std::string_view kNoEnumerator = "default value of `";
constexpr std::string_view kNoField = "size 0 structs not allowed";
constexpr std::string_view kNowhere = " is not defined; check its spelling and its namespace";
constexpr std::string_view kNoValue = "Cannot assign token starting with ";
constexpr std::string_view kNoDefault = "Default values for strings and vectors are not supported";
constexpr std::string_view kNoNumber = "enum values need to be qualified by an enum type";
constexpr std::string_view kClash = " would clash with generated functions for field ";
constexpr std::string_view kAlignment = "unexpected force_align value";
/// The run ends here: where what follows begins is anyone's guess.
constexpr std::array kSyntax = {
    std::string_view{"expecting: "},
    std::string_view{"illegal "},
    std::string_view{"invalid utf-8"},
    std::string_view{"escape code "},
    std::string_view{"unknown escape code "},
    std::string_view{"end of file in comment"},
    std::string_view{"a documentation comment should be"},
    std::string_view{"attribute name must be "},
    std::string_view{"constant name expected"},
    std::string_view{"declaration expected"},
    std::string_view{"input file is empty"},
    std::string_view{"includes must come before"},
    std::string_view{"unable to "},
    std::string_view{"maximum parsing depth "},
    std::string_view{"Cannot assign token starting with ')'"},
    std::string_view{"Cannot assign token starting with ','"},
    std::string_view{"no root type set to parse json with"},
    std::string_view{"the file holds a NUL byte"},
};
/// They are noticed in the definition or behind it.
constexpr std::array kDefinedTwice = {std::string_view{"datatype already exists: "},
                                      std::string_view{"enum already exists: "},
                                      std::string_view{"service already exists: "}};
/// Of an attribute, noticed when all of the definition has been read.
constexpr std::array kAttributesOfAll = {kAlignment, std::string_view{"bit flag out of range"},
                                         std::string_view{"underlying type of bit_flags enum"}};
constexpr std::array kIds = {std::string_view{"field id's must be "},
                             std::string_view{"either all fields or no fields must have an 'id'"},
                             std::string_view{"a union type effectively adds two fields"}};
/// An attribute of the library that says nothing about tables, structs and enums, and nothing about their fields.
constexpr std::string_view kIdleAttribute = "streaming";

bool begins_with(std::string_view sentence, std::string_view beginning) {
    return sentence.substr(0, beginning.size()) == beginning;
}

template <class List>
bool begins_with_one(std::string_view sentence, const List& beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return begins_with(sentence, beginning); });
}

std::string last_part(const std::string& name) {
    return name.substr(name.rfind('.') + 1);
}

std::string full_name(const fbs::Definition& definition) {
    return definition.defined_namespace->GetFullyQualifiedName(definition.name);
}

/// A file with an error.
struct Spot {
    Spot(std::string file_name, std::string& file_text)
        : file{std::move(file_name)}, text{file_text}, lines{file_text}, parts{lines.parts()} {}
    Spot(const Spot&) = delete;
    Spot& operator=(const Spot&) = delete;

    std::string file;
    std::string& text;
    SourceLines lines;
    const std::vector<SourcePart>& parts;
    std::size_t offset = 0;  ///< behind the token that the parser had read ahead

    [[nodiscard]] bool is_in(const SourcePart& part) const { return part.begin < offset && offset <= part.end; }

    /// The member, definition or statement that the token which was read ahead is in, or stands behind; or null.
    [[nodiscard]] const SourcePart* around() const {
        const SourcePart* member = last_read([](const SourcePart& part) { return part.is_member(); });
        const bool is_ended = member != nullptr && (text[member->end - 1] == ';' || text[member->end - 1] == ',');
        if (member != nullptr && is_word(text[member->begin]) && offset <= member->end + (is_ended ? 0 : 1))
            return member;
        const SourcePart* outer =
            last_read([](const SourcePart& part) { return part.field.empty() && part.attribute.empty(); });
        return outer != nullptr && offset <= outer->end + 1 &&
                       std::isalpha(static_cast<unsigned char>(text[outer->begin])) != 0
                   ? outer
                   : nullptr;
    }

    /// The name of a field's type as the schema has it.
    [[nodiscard]] std::string type_of(const SourcePart& field) const {
        std::size_t begin = field.name_end;
        while (begin < field.end && !is_word(text[begin])) ++begin;
        std::size_t end = begin;
        while (end < field.end && is_word(text[end])) ++end;
        return text.substr(begin, end - begin);
    }

    /// The first member that goes over a line and has this type.
    [[nodiscard]] const SourcePart* user_of(const std::string& type, std::size_t line) const {
        return find([&](const SourcePart& part) {
            if (!part.is_member() || part.line > line) return false;
            const auto breaks =
                static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(part.begin),
                                                    text.begin() + static_cast<std::ptrdiff_t>(part.end), '\n'));
            return line <= part.line + breaks && names(part, type);
        });
    }

    /// Where what a member or a statement calls `type` is defined behind it; null: nowhere.
    [[nodiscard]] const SourcePart* definition_behind(const SourcePart& user, const std::string& type) const {
        std::string space = user.space;
        for (;; space.erase(space.size() < 2 ? 0 : space.rfind('.', space.size() - 2) + 1)) {
            const SourcePart* definition = find([&](const SourcePart& part) {
                return part.is_definition() && part.definition == space + type && part.begin > user.begin;
            });
            if (definition != nullptr || space.empty()) return definition;
        }
    }

    /// The parser counts from the end of the line before where a comment goes over it.
    void set_offset(std::size_t line, std::size_t column) {
        std::size_t begin = 0;
        for (std::size_t i = 1; i < line; ++i) begin = text.find('\n', begin) + 1;
        offset = begin + column - (lines.begins_in_comment(line) ? 1 : 0);
    }

    template <class Predicate>
    [[nodiscard]] const SourcePart* find(Predicate is_one) const {
        const auto found = std::find_if(parts.begin(), parts.end(), is_one);
        return found == parts.end() ? nullptr : &*found;
    }

    /// Whether a member has the word, besides in the name of a field.
    [[nodiscard]] bool names(const SourcePart& member, const std::string& word) const {
        std::size_t at = member.keyword == "union" ? member.begin : member.name_end;
        for (; (at = text.find(word, at)) < member.end; ++at) {
            const std::size_t end = at + word.size();
            if (!is_word(text[at - 1]) && (end == text.size() || !is_word(text[end]))) return true;
        }
        return false;
    }

    static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

    /// The last of these whose name the parser has read.
    template <class Predicate>
    [[nodiscard]] const SourcePart* last_read(Predicate is_one) const {
        const SourcePart* last = nullptr;
        for (const SourcePart& part : parts)
            if (is_one(part) && part.name_end <= offset && (last == nullptr || last->begin < part.begin))
                last = &part;
        return last;
    }
};

class LenientParser {
public:
    LenientParser(const std::string& file, const std::string& text, const std::vector<std::string>& include_folders,
                  Diagnostics& diagnostics)
        : file_{file},
          texts_{{file_key(file), text}},
          include_folders_{include_folders},
          diagnostics_{diagnostics} {}

    std::unique_ptr<fbs::Parser> run() {
        for (;;) {
            auto parser = std::make_unique<fbs::Parser>(parser_options());
            for (const std::string& name : attributes_) parser->known_attributes_[name] = false;
            const auto error = try_parse(*parser, file_, texts_, include_folders_);
            files_.clear();
            add_file(file_, *parser);
            diagnostics_.order(files_);
            if (!error) {
                for (const auto& [definition, file] : tables_without_ids_)
                    if (const fbs::StructDef* table = parser->structs_.Lookup(definition))
                        check_field_ids(file, definition, *table, diagnostics_);
                return parser;
            }
            for (const auto& [file, text] : texts_) parsed_bytes_ += text.size();
            if (told_ >= kMostErrors || (told_ > 0 && parsed_bytes_ > kMostParsedBytes)) {
                diagnostics_.end_at(error->file, error->line,
                                    "here is one more error, and there may be others; they are told when those "
                                    "above are mended");
                return nullptr;
            }
            if (get_past(*error, *parser)) continue;
            if (diagnostics_.empty()) tell(*error);
            return nullptr;
        }
    }

private:
    /// With what it includes behind it, as its text has that.
    void add_file(const std::string& file, const fbs::Parser& parser) {
        if (std::find(files_.begin(), files_.end(), file) != files_.end()) return;
        files_.push_back(file);
        const auto found = parser.files_included_per_file_.find(file);
        if (found == parser.files_included_per_file_.end()) return;
        std::map<std::size_t, std::string> included;  // by line
        for (const fbs::IncludedFile& include : found->second)
            included.emplace(diagnostics_.lines_of(file).line_of_include(include.schema_name), include.filename);
        for (const auto& [line, name] : included) add_file(name, parser);
    }

    void tell(const ParseError& error) {
        diagnostics_.report_line(error.file, error.line, error.sentence);
        ++told_;
    }

    void tell(const std::string& sentence, const Spot& spot, const SourcePart& part) {
        tell({spot.file, part.line, 0, words_of(part) + sentence});
    }

    /// "table A, field x: attribute id: ", or what of it is there; of a statement "namespace: ".
    [[nodiscard]] std::string words_of(const SourcePart& part) const {
        if (part.definition.empty()) return part.keyword + ": ";
        const bool is_of_ours = begins_with(part.field, kStandIn);
        const std::string name = last_part(part.definition);
        const auto before = names_.find(name);
        std::string words = part.keyword + " " + (before == names_.end() ? name : before->second);
        if (!part.field.empty() && !is_of_ours) words += ", " + kind_of_member(part) + " " + part.field;
        words += ": ";
        return part.attribute.empty() ? words : words + "attribute " + part.attribute + ": ";
    }

    static std::string kind_of_member(const SourcePart& member) {
        if (is_field(member)) return "field";
        return member.keyword == "enum" ? "enumerator" : member.keyword == "union" ? "member" : "call";
    }

    /// Says nothing of what is meant to be one of ours and is none: who reads attributes does, at each use.
    void tell_undeclared(SourcePart attribute, const Spot& spot) {
        const std::string name = std::exchange(attribute.attribute, "");
        if (is_cambium_attribute(name) && !is_known_attribute(name)) return;
        const std::string spelling = is_known_attribute(name) ? "" : "check its spelling, or ";
        tell("attribute " + name + " is not declared; " + spelling + "write attribute \"" + name +
                 "\"; at the top of the file",
             spot, attribute);
    }

    /// Keeps the lines.
    void replace(std::string& text, std::size_t begin, std::size_t end, std::string by) {
        for (std::size_t i = begin; i < end; ++i)
            if (text[i] == '\n') by += '\n';
        is_mended_ = is_mended_ || text.compare(begin, end - begin, by) != 0;
        text.replace(begin, end - begin, by);
    }

    std::string new_name() { return std::string{kStandIn} + std::to_string(++stand_ins_); }

    /// False: the run ends.
    bool get_past(const ParseError& error, const fbs::Parser& parser) {
        const std::string& sentence = error.sentence;
        const std::size_t told = told_;
        std::pair place{error.text(), error.column};
        if (place == last_error_) return false;  // told, and mended in vain
        last_error_ = std::move(place);
        is_mended_ = false;
        if (error.line == 0) {
            tell(error);
            return false;
        }
        Spot spot = spot_in(error.file);
        spot.set_offset(error.line, error.column);
        if (begins_with(sentence, kUndeclared)) {
            const SourcePart* attribute =
                spot.last_read([](const SourcePart& part) { return !part.attribute.empty(); });
            if (attribute == nullptr)
                tell(error);
            else
                tell_undeclared(*attribute, spot);
            is_mended_ = attributes_.insert(sentence.substr(kUndeclared.size())).second;
        } else if (begins_with(sentence, kUndefined)) {
            mend_undefined(sentence.substr(kUndefined.size()), spot, error, parser);
        } else if (!begins_with_one(sentence, kSyntax)) {
            mend(sentence, spot, parser);
        }
        if (told_ == told && !is_mended_) {
            const SourcePart* part = spot.around();
            tell({error.file, error.line, 0,
                  part == nullptr ? sentence : words_of(*part) + sentence + missing_brace(sentence, *part)});
        }
        return is_mended_;
    }

    /// What may be meant where a field without a type is called like the beginning of a definition or a statement.
    static std::string missing_brace(const std::string& sentence, const SourcePart& part) {
        constexpr std::array kBeginnings = {"table",     "struct",    "enum",     "union",
                                            "namespace", "root_type", "attribute"};
        const bool is_beginning =
            std::find(kBeginnings.begin(), kBeginnings.end(), part.field) != kBeginnings.end();
        return is_beginning && begins_with(sentence, "expecting: : ") ? "; is a } missing in front of it?" : "";
    }

    /// Of a type that is not known where it is used: at its first use.
    void tell_type(const std::string& type, const Spot& spot, const SourcePart& user) {
        const SourcePart* definition = spot.definition_behind(user, type);
        if (!told_types_.insert(definition == nullptr ? type : definition->definition).second) return;
        tell("type " + type +
                 (definition == nullptr ? std::string{kNowhere} : defined_behind(std::to_string(definition->line))),
             spot, user);
    }

    Spot spot_in(const std::string& file) {
        const std::string key = file_key(file);
        auto found = texts_.find(key);
        if (found == texts_.end()) found = texts_.emplace(key, text_of(file)).first;
        return {file, found->second};
    }

    /// Changes the text, and tells of the error unless it follows from a change before. Neither when it knows no
    /// way.
    void mend(const std::string& sentence, Spot& spot, const fbs::Parser& parser) {
        const SourcePart* owner = spot.last_read([](const SourcePart& part) { return part.is_definition(); });
        if (owner != nullptr && mend_definition(sentence, spot, *owner, parser)) return;
        const SourcePart* statement = spot.find([&](const SourcePart& part) {
            return (part.keyword == "root_type" || part.keyword == "file_identifier") && spot.is_in(part);
        });
        if (statement != nullptr) {
            const SourcePart* root = begins_with(sentence, kUnknownRoot)
                                         ? spot.definition_behind(*statement, sentence.substr(kUnknownRoot.size()))
                                         : nullptr;
            tell(
                {spot.file, statement->line, 0,
                 sentence + (root == nullptr ? ""
                                             : ", which is defined further down, in line " +
                                                   std::to_string(root->line) + "; move the root_type behind it")});
            return replace(spot.text, statement->begin, statement->end, "attribute \"" + new_name() + "\";");
        }
        const SourcePart* attribute =
            spot.find([&](const SourcePart& part) { return !part.attribute.empty() && spot.is_in(part); });
        if (attribute != nullptr) {
            if (spot.offset > attribute->name_end) mend_attribute(sentence, spot, *attribute, parser);
            return;
        }
        const SourcePart* member = spot.last_read([](const SourcePart& part) { return part.is_member(); });
        if (owner == nullptr || member == nullptr || member->begin < owner->begin || spot.offset > owner->end)
            return;
        const bool is_behind_name = spot.offset > member->name_end || sentence == kSameName;
        const bool is_before_next = spot.offset <= member->end || spot.text[spot.offset - 1] == '}';
        if (is_behind_name && is_before_next) mend_member(sentence, spot, *member, parser);
    }

    bool mend_definition(const std::string& sentence, Spot& spot, const SourcePart& owner,
                         const fbs::Parser& parser) {
        if (begins_with_one(sentence, kDefinedTwice)) {
            tell(sentence, spot, owner);
            const std::string name = last_part(owner.definition);
            names_[new_name()] = name;
            replace(spot.text, owner.name_end - name.size(), owner.name_end,
                    std::string{kStandIn} + std::to_string(stand_ins_));
        } else if (begins_with_one(sentence, kIds)) {
            leave_out_ids(spot, owner);
        } else if (begins_with(sentence, kSameNumber)) {
            mend_number(sentence, spot, owner, parser);
        } else if (owner.keyword == "enum" && spot.offset > owner.name_end && spot.offset <= owner.head_end + 1) {
            tell(sentence, spot, owner);  // its type
            replace(spot.text, owner.name_end, owner.head_end, " : long ");
        } else if (begins_with(sentence, kNoField)) {
            const auto is_in_it = [&](const SourcePart& part) { return part.is_member() && owner.has(part); };
            if (spot.find(is_in_it) == nullptr) tell(sentence, spot, owner);  // else it holds itself, which is told
            const std::string name = new_name();
            replace(spot.text, owner.end - 1, owner.end - 1, name + ":bool;");
            diagnostics_.leave_out(owner.definition, name);
        } else if (begins_with_one(sentence, kAttributesOfAll)) {
            const std::string name = begins_with(sentence, kAlignment) ? "force_align" : "bit_flags";
            const SourcePart* attribute = spot.find([&](const SourcePart& part) {
                return part.definition == owner.definition && part.field.empty() && part.attribute == name;
            });
            if (attribute == nullptr) return false;
            mend_attribute(sentence, spot, *attribute, parser);
            diagnostics_.leave_out(owner.definition, new_name());
        } else if (sentence.find(kClash) != std::string::npos) {
            std::string unused, name;
            std::istringstream{sentence} >> unused >> name;  // "Field name would clash"
            const SourcePart* member = member_of(spot, owner, name);
            if (member == nullptr) return false;
            mend_member(sentence, spot, *member, parser);
        } else {
            return false;
        }
        return true;
    }

    static const SourcePart* member_of(const Spot& spot, const SourcePart& owner, const std::string& name) {
        return spot.find(
            [&](const SourcePart& part) { return part.is_member() && part.field == name && owner.has(part); });
    }

    /// Tells of two enumerators of one number in our words, at the second; the parser notices at the end of the
    /// enum.
    void mend_number(const std::string& sentence, Spot& spot, const SourcePart& owner, const fbs::Parser& parser) {
        std::istringstream words{sentence.substr(kSameNumber.size())};  // "a and b are both 1"
        std::string first, second, number, unused;
        words >> first >> unused >> second >> unused >> unused >> number;
        const SourcePart* one = member_of(spot, owner, first);
        const SourcePart* other = member_of(spot, owner, second);
        if (other == nullptr || (one != nullptr && other->begin < one->begin)) std::swap(one, other);
        if (other == nullptr) return;
        const auto follows_from_gap = [&](const SourcePart& part) {
            return begins_with(part.field, kStandIn) || diagnostics_.counts_on_from_gap(place_of(spot, part));
        };
        if (one == nullptr)
            tell(sentence, spot, *other);  // NONE, which the parser adds to a union
        else if (!follows_from_gap(*one) && !follows_from_gap(*other))
            tell({spot.file, other->line, 0,
                  words_of(owner) + one->field + " and " + other->field + " are both " + number +
                      "; give one of them another number"});
        leave_out(spot, *other, parser);
    }

    /// Gives it another value, or puts another in place of one of the library's.
    void mend_attribute(const std::string& sentence, Spot& spot, const SourcePart& attribute,
                        const fbs::Parser& parser) {
        if (attribute.is_field_id())
            tables_without_ids_.emplace(attribute.definition, spot.file);  // told with the other ids
        else if (is_cambium_attribute(attribute.attribute) && begins_with(sentence, kNoValue))
            tell("its value is a text, in quotes", spot, attribute);
        else
            tell(sentence, spot, attribute);
        const std::size_t begin = is_built_in(attribute, parser) ? attribute.begin : attribute.name_end;
        replace(spot.text, begin, attribute.end,
                is_built_in(attribute, parser) ? std::string{kIdleAttribute} : ": \"" + new_name() + '"');
    }

    static bool is_built_in(const SourcePart& attribute, const fbs::Parser& parser) {
        const auto known = parser.known_attributes_.find(attribute.attribute);
        return known != parser.known_attributes_.end() && known->second;
    }

    void mend_member(const std::string& sentence, Spot& spot, const SourcePart& member, const fbs::Parser& parser) {
        const bool is_second = sentence.find(kExists) != std::string::npos;
        const bool is_name_wrong = is_second || sentence == kSameName || sentence.find(kClash) != std::string::npos;
        const fbs::StructDef* type = is_name_wrong ? nullptr : unknown_type(spot, member, parser);
        if (type != nullptr) {
            const std::string& place = *type->original_location;
            const SourcePart* user = spot.user_of(type->name, number_after(place, place.rfind(':')));
            tell_type(type->name, spot, user == nullptr ? member : *user);
        } else if (!follows_from_gap(sentence, spot, member, parser)) {
            tell(in_our_words(sentence), spot, member);
        }
        if (is_name_wrong && is_field(member)) {
            if (!is_second) diagnostics_.leave_out(member.definition, member.field);
            stand_in(spot, member, new_name(), parser);
        } else if (is_second && member.keyword == "enum") {
            replace(spot.text, member.begin, member.name_end, new_name());
        } else {
            leave_out(spot, member, parser);
        }
    }

    /// Where the library says what is true of other languages, or of enums only.
    static std::string in_our_words(const std::string& sentence) {
        if (begins_with(sentence, kNoDefault)) return "strings and lists take no default";
        return begins_with(sentence, kNoNumber) ? "its default is no number" : sentence;
    }

    /// The type of a field when that is the reason: not known so far, and not defined where it may be.
    static const fbs::StructDef* unknown_type(const Spot& spot, const SourcePart& member,
                                              const fbs::Parser& parser) {
        const fbs::StructDef* type = is_field(member) ? parser.structs_.Lookup(spot.type_of(member)) : nullptr;
        if (type == nullptr || !type->predecl || type->original_location == nullptr) return nullptr;
        const SourcePart* definition = spot.definition_behind(member, type->name);
        const bool may_be_behind = definition != nullptr && is_field(*definition) &&
                                   (definition->keyword == "table" || member.keyword == "table");
        return may_be_behind ? nullptr : type;
    }

    static Place place_of(const Spot& spot, const SourcePart& part) {
        return {spot.file, part.definition, part.field};
    }

    /// Whether the reason is an enumerator that was left out.
    [[nodiscard]] bool follows_from_gap(const std::string& sentence, const Spot& spot, const SourcePart& member,
                                        const fbs::Parser& parser) const {
        if (begins_with(sentence, kNumberTooGreat)) return diagnostics_.counts_on_from_gap(place_of(spot, member));
        const fbs::StructDef* owner = parser.structs_.Lookup(member.definition);
        const fbs::FieldDef* field = owner == nullptr ? nullptr : owner->fields.Lookup(member.field);
        if (field == nullptr || field->value.type.enum_def == nullptr) return false;
        const std::string enumeration = full_name(*field->value.type.enum_def);
        if (begins_with(sentence, kNoEnumerator)) return diagnostics_.has_gap(enumeration);
        return begins_with(sentence, kUnknownEnumerator) &&
               diagnostics_.is_left_out(enumeration, sentence.substr(kUnknownEnumerator.size()));
    }

    static bool is_field(const SourcePart& member) {
        return member.keyword == "table" || member.keyword == "struct";
    }

    void leave_out(Spot& spot, const SourcePart& member, const fbs::Parser& parser) {
        diagnostics_.leave_out(member.definition, member.field);
        if (is_field(member)) return stand_in(spot, member, member.field, parser);
        const auto is_of_same = [&](const SourcePart& part) {
            return part.is_member() && part.definition == member.definition;
        };
        const bool is_only_one = std::count_if(spot.parts.begin(), spot.parts.end(), is_of_same) == 1;
        if (!is_only_one || member.keyword == "union") return replace(spot.text, member.begin, member.end, "");
        if (member.keyword == "enum") return replace(spot.text, member.begin, member.end, new_name());
        const SourcePart* service = spot.find(
            [&](const SourcePart& part) { return part.is_definition() && part.definition == member.definition; });
        replace(spot.text, service->begin, service->end, "");
    }

    /// The last one first. They stand in front of the field, which is one of the parts.
    static std::vector<const SourcePart*> attributes_of(const Spot& spot, const SourcePart& field) {
        std::vector<const SourcePart*> attributes;
        for (const SourcePart* part = &field; part != spot.parts.data() && (--part)->begin > field.begin;)
            attributes.push_back(part);
        return attributes;
    }

    void tell_undeclared_of(const Spot& spot, const SourcePart& field, const fbs::Parser& parser) {
        for (const SourcePart* part : attributes_of(spot, field))
            if (parser.known_attributes_.count(part->attribute) == 0 && attributes_.insert(part->attribute).second)
                tell_undeclared(*part, spot);
    }

    /// Puts a field of type bool in place of one. The attributes that the schema declares stay.
    void stand_in(Spot& spot, const SourcePart& field, const std::string& name, const fbs::Parser& parser) {
        std::string& text = spot.text;
        if (text[field.end - 1] != ';') replace(text, field.end, field.end, ";");
        tell_undeclared_of(spot, field, parser);
        for (const SourcePart* part : attributes_of(spot, field)) {  // from behind: offsets stay
            if (part->is_field_id()) tables_without_ids_.emplace(field.definition, spot.file);
            if (is_built_in(*part, parser)) replace(text, part->begin, part->end, std::string{kIdleAttribute});
        }
        replace(text, field.begin, field.head_end, name + ":bool");
    }

    void leave_out_ids(Spot& spot, const SourcePart& owner) {
        for (auto part = spot.parts.rbegin(); part != spot.parts.rend(); ++part)
            if (part->is_field_id() && owner.has(*part))
                replace(spot.text, part->begin, part->end, std::string{kIdleAttribute});
        tables_without_ids_.emplace(owner.definition, spot.file);
    }

    /// The library takes the first use of a type that it does not know for its declaration. A use of the same name
    /// behind a definition that it means is wrong to the library too, and right when that first use is gone.
    void mend_undefined(const std::string& type, const Spot& use, const ParseError& error,
                        const fbs::Parser& parser) {
        const auto& types = parser.structs_.vec;
        const auto found = std::find_if(types.begin(), types.end(), [&](const fbs::StructDef* one) {
            return one->predecl && one->name == type;
        });
        if (found == types.end()) return;
        const fbs::StructDef& missing = **found;
        const fbs::Definition* definition = definition_in(*missing.defined_namespace, type, parser);
        if (told_types_.insert(definition == nullptr ? type : full_name(*definition)).second) {
            const SourcePart* user = use.user_of(type, error.line);
            const std::string why =
                definition == nullptr ? std::string{kNowhere} : why_not_found(*definition, error.file, parser);
            tell({error.file, user == nullptr ? error.line : user->line, 0,
                  (user == nullptr ? "" : words_of(*user)) + "type " + type + why});
        }
        std::map<std::string, Users> users;  // by file
        for (const auto& [user, place] : users_of(missing, parser)) {
            const fbs::Definition* meant = definition_in(*user->defined_namespace, type, parser);
            if ((meant == nullptr) == (definition == nullptr))  // else told of by itself
                users[place.file].emplace(std::pair{place.definition, place.field}, meant);
        }
        for (auto& [file, in_file] : users) leave_out(file, std::move(in_file), parser);
    }

    /// By definition and member, and what that means.
    using Users = std::map<std::pair<std::string, std::string>, const fbs::Definition*>;

    /// Those that may not name what is behind them. Fields of one file in one go, from behind: offsets stay.
    void leave_out(const std::string& file, Users users, const fbs::Parser& parser) {
        Spot spot = spot_in(file);
        std::vector<const SourcePart*> fields;
        std::vector<Place> others;
        for (const SourcePart& part : spot.parts) {
            const auto user = part.is_member() ? users.find({part.definition, part.field}) : users.end();
            if (user == users.end()) continue;
            if (!is_behind(part, user->second, spot)) {
                if (is_field(part))
                    fields.push_back(&part);
                else
                    others.push_back(place_of(spot, part));
            }
            users.erase(user);
        }
        for (const SourcePart* field : fields) tell_undeclared_of(spot, *field, parser);
        for (auto field = fields.rbegin(); field != fields.rend(); ++field) leave_out(spot, **field, parser);
        for (const Place& place : others) {
            Spot now = spot_in(file);
            const SourcePart* member = now.find([&](const SourcePart& part) {
                return part.is_member() && part.definition == place.definition && part.field == place.field;
            });
            if (member != nullptr) leave_out(now, *member, parser);
        }
    }

    /// What a name means in a namespace; null when nothing.
    static const fbs::Definition* definition_in(const fbs::Namespace& space, const std::string& type,
                                                const fbs::Parser& parser) {
        for (std::size_t parts = space.components.size() + 1; parts-- > 0;) {
            const std::string name = space.GetFullyQualifiedName(type, parts);
            if (const fbs::EnumDef* enumeration = parser.enums_.Lookup(name)) return enumeration;
            const fbs::StructDef* record = parser.structs_.Lookup(name);
            if (record != nullptr && !record->predecl) return record;
        }
        return nullptr;
    }

    std::string why_not_found(const fbs::Definition& definition, const std::string& file,
                              const fbs::Parser& parser) {
        const std::string name = full_name(definition);
        const std::size_t line = diagnostics_.line_of({definition.file, name});
        const std::string of_file = definition.file == file ? "" : " of " + definition.file;
        if (parser.enums_.Lookup(name) != nullptr) return defined_behind(std::to_string(line) + of_file);
        return " is " + name + ", which is defined further down, in line " + std::to_string(line) + of_file +
               ", and until then FlatBuffers finds it by its full name only; write that";
    }

    static std::string defined_behind(const std::string& line) {
        return " is defined further down, in line " + line +
               ", and is not known here; move its definition in front";
    }

    static bool is_behind(const SourcePart& member, const fbs::Definition* definition, const Spot& spot) {
        if (definition == nullptr || definition->file != spot.file) return false;
        const SourcePart* there = spot.find([name = full_name(*definition)](const SourcePart& part) {
            return part.is_definition() && part.definition == name;
        });
        return there != nullptr && there->begin < member.begin;
    }

    using User = std::pair<const fbs::Definition*, Place>;

    static std::vector<User> users_of(const fbs::StructDef& type, const fbs::Parser& parser) {
        std::vector<User> users;
        const auto add = [&](const fbs::Definition& owner, const std::string& member) {
            users.push_back({&owner, {owner.file, full_name(owner), member}});
        };
        for (const fbs::StructDef* record : parser.structs_.vec)
            for (const fbs::FieldDef* field : record->fields.vec)
                if (field->value.type.struct_def == &type || field->nested_flatbuffer == &type)
                    add(*record, field->name);
        for (const fbs::EnumDef* enumeration : parser.enums_.vec)
            for (const fbs::EnumVal* value : enumeration->Vals())
                if (value->union_type.struct_def == &type) add(*enumeration, value->name);
        for (const fbs::ServiceDef* service : parser.services_.vec)
            for (const fbs::RPCCall* call : service->calls.vec)
                if (call->request == &type || call->response == &type) add(*service, call->name);
        return users;
    }

    std::string file_;
    Texts texts_;
    const std::vector<std::string>& include_folders_;
    Diagnostics& diagnostics_;
    std::set<std::string> attributes_;                       // that are not declared
    std::map<std::string, std::string> tables_without_ids_;  // that had some, and their files
    std::map<std::string, std::string> names_;               // of definitions that were given another one
    std::set<std::string> told_types_;                       // that are not known where they are used
    std::vector<std::string> files_;                         // in the order of the include statements
    std::size_t stand_ins_ = 0;
    std::size_t told_ = 0;
    std::size_t parsed_bytes_ = 0;  // of the files with errors
    bool is_mended_ = false;
    std::pair<std::string, std::size_t> last_error_;
};

}  // namespace

std::unique_ptr<flatbuffers::Parser> parse_leniently(const std::string& file, const std::string& text,
                                                     const std::vector<std::string>& include_folders,
                                                     Diagnostics& diagnostics) {
    return LenientParser{file, text, include_folders, diagnostics}.run();
}

}  // namespace cambium::codegen
