#include "codec/builder.hpp"

#include <algorithm>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "cambium/codec/enum_names.hpp"
#include "codec/document_access.hpp"
#include "codec/numbers.hpp"
#include "codec/text_forms.hpp"
#include "codec/utf8.hpp"

namespace cambium::codec {
namespace {

constexpr std::uint64_t kBignumTag = 2;
constexpr std::uint64_t kUuidTag = 37;
constexpr std::uint64_t kSelfDescribedTag = 55799;

constexpr Shape kDocumentShape{Kind::document, Meaning::plain, 0, nullptr};

Document& document_at(void* address) {
    return *static_cast<Document*>(address);
}

// The number of a variant's alternative is read like any other unsigned number.
constexpr Shape kAlternativeNumber{Kind::unsigned_integer, Meaning::plain, 8, nullptr};

// {"$base64": ...} in place of a text: as if the std::string were a record of one field, which holds its bytes.
constexpr BytesShape kTextBytes{[](const void* text) -> ByteView { return *static_cast<const std::string*>(text); },
                                [](void* text, ByteView content) { *static_cast<std::string*>(text) = content; }};
constexpr Shape kTextBytesShape{Kind::bytes, Meaning::plain, 0, &kTextBytes};
constexpr std::uint32_t kWrappedTextOffset = 0;
constexpr std::uint8_t kWrappedTextField = 0;
constexpr FieldShape kWrappedTextFields[] = {{kWrappedText, &kTextBytesShape}};
constexpr RecordShape kWrappedTextRecord{1, kWrappedTextFields, &kWrappedTextField,
                                         [](const void*) { return &kWrappedTextOffset; }, 1};
constexpr Shape kWrappedTextShape{Kind::record, Meaning::plain, 0, &kWrappedTextRecord};

constexpr std::string_view kExpectedText = "expected text, or {\"$base64\": ...} in place of it";
constexpr std::string_view kNaNInSet = "NaN cannot be an element of a set";

std::string kind_name(const Shape& shape) {
    switch (shape.kind) {
        case Kind::null:
            return "null";
        case Kind::string:
            return "text";
        case Kind::bytes:
            return "bytes";
        case Kind::uuid:
            return "a UUID";
        case Kind::uint256:
            return "a number of up to 256 bits";
        case Kind::list:
            return "an array";
        case Kind::map:
            return "a map";
        case Kind::record:
            return "an object";
        case Kind::variant:
            return "an array of two, number and value of the alternative";
        case Kind::fixed_bytes:
            return std::to_string(shape.size) + " bytes";
        case Kind::optional:
            return kind_name(*shape.optional().value) + " or null";
        default:
            return describe(shape);
    }
}

std::uint64_t largest(const Shape& integer) {
    const std::uint64_t bits = integer.size * 8 - (integer.kind == Kind::signed_integer ? 1U : 0U);
    return bits == 64 ? std::numeric_limits<std::uint64_t>::max() : (std::uint64_t{1} << bits) - 1;
}

bool is_spelt_as_integer(std::string_view text) {
    return !text.empty() && text.find_first_not_of("-0123456789") == std::string_view::npos;
}

}  // namespace

// frames_ starts uninitialised: push fills a frame before it is read.
Builder::Builder(const Shape& shape, void* value, KeyOrder order, ByteForm form)
    : root_(shape), root_value_(value), order_(order), form_(form) {}

Builder::~Builder() {
    for (std::size_t i = 0; i < depth_; ++i) {
        const Frame& frame = frames_[i];
        if (frame.pending != nullptr) frame.shape->list().discard(frame.pending);
    }
}

// ---------------------------------------------------------------------------------------------- scalar events

void Builder::null() {
    const Slot slot = place_for(true);
    if (slot.shape != nullptr) {
        if (slot.shape->kind == Kind::optional) {
            if (document_tag_ != 0) fail("unexpected tag " + std::to_string(document_tag_ - 1));
            slot.shape->optional().reset(slot.value);
        } else if (slot.shape->kind == Kind::document)
            put(slot, Document());
        else if (slot.shape->kind != Kind::null)
            fail_type(*slot.shape, "null");
    }
    close_slot();
}

void Builder::boolean(bool value) {
    if (is_at(Kind::boolean)) {
        store_as(next_.value, static_cast<std::uint8_t>(value));
        return end_field();
    }
    const Slot slot = place_for(false);
    if (slot.shape != nullptr) {
        if (slot.shape->kind == Kind::document)
            put(slot, Document(value));
        else if (slot.shape->kind == Kind::boolean)
            store_as(slot.value, static_cast<std::uint8_t>(value));
        else
            fail_type(*slot.shape, value ? "true" : "false");
    }
    close_slot();
}

void Builder::unsigned_integer(std::uint64_t value) {
    if ((is_at(Kind::unsigned_integer) || is_at(Kind::signed_integer)) && value <= largest(*next_.shape)) {
        store_integer(*next_.shape, next_.value, value);
        return end_field();
    }
    const Slot slot = place_for(false);
    if (slot.shape != nullptr) {
        switch (slot.shape->kind) {
            case Kind::unsigned_integer:
            case Kind::signed_integer:
                if (value > largest(*slot.shape)) fail_range(*slot.shape, std::to_string(value));
                store_integer(*slot.shape, slot.value, value);
                break;
            case Kind::floating:
                store_float(slot, {}, static_cast<double>(value));
                break;
            case Kind::uint256:
                *static_cast<Uint256*>(slot.value) = value;
                break;
            case Kind::document:
                put(slot, Document(value));
                break;
            default:
                fail_type(*slot.shape, "the number " + std::to_string(value));
        }
    }
    close_slot();
}

void Builder::negative_integer(std::uint64_t value) {
    const Slot slot = place_for(false);
    if (slot.shape != nullptr) {
        const bool is_small = value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        const auto spelt = [&] {
            return is_small ? std::to_string(-1 - static_cast<std::int64_t>(value))
                            : "-1 - " + std::to_string(value);
        };
        switch (slot.shape->kind) {
            case Kind::signed_integer:
                if (value > largest(*slot.shape)) fail_range(*slot.shape, spelt());
                store_integer(*slot.shape, slot.value, ~value);
                break;
            case Kind::unsigned_integer:
            case Kind::uint256:
                fail_range(*slot.shape, spelt());
            case Kind::floating:
                store_float(slot, {}, -1.0 - static_cast<double>(value));
                break;
            case Kind::document:
                if (!is_small) fail_range(*slot.shape, spelt());
                put(slot, Document(-1 - static_cast<std::int64_t>(value)));
                break;
            default:
                fail_type(*slot.shape, "the number " + spelt());
        }
    }
    close_slot();
}

void Builder::floating(double value, std::string_view text) {
    if (is_at(Kind::floating) && next_.shape->size == sizeof value && open_sets_ == 0) {
        store_as(next_.value, value);
        return end_field();
    }
    const Slot slot = place_for(false);
    if (slot.shape != nullptr) {
        const auto spelt = [&] { return text.empty() ? std::to_string(value) : std::string(text); };
        const bool is_integer = slot.shape->kind == Kind::unsigned_integer ||
                                slot.shape->kind == Kind::signed_integer || slot.shape->kind == Kind::document;
        if (is_integer && is_spelt_as_integer(text)) fail_range(*slot.shape, text);
        if (slot.shape->kind == Kind::document)
            put(slot, Document(value));
        else if (slot.shape->kind == Kind::floating)
            store_float(slot, text, value);
        else
            fail_type(*slot.shape, "the number " + spelt());
    }
    close_slot();
}

void Builder::text(std::string_view value) {
    if (is_at(Kind::string) && find_invalid_utf8(value) == value.size()) {
        static_cast<std::string*>(next_.value)->assign(value);
        return end_field();
    }
    const Slot slot = place_for(false);
    if (slot.shape != nullptr) {
        if (slot.shape->kind == Kind::string || slot.shape->kind == Kind::document) {
            const std::size_t bad = find_invalid_utf8(value);
            if (bad != value.size()) fail("invalid UTF-8 at byte " + std::to_string(bad) + " of the text");
            if (slot.shape->kind == Kind::string)
                *static_cast<std::string*>(slot.value) = value;
            else
                put(slot, Document(value));
        } else if (form_ != ByteForm::binary) {
            store_text_form(slot, value);
        } else {
            fail_type(*slot.shape, "text");
        }
    }
    close_slot();
}

void Builder::bytes(ByteView value) {
    const std::uint64_t tag = std::exchange(tag_, 0);
    const Slot slot = place_for(false);
    if (slot.shape != nullptr) {
        if (tag == kUuidTag && slot.shape->kind != Kind::uuid) fail_type(*slot.shape, "a UUID");
        if (tag == kBignumTag)
            store_bignum(slot, value);
        else
            store_bytes(slot, value);
    }
    close_slot();
}

void Builder::tag(std::uint64_t number) {
    at_field_ = false;
    if (skipping()) return;
    if (number == kSelfDescribedTag && depth_ == 0) return;
    if (document_is_next()) {
        if (document_tag_ != 0 || number > Document::kMaxTag) fail("unexpected tag " + std::to_string(number));
        document_tag_ = number + 1;
        return;
    }
    if ((number != kUuidTag && number != kBignumTag) || tag_ != 0) {
        fail("unexpected tag " + std::to_string(number));
    }
    tag_ = number;
}

// Whether the next value goes into a document, which keeps tags.
bool Builder::document_is_next() const {
    const Shape* shape = next_.shape;
    if (depth_ == 0) {
        shape = &root_;
    } else {
        const Frame& frame = frames_[depth_ - 1];
        if (frame.shape->kind == Kind::list)
            shape = frame.shape->list().element;
        else if (frame.shape->kind == Kind::document && document_at(frame.value).is_array())
            shape = &kDocumentShape;
        else if (frame.shape->kind == Kind::variant)
            shape =
                frame.position == 1 ? frame.shape->variant().alternatives[frame.alternative] : &kAlternativeNumber;
    }
    while (shape != nullptr && shape->kind == Kind::optional) shape = shape->optional().value;
    return shape != nullptr && shape->kind == Kind::document && shape->meaning != Meaning::unknown_fields;
}

void Builder::put(const Slot& slot, Document value) {
    Document& target = document_at(slot.value);
    target = std::move(value);
    if (document_tag_ != 0) target.set_tag(static_cast<std::uint32_t>(std::exchange(document_tag_, 0) - 1));
}

// ------------------------------------------------------------------------------------- lists, maps and records

void Builder::begin_list() {
    if (skipping()) return enter_skipped();
    const Slot slot = place_for(false);
    if (slot.shape->kind == Kind::list) {
        const ListShape& list = slot.shape->list();
        push(*slot.shape, slot.value);
        list.clear(slot.value);
        if (list.form == ListForm::set) ++open_sets_;
    } else if (slot.shape->kind == Kind::variant) {
        push(*slot.shape, slot.value);
    } else if (slot.shape->kind == Kind::document && slot.shape->meaning != Meaning::unknown_fields) {
        push(*slot.shape, slot.value);
        put(slot, Document::array());
    } else {
        fail_type(*slot.shape, "an array");
    }
}

void Builder::end_list() {
    if (skip_depth_ > 0) return pop();
    const Frame& frame = frames_[depth_ - 1];
    --depth_;  // from here on errors are about the list, not about an element
    if (frame.shape->kind == Kind::variant) {
        if (frame.position != 2) fail("expected the number of the alternative and its value");
    } else if (frame.shape->kind == Kind::list) {
        const ListShape& list = frame.shape->list();
        if (list.form == ListForm::set) --open_sets_;
        if (list.form == ListForm::array && frame.position != list.fixed_count) {
            fail("expected " + std::to_string(list.fixed_count) + " elements, found " +
                 std::to_string(frame.position));
        }
    }
    close_slot();
}

void Builder::begin_map() {
    if (skipping()) return enter_skipped();
    const Slot slot = place_for(false);
    if (slot.shape->kind == Kind::record) {
        Frame& frame = push(*slot.shape, slot.value);
        frame.offsets = slot.shape->record().offsets(slot.value);
        frame.current = slot.shape->record().count;
    } else if (slot.shape->kind == Kind::map) {
        push(*slot.shape, slot.value);
        slot.shape->map().clear(slot.value);
    } else if (slot.shape->kind == Kind::string && form_ == ByteForm::lossless_text) {
        begin_wrapped_text(slot.value);
    } else if (slot.shape->kind == Kind::document) {
        push(*slot.shape, slot.value);
        put(slot, Document::object());
    } else {
        fail_type(*slot.shape, form_ == ByteForm::binary ? "a map" : "an object");
    }
}

void Builder::key(std::string_view name) {
    if (skipping()) return;
    Frame& frame = frames_[depth_ - 1];
    if (frame.shape->kind == Kind::record)
        record_key(frame, name);
    else if (frame.shape->kind == Kind::document)
        member_key(frame, document_at(frame.value), name);
    else
        map_key(frame, name);
}

void Builder::expected_key() {
    Frame& frame = frames_[depth_ - 1];
    field_key(frame, field_in_order(frame.shape->record(), frame.expected++));
}

void Builder::key_number(std::uint64_t number) {
    if (skipping()) return;
    Frame& frame = frames_[depth_ - 1];
    const RecordShape& record = frame.shape->record();
    if (number == 0 || number > record.count || number - 1 == record.unknown)
        skip_next_ = true;
    else
        field_key(frame, static_cast<std::uint32_t>(number - 1));
}

void Builder::end_map() {
    if (skip_depth_ == 0) {
        Frame& frame = frames_[depth_ - 1];
        if (frame.shape->kind == Kind::document) {
            finish_object(frame, document_at(frame.value));
            if (form_ == ByteForm::lossless_text) unwrap(document_at(frame.value));
        } else if (frame.shape == &kWrappedTextShape) {
            if (frame.position == 0) fail(kExpectedText);
        } else if (frame.shape->kind == Kind::record) {
            const RecordShape& record = frame.shape->record();
            if (record.unknown < record.count) {
                Document& unknown = document_at(static_cast<char*>(frame.value) + frame.offsets[record.unknown]);
                if (unknown.is_object()) finish_object(frame, unknown);
            }
        }
    }
    pop();
}

void Builder::enter_skipped() {
    if (depth_ + skip_depth_ == kMaxDepth) fail("values nest more than " + std::to_string(kMaxDepth) + " deep");
    ++skip_depth_;
}

Builder::Frame& Builder::push(const Shape& shape, void* value) {
    if (depth_ == kMaxDepth) fail("values nest more than " + std::to_string(kMaxDepth) + " deep");
    Frame& frame = frames_[depth_];
    frame = Frame{&shape, value, 0, nullptr, 0, nullptr, {0, 0}, 0, 0, nullptr, 0};
    ++depth_;
    return frame;
}

void Builder::pop() {
    if (skip_depth_ > 0)
        --skip_depth_;
    else
        --depth_;
    close_slot();
}

// --------------------------------------------------------------------------------------------- where values go

// The place for the next value, through optionals: those come into being unless the value is null.
Builder::Slot Builder::place_for(bool is_null) {
    at_field_ = false;
    if (skipping()) return {};
    Slot slot = open_slot();
    if (tag_ != 0) {
        fail((tag_ == kUuidTag ? "tag 37 (UUID)" : "tag 2 (bignum)") +
             std::string(" is not followed by a byte string"));
    }
    while (!is_null && slot.shape->kind == Kind::optional) {
        const OptionalShape& optional = slot.shape->optional();
        slot = {optional.value, optional.emplace(slot.value)};
    }
    return slot;
}

Builder::Slot Builder::open_slot() {
    if (depth_ == 0) return {&root_, root_value_};
    Frame& frame = frames_[depth_ - 1];
    if (frame.shape->kind == Kind::record) return next_;
    if (frame.shape->kind == Kind::variant) {
        if (frame.position == 0) return {&kAlternativeNumber, &frame.alternative};
        if (frame.position > 1) fail("expected only the number of the alternative and its value");
        const VariantShape& variant = frame.shape->variant();
        return {variant.alternatives[frame.alternative], variant.emplace(frame.value, frame.alternative)};
    }
    if (frame.shape->kind == Kind::document && document_at(frame.value).is_array()) {
        return {&kDocumentShape, &DocumentAccess::append_element(document_at(frame.value))};
    }
    if (frame.shape->kind != Kind::list) return next_;
    const ListShape& list = frame.shape->list();
    if (list.form == ListForm::array && frame.position == list.fixed_count) {
        fail("expected only " + std::to_string(list.fixed_count) + " elements");
    }
    void* element = list.add(frame.value, frame.position);
    if (list.commit != nullptr) frame.pending = element;
    return {list.element, element};
}

void Builder::end_field() {
    at_field_ = false;
    Frame& frame = frames_[depth_ - 1];
    ++frame.position;
    frame.current = frame.shape->record().count;  // between two fields
    frame.key_size = 0;
}

// After a whole value, scalar or not.
void Builder::close_slot() {
    if (skipping()) {
        if (skip_depth_ == 0) skip_next_ = false;
        return;
    }
    if (depth_ == 0) return;
    Frame& frame = frames_[depth_ - 1];
    if (frame.shape->kind == Kind::record) return end_field();
    if (frame.pending != nullptr) frame.shape->list().commit(frame.value, std::exchange(frame.pending, nullptr));
    if (frame.shape->kind == Kind::variant && frame.position == 0 &&
        frame.alternative >= frame.shape->variant().count) {
        fail("there is no alternative " + std::to_string(frame.alternative));
    }
    ++frame.position;
    frame.key_size = 0;
}

void Builder::record_key(Frame& frame, std::string_view name) {
    const RecordShape& record = frame.shape->record();
    const std::uint32_t field = find_field(record, name, frame);
    if (field == record.count || field == record.unknown)
        unknown_key(frame, name);
    else
        field_key(frame, field);
}

void Builder::unknown_key(Frame& frame, std::string_view name) {
    if (frame.shape == &kWrappedTextShape) fail(kExpectedText);
    const RecordShape& record = frame.shape->record();
    if (record.unknown == record.count) {
        skip_next_ = true;
        return;
    }
    Document& unknown = document_at(static_cast<char*>(frame.value) + frame.offsets[record.unknown]);
    if (!unknown.is_object()) DocumentAccess::become_object(unknown);
    member_key(frame, unknown, name);
}

void Builder::member_key(Frame& frame, Document& object, std::string_view name) {
    frame.key_size = 0;
    const std::size_t bad = find_invalid_utf8(name);
    if (bad != name.size()) fail("invalid UTF-8 at byte " + std::to_string(bad) + " of a key");
    Document::Member& member = DocumentAccess::append_member(object, name);
    frame.key = member.name.data();
    frame.key_size = member.name.size();
    next_ = {&kDocumentShape, &member.value};
}

void Builder::finish_object(Frame& frame, Document& object) {
    const std::string* twice = DocumentAccess::finish(object);
    if (twice == nullptr) return;
    frame.key = twice->data();
    frame.key_size = twice->size();
    fail("appears twice");
}

void Builder::field_key(Frame& frame, std::uint32_t field) {
    const RecordShape& record = frame.shape->record();
    frame.current = field;
    const std::uint64_t bit = std::uint64_t{1} << (field % 64);
    if ((frame.seen[field / 64] & bit) != 0) fail("appears twice");
    frame.seen[field / 64] |= bit;
    next_ = {record.fields[field].shape, static_cast<char*>(frame.value) + frame.offsets[field]};
    at_field_ = true;
}

void Builder::map_key(Frame& frame, std::string_view name) {
    frame.key_size = 0;
    const std::size_t bad = find_invalid_utf8(name);
    if (bad != name.size()) fail("invalid UTF-8 at byte " + std::to_string(bad) + " of a key");
    const MapShape& map = frame.shape->map();
    std::string_view stored;
    void* value = map.add(frame.value, name, stored);
    frame.key = stored.data();
    frame.key_size = stored.size();
    if (value == nullptr) fail("appears twice");
    next_ = {map.value, value};
}

namespace {

// A field that is left out is called nothing, which is not the empty name: that is one like any other.
bool is_called(const FieldShape& field, std::string_view name) {
    return field.name == name && field.name.data() != nullptr;
}

}  // namespace

// Looks first where the encoder of this format would have put the field, then among the sorted names.
std::uint32_t Builder::find_field(const RecordShape& record, std::string_view name, Frame& frame) const {
    if (frame.expected < record.count) {
        const std::uint32_t guess = field_in_order(record, frame.expected);
        if (is_called(record.fields[guess], name)) {
            ++frame.expected;
            return guess;
        }
    }
    const std::uint8_t* end = record.sorted + record.count;
    const std::uint8_t* found =
        std::lower_bound(record.sorted, end, name, [&](std::uint8_t field, std::string_view wanted) {
            return detail::name_less(record.fields[field].name, wanted);
        });
    if (found == end || !is_called(record.fields[*found], name)) return record.count;
    frame.expected = (order_ == KeyOrder::sorted ? static_cast<std::uint32_t>(found - record.sorted) : *found) + 1;
    return *found;
}

// ---------------------------------------------------------------------------------------------- storing values

void Builder::store_float(const Slot& slot, std::string_view text, double value) {
    // A NaN compares with nothing, so it would break the order of a set.
    if (open_sets_ > 0 && std::isnan(value)) fail(kNaNInSet);
    if (slot.shape->size == sizeof(double)) return store_as(slot.value, value);
    // Rounding the text once is exact where rounding to double and then to float may be off by one.
    float direct = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), direct);
    if (error == std::errc{} && end == text.data() + text.size()) return store_as(slot.value, direct);
    if (std::isfinite(value) && std::abs(value) > static_cast<double>(FLT_MAX)) {
        fail_range(*slot.shape, text.empty() ? std::to_string(value) : text);
    }
    store_as(slot.value, static_cast<float>(value));
}

void Builder::store_bytes(const Slot& slot, ByteView content) {
    switch (slot.shape->kind) {
        case Kind::bytes:
            slot.shape->bytes().assign(slot.value, content);
            return;
        case Kind::fixed_bytes:
        case Kind::uuid:
            if (content.size() != slot.shape->size) {
                fail_type(*slot.shape, std::to_string(content.size()) + " bytes");
            }
            std::memcpy(slot.value, content.data(), content.size());
            return;
        case Kind::document:
            put(slot, Document::bytes(content));
            return;
        default:
            fail_type(*slot.shape, "bytes");
    }
}

void Builder::store_bignum(const Slot& slot, ByteView big_endian) {
    if (slot.shape->kind != Kind::uint256) fail_type(*slot.shape, "a bignum");
    while (!big_endian.empty() && big_endian.front() == 0) big_endian.remove_prefix(1);
    Uint256::Bytes bytes{};
    if (big_endian.size() > bytes.size()) {
        fail_range(*slot.shape, "a bignum of " + std::to_string(big_endian.size()) + " bytes");
    }
    std::memcpy(bytes.data() + bytes.size() - big_endian.size(), big_endian.data(), big_endian.size());
    *static_cast<Uint256*>(slot.value) = Uint256::from_bytes(bytes);
}

namespace {

std::string shown(std::string_view name) {
    Path path;
    path.add_name(name);
    return path.text();
}

std::string names_of(const EnumTable& enumerators) {
    constexpr std::size_t kMost = 20;
    const auto& values = enumerators.values();
    if (values.empty()) return "no number of it has a name that is known here";
    std::string text = "there are: ";
    for (std::size_t i = 0; i < std::min(values.size(), kMost); ++i)
        text += (i == 0 ? "" : ", ") + shown(values[i].second);
    if (values.size() > kMost) text += " and " + std::to_string(values.size() - kMost) + " more";
    return text;
}

}  // namespace

void Builder::store_enumerator(const Slot& slot, std::string_view name) {
    const auto number = slot.shape->enumerators().number(name);
    if (!number) {
        fail("there is no enumerator \"" + shown(name) + "\" of " + describe(*slot.shape) + "; " +
             names_of(slot.shape->enumerators()));
    }
    store_integer(*slot.shape, slot.value, static_cast<std::uint64_t>(*number));
}

void Builder::store_text_form(const Slot& slot, std::string_view text) {
    if (slot.shape->kind == Kind::uuid) {
        const auto uuid = Uuid::parse(text);
        if (!uuid) fail("expected a UUID such as 00112233-4455-6677-8899-aabbccddeeff");
        *static_cast<Uuid*>(slot.value) = *uuid;
    } else if (slot.shape->kind == Kind::uint256) {
        const auto number = text.starts_with("0x") ? Uint256::from_hex(text) : Uint256::from_decimal(text);
        if (!number) fail("expected the digits of a number below 2^256, decimal, or hexadecimal after 0x");
        *static_cast<Uint256*>(slot.value) = *number;
    } else if (slot.shape->kind == Kind::bytes || slot.shape->kind == Kind::fixed_bytes) {
        const auto content = parse_base64(text);
        if (!content) fail("expected base64 text");
        store_bytes(slot, *content);
    } else if (slot.shape->kind == Kind::floating && form_ == ByteForm::lossless_text) {
        store_non_finite(slot, text);
    } else if (slot.shape->meaning == Meaning::enumeration) {
        store_enumerator(slot, text);
    } else {
        fail_type(*slot.shape, "text");
    }
}

void Builder::store_non_finite(const Slot& slot, std::string_view name) {
    const std::optional<std::uint64_t> bits = parse_non_finite(name, slot.shape->size);
    if (!bits) fail("expected a number, or one of the texts NaN, Infinity, -Infinity");
    if (slot.shape->size == sizeof(float))
        store_as(slot.value, static_cast<std::uint32_t>(*bits));
    else
        store_as(slot.value, *bits);
    const bool is_nan = slot.shape->size == sizeof(float) ? std::isnan(load_as<float>(slot.value))
                                                          : std::isnan(load_as<double>(slot.value));
    if (open_sets_ > 0 && is_nan) fail(kNaNInSet);
}

void Builder::begin_wrapped_text(void* text) {
    Frame& frame = push(kWrappedTextShape, text);
    frame.offsets = kWrappedTextRecord.offsets(text);
    frame.current = kWrappedTextRecord.count;
}

void Builder::unwrap(Document& object) const {
    if (object.size() != 1) return;
    const Document* const wrapped = object.find(kWrappedCbor);
    if (wrapped == nullptr || !wrapped->is_text()) return;
    const std::optional<std::string> bytes = parse_base64(wrapped->as_text());
    if (!bytes) fail("expected base64 text");
    try {
        object = Document::from_cbor(*bytes);
    } catch (const Error& error) {
        fail(error.what());
    }
}

// ------------------------------------------------------------------------------------------------------ errors

void Builder::fail(std::string_view reason) const {
    Path path;
    for (std::size_t i = 0; i < depth_; ++i) {
        const Frame& frame = frames_[i];
        switch (frame.shape->kind) {
            case Kind::record: {
                const RecordShape& record = frame.shape->record();
                if (frame.current < record.count)
                    path.add_name(record.fields[frame.current].name);
                else if (frame.key_size > 0)
                    path.add_name({frame.key, frame.key_size});
                break;
            }
            case Kind::map:
                if (frame.key_size > 0) path.add_name({frame.key, frame.key_size});
                break;
            case Kind::document:
                if (document_at(frame.value).is_array())
                    path.add_position(frame.position);
                else if (frame.key_size > 0)
                    path.add_name({frame.key, frame.key_size});
                break;
            default:
                path.add_position(frame.position);
                break;
        }
    }
    path.fail(ErrorCode::decode, reason);
}

void Builder::fail_type(const Shape& expected, std::string_view found) const {
    fail("expected " + kind_name(expected) + ", found " + std::string(found));
}

void Builder::fail_range(const Shape& expected, std::string_view number) const {
    fail(std::string(number) + " does not fit " + describe(expected));
}

}  // namespace cambium::codec
