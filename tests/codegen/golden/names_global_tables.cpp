// Written by cambium-codegen from names_global.fbs. Change the schema, not this file.
// clang-format off
#include "names_global_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "names_global_fb_generated.h"

namespace cambium::generated {
namespace {

::fb::unpack pack_one(const ::unpack& record) {
    return ::fb::unpack{
            record.x};
}

void unpack_one(const ::fb::unpack& view, ::unpack& record) {
    unpack(view.x(), record.x);
}

flatbuffers::Offset<::fb::pack_one> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                             const ::pack_one& record) {
    ::fb::pack_oneBuilder table{builder};
    if (record.inner) {
        const auto inner_struct = pack_one(*record.inner);
        table.add_inner(&inner_struct);
    }
    return table.Finish();
}

void unpack_one(const ::fb::pack_one& view, ::pack_one& record) {
    unpack_record(view.inner(), record.inner, [](const auto& from, auto& to) { unpack_one(from, to); });
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::PackedUnions& from,
              PackedUnion<::fb::PackedUnions>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::fb::PackedUnions::pack_one;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::fb::PackedUnions::finish;
            to.value = builder.CreateStruct(pack_one(std::get<2>(from))).Union();
            return;
        case 3:
            to.type = ::fb::PackedUnions::text;
            to.value = pack_text(builder, &std::get<3>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::fb::PackedUnions type, const void* from, ::PackedUnions& to) {
    switch (type) {
        case ::fb::PackedUnions::pack_one:
            unpack_one(*static_cast<const ::fb::pack_one*>(from), to.emplace<1>());
            return true;
        case ::fb::PackedUnions::finish:
            unpack_one(*static_cast<const ::fb::unpack*>(from), to.emplace<2>());
            return true;
        case ::fb::PackedUnions::text:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<3>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::fb::PackedUnion> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                const ::PackedUnion& record) {
    const auto verified_packed = pack_union<::fb::PackedUnions>(record.verified, "verified",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto aligned_packed = pack_unions<::fb::PackedUnions>(builder, unless_empty(record.aligned), "aligned",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto pack_text_offset = pack_text(builder, present(record.pack_text));
    const auto present_offset = pack_tables<::fb::pack_one>(builder, unless_empty(record.present),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto pack_packed = pack_union<::fb::PackedUnions>(record.pack, "pack",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto pack_required_packed = pack_required_union<::fb::PackedUnions>(record.pack_required, "pack_required",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::fb::PackedUnionBuilder table{builder};
    table.add_id(record.id);
    table.add_pack_required(pack_required_packed.value);
    table.add_pack(pack_packed.value);
    table.add_present(present_offset);
    table.add_pack_text(pack_text_offset);
    if (record.name) {
        const auto name_struct = std::bit_cast<::fb::generated>(*record.name);
        table.add_name(&name_struct);
    }
    table.add_aligned(aligned_packed.value);
    table.add_aligned_type(aligned_packed.type);
    table.add_verified(verified_packed.value);
    table.add_pack_required_type(pack_required_packed.type);
    table.add_pack_type(pack_packed.type);
    table.add_verified_type(verified_packed.type);
    return table.Finish();
}

void unpack_one(const ::fb::PackedUnion& view, ::PackedUnion& record) {
    unpack(view.id(), record.id);
    unpack_union(view.verified_type(), view.verified(), record.verified, "verified",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_unions(view.aligned_type(), view.aligned(), record.aligned, "aligned",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_byte_struct(view.name(), record.name);
    unpack(view.pack_text(), record.pack_text);
    unpack_records(view.present(), record.present, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_union(view.pack_type(), view.pack(), record.pack, "pack",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_required_union(view.pack_required_type(), view.pack_required(), record.pack_required, "pack_required",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::PackedUnion>::pack(const ::PackedUnion& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::PackedUnion>::unpack(std::string_view bytes, ::PackedUnion& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "PackedUnion"), record);
}

auto FlatBuffersSchema<::PackedUnion>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "PackedUnion");
}

}  // namespace cambium
