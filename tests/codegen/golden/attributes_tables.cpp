// Written by cambium-codegen from attributes.fbs. Change the schema, not this file.
// clang-format off
#include "attributes_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "attributes_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::attributes::fb::Post> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                     const ::attributes::Post& record) {
    const auto title_offset = pack_text(builder, &record.title);
    const auto slug_offset = pack_text(builder, present(record.slug));
    const auto tags_offset = pack_texts(builder, unless_empty(record.tags));
    ::attributes::fb::PostBuilder table{builder};
    if (record.until) table.add_until(convert<std::int64_t>(*record.until));
    table.add_time(convert<std::int64_t>(record.time));
    if (record.score) table.add_score(*record.score);
    table.add_tags(tags_offset);
    table.add_slug(slug_offset);
    table.add_title(title_offset);
    table.add_id(record.id);
    table.add_is_draft(record.is_draft);
    return table.Finish();
}

void unpack_one(const ::attributes::fb::Post& view, ::attributes::Post& record) {
    unpack(view.id(), record.id);
    unpack(view.title(), record.title);
    unpack(view.slug(), record.slug);
    unpack(view.time(), record.time);
    unpack(view.tags(), record.tags);
    unpack(view.is_draft(), record.is_draft);
    unpack(view.score(), record.score);
    unpack(view.until(), record.until);
}

flatbuffers::Offset<::attributes::fb::Visit> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                      const ::attributes::Visit& record) {
    const auto pages_offset = pack_scalars<std::uint64_t>(builder, unless_empty(record.pages));
    ::attributes::fb::VisitBuilder table{builder};
    table.add_pages(pages_offset);
    const auto id_struct = std::bit_cast<::attributes::fb::Id>(record.id);
    table.add_id(&id_struct);
    return table.Finish();
}

void unpack_one(const ::attributes::fb::Visit& view, ::attributes::Visit& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack(view.pages(), record.pages);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::attributes::Post>::pack(const ::attributes::Post& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::attributes::Post>::unpack(std::string_view bytes, ::attributes::Post& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Post"), record);
}

auto FlatBuffersSchema<::attributes::Post>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Post");
}

void FlatBuffersSchema<::attributes::Visit>::pack(const ::attributes::Visit& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::attributes::Visit>::unpack(std::string_view bytes, ::attributes::Visit& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Visit"), record);
}

auto FlatBuffersSchema<::attributes::Visit>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Visit");
}

}  // namespace cambium
