// Fills a value from a stream of parsing events: the half of decoding that Json and Cbor share. A parser calls one
// function per token; the builder finds the place for it, checks that it fits and stores it, or throws
// Error{decode} with the path of the field.
//
// The parser guarantees that the events nest: every begin has its end, and within begin_map a key precedes every
// value. The builder owns no memory but the elements of sets under construction. Use from one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/codec/shape.hpp"
#include "codec/path.hpp"

namespace cambium::codec {

/// In which order the encoder of this format writes fields: where to look for the next one first.
enum class KeyOrder : std::uint8_t { declared, sorted };

/// Whether bytes and UUIDs arrive as text (base64, hexadecimal digits) or as byte strings; and with text, whether
/// values that the format has no form for may have been put another way, see JsonForm::lossless.
enum class ByteForm : std::uint8_t { text, lossless_text, binary };

class Builder {
public:
    /// `value` must hold its defaults, have this shape and outlive the builder.
    Builder(const Shape& shape, void* value, KeyOrder order, ByteForm form);
    Builder(const Builder&) = delete;
    Builder& operator=(const Builder&) = delete;
    ~Builder();

    void null();
    void boolean(bool value);
    void unsigned_integer(std::uint64_t value);
    /// The number -1 - value, as CBOR counts.
    void negative_integer(std::uint64_t value);
    /// `text` is the number as it was spelt, or empty.
    void floating(double value, std::string_view text);
    void text(std::string_view value);
    void bytes(ByteView value);
    /// A CBOR tag in front of the next value.
    void tag(std::uint64_t number);
    void begin_list();
    void end_list();
    void begin_map();
    void key(std::string_view name);
    /// A key that is a number: that of a field, counted from 1. Only where in_record().
    void key_number(std::uint64_t number);
    void end_map();
    /// The name of the field that the encoder of this format writes next in the record that the builder is in;
    /// empty when there is none, or another key is as likely.
    [[nodiscard]] std::string_view expected_field() const {
        if (skipping()) return {};
        const Frame& frame = frames_[depth_ - 1];
        if (frame.shape->kind != Kind::record) return {};
        const RecordShape& record = frame.shape->record();
        if (frame.expected >= record.count) return {};
        const std::uint32_t field = field_in_order(record, frame.expected);
        return field == record.unknown ? std::string_view() : record.fields[field].name;
    }
    /// key() of expected_field(), which is not empty.
    void expected_key();

    /// Whether the next key belongs to a record, where it may be the number of a field.
    [[nodiscard]] bool in_record() const { return frames_[depth_ - 1].shape->kind == Kind::record; }

    /// Whether the events since the last key belong to a field the record does not have.
    [[nodiscard]] bool skipping() const { return skip_next_ || skip_depth_ > 0; }
    /// Throws Error{decode} with the path of the place that the builder is at.
    [[noreturn]] void fail(std::string_view reason) const;

private:
    // Without initialisers, so that the stack of frames costs nothing until it is used.
    struct Frame {
        const Shape* shape;
        void* value;
        std::uint64_t position;  // list, record: elements so far; variant: 0 before its number, 1 before its value
        void* pending;           // list: the element under construction when it is not yet in the list
        std::uint64_t alternative;     // variant
        const std::uint32_t* offsets;  // record
        std::uint64_t seen[2];         // record: one bit per field
        std::uint32_t current;         // record: the field being read, or the number of fields
        std::uint32_t expected;        // record: where in the order of the format the next key is looked for first
        const char* key;               // map, object: the key being read, owned by the map
        std::size_t key_size;
    };
    static_assert(std::is_trivially_default_constructible_v<Frame>);
    struct Slot {
        const Shape* shape = nullptr;  // null: the value is to be ignored
        void* value = nullptr;
    };

    /// Whether the value that comes goes to a field whose key was read last, and the field is of this kind.
    [[nodiscard]] bool is_at(Kind kind) const { return at_field_ && next_.shape->kind == kind; }
    /// After the value of a field was stored in next_: what close_slot() does, the short way.
    void end_field();
    Slot open_slot();
    Slot place_for(bool is_null);
    void close_slot();
    void enter_skipped();
    Frame& push(const Shape& shape, void* value);
    void pop();
    void start_variant_value(Frame& frame);

    [[nodiscard]] std::uint32_t field_in_order(const RecordShape& record, std::uint32_t place) const {
        return order_ == KeyOrder::sorted ? record.sorted[place] : place;
    }
    std::uint32_t find_field(const RecordShape& record, std::string_view name, Frame& frame) const;
    void record_key(Frame& frame, std::string_view name);
    void field_key(Frame& frame, std::uint32_t field);
    void unknown_key(Frame& frame, std::string_view name);
    void member_key(Frame& frame, Document& object, std::string_view name);
    void finish_object(Frame& frame, Document& object);
    [[nodiscard]] bool document_is_next() const;
    void put(const Slot& slot, Document value);
    void map_key(Frame& frame, std::string_view name);
    void store_bytes(const Slot& slot, ByteView content);
    void store_bignum(const Slot& slot, ByteView big_endian);
    void store_enumerator(const Slot& slot, std::string_view name);
    void store_text_form(const Slot& slot, std::string_view text);
    void store_float(const Slot& slot, std::string_view text, double value);
    void store_non_finite(const Slot& slot, std::string_view name);
    void begin_wrapped_text(void* text);
    void unwrap(Document& object) const;

    [[noreturn]] void fail_type(const Shape& expected, std::string_view found) const;
    [[noreturn]] void fail_range(const Shape& expected, std::string_view number) const;

    const Shape& root_;
    void* const root_value_;
    const KeyOrder order_;
    const ByteForm form_;
    std::uint64_t document_tag_ = 0;  // one more than the tag read before a document; 0: none
    std::uint64_t tag_ = 0;           // read before the byte string that it is about; 0: none
    bool at_field_ = false;           // the last event was the key of a field
    bool skip_next_ = false;
    std::size_t skip_depth_ = 0;
    std::size_t open_sets_ = 0;
    std::size_t depth_ = 0;
    Slot next_{};  // inside a record or map: where the value of the last key goes
    std::array<Frame, kMaxDepth> frames_;
};

}  // namespace cambium::codec
