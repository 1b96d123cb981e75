#include "conformance.hpp"

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <utility>

#include "declared_tables.hpp"
#include "names.hpp"
#include "schema_parser.hpp"

namespace cambium::codegen {

namespace {

namespace fbs = flatbuffers;

constexpr const char* kFieldsStay =
    "; in buffers a field keeps its place, its default, and its type by name: add another at the end, and make "
    "this one "
    "(deprecated)";
constexpr const char* kStructsStay = "; a struct never changes: give the new one another name, and a new field";
constexpr const char* kMembersStay = "; in buffers a member keeps its type number: add others at the end";

constexpr std::size_t kFixedFields =
    2;  // of a buffer's vtable: its size and the table's, before the fields' offsets

/// Has a part of the library's definitions be something else; puts back what it was.
template <class Value>
class Replaced {
public:
    Replaced(Value& place, Value now) : place_{place}, before_{std::exchange(place, std::move(now))} {}
    Replaced(const Replaced&) = delete;
    Replaced& operator=(const Replaced&) = delete;
    ~Replaced() { place_ = std::move(before_); }
    [[nodiscard]] const Value& before() const noexcept { return before_; }

private:
    Value& place_;
    Value before_;
};

/// The name of a definition and its namespace.
class Renamed {
public:
    Renamed(fbs::Definition& definition, const fbs::Definition& other)
        : name_{definition.name, other.name}, scope_{definition.defined_namespace, other.defined_namespace} {}

private:
    Replaced<std::string> name_;
    Replaced<fbs::Namespace*> scope_;
};

/// The field of `record` that buffers have where `field` is: of its name, else in its place.
const fbs::FieldDef* counterpart(const fbs::FieldDef& field, const fbs::StructDef& record) {
    if (const fbs::FieldDef* const found = record.fields.Lookup(field.name)) return found;
    for (const fbs::FieldDef* const other : record.fields.vec)
        if (other->value.offset == field.value.offset) return other;
    return nullptr;
}

/// Where the library compares the names of two enums of which one is none.
bool crashes(const fbs::Type& before, const fbs::Type& now) {
    return before.base_type == now.base_type && before.element == now.element &&
           (before.enum_def == nullptr) != (now.enum_def == nullptr);
}

/// The type numbers of a union have a field of their own before it, which the library adds.
bool is_companion(const fbs::FieldDef& field) {
    return field.value.type.base_type == fbs::BASE_TYPE_UTYPE || field.value.type.element == fbs::BASE_TYPE_UTYPE;
}

std::string text_of(const fbs::Type& type) {
    if (fbs::IsSeries(type))
        return "[" + text_of(type.VectorType()) +
               (fbs::IsArray(type) ? ":" + std::to_string(type.fixed_length) : std::string{}) + "]";
    if (type.struct_def != nullptr) return type.struct_def->name;
    if (type.enum_def != nullptr) return type.enum_def->name;
    return fbs::kTypeNames[type.base_type];
}

/// What an enum is stored as: the library tells enums apart by name and number.
std::string number_of(const fbs::FieldDef& field) {
    const fbs::Type& type = field.value.type;
    return fbs::kTypeNames[fbs::IsSeries(type) ? type.element : type.base_type];
}

/// As a schema would say it: "a:int = 1 (id: 0)".
std::string text_of(const fbs::FieldDef& field, const fbs::StructDef& record) {
    const fbs::Value& value = field.value;
    std::string text = field.name + ":" + text_of(value.type);
    if (record.fixed) return text + " at byte " + std::to_string(value.offset);
    if (fbs::IsScalar(value.type.base_type) && value.constant != "0" && value.constant != "0.0")
        text += " = " + value.constant;
    return text + " (id: " + std::to_string(value.offset / sizeof(fbs::voffset_t) - kFixedFields) + ")";
}

void add_bytes(const fbs::StructDef& record, std::size_t begin, std::string& out);

void add_bytes(const fbs::Type& type, std::size_t begin, std::string& out) {
    if (fbs::IsArray(type)) {
        const fbs::Type element = type.VectorType();
        for (std::size_t i = 0; i < type.fixed_length; ++i)
            add_bytes(element, begin + i * fbs::InlineSize(element), out);
    } else if (type.struct_def != nullptr) {
        add_bytes(*type.struct_def, begin, out);
    } else {
        out += std::to_string(begin) + fbs::kTypeNames[type.base_type] + " ";
    }
}

void add_bytes(const fbs::StructDef& record, std::size_t begin, std::string& out) {
    for (const fbs::FieldDef* const field : record.fields.vec)
        add_bytes(field->value.type, begin + field->value.offset, out);
}

/// Of a struct: where which numbers are, in how many bytes, and how they are aligned.
std::string bytes_of(const fbs::StructDef& record) {
    std::string text;
    add_bytes(record, 0, text);
    return text + std::to_string(record.bytesize) + "@" + std::to_string(record.minalign);
}

/// The library compares bytes with bytes there.
bool holds_other_buffers(const fbs::FieldDef& field, const fbs::FieldDef* old) {
    return old != nullptr && old->nested_flatbuffer != nullptr && field.nested_flatbuffer != nullptr &&
           old->nested_flatbuffer->name != field.nested_flatbuffer->name;
}

class Conformance {
public:
    Conformance(const fbs::Parser& before, fbs::Parser& now) : before_{before}, now_{now} {}

    std::vector<Objection> run(const Pairs& pairs) {
        const Replaced records{now_.structs_.vec, {}};
        const Replaced enums{now_.enums_.vec, {}};
        for (const Pair<Record>& pair : pairs.records)
            if (pair.is_in(Form::buffer)) ask_about_record(pair);
        for (const Pair<Union>& pair : pairs.unions)
            if (pair.is_in(Form::buffer)) ask_about_union(pair);
        return std::move(objections_);
    }

private:
    void ask_about_record(const Pair<Record>& pair) {
        const fbs::StructDef& base = *find(before_.structs_, *pair.before);
        fbs::StructDef& record = *find(now_.structs_, *pair.now);
        if (record.fixed != base.fixed) {
            objections_.push_back({pair.now, "",
                                   text_of(pair) + " was a " + (base.fixed ? "struct" : "table") +
                                       "; buffers hold the two differently: give it another name"});
            return;
        }
        // The library lets structs grow; no reader of the old bytes survives that.
        if (record.fixed && bytes_of(record) != bytes_of(base)) {
            objections_.push_back({pair.now, "",
                                   text_of(pair) + " was " + struct_layout(*pair.before) + ", is " +
                                       struct_layout(*pair.now) + " now" + kStructsStay});
            return;
        }
        const Renamed as_before{record, base};
        const Replaced<std::vector<fbs::StructDef*>> one_record{now_.structs_.vec, {&record}};
        const Replaced fields{record.fields.vec, {}};
        for (fbs::FieldDef* const field : fields.before()) {
            record.fields.vec.push_back(field);
            if (is_companion(*field)) continue;
            ask_about_field(*field, pair, record, base);
            record.fields.vec.clear();
        }
    }

    void ask_about_field(fbs::FieldDef& field, const Pair<Record>& pair, const fbs::StructDef& record,
                         const fbs::StructDef& base) {
        const fbs::FieldDef* const old = counterpart(field, base);
        const std::string objection = objection_to(field, old, record, !has_same_name(*pair.before, *pair.now));
        const std::string what = text_of(pair) + ": ";
        const auto object = [&](const std::string& sentence) {
            objections_.push_back({pair.now, field.name, what + sentence});
        };
        if (!objection.empty()) {
            object(objection + change_of(field, record, old, base) + (record.fixed ? kStructsStay : kFieldsStay));
        } else if (holds_other_buffers(field, old)) {
            object("field " + field.name + " holds buffers of " + field.nested_flatbuffer->name + " now, of " +
                   old->nested_flatbuffer->name +
                   " before; add another field at the end, and make this one (deprecated)");
        } else if (old != nullptr && old->deprecated && !field.deprecated && old->name != field.name) {
            object("field " + field.name + " takes the place of field " + old->name +
                   ", deprecated, which buffers may hold; keep that one, and put this one at the end");
        } else if (field.IsRequired() && (old == nullptr || !old->IsRequired())) {
            object("field " + field.name + " is " + (old == nullptr ? "new and " : "") +
                   "(required) now, and buffers that lack it would be refused; leave it optional");
        }
    }

    /// In a record that has another name now, types may have others too. Of structs the bytes are the same.
    std::string objection_to(fbs::FieldDef& field, const fbs::FieldDef* old, const fbs::StructDef& record,
                             bool is_renamed) {
        if (old == nullptr) return now_.ConformTo(before_);
        if (record.fixed && is_renamed)
            return old->value.offset == field.value.offset ? "" : "offsets differ for field: " + field.name;
        const fbs::Type& type = field.value.type;
        const fbs::Type& old_type = old->value.type;
        if (crashes(old_type, type)) return "types differ for field: " + field.name;
        std::optional<Renamed> record_type;
        std::optional<Renamed> enum_type;
        if (is_renamed && type.struct_def != nullptr && old_type.struct_def != nullptr)
            record_type.emplace(*type.struct_def, *old_type.struct_def);
        if (is_renamed && type.enum_def != nullptr && old_type.enum_def != nullptr)
            enum_type.emplace(*type.enum_def, *old_type.enum_def);
        const std::string objection = now_.ConformTo(before_);
        // Of fields that have another name now the library does not compare them.
        const bool is_read =
            !record.fixed && !old->deprecated && !field.deprecated && fbs::IsScalar(type.base_type);
        const bool differs = field.value.constant != old->value.constant;
        return objection.empty() && is_read && differs ? "defaults differ for field: " + field.name : objection;
    }

    static std::string change_of(const fbs::FieldDef& field, const fbs::StructDef& record, const fbs::FieldDef* old,
                                 const fbs::StructDef& base) {
        if (old == nullptr) return {};  // what differs is the place of a union's type
        std::string was = text_of(*old, base);
        std::string is = text_of(field, record);
        if (was == is) {
            was += " of " + number_of(*old);
            is += " of " + number_of(field);
        }
        return ", was " + was + ", is " + is;
    }

    void ask_about_union(const Pair<Union>& pair) {
        fbs::EnumDef& definition = *find(now_.enums_, *pair.now);
        const Renamed as_before{definition, *find(before_.enums_, *pair.before)};
        const Replaced<std::vector<fbs::EnumDef*>> one_union{now_.enums_.vec, {&definition}};
        if (const std::string objection = now_.ConformTo(before_); !objection.empty())
            objections_.push_back({nullptr, "", text_of("union", pair) + ": " + objection + kMembersStay});
    }

    template <class Library, class Definition>
    static Library* find(const fbs::SymbolTable<Library>& table, const Definition& definition) {
        return table.Lookup(schema_name(definition.scope, definition.name));
    }

    const fbs::Parser& before_;
    fbs::Parser& now_;
    std::vector<Objection> objections_;
};

}  // namespace

std::vector<Objection> conformance(const SchemaText& old_schema, const SchemaText& new_schema,
                                   const std::vector<std::string>& include_folders, const Pairs& pairs) {
    fbs::Parser old_parser{parser_options()};
    fbs::Parser new_parser{parser_options()};
    for (const auto& [parser, schema] :
         {std::pair{&old_parser, &old_schema}, std::pair{&new_parser, &new_schema}}) {
        Diagnostics diagnostics{schema->file, schema->text};
        if (!parse(*parser, schema->file, schema->text, include_folders, diagnostics))
            return {{.sentence = diagnostics.sentences().front()}};
    }
    return Conformance{old_parser, new_parser}.run(pairs);
}

}  // namespace cambium::codegen
