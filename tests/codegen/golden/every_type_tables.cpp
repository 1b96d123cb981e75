// Written by cambium-codegen from every_type.fbs. Change the schema, not this file.
// clang-format off
#include "every_type_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "every_type_fb_generated.h"

namespace cambium::generated {
namespace {

::every_type::parts::fb::Triple pack_one(const ::every_type::parts::Triple& record) {
    return ::every_type::parts::fb::Triple{
            to_wires<double>(record.values),
            static_cast<::every_type::parts::fb::Grade>(record.grade)};
}

void unpack_one(const ::every_type::parts::fb::Triple& view, ::every_type::parts::Triple& record) {
    unpack(view.values(), record.values);
    unpack(view.grade(), record.grade);
}

flatbuffers::Offset<::every_type::parts::fb::Remark> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                              const ::every_type::parts::Remark& record) {
    const auto text_offset = pack_text(builder, &record.text);
    ::every_type::parts::fb::RemarkBuilder table{builder};
    table.add_text(text_offset);
    table.add_grade(static_cast<::every_type::parts::fb::Grade>(record.grade));
    return table.Finish();
}

void unpack_one(const ::every_type::parts::fb::Remark& view, ::every_type::parts::Remark& record) {
    unpack(view.text(), record.text);
    unpack(view.grade(), record.grade);
}

::every_type::fb::Point pack_one(const ::every_type::Point& record) {
    return ::every_type::fb::Point{
            record.x,
            record.y};
}

void unpack_one(const ::every_type::fb::Point& view, ::every_type::Point& record) {
    unpack(view.x(), record.x);
    unpack(view.y(), record.y);
}

::every_type::fb::Block pack_one(const ::every_type::Block& record) {
    return ::every_type::fb::Block{
            pack_one(record.corner),
            to_structs<::every_type::fb::Point>(record.corners, [](const auto& one) { return pack_one(one); }),
            to_wires<std::uint8_t>(record.flags),
            to_wires<std::uint8_t>(record.raw),
            to_wires<std::int64_t>(record.numbers),
            to_wires<float>(record.ratios),
            static_cast<::every_type::fb::Color>(record.color),
            to_wires<::every_type::fb::Color>(record.colors),
            std::bit_cast<::every_type::fb::Uuid>(record.id),
            to_structs<::every_type::fb::Uuid>(record.ids,
                [](const auto& one) { return std::bit_cast<::every_type::fb::Uuid>(one); }),
            pack_one(record.triple),
            record.level};
}

void unpack_one(const ::every_type::fb::Block& view, ::every_type::Block& record) {
    unpack_record(&view.corner(), record.corner, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.corners(), record.corners, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.flags(), record.flags);
    unpack(view.raw(), record.raw);
    unpack(view.numbers(), record.numbers);
    unpack(view.ratios(), record.ratios);
    unpack(view.color(), record.color);
    unpack(view.colors(), record.colors);
    unpack_byte_struct(&view.id(), record.id);
    unpack_records(view.ids(), record.ids, [](const auto& from, auto& to) { unpack_byte_struct(&from, to); });
    unpack_record(&view.triple(), record.triple, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.level(), record.level);
}

flatbuffers::Offset<::every_type::fb::Leaf> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                     const ::every_type::Leaf& record) {
    const auto name_offset = pack_text(builder, &record.name);
    ::every_type::fb::LeafBuilder table{builder};
    table.add_weight(record.weight);
    table.add_name(name_offset);
    return table.Finish();
}

void unpack_one(const ::every_type::fb::Leaf& view, ::every_type::Leaf& record) {
    unpack(view.name(), record.name);
    unpack(view.weight(), record.weight);
}

flatbuffers::Offset<::every_type::fb::Branch> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                       const ::every_type::Branch& record) {
    const auto leaf_offset = pack_one(builder, record.leaf);
    const auto leaves_offset = pack_tables<::every_type::fb::Leaf>(builder, unless_empty(record.leaves),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto remark_offset =
        record.remark ? pack_one(builder, *record.remark) : flatbuffers::Offset<::every_type::parts::fb::Remark>{};
    ::every_type::fb::BranchBuilder table{builder};
    table.add_remark(remark_offset);
    table.add_leaves(leaves_offset);
    table.add_leaf(leaf_offset);
    return table.Finish();
}

void unpack_one(const ::every_type::fb::Branch& view, ::every_type::Branch& record) {
    unpack_record(view.leaf(), record.leaf, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.leaves(), record.leaves, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.remark(), record.remark, [](const auto& from, auto& to) { unpack_one(from, to); });
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::every_type::Shape& from,
              PackedUnion<::every_type::fb::Shape>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::every_type::fb::Shape::Point;
            to.value = builder.CreateStruct(pack_one(std::get<1>(from))).Union();
            return;
        case 2:
            to.type = ::every_type::fb::Shape::Block;
            to.value = builder.CreateStruct(pack_one(std::get<2>(from))).Union();
            return;
        case 3:
            to.type = ::every_type::fb::Shape::Leaf;
            to.value = pack_one(builder, std::get<3>(from)).Union();
            return;
        case 4:
            to.type = ::every_type::fb::Shape::Branch;
            to.value = pack_one(builder, std::get<4>(from)).Union();
            return;
        case 5:
            to.type = ::every_type::fb::Shape::parts_Remark;
            to.value = pack_one(builder, std::get<5>(from)).Union();
            return;
        case 6:
            to.type = ::every_type::fb::Shape::label;
            to.value = pack_text(builder, &std::get<6>(from)).Union();
            return;
        case 7:
            to.type = ::every_type::fb::Shape::id;
            to.value = builder.CreateStruct(std::bit_cast<::every_type::fb::Uuid>(std::get<7>(from))).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::every_type::fb::Shape type, const void* from, ::every_type::Shape& to) {
    switch (type) {
        case ::every_type::fb::Shape::Point:
            unpack_one(*static_cast<const ::every_type::fb::Point*>(from), to.emplace<1>());
            return true;
        case ::every_type::fb::Shape::Block:
            unpack_one(*static_cast<const ::every_type::fb::Block*>(from), to.emplace<2>());
            return true;
        case ::every_type::fb::Shape::Leaf:
            unpack_one(*static_cast<const ::every_type::fb::Leaf*>(from), to.emplace<3>());
            return true;
        case ::every_type::fb::Shape::Branch:
            unpack_one(*static_cast<const ::every_type::fb::Branch*>(from), to.emplace<4>());
            return true;
        case ::every_type::fb::Shape::parts_Remark:
            unpack_one(*static_cast<const ::every_type::parts::fb::Remark*>(from), to.emplace<5>());
            return true;
        case ::every_type::fb::Shape::label:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<6>());
            return true;
        case ::every_type::fb::Shape::id:
            unpack_byte_struct(static_cast<const ::every_type::fb::Uuid*>(from), to.emplace<7>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::every_type::fb::Sample> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                       const ::every_type::Sample& record) {
    const auto text_offset = pack_text(builder, present(record.text));
    const auto must_text_offset = pack_text(builder, &record.must_text);
    const auto plain_text_offset = pack_text(builder, &record.plain_text);
    const auto shared_text_offset = pack_text(builder, present(record.shared_text));
    const auto payload_offset = pack_scalars<std::uint8_t>(builder, unless_empty(record.payload));
    const auto key16_offset = pack_bytes(builder, present(record.key16));
    const auto key20_offset = pack_bytes(builder, present(record.key20));
    const auto branch_offset =
        record.branch ? pack_one(builder, *record.branch) : flatbuffers::Offset<::every_type::fb::Branch>{};
    const auto must_leaf_offset = pack_one(builder, record.must_leaf);
    const auto remark_offset =
        record.remark ? pack_one(builder, *record.remark) : flatbuffers::Offset<::every_type::parts::fb::Remark>{};
    const auto truths_offset = pack_scalars<std::uint8_t>(builder, unless_empty(record.truths));
    const auto tinies_offset = pack_scalars<std::int8_t>(builder, unless_empty(record.tinies));
    const auto smalls_offset = pack_scalars<std::int16_t>(builder, unless_empty(record.smalls));
    const auto words16_offset = pack_scalars<std::uint16_t>(builder, unless_empty(record.words16));
    const auto wholes_offset = pack_scalars<std::int32_t>(builder, unless_empty(record.wholes));
    const auto counts_offset = pack_scalars<std::uint32_t>(builder, unless_empty(record.counts));
    const auto numbers_offset = pack_scalars<std::int64_t>(builder, unless_empty(record.numbers));
    const auto long_counts_offset = pack_scalars<std::uint64_t>(builder, unless_empty(record.long_counts));
    const auto ratios_offset = pack_scalars<float>(builder, unless_empty(record.ratios));
    const auto exacts_offset = pack_scalars<double>(builder, unless_empty(record.exacts));
    const auto colors_offset = pack_scalars<::every_type::fb::Color>(builder, unless_empty(record.colors));
    const auto moments_offset = pack_scalars<std::int64_t>(builder, unless_empty(record.moments));
    const auto words_offset = pack_texts(builder, unless_empty(record.words));
    const auto uuids_offset = pack_structs<::every_type::fb::Uuid>(builder, unless_empty(record.uuids),
        [](const auto& one) { return std::bit_cast<::every_type::fb::Uuid>(one); });
    const auto points_offset = pack_structs<::every_type::fb::Point>(builder, unless_empty(record.points),
        [](const auto& one) { return pack_one(one); });
    const auto blocks_offset = pack_structs<::every_type::fb::Block>(builder, unless_empty(record.blocks),
        [](const auto& one) { return pack_one(one); });
    const auto branches_offset = pack_tables<::every_type::fb::Branch>(builder, unless_empty(record.branches),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto opt_words_offset = pack_texts(builder, present(record.opt_words));
    const auto shape_packed = pack_union<::every_type::fb::Shape>(record.shape, "shape",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto must_shape_packed = pack_required_union<::every_type::fb::Shape>(record.must_shape, "must_shape",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto shapes_packed = pack_unions<::every_type::fb::Shape>(builder, unless_empty(record.shapes), "shapes",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::every_type::fb::SampleBuilder table{builder};
    if (record.opt_when) table.add_opt_when(convert<std::int64_t>(*record.opt_when));
    if (record.opt_extreme) table.add_opt_extreme(static_cast<::every_type::fb::Extreme>(*record.opt_extreme));
    if (record.opt_exact) table.add_opt_exact(*record.opt_exact);
    if (record.opt_long_count) table.add_opt_long_count(*record.opt_long_count);
    if (record.opt_long_whole) table.add_opt_long_whole(*record.opt_long_whole);
    table.add_when(convert<std::int64_t>(record.when));
    table.add_extreme(static_cast<::every_type::fb::Extreme>(record.extreme));
    table.add_endless(record.endless);
    table.add_exact(record.exact);
    table.add_long_count(record.long_count);
    table.add_long_whole(record.long_whole);
    table.add_id(record.id);
    table.add_shapes(shapes_packed.value);
    table.add_shapes_type(shapes_packed.type);
    table.add_must_shape(must_shape_packed.value);
    table.add_shape(shape_packed.value);
    table.add_opt_words(opt_words_offset);
    table.add_branches(branches_offset);
    table.add_blocks(blocks_offset);
    table.add_points(points_offset);
    table.add_uuids(uuids_offset);
    table.add_words(words_offset);
    table.add_moments(moments_offset);
    table.add_colors(colors_offset);
    table.add_exacts(exacts_offset);
    table.add_ratios(ratios_offset);
    table.add_long_counts(long_counts_offset);
    table.add_numbers(numbers_offset);
    table.add_counts(counts_offset);
    table.add_wholes(wholes_offset);
    table.add_words16(words16_offset);
    table.add_smalls(smalls_offset);
    table.add_tinies(tinies_offset);
    table.add_truths(truths_offset);
    table.add_remark(remark_offset);
    table.add_must_leaf(must_leaf_offset);
    table.add_branch(branch_offset);
    const auto must_block_struct = pack_one(record.must_block);
    table.add_must_block(&must_block_struct);
    if (record.point) {
        const auto point_struct = pack_one(*record.point);
        table.add_point(&point_struct);
    }
    const auto digest_struct = std::bit_cast<::every_type::fb::Digest>(record.digest);
    table.add_digest(&digest_struct);
    const auto must_uuid_struct = std::bit_cast<::every_type::fb::Uuid>(record.must_uuid);
    table.add_must_uuid(&must_uuid_struct);
    if (record.uuid) {
        const auto uuid_struct = std::bit_cast<::every_type::fb::Uuid>(*record.uuid);
        table.add_uuid(&uuid_struct);
    }
    table.add_key20(key20_offset);
    table.add_key16(key16_offset);
    table.add_payload(payload_offset);
    table.add_shared_text(shared_text_offset);
    table.add_plain_text(plain_text_offset);
    table.add_must_text(must_text_offset);
    table.add_text(text_offset);
    if (record.opt_ratio) table.add_opt_ratio(*record.opt_ratio);
    if (record.opt_count) table.add_opt_count(*record.opt_count);
    if (record.opt_number) table.add_opt_number(*record.opt_number);
    table.add_ratio(record.ratio);
    table.add_count(record.count);
    table.add_whole(record.whole);
    if (record.opt_word) table.add_opt_word(*record.opt_word);
    if (record.opt_small) table.add_opt_small(*record.opt_small);
    table.add_grade(static_cast<::every_type::parts::fb::Grade>(record.grade));
    table.add_rights(static_cast<::every_type::fb::Right>(record.rights));
    table.add_word(record.word);
    table.add_small(record.small);
    table.add_must_shape_type(must_shape_packed.type);
    table.add_shape_type(shape_packed.type);
    if (record.opt_color) table.add_opt_color(static_cast<::every_type::fb::Color>(*record.opt_color));
    if (record.opt_octet) table.add_opt_octet(*record.opt_octet);
    if (record.opt_tiny) table.add_opt_tiny(*record.opt_tiny);
    if (record.opt_truth) table.add_opt_truth(*record.opt_truth);
    table.add_color(static_cast<::every_type::fb::Color>(record.color));
    table.add_octet(record.octet);
    table.add_tiny(record.tiny);
    table.add_truth(record.truth);
    return table.Finish();
}

void unpack_one(const ::every_type::fb::Sample& view, ::every_type::Sample& record) {
    unpack(view.id(), record.id);
    unpack(view.truth(), record.truth);
    unpack(view.tiny(), record.tiny);
    unpack(view.octet(), record.octet);
    unpack(view.small(), record.small);
    unpack(view.word(), record.word);
    unpack(view.whole(), record.whole);
    unpack(view.count(), record.count);
    unpack(view.long_whole(), record.long_whole);
    unpack(view.long_count(), record.long_count);
    unpack(view.ratio(), record.ratio);
    unpack(view.exact(), record.exact);
    unpack(view.endless(), record.endless);
    unpack(view.color(), record.color);
    unpack(view.rights(), record.rights);
    unpack(view.extreme(), record.extreme);
    unpack(view.grade(), record.grade);
    unpack(view.when(), record.when);
    unpack(view.opt_truth(), record.opt_truth);
    unpack(view.opt_tiny(), record.opt_tiny);
    unpack(view.opt_octet(), record.opt_octet);
    unpack(view.opt_small(), record.opt_small);
    unpack(view.opt_word(), record.opt_word);
    unpack(view.opt_number(), record.opt_number);
    unpack(view.opt_count(), record.opt_count);
    unpack(view.opt_long_whole(), record.opt_long_whole);
    unpack(view.opt_long_count(), record.opt_long_count);
    unpack(view.opt_ratio(), record.opt_ratio);
    unpack(view.opt_exact(), record.opt_exact);
    unpack(view.opt_color(), record.opt_color);
    unpack(view.opt_extreme(), record.opt_extreme);
    unpack(view.opt_when(), record.opt_when);
    unpack(view.text(), record.text);
    unpack(view.must_text(), record.must_text);
    unpack(view.plain_text(), record.plain_text);
    unpack(view.shared_text(), record.shared_text);
    unpack(view.payload(), record.payload);
    unpack_bytes(view.key16(), record.key16, "key16");
    unpack_bytes(view.key20(), record.key20, "key20");
    unpack_byte_struct(view.uuid(), record.uuid);
    unpack_byte_struct(view.must_uuid(), record.must_uuid);
    unpack_byte_struct(view.digest(), record.digest);
    unpack_record(view.point(), record.point, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.must_block(), record.must_block, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.branch(), record.branch, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.must_leaf(), record.must_leaf, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.remark(), record.remark, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.truths(), record.truths);
    unpack(view.tinies(), record.tinies);
    unpack(view.smalls(), record.smalls);
    unpack(view.words16(), record.words16);
    unpack(view.wholes(), record.wholes);
    unpack(view.counts(), record.counts);
    unpack(view.numbers(), record.numbers);
    unpack(view.long_counts(), record.long_counts);
    unpack(view.ratios(), record.ratios);
    unpack(view.exacts(), record.exacts);
    unpack(view.colors(), record.colors);
    unpack(view.moments(), record.moments);
    unpack(view.words(), record.words);
    unpack_records(view.uuids(), record.uuids, [](const auto& from, auto& to) { unpack_byte_struct(&from, to); });
    unpack_records(view.points(), record.points, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.blocks(), record.blocks, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.branches(), record.branches, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.opt_words(), record.opt_words);
    unpack_union(view.shape_type(), view.shape(), record.shape, "shape",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_required_union(view.must_shape_type(), view.must_shape(), record.must_shape, "must_shape",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_unions(view.shapes_type(), view.shapes(), record.shapes, "shapes",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
}

flatbuffers::Offset<::every_type::fb::RawSample> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                          const ::every_type::RawSample& record) {
    ::every_type::fb::RawSampleBuilder table{builder};
    table.add_when(convert<std::int64_t>(record.when));
    table.add_id(record.id);
    const auto point_struct = pack_one(record.point);
    table.add_point(&point_struct);
    table.add_word(record.word);
    table.add_level(record.level);
    table.add_color(static_cast<::every_type::fb::Color>(record.color));
    return table.Finish();
}

void unpack_one(const ::every_type::fb::RawSample& view, ::every_type::RawSample& record) {
    unpack(view.when(), record.when);
    unpack_record(view.point(), record.point, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.id(), record.id);
    unpack(view.word(), record.word);
    unpack(view.color(), record.color);
    unpack(view.level(), record.level);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::every_type::Sample>::pack(const ::every_type::Sample& record, std::string& out) {
    generated::finish(out, "EVTY", [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::every_type::Sample>::unpack(std::string_view bytes, ::every_type::Sample& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Sample"), record);
}

auto FlatBuffersSchema<::every_type::Sample>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Sample");
}

void FlatBuffersSchema<::every_type::RawSample>::pack(const ::every_type::RawSample& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::every_type::RawSample>::unpack(std::string_view bytes, ::every_type::RawSample& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "RawSample"), record);
}

auto FlatBuffersSchema<::every_type::RawSample>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "RawSample");
}

}  // namespace cambium
