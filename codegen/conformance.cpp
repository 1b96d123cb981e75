#include "conformance.hpp"

#include <utility>

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

/// Has a list of the library hold something else; puts back what it held, as the list owns it.
template <class T>
class Replaced {
public:
    Replaced(std::vector<T*>& list, std::vector<T*> now)
        : list_{list}, before_{std::exchange(list, std::move(now))} {}
    Replaced(const Replaced&) = delete;
    Replaced& operator=(const Replaced&) = delete;
    ~Replaced() { list_.swap(before_); }
    [[nodiscard]] const std::vector<T*>& before() const noexcept { return before_; }

private:
    std::vector<T*>& list_;
    std::vector<T*> before_;
};

std::string qualified_name(const fbs::Definition& definition) {
    Scope scope;
    if (definition.defined_namespace != nullptr) scope.components = definition.defined_namespace->components;
    return schema_name(scope, definition.name);
}

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

class Conformance {
public:
    Conformance(const fbs::Parser& before, fbs::Parser& now, const std::set<std::string>& names)
        : before_{before}, now_{now}, names_{names} {}

    std::vector<std::string> run() {
        const Replaced records{now_.structs_.vec, {}};
        const Replaced enums{now_.enums_.vec, {}};
        for (fbs::StructDef* const record : records.before())
            if (names_.count(qualified_name(*record)) != 0) ask_about_record(*record);
        for (fbs::EnumDef* const definition : enums.before())
            if (definition->is_union && names_.count(qualified_name(*definition)) != 0)
                ask_about_union(*definition);
        return std::move(sentences_);
    }

private:
    void ask_about_record(fbs::StructDef& record) {
        const fbs::StructDef* const base =
            before_.structs_.Lookup(record.defined_namespace->GetFullyQualifiedName(record.name));
        if (base == nullptr) return;
        const std::string what = std::string{record.fixed ? "struct " : "table "} + record.name;
        if (record.fixed != base->fixed) {
            sentences_.push_back(what + " was a " + (base->fixed ? "struct" : "table") +
                                 "; buffers hold the two differently: give it another name");
            return;
        }
        const Replaced one_record{now_.structs_.vec, {&record}};
        const Replaced fields{record.fields.vec, {}};
        for (fbs::FieldDef* const field : fields.before()) {
            record.fields.vec.push_back(field);
            if (is_companion(*field)) continue;
            ask_about_field(*field, record, *base, what);
            record.fields.vec.clear();
        }
    }

    void ask_about_field(const fbs::FieldDef& field, const fbs::StructDef& record, const fbs::StructDef& base,
                         const std::string& what) {
        const fbs::FieldDef* const old = counterpart(field, base);
        const bool would_crash = old != nullptr && crashes(old->value.type, field.value.type);
        const std::string objection =
            would_crash ? "types differ for field: " + field.name : now_.ConformTo(before_);
        if (!objection.empty()) {
            sentences_.push_back(what + ": " + objection + change_of(field, record, old, base) +
                                 (record.fixed ? kStructsStay : kFieldsStay));
        } else if (field.IsRequired() && (old == nullptr || !old->IsRequired())) {
            sentences_.push_back(what + ": field " + field.name + " is " + (old == nullptr ? "new and " : "") +
                                 "(required) now, and buffers that lack it would be refused; leave it optional");
        }
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

    void ask_about_union(fbs::EnumDef& definition) {
        const Replaced one_union{now_.enums_.vec, {&definition}};
        if (const std::string objection = now_.ConformTo(before_); !objection.empty())
            sentences_.push_back("union " + definition.name + ": " + objection + kMembersStay);
    }

    const fbs::Parser& before_;
    fbs::Parser& now_;
    const std::set<std::string>& names_;
    std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> conformance(const SchemaText& old_schema, const SchemaText& new_schema,
                                     const std::vector<std::string>& include_folders,
                                     const std::set<std::string>& names) {
    fbs::Parser old_parser{parser_options()};
    fbs::Parser new_parser{parser_options()};
    for (const auto& [parser, schema] :
         {std::pair{&old_parser, &old_schema}, std::pair{&new_parser, &new_schema}}) {
        Diagnostics diagnostics{schema->file, schema->text};
        if (!parse(*parser, schema->file, schema->text, include_folders, diagnostics))
            return diagnostics.sentences();
    }
    return Conformance{old_parser, new_parser, names}.run();
}

}  // namespace cambium::codegen
