// Each table's record becomes a FlatBuffers table, and so do records in it, but those that must have a fixed size:
// members of structs and what codec raw stores. Byte types become definitions that all tables share; an enum is one
// field's, or that of all fields that foreign keys join. A table that no schema can declare is left out, and then
// everything is written anew: what was wrong with others may have been due to it.
#include "schema_from_tables.hpp"

#include <algorithm>
#include <cambium/codec/document.hpp>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "described_type.hpp"
#include "names.hpp"
#include "reserved_names.hpp"
#include "schema_reader.hpp"
#include "shared_enums.hpp"
#include "type_text.hpp"

namespace cambium::codegen {

namespace {

constexpr std::string_view kDescribed = "#types";
constexpr std::string_view kReference = "type ";

/// How a type is written at a field: the type, its default if it must have one, its attributes.
struct FieldText {
    std::string type;
    std::string initial;
    std::vector<std::string> attributes;
};

/// What is wrong with a table.
struct Finding {
    std::string table;  ///< empty: unknown
    std::string sentence;
};

struct Written {
    std::string text;
    std::vector<Finding> findings;
};

/// A name may hold anything, a comment ends with its line.
std::string as_comment(const std::string& text) {
    std::string line = "// ";
    for (const char c : text) line += std::iscntrl(static_cast<unsigned char>(c)) != 0 ? ' ' : c;
    return line + "\n";
}

class SchemaFromTablesWriter {
public:
    explicit SchemaFromTablesWriter(const std::vector<TableInfo>& tables)
        : tables_{tables}, shared_enums_{tables} {}

    /// `left_out` are sentences about tables that are none of these.
    Written write(const std::string& source, const std::string& name_space,
                  const std::vector<std::string>& left_out) {
        claim_words(name_space);
        for (const TableInfo& table : tables_) claim_names_of(table);
        for (const TableInfo& table : tables_) {
            begin(table);
            record_names_[table.name] = record_name(table.name);
        }
        for (const TableInfo& table : tables_) write_table(table);
        if (!result_.findings.empty()) return result_;
        result_.text = as_comment("Written by cambium-codegen from the catalog of " + source +
                                  ". The catalog keeps neither the names of records and") +
                       "// enums nor comments: those are made up here. To compare this, take cambium-codegen "
                       "--check-database.\n";
        for (const std::string& note : notes_) result_.text += note;
        for (const std::string& sentence : left_out) result_.text += as_comment("Left out: " + sentence + ".");
        result_.text += "\n";
        if (!name_space.empty()) result_.text += "namespace " + name_space + ";\n\n";
        for (const std::string& attribute : attributes_) result_.text += "attribute \"" + attribute + "\";\n";
        result_.text += attributes_.empty() ? "" : "\n";
        result_.text += definitions_;
        while (result_.text.size() > 1 && result_.text[result_.text.size() - 2] == '\n') result_.text.pop_back();
        check_text();
        return result_;
    }

private:
    /// What is said from now on is about this table.
    void begin(const TableInfo& table) {
        table_ = table.name;
        where_ = "table \"" + table.name + "\"";
    }

    /// No name that is made up may be one that is not: flatc takes no record that is called as a field either.
    void claim_names_of(const TableInfo& table) {
        claim_words(pascal_case(table.name));
        claim_words(pascal_case(table.name) + "As");
        for (const IndexInfo& index : table.indexes) claim_words(index.predicate);
        for (const FieldInfo& field : table.fields) claim_words(field.name + " " + field.type);
        if (!table.defaults.empty()) claim_words_in(Document::from_cbor(table.defaults));
    }

    /// Those of a document, but for the names of types: they get others.
    void claim_words_in(const Document& said) {
        if (said.is_text() && !said.as_text().starts_with(kReference)) claim_words(said.as_text());
        for (const Document& element : said.elements()) claim_words_in(element);
        for (const Document::Member& member : said.members()) {
            if (member.name == kDescribed) {
                for (const Document::Member& type : member.value.members()) claim_words_in(type.value);
            } else {
                claim_words(member.name);
                claim_words_in(member.value);
            }
        }
    }

    void claim_words(std::string_view text) {
        std::string word;
        for (const char c : text) {
            if (is_identifier(word + c)) {
                word += c;
            } else {
                names_.insert(word);
                word.clear();
            }
        }
        names_.insert(word);
    }

    /// Whether a definition may be called so: "table", "struct", "enum" or "union".
    [[nodiscard]] bool is_free(const std::string& kind, const std::string& name) const {
        const FlatcPlace place = kind == "table"   ? FlatcPlace::table_type
                                 : kind == "union" ? FlatcPlace::union_type
                                                   : FlatcPlace::plain_type;
        if (!why_no_name(name).empty() || is_in_c_library(name) || is_taken_by_flatc(place, name)) return false;
        const std::vector<std::string> parts = flatc_parts(kind, name);
        return names_.count(name) == 0 && std::none_of(parts.begin(), parts.end(), [&](const std::string& part) {
                   return names_.count(part) != 0;
               });
    }

    /// The name itself or, when it is taken, with a number behind it. For what `field` holds; empty: not of one.
    std::string unused_name(const std::string& kind, const std::string& wish, const std::string& field) {
        std::string name = wish;
        for (int i = 2; !is_free(kind, name); ++i) name = wish + std::to_string(i);
        names_.insert(name);
        for (std::string& part : flatc_parts(kind, name)) names_.insert(std::move(part));
        places_[name] = {table_, where_ + (field.empty() ? "" : ", field \"" + field + "\"")};
        return name;
    }

    std::string record_name(const std::string& table_name) {
        std::string name = pascal_case(table_name);
        const bool is_plural = name.size() > 2 && name.back() == 's' && name[name.size() - 2] != 's';
        if (is_plural) name.pop_back();
        return unused_name("table", is_plural && is_free("table", name) ? name : name + "Record", "");
    }

    /// What the generator objects to: names in the store mostly, which stay what they are.
    void check_text() {
        const std::string file = "schema.fbs";
        Diagnostics diagnostics{file, result_.text};
        if (read_schema(file, result_.text, {}, diagnostics)) return;
        for (const std::string& sentence : diagnostics.sentences(SIZE_MAX))
            result_.findings.push_back(in_terms_of_tables(sentence, file));
        result_.text.clear();
    }

    /// "schema.fbs:7: table Thing, field x: ..." becomes "table "things", field x: ...".
    [[nodiscard]] Finding in_terms_of_tables(const std::string& sentence, const std::string& file) const {
        const std::size_t end = sentence.find(": ", file.size());
        if (end == std::string::npos) return {"", sentence};
        const std::string rest = sentence.substr(end + 2);
        for (const TableInfo& table : tables_)
            if (rest.starts_with("table \"" + table.name + "\":")) return {table.name, rest};
        const std::string name = definition_at(std::atoi(sentence.c_str() + file.size() + 1));
        const auto place = places_.find(name);
        if (place == places_.end()) return {"", rest};
        const auto& [table, words] = place->second;
        for (const std::string kind : {"table ", "struct ", "enum ", "union "})
            if (rest.starts_with(kind + name)) return {table, words + rest.substr(kind.size() + name.size())};
        return {table, words + ": " + rest};
    }

    /// The name of the definition that a line of the text belongs to.
    [[nodiscard]] std::string definition_at(int line) const {
        std::istringstream text{result_.text};
        std::string name;
        for (std::string words; line > 0 && std::getline(text, words); --line)
            if (!words.empty() && std::isalpha(static_cast<unsigned char>(words.front())) != 0) {
                const std::size_t begin = words.find(' ') + 1;
                name = words.substr(begin, words.find(' ', begin) - begin);
            }
        return name;
    }

    std::string attribute(const std::string& name, const std::string& value = "") {
        attributes_.insert(name);
        return value.empty() ? name : name + ": \"" + value + "\"";
    }

    void write_table(const TableInfo& table) {
        begin(table);
        const std::size_t plus = table.codec.find('+');
        const std::string codec = table.codec.substr(0, plus);
        const std::string compression = plus == std::string::npos ? "" : table.codec.substr(plus + 1);
        is_raw_ = codec == "raw";
        is_json_ = codec == "json";
        is_wire_ = codec == "flatbuffers" && !table.defaults.empty();
        const std::string type = pascal_case(table.name);
        check_name("", table.name);
        if (is_identifier(table.name)) check_name("its C++ name \"" + type + "\": ", type);
        note_what_is_lost(table);
        if (codec != "flatbuffers" && codec != "cbor" && codec != "json" && codec != "raw")
            refuse("its codec " + table.codec + " is none of a schema");
        if (!table.key_types.empty() || table.key.empty()) return refuse("its key is outside the record");
        const std::string name = record_names_.at(table.name);
        std::string text = "table " + name + " (\n    " + attribute("cambium_table", table.name);
        if (codec != "flatbuffers") text += ",\n    " + attribute("cambium_codec", codec);
        if (!compression.empty()) text += ",\n    " + attribute("cambium_compression", compression);
        const bool is_marked = table.key.size() == 1 && !table.generator.empty();
        if (!is_marked) text += ",\n    " + attribute("cambium_key", joined(table.key));
        if (table.keeps_log) text += ",\n    " + attribute("cambium_log");
        for (const bool unique : {true, false})
            if (const std::string indexes = indexes_of(table, unique); !indexes.empty())
                text += ",\n    " + attribute(unique ? "cambium_unique" : "cambium_index", indexes);
        if (const std::string keys = foreign_keys_of(table); !keys.empty())
            text += ",\n    " + attribute("cambium_foreign_key", keys);
        if (table.schema_version != 1)
            text += ",\n    " + attribute("cambium_schema_version", std::to_string(table.schema_version));
        for (const RuleInfo& rule : table.rules)
            if (rule.kind != "not null")
                refuse("its rule " + rule.kind + " \"" + rule.name + "\" has no form in a schema");
        text += "\n) {\n";
        const Document defaults = table.defaults.empty() ? Document{} : Document::from_cbor(table.defaults);
        if (table.defaults.empty() && codec != "flatbuffers")
            notes_.insert("// It does not keep the defaults of " + where_ + ": they are zero here.\n");
        const Document* const wire = is_wire_ ? &defaults : nullptr;
        types_ = is_wire_ ? defaults.find(kDescribed) : nullptr;
        alike_.clear();
        std::size_t place = 0;
        for (const FieldInfo& field : table.fields) {
            text += deprecated_until(name, field.name, wire, place);
            const bool is_in_key = std::find(table.key.begin(), table.key.end(), field.name) != table.key.end();
            if (is_in_key && (is_descending(field.type) || field.type.starts_with("optional<")))
                refuse("field \"" + field.name + "\" of its key is " +
                       (is_descending(field.type) ? "a Descending" : "optional") +
                       ", which has no form in a schema");
            TypeText type_of_field = parse_type(field.type);
            add_enumerators(type_of_field, field.name, table.enums);
            FieldText written =
                field_text(type_of_field, name, field.name, false, followed(defaults.find(field.name)));
            set_presence(type_of_field, field.name, wire, written);
            if (is_marked && field.name == table.key.front()) {
                written.attributes.push_back(attribute("cambium_key"));
                written.attributes.push_back(attribute("cambium_generated"));
            }
            if (field.name == table.row_version) written.attributes.push_back(attribute("cambium_row_version"));
            for (const RuleInfo& rule : table.rules)
                if (rule.kind == "not null" && rule.name == field.name)
                    written.attributes.push_back(attribute("cambium_not_null"));
            if (field.name == table.expires_at) written.attributes.push_back(attribute("cambium_expires"));
            text += line_of(field.name, written);
        }
        text += deprecated_until(name, "", wire, place);
        definitions_ += text + "}\n\n";
    }

    /// Gives the enumerations of a type at a place their enumerators. Types of which they differ are others.
    static void add_enumerators(TypeText& type, const std::string& place, const std::vector<EnumInfo>& enums) {
        if (type.head.substr(0, 5) == "enum ") {
            for (const EnumInfo& one : enums)
                if (one.place == place) type.enumerators = one.names;
            for (const auto& [name, number] : type.enumerators)
                type.distinction += " " + name + " " + std::to_string(number);
            return;
        }
        for (std::size_t i = 0; i < type.parts.size(); ++i) {
            const std::string inside = type.head == "record"     ? "." + type.members[i]
                                       : type.head == "variant"  ? "|" + std::to_string(i)
                                       : type.head == "map"      ? "{}"
                                       : type.head == "optional" ? ""
                                                                 : "[]";
            add_enumerators(type.parts[i], place + inside, enums);
            if (const std::string& own = type.parts[i].distinction; !own.empty())
                type.distinction += " " + std::to_string(i) + own;
        }
    }

    void note_what_is_lost(const TableInfo& table) {
        if (!is_wire_ && table.codec.substr(0, table.codec.find('+')) == "flatbuffers")
            notes_.insert(
                "// Of " + where_ +
                " it does not keep either which bytes are structs, what absent numbers are and which\n// "
                "fields are deprecated: compare this with the schema that the records were written by.\n");
        const bool has_enums = std::any_of(table.fields.begin(), table.fields.end(), [](const FieldInfo& field) {
            return field.type.find("enum ") != std::string::npos;
        });
        if (is_json_ && has_enums && table.enums.empty())
            notes_.insert("// It does not keep the names of enumerators, which the records of " + where_ +
                          " hold: give its enums\n// theirs.\n");
        if (table.keeps_log) notes_.insert("// It does not keep the limits of the log of " + where_ + ".\n");
        if (table.migrating_to != 0)
            notes_.insert("// A migration of " + where_ + " to version " + std::to_string(table.migrating_to) +
                          " is half way: this is what it had before.\n");
    }

    static std::string joined(const std::vector<std::string>& names) {
        std::string text;
        for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
        return text;
    }

    static bool is_of_foreign_key(const TableInfo& table, const IndexInfo& index) {
        for (const ForeignKeyInfo& key : table.foreign_keys)
            if (key.name == index.name) return true;
        return false;
    }

    std::string foreign_keys_of(const TableInfo& table) {
        std::string text;
        for (const ForeignKeyInfo& key : table.foreign_keys) {
            check_name("foreign key \"" + key.name + "\": ", key.name);
            if (find_table(key.target) == nullptr)
                refuse("its foreign key \"" + key.name + "\" refers to table \"" + key.target +
                       "\", which is left out");
            text += (text.empty() ? "" : "; ") + key.name + "(" + joined(key.columns) + ") to " + key.target;
            if (key.on_erase != "restrict") text += key.on_erase == "cascade" ? " cascade" : " set_null";
            if (key.deferred) text += " deferred";
        }
        return text;
    }

    std::string indexes_of(const TableInfo& table, bool unique) {
        std::string text;
        for (const IndexInfo& index : table.indexes) {
            if (index.unique != unique || is_of_foreign_key(table, index)) continue;
            const std::string what = "index \"" + index.name + "\": ";
            check_name(what, index.name);
            if (!index.predicate.empty()) check_name(what + "function " + index.predicate + ": ", index.predicate);
            text += (text.empty() ? "" : "; ") + index.name + "(" + columns_of(index, index.columns) + ")";
            if (!index.predicate.empty()) text += " where " + index.predicate;
            if (!index.covered.empty()) text += " covering(" + columns_of(index, index.covered) + ")";
            if (index.version != 1) text += " version " + std::to_string(index.version);
            if (index.without_nulls) text += " without_nulls";
        }
        return text;
    }

    std::string columns_of(const IndexInfo& index, const std::vector<ColumnInfo>& columns) {
        std::vector<std::string> names;
        for (const ColumnInfo& column : columns) {
            if (column.derived)
                refuse("index \"" + index.name + "\" is over the function " + column.name +
                       ", which has no form in a schema");
            if (is_descending(column.type))
                refuse("column \"" + column.name + "\" of index \"" + index.name +
                       "\" is a Descending, which has no form in a schema");
            names.push_back(std::string{column.descending ? "descending " : ""} +
                            (column.ignore_case ? "ignore_case " : "") + (column.each ? "each " : "") +
                            column.name);
        }
        return joined(names);
    }

    /// Refuses what no schema can spell.
    void check_name(const std::string& what, const std::string& name) {
        if (!is_identifier(name))
            refuse(what + "a name in a schema is letters, digits and underscores, the first no digit; rename it");
    }

    void refuse(const std::string& why) { result_.findings.push_back({table_, where_ + ": " + why}); }

    void refuse_type(const std::string& field, const TypeText& type) {
        const bool is_recursive = type.head.starts_with("enclosing ");
        refuse("field \"" + field + "\": " + (is_recursive ? "a record that holds itself" : "type " + type.text) +
               " has no form in a schema");
    }

    /// `initial` is what the member holds at first; null: unknown.
    FieldText field_text(const TypeText& type, const std::string& owner, const std::string& name, bool in_struct,
                         const Document* initial) {
        check_name("field \"" + name + "\": ", name);
        if (type.head == "optional" && type.parts.size() == 1 && !in_struct) {
            if (initial != nullptr && !initial->is_null() && !is_wire_) note_lost_default(owner, name, *initial);
            return optional_text(type.parts.front(), owner, name, is_wire_ ? initial : nullptr);
        }
        FieldText text = plain_text(type, owner, name, in_struct, initial);
        set_default(type, owner, name, in_struct, initial, text);
        const bool is_list = type.head == "vector" || type.head == "bytes";
        const bool is_union = type.head == "variant";
        if (!in_struct && !is_scalar(type) && !is_list && !is_union) text.attributes.emplace_back("required");
        return text;
    }

    /// Only numbers of tables have a default in a schema, all else begins empty or zero.
    void set_default(const TypeText& type, const std::string& owner, const std::string& name, bool in_struct,
                     const Document* initial, FieldText& text) {
        const std::optional<std::string> first = first_number(type, in_struct, initial);
        if (initial == nullptr && first && *first != "0" && !flags_.contains(text.type))
            text.initial = " = " + enumerator_name(type, *first);
        if (initial == nullptr || type.head == "record" || is_empty(*initial)) return;
        if (is_wire_ && (initial->is_object() || is_struct(initial))) return;  // of what the field is made of
        const std::optional<std::string> number = number_text(*initial);
        const bool has_no_form = is_json_ && number && number->find('n') != std::string::npos;  // inf and nan
        if (in_struct || !is_scalar(type) || !number || has_no_form)
            return note_lost_default(owner, name, *initial);
        text.initial = " = " + (flags_.contains(text.type)          ? flags_text(type, *number)
                                : type.head.substr(0, 5) == "enum " ? enumerator_name(type, *number)
                                                                    : *number);
    }

    void note_lost_default(const std::string& owner, const std::string& name, const Document& initial) {
        const Document shown = without_infinity(initial);
        const bool is_infinite = shown.is_text() && !initial.is_text();
        notes_.insert("// A schema cannot say that field \"" + name + "\" of " +
                      (owner == record_names_.at(table_) ? "" : owner + " in ") + where_ + " begins as " +
                      (is_infinite ? std::string{shown.as_text()} : shown.to_json()) + ".\n");
    }

    static std::map<std::int64_t, std::string> by_number(const TypeText& type) {
        std::map<std::int64_t, std::string> names;
        for (const auto& [name, number] : type.enumerators) names.emplace(number, name);
        return names;
    }

    /// Whether an enumeration of unsigned bits needs numbers that are made of several, or of none.
    static bool are_flags(const TypeText& type, const Numbers& needed) {
        if (type.head.front() != 'e' || type.head[5] != 'u' || type.enumerators.empty()) return false;
        const std::map<std::int64_t, std::string> names = by_number(type);
        std::uint64_t all = 0;
        for (const auto& [number, name] : names) {
            if (!std::has_single_bit(static_cast<std::uint64_t>(number))) return false;
            all |= static_cast<std::uint64_t>(number);
        }
        bool is_one_of_them = true;
        for (const std::string& text : needed) {
            const std::uint64_t number = std::stoull(text);
            if (text.front() == '-' || (number & ~all) != 0) return false;
            is_one_of_them = is_one_of_them && names.contains(static_cast<std::int64_t>(number));
        }
        return !is_one_of_them;
    }

    static std::string flags_text(const TypeText& type, const std::string& number) {
        std::string text;
        for (const auto& [bit, name] : by_number(type))
            if ((std::stoull(number) & static_cast<std::uint64_t>(bit)) != 0)
                text += (text.empty() ? "" : " ") + name;
        return '"' + text + '"';
    }

    static std::string enumerator_name(const TypeText& type, const std::string& number) {
        bool has_zero = false;
        for (const auto& [name, own] : type.enumerators) {
            if (std::to_string(own) == number) return name;
            has_zero = has_zero || name == "zero";
        }
        if (number == "0" && !has_zero) return "zero";
        return number.front() == '-' ? "minus_" + number.substr(1) : "value_" + number;
    }

    /// What a field that is an enum begins as: where it is not known, any enumerator will do. Nothing for other
    /// types.
    [[nodiscard]] std::optional<std::string> first_number(const TypeText& type, bool in_struct,
                                                          const Document* initial) const {
        if (!type.head.starts_with("enum ")) return std::nullopt;
        if (!in_struct && initial != nullptr && initial->is_integer()) return initial->to_json();
        const bool is_known = in_struct || is_wire_ || initial != nullptr;
        const std::map<std::int64_t, std::string> names = by_number(type);
        return is_known || names.empty() || names.contains(0) ? "0" : std::to_string(names.begin()->first);
    }

    FieldText optional_text(const TypeText& type, const std::string& owner, const std::string& name,
                            const Document* wire) {
        FieldText text = plain_text(type, owner, name, false, wire, true);
        if (type.head == "variant") refuse("field \"" + name + "\": an optional variant has no form in a schema");
        if (is_scalar(type)) text.initial = " = null";
        if (type.head == "vector" || type.head == "bytes")
            text.attributes.push_back(attribute("cambium_absent", "null"));
        return text;
    }

    FieldText plain_text(const TypeText& type, const std::string& owner, const std::string& name, bool in_struct,
                         const Document* initial, bool is_optional = false) {
        if (type.head == "bytes") return {"[ubyte]", "", {}};
        const bool would_be_bytes = !type.parts.empty() && type.parts.front().head == "u8";
        if (type.head == "vector" && type.parts.size() == 1 && !in_struct && !would_be_bytes) {
            FieldText element =
                element_text(type.parts.front(), owner, name, in_struct, is_wire_ ? initial : nullptr);
            return {"[" + element.type + "]", "", element.attributes};
        }
        if (type.head == "array" && type.parts.size() == 2 && in_struct && !would_be_bytes) {
            FieldText element = element_text(type.parts.front(), owner, name, in_struct,
                                             is_wire_ && is_struct(initial) ? initial : nullptr);
            return {"[" + element.type + ":" + type.parts[1].head + "]", "", element.attributes};
        }
        return element_text(type, owner, name, in_struct, initial,
                            is_optional ? std::nullopt : first_number(type, in_struct, initial));
    }

    /// `first` is the number that an enum must have, as a field begins as it.
    FieldText element_text(const TypeText& type, const std::string& owner, const std::string& name, bool in_struct,
                           const Document* initial, const std::optional<std::string>& first = std::nullopt) {
        if (const auto scalar = scalar_types().find(type.head); scalar != scalar_types().end())
            return {scalar->second, "", {}};
        if (type.head == "timestamp") return {"long", "", {attribute("cambium_type", "timestamp")}};
        if (type.head == "string" && !in_struct) return {"string", "", {}};
        const bool is_vector_of_bytes = is_wire_ && !in_struct && !is_struct(initial);
        if (type.head == "uuid" && is_vector_of_bytes) return {"[ubyte]", "", {attribute("cambium_type", "uuid")}};
        if (type.head == "fixed" && type.parts.size() == 1 && is_vector_of_bytes)
            return {"[ubyte]", "", {attribute("cambium_type", "fixed " + type.parts[0].head)}};
        if (type.head == "uuid") return {byte_struct("Uuid", "uuid", "16"), "", {}};
        if (type.head == "fixed" && type.parts.size() == 1)
            return {byte_struct("Fixed" + type.parts[0].head, "fixed", type.parts[0].head), "", {}};
        if (type.head.substr(0, 5) == "enum ") return {enumeration(type, owner, name, initial, first), "", {}};
        if (type.head == "record" && !type.parts.empty())
            return {record(type, owner, name, in_struct, initial), "", {}};
        if (type.head == "variant" && !in_struct && is_union(type))
            return {union_of(type, owner, name, is_wire_ ? initial : nullptr), "", {}};
        refuse_type(name, type);
        return {"ubyte", "", {}};
    }

    std::string byte_struct(const std::string& wish, const std::string& type, const std::string& length) {
        std::string& name = shared_[type + length];
        if (name.empty()) {
            name = unused_name("struct", wish, "");
            definitions_ += "struct " + name + " (" + attribute("cambium_type", type) +
                            ") {\n    bytes:[ubyte:" + length + "];\n}\n\n";
        }
        return name;
    }

    std::string enumeration(const TypeText& type, const std::string& owner, const std::string& field,
                            const Document* initial, const std::optional<std::string>& first) {
        const auto scalar = scalar_types().find(type.head.substr(5));
        if (scalar == scalar_types().end() || scalar->second == "bool") {
            refuse_type(field, type);
            return "ubyte";
        }
        FieldName holder{owner, field};
        std::string wish = owner + pascal_case(field);
        if (owner == record_names_.at(table_)) {
            holder = shared_enums_.holder_of({table_, field});
            wish = record_names_.at(holder.first) + pascal_case(holder.second);
        }
        std::string& name = enums_[holder];
        if (!name.empty()) return name;
        name = unused_name("enum", wish, field);
        // What a field begins as must be one of them, or be made of bits that are. A list and an optional field
        // need none: one that is made up would be new to programs that have the enum without it.
        Numbers numbers = shared_enums_.defaults_of(holder);
        if (first) numbers.insert(*first);
        if (type.enumerators.empty()) numbers.insert("0");
        Numbers held = numbers;  // bits may have none set
        if (initial == nullptr || is_empty(*initial)) held.insert("0");
        if (are_flags(type, held)) {
            flags_.insert(name);
            definitions_ += "enum " + name + " : " + scalar->second + " (bit_flags) {\n";
            for (const auto& [number, own] : by_number(type))
                definitions_ += "    " + own + " = " +
                                std::to_string(std::countr_zero(static_cast<std::uint64_t>(number))) + ",\n";
            definitions_ += "}\n\n";
            return name;
        }
        for (const auto& [own, number] : type.enumerators) numbers.insert(std::to_string(number));
        definitions_ += "enum " + name + " : " + scalar->second + " {\n";
        for (const std::string& number : numbers)
            definitions_ += "    " + enumerator_name(type, number) + " = " + number + ",\n";
        definitions_ += "}\n\n";
        return name;
    }

    [[nodiscard]] const TableInfo* find_table(const std::string& name) const {
        const auto found = std::find_if(tables_.begin(), tables_.end(),
                                        [&](const TableInfo& table) { return table.name == name; });
        return found == tables_.end() ? nullptr : &*found;
    }

    std::string record(const TypeText& type, const std::string& owner, const std::string& field, bool in_struct,
                       const Document* initial) {
        const bool as_struct =
            in_struct || is_struct(initial) || (is_fixed(type) && (is_raw_ || (has_array(type) && !is_wire_)));
        const bool has_defaults = initial != nullptr && !is_empty(*initial);
        const std::string key = (as_struct ? "struct " : "table ") + type.text + type.distinction +
                                (has_defaults ? text_of(*initial) : "");
        if (const auto known = shared_.find(key); known != shared_.end()) return known->second;
        const std::string name = unused_name(as_struct ? "struct" : "table", owner + pascal_case(field), field);
        std::string text = (as_struct ? "struct " : "table ") + name + alignment_of(initial) + " {\n";
        const Document* const wire = is_wire_ && !as_struct ? initial : nullptr;
        const std::vector<Document> structs = structs_in(is_wire_ ? initial : nullptr);
        std::size_t place = 0;
        for (std::size_t i = 0; i < type.parts.size(); ++i) {
            const std::string& member = type.members[i];
            text += deprecated_until(name, member, wire, place);
            const bool is_known = i < structs.size() && is_struct(&structs[i]);
            const Document* const said = is_known             ? &structs[i]
                                         : initial == nullptr ? nullptr
                                                              : followed(initial->find(member));
            FieldText written = field_text(type.parts[i], name, member, as_struct, said);
            set_presence(type.parts[i], member, wire, written);
            text += line_of(member, written);
        }
        text += deprecated_until(name, "", wire, place);
        definitions_ += text + "}\n\n";
        shared_[key] = name;
        return name;
    }

    /// Whether a union can hold what the variant does: nothing, else a record, bytes of a fixed number or a string.
    static bool is_union(const TypeText& type) {
        if (type.parts.size() < 2 || type.parts.front().text != "null") return false;
        for (std::size_t i = 1; i < type.parts.size(); ++i) {
            const std::string& head = type.parts[i].head;
            if (head != "record" && head != "string" && head != "uuid" && head != "fixed") return false;
        }
        return true;
    }

    std::string union_of(const TypeText& type, const std::string& owner, const std::string& field,
                         const Document* wire) {
        const std::string key = "union " + type.text + type.distinction + (wire == nullptr ? "" : text_of(*wire));
        if (const auto known = shared_.find(key); known != shared_.end()) return known->second;
        const std::string name = unused_name("union", owner + pascal_case(field), field);
        const auto members = members_of(wire);
        std::string text = "union " + name + " {\n";
        for (std::size_t i = 1; i < type.parts.size(); ++i) {
            const bool is_known = i <= members.size();
            const Document* const said = is_known ? members[i - 1].second : nullptr;
            const std::string member =
                is_known ? std::string{said->elements()[0].as_text()} : "alternative_" + std::to_string(i);
            text += "    " + member + ": " +
                    element_text(type.parts[i], name, member, false,
                                 is_known && said->size() > 1 ? followed(&said->elements()[1]) : nullptr)
                        .type;
            if (is_known && members[i - 1].first != i) text += " = " + std::to_string(members[i - 1].first);
            text += ",\n";
        }
        definitions_ += text + "}\n\n";
        shared_[key] = name;
        return name;
    }

    /// What "type shop.Address" refers to; anything else itself.
    const Document* followed(const Document* said) const {
        if (!is_wire_ || said == nullptr || !said->is_text() || !said->as_text().starts_with(kReference))
            return said;
        return types_ == nullptr ? nullptr : types_->find(said->as_text().substr(kReference.size()));
    }

    /// What is said, with numbers for the types it refers to: one for those that are described alike, in whichever
    /// table of the store.
    std::string text_of(const Document& said) {
        if (!is_wire_) return said.to_cbor();
        if (said.is_text() && said.as_text().starts_with(kReference))
            return "type " + std::to_string(number_of(followed(&said)));
        if (!said.is_array() && !said.is_object()) return said.to_cbor();
        std::string text = said.is_array() ? "[" : "{";
        for (const Document& element : said.elements()) text += text_of(element) + ",";
        for (const Document::Member& member : said.members())
            text += member.name + ":" + text_of(member.value) + ",";
        return text;
    }

    std::size_t number_of(const Document* type) {
        constexpr std::size_t kDeepest = 128;  // no name of a type has more in one another
        if (type == nullptr || nesting_ == kDeepest) return 0;
        // One that holds itself is like no other.
        if (const auto [known, is_new] = alike_.try_emplace(type, descriptions_.size() + 1); !is_new)
            return known->second;
        const std::string unlike = std::to_string(descriptions_.size() + 1);
        descriptions_.emplace(unlike, descriptions_.size() + 1);
        ++nesting_;
        const std::string text = text_of(*type);
        --nesting_;
        return alike_[type] = descriptions_.try_emplace(text, descriptions_.size() + 1).first->second;
    }

    /// Places of fields that are no longer read, up to the field of this name, or to the end: they stay taken.
    std::string deprecated_until(const std::string& owner, const std::string& name, const Document* wire,
                                 std::size_t& at) {
        const Document* const fields = wire == nullptr ? nullptr : wire->find("#fields");
        std::string lines;
        bool is_union = false;
        while (fields != nullptr && at < fields->size()) {
            const std::string text{fields->elements()[at++].as_text()};
            if (!name.empty() && (text == name || text == "!" + name)) break;
            if (!text.empty() && text.front() == '-')
                lines += deprecated_line(owner, text.substr(1), *wire, is_union);
            is_union = text.empty();
        }
        return lines;
    }

    std::string deprecated_line(const std::string& owner, const std::string& name, const Document& wire,
                                bool is_union) {
        FieldText field;
        const Document* const said = wire.find("-" + name);
        if (said != nullptr && said->is_array() && !said->empty() && said->elements()[0].is_text()) {
            field = field_text(parse_type(std::string{said->elements()[0].as_text()}), owner, name, false,
                               said->size() > 1 ? followed(&said->elements()[1]) : nullptr);
        } else {  // as an older version wrote it
            field.type = is_union ? union_of_old() : "ubyte";
            notes_.insert("// Of field \"" + name + "\" of " + owner +
                          ", which is deprecated, it keeps the place, not the type.\n");
        }
        for (std::string& one : field.attributes)  // a buffer may lack it, so its type is not told by (required)
            if (one == "required") one = attribute("cambium_absent", "default");
        field.attributes.emplace_back("deprecated");
        return line_of(name, field);
    }

    /// Some union, for fields that were one and are no longer read.
    std::string union_of_old() {
        std::string& name = shared_["union of old"];
        if (name.empty()) {
            name = unused_name("union", "Deprecated", "");
            definitions_ += "union " + name + " {\n    nothing: string,\n}\n\n";
        }
        return name;
    }

    /// Of a buffer it is known which fields are required.
    void set_presence(const TypeText& type, const std::string& name, const Document* wire, FieldText& text) {
        const Document* const fields = wire == nullptr ? nullptr : wire->find("#fields");
        if (!is_wire_ || fields == nullptr) return;
        const bool is_required = std::any_of(fields->elements().begin(), fields->elements().end(),
                                             [&](const Document& field) { return field.as_text() == "!" + name; });
        text.attributes.erase(std::remove(text.attributes.begin(), text.attributes.end(), "required"),
                              text.attributes.end());
        const bool is_empty_when_absent = is_scalar(type) || type.head == "vector" || type.head == "bytes" ||
                                          type.head == "variant" || type.head == "optional";
        if (is_required)
            text.attributes.emplace_back("required");
        else if (!is_empty_when_absent)
            text.attributes.push_back(attribute("cambium_absent", "default"));
    }

    static std::string line_of(const std::string& name, const FieldText& field) {
        std::string text = "    " + name + ":" + field.type + field.initial;
        if (!field.attributes.empty()) text += " (" + joined(field.attributes) + ")";
        return text + ";\n";
    }

    const std::vector<TableInfo>& tables_;
    SharedEnums shared_enums_;
    Written result_;
    std::string definitions_;
    std::set<std::string> attributes_;
    std::set<std::string> notes_;
    std::set<std::string> names_;  ///< that are taken
    /// By definition: the table that it is of, and how a sentence names the field.
    std::map<std::string, std::pair<std::string, std::string>> places_;
    std::map<std::string, std::string> shared_;        ///< by what they are
    std::map<std::string, std::string> record_names_;  ///< by table
    std::set<std::string> flags_;                      ///< names of enums whose numbers are bits
    std::map<FieldName, std::string> enums_;           ///< names, by the field of a table or of another record
    std::map<std::string, std::size_t> descriptions_;  ///< of types, and their numbers
    std::map<const Document*, std::size_t> alike_;     ///< the same of the types of the table
    const Document* types_ = nullptr;                  ///< that the table is made of, by name
    std::size_t nesting_ = 0;                          ///< of types whose description is under way
    std::string table_;
    std::string where_;
    bool is_raw_ = false;
    bool is_json_ = false;
    bool is_wire_ = false;  ///< the defaults are those of the schema, not those of members
};

}  // namespace

SchemaFromTables schema_from_tables(const std::vector<TableInfo>& tables, const std::string& source,
                                    const std::string& name_space) {
    SchemaFromTables result;
    std::vector<TableInfo> rest = tables;
    for (;;) {
        Written written = SchemaFromTablesWriter{rest}.write(source, name_space, result.errors);
        if (written.findings.empty()) {
            if (rest.size() == tables.size() || !rest.empty()) result.text = std::move(written.text);
            return result;
        }
        const std::size_t before = rest.size();
        for (const Finding& finding : written.findings) {
            result.errors.push_back(finding.sentence);
            std::erase_if(rest, [&](const TableInfo& table) { return table.name == finding.table; });
        }
        if (rest.size() == before) return result;
    }
}

}  // namespace cambium::codegen
