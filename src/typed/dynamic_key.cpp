#include "typed/dynamic_key.hpp"

#include <cstring>
#include <string_view>

#include "cambium/base/values.hpp"
#include "cambium/key/key.hpp"

namespace cambium::detail {
namespace {

using codec::Kind;
using codec::Meaning;
using codec::Shape;

template <class T>
void append_as(const void* value, std::string& out) {
    key::KeyTraits<T>::encode(out, *static_cast<const T*>(value));
}
template <class T>
void read_as(ByteView& in, void* value) {
    key::KeyTraits<T>::decode(in, *static_cast<T*>(value));
}

/// Calls work.operator()<T>() with the C++ type of a number, UUID, text or such.
template <class Work>
void with_type(const Shape& shape, Work&& work) {
    const bool is_signed = shape.kind == Kind::signed_integer;
    switch (shape.kind) {
        case Kind::boolean:
            return work.template operator()<bool>();
        case Kind::floating:
            return shape.size == 4 ? work.template operator()<float>() : work.template operator()<double>();
        case Kind::unsigned_integer:
        case Kind::signed_integer:
            switch (shape.size) {
                case 1:
                    return is_signed ? work.template operator()<std::int8_t>()
                                     : work.template operator()<std::uint8_t>();
                case 2:
                    return is_signed ? work.template operator()<std::int16_t>()
                                     : work.template operator()<std::uint16_t>();
                case 4:
                    return is_signed ? work.template operator()<std::int32_t>()
                                     : work.template operator()<std::uint32_t>();
                default:
                    return is_signed ? work.template operator()<std::int64_t>()
                                     : work.template operator()<std::uint64_t>();
            }
        case Kind::uuid:
            return work.template operator()<Uuid>();
        case Kind::uint256:
            return work.template operator()<Uint256>();
        default:
            return work.template operator()<std::string>();
    }
}

constexpr int kMaxNesting = 64;  // of what has a name: deeper is a type that holds itself

bool is_keyable(const Shape& shape, int levels) noexcept {
    if (levels == 0) return false;
    switch (shape.kind) {
        case Kind::boolean:
        case Kind::floating:
        case Kind::unsigned_integer:
        case Kind::signed_integer:
        case Kind::string:
        case Kind::bytes:
        case Kind::fixed_bytes:
        case Kind::uuid:
        case Kind::uint256:
            return true;
        case Kind::optional:
            return is_keyable(*shape.optional().value, levels - 1);
        case Kind::record:
            return is_descending(shape) && is_keyable(descending_shape(shape), levels - 1);
        default:
            return false;
    }
}

}  // namespace

bool is_keyable(const Shape& shape) noexcept {
    return is_keyable(shape, kMaxNesting);
}

bool is_descending(const Shape& shape) noexcept {
    return shape.kind == Kind::record && shape.meaning == Meaning::descending;
}

const Shape& descending_shape(const Shape& shape) noexcept {
    return *shape.record().fields[0].shape;
}

void* descending_value(const Shape& shape, void* value) noexcept {
    return static_cast<char*>(value) + shape.record().offsets(value)[0];
}

bool is_text(const Shape& shape) noexcept {
    return (shape.kind == Kind::optional ? *shape.optional().value : shape).kind == Kind::string;
}

void append_key(const Shape& shape, const void* value, std::string& out) {
    switch (shape.kind) {
        case Kind::optional: {
            const void* const content = shape.optional().get(value);
            out.push_back(content != nullptr ? '\x01' : '\0');
            if (content != nullptr) append_key(*shape.optional().value, content, out);
            return;
        }
        case Kind::bytes:
            return key::detail::append_escaped(out, shape.bytes().view(value));
        case Kind::fixed_bytes:
            out.append(static_cast<const char*>(value), shape.size);
            return;
        case Kind::record: {
            const std::size_t begin = out.size();
            append_key(descending_shape(shape), descending_value(shape, const_cast<void*>(value)), out);
            return key::detail::complement(out, begin);
        }
        default:
            with_type(shape, [&]<class T>() { append_as<T>(value, out); });
    }
}

void append_key_prefix(const Shape& shape, std::string_view text, std::string& out) {
    const std::size_t begin = out.size();
    if (is_descending(shape)) {
        append_key_prefix(descending_shape(shape), text, out);
        return key::detail::complement(out, begin);
    }
    if (shape.kind == Kind::optional) out.push_back('\x01');
    key::append_prefix(out, text);
}

void read_key(const Shape& shape, ByteView& in, void* value) {
    switch (shape.kind) {
        case Kind::optional: {
            const auto marker = static_cast<unsigned char>(key::detail::take(in, 1).front());
            if (marker > 1) key::detail::fail_marker("optional", marker);
            if (marker == 0) return shape.optional().reset(value);
            return read_key(*shape.optional().value, in, shape.optional().emplace(value));
        }
        case Kind::bytes: {
            std::string content;
            read_as<std::string>(in, &content);
            return shape.bytes().assign(value, content);
        }
        case Kind::fixed_bytes:
            std::memcpy(value, key::detail::take(in, shape.size).data(), shape.size);
            return;
        case Kind::record: {
            struct Content {
                const Shape* shape;
                void* value;
            } content{&descending_shape(shape), descending_value(shape, value)};
            return key::detail::read_complemented(in, &content, [](ByteView& bytes, void* at) {
                const auto& to = *static_cast<const Content*>(at);
                read_key(*to.shape, bytes, to.value);
            });
        }
        default:
            with_type(shape, [&]<class T>() { read_as<T>(in, value); });
    }
}

}  // namespace cambium::detail
