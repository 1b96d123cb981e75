// Written by cambium-codegen from sessions.fbs. Change the schema, not this file.
// clang-format off
#include "sessions_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "sessions_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::router::fb::Session> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                    const ::router::Session& record) {
    const auto worker_offset = pack_text(builder, present(record.worker));
    const auto transport_offset = pack_scalars<std::uint8_t>(builder, present(record.transport));
    const auto authid_offset = pack_text(builder, present(record.authid));
    const auto role_offset = pack_text(builder, present(record.role));
    const auto method_offset = pack_text(builder, present(record.method));
    const auto provider_offset = pack_text(builder, present(record.provider));
    const auto extra_offset = pack_scalars<std::uint8_t>(builder, present(record.extra));
    ::router::fb::SessionBuilder table{builder};
    if (record.left_at) table.add_left_at(convert<std::int64_t>(*record.left_at));
    table.add_joined_at(convert<std::int64_t>(record.joined_at));
    table.add_session(record.session);
    table.add_extra(extra_offset);
    table.add_provider(provider_offset);
    table.add_method(method_offset);
    table.add_role(role_offset);
    table.add_authid(authid_offset);
    table.add_transport(transport_offset);
    if (record.pid) table.add_pid(*record.pid);
    table.add_worker(worker_offset);
    if (record.node) {
        const auto node_struct = std::bit_cast<::router::fb::Uuid>(*record.node);
        table.add_node(&node_struct);
    }
    const auto realm_struct = std::bit_cast<::router::fb::Uuid>(record.realm);
    table.add_realm(&realm_struct);
    const auto id_struct = std::bit_cast<::router::fb::Uuid>(record.id);
    table.add_id(&id_struct);
    return table.Finish();
}

void unpack_one(const ::router::fb::Session& view, ::router::Session& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack_byte_struct(view.realm(), record.realm);
    unpack(view.session(), record.session);
    unpack(view.joined_at(), record.joined_at);
    unpack(view.left_at(), record.left_at);
    unpack_byte_struct(view.node(), record.node);
    unpack(view.worker(), record.worker);
    unpack(view.pid(), record.pid);
    unpack(view.transport(), record.transport);
    unpack(view.authid(), record.authid);
    unpack(view.role(), record.role);
    unpack(view.method(), record.method);
    unpack(view.provider(), record.provider);
    unpack(view.extra(), record.extra);
}

flatbuffers::Offset<::router::fb::Cookie> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::router::Cookie& record) {
    const auto name_offset = pack_text(builder, &record.name);
    const auto value_offset = pack_text(builder, &record.value);
    const auto worker_offset = pack_text(builder, present(record.worker));
    const auto transport_info_offset = pack_scalars<std::uint8_t>(builder, present(record.transport_info));
    const auto method_offset = pack_text(builder, present(record.method));
    const auto authid_offset = pack_text(builder, present(record.authid));
    const auto role_offset = pack_text(builder, present(record.role));
    const auto realm_offset = pack_text(builder, present(record.realm));
    const auto extra_offset = pack_scalars<std::uint8_t>(builder, present(record.extra));
    ::router::fb::CookieBuilder table{builder};
    if (record.joined_at) table.add_joined_at(convert<std::int64_t>(*record.joined_at));
    if (record.session) table.add_session(*record.session);
    if (record.authenticated) table.add_authenticated(convert<std::int64_t>(*record.authenticated));
    table.add_max_age(record.max_age);
    table.add_created(convert<std::int64_t>(record.created));
    table.add_extra(extra_offset);
    table.add_realm(realm_offset);
    table.add_role(role_offset);
    table.add_authid(authid_offset);
    table.add_method(method_offset);
    table.add_transport_info(transport_info_offset);
    table.add_worker(worker_offset);
    if (record.node) {
        const auto node_struct = std::bit_cast<::router::fb::Uuid>(*record.node);
        table.add_node(&node_struct);
    }
    table.add_value(value_offset);
    table.add_name(name_offset);
    const auto id_struct = std::bit_cast<::router::fb::Uuid>(record.id);
    table.add_id(&id_struct);
    return table.Finish();
}

void unpack_one(const ::router::fb::Cookie& view, ::router::Cookie& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack(view.created(), record.created);
    unpack(view.max_age(), record.max_age);
    unpack(view.name(), record.name);
    unpack(view.value(), record.value);
    unpack(view.authenticated(), record.authenticated);
    unpack_byte_struct(view.node(), record.node);
    unpack(view.worker(), record.worker);
    unpack(view.transport_info(), record.transport_info);
    unpack(view.session(), record.session);
    unpack(view.joined_at(), record.joined_at);
    unpack(view.method(), record.method);
    unpack(view.authid(), record.authid);
    unpack(view.role(), record.role);
    unpack(view.realm(), record.realm);
    unpack(view.extra(), record.extra);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::router::Session>::pack(const ::router::Session& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::router::Session>::unpack(std::string_view bytes, ::router::Session& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Session"), record);
}

auto FlatBuffersSchema<::router::Session>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Session");
}

void FlatBuffersSchema<::router::Cookie>::pack(const ::router::Cookie& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::router::Cookie>::unpack(std::string_view bytes, ::router::Cookie& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Cookie"), record);
}

auto FlatBuffersSchema<::router::Cookie>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Cookie");
}

}  // namespace cambium
