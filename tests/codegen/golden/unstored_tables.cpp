// Written by cambium-codegen from unstored.fbs. Change the schema, not this file.
// clang-format off
#include "unstored_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "unstored_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::unstored::fb::Plain> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                    const ::unstored::Plain& record) {
    ::unstored::fb::PlainBuilder table{builder};
    table.add_value(record.value);
    return table.Finish();
}

void unpack_one(const ::unstored::fb::Plain& view, ::unstored::Plain& record) {
    unpack(view.value(), record.value);
}

flatbuffers::Offset<::unstored::fb::Item> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::unstored::Item& record) {
    const auto plain_offset = pack_one(builder, record.plain);
    ::unstored::fb::ItemBuilder table{builder};
    table.add_id(record.id);
    table.add_plain(plain_offset);
    return table.Finish();
}

void unpack_one(const ::unstored::fb::Item& view, ::unstored::Item& record) {
    unpack(view.id(), record.id);
    unpack_record(view.plain(), record.plain, [](const auto& from, auto& to) { unpack_one(from, to); });
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::unstored::Item>::pack(const ::unstored::Item& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::unstored::Item>::unpack(std::string_view bytes, ::unstored::Item& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Item"), record);
}

auto FlatBuffersSchema<::unstored::Item>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Item");
}

}  // namespace cambium
