// Written by cambium-codegen from publications.fbs. Change the schema, not this file.
// clang-format off
#include "publications_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "publications_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::history::fb::Publication> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                         const ::history::Publication& record) {
    const auto topic_offset = pack_text(builder, &record.topic);
    const auto args_offset = pack_scalars<std::uint8_t>(builder, present(record.args));
    const auto kwargs_offset = pack_scalars<std::uint8_t>(builder, present(record.kwargs));
    const auto payload_offset = pack_scalars<std::uint8_t>(builder, present(record.payload));
    const auto exclude_offset = pack_scalars<std::uint64_t>(builder, unless_empty(record.exclude));
    const auto exclude_authid_offset = pack_texts(builder, unless_empty(record.exclude_authid));
    const auto exclude_authrole_offset = pack_texts(builder, unless_empty(record.exclude_authrole));
    const auto eligible_offset = pack_scalars<std::uint64_t>(builder, unless_empty(record.eligible));
    const auto eligible_authid_offset = pack_texts(builder, unless_empty(record.eligible_authid));
    const auto eligible_authrole_offset = pack_texts(builder, unless_empty(record.eligible_authrole));
    const auto encoding_offset = pack_text(builder, present(record.encoding));
    ::history::fb::PublicationBuilder table{builder};
    table.add_publisher(record.publisher);
    table.add_published(convert<std::int64_t>(record.published));
    table.add_id(record.id);
    table.add_encoding(encoding_offset);
    table.add_eligible_authrole(eligible_authrole_offset);
    table.add_eligible_authid(eligible_authid_offset);
    table.add_eligible(eligible_offset);
    table.add_exclude_authrole(exclude_authrole_offset);
    table.add_exclude_authid(exclude_authid_offset);
    table.add_exclude(exclude_offset);
    table.add_payload(payload_offset);
    table.add_kwargs(kwargs_offset);
    table.add_args(args_offset);
    table.add_topic(topic_offset);
    table.add_exclude_me(record.exclude_me);
    table.add_retain(record.retain);
    table.add_acknowledge(record.acknowledge);
    return table.Finish();
}

void unpack_one(const ::history::fb::Publication& view, ::history::Publication& record) {
    unpack(view.id(), record.id);
    unpack(view.published(), record.published);
    unpack(view.publisher(), record.publisher);
    unpack(view.topic(), record.topic);
    unpack(view.args(), record.args);
    unpack(view.kwargs(), record.kwargs);
    unpack(view.payload(), record.payload);
    unpack(view.acknowledge(), record.acknowledge);
    unpack(view.retain(), record.retain);
    unpack(view.exclude_me(), record.exclude_me);
    unpack(view.exclude(), record.exclude);
    unpack(view.exclude_authid(), record.exclude_authid);
    unpack(view.exclude_authrole(), record.exclude_authrole);
    unpack(view.eligible(), record.eligible);
    unpack(view.eligible_authid(), record.eligible_authid);
    unpack(view.eligible_authrole(), record.eligible_authrole);
    unpack(view.encoding(), record.encoding);
}

flatbuffers::Offset<::history::fb::Event> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::history::Event& record) {
    ::history::fb::EventBuilder table{builder};
    table.add_receiver(record.receiver);
    table.add_publication(record.publication);
    table.add_published(convert<std::int64_t>(record.published));
    table.add_subscription(record.subscription);
    table.add_acknowledged(record.acknowledged);
    table.add_retained(record.retained);
    return table.Finish();
}

void unpack_one(const ::history::fb::Event& view, ::history::Event& record) {
    unpack(view.subscription(), record.subscription);
    unpack(view.published(), record.published);
    unpack(view.publication(), record.publication);
    unpack(view.receiver(), record.receiver);
    unpack(view.retained(), record.retained);
    unpack(view.acknowledged(), record.acknowledged);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::history::Publication>::pack(const ::history::Publication& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::history::Publication>::unpack(std::string_view bytes, ::history::Publication& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Publication"), record);
}

auto FlatBuffersSchema<::history::Publication>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Publication");
}

void FlatBuffersSchema<::history::Event>::pack(const ::history::Event& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::history::Event>::unpack(std::string_view bytes, ::history::Event& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Event"), record);
}

auto FlatBuffersSchema<::history::Event>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Event");
}

}  // namespace cambium
