// Written by cambium-codegen from management.fbs. Change the schema, not this file.
// clang-format off
#include "management_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "management_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::management::fb::User> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                     const ::management::User& record) {
    const auto label_offset = pack_text(builder, present(record.label));
    const auto description_offset = pack_text(builder, present(record.description));
    const auto tags_offset = pack_texts(builder, unless_empty(record.tags));
    const auto email_offset = pack_text(builder, present(record.email));
    ::management::fb::UserBuilder table{builder};
    table.add_registered(convert<std::int64_t>(record.registered));
    if (record.pubkey) {
        const auto pubkey_struct = std::bit_cast<::management::fb::PublicKey>(*record.pubkey);
        table.add_pubkey(&pubkey_struct);
    }
    table.add_email(email_offset);
    table.add_tags(tags_offset);
    table.add_description(description_offset);
    table.add_label(label_offset);
    const auto id_struct = std::bit_cast<::management::fb::Uuid>(record.id);
    table.add_id(&id_struct);
    return table.Finish();
}

void unpack_one(const ::management::fb::User& view, ::management::User& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack(view.label(), record.label);
    unpack(view.description(), record.description);
    unpack(view.tags(), record.tags);
    unpack(view.email(), record.email);
    unpack(view.registered(), record.registered);
    unpack_byte_struct(view.pubkey(), record.pubkey);
}

flatbuffers::Offset<::management::fb::Organization> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                             const ::management::Organization& record) {
    const auto label_offset = pack_text(builder, present(record.label));
    const auto description_offset = pack_text(builder, present(record.description));
    const auto tags_offset = pack_texts(builder, unless_empty(record.tags));
    const auto name_offset = pack_text(builder, &record.name);
    ::management::fb::OrganizationBuilder table{builder};
    table.add_registered(convert<std::int64_t>(record.registered));
    table.add_name(name_offset);
    table.add_tags(tags_offset);
    table.add_description(description_offset);
    table.add_label(label_offset);
    const auto id_struct = std::bit_cast<::management::fb::Uuid>(record.id);
    table.add_id(&id_struct);
    table.add_type(static_cast<::management::fb::OrganizationType>(record.type));
    return table.Finish();
}

void unpack_one(const ::management::fb::Organization& view, ::management::Organization& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack(view.label(), record.label);
    unpack(view.description(), record.description);
    unpack(view.tags(), record.tags);
    unpack(view.name(), record.name);
    unpack(view.type(), record.type);
    unpack(view.registered(), record.registered);
}

flatbuffers::Offset<::management::fb::Node> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                     const ::management::Node& record) {
    const auto label_offset = pack_text(builder, present(record.label));
    const auto cluster_ip_offset = pack_text(builder, present(record.cluster_ip));
    const auto authid_offset = pack_text(builder, present(record.authid));
    const auto extra_offset = pack_scalars<std::uint8_t>(builder, present(record.extra));
    ::management::fb::NodeBuilder table{builder};
    table.add_extra(extra_offset);
    table.add_authid(authid_offset);
    if (record.owner) {
        const auto owner_struct = std::bit_cast<::management::fb::Uuid>(*record.owner);
        table.add_owner(&owner_struct);
    }
    if (record.realm) {
        const auto realm_struct = std::bit_cast<::management::fb::Uuid>(*record.realm);
        table.add_realm(&realm_struct);
    }
    table.add_cluster_ip(cluster_ip_offset);
    const auto pubkey_struct = std::bit_cast<::management::fb::PublicKey>(record.pubkey);
    table.add_pubkey(&pubkey_struct);
    table.add_label(label_offset);
    const auto id_struct = std::bit_cast<::management::fb::Uuid>(record.id);
    table.add_id(&id_struct);
    return table.Finish();
}

void unpack_one(const ::management::fb::Node& view, ::management::Node& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack(view.label(), record.label);
    unpack_byte_struct(view.pubkey(), record.pubkey);
    unpack(view.cluster_ip(), record.cluster_ip);
    unpack_byte_struct(view.realm(), record.realm);
    unpack_byte_struct(view.owner(), record.owner);
    unpack(view.authid(), record.authid);
    unpack(view.extra(), record.extra);
}

flatbuffers::Offset<::management::fb::Credential> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                           const ::management::Credential& record) {
    const auto method_offset = pack_text(builder, &record.method);
    const auto authid_offset = pack_text(builder, &record.authid);
    const auto realm_offset = pack_text(builder, &record.realm);
    const auto config_offset = pack_scalars<std::uint8_t>(builder, present(record.config));
    ::management::fb::CredentialBuilder table{builder};
    table.add_created(convert<std::int64_t>(record.created));
    const auto principal_struct = std::bit_cast<::management::fb::Uuid>(record.principal);
    table.add_principal(&principal_struct);
    table.add_config(config_offset);
    table.add_realm(realm_offset);
    table.add_authid(authid_offset);
    table.add_method(method_offset);
    const auto id_struct = std::bit_cast<::management::fb::Uuid>(record.id);
    table.add_id(&id_struct);
    return table.Finish();
}

void unpack_one(const ::management::fb::Credential& view, ::management::Credential& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack(view.created(), record.created);
    unpack(view.method(), record.method);
    unpack(view.authid(), record.authid);
    unpack(view.realm(), record.realm);
    unpack(view.config(), record.config);
    unpack_byte_struct(view.principal(), record.principal);
}

flatbuffers::Offset<::management::fb::Placement> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                          const ::management::Placement& record) {
    const auto worker_name_offset = pack_text(builder, &record.worker_name);
    ::management::fb::PlacementBuilder table{builder};
    table.add_worker_name(worker_name_offset);
    const auto node_struct = std::bit_cast<::management::fb::Uuid>(record.node);
    table.add_node(&node_struct);
    const auto cluster_struct = std::bit_cast<::management::fb::Uuid>(record.cluster);
    table.add_cluster(&cluster_struct);
    const auto group_struct = std::bit_cast<::management::fb::Uuid>(record.group);
    table.add_group(&group_struct);
    const auto id_struct = std::bit_cast<::management::fb::Uuid>(record.id);
    table.add_id(&id_struct);
    return table.Finish();
}

void unpack_one(const ::management::fb::Placement& view, ::management::Placement& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack_byte_struct(view.group(), record.group);
    unpack_byte_struct(view.cluster(), record.cluster);
    unpack_byte_struct(view.node(), record.node);
    unpack(view.worker_name(), record.worker_name);
}

flatbuffers::Offset<::management::fb::UserRealmRole> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                              const ::management::UserRealmRole& record) {
    const auto roles_offset = pack_texts(builder, unless_empty(record.roles));
    ::management::fb::UserRealmRoleBuilder table{builder};
    table.add_roles(roles_offset);
    const auto realm_struct = std::bit_cast<::management::fb::Uuid>(record.realm);
    table.add_realm(&realm_struct);
    const auto user_struct = std::bit_cast<::management::fb::Uuid>(record.user);
    table.add_user(&user_struct);
    return table.Finish();
}

void unpack_one(const ::management::fb::UserRealmRole& view, ::management::UserRealmRole& record) {
    unpack_byte_struct(view.user(), record.user);
    unpack_byte_struct(view.realm(), record.realm);
    unpack(view.roles(), record.roles);
}

flatbuffers::Offset<::management::fb::UsageRecord> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                            const ::management::UsageRecord& record) {
    ::management::fb::UsageRecordBuilder table{builder};
    table.add_bytes_out(record.bytes_out);
    table.add_bytes_in(record.bytes_in);
    table.add_events(record.events);
    table.add_publications(record.publications);
    table.add_calls(record.calls);
    table.add_seconds(record.seconds);
    table.add_timestamp(convert<std::int64_t>(record.timestamp));
    const auto realm_struct = std::bit_cast<::management::fb::Uuid>(record.realm);
    table.add_realm(&realm_struct);
    return table.Finish();
}

void unpack_one(const ::management::fb::UsageRecord& view, ::management::UsageRecord& record) {
    unpack(view.timestamp(), record.timestamp);
    unpack_byte_struct(view.realm(), record.realm);
    unpack(view.seconds(), record.seconds);
    unpack(view.calls(), record.calls);
    unpack(view.publications(), record.publications);
    unpack(view.events(), record.events);
    unpack(view.bytes_in(), record.bytes_in);
    unpack(view.bytes_out(), record.bytes_out);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::management::User>::pack(const ::management::User& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::management::User>::unpack(std::string_view bytes, ::management::User& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "User"), record);
}

auto FlatBuffersSchema<::management::User>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "User");
}

void FlatBuffersSchema<::management::Organization>::pack(const ::management::Organization& record,
    std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::management::Organization>::unpack(std::string_view bytes,
    ::management::Organization& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Organization"), record);
}

auto FlatBuffersSchema<::management::Organization>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Organization");
}

void FlatBuffersSchema<::management::Node>::pack(const ::management::Node& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::management::Node>::unpack(std::string_view bytes, ::management::Node& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Node"), record);
}

auto FlatBuffersSchema<::management::Node>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Node");
}

void FlatBuffersSchema<::management::Credential>::pack(const ::management::Credential& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::management::Credential>::unpack(std::string_view bytes, ::management::Credential& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Credential"), record);
}

auto FlatBuffersSchema<::management::Credential>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Credential");
}

void FlatBuffersSchema<::management::Placement>::pack(const ::management::Placement& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::management::Placement>::unpack(std::string_view bytes, ::management::Placement& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Placement"), record);
}

auto FlatBuffersSchema<::management::Placement>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Placement");
}

void FlatBuffersSchema<::management::UserRealmRole>::pack(const ::management::UserRealmRole& record,
    std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::management::UserRealmRole>::unpack(std::string_view bytes,
    ::management::UserRealmRole& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "UserRealmRole"), record);
}

auto FlatBuffersSchema<::management::UserRealmRole>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "UserRealmRole");
}

void FlatBuffersSchema<::management::UsageRecord>::pack(const ::management::UsageRecord& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::management::UsageRecord>::unpack(std::string_view bytes,
    ::management::UsageRecord& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "UsageRecord"), record);
}

auto FlatBuffersSchema<::management::UsageRecord>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "UsageRecord");
}

}  // namespace cambium
