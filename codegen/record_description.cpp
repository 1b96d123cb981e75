// Types by the names that src/codec/describe.cpp gives them; a test compares the two through a store.
//
// Whatever contains a record is written with a function that says what stands for the record. That is its own text,
// or nothing where the text would be too long: then it is counted, or compared, apart and once.
#include "record_description.hpp"

#include <algorithm>
#include <cambium/codec/shape.hpp>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "names.hpp"

namespace cambium::codegen {

namespace {

using RecordText = std::function<std::string(const Record&)>;
using FieldText = std::function<std::string(const Field&)>;

std::string scalar_type(const std::string& schema_type) {
    static const std::map<std::string, std::string> kNames = {
        {"bool", "bool"}, {"byte", "i8"},  {"ubyte", "u8"},  {"short", "i16"}, {"ushort", "u16"}, {"int", "i32"},
        {"uint", "u32"},  {"long", "i64"}, {"ulong", "u64"}, {"float", "f32"}, {"double", "f64"}};
    const auto name = kNames.find(schema_type);
    return name == kNames.end() ? "" : name->second;
}

/// Of a type that is not known, which was told when it was read, nothing.
std::string text_of(const Type& type, const RecordText& nested) {
    switch (type.kind) {
        case Kind::boolean:
        case Kind::integer:
        case Kind::floating:
            return scalar_type(type.schema_type);
        case Kind::enumeration:
            return "enum " + (type.enumeration == nullptr ? "" : scalar_type(type.enumeration->schema_type));
        case Kind::text:
            return "string";
        case Kind::structure:
        case Kind::table:
            return type.record == nullptr ? "" : nested(*type.record);
        case Kind::uuid:
            return "uuid";
        case Kind::fixed_bytes:
            return "fixed<" + std::to_string(type.length) + ">";
        case Kind::timestamp:
            return "timestamp";
        case Kind::variant: {
            std::string text = "variant<null";
            if (type.alternatives == nullptr) return text + ">";
            for (const UnionMember& member : type.alternatives->members) text += "," + text_of(member.type, nested);
            return text + ">";
        }
    }
    return {};
}

std::string text_of(const Field& field, const RecordText& nested) {
    std::string text = text_of(field.type, nested);
    const bool is_octet = field.type.kind == Kind::integer && field.type.schema_type == "ubyte";
    if (field.container == Container::vector) text = is_octet ? "bytes" : "vector<" + text + ">";
    if (field.container == Container::array) {
        const std::string length = std::to_string(field.array_length);
        text = is_octet ? "fixed<" + length + ">" : "array<" + text + "," + length + ">";
    }
    return field.absence == Absence::null ? "optional<" + text + ">" : text;
}

std::string text_of(const Record& record, const RecordText& nested) {
    std::string text;
    for (const Field& field : record.fields)
        if (!field.is_deprecated) text += (text.empty() ? "" : ",") + field.name + ":" + text_of(field, nested);
    return "record{" + text + "}";
}

std::string layout_of(const Record& record, const RecordText& nested) {
    std::string text;
    for (const Field& field : record.fields) {
        const bool is_nested = field.type.kind == Kind::structure;
        std::string one = is_nested ? nested(*field.type.record) : catalog_type(field);
        if (is_nested && field.container == Container::array) one += ":" + std::to_string(field.array_length);
        text += (text.empty() ? "" : ",") + one;
    }
    return "{" + text + "}" + (record.force_align == 0 ? "" : "@" + std::to_string(record.force_align));
}

/// Spells records out, and the records in them. One inside of itself is named only: no table stores such. Stops
/// where no store takes it, so that what was not refused, as of included files, ends too.
class Spelling {
public:
    using Write = std::string (*)(const Record&, const RecordText&);
    explicit Spelling(Write write) : write_{write} {}

    std::string operator()(const Record& record) {
        if (std::find(outer_.begin(), outer_.end(), &record) != outer_.end()) return "record " + record.name;
        spelled_ += record.fields.size();
        if (spelled_ > codec::kMostTypeBytes) return {};
        outer_.push_back(&record);
        std::string text = write_(record, std::ref(*this));
        outer_.pop_back();
        return text;
    }

private:
    Write write_;
    std::vector<const Record*> outer_;
    std::size_t spelled_ = 0;  ///< fields, each at least a byte
};

std::uint64_t sum(std::uint64_t one, std::uint64_t other) {
    return std::min(one + other, kUncounted);
}

/// How long texts are. That of a record is worked out once.
class TextSizes {
public:
    std::uint64_t of_type(const Field& field) {
        return size_of([&](const RecordText& nested) { return text_of(field, nested); }, whole_texts_,
                       [](const Record& record, const RecordText& nested) { return text_of(record, nested); });
    }
    std::uint64_t of_layout(const Record& record) {
        return size_of([&](const RecordText& nested) { return nested(record); }, layouts_, &layout_of);
    }

private:
    using Sizes = std::map<const Record*, std::uint64_t>;
    using Writer = std::function<std::string(const Record&, const RecordText&)>;

    /// Of what `write` makes when `write_record` writes the records in it.
    static std::uint64_t size_of(const std::function<std::string(const RecordText&)>& write, Sizes& known,
                                 const Writer& write_record) {
        std::uint64_t size = 0;
        const std::string text = write([&](const Record& record) {
            const auto [of_record, is_new] = known.try_emplace(&record, 0);
            if (is_new)
                of_record->second = size_of([&](const RecordText& nested) { return write_record(record, nested); },
                                            known, write_record);
            size = sum(size, of_record->second);
            return std::string{};
        });
        return sum(size, text.size());
    }

    Sizes whole_texts_;
    Sizes layouts_;
};

/// What is said of a record and, once each and by name, of the tables, structs and unions in it.
class WireWriter {
public:
    WireWriter(FieldText type_of, RecordText layout_of)
        : type_of_{std::move(type_of)}, layout_of_{std::move(layout_of)} {}

    Document write(const Record& record) {
        Document object = table(record);
        if (!types_.empty()) object["#types"] = std::move(types_);
        return object;
    }

private:
    Document table(const Record& record) {
        Document object = Document::object();
        std::vector<Document> places;
        for (const Field& field : record.fields) {
            if (field.type.kind == Kind::variant) places.emplace_back("");
            const bool is_required = field.absence == Absence::refused;
            places.emplace_back((field.is_deprecated ? "-" : is_required ? "!" : "") + field.name);
            Document said = of_field(field);
            if (field.is_deprecated) {
                Document& known = object["-" + field.name] = Document::array({type_of_(field)});
                if (!said.is_null()) known.push_back(std::move(said));
            } else if (!said.is_null()) {
                object[field.name] = std::move(said);
            }
        }
        object["#fields"] = std::move(places);
        return object;
    }

    Document table_or_struct(const Record& record) {
        return record.is_struct ? Document{"struct" + layout_of_(record)} : table(record);
    }

    Document members_of(const Union& alternatives) {
        Document by_type_number = Document::object();
        for (const UnionMember& member : alternatives.members) {
            Document of_member = Document::array({member.name});
            if (member.type.record != nullptr) of_member.push_back(reference(*member.type.record));
            by_type_number[member.value] = std::move(of_member);
        }
        return by_type_number;
    }

    Document reference(const Record& record) {
        return reference(schema_name(record.scope, record.name), [&] { return table_or_struct(record); });
    }

    template <class Describe>
    Document reference(const std::string& name, Describe&& describe) {
        if (types_.find(name) == nullptr) {
            types_[name] = nullptr;  // it is known already when it leads back to itself
            Document said = describe();
            types_[name] = std::move(said);
        }
        return "type " + name;
    }

    Document of_field(const Field& field) {
        if (field.type.record != nullptr) return reference(*field.type.record);
        if (field.type.alternatives != nullptr) {
            const Union& alternatives = *field.type.alternatives;
            return reference(schema_name(alternatives.scope, alternatives.name),
                             [&] { return members_of(alternatives); });
        }
        const bool is_number = field.type.kind == Kind::boolean || field.type.kind == Kind::integer ||
                               field.type.kind == Kind::floating || field.type.kind == Kind::enumeration ||
                               field.type.kind == Kind::timestamp;
        if (!is_number || field.container != Container::single || field.absence == Absence::null) return nullptr;
        Document number = default_number(field);
        const bool is_floating = number.type() == Document::Type::floating;
        const bool is_negative = is_floating && std::signbit(number.as_double());  // -0.0 is not 0.0
        const bool is_zero = number == Document{0} || number == Document{false} || number == Document{0.0};
        if (is_zero && !is_negative) return nullptr;
        return !is_floating || std::isfinite(number.as_double()) ? number : Document{field.default_value};
    }

    FieldText type_of_;     ///< of deprecated fields
    RecordText layout_of_;  ///< of structs
    Document types_ = Document::object();
};

}  // namespace

Document default_number(const Field& field) {
    const std::string text = field.default_value.empty() ? "0" : field.default_value;
    const std::string& type =
        field.type.enumeration != nullptr ? field.type.enumeration->schema_type : field.type.schema_type;
    if (type == "bool") return text != "0";
    if (type == "float") return std::strtof(text.c_str(), nullptr);
    if (type == "double") return std::strtod(text.c_str(), nullptr);
    if (type == "ulong") return std::strtoull(text.c_str(), nullptr, 10);
    return std::strtoll(text.c_str(), nullptr, 10);
}

std::string catalog_type(const Type& type) {
    return text_of(type, Spelling{&text_of});
}

std::string catalog_type(const Field& field) {
    return text_of(field, Spelling{&text_of});
}

bool has_same_catalog_type(const Type& one, const Type& other) {
    std::set<std::pair<const Record*, const Record*>> pairs;
    std::vector<std::pair<const Record*, const Record*>> left;
    const auto are_alike = [&](const auto& a, const auto& b) {
        std::vector<const Record*> in_a;
        std::vector<const Record*> in_b;
        const auto text = [](const auto& what, std::vector<const Record*>& records) {
            return text_of(what, [&](const Record& record) {
                records.push_back(&record);
                return std::string{};
            });
        };
        if (text(a, in_a) != text(b, in_b)) return false;
        for (std::size_t i = 0; i < in_a.size(); ++i)
            if (pairs.emplace(in_a[i], in_b[i]).second) left.emplace_back(in_a[i], in_b[i]);
        return true;
    };
    if (!are_alike(one, other)) return false;
    while (!left.empty()) {
        const auto [a, b] = left.back();
        left.pop_back();
        if (!are_alike(*a, *b)) return false;
    }
    return true;
}

std::string struct_layout(const Record& record) {
    return Spelling{&layout_of}(record);
}

Document wire_of(const Record& record) {
    return WireWriter{[](const Field& field) { return catalog_type(field); }, &struct_layout}.write(record);
}

DescriptionSize description_size(const Record& record) {
    DescriptionSize size;
    TextSizes sizes;
    for (const Field& field : record.fields) {
        if (field.is_deprecated) continue;
        const std::uint64_t bytes = sizes.of_type(field);
        size.all = sum(size.all, bytes);
        if (size.largest == nullptr || bytes > size.of_largest) {
            size.of_largest = bytes;
            size.largest = &field;
        }
    }
    const auto counted = [&](std::uint64_t bytes) {
        size.all = sum(size.all, bytes);
        return std::string{};
    };
    WireWriter wire{[&](const Field& field) { return counted(sizes.of_type(field)); },
                    [&](const Record& one) { return counted(sizes.of_layout(one)); }};
    size.all = sum(size.all, wire.write(record).to_cbor().size());
    return size;
}

}  // namespace cambium::codegen
