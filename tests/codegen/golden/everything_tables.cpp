// Written by cambium-codegen from everything.fbs. Change the schema, not this file.
// clang-format off
#include "everything_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "everything_fb_generated.h"

namespace cambium::generated {
namespace {

::shared::fb::Point pack_one(const ::shared::Point& record) {
    return ::shared::fb::Point{
            record.x,
            record.y,
            static_cast<::shared::fb::Level>(record.level)};
}

void unpack_one(const ::shared::fb::Point& view, ::shared::Point& record) {
    unpack(view.x(), record.x);
    unpack(view.y(), record.y);
    unpack(view.level(), record.level);
}

flatbuffers::Offset<::shared::fb::Label> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                  const ::shared::Label& record) {
    const auto text_offset = pack_text(builder, &record.text);
    ::shared::fb::LabelBuilder table{builder};
    table.add_text(text_offset);
    table.add_level(static_cast<::shared::fb::Level>(record.level));
    return table.Finish();
}

void unpack_one(const ::shared::fb::Label& view, ::shared::Label& record) {
    unpack(view.text(), record.text);
    unpack(view.level(), record.level);
}

::everything::deep::fb::Inner pack_one(const ::everything::deep::Inner& record) {
    return ::everything::deep::fb::Inner{
            record.flag,
            static_cast<::everything::deep::fb::Color>(record.color),
            pack_one(record.point),
            std::bit_cast<::everything::deep::fb::Id>(record.id)};
}

void unpack_one(const ::everything::deep::fb::Inner& view, ::everything::deep::Inner& record) {
    unpack(view.flag(), record.flag);
    unpack(view.color(), record.color);
    unpack_record(&view.point(), record.point, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_byte_struct(&view.id(), record.id);
}

::everything::deep::fb::Outer pack_one(const ::everything::deep::Outer& record) {
    return ::everything::deep::fb::Outer{
            pack_one(record.inner),
            to_structs<::everything::deep::fb::Inner>(record.inners, [](const auto& one) { return pack_one(one); }),
            to_wires<std::int32_t>(record.numbers),
            to_wires<std::uint8_t>(record.flags),
            to_wires<::everything::deep::fb::Color>(record.colors),
            std::bit_cast<::shared::fb::Digest>(record.digest),
            to_structs<::shared::fb::Digest>(record.digests,
                [](const auto& one) { return std::bit_cast<::shared::fb::Digest>(one); })};
}

void unpack_one(const ::everything::deep::fb::Outer& view, ::everything::deep::Outer& record) {
    unpack_record(&view.inner(), record.inner, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.inners(), record.inners, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.numbers(), record.numbers);
    unpack(view.flags(), record.flags);
    unpack(view.colors(), record.colors);
    unpack_byte_struct(&view.digest(), record.digest);
    unpack_records(view.digests(), record.digests,
        [](const auto& from, auto& to) { unpack_byte_struct(&from, to); });
}

flatbuffers::Offset<::everything::deep::fb::Leaf> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                           const ::everything::deep::Leaf& record) {
    const auto name_offset = pack_text(builder, present(record.name));
    ::everything::deep::fb::LeafBuilder table{builder};
    table.add_weight(record.weight);
    table.add_name(name_offset);
    return table.Finish();
}

void unpack_one(const ::everything::deep::fb::Leaf& view, ::everything::deep::Leaf& record) {
    unpack(view.name(), record.name);
    unpack(view.weight(), record.weight);
}

flatbuffers::Offset<::everything::deep::fb::Branch> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                             const ::everything::deep::Branch& record) {
    const auto leaf_offset = pack_one(builder, record.leaf);
    const auto leaves_offset = pack_tables<::everything::deep::fb::Leaf>(builder, unless_empty(record.leaves),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto labels_offset = pack_tables<::shared::fb::Label>(builder, unless_empty(record.labels),
        [&](const auto& one) { return pack_one(builder, one); });
    ::everything::deep::fb::BranchBuilder table{builder};
    table.add_labels(labels_offset);
    table.add_leaves(leaves_offset);
    table.add_leaf(leaf_offset);
    return table.Finish();
}

void unpack_one(const ::everything::deep::fb::Branch& view, ::everything::deep::Branch& record) {
    unpack_record(view.leaf(), record.leaf, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.leaves(), record.leaves, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.labels(), record.labels, [](const auto& from, auto& to) { unpack_one(from, to); });
}

flatbuffers::Offset<::everything::deep::fb::Everything> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                                 const ::everything::deep::Everything& record) {
    const auto tag_offset = pack_text(builder, &record.tag);
    const auto text_offset = pack_text(builder, present(record.text));
    const auto plain_text_offset = pack_text(builder, &record.plain_text);
    const auto payload_offset = pack_scalars<std::uint8_t>(builder, unless_empty(record.payload));
    const auto opt_payload_offset = pack_scalars<std::uint8_t>(builder, present(record.opt_payload));
    const auto must_payload_offset = pack_scalars<std::uint8_t>(builder, &record.must_payload);
    const auto uuid_offset = pack_bytes(builder, present(record.uuid));
    const auto must_uuid_offset = pack_bytes(builder, &record.must_uuid);
    const auto key20_offset = pack_bytes(builder, present(record.key20));
    const auto truths_offset = pack_scalars<std::uint8_t>(builder, unless_empty(record.truths));
    const auto numbers_offset = pack_scalars<std::int64_t>(builder, unless_empty(record.numbers));
    const auto ratios_offset = pack_scalars<float>(builder, unless_empty(record.ratios));
    const auto colors_offset = pack_scalars<::everything::deep::fb::Color>(builder, unless_empty(record.colors));
    const auto moments_offset = pack_scalars<std::int64_t>(builder, unless_empty(record.moments));
    const auto texts_offset = pack_texts(builder, unless_empty(record.texts));
    const auto opt_texts_offset = pack_texts(builder, present(record.opt_texts));
    const auto must_texts_offset = pack_texts(builder, &record.must_texts);
    const auto ids_offset = pack_structs<::everything::deep::fb::Id>(builder, unless_empty(record.ids),
        [](const auto& one) { return std::bit_cast<::everything::deep::fb::Id>(one); });
    const auto points_offset = pack_structs<::shared::fb::Point>(builder, unless_empty(record.points),
        [](const auto& one) { return pack_one(one); });
    const auto outers_offset = pack_structs<::everything::deep::fb::Outer>(builder, unless_empty(record.outers),
        [](const auto& one) { return pack_one(one); });
    const auto branches_offset = pack_tables<::everything::deep::fb::Branch>(builder, unless_empty(record.branches),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto branch_offset =
        record.branch ? pack_one(builder, *record.branch) : flatbuffers::Offset<::everything::deep::fb::Branch>{};
    const auto must_leaf_offset = pack_one(builder, record.must_leaf);
    const auto plain_leaf_offset = pack_one(builder, record.plain_leaf);
    const auto shared_text_offset = pack_text(builder, present(record.shared_text));
    ::everything::deep::fb::EverythingBuilder table{builder};
    if (record.opt_when) table.add_opt_when(convert<std::int64_t>(*record.opt_when));
    if (record.opt_ratio) table.add_opt_ratio(*record.opt_ratio);
    table.add_epoch(convert<std::int64_t>(record.epoch));
    table.add_when(convert<std::int64_t>(record.when));
    table.add_big(static_cast<::everything::deep::fb::Big>(record.big));
    table.add_missing(record.missing);
    table.add_whole(record.whole);
    table.add_exact(record.exact);
    table.add_huge(record.huge);
    table.add_number(record.number);
    table.add_shared_text(shared_text_offset);
    table.add_plain_leaf(plain_leaf_offset);
    table.add_must_leaf(must_leaf_offset);
    table.add_branch(branch_offset);
    const auto plain_point_struct = pack_one(record.plain_point);
    table.add_plain_point(&plain_point_struct);
    const auto must_outer_struct = pack_one(record.must_outer);
    table.add_must_outer(&must_outer_struct);
    if (record.point) {
        const auto point_struct = pack_one(*record.point);
        table.add_point(&point_struct);
    }
    table.add_branches(branches_offset);
    table.add_outers(outers_offset);
    table.add_points(points_offset);
    table.add_ids(ids_offset);
    table.add_must_texts(must_texts_offset);
    table.add_opt_texts(opt_texts_offset);
    table.add_texts(texts_offset);
    table.add_moments(moments_offset);
    table.add_colors(colors_offset);
    table.add_ratios(ratios_offset);
    table.add_numbers(numbers_offset);
    table.add_truths(truths_offset);
    const auto digest_struct = std::bit_cast<::shared::fb::Digest>(record.digest);
    table.add_digest(&digest_struct);
    const auto must_id_struct = std::bit_cast<::everything::deep::fb::Id>(record.must_id);
    table.add_must_id(&must_id_struct);
    if (record.id) {
        const auto id_struct = std::bit_cast<::everything::deep::fb::Id>(*record.id);
        table.add_id(&id_struct);
    }
    table.add_key20(key20_offset);
    table.add_must_uuid(must_uuid_offset);
    table.add_uuid(uuid_offset);
    table.add_must_payload(must_payload_offset);
    table.add_opt_payload(opt_payload_offset);
    table.add_payload(payload_offset);
    table.add_plain_text(plain_text_offset);
    table.add_text(text_offset);
    if (record.opt_number) table.add_opt_number(*record.opt_number);
    table.add_rights(static_cast<::everything::deep::fb::Right>(record.rights));
    table.add_endless(record.endless);
    table.add_ratio(record.ratio);
    table.add_count(record.count);
    table.add_medium(record.medium);
    table.add_tag(tag_offset);
    table.add_level(static_cast<::shared::fb::Level>(record.level));
    table.add_word(record.word);
    table.add_small(record.small);
    if (record.opt_color) table.add_opt_color(static_cast<::everything::deep::fb::Color>(*record.opt_color));
    if (record.opt_truth) table.add_opt_truth(*record.opt_truth);
    table.add_color(static_cast<::everything::deep::fb::Color>(record.color));
    table.add_octet(record.octet);
    table.add_tiny(record.tiny);
    table.add_truth(record.truth);
    return table.Finish();
}

void unpack_one(const ::everything::deep::fb::Everything& view, ::everything::deep::Everything& record) {
    unpack(view.number(), record.number);
    unpack(view.tag(), record.tag);
    unpack(view.truth(), record.truth);
    unpack(view.tiny(), record.tiny);
    unpack(view.octet(), record.octet);
    unpack(view.small(), record.small);
    unpack(view.word(), record.word);
    unpack(view.medium(), record.medium);
    unpack(view.count(), record.count);
    unpack(view.huge(), record.huge);
    unpack(view.ratio(), record.ratio);
    unpack(view.exact(), record.exact);
    unpack(view.whole(), record.whole);
    unpack(view.missing(), record.missing);
    unpack(view.endless(), record.endless);
    unpack(view.color(), record.color);
    unpack(view.rights(), record.rights);
    unpack(view.big(), record.big);
    unpack(view.level(), record.level);
    unpack(view.when(), record.when);
    unpack(view.epoch(), record.epoch);
    unpack(view.opt_truth(), record.opt_truth);
    unpack(view.opt_number(), record.opt_number);
    unpack(view.opt_ratio(), record.opt_ratio);
    unpack(view.opt_color(), record.opt_color);
    unpack(view.opt_when(), record.opt_when);
    unpack(view.text(), record.text);
    unpack(view.plain_text(), record.plain_text);
    unpack(view.payload(), record.payload);
    unpack(view.opt_payload(), record.opt_payload);
    unpack(view.must_payload(), record.must_payload);
    unpack_bytes(view.uuid(), record.uuid, "uuid");
    unpack_bytes(view.must_uuid(), record.must_uuid, "must_uuid");
    unpack_bytes(view.key20(), record.key20, "key20");
    unpack_byte_struct(view.id(), record.id);
    unpack_byte_struct(view.must_id(), record.must_id);
    unpack_byte_struct(view.digest(), record.digest);
    unpack(view.truths(), record.truths);
    unpack(view.numbers(), record.numbers);
    unpack(view.ratios(), record.ratios);
    unpack(view.colors(), record.colors);
    unpack(view.moments(), record.moments);
    unpack(view.texts(), record.texts);
    unpack(view.opt_texts(), record.opt_texts);
    unpack(view.must_texts(), record.must_texts);
    unpack_records(view.ids(), record.ids, [](const auto& from, auto& to) { unpack_byte_struct(&from, to); });
    unpack_records(view.points(), record.points, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.outers(), record.outers, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.branches(), record.branches, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.point(), record.point, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.must_outer(), record.must_outer, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.plain_point(), record.plain_point, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.branch(), record.branch, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.must_leaf(), record.must_leaf, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.plain_leaf(), record.plain_leaf, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.shared_text(), record.shared_text);
}

flatbuffers::Offset<::everything::deep::fb::Reading> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                              const ::everything::deep::Reading& record) {
    ::everything::deep::fb::ReadingBuilder table{builder};
    table.add_at(convert<std::int64_t>(record.at));
    add_signed(builder, record.value, 0.0, [&] { table.add_value(record.value); });
    table.add_sensor(record.sensor);
    return table.Finish();
}

void unpack_one(const ::everything::deep::fb::Reading& view, ::everything::deep::Reading& record) {
    unpack(view.sensor(), record.sensor);
    unpack(view.value(), record.value);
    unpack(view.at(), record.at);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::everything::deep::Everything>::pack(const ::everything::deep::Everything& record,
    std::string& out) {
    generated::finish(out, "EVRY", [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::everything::deep::Everything>::unpack(std::string_view bytes,
    ::everything::deep::Everything& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Everything"), record);
}

auto FlatBuffersSchema<::everything::deep::Everything>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Everything");
}

void FlatBuffersSchema<::everything::deep::Reading>::pack(const ::everything::deep::Reading& record,
    std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::everything::deep::Reading>::unpack(std::string_view bytes,
    ::everything::deep::Reading& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Reading"), record);
}

auto FlatBuffersSchema<::everything::deep::Reading>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Reading");
}

}  // namespace cambium
