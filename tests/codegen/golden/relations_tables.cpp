// Written by cambium-codegen from relations.fbs. Change the schema, not this file.
// clang-format off
#include "relations_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "relations_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::relations::fb::Order> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                     const ::relations::Order& record) {
    ::relations::fb::OrderBuilder table{builder};
    table.add_number(record.number);
    if (record.seller) table.add_seller(*record.seller);
    table.add_customer(record.customer);
    return table.Finish();
}

void unpack_one(const ::relations::fb::Order& view, ::relations::Order& record) {
    unpack(view.number(), record.number);
    unpack(view.customer(), record.customer);
    unpack(view.seller(), record.seller);
}

flatbuffers::Offset<::relations::fb::Customer> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                        const ::relations::Customer& record) {
    const auto email_offset = pack_text(builder, &record.email);
    const auto city_offset = pack_text(builder, present(record.city));
    ::relations::fb::CustomerBuilder table{builder};
    table.add_revision(record.revision);
    table.add_city(city_offset);
    table.add_email(email_offset);
    table.add_id(record.id);
    return table.Finish();
}

void unpack_one(const ::relations::fb::Customer& view, ::relations::Customer& record) {
    unpack(view.id(), record.id);
    unpack(view.email(), record.email);
    unpack(view.city(), record.city);
    unpack(view.revision(), record.revision);
}

flatbuffers::Offset<::relations::fb::Node> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                    const ::relations::Node& record) {
    ::relations::fb::NodeBuilder table{builder};
    if (record.parent) table.add_parent(*record.parent);
    table.add_id(record.id);
    return table.Finish();
}

void unpack_one(const ::relations::fb::Node& view, ::relations::Node& record) {
    unpack(view.id(), record.id);
    unpack(view.parent(), record.parent);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::relations::Order>::pack(const ::relations::Order& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::relations::Order>::unpack(std::string_view bytes, ::relations::Order& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Order"), record);
}

auto FlatBuffersSchema<::relations::Order>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Order");
}

void FlatBuffersSchema<::relations::Customer>::pack(const ::relations::Customer& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::relations::Customer>::unpack(std::string_view bytes, ::relations::Customer& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Customer"), record);
}

auto FlatBuffersSchema<::relations::Customer>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Customer");
}

void FlatBuffersSchema<::relations::Node>::pack(const ::relations::Node& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::relations::Node>::unpack(std::string_view bytes, ::relations::Node& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Node"), record);
}

auto FlatBuffersSchema<::relations::Node>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Node");
}

}  // namespace cambium
