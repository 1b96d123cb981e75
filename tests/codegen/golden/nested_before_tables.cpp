// Written by cambium-codegen from nested_before.fbs. Change the schema, not this file.
// clang-format off
#include "nested_before_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "nested_before_fb_generated.h"

namespace cambium::generated {
namespace {

::nested_before::fb::Point pack_one(const ::nested_before::Point& record) {
    return ::nested_before::fb::Point{
            record.x,
            record.y};
}

void unpack_one(const ::nested_before::fb::Point& view, ::nested_before::Point& record) {
    unpack(view.x(), record.x);
    unpack(view.y(), record.y);
}

flatbuffers::Offset<::nested_before::fb::Country> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                           const ::nested_before::Country& record) {
    const auto code_offset = pack_text(builder, &record.code);
    ::nested_before::fb::CountryBuilder table{builder};
    table.add_zone(record.zone);
    table.add_code(code_offset);
    return table.Finish();
}

void unpack_one(const ::nested_before::fb::Country& view, ::nested_before::Country& record) {
    unpack(view.code(), record.code);
    unpack(view.zone(), record.zone);
}

flatbuffers::Offset<::nested_before::fb::Address> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                           const ::nested_before::Address& record) {
    const auto street_offset = pack_text(builder, present(record.street));
    const auto country_offset =
        record.country ? pack_one(builder, *record.country) : flatbuffers::Offset<::nested_before::fb::Country>{};
    ::nested_before::fb::AddressBuilder table{builder};
    if (record.at) {
        const auto at_struct = pack_one(*record.at);
        table.add_at(&at_struct);
    }
    table.add_country(country_offset);
    table.add_street(street_offset);
    return table.Finish();
}

void unpack_one(const ::nested_before::fb::Address& view, ::nested_before::Address& record) {
    unpack(view.street(), record.street);
    unpack_record(view.country(), record.country, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.at(), record.at, [](const auto& from, auto& to) { unpack_one(from, to); });
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::nested_before::Place& from,
              PackedUnion<::nested_before::fb::Place>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::nested_before::fb::Place::Address;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::nested_before::fb::Place::Country;
            to.value = pack_one(builder, std::get<2>(from)).Union();
            return;
        case 3:
            to.type = ::nested_before::fb::Place::Point;
            to.value = builder.CreateStruct(pack_one(std::get<3>(from))).Union();
            return;
        case 4:
            to.type = ::nested_before::fb::Place::name;
            to.value = pack_text(builder, &std::get<4>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::nested_before::fb::Place type, const void* from, ::nested_before::Place& to) {
    switch (type) {
        case ::nested_before::fb::Place::Address:
            unpack_one(*static_cast<const ::nested_before::fb::Address*>(from), to.emplace<1>());
            return true;
        case ::nested_before::fb::Place::Country:
            unpack_one(*static_cast<const ::nested_before::fb::Country*>(from), to.emplace<2>());
            return true;
        case ::nested_before::fb::Place::Point:
            unpack_one(*static_cast<const ::nested_before::fb::Point*>(from), to.emplace<3>());
            return true;
        case ::nested_before::fb::Place::name:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<4>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::nested_before::fb::Person> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                          const ::nested_before::Person& record) {
    const auto home_offset =
        record.home ? pack_one(builder, *record.home) : flatbuffers::Offset<::nested_before::fb::Address>{};
    const auto work_offset = pack_tables<::nested_before::fb::Address>(builder, unless_empty(record.work),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto born_packed = pack_union<::nested_before::fb::Place>(record.born, "born",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::nested_before::fb::PersonBuilder table{builder};
    table.add_born(born_packed.value);
    table.add_work(work_offset);
    table.add_home(home_offset);
    table.add_born_type(born_packed.type);
    return table.Finish();
}

void unpack_one(const ::nested_before::fb::Person& view, ::nested_before::Person& record) {
    unpack_record(view.home(), record.home, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.work(), record.work, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_union(view.born_type(), view.born(), record.born, "born",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
}

flatbuffers::Offset<::nested_before::fb::Firm> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                        const ::nested_before::Firm& record) {
    const auto seat_offset =
        record.seat ? pack_one(builder, *record.seat) : flatbuffers::Offset<::nested_before::fb::Address>{};
    const auto plants_offset = pack_tables<::nested_before::fb::Address>(builder, unless_empty(record.plants),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto owner_offset =
        record.owner ? pack_one(builder, *record.owner) : flatbuffers::Offset<::nested_before::fb::Person>{};
    const auto staff_offset = pack_tables<::nested_before::fb::Person>(builder, unless_empty(record.staff),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto places_packed =
        pack_unions<::nested_before::fb::Place>(builder, unless_empty(record.places), "places",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::nested_before::fb::FirmBuilder table{builder};
    table.add_id(record.id);
    if (record.main) {
        const auto main_struct = pack_one(*record.main);
        table.add_main(&main_struct);
    }
    table.add_places(places_packed.value);
    table.add_places_type(places_packed.type);
    table.add_staff(staff_offset);
    table.add_owner(owner_offset);
    table.add_plants(plants_offset);
    table.add_seat(seat_offset);
    return table.Finish();
}

void unpack_one(const ::nested_before::fb::Firm& view, ::nested_before::Firm& record) {
    unpack(view.id(), record.id);
    unpack_record(view.seat(), record.seat, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.plants(), record.plants, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.owner(), record.owner, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.staff(), record.staff, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_unions(view.places_type(), view.places(), record.places, "places",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_record(view.main(), record.main, [](const auto& from, auto& to) { unpack_one(from, to); });
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::nested_before::Firm>::pack(const ::nested_before::Firm& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::nested_before::Firm>::unpack(std::string_view bytes, ::nested_before::Firm& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Firm"), record);
}

auto FlatBuffersSchema<::nested_before::Firm>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Firm");
}

}  // namespace cambium
