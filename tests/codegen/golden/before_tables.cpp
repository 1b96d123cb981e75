// Written by cambium-codegen from before.fbs. Change the schema, not this file.
// clang-format off
#include "before_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "before_fb_generated.h"

namespace cambium::generated {
namespace {

::before::fb::Point pack_one(const ::before::Point& record) {
    return ::before::fb::Point{
            record.x};
}

void unpack_one(const ::before::fb::Point& view, ::before::Point& record) {
    unpack(view.x(), record.x);
}

flatbuffers::Offset<::before::fb::Part> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                 const ::before::Part& record) {
    const auto name_offset = pack_text(builder, &record.name);
    const auto note_offset = pack_text(builder, present(record.note));
    ::before::fb::PartBuilder table{builder};
    table.add_note(note_offset);
    if (record.point) {
        const auto point_struct = pack_one(*record.point);
        table.add_point(&point_struct);
    }
    table.add_name(name_offset);
    table.add_number(record.number);
    return table.Finish();
}

void unpack_one(const ::before::fb::Part& view, ::before::Part& record) {
    unpack(view.number(), record.number);
    unpack(view.name(), record.name);
    unpack_record(view.point(), record.point, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.note(), record.note);
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::before::Shape& from,
              PackedUnion<::before::fb::Shape>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::before::fb::Shape::Part;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::before::fb::Shape::label;
            to.value = pack_text(builder, &std::get<2>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::before::fb::Shape type, const void* from, ::before::Shape& to) {
    switch (type) {
        case ::before::fb::Shape::Part:
            unpack_one(*static_cast<const ::before::fb::Part*>(from), to.emplace<1>());
            return true;
        case ::before::fb::Shape::label:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<2>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::before::fb::Thing> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                  const ::before::Thing& record) {
    const auto title_offset = pack_text(builder, &record.title);
    const auto part_offset =
        record.part ? pack_one(builder, *record.part) : flatbuffers::Offset<::before::fb::Part>{};
    const auto parts_offset = pack_tables<::before::fb::Part>(builder, unless_empty(record.parts),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto shape_packed = pack_union<::before::fb::Shape>(record.shape, "shape",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::before::fb::ThingBuilder table{builder};
    table.add_id(record.id);
    table.add_weight(record.weight);
    table.add_shape(shape_packed.value);
    table.add_parts(parts_offset);
    table.add_part(part_offset);
    table.add_title(title_offset);
    table.add_shape_type(shape_packed.type);
    return table.Finish();
}

void unpack_one(const ::before::fb::Thing& view, ::before::Thing& record) {
    unpack(view.id(), record.id);
    unpack(view.title(), record.title);
    unpack_record(view.part(), record.part, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.parts(), record.parts, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_union(view.shape_type(), view.shape(), record.shape, "shape",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack(view.weight(), record.weight);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::before::Thing>::pack(const ::before::Thing& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::before::Thing>::unpack(std::string_view bytes, ::before::Thing& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Thing"), record);
}

auto FlatBuffersSchema<::before::Thing>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Thing");
}

}  // namespace cambium
