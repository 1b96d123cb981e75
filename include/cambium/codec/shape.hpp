// The shape of a type: a constant table that tells compiled code how to read and write any value of it. The codecs
// are ordinary functions over (shape, address); templates end here.
//
// A shape is a constant, lives as long as the program and refers to the shapes of the types inside it. Addresses
// passed to its functions must point to live objects of exactly the type the shape was made for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"

namespace cambium {
class Document;
struct UnknownFields;
}  // namespace cambium

namespace cambium::codec {

enum class Kind : std::uint8_t {
    null,              ///< std::monostate
    boolean,           ///< bool
    unsigned_integer,  ///< of Shape::size bytes
    signed_integer,    ///< of Shape::size bytes
    floating,          ///< of Shape::size bytes
    string,            ///< std::string
    bytes,             ///< Shape::bytes()
    fixed_bytes,       ///< Shape::size bytes in place
    uuid,              ///< sixteen bytes in place
    uint256,           ///< a Uint256 in place
    optional,          ///< Shape::optional()
    list,              ///< Shape::list()
    map,               ///< Shape::map(): text to value
    record,            ///< Shape::record()
    variant,           ///< Shape::variant()
    document,          ///< Document, or UnknownFields, which is one
};

/// What a number counts, a document holds, or that a record is a Descending. It changes the name of a type in the
/// catalog and, for enumerations, the JSON form.
enum class Meaning : std::uint8_t { plain, enumeration, time_point, duration, unknown_fields, descending };

struct BytesShape;
struct OptionalShape;
struct ListShape;
struct MapShape;
struct RecordShape;
struct VariantShape;
struct TickShape;
class EnumTable;

struct Shape {
    Kind kind = Kind::null;
    Meaning meaning = Meaning::plain;
    std::uint32_t size = 0;
    const void* details = nullptr;

    // Each may be called on its own kind only.
    [[nodiscard]] const BytesShape& bytes() const { return *static_cast<const BytesShape*>(details); }
    [[nodiscard]] const OptionalShape& optional() const { return *static_cast<const OptionalShape*>(details); }
    [[nodiscard]] const ListShape& list() const { return *static_cast<const ListShape*>(details); }
    [[nodiscard]] const MapShape& map() const { return *static_cast<const MapShape*>(details); }
    [[nodiscard]] const RecordShape& record() const { return *static_cast<const RecordShape*>(details); }
    [[nodiscard]] const VariantShape& variant() const { return *static_cast<const VariantShape*>(details); }
    [[nodiscard]] const TickShape& tick() const { return *static_cast<const TickShape*>(details); }
    [[nodiscard]] const EnumTable& enumerators() const;  ///< of the meaning enumeration
};

/// The length of one tick in seconds, as a fraction. For the meanings time_point and duration.
struct TickShape {
    std::intmax_t numerator;
    std::intmax_t denominator;
};

struct BytesShape {
    ByteView (*view)(const void* bytes);
    void (*assign)(void* bytes, ByteView content);
};

struct OptionalShape {
    const Shape* value;
    const void* (*get)(const void* optional);  ///< null when empty
    void* (*emplace)(void* optional);          ///< a default value, held by the optional
    void (*reset)(void* optional);
};

enum class ListForm : std::uint8_t { vector, set, array };

struct ListShape {
    ListForm form;
    std::uint32_t fixed_count;  ///< of a std::array, else 0
    const Shape* element;
    std::size_t (*count)(const void* list);
    void (*visit)(const void* list, void* context, void (*each)(void* context, const void* element));
    void (*clear)(void* list);
    void* (*add)(void* list, std::size_t position);  ///< a default element to fill; position counts from 0
    void (*commit)(void* list, void* element);       ///< moves a filled element in and frees it; null: was in place
    void (*discard)(void* element);  ///< frees an element that was not committed; null: was in place
};

struct MapShape {
    const Shape* value;
    std::size_t (*count)(const void* map);
    void (*visit)(const void* map, void* context,
                  void (*each)(void* context, std::string_view key, const void* value));
    void (*clear)(void* map);
    /// A default value to fill under `key`; null when the key is there already. `stored` becomes the map's own key.
    void* (*add)(void* map, std::string_view key, std::string_view& stored);
};

struct FieldShape {
    std::string_view name;  ///< nowhere (std::string_view()) for a field that is left out: nothing stored is of it
    const Shape* shape;
};

struct RecordShape {
    std::uint32_t count;
    const FieldShape* fields;    ///< in order of declaration
    const std::uint8_t* sorted;  ///< field numbers by length of name, then by name
    const std::uint32_t* (*offsets)(
        const void* a_record);  ///< of each field, in bytes; `a_record` is any live record
    std::uint32_t unknown;      ///< the field that is an UnknownFields; count when there is none
};

struct VariantShape {
    std::uint32_t count;
    const Shape* const* alternatives;
    std::size_t (*position)(const void* variant);  ///< count when valueless
    const void* (*get)(const void* variant);       ///< the alternative it holds
    void* (*emplace)(void* variant, std::size_t position);
};

template <class T>
consteval Shape make_shape();

template <class T>
struct ShapeOf {
    static const Shape value;
};
template <class T>
constinit const Shape ShapeOf<T>::value = make_shape<T>();

/// The shape of T. Fails to compile with one sentence when a codec cannot hold T.
template <class T>
[[nodiscard]] const Shape& shape_of() {
    return ShapeOf<T>::value;
}

/// What a store takes of the names of types of all fields of a table together, and so of one. A record is spelled
/// out wherever it is used, so a name may be far longer than the declarations of the structs in it.
inline constexpr std::size_t kMostTypeBytes = std::size_t{1} << 20;

/// The name of a shape in the catalog: the same on every platform and compiler. Linear in the size of the name,
/// which is at most kMostTypeBytes; Error{schema} for a longer one.
[[nodiscard]] std::string describe(const Shape& shape);

}  // namespace cambium::codec

#include "cambium/codec/shape_tables.hpp"
