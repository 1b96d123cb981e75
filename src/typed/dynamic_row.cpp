// Rows and keys of tables described at run time, from and to JSON and documents.
#include <string>
#include <utility>

#include "cambium/base/error.hpp"
#include "cambium/codec/json.hpp"
#include "cambium/key/key.hpp"
#include "typed/dynamic_key.hpp"
#include "typed/dynamic_layout.hpp"

namespace cambium::detail {
namespace {

using codec::Kind;
using codec::Shape;

constexpr codec::JsonForm kForm = codec::JsonForm::lossless;

/// Sets the value of a column from a document; a Descending also from the value in it.
void read_argument(const Shape& shape, const Document& argument, void* value) {
    if (shape.kind == Kind::optional && !argument.is_null())
        return read_argument(*shape.optional().value, argument, shape.optional().emplace(value));
    if (is_descending(shape) && !argument.is_object())
        return read_argument(descending_shape(shape), argument, descending_value(shape, value));
    codec::decode_json(shape, argument.to_json(), value, kForm);
}

std::span<const Document> elements_of(const Document& values) {
    return values.is_array() ? values.elements() : std::span<const Document>(&values, 1);
}

void append_columns_of(std::span<const DynamicColumn> columns, std::span<const Document> values, std::string& out) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        DynamicValue value(*columns[i].type);
        read_argument(columns[i].type->shape, values[i], value.get());
        append_column(columns[i], value.get(), out);
    }
}

}  // namespace

void append_column(const DynamicColumn& column, const void* value, std::string& out) {
    const std::size_t begin = out.size();
    append_key(column.type->shape, value, out);
    if (column.ignore_case) fold_case(out, begin);
    if (column.descending) key::detail::complement(out, begin);
}

void read_column(const DynamicColumn& column, ByteView& in, DynamicValue& value) {
    if (!column.descending) return read_key(column.type->shape, in, value.get());
    key::detail::read_complemented(in, &value, [](ByteView& bytes, void* context) {
        auto& out = *static_cast<DynamicValue*>(context);
        read_key(out.type().shape, bytes, out.get());
    });
}

void DynamicLayout::append_key_json(ByteView key, std::string& out) const {
    if (key_.size() > 1) out += '[';
    bool first = true;
    for (const DynamicColumn& column : key_) {
        DynamicValue value(*column.type);
        read_column(column, key, value);
        if (!std::exchange(first, false)) out += ',';
        codec::encode_json(column.type->shape, value.get(), out, kForm);
    }
    if (key_.size() > 1) out += ']';
}

void DynamicLayout::append_json(const DynamicRecord& record, ByteView key, std::string& out) const {
    if (!is_outside()) return codec::encode_json(record_->shape, record.value.get(), out, kForm);
    out += "{\"key\":";
    append_key_json(key, out);
    out += ",\"value\":";
    codec::encode_json(record_->shape, record.value.get(), out, kForm);
    out += '}';
}

void DynamicLayout::read_json(std::string_view text, DynamicRecord& record, bool may_lack_key) const {
    const DynamicBudget budget;
    set_defaults(record);
    if (is_outside()) {
        const Document row = Document::from_json(text);
        const Document* const key = row.find("key");
        const Document* const value = row.find("value");
        if (value == nullptr || (key == nullptr && !may_lack_key))
            throw Error(ErrorCode::decode,
                        "a row of table " + quoted(name_) +
                            " is {\"key\": ..., \"value\": ...}, as its key is outside the value");
        record.key.clear();
        if (key != nullptr) append_columns(key_, *key, true, record.key);
        codec::decode_json(record_->shape, value->to_json(), record.value.get(), kForm);
    } else {
        codec::decode_json(record_->shape, text, record.value.get(), kForm);
    }
    sort_sets(*record_, record.value.get());
}

void DynamicLayout::refuse_count(std::size_t values, std::size_t columns) const {
    throw Error(ErrorCode::invalid_argument, "table " + quoted(name_) + ": " + std::to_string(values) +
                                                 " values are given for " + std::to_string(columns) +
                                                 " columns; several are an array");
}

void DynamicLayout::append_columns(std::span<const DynamicColumn> columns, const Document& values, bool all,
                                   std::string& out) const {
    const std::span<const Document> given = elements_of(values);
    if (given.size() > columns.size() || (all && given.size() != columns.size()))
        refuse_count(given.size(), columns.size());
    append_columns_of(columns, given, out);
}

void DynamicLayout::append_text_prefix(std::span<const DynamicColumn> columns, const Document& values,
                                       std::string& out) const {
    const std::span<const Document> given = elements_of(values);
    if (given.empty() || given.size() > columns.size()) refuse_count(given.size(), columns.size());
    append_columns_of(columns, given.first(given.size() - 1), out);
    const DynamicColumn& column = columns[given.size() - 1];
    const Shape* text = &column.type->shape;
    while (is_descending(*text)) text = &descending_shape(*text);
    if (!is_text(*text))
        throw Error(ErrorCode::invalid_argument,
                    "table " + quoted(name_) + ": column " + std::to_string(given.size()) + " of this key (" +
                        codec::describe(column.type->shape) + ") is no text; prefix() takes the beginning of one");
    const std::size_t begin = out.size();
    append_key_prefix(column.type->shape, given.back().as_text(), out);
    if (column.ignore_case) fold_case(out, begin);
    if (column.descending) key::detail::complement(out, begin);
}

}  // namespace cambium::detail
