// Written by cambium-codegen from nested_after.fbs. Change the schema, not this file.
// clang-format off
#include "nested_after_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "nested_after_fb_generated.h"

namespace cambium::generated {
namespace {

::nested_after::fb::Point pack_one(const ::nested_after::Point& record) {
    return ::nested_after::fb::Point{
            record.x,
            record.y};
}

void unpack_one(const ::nested_after::fb::Point& view, ::nested_after::Point& record) {
    unpack(view.x(), record.x);
    unpack(view.y(), record.y);
}

flatbuffers::Offset<::nested_after::fb::Land> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                       const ::nested_after::Land& record) {
    const auto code_offset = pack_text(builder, present(record.code));
    const auto capital_offset = pack_text(builder, present(record.capital));
    ::nested_after::fb::LandBuilder table{builder};
    table.add_capital(capital_offset);
    table.add_zone(record.zone);
    table.add_code(code_offset);
    return table.Finish();
}

void unpack_one(const ::nested_after::fb::Land& view, ::nested_after::Land& record) {
    unpack(view.code(), record.code);
    unpack(view.zone(), record.zone);
    unpack(view.capital(), record.capital);
}

flatbuffers::Offset<::nested_after::fb::Address> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                          const ::nested_after::Address& record) {
    const auto street_offset = pack_text(builder, present(record.street));
    const auto country_offset =
        record.country ? pack_one(builder, *record.country) : flatbuffers::Offset<::nested_after::fb::Land>{};
    const auto former_offset =
        record.former ? pack_one(builder, *record.former) : flatbuffers::Offset<::nested_after::fb::Land>{};
    ::nested_after::fb::AddressBuilder table{builder};
    if (record.at) {
        const auto at_struct = pack_one(*record.at);
        table.add_at(&at_struct);
    }
    table.add_former(former_offset);
    table.add_country(country_offset);
    table.add_street(street_offset);
    return table.Finish();
}

void unpack_one(const ::nested_after::fb::Address& view, ::nested_after::Address& record) {
    unpack(view.street(), record.street);
    unpack_record(view.country(), record.country, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.former(), record.former, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.at(), record.at, [](const auto& from, auto& to) { unpack_one(from, to); });
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::nested_after::Place& from,
              PackedUnion<::nested_after::fb::Place>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::nested_after::fb::Place::Address;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::nested_after::fb::Place::Country;
            to.value = pack_one(builder, std::get<2>(from)).Union();
            return;
        case 3:
            to.type = ::nested_after::fb::Place::Point;
            to.value = builder.CreateStruct(pack_one(std::get<3>(from))).Union();
            return;
        case 4:
            to.type = ::nested_after::fb::Place::name;
            to.value = pack_text(builder, &std::get<4>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::nested_after::fb::Place type, const void* from, ::nested_after::Place& to) {
    switch (type) {
        case ::nested_after::fb::Place::Address:
            unpack_one(*static_cast<const ::nested_after::fb::Address*>(from), to.emplace<1>());
            return true;
        case ::nested_after::fb::Place::Country:
            unpack_one(*static_cast<const ::nested_after::fb::Land*>(from), to.emplace<2>());
            return true;
        case ::nested_after::fb::Place::Point:
            unpack_one(*static_cast<const ::nested_after::fb::Point*>(from), to.emplace<3>());
            return true;
        case ::nested_after::fb::Place::name:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<4>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::nested_after::fb::Person> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                         const ::nested_after::Person& record) {
    const auto home_offset =
        record.home ? pack_one(builder, *record.home) : flatbuffers::Offset<::nested_after::fb::Address>{};
    const auto work_offset = pack_tables<::nested_after::fb::Address>(builder, unless_empty(record.work),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto born_packed = pack_union<::nested_after::fb::Place>(record.born, "born",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::nested_after::fb::PersonBuilder table{builder};
    table.add_born(born_packed.value);
    table.add_work(work_offset);
    table.add_home(home_offset);
    table.add_born_type(born_packed.type);
    return table.Finish();
}

void unpack_one(const ::nested_after::fb::Person& view, ::nested_after::Person& record) {
    unpack_record(view.home(), record.home, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.work(), record.work, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_union(view.born_type(), view.born(), record.born, "born",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
}

flatbuffers::Offset<::nested_after::fb::Firm> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                       const ::nested_after::Firm& record) {
    const auto seat_offset =
        record.seat ? pack_one(builder, *record.seat) : flatbuffers::Offset<::nested_after::fb::Address>{};
    const auto plants_offset = pack_tables<::nested_after::fb::Address>(builder, unless_empty(record.plants),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto owner_offset =
        record.owner ? pack_one(builder, *record.owner) : flatbuffers::Offset<::nested_after::fb::Person>{};
    const auto staff_offset = pack_tables<::nested_after::fb::Person>(builder, unless_empty(record.staff),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto places_packed =
        pack_unions<::nested_after::fb::Place>(builder, unless_empty(record.places), "places",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::nested_after::fb::FirmBuilder table{builder};
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

void unpack_one(const ::nested_after::fb::Firm& view, ::nested_after::Firm& record) {
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

void FlatBuffersSchema<::nested_after::Firm>::pack(const ::nested_after::Firm& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::nested_after::Firm>::unpack(std::string_view bytes, ::nested_after::Firm& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Firm"), record);
}

auto FlatBuffersSchema<::nested_after::Firm>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Firm");
}

}  // namespace cambium
