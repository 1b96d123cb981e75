// Written by cambium-codegen from after.fbs. Change the schema, not this file.
// clang-format off
#include "after_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "after_fb_generated.h"

namespace cambium::generated {
namespace {

::after::fb::Point pack_one(const ::after::Point& record) {
    return ::after::fb::Point{
            record.x};
}

void unpack_one(const ::after::fb::Point& view, ::after::Point& record) {
    unpack(view.x(), record.x);
}

flatbuffers::Offset<::after::fb::Part> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                const ::after::Part& record) {
    const auto name_offset = pack_text(builder, present(record.name));
    const auto note_offset = pack_text(builder, present(record.note));
    const auto sizes_offset = pack_scalars<std::int32_t>(builder, unless_empty(record.sizes));
    ::after::fb::PartBuilder table{builder};
    table.add_sizes(sizes_offset);
    table.add_note(note_offset);
    table.add_name(name_offset);
    table.add_number(record.number);
    return table.Finish();
}

void unpack_one(const ::after::fb::Part& view, ::after::Part& record) {
    unpack(view.number(), record.number);
    unpack(view.name(), record.name);
    unpack(view.note(), record.note);
    unpack(view.sizes(), record.sizes);
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::after::Shape& from,
              PackedUnion<::after::fb::Shape>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::after::fb::Shape::Part;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::after::fb::Shape::label;
            to.value = pack_text(builder, &std::get<2>(from)).Union();
            return;
        case 3:
            to.type = ::after::fb::Shape::Point;
            to.value = builder.CreateStruct(pack_one(std::get<3>(from))).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::after::fb::Shape type, const void* from, ::after::Shape& to) {
    switch (type) {
        case ::after::fb::Shape::Part:
            unpack_one(*static_cast<const ::after::fb::Part*>(from), to.emplace<1>());
            return true;
        case ::after::fb::Shape::label:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<2>());
            return true;
        case ::after::fb::Shape::Point:
            unpack_one(*static_cast<const ::after::fb::Point*>(from), to.emplace<3>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::after::fb::Thing> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                 const ::after::Thing& record) {
    const auto title_offset = pack_text(builder, present(record.title));
    const auto part_offset =
        record.part ? pack_one(builder, *record.part) : flatbuffers::Offset<::after::fb::Part>{};
    const auto parts_offset = pack_tables<::after::fb::Part>(builder, unless_empty(record.parts),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto shape_packed = pack_union<::after::fb::Shape>(record.shape, "shape",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::after::fb::ThingBuilder table{builder};
    table.add_ratio(record.ratio);
    table.add_id(record.id);
    table.add_shape(shape_packed.value);
    table.add_parts(parts_offset);
    table.add_part(part_offset);
    table.add_title(title_offset);
    table.add_shape_type(shape_packed.type);
    return table.Finish();
}

void unpack_one(const ::after::fb::Thing& view, ::after::Thing& record) {
    unpack(view.id(), record.id);
    unpack(view.title(), record.title);
    unpack_record(view.part(), record.part, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.parts(), record.parts, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_union(view.shape_type(), view.shape(), record.shape, "shape",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack(view.ratio(), record.ratio);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::after::Thing>::pack(const ::after::Thing& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::after::Thing>::unpack(std::string_view bytes, ::after::Thing& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Thing"), record);
}

auto FlatBuffersSchema<::after::Thing>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Thing");
}

}  // namespace cambium
