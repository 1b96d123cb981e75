// Compressed<Codec, Compressor>: what another codec writes, made smaller.
//
//     #include "cambium/codec/cbor.hpp"
//     #include "cambium/codec/zstd.hpp"        // and link cambium::zstd
//     struct Pages : cambium::Table<"pages", Page, cambium::PrimaryKey<&Page::url>,
//                                   cambium::Compressed<cambium::Cbor, cambium::Zstd>> {};
//
// The compressors are Zstd, Lz4 and Zlib, each in a header and a library target of its own: a program links only
// what it uses. A value that does not get smaller is stored as it is, with one byte in front.
//
// One byte: 0, and the bytes of the inner codec follow; or 1, and the number of those bytes follows (LEB128), and
// then for every 1 MiB of them, and the rest, the size of their compressed form (LEB128) and that form. Reading
// trusts none of these numbers: it allocates at most 1 MiB more than it has decompressed, and stops at MaxBytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/codec.hpp"

namespace cambium {

namespace codec {

struct Shape;

/// Compresses `plain` into `room` bytes at `to`. The size, or 0 when it does not fit or fails.
using Compress = std::size_t (*)(ByteView plain, char* to, std::size_t room);
/// Decompresses to exactly `size` bytes at `to`. False when `packed` is not the form of so many bytes.
using Expand = bool (*)(ByteView packed, char* to, std::size_t size);

/// Appends the frame of `plain`. Error{encode} above `max_bytes`.
void append_compressed(ByteView plain, Compress compress, std::uint64_t max_bytes, std::string& out);
/// What a frame holds: a view into `bytes`, or of `storage`. Error{decode} when they are no frame.
[[nodiscard]] ByteView expand_compressed(ByteView bytes, Expand expand, std::uint64_t max_bytes,
                                         std::string& storage);

/// "cbor+zstd"
template <class Inner, class Compressor>
struct CompressedName {
    static constexpr std::size_t kSize = Inner::name.size() + 1 + Compressor::name.size();
    static constexpr std::array<char, kSize> text = [] {
        std::array<char, kSize> joined{};
        std::size_t at = 0;
        for (const char byte : Inner::name) joined[at++] = byte;
        joined[at++] = '+';
        for (const char byte : Compressor::name) joined[at++] = byte;
        return joined;
    }();
};

}  // namespace codec

/// MaxBytes: the longest form of the inner codec that is written or read.
template <class Inner, class Compressor, std::uint64_t MaxBytes = std::uint64_t{1} << 30U>
struct Compressed {
    static constexpr std::string_view name{codec::CompressedName<Inner, Compressor>::text.data(),
                                           codec::CompressedName<Inner, Compressor>::kSize};
    static constexpr bool exact = codec::kSaysExact<Inner>;

    /// Appends the compressed record to `out`. Throws as Inner does, and Error{encode} above MaxBytes.
    template <class R>
    static void encode(const R& record, std::string& out) {
        std::string plain;
        Inner::encode(record, plain);
        codec::append_compressed(plain, &Compressor::compress, MaxBytes, out);
    }

    /// Replaces the record by the one in `bytes`. Throws as Inner does, and Error{decode} for a damaged frame.
    template <class R>
    static void decode(ByteView bytes, R& record) {
        std::string storage;
        Inner::decode(codec::expand_compressed(bytes, &Compressor::expand, MaxBytes, storage), record);
    }

    /// Where the inner codec has it.
    template <class R>
    static void decode_as(const codec::Shape& shape, ByteView bytes, R& record) requires requires {
        Inner::decode_as(shape, bytes, record);
    }
    {
        std::string storage;
        Inner::decode_as(shape, codec::expand_compressed(bytes, &Compressor::expand, MaxBytes, storage), record);
    }

    /// Where the inner codec has it.
    template <class R>
    [[nodiscard]] static constexpr std::string_view wire() requires requires {
        Inner::template wire<R>();
    }
    { return Inner::template wire<R>(); }
};

namespace codec {
template <class Inner, class Compressor, std::uint64_t MaxBytes>
inline constexpr Enumerators kEnumerators<Compressed<Inner, Compressor, MaxBytes>> = kEnumerators<Inner>;
}  // namespace codec

}  // namespace cambium
