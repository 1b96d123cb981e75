// FlatBuffers: records in the layout of a .fbs schema, readable in place. cambium-codegen writes the plain struct
// and its FlatBuffersSchema; this header includes nothing of the flatbuffers library.
#pragma once

#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"

namespace cambium {

/// How a record is packed into a FlatBuffer. Specialised by generated code, with
///   using View                                    flatc's accessor type
///   static void pack(const R&, std::string&)      appends the finished buffer
///   static void unpack(ByteView, R&)              verifies, then reads; Error{decode} when the verifier refuses
///   static const View* view(ByteView)             verifies; points into the bytes
/// and, so that opening a store refuses a schema that would read its buffers otherwise,
///   static constexpr char wire[]                  JSON: places, defaults and structs, as docs/format.md says under
///                                                 "defaults"; an array, so that its length costs the compiler
///                                                 nothing
template <class R>
struct FlatBuffersSchema;

namespace codec {
template <class R>
concept HasFlatBuffersSchema = requires {
    typename FlatBuffersSchema<R>::View;
};

template <class R>
consteval void check_flatbuffers() {
    static_assert(HasFlatBuffersSchema<R>,
                  "cambium: the FlatBuffers codec needs a schema for this record: declare it in a .fbs file, run "
                  "cambium_generate_tables on it and include the generated header");
}

/// Where the root table of a buffer is, without looking into the table. Error{decode} when it would lie outside of
/// the bytes; Error{misuse} when they do not begin at a multiple of 8.
[[nodiscard]] const void* flatbuffers_root(ByteView bytes);
}  // namespace codec

struct FlatBuffers {
    static constexpr std::string_view name = "flatbuffers";
    static constexpr bool exact = true;
    static constexpr bool names_enumerators = false;

    /// Appends the finished buffer to `out`. Linear in the size of the record.
    template <class R>
    static void encode(const R& record, std::string& out) {
        codec::check_flatbuffers<R>();
        if constexpr (codec::HasFlatBuffersSchema<R>) FlatBuffersSchema<R>::pack(record, out);
    }

    /// Replaces the record by the one in `bytes`. Throws Error{decode} when the bytes are not a buffer of its
    /// schema.
    template <class R>
    static void decode(ByteView bytes, R& record) {
        codec::check_flatbuffers<R>();
        if constexpr (codec::HasFlatBuffersSchema<R>) FlatBuffersSchema<R>::unpack(bytes, record);
    }

    /// What the types of the fields do not say of their bytes, see FlatBuffersSchema; empty: nothing is known.
    template <class R>
    [[nodiscard]] static constexpr std::string_view wire() {
        if constexpr (requires { FlatBuffersSchema<R>::wire; })
            return {FlatBuffersSchema<R>::wire, sizeof(FlatBuffersSchema<R>::wire) - 1};
        return {};
    }

    /// The record in place, as flatc's accessor; it lives as long as `bytes`, which must begin at an address that
    /// is a multiple of 8. Throws Error{decode} when the bytes are not a buffer of its schema.
    template <class R>
    [[nodiscard]] static auto view(ByteView bytes) {
        codec::check_flatbuffers<R>();
        if constexpr (codec::HasFlatBuffersSchema<R>) return FlatBuffersSchema<R>::view(bytes);
    }
};

/// The same records in the same bytes, and views that are not verified: O(1) instead of a walk over the buffer. For
/// files that only trusted programs write. The store's own checksums notice what a disk has damaged, but nothing
/// notices a buffer that was stored with wrong offsets: reading it is undefined. decode() verifies as FlatBuffers
/// does.
struct TrustedFlatBuffers : FlatBuffers {
    template <class R>
    [[nodiscard]] static auto view(ByteView bytes) {
        codec::check_flatbuffers<R>();
        if constexpr (codec::HasFlatBuffersSchema<R>) {
            return static_cast<const typename FlatBuffersSchema<R>::View*>(codec::flatbuffers_root(bytes));
        }
    }
};

}  // namespace cambium
