// Document: a value without a schema, as JSON and CBOR have them. A table's value, a field of a record, or on its
// own.
//
//     cambium::Document flags = cambium::Document::object({{"dark", true}, {"limits", cambium::Document::array({10,
//     0.5})}}); flags["owner"]["name"] = "ada"; for (const auto& [name, value] : flags.members()) ...
//
// It holds null, a bool, a 64-bit integer (signed or unsigned), a double, a text, bytes, an array or an object. The
// members of an object have different names and are ordered by them, byte by byte, however they were put in.
// Integers are equal when their values are; an integer is never equal to a double.
//
// JSON has no bytes: they become base64 text, and are text when read back. CBOR keeps them. CBOR may also put a tag
// in front of a value, to say what it means (a UUID, a point in time): a document keeps one per value, and JSON
// leaves it out.
//
// Values nest as deep as one likes in memory, but at most 128 deep in JSON and CBOR. Copying, comparing and
// destroying recurse. Thread rule: that of a std::vector.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cambium/base/bytes.hpp"

namespace cambium {

class Document {
public:
    enum class Type : std::uint8_t {
        null,
        boolean,
        unsigned_integer,  ///< every integer that is not negative
        signed_integer,    ///< every negative integer
        floating,
        text,
        bytes,
        array,
        object,
    };
    struct Member;

    /// Null.
    Document() noexcept = default;
    Document(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
    template <class Bool>
    requires std::same_as<Bool, bool> Document(Bool value)  // NOLINT(google-explicit-constructor)
    noexcept : type_(Type::boolean) { content_.boolean = value; }
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char> &&
             sizeof(Integer) <= sizeof(std::int64_t))
        Document(Integer value)  // NOLINT(google-explicit-constructor)
    noexcept : type_(Type::unsigned_integer) {
        if constexpr (std::is_signed_v<Integer>) {
            if (value < 0) type_ = Type::signed_integer;
        }
        content_.bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
        if constexpr (std::is_unsigned_v<Integer>) content_.bits = value;
    }
    template <std::floating_point Floating>
    Document(Floating value)  // NOLINT(google-explicit-constructor)
        noexcept
        : type_(Type::floating) {
        content_.floating = static_cast<double>(value);
    }
    Document(std::string_view text);                                  // NOLINT(google-explicit-constructor)
    Document(const char* text) : Document(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
    Document(std::string text);                                       // NOLINT(google-explicit-constructor)
    Document(std::span<const std::byte> bytes);                       // NOLINT(google-explicit-constructor)
    Document(const std::vector<std::byte>& bytes)                     // NOLINT(google-explicit-constructor)
        : Document(std::span<const std::byte>(bytes)) {}
    Document(std::vector<Document> elements);  // NOLINT(google-explicit-constructor)

    /// Bytes given as a view.
    [[nodiscard]] static Document bytes(ByteView content);
    [[nodiscard]] static Document array(std::initializer_list<Document> elements = {});
    /// Error{invalid_argument} when two members have the same name.
    [[nodiscard]] static Document object(std::initializer_list<Member> members = {});

    Document(const Document& other);
    Document(Document&& other) noexcept
        : content_(other.content_),
          tag_(std::exchange(other.tag_, 0)),
          type_(std::exchange(other.type_, Type::null)) {}
    Document& operator=(const Document& other);
    Document& operator=(Document&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Document() {
        if (type_ >= Type::text) destroy();
    }
    void swap(Document& other) noexcept {
        std::swap(content_, other.content_);
        std::swap(tag_, other.tag_);
        std::swap(type_, other.type_);
    }

    [[nodiscard]] Type type() const noexcept { return type_; }
    [[nodiscard]] bool is_null() const noexcept { return type_ == Type::null; }
    [[nodiscard]] bool is_integer() const noexcept {
        return type_ == Type::unsigned_integer || type_ == Type::signed_integer;
    }
    [[nodiscard]] bool is_number() const noexcept { return is_integer() || type_ == Type::floating; }
    [[nodiscard]] bool is_text() const noexcept { return type_ == Type::text; }
    [[nodiscard]] bool is_array() const noexcept { return type_ == Type::array; }
    [[nodiscard]] bool is_object() const noexcept { return type_ == Type::object; }

    /// The largest CBOR tag that a value may have.
    static constexpr std::uint32_t kMaxTag = 0xFFFFFFFE;
    [[nodiscard]] bool has_tag() const noexcept { return tag_ != 0; }
    /// The CBOR tag in front of this value, 0 when there is none; has_tag() tells that from tag 0.
    [[nodiscard]] std::uint32_t tag() const noexcept { return tag_ == 0 ? 0 : tag_ - 1; }
    /// At most kMaxTag. Assigning to the document removes it.
    void set_tag(std::uint32_t number) noexcept { tag_ = number + 1; }

    /// The content. Each throws Error{decode}, saying what the document holds, when it is of another type or does
    /// not fit. as_double() takes integers too, rounded to the nearest double. Views live until the document
    /// changes.
    [[nodiscard]] bool as_bool() const;
    [[nodiscard]] std::int64_t as_int64() const;
    [[nodiscard]] std::uint64_t as_uint64() const;
    [[nodiscard]] double as_double() const;
    [[nodiscard]] std::string_view as_text() const;
    [[nodiscard]] ByteView as_bytes() const;

    /// The number of elements or members; 0 for anything else.
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    /// The elements of an array, in order; none for anything else.
    [[nodiscard]] std::span<const Document> elements() const noexcept;
    [[nodiscard]] std::span<Document> elements() noexcept;
    /// The members of an object, in order of their names; none for anything else.
    [[nodiscard]] std::span<const Member> members() const noexcept;

    /// The member of that name, or null when there is none. O(log size).
    [[nodiscard]] const Document* find(std::string_view name) const noexcept;
    [[nodiscard]] Document* find(std::string_view name) noexcept;
    /// The member of that name, or a null document when there is none: flags["owner"]["name"] never fails.
    [[nodiscard]] const Document& operator[](std::string_view name) const noexcept;
    /// The member of that name, made when there is none, O(size) then; null becomes an object first. Error{decode}
    /// when this is something else.
    [[nodiscard]] Document& operator[](std::string_view name);
    [[nodiscard]] const Document& operator[](const char* name) const noexcept {
        return (*this)[std::string_view(name)];
    }
    [[nodiscard]] Document& operator[](const char* name) { return (*this)[std::string_view(name)]; }
    /// An element; Error{decode} when there is none.
    [[nodiscard]] const Document& at(std::size_t position) const;
    [[nodiscard]] Document& at(std::size_t position);
    /// Append an element; null becomes an array first. Error{decode} when this is something else.
    void push_back(Document element);
    /// Remove a member. False when there is none. O(size).
    bool erase(std::string_view name);

    /// Equal content and tags. A NaN equals a NaN.
    friend bool operator==(const Document& a, const Document& b) noexcept;

    /// JSON text without white space. Error{encode} for NaN, infinity, text that is not UTF-8, or deeper than 128.
    [[nodiscard]] std::string to_json() const;
    /// Error{decode} for what is not one JSON value, and for integers of more than 64 bits.
    [[nodiscard]] static Document from_json(std::string_view text);
    /// CBOR in core deterministic encoding. Error{encode} for text that is not UTF-8, or deeper than 128.
    [[nodiscard]] std::string to_cbor() const;
    /// Error{decode} for what is not one CBOR item, and for what a document does not hold: two tags on one value,
    /// undefined and other simple values, keys that are not text, integers below -2^63. The tag of CBOR itself
    /// (55799) in front is left out.
    [[nodiscard]] static Document from_cbor(ByteView bytes);

private:
    friend struct DocumentAccess;

    void destroy() noexcept;
    [[noreturn]] void fail_type(std::string_view wanted) const;
    [[noreturn]] void fail_range(std::string_view wanted) const;

    union Content {
        bool boolean;
        std::uint64_t bits = 0;
        double floating;
        std::string* text;  // bytes as well
        std::vector<Document>* elements;
        std::vector<Member>* members;  // sorted by name
    };
    Content content_{};
    std::uint32_t tag_ = 0;  // 0: none, else one more than the tag
    Type type_ = Type::null;
};

struct Document::Member {
    std::string name{};
    Document value{};
    friend bool operator==(const Member&, const Member&) noexcept = default;
};

/// A member of a record that collects the fields which the stored record has and the struct does not, and writes
/// them back: a program that knows fewer fields then loses none. For Json and Cbor. Without such a member they are
/// skipped.
struct UnknownFields {
    Document fields{};  ///< null or an object
    friend bool operator==(const UnknownFields&, const UnknownFields&) noexcept = default;
};

}  // namespace cambium
