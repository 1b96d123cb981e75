// Written by cambium-codegen from markets.fbs. Change the schema, not this file.
// clang-format off
#include "markets_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "markets_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::markets::fb::Market> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                    const ::markets::Market& record) {
    const auto terms_offset = pack_text(builder, present(record.terms));
    const auto meta_offset = pack_text(builder, present(record.meta));
    const auto signature_offset = pack_scalars<std::uint8_t>(builder, present(record.signature));
    ::markets::fb::MarketBuilder table{builder};
    table.add_timestamp(convert<std::int64_t>(record.timestamp));
    table.add_signature(signature_offset);
    if (record.fee) {
        const auto fee_struct = std::bit_cast<::markets::fb::Amount>(*record.fee);
        table.add_fee(&fee_struct);
    }
    if (record.consumer_security) {
        const auto consumer_security_struct = std::bit_cast<::markets::fb::Amount>(*record.consumer_security);
        table.add_consumer_security(&consumer_security_struct);
    }
    if (record.provider_security) {
        const auto provider_security_struct = std::bit_cast<::markets::fb::Amount>(*record.provider_security);
        table.add_provider_security(&provider_security_struct);
    }
    table.add_meta(meta_offset);
    table.add_terms(terms_offset);
    if (record.maker) {
        const auto maker_struct = std::bit_cast<::markets::fb::Address>(*record.maker);
        table.add_maker(&maker_struct);
    }
    const auto coin_struct = std::bit_cast<::markets::fb::Address>(record.coin);
    table.add_coin(&coin_struct);
    const auto owner_struct = std::bit_cast<::markets::fb::Address>(record.owner);
    table.add_owner(&owner_struct);
    table.add_seq(record.seq);
    const auto created_struct = std::bit_cast<::markets::fb::Amount>(record.created);
    table.add_created(&created_struct);
    const auto id_struct = std::bit_cast<::markets::fb::Uuid>(record.id);
    table.add_id(&id_struct);
    return table.Finish();
}

void unpack_one(const ::markets::fb::Market& view, ::markets::Market& record) {
    unpack_byte_struct(view.id(), record.id);
    unpack(view.timestamp(), record.timestamp);
    unpack_byte_struct(view.created(), record.created);
    unpack(view.seq(), record.seq);
    unpack_byte_struct(view.owner(), record.owner);
    unpack_byte_struct(view.coin(), record.coin);
    unpack_byte_struct(view.maker(), record.maker);
    unpack(view.terms(), record.terms);
    unpack(view.meta(), record.meta);
    unpack_byte_struct(view.provider_security(), record.provider_security);
    unpack_byte_struct(view.consumer_security(), record.consumer_security);
    unpack_byte_struct(view.fee(), record.fee);
    unpack(view.signature(), record.signature);
}

flatbuffers::Offset<::markets::fb::Actor> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::markets::Actor& record) {
    const auto meta_offset = pack_text(builder, present(record.meta));
    ::markets::fb::ActorBuilder table{builder};
    table.add_timestamp(convert<std::int64_t>(record.timestamp));
    table.add_meta(meta_offset);
    if (record.security) {
        const auto security_struct = std::bit_cast<::markets::fb::Amount>(*record.security);
        table.add_security(&security_struct);
    }
    if (record.joined) {
        const auto joined_struct = std::bit_cast<::markets::fb::Amount>(*record.joined);
        table.add_joined(&joined_struct);
    }
    const auto actor_struct = std::bit_cast<::markets::fb::Address>(record.actor);
    table.add_actor(&actor_struct);
    const auto market_struct = std::bit_cast<::markets::fb::Uuid>(record.market);
    table.add_market(&market_struct);
    table.add_type(static_cast<::markets::fb::ActorType>(record.type));
    return table.Finish();
}

void unpack_one(const ::markets::fb::Actor& view, ::markets::Actor& record) {
    unpack_byte_struct(view.market(), record.market);
    unpack_byte_struct(view.actor(), record.actor);
    unpack(view.type(), record.type);
    unpack(view.timestamp(), record.timestamp);
    unpack_byte_struct(view.joined(), record.joined);
    unpack_byte_struct(view.security(), record.security);
    unpack(view.meta(), record.meta);
}

flatbuffers::Offset<::markets::fb::Consent> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                     const ::markets::Consent& record) {
    ::markets::fb::ConsentBuilder table{builder};
    table.add_timestamp(convert<std::int64_t>(record.timestamp));
    if (record.updated) {
        const auto updated_struct = std::bit_cast<::markets::fb::Amount>(*record.updated);
        table.add_updated(&updated_struct);
    }
    const auto catalog_struct = std::bit_cast<::markets::fb::Uuid>(record.catalog);
    table.add_catalog(&catalog_struct);
    const auto delegate_struct = std::bit_cast<::markets::fb::Address>(record.delegate);
    table.add_delegate(&delegate_struct);
    const auto member_struct = std::bit_cast<::markets::fb::Address>(record.member);
    table.add_member(&member_struct);
    const auto market_struct = std::bit_cast<::markets::fb::Uuid>(record.market);
    table.add_market(&market_struct);
    table.add_is_consenting(record.is_consenting);
    table.add_type(static_cast<::markets::fb::ActorType>(record.type));
    return table.Finish();
}

void unpack_one(const ::markets::fb::Consent& view, ::markets::Consent& record) {
    unpack_byte_struct(view.market(), record.market);
    unpack_byte_struct(view.member(), record.member);
    unpack_byte_struct(view.delegate(), record.delegate);
    unpack(view.type(), record.type);
    unpack_byte_struct(view.catalog(), record.catalog);
    unpack(view.timestamp(), record.timestamp);
    unpack_byte_struct(view.updated(), record.updated);
    unpack(view.is_consenting(), record.is_consenting);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::markets::Market>::pack(const ::markets::Market& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::markets::Market>::unpack(std::string_view bytes, ::markets::Market& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Market"), record);
}

auto FlatBuffersSchema<::markets::Market>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Market");
}

void FlatBuffersSchema<::markets::Actor>::pack(const ::markets::Actor& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::markets::Actor>::unpack(std::string_view bytes, ::markets::Actor& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Actor"), record);
}

auto FlatBuffersSchema<::markets::Actor>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Actor");
}

void FlatBuffersSchema<::markets::Consent>::pack(const ::markets::Consent& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::markets::Consent>::unpack(std::string_view bytes, ::markets::Consent& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Consent"), record);
}

auto FlatBuffersSchema<::markets::Consent>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Consent");
}

}  // namespace cambium
