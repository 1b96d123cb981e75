// From the catalog's words to a TableDescription that works.
#include "typed/dynamic_layout.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "cambium/base/error.hpp"
#include "cambium/codec/array.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/json.hpp"
#include "cambium/key/key.hpp"
#include "typed/dynamic_key.hpp"
#include "typed/enumerators.hpp"
#include "typed/sentence.hpp"
#include "typed/table_info.hpp"

namespace cambium::detail {
namespace {

using codec::Kind;
using codec::Meaning;
using codec::Shape;

constexpr std::string_view kByte = "u8";  ///< an element of bytes, by the name of its type
constexpr std::uint64_t kMaxExpandedBytes = std::uint64_t{1} << 30U;

const DynamicRecord& record_at(const void* record) {
    return *static_cast<const DynamicRecord*>(record);
}
DynamicRecord& record_at(void* record) {
    return *static_cast<DynamicRecord*>(record);
}
const DynamicLayout& layout_of(const TableDescription& table) {
    return *static_cast<const DynamicLayout*>(table.context);
}
const DynamicIndex& index_of(const IndexDescription& index) {
    return *static_cast<const DynamicIndex*>(index.context);
}

/// Why values of a type are no key.
std::string no_key(std::string_view type) {
    std::string text = "(" + std::string(type) + ") cannot be a key";
    if (type.find("record{value:") != std::string_view::npos)
        text +=
            "; if it is a Descending, which older versions of Cambium wrote so, open the file once with the "
            "program that declares it";
    return text;
}

bool is_null_at(const Shape& shape, const void* value) {
    if (shape.meaning == codec::Meaning::descending)
        return is_null_at(*shape.record().fields[0].shape,
                          static_cast<const char*>(value) + shape.record().offsets(value)[0]);
    return shape.kind == Kind::optional && shape.optional().get(value) == nullptr;
}

void skip_columns(std::span<const DynamicColumn> columns, ByteView& in) {
    for (const DynamicColumn& column : columns) {
        DynamicValue value(*column.type);
        read_column(column, in, value);
    }
}

void describe_columns(std::span<const DynamicColumn> columns, ByteView& in, std::string& out) {
    bool first = true;
    for (const DynamicColumn& column : columns) {
        DynamicValue value(*column.type);
        read_column(column, in, value);
        if (!std::exchange(first, false)) out += ", ";
        const Shape* shape = &column.type->shape;
        void* at = value.get();
        for (; is_descending(*shape); shape = &descending_shape(*shape)) at = descending_value(*shape, at);
        codec::encode_json(*shape, at, out, codec::JsonForm::lossless);
    }
}

/// Whether a field is stored as bytes that a program may have as a container of numbers.
bool is_bytes(const Shape& shape) {
    return shape.kind == Kind::bytes || shape.kind == Kind::fixed_bytes;
}

ByteView bytes_at(const DynamicType& type, const void* value) {
    if (type.shape.kind == Kind::bytes) return type.shape.bytes().view(value);
    return {static_cast<const char*>(value), type.size};
}

/// Appends columns one by one and closes an entry behind the last; a column of several values goes through them.
class EntryMaker {
public:
    EntryMaker(const DynamicRecord& record, std::span<const DynamicColumn> columns, IndexEntries& entries)
        : record_(record), columns_(columns), entries_(entries) {}

    void make(std::size_t position, bool has_null) {
        if (position == columns_.size()) {
            entries_.add(entries_.columns(), has_null);
            return;
        }
        const DynamicColumn& column = columns_[position];
        const void* const value = DynamicLayout::field(record_, column.field);
        if (!column.each) return add(position, value, has_null);
        struct Context {
            EntryMaker* maker;
            std::size_t position;
            bool has_null;
        } context{this, position, has_null};
        const DynamicType& container = *record_.layout->record().parts[column.field];
        if (is_bytes(container.shape)) {
            for (const char& byte : bytes_at(container, value)) add(position, &byte, has_null);
            return;
        }
        container.shape.list().visit(value, &context, [](void* at, const void* element) {
            const auto& step = *static_cast<const Context*>(at);
            step.maker->add(step.position, element, step.has_null);
        });
    }

private:
    void add(std::size_t position, const void* value, bool has_null) {
        const DynamicColumn& column = columns_[position];
        const std::size_t begin = entries_.columns().size();
        append_column(column, value, entries_.columns());
        make(position + 1, has_null || is_null_at(column.type->shape, value));
        entries_.columns().resize(begin);
    }

    const DynamicRecord& record_;
    std::span<const DynamicColumn> columns_;
    IndexEntries& entries_;
};

// The functions of the descriptions.

void emit_entries(const void* record, IndexEntries& entries) {
    const DynamicIndex& index = index_of(entries.index());
    for (const DynamicColumn& column : index.covered)
        append_column(column, DynamicLayout::field(record_at(record), column.field), entries.covered());
    EntryMaker(record_at(record), index.columns, entries).make(0, false);
}

std::int64_t expiry_time(const void* record, const DynamicColumn& column) {
    const Shape& shape = column.type->shape;
    const void* value = DynamicLayout::field(record_at(record), column.field);
    if (shape.kind == Kind::optional) value = shape.optional().get(value);
    std::int64_t time = ExpiryDescription::kNever;
    if (value != nullptr) std::memcpy(&time, value, sizeof time);
    return time;
}

std::uint64_t read_version(const void* record, const DynamicColumn& column) {
    const void* const value = DynamicLayout::field(record_at(record), column.field);
    std::uint64_t version = 0;  // little-endian, as everything here
    std::memcpy(&version, value, column.type->size);
    return version;
}

void write_version(void* record, const DynamicColumn& column, std::uint64_t version) {
    std::memcpy(DynamicLayout::field(record_at(record), column.field), &version, column.type->size);
}

std::uint64_t unsigned_key(ByteView key) {
    std::uint64_t number = 0;
    for (const char byte : key) number = number << 8U | static_cast<unsigned char>(byte);
    return number;
}

std::uint64_t signed_key(ByteView key) {
    const std::uint64_t middle = std::uint64_t{1} << (8 * key.size() - 1);
    const std::uint64_t number = unsigned_key(key);
    return number > middle ? number - middle : 0;
}

// Raw: fields as they are in memory, one behind the other.

/// The number of bytes, or 0 when values of the type are not stored so.
std::size_t raw_size(const DynamicType& type) {
    switch (type.shape.kind) {
        case Kind::boolean:
        case Kind::unsigned_integer:
        case Kind::signed_integer:
        case Kind::floating:
        case Kind::fixed_bytes:
        case Kind::uuid:
        case Kind::uint256:
            return type.size;
        case Kind::list:
            return type.list.form == codec::ListForm::array ? type.list.fixed_count * raw_size(*type.content) : 0;
        case Kind::record: {
            std::size_t size = 0;
            for (const DynamicType* part : type.parts) {
                const std::size_t one = raw_size(*part);
                if (one == 0) return 0;
                size += one;
            }
            return size;
        }
        default:
            return 0;
    }
}

void* part_of(const DynamicType& record, void* value, std::size_t i) {
    return static_cast<char*>(value) + record.offsets[i];
}

void append_raw(const DynamicType& type, void* value, std::string& out) {
    if (type.shape.kind == Kind::record) {
        for (std::size_t i = 0; i < type.parts.size(); ++i)
            append_raw(*type.parts[i], part_of(type, value, i), out);
    } else if (type.shape.kind == Kind::list) {
        for (std::uint32_t i = 0; i < type.list.fixed_count; ++i)
            append_raw(*type.content, type.list.add(value, i), out);
    } else {
        out.append(static_cast<const char*>(value), type.size);
    }
}

void read_raw(const DynamicType& type, ByteView& in, void* value) {
    if (type.shape.kind == Kind::record) {
        for (std::size_t i = 0; i < type.parts.size(); ++i) read_raw(*type.parts[i], in, part_of(type, value, i));
    } else if (type.shape.kind == Kind::list) {
        for (std::uint32_t i = 0; i < type.list.fixed_count; ++i)
            read_raw(*type.content, in, type.list.add(value, i));
    } else {
        if (type.shape.kind == Kind::boolean && static_cast<unsigned char>(in.front()) > 1)
            throw Error(ErrorCode::decode, "a bool is neither 0 nor 1");
        std::memcpy(value, in.data(), type.size);
        in.remove_prefix(type.size);
    }
}

// Array: elements of one size, one behind the other.

struct ElementName {
    std::string_view name;
    codec::ElementCode code;
};
constexpr ElementName kElements[] = {
    {"array<i8>", codec::ElementCode::i8},   {"array<i16>", codec::ElementCode::i16},
    {"array<i32>", codec::ElementCode::i32}, {"array<i64>", codec::ElementCode::i64},
    {"array<u8>", codec::ElementCode::u8},   {"array<u16>", codec::ElementCode::u16},
    {"array<u32>", codec::ElementCode::u32}, {"array<u64>", codec::ElementCode::u64},
    {"array<f32>", codec::ElementCode::f32}, {"array<f64>", codec::ElementCode::f64},
};

/// Appends the elements of a list of numbers, or the content of bytes.
std::size_t append_elements(const DynamicType& type, const void* value, std::string& out) {
    if (type.shape.kind == Kind::bytes) {
        const ByteView content = type.shape.bytes().view(value);
        out += content;
        return content.size();
    }
    struct Context {
        std::string* out;
        std::size_t size;
    } context{&out, type.content->size};
    type.list.visit(value, &context, [](void* at, const void* element) {
        const auto& to = *static_cast<const Context*>(at);
        to.out->append(static_cast<const char*>(element), to.size);
    });
    return type.list.count(value);
}

void read_elements(const DynamicType& type, ByteView bytes, void* value) {
    if (type.shape.kind == Kind::bytes) return type.shape.bytes().assign(value, bytes);
    type.list.clear(value);
    const std::size_t size = type.content->size;
    for (std::size_t i = 0; i * size < bytes.size(); ++i)
        std::memcpy(type.list.add(value, i), bytes.data() + i * size, size);
}

std::size_t element_size(const DynamicType& type) {
    return type.shape.kind == Kind::bytes ? 1 : type.content->size;
}

// Bytes: a text, bytes or characters as they are.

bool is_content(const DynamicType& type) {
    const bool list = type.shape.kind == Kind::list && type.list.form == codec::ListForm::vector;
    return type.shape.kind == Kind::string || type.shape.kind == Kind::bytes ||
           (list && raw_size(*type.content) == 1);
}

void append_content(const DynamicType& type, const void* value, std::string& out) {
    if (type.shape.kind == Kind::string)
        out += *static_cast<const std::string*>(value);
    else
        append_elements(type, value, out);
}

void read_content(const DynamicType& type, ByteView bytes, void* value) {
    if (type.shape.kind == Kind::string)
        *static_cast<std::string*>(value) = bytes;
    else
        read_elements(type, bytes, value);
}

}  // namespace

const void* DynamicLayout::field(const DynamicRecord& record, std::size_t field) {
    const DynamicLayout& layout = *record.layout;
    return layout.is_value_ ? record.value.get()
                            : static_cast<const char*>(record.value.get()) + layout.record_->offsets[field];
}
void* DynamicLayout::field(DynamicRecord& record, std::size_t field) {
    return const_cast<void*>(DynamicLayout::field(std::as_const(record), field));
}

void DynamicLayout::problem(const std::string& sentence) {
    problems_ += (problems_.empty() ? "" : "\n") + ("table " + quoted(name_)) + ": " + sentence;
}

void DynamicLayout::only_read(const std::string& reason) {
    if (why_read_only_.empty())
        why_read_only_ =
            "table " + quoted(name_) + " can only be read without the program that declares it: " + reason;
}

DynamicLayout::DynamicLayout(std::string name, CatalogTable entry, std::string stored, const LogDescription& log,
                             std::span<const DynamicCompressor> compressors)
    : name_(std::move(name)),
      entry_(std::move(entry)),
      stored_(std::move(stored)),
      info_(table_info(name_, entry_)) {
    if (name_.empty()) problem("a table needs a name");
    if (entry_.migration)
        problem("a migration of it is half way; open the file with the program that declares it, to finish that");
    if (stored_.empty()) add_referring_indexes();
    choose_codec(compressors);
    make_record();
    if (problems_.empty()) make_defaults();
    if (problems_.empty()) make_key();
    if (problems_.empty()) make_indexes();
    if (problems_.empty()) make_extras(log);
    if (problems_.empty()) make_rules();
    if (problems_.empty()) make_foreign_keys();
    if (problems_.empty() && stored_.empty() && !why_read_only_.empty()) problem(why_read_only_);
    if (!problems_.empty()) throw Error(ErrorCode::schema, problems_);
    describe_table();
}

void DynamicLayout::choose_codec(std::span<const DynamicCompressor> compressors) {
    std::string_view codec = entry_.codec;
    const std::size_t plus = codec.find('+');
    if (plus != std::string_view::npos) {
        const std::string_view name = codec.substr(plus + 1);
        const auto found = std::find_if(compressors.begin(), compressors.end(),
                                        [&](const DynamicCompressor& one) { return one.name == name; });
        if (found != compressors.end()) {
            compressor_ = *found;
        } else {
            problem("its records are compressed with " + quoted(name) +
                    ", which is not among the compressors given: pass kDynamicCompressor<...> of it");
        }
        codec = codec.substr(0, plus);
    }
    if (codec == "cbor") {
        codec_ = DynamicCodec::cbor;
    } else if (codec == "cbor-numbered") {
        codec_ = DynamicCodec::cbor_numbered;
    } else if (codec == "json") {
        codec_ = DynamicCodec::json;
    } else if (codec == "raw") {
        codec_ = DynamicCodec::raw;
    } else if (codec == "bytes") {
        codec_ = DynamicCodec::bytes;
    } else if (const auto* const found = std::find_if(std::begin(kElements), std::end(kElements),
                                                      [&](const ElementName& one) { return one.name == codec; });
               found != std::end(kElements)) {
        codec_ = DynamicCodec::array;
        element_ = found->code;
    } else if (codec == "flatbuffers") {
        problem(
            "its codec is FlatBuffers, which needs code made from a schema; cambium-codegen --from-database writes "
            "the schema");
    } else {
        problem("its codec " + quoted(codec) +
                " is none of cbor, cbor-numbered, json, raw, bytes and array<...>: only the program that declares "
                "it has it");
    }
    types_.emplace(codec_ == DynamicCodec::json ? EnumForm::document : EnumForm::number, entry_.enums);
}

const DynamicType* DynamicLayout::make_type(DynamicTypes& types, const std::string& name, const std::string& place,
                                            const std::string& where) {
    try {
        return &types.make(name, place);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::schema) throw;
        problem(where + ": " + error.what());
        return nullptr;
    }
}

void DynamicLayout::make_record() {
    std::vector<std::string> names;
    for (const CatalogField& one : entry_.fields) {
        if (std::find(names.begin(), names.end(), one.name) != names.end())
            problem("two fields are named " + quoted(one.name));
        names.push_back(one.name);
        if (const DynamicType* const type = make_type(*types_, one.type, one.name, "field " + quoted(one.name)))
            fields_.push_back(type);
    }
    if (names.empty()) problem("it has no fields");
    if (!problems_.empty()) return;
    is_value_ = names.size() == 1 && names.front() == "(value)";
    try {
        record_ = is_value_ ? fields_.front() : &types_->make_record(names, fields_);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::schema) throw;
        return problem(error.what());
    }
    if (codec_ == DynamicCodec::raw && raw_size(*record_) == 0)
        problem("its codec is raw, and a field of it has no fixed size");
    if (codec_ == DynamicCodec::bytes && !is_content(*record_))
        problem("its codec is bytes, and its value is neither text nor bytes");
    if (codec_ != DynamicCodec::array) return;
    // A vector, or a record of values and shape.
    const bool shaped = record_->shape.kind == Kind::record && record_->parts.size() == 2;
    const DynamicType& values = shaped ? *record_->parts[0] : *record_;
    const bool fits = (values.shape.kind == Kind::bytes || values.shape.kind == Kind::list) &&
                      (!shaped || record_->parts[1]->shape.kind == Kind::list);
    if (!fits) problem("its codec is " + entry_.codec + ", and its value is no array");
}

void DynamicLayout::make_defaults() {
    const bool named = codec_ == DynamicCodec::cbor || codec_ == DynamicCodec::json;
    if (!named || is_value_) return;
    std::string zero;
    DynamicRecord record{this, DynamicValue(*record_), {}};
    codec::encode_cbor(record_->shape, record.value.get(), zero, codec::FieldKeys::names);
    if (entry_.defaults.empty() && stored_.empty()) entry_.defaults.assign(zero.begin(), zero.end());
    if (entry_.defaults.empty() ||
        std::equal(zero.begin(), zero.end(), entry_.defaults.begin(), entry_.defaults.end(),
                   [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }))
        return;
    defaults_.assign(entry_.defaults.begin(), entry_.defaults.end());
    try {
        set_defaults(record);
    } catch (const Error& error) {
        problem(std::string("its defaults do not decode: ") + error.what());
    }
}

void DynamicLayout::set_defaults(DynamicRecord& record) const {
    record.value.reset();
    if (!defaults_.empty())
        codec::decode_cbor(record_->shape, defaults_, record.value.get(), codec::FieldKeys::names);
}

DynamicColumn DynamicLayout::find_column(const std::string& name, const std::string& type, bool each,
                                         const std::string& where) {
    DynamicColumn column;
    column.each = each;
    const auto found = std::find_if(entry_.fields.begin(), entry_.fields.end(),
                                    [&](const CatalogField& one) { return one.name == name; });
    if (found == entry_.fields.end()) {
        problem(where + ": there is no field " + quoted(name));
        return column;
    }
    column.field = static_cast<std::size_t>(found - entry_.fields.begin());
    column.type = fields_[column.field];
    const std::string& own = found->type;
    if (each && is_bytes(column.type->shape) && type == kByte) {
        column.type = &numbers_.make(type, name);
        return column;
    }
    if (each) column.type = column.type->shape.kind == Kind::list ? column.type->content : nullptr;
    const bool same = each ? own.ends_with("<" + type + ">") || own.find("<" + type + ",") != std::string::npos
                           : type.empty() || own == type;
    if (column.type == nullptr || !same || !is_keyable(column.type->shape)) {
        // An enumerator of JSON is a name, and its key is the number.
        const std::string& number = type.empty() ? own : type;
        if (codec_ == DynamicCodec::json && number.find("enum ") != std::string::npos) {
            column.type = &numbers_.make(number, name);
            only_read("the enumerators of field " + quoted(name) +
                      " are not described, and JSON holds their names and a key their numbers");
            return column;
        }
        problem(where + ": field " + quoted(name) + " " +
                (same ? no_key(own) : "(" + own + ") cannot be a column of type " + quoted(type)));
    }
    return column;
}

void DynamicLayout::make_key() {
    if (is_outside()) {
        for (std::size_t i = 0; i < entry_.key_types.size(); ++i) {
            const std::string& type = entry_.key_types[i];
            DynamicColumn& column = key_.emplace_back();
            const std::string place = i < entry_.key.size() ? place_in_key(entry_.key[i]) : std::string();
            column.type = make_type(numbers_, type, place, "its key");
            if (column.type != nullptr && !is_keyable(column.type->shape))
                problem("a part of its key " + no_key(type));
        }
        return;
    }
    if (entry_.key.empty()) problem("it has no primary key");
    for (const std::string& name : entry_.key) key_.push_back(find_column(name, {}, false, "its primary key"));
}

void DynamicLayout::make_indexes() {
    indexes_.resize(entry_.indexes.size());
    for (std::size_t i = 0; i < indexes_.size(); ++i) {
        const CatalogIndex& index = entry_.indexes[i];
        const std::string where = "index " + quoted(index.name);
        if (index.key.empty()) problem(where + " has no column");
        if (index.kind != "unique" && index.kind != "ordered")
            problem(where + " is of a kind that this version does not know: " + quoted(index.kind));
        if (!index.predicate.empty()) only_read(where + " depends on the function " + quoted(index.predicate));
        const auto make = [&](const CatalogColumn& stored, std::string_view what, std::size_t position) {
            DynamicColumn column;
            if (stored.derived) {
                only_read(where + " depends on the function " + quoted(stored.name));
                column.type = make_type(numbers_, stored.type, place_in_index(index.name, what, position), where);
                if (column.type != nullptr && !is_keyable(column.type->shape))
                    problem(where + ": the type " + no_key(stored.type));
            } else {
                column = find_column(stored.name, stored.type, stored.each, where);
            }
            column.each = stored.each;
            column.descending = stored.descending;
            column.ignore_case = stored.ignore_case;
            if (column.ignore_case && column.type != nullptr && !is_text(column.type->shape))
                problem(where + ": column " + quoted(stored.name) + " (" + stored.type +
                        ") is no text, and only text has a case to ignore");
            return column;
        };
        const auto add = [&](const std::vector<CatalogColumn>& stored, std::string_view what,
                             std::vector<DynamicColumn>& to) {
            for (std::size_t at = 0; at < stored.size(); ++at) to.push_back(make(stored[at], what, at));
        };
        add(index.key, kIndexColumn, indexes_[i].columns);
        add(index.covered, kCoveredField, indexes_[i].covered);
        for (std::size_t other = 0; other < i; ++other)
            if (entry_.indexes[other].name == index.name) problem("two indexes are named " + quoted(index.name));
    }
}

void DynamicLayout::make_extras(const LogDescription& log) {
    extras_.log = log;
    extras_.log.keeps = entry_.keeps_log;
    if (!entry_.indexes.empty() && entry_.indexes.back().name == kExpiryIndex) {
        expiry_ = indexes_.back().columns.front();
        const Shape& shape = expiry_->type->shape;
        const bool optional = shape.kind == Kind::optional;
        const Shape& content = optional ? *shape.optional().value : shape;
        if (content.kind != Kind::signed_integer || content.size != 8)
            return problem("records end by a field that is no timestamp");
        if (optional && !entry_.indexes.back().without_nulls)
            return problem(
                "the index of the times at which records end has those that stay, too: open the file with the "
                "program that declares the table");
        extras_.expiry.optional = optional;
        extras_.expiry.time = [](const void* record) {
            return expiry_time(record, *record_at(record).layout->expiry_);
        };
    }
    if (entry_.generator.empty()) return;
    extras_.generator.name = entry_.generator;
    if (key_.size() != 1) return problem("it makes its keys, which are of more than one part");
    const Shape& shape = key_.front().type->shape;
    const bool is_signed = shape.kind == Kind::signed_integer;
    if (entry_.generator == "auto_increment" && (is_signed || shape.kind == Kind::unsigned_integer)) {
        extras_.generator.number = is_signed ? &signed_key : &unsigned_key;
        extras_.generator.largest =
            std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * shape.size + (is_signed ? 1U : 0U));
    } else if (entry_.generator != "uuid" || shape.kind != Kind::uuid) {
        problem("it makes its keys by " + quoted(entry_.generator) + ", which does not fit their type");
    }
}

void DynamicLayout::make_rules() {
    for (const CatalogRule& rule : entry_.rules) {
        if (rule.kind != "not null") {
            only_read("check " + quoted(rule.name) + " is a function");
            continue;
        }
        const auto found = std::find_if(entry_.fields.begin(), entry_.fields.end(),
                                        [&](const CatalogField& one) { return one.name == rule.name; });
        if (found == entry_.fields.end() ||
            fields_[static_cast<std::size_t>(found - entry_.fields.begin())]->shape.kind != Kind::optional)
            return problem("rule " + quoted(rule.name) + ": there is no optional field of that name");
        rule_descriptions_.push_back(
            {rule.name, RuleKind::not_null, rule.version, [](const RuleDescription& one, const void* record) {
                 const DynamicLayout& layout = *record_at(record).layout;
                 std::size_t at = 0;
                 while (layout.entry_.fields[at].name != one.name) ++at;
                 return !is_null_at(layout.fields_[at]->shape, field(record_at(record), at));
             }});
    }
    rules_.records = rule_descriptions_;
    if (entry_.row_version.empty()) return;
    row_version_ = find_column(entry_.row_version, {}, false, "its row version");
    if (row_version_->type == nullptr || row_version_->type->shape.kind != Kind::unsigned_integer)
        return problem("its row version " + quoted(entry_.row_version) + " is no unsigned integer");
    if (std::find(entry_.key.begin(), entry_.key.end(), entry_.row_version) != entry_.key.end())
        return problem("its row version " + quoted(entry_.row_version) +
                       " is a field of its primary key, and every change of a record counts it up: the record "
                       "would be another one; give it a field of its own");
    row_version_description_ = {
        entry_.row_version,
        [](const void* record) { return read_version(record, *record_at(record).layout->row_version_); },
        [](void* record, std::uint64_t version) {
            write_version(record, *record_at(record).layout->row_version_, version);
        }};
    rules_.row_version = &row_version_description_;
}

void DynamicLayout::describe_table() {
    for (const CatalogField& one : entry_.fields)
        field_descriptions_.push_back({one.name, TypeName(std::string_view(one.type))});
    key_names_.assign(entry_.key.begin(), entry_.key.end());
    for (const std::string& type : entry_.key_types) key_types_.emplace_back(std::string_view(type));
    columns_.reserve(2 * entry_.indexes.size());
    const auto describe = [this](const std::vector<CatalogColumn>& columns) {
        std::vector<ColumnDescription>& out = columns_.emplace_back();
        for (const CatalogColumn& column : columns)
            out.push_back({column.name, TypeName(std::string_view(column.type)), column.derived, column.each,
                           column.descending, column.ignore_case});
        return std::span<const ColumnDescription>(out);
    };
    for (std::size_t i = 0; i < indexes_.size(); ++i) {
        const CatalogIndex& stored = entry_.indexes[i];
        IndexDescription index{
            stored.name,
            stored.kind == "unique" ? IndexKind::unique : IndexKind::ordered,
            describe(stored.key),
            &emit_entries,
            [](const IndexDescription& one, ByteView& key) { skip_columns(index_of(one).columns, key); },
            [](const IndexDescription& one, ByteView& key, std::string& out) {
                describe_columns(index_of(one).columns, key, out);
            }};
        index.predicate = stored.predicate;
        index.covered = describe(stored.covered);
        if (!stored.covered.empty())
            index.skip_covered = [](const IndexDescription& one, ByteView& value) {
                skip_columns(index_of(one).covered, value);
            };
        index.without_nulls = stored.without_nulls;
        index.version = stored.version;
        index.context = &indexes_[i];
        index_descriptions_.push_back(index);
    }
    description_ = {
        name_,
        entry_.codec,
        field_descriptions_,
        key_names_,
        index_descriptions_,
        nullptr,
        [](const TableDescription& table, ByteView& key, std::string& out) {
            describe_columns(layout_of(table).key_, key, out);
        },
        [](const void* record, std::string& out) { record_at(record).layout->encode(record_at(record), out); },
        [](ByteView bytes, void* record) { record_at(record).layout->decode(bytes, record_at(record)); },
        [](const TableDescription& table) -> void* {
            const DynamicLayout& layout = layout_of(table);
            return new DynamicRecord{&layout, DynamicValue(*layout.record_), {}};
        },
        [](void* record) noexcept { delete static_cast<DynamicRecord*>(record); }};
    if (!is_outside())
        description_.encode_key = [](const void* record, std::string& out) {
            record_at(record).layout->append_primary_key(record_at(record), out);
        };
    description_.extras = &extras_;
    description_.key_types = key_types_;
    description_.rules = &rules_;
    description_.context = this;
    description_.stored_entry = stored_;
    all_defaults_.assign(entry_.defaults.begin(), entry_.defaults.end());
    evolution_.defaults = all_defaults_;
    evolution_.version = entry_.schema_version;
    description_.evolution = &evolution_;
    description_.enumerators =
        codec_ == DynamicCodec::json ? codec::Enumerators::by_name : codec::Enumerators::by_number;
}

void DynamicLayout::append_primary_key(const DynamicRecord& record, std::string& out) const {
    if (is_outside()) {
        out += record.key;
        return;
    }
    for (const DynamicColumn& column : key_) append_column(column, field(record, column.field), out);
}

void DynamicLayout::encode(const DynamicRecord& record, std::string& out) const {
    std::string plain;
    std::string& to = compressor_ ? plain : out;
    void* const value = record.value.get();
    switch (codec_) {
        case DynamicCodec::cbor:
            codec::encode_cbor(record_->shape, value, to, codec::FieldKeys::names);
            break;
        case DynamicCodec::cbor_numbered:
            codec::encode_cbor(record_->shape, value, to, codec::FieldKeys::numbers);
            break;
        case DynamicCodec::json:
            codec::encode_json(record_->shape, value, to);
            break;
        case DynamicCodec::raw:
            append_raw(*record_, value, to);
            break;
        case DynamicCodec::bytes:
            append_content(*record_, value, to);
            break;
        case DynamicCodec::array: {
            const bool shaped = record_->shape.kind == Kind::record;
            const DynamicType& values = shaped ? *record_->parts[0] : *record_;
            std::string elements;
            const std::size_t count =
                append_elements(values, shaped ? part_of(*record_, value, 0) : value, elements);
            std::vector<std::uint64_t> extents;
            if (shaped) {
                std::string bytes;
                extents.resize(append_elements(*record_->parts[1], part_of(*record_, value, 1), bytes));
                std::memcpy(extents.data(), bytes.data(), bytes.size());
            }
            codec::append_array_header(to, element_, element_size(values), count, extents);
            to += elements;
            break;
        }
    }
    if (compressor_) codec::append_compressed(plain, compressor_->compress, kMaxExpandedBytes, out);
}

void DynamicLayout::decode(ByteView bytes, DynamicRecord& record) const {
    std::string storage;
    if (compressor_) bytes = codec::expand_compressed(bytes, compressor_->expand, kMaxExpandedBytes, storage);
    const DynamicBudget budget;
    set_defaults(record);
    void* const value = record.value.get();
    switch (codec_) {
        case DynamicCodec::cbor:
            return codec::decode_cbor(record_->shape, bytes, value, codec::FieldKeys::names);
        case DynamicCodec::cbor_numbered:
            return codec::decode_cbor(record_->shape, bytes, value, codec::FieldKeys::numbers);
        case DynamicCodec::json:
            return codec::decode_json(record_->shape, bytes, value);
        case DynamicCodec::raw:
            if (bytes.size() != raw_size(*record_))
                throw Error(ErrorCode::decode, std::to_string(bytes.size()) + " bytes are not the " +
                                                   std::to_string(raw_size(*record_)) +
                                                   " of its fields; the record may have padding");
            return read_raw(*record_, bytes, value);
        case DynamicCodec::bytes:
            return read_content(*record_, bytes, value);
        case DynamicCodec::array: {
            const bool shaped = record_->shape.kind == Kind::record;
            const DynamicType& values = shaped ? *record_->parts[0] : *record_;
            const codec::ArrayParts parts = codec::array_parts(bytes, element_, element_size(values));
            if (!shaped) {
                codec::check_one_dimension(parts);
                return read_elements(values, parts.elements, value);
            }
            read_elements(values, parts.elements, part_of(*record_, value, 0));
            return read_elements(*record_->parts[1], parts.shape, part_of(*record_, value, 1));
        }
    }
}

}  // namespace cambium::detail
