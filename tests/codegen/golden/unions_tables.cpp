// Written by cambium-codegen from unions.fbs. Change the schema, not this file.
// clang-format off
#include "unions_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "unions_fb_generated.h"

namespace cambium::generated {
namespace {

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

::unions::fb::Place pack_one(const ::unions::Place& record) {
    return ::unions::fb::Place{
            record.x,
            record.y};
}

void unpack_one(const ::unions::fb::Place& view, ::unions::Place& record) {
    unpack(view.x(), record.x);
    unpack(view.y(), record.y);
}

flatbuffers::Offset<::unions::fb::Mail> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                 const ::unions::Mail& record) {
    const auto address_offset = pack_text(builder, &record.address);
    ::unions::fb::MailBuilder table{builder};
    table.add_address(address_offset);
    return table.Finish();
}

void unpack_one(const ::unions::fb::Mail& view, ::unions::Mail& record) {
    unpack(view.address(), record.address);
}

flatbuffers::Offset<::unions::fb::Phone> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                  const ::unions::Phone& record) {
    const auto digits_offset = pack_text(builder, present(record.digits));
    ::unions::fb::PhoneBuilder table{builder};
    table.add_digits(digits_offset);
    table.add_extension(record.extension);
    return table.Finish();
}

void unpack_one(const ::unions::fb::Phone& view, ::unions::Phone& record) {
    unpack(view.digits(), record.digits);
    unpack(view.extension(), record.extension);
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::unions::Contact& from,
              PackedUnion<::unions::fb::Contact>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::unions::fb::Contact::Mail;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::unions::fb::Contact::Phone;
            to.value = pack_one(builder, std::get<2>(from)).Union();
            return;
        case 3:
            to.type = ::unions::fb::Contact::Place;
            to.value = builder.CreateStruct(pack_one(std::get<3>(from))).Union();
            return;
        case 4:
            to.type = ::unions::fb::Contact::nickname;
            to.value = pack_text(builder, &std::get<4>(from)).Union();
            return;
        case 5:
            to.type = ::unions::fb::Contact::id;
            to.value = builder.CreateStruct(std::bit_cast<::unions::fb::Id>(std::get<5>(from))).Union();
            return;
        case 6:
            to.type = ::unions::fb::Contact::digest;
            to.value = builder.CreateStruct(std::bit_cast<::shared::fb::Digest>(std::get<6>(from))).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::unions::fb::Contact type, const void* from, ::unions::Contact& to) {
    switch (type) {
        case ::unions::fb::Contact::Mail:
            unpack_one(*static_cast<const ::unions::fb::Mail*>(from), to.emplace<1>());
            return true;
        case ::unions::fb::Contact::Phone:
            unpack_one(*static_cast<const ::unions::fb::Phone*>(from), to.emplace<2>());
            return true;
        case ::unions::fb::Contact::Place:
            unpack_one(*static_cast<const ::unions::fb::Place*>(from), to.emplace<3>());
            return true;
        case ::unions::fb::Contact::nickname:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<4>());
            return true;
        case ::unions::fb::Contact::id:
            unpack_byte_struct(static_cast<const ::unions::fb::Id*>(from), to.emplace<5>());
            return true;
        case ::unions::fb::Contact::digest:
            unpack_byte_struct(static_cast<const ::shared::fb::Digest*>(from), to.emplace<6>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::unions::fb::Message> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                    const ::unions::Message& record) {
    const auto contact_packed = pack_union<::unions::fb::Contact>(record.contact, "contact",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto labels_offset = pack_tables<::shared::fb::Label>(builder, unless_empty(record.labels),
        [&](const auto& one) { return pack_one(builder, one); });
    ::unions::fb::MessageBuilder table{builder};
    table.add_labels(labels_offset);
    table.add_contact(contact_packed.value);
    table.add_contact_type(contact_packed.type);
    return table.Finish();
}

void unpack_one(const ::unions::fb::Message& view, ::unions::Message& record) {
    unpack_union(view.contact_type(), view.contact(), record.contact, "contact",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_records(view.labels(), record.labels, [](const auto& from, auto& to) { unpack_one(from, to); });
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::unions::Twice& from,
              PackedUnion<::unions::fb::Twice>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::unions::fb::Twice::first;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::unions::fb::Twice::second;
            to.value = pack_one(builder, std::get<2>(from)).Union();
            return;
        case 3:
            to.type = ::unions::fb::Twice::name;
            to.value = pack_text(builder, &std::get<3>(from)).Union();
            return;
        case 4:
            to.type = ::unions::fb::Twice::other_name;
            to.value = pack_text(builder, &std::get<4>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::unions::fb::Twice type, const void* from, ::unions::Twice& to) {
    switch (type) {
        case ::unions::fb::Twice::first:
            unpack_one(*static_cast<const ::unions::fb::Mail*>(from), to.emplace<1>());
            return true;
        case ::unions::fb::Twice::second:
            unpack_one(*static_cast<const ::unions::fb::Mail*>(from), to.emplace<2>());
            return true;
        case ::unions::fb::Twice::name:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<3>());
            return true;
        case ::unions::fb::Twice::other_name:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<4>());
            return true;
        default:
            return false;
    }
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::unions::Either& from,
              PackedUnion<::unions::fb::Either>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::unions::fb::Either::Mail;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::unions::fb::Either::Phone;
            to.value = pack_one(builder, std::get<2>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::unions::fb::Either type, const void* from, ::unions::Either& to) {
    switch (type) {
        case ::unions::fb::Either::Mail:
            unpack_one(*static_cast<const ::unions::fb::Mail*>(from), to.emplace<1>());
            return true;
        case ::unions::fb::Either::Phone:
            unpack_one(*static_cast<const ::unions::fb::Phone*>(from), to.emplace<2>());
            return true;
        default:
            return false;
    }
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::unions::Both& from,
              PackedUnion<::unions::fb::Both>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::unions::fb::Both::Mail;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::unions::fb::Both::Phone;
            to.value = pack_one(builder, std::get<2>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::unions::fb::Both type, const void* from, ::unions::Both& to) {
    switch (type) {
        case ::unions::fb::Both::Mail:
            unpack_one(*static_cast<const ::unions::fb::Mail*>(from), to.emplace<1>());
            return true;
        case ::unions::fb::Both::Phone:
            unpack_one(*static_cast<const ::unions::fb::Phone*>(from), to.emplace<2>());
            return true;
        default:
            return false;
    }
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::unions::Payload& from,
              PackedUnion<::unions::fb::Payload>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::unions::fb::Payload::Message;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::unions::fb::Payload::shared_Label;
            to.value = pack_one(builder, std::get<2>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::unions::fb::Payload type, const void* from, ::unions::Payload& to) {
    switch (type) {
        case ::unions::fb::Payload::Message:
            unpack_one(*static_cast<const ::unions::fb::Message*>(from), to.emplace<1>());
            return true;
        case ::unions::fb::Payload::shared_Label:
            unpack_one(*static_cast<const ::shared::fb::Label*>(from), to.emplace<2>());
            return true;
        default:
            return false;
    }
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::shared::Tag& from,
              PackedUnion<::shared::fb::Tag>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::shared::fb::Tag::Label;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::shared::fb::Tag type, const void* from, ::shared::Tag& to) {
    switch (type) {
        case ::shared::fb::Tag::Label:
            unpack_one(*static_cast<const ::shared::fb::Label*>(from), to.emplace<1>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::unions::fb::Person> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::unions::Person& record) {
    const auto contact_packed = pack_union<::unions::fb::Contact>(record.contact, "contact",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto name_offset = pack_text(builder, present(record.name));
    const auto must_contact_packed = pack_required_union<::unions::fb::Contact>(record.must_contact, "must_contact",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto contacts_packed =
        pack_unions<::unions::fb::Contact>(builder, unless_empty(record.contacts), "contacts",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto opt_contacts_packed =
        pack_unions<::unions::fb::Contact>(builder, present(record.opt_contacts), "opt_contacts",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto must_contacts_packed =
        pack_unions<::unions::fb::Contact>(builder, &record.must_contacts, "must_contacts",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto twice_packed = pack_union<::unions::fb::Twice>(record.twice, "twice",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto either_packed = pack_union<::unions::fb::Either>(record.either, "either",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto both_packed = pack_union<::unions::fb::Both>(record.both, "both",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto payload_packed = pack_union<::unions::fb::Payload>(record.payload, "payload",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto payloads_packed =
        pack_unions<::unions::fb::Payload>(builder, unless_empty(record.payloads), "payloads",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto tag_packed = pack_union<::shared::fb::Tag>(record.tag, "tag",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::unions::fb::PersonBuilder table{builder};
    table.add_id(record.id);
    table.add_tag(tag_packed.value);
    table.add_payloads(payloads_packed.value);
    table.add_payloads_type(payloads_packed.type);
    table.add_payload(payload_packed.value);
    table.add_both(both_packed.value);
    table.add_either(either_packed.value);
    table.add_twice(twice_packed.value);
    table.add_must_contacts(must_contacts_packed.value);
    table.add_must_contacts_type(must_contacts_packed.type);
    table.add_opt_contacts(opt_contacts_packed.value);
    table.add_opt_contacts_type(opt_contacts_packed.type);
    table.add_contacts(contacts_packed.value);
    table.add_contacts_type(contacts_packed.type);
    table.add_must_contact(must_contact_packed.value);
    table.add_name(name_offset);
    table.add_contact(contact_packed.value);
    table.add_last(record.last);
    table.add_tag_type(tag_packed.type);
    table.add_payload_type(payload_packed.type);
    table.add_both_type(both_packed.type);
    table.add_either_type(either_packed.type);
    table.add_twice_type(twice_packed.type);
    table.add_must_contact_type(must_contact_packed.type);
    table.add_contact_type(contact_packed.type);
    return table.Finish();
}

void unpack_one(const ::unions::fb::Person& view, ::unions::Person& record) {
    unpack(view.id(), record.id);
    unpack_union(view.contact_type(), view.contact(), record.contact, "contact",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack(view.name(), record.name);
    unpack_required_union(view.must_contact_type(), view.must_contact(), record.must_contact, "must_contact",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_unions(view.contacts_type(), view.contacts(), record.contacts, "contacts",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_unions(view.opt_contacts_type(), view.opt_contacts(), record.opt_contacts, "opt_contacts",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_unions(view.must_contacts_type(), view.must_contacts(), record.must_contacts, "must_contacts",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_union(view.twice_type(), view.twice(), record.twice, "twice",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_union(view.either_type(), view.either(), record.either, "either",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_union(view.both_type(), view.both(), record.both, "both",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_union(view.payload_type(), view.payload(), record.payload, "payload",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_unions(view.payloads_type(), view.payloads(), record.payloads, "payloads",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_union(view.tag_type(), view.tag(), record.tag, "tag",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack(view.last(), record.last);
}

flatbuffers::Offset<::unions::fb::Note> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                 const ::unions::Note& record) {
    const auto contact_packed = pack_union<::unions::fb::Contact>(record.contact, "contact",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto payloads_packed =
        pack_unions<::unions::fb::Payload>(builder, unless_empty(record.payloads), "payloads",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::unions::fb::NoteBuilder table{builder};
    table.add_id(record.id);
    table.add_payloads(payloads_packed.value);
    table.add_payloads_type(payloads_packed.type);
    table.add_contact(contact_packed.value);
    table.add_contact_type(contact_packed.type);
    return table.Finish();
}

void unpack_one(const ::unions::fb::Note& view, ::unions::Note& record) {
    unpack(view.id(), record.id);
    unpack_union(view.contact_type(), view.contact(), record.contact, "contact",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_unions(view.payloads_type(), view.payloads(), record.payloads, "payloads",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::unions::Person>::pack(const ::unions::Person& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::unions::Person>::unpack(std::string_view bytes, ::unions::Person& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Person"), record);
}

auto FlatBuffersSchema<::unions::Person>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Person");
}

void FlatBuffersSchema<::unions::Note>::pack(const ::unions::Note& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::unions::Note>::unpack(std::string_view bytes, ::unions::Note& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Note"), record);
}

auto FlatBuffersSchema<::unions::Note>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Note");
}

}  // namespace cambium
