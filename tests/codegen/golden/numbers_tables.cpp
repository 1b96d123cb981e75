// Written by cambium-codegen from numbers.fbs. Change the schema, not this file.
// clang-format off
#include "numbers_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "numbers_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::numbers::fb::Range> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::numbers::Range& record) {
    ::numbers::fb::RangeBuilder table{builder};
    table.add_high(record.high);
    table.add_low(record.low);
    return table.Finish();
}

void unpack_one(const ::numbers::fb::Range& view, ::numbers::Range& record) {
    unpack(view.low(), record.low);
    unpack(view.high(), record.high);
}

flatbuffers::Offset<::numbers::fb::Measure> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                     const ::numbers::Measure& record) {
    const auto range_offset = pack_one(builder, record.range);
    ::numbers::fb::MeasureBuilder table{builder};
    add_signed(builder, record.zero, -0.0, [&] { table.add_zero(record.zero); });
    table.add_most(record.most);
    table.add_nothing(record.nothing);
    table.add_range(range_offset);
    table.add_third(record.third);
    table.add_least(record.least);
    table.add_id(record.id);
    table.add_rights(static_cast<::numbers::fb::Right>(record.rights));
    table.add_mood(static_cast<::numbers::fb::Mood>(record.mood));
    table.add_truth(record.truth);
    return table.Finish();
}

void unpack_one(const ::numbers::fb::Measure& view, ::numbers::Measure& record) {
    unpack(view.id(), record.id);
    unpack(view.nothing(), record.nothing);
    unpack(view.most(), record.most);
    unpack(view.least(), record.least);
    unpack(view.zero(), record.zero);
    unpack(view.third(), record.third);
    unpack(view.truth(), record.truth);
    unpack(view.mood(), record.mood);
    unpack(view.rights(), record.rights);
    unpack_record(view.range(), record.range, [](const auto& from, auto& to) { unpack_one(from, to); });
}

flatbuffers::Offset<::numbers::fb::Sample> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                    const ::numbers::Sample& record) {
    const auto range_offset = pack_one(builder, record.range);
    ::numbers::fb::SampleBuilder table{builder};
    add_signed(builder, record.zero, -0.0, [&] { table.add_zero(record.zero); });
    table.add_most(record.most);
    table.add_nothing(record.nothing);
    table.add_range(range_offset);
    table.add_third(record.third);
    table.add_least(record.least);
    table.add_id(record.id);
    table.add_rights(static_cast<::numbers::fb::Right>(record.rights));
    table.add_mood(static_cast<::numbers::fb::Mood>(record.mood));
    table.add_truth(record.truth);
    return table.Finish();
}

void unpack_one(const ::numbers::fb::Sample& view, ::numbers::Sample& record) {
    unpack(view.id(), record.id);
    unpack(view.nothing(), record.nothing);
    unpack(view.most(), record.most);
    unpack(view.least(), record.least);
    unpack(view.zero(), record.zero);
    unpack(view.third(), record.third);
    unpack(view.truth(), record.truth);
    unpack(view.mood(), record.mood);
    unpack(view.rights(), record.rights);
    unpack_record(view.range(), record.range, [](const auto& from, auto& to) { unpack_one(from, to); });
}

flatbuffers::Offset<::numbers::fb::Point> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::numbers::Point& record) {
    ::numbers::fb::PointBuilder table{builder};
    table.add_nothing(record.nothing);
    table.add_id(record.id);
    table.add_least(record.least);
    table.add_most(record.most);
    return table.Finish();
}

void unpack_one(const ::numbers::fb::Point& view, ::numbers::Point& record) {
    unpack(view.id(), record.id);
    unpack(view.nothing(), record.nothing);
    unpack(view.most(), record.most);
    unpack(view.least(), record.least);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::numbers::Measure>::pack(const ::numbers::Measure& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::numbers::Measure>::unpack(std::string_view bytes, ::numbers::Measure& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Measure"), record);
}

auto FlatBuffersSchema<::numbers::Measure>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Measure");
}

void FlatBuffersSchema<::numbers::Sample>::pack(const ::numbers::Sample& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::numbers::Sample>::unpack(std::string_view bytes, ::numbers::Sample& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Sample"), record);
}

auto FlatBuffersSchema<::numbers::Sample>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Sample");
}

void FlatBuffersSchema<::numbers::Point>::pack(const ::numbers::Point& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::numbers::Point>::unpack(std::string_view bytes, ::numbers::Point& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Point"), record);
}

auto FlatBuffersSchema<::numbers::Point>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Point");
}

}  // namespace cambium
