// The catalog's names of shapes. The names are part of the file format: once given they do not change.
#include <string>

#include "cambium/base/error.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium::codec {
namespace {

// The records that enclose the one being described, so that a record that holds itself has a finite name.
struct Enclosing {
    const RecordShape* record;
    const Enclosing* outer;
};

void describe_into(std::string& out, const Shape& shape, const Enclosing* outer);

std::string number_name(const Shape& shape) {
    const std::string bits = std::to_string(shape.size * 8);
    switch (shape.kind) {
        case Kind::boolean:
            return "bool";
        case Kind::unsigned_integer:
            return "u" + bits;
        case Kind::signed_integer:
            return "i" + bits;
        default:
            return "f" + bits;
    }
}

void describe_number(std::string& out, const Shape& shape) {
    const std::string number = number_name(shape);
    if (shape.meaning == Meaning::plain) {
        out += number;
        return;
    }
    if (shape.meaning == Meaning::enumeration) {
        out += "enum " + number;
        return;
    }
    const TickShape& tick = shape.tick();
    const bool is_point = shape.meaning == Meaning::time_point;
    if (is_point && number == "i64" && tick.numerator == 1 && tick.denominator == 1'000'000'000) {
        out += "timestamp";
        return;
    }
    out += is_point ? "time_point<" : "duration<";
    out += number + "," + std::to_string(tick.numerator) + "/" + std::to_string(tick.denominator) + ">";
}

void describe_list(std::string& out, const ListShape& list, const Enclosing* outer) {
    switch (list.form) {
        case ListForm::vector:
            out += "vector<";
            break;
        case ListForm::set:
            out += "set<";
            break;
        case ListForm::array:
            out += "array<";
            break;
    }
    describe_into(out, *list.element, outer);
    if (list.form == ListForm::array) out += "," + std::to_string(list.fixed_count);
    out += ">";
}

void describe_record(std::string& out, const Shape& shape, const Enclosing* outer) {
    const RecordShape& record = shape.record();
    std::size_t levels = 1;
    for (const Enclosing* step = outer; step != nullptr; step = step->outer, ++levels) {
        if (step->record == &record) {
            out += "enclosing " + std::to_string(levels);
            return;
        }
    }
    const Enclosing here{&record, outer};
    if (shape.meaning == Meaning::descending) {
        out += "descending<";
        describe_into(out, *record.fields[0].shape, &here);
        out += ">";
        return;
    }
    out += "record{";
    for (std::uint32_t i = 0; i < record.count; ++i) {
        if (i > 0) out += ",";
        out += record.fields[i].name;
        out += ":";
        describe_into(out, *record.fields[i].shape, &here);
    }
    out += "}";
}

void describe_variant(std::string& out, const VariantShape& variant, const Enclosing* outer) {
    out += "variant<";
    for (std::uint32_t i = 0; i < variant.count; ++i) {
        if (i > 0) out += ",";
        describe_into(out, *variant.alternatives[i], outer);
    }
    out += ">";
}

// Stops somewhere behind the longest name there may be.
void describe_into(std::string& out, const Shape& shape, const Enclosing* outer) {
    if (out.size() > kMostTypeBytes) return;
    switch (shape.kind) {
        case Kind::null:
            out += "null";
            return;
        case Kind::boolean:
        case Kind::unsigned_integer:
        case Kind::signed_integer:
        case Kind::floating:
            describe_number(out, shape);
            return;
        case Kind::string:
            out += "string";
            return;
        case Kind::bytes:
            out += "bytes";
            return;
        case Kind::fixed_bytes:
            out += "fixed<" + std::to_string(shape.size) + ">";
            return;
        case Kind::uuid:
            out += "uuid";
            return;
        case Kind::uint256:
            out += "uint256";
            return;
        case Kind::optional:
            out += "optional<";
            describe_into(out, *shape.optional().value, outer);
            out += ">";
            return;
        case Kind::list:
            describe_list(out, shape.list(), outer);
            return;
        case Kind::map:
            out += "map<string,";
            describe_into(out, *shape.map().value, outer);
            out += ">";
            return;
        case Kind::record:
            describe_record(out, shape, outer);
            return;
        case Kind::variant:
            describe_variant(out, shape.variant(), outer);
            return;
        case Kind::document:
            out += shape.meaning == Meaning::unknown_fields ? "unknown_fields" : "document";
            return;
    }
}

}  // namespace

std::string describe(const Shape& shape) {
    std::string out;
    describe_into(out, shape, nullptr);
    if (out.size() > kMostTypeBytes)
        throw Error(ErrorCode::schema, "the name of its type would be longer than " +
                                           std::to_string(kMostTypeBytes) +
                                           " bytes, as a struct is spelled out at each place of use; split the "
                                           "record, or keep a part of it in a table of its own");
    return out;
}

}  // namespace cambium::codec
