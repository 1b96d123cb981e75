// What the code written by cambium-codegen is made of: moving values between the fields of a plain record and
// flatc's accessors and builders. Included by generated .cpp files only, which keeps flatbuffers.h out of headers.
//
// Functions without state: any thread may use them on its own records and builders.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cambium/base/bytes.hpp>
#include <cambium/base/error.hpp>
#include <cambium/base/values.hpp>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace cambium::generated {

/// What flatc's accessors need of the address of a buffer.
inline constexpr std::size_t kAlignment = 8;

[[noreturn]] inline void fail_decode(std::string_view record, std::string_view reason) {
    throw Error{ErrorCode::decode, "record " + std::string{record} + ": " + std::string{reason}};
}

/// Checks every offset of a buffer before anything follows one. The result points into `bytes`, which must be
/// aligned to 8 bytes, as the store's values are; Error{misuse} when they are not. Throws Error{decode}. Cost: one
/// walk over the buffer. `depth` is how many tables of the schema are in one another, when that is more than the
/// library takes by itself.
template <class View>
const View* verified(ByteView bytes, std::string_view record, flatbuffers::uoffset_t depth = 0) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment != 0)
        throw Error{ErrorCode::misuse,
                    "record " + std::string{record} +
                        ": a view needs bytes that begin at a multiple of 8; copy these there first"};
    if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE)
        fail_decode(record, "a FlatBuffers value is shorter than 2 GiB");
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    // A buffer in which no two fields share a nested table has room for no more of them than this, so that sharing,
    // which we never write, cannot make a small buffer expensive.
    flatbuffers::Verifier::Options options;
    options.max_tables = static_cast<flatbuffers::uoffset_t>(bytes.size() / sizeof(flatbuffers::soffset_t));
    options.max_depth = std::max(options.max_depth, depth);
    flatbuffers::Verifier verifier{data, bytes.size(), options};
    if (!verifier.VerifyBuffer<View>(nullptr))
        fail_decode(record,
                    "the " + std::to_string(bytes.size()) + " bytes are not a FlatBuffers value of this record");
    return flatbuffers::GetRoot<View>(data);
}

/// The same bytes at an aligned address: a copy only when they are not.
class AlignedBytes {
public:
    explicit AlignedBytes(ByteView bytes) : bytes_{bytes} {
        if (bytes.empty() || reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment == 0) return;
        copy_ = std::make_unique<std::uint64_t[]>((bytes.size() + kAlignment - 1) / kAlignment);
        std::memcpy(copy_.get(), bytes.data(), bytes.size());
        bytes_ = ByteView{reinterpret_cast<const char*>(copy_.get()), bytes.size()};
    }

    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }

private:
    std::unique_ptr<std::uint64_t[]> copy_;
    ByteView bytes_;
};

/// Refuses to grow a buffer past what FlatBuffers offsets can span; the builder itself would only assert.
class BoundedAllocator : public flatbuffers::Allocator {
public:
    std::uint8_t* allocate(std::size_t size) override {
        if (size >= FLATBUFFERS_MAX_BUFFER_SIZE)
            throw Error{ErrorCode::encode,
                        "a record in FlatBuffers must stay well below 2 GiB; split it into several"};
        return new std::uint8_t[size];
    }
    void deallocate(std::uint8_t* memory, std::size_t) override { delete[] memory; }
};

/// Appends the buffer whose root is `pack_root(builder)` to `out`. `identifier` is nullptr or four characters.
template <class PackRoot>
void finish(std::string& out, const char* identifier, PackRoot pack_root) {
    constexpr std::size_t kFirstSize = 1024;
    BoundedAllocator allocator;
    flatbuffers::FlatBufferBuilder builder{kFirstSize, &allocator};
    builder.Finish(pack_root(builder), identifier);
    out.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
}

/// The value of an optional field, or null: what is null is left out of the buffer.
template <class T>
const T* present(const std::optional<T>& value) noexcept {
    return value ? &*value : nullptr;
}

/// A list, or null when it is empty: for lists that read as empty when absent.
template <class T>
const std::vector<T>* unless_empty(const std::vector<T>& list) noexcept {
    return list.empty() ? nullptr : &list;
}

template <class To, class From>
To convert(const From& value) {
    if constexpr (std::is_same_v<From, To>)
        return value;
    else if constexpr (std::is_same_v<From, Timestamp>)
        return value.time_since_epoch().count();
    else if constexpr (std::is_same_v<To, Timestamp>)
        return Timestamp{std::chrono::nanoseconds{value}};
    else if constexpr (std::is_same_v<To, bool>)
        return value != 0;
    else
        return static_cast<To>(value);
}

/// The members of a struct's array as flatc stores them.
template <class Wire, class T, std::size_t N>
std::array<Wire, N> to_wires(const std::array<T, N>& values) {
    std::array<Wire, N> wires{};
    for (std::size_t i = 0; i < N; ++i) wires[i] = convert<Wire>(values[i]);
    return wires;
}

/// The same for an array of structs: `to_struct(value)` gives flatc's struct.
template <class Struct, class T, std::size_t N, class ToStruct>
std::array<Struct, N> to_structs(const std::array<T, N>& values, ToStruct to_struct) {
    std::array<Struct, N> structs{};
    for (std::size_t i = 0; i < N; ++i) structs[i] = to_struct(values[i]);
    return structs;
}

// Packing. Each takes a pointer and gives a null offset for a null pointer.

inline flatbuffers::Offset<flatbuffers::String> pack_text(flatbuffers::FlatBufferBuilder& builder,
                                                          const std::string* text) {
    return text == nullptr ? flatbuffers::Offset<flatbuffers::String>{} : builder.CreateString(*text);
}

inline auto pack_texts(flatbuffers::FlatBufferBuilder& builder, const std::vector<std::string>* list) {
    using Strings = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;
    return list == nullptr ? flatbuffers::Offset<Strings>{} : builder.CreateVectorOfStrings(*list);
}

inline flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> pack_bytes(flatbuffers::FlatBufferBuilder& builder,
                                                                         const Uuid* uuid) {
    if (uuid == nullptr) return {};
    return builder.CreateVector(uuid->bytes.data(), uuid->bytes.size());
}

template <std::size_t N>
flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> pack_bytes(flatbuffers::FlatBufferBuilder& builder,
                                                                  const std::array<std::uint8_t, N>* bytes) {
    if (bytes == nullptr) return {};
    return builder.CreateVector(bytes->data(), bytes->size());
}

/// Adds a number whose default is `zero` to the table under construction by `add()`. FlatBuffers leaves out what
/// equals the default, and with it the sign: the other zero is stored nevertheless.
template <class T, class Add>
void add_signed(flatbuffers::FlatBufferBuilder& builder, T value, double zero, Add add) {
    builder.ForceDefaults(value == 0 && std::signbit(value) != std::signbit(zero));
    add();
    builder.ForceDefaults(false);
}

/// A list of scalars or enums, each stored as Wire.
template <class Wire, class T>
flatbuffers::Offset<flatbuffers::Vector<Wire>> pack_scalars(flatbuffers::FlatBufferBuilder& builder,
                                                            const std::vector<T>* list) {
    if (list == nullptr) return {};
    if constexpr (std::is_same_v<Wire, T>) {
        return builder.CreateVector(list->data(), list->size());
    } else {
        std::vector<Wire> values;
        values.reserve(list->size());
        for (const T value : *list) values.push_back(convert<Wire>(value));
        return builder.CreateVector(values);
    }
}

/// A list of structs: `to_struct(value)` gives flatc's struct.
template <class Struct, class T, class ToStruct>
flatbuffers::Offset<flatbuffers::Vector<const Struct*>> pack_structs(flatbuffers::FlatBufferBuilder& builder,
                                                                     const std::vector<T>* list,
                                                                     ToStruct to_struct) {
    if (list == nullptr) return {};
    std::vector<Struct> values;
    values.reserve(list->size());
    for (const T& value : *list) values.push_back(to_struct(value));
    return builder.CreateVectorOfStructs(values);
}

/// A list of tables: `to_table(value)` packs one and gives its offset.
template <class Table, class T, class ToTable>
flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<Table>>> pack_tables(
    flatbuffers::FlatBufferBuilder& builder, const std::vector<T>* list, ToTable to_table) {
    if (list == nullptr) return {};
    std::vector<flatbuffers::Offset<Table>> offsets;
    offsets.reserve(list->size());
    for (const T& value : *list) offsets.push_back(to_table(value));
    return builder.CreateVector(offsets);
}

/// A union as a table holds it: the type number and the value, or NONE and null.
template <class Type>
struct PackedUnion {
    Type type{};
    flatbuffers::Offset<void> value;
};

/// A list of unions as a table holds it. Both are null when the list is absent.
template <class Type>
struct PackedUnions {
    flatbuffers::Offset<flatbuffers::Vector<Type>> type;
    flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<void>>> value;
};

[[noreturn]] inline void fail_union(ErrorCode code, std::string_view field, std::string_view reason) {
    throw Error{code, "field \"" + std::string{field} + "\": " + std::string{reason}};
}

/// `pack_one(value, packed)` fills a PackedUnion unless the value is std::monostate. `field` is for messages.
template <class Type, class Variant, class PackOne>
PackedUnion<Type> pack_union(const Variant& value, std::string_view field, PackOne pack_one) {
    if (value.valueless_by_exception()) fail_union(ErrorCode::encode, field, "the variant holds no value");
    PackedUnion<Type> packed;
    pack_one(value, packed);
    return packed;
}

/// The same for a union that must be there.
template <class Type, class Variant, class PackOne>
PackedUnion<Type> pack_required_union(const Variant& value, std::string_view field, PackOne pack_one) {
    if (value.index() == 0)
        fail_union(ErrorCode::encode, field, "the union is required and holds std::monostate; give it a value");
    return pack_union<Type>(value, field, pack_one);
}

/// A list of unions, each of which holds something: FlatBuffers has no NONE in lists.
template <class Type, class Variant, class PackOne>
PackedUnions<Type> pack_unions(flatbuffers::FlatBufferBuilder& builder, const std::vector<Variant>* list,
                               std::string_view field, PackOne pack_one) {
    if (list == nullptr) return {};
    std::vector<Type> types;
    std::vector<flatbuffers::Offset<void>> values;
    types.reserve(list->size());
    values.reserve(list->size());
    for (const Variant& value : *list) {
        if (value.index() == 0)
            fail_union(ErrorCode::encode, field,
                       "element " + std::to_string(types.size()) +
                           " holds std::monostate, which a list of unions in FlatBuffers cannot; leave it out");
        const auto packed = pack_union<Type>(value, field, pack_one);
        types.push_back(packed.type);
        values.push_back(packed.value);
    }
    return {builder.CreateVector(types), builder.CreateVector(values)};
}

// Unpacking. What is absent leaves an empty or default value; `to` need not be fresh.

template <class From, class To>
requires(std::is_arithmetic_v<From> || std::is_enum_v<From>) void unpack(From from, To& to) {
    to = convert<To>(from);
}

template <class From, class To>
void unpack(const std::optional<From>& from, std::optional<To>& to) {
    if (from)
        to = convert<To>(*from);
    else
        to.reset();
}

/// The library's verifier checks where a list begins, not that its elements are aligned: a damaged or foreign
/// buffer may place them anywhere.
template <class Element>
void require_aligned(const void* elements) {
    if (reinterpret_cast<std::uintptr_t>(elements) % alignof(Element) != 0)
        throw Error{ErrorCode::decode, "a list of the FlatBuffers record is not aligned as its elements need it"};
}

inline void unpack(const flatbuffers::String* from, std::string& to) {
    if (from == nullptr)
        to.clear();
    else
        to.assign(from->data(), from->size());
}

inline void unpack(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* from,
                   std::vector<std::string>& to) {
    to.clear();
    if (from == nullptr) return;
    to.reserve(from->size());
    for (const flatbuffers::String* text : *from) to.emplace_back(text->data(), text->size());
}

template <class Wire, class T>
requires(std::is_arithmetic_v<Wire> || std::is_enum_v<Wire>) void unpack(const flatbuffers::Vector<Wire>* from,
                                                                         std::vector<T>& to) {
    to.clear();
    if (from == nullptr) return;
    require_aligned<Wire>(from->Data());
    to.reserve(from->size());
    for (const Wire value : *from) to.push_back(convert<T>(value));
}

/// Fixed bytes out of a [ubyte], which must have exactly that length. `field` is for the message.
template <std::size_t N>
void unpack_bytes(const flatbuffers::Vector<std::uint8_t>* from, std::array<std::uint8_t, N>& to,
                  std::string_view field) {
    to.fill(0);
    if (from == nullptr) return;
    if (from->size() != N)
        throw Error{ErrorCode::decode, "field \"" + std::string{field} + "\" has " + std::to_string(from->size()) +
                                           " bytes; it is declared with " + std::to_string(N)};
    std::memcpy(to.data(), from->data(), N);
}

inline void unpack_bytes(const flatbuffers::Vector<std::uint8_t>* from, Uuid& to, std::string_view field) {
    unpack_bytes(from, to.bytes, field);
}

template <class T>
void unpack_bytes(const flatbuffers::Vector<std::uint8_t>* from, std::optional<T>& to, std::string_view field) {
    if (from == nullptr)
        to.reset();
    else
        unpack_bytes(from, to.emplace(), field);
}

/// An optional string or list.
template <class From, class To>
void unpack(const From* from, std::optional<To>& to) {
    if (from == nullptr)
        to.reset();
    else
        unpack(from, to.emplace());
}

/// A struct or nested table: `unpack_one(*from, to)` fills it.
template <class From, class To, class UnpackOne>
void unpack_record(const From* from, To& to, UnpackOne unpack_one) {
    if (from == nullptr)
        to = To{};
    else
        unpack_one(*from, to);
}

template <class From, class To, class UnpackOne>
void unpack_record(const From* from, std::optional<To>& to, UnpackOne unpack_one) {
    if (from == nullptr)
        to.reset();
    else
        unpack_one(*from, to.emplace());
}

/// A struct that only wraps bytes, to or from Uuid or FixedBytes of the same size.
template <class From, class To>
void unpack_byte_struct(const From* from, To& to) {
    unpack_record(from, to, [](const From& one, auto& bytes) {
        bytes = std::bit_cast<std::remove_reference_t<decltype(bytes)>>(one);
    });
}

/// An array of scalars or enums in a struct.
template <class Wire, std::uint16_t Length, class T, std::size_t N>
requires((std::is_arithmetic_v<Wire> || std::is_enum_v<Wire>)&&Length ==
         N) void unpack(const flatbuffers::Array<Wire, Length>* from, std::array<T, N>& to) {
    for (std::uint16_t i = 0; i < Length; ++i) to[i] = convert<T>(from->Get(i));
}

/// An array of structs in a struct.
template <class From, std::uint16_t Length, class To, std::size_t N, class UnpackOne>
requires(Length == N) void unpack_records(const flatbuffers::Array<From, Length>* from, std::array<To, N>& to,
                                          UnpackOne unpack_one) {
    for (std::uint16_t i = 0; i < Length; ++i) unpack_one(*from->Get(i), to[i]);
}

/// A union: `unpack_one(type, from, to)` fills the alternative, or says that the union has no such type. The
/// library's verifier lets pass a type number that it does not know, and one without a value. `field` is for
/// messages.
template <class Type, class Variant, class UnpackOne>
void unpack_union(Type type, const void* from, Variant& to, std::string_view field, UnpackOne unpack_one) {
    to.template emplace<std::monostate>();
    if (type == Type::NONE) return;
    const auto number = static_cast<unsigned>(type);
    if (from == nullptr)
        fail_union(ErrorCode::decode, field, "its union has type " + std::to_string(number) + " and no value");
    if (!unpack_one(type, from, to))
        fail_union(ErrorCode::decode, field,
                   "its union has type " + std::to_string(number) + ", which the schema does not declare");
}

/// The same for a union that must be there.
template <class Type, class Variant, class UnpackOne>
void unpack_required_union(Type type, const void* from, Variant& to, std::string_view field, UnpackOne unpack_one) {
    if (type == Type::NONE) fail_union(ErrorCode::decode, field, "its union is required and has type NONE");
    unpack_union(type, from, to, field, unpack_one);
}

/// A list of unions.
template <class Type, class Variant, class UnpackOne>
void unpack_unions(const flatbuffers::Vector<Type>* types,
                   const flatbuffers::Vector<flatbuffers::Offset<void>>* from, std::vector<Variant>& to,
                   std::string_view field, UnpackOne unpack_one) {
    to.clear();
    if (types == nullptr || from == nullptr) return;
    if (types->size() != from->size())
        fail_union(ErrorCode::decode, field, "its unions have another number of types than of values");
    to.reserve(from->size());
    for (flatbuffers::uoffset_t i = 0; i < from->size(); ++i)
        unpack_required_union(static_cast<Type>(types->Get(i)), from->Get(i), to.emplace_back(), field, unpack_one);
}

template <class Type, class Variant, class UnpackOne>
void unpack_unions(const flatbuffers::Vector<Type>* types,
                   const flatbuffers::Vector<flatbuffers::Offset<void>>* from,
                   std::optional<std::vector<Variant>>& to, std::string_view field, UnpackOne unpack_one) {
    if (from == nullptr)
        to.reset();
    else
        unpack_unions(types, from, to.emplace(), field, unpack_one);
}

/// A list of structs or nested tables.
template <class From, class To, class UnpackOne>
void unpack_records(const flatbuffers::Vector<From>* from, std::vector<To>& to, UnpackOne unpack_one) {
    to.clear();
    if (from == nullptr) return;
    if constexpr (std::is_pointer_v<From>) require_aligned<std::remove_pointer_t<From>>(from->Data());
    to.reserve(from->size());
    for (const auto* one : *from) unpack_one(*one, to.emplace_back());
}

template <class From, class To, class UnpackOne>
void unpack_records(const flatbuffers::Vector<From>* from, std::optional<std::vector<To>>& to,
                    UnpackOne unpack_one) {
    if (from == nullptr)
        to.reset();
    else
        unpack_records(from, to.emplace(), unpack_one);
}

}  // namespace cambium::generated
