// Written by cambium-codegen from compressed.fbs. Change the schema, not this file.
// clang-format off
#include "compressed_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "compressed_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::fb::Page> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                         const ::Page& record) {
    const auto url_offset = pack_text(builder, &record.url);
    const auto text_offset = pack_text(builder, &record.text);
    ::fb::PageBuilder table{builder};
    table.add_text(text_offset);
    table.add_url(url_offset);
    return table.Finish();
}

void unpack_one(const ::fb::Page& view, ::Page& record) {
    unpack(view.url(), record.url);
    unpack(view.text(), record.text);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::Page>::pack(const ::Page& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::Page>::unpack(std::string_view bytes, ::Page& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Page"), record);
}

auto FlatBuffersSchema<::Page>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Page");
}

}  // namespace cambium
