// Written by cambium-codegen from names.fbs. Change the schema, not this file.
// clang-format off
#include "names_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "names_fb_generated.h"

namespace cambium::generated {
namespace {

::names::cambium::fb::cambium pack_one(const ::names::cambium::cambium& record) {
    return ::names::cambium::fb::cambium{
            record.module,
            static_cast<::names::cambium::fb::Words>(record.import)};
}

void unpack_one(const ::names::cambium::fb::cambium& view, ::names::cambium::cambium& record) {
    unpack(view.module_(), record.module);
    unpack(view.import_(), record.import);
}

::names::cambium::fb::Table pack_one(const ::names::cambium::Table& record) {
    return ::names::cambium::fb::Table{
            to_wires<std::int32_t>(record.atomic_cancel),
            pack_one(record.inner)};
}

void unpack_one(const ::names::cambium::fb::Table& view, ::names::cambium::Table& record) {
    unpack(view.atomic_cancel_(), record.atomic_cancel);
    unpack_record(&view.inner(), record.inner, [](const auto& from, auto& to) { unpack_one(from, to); });
}

flatbuffers::Offset<::names::cambium::fb::Module> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                           const ::names::cambium::Module& record) {
    const auto modules_offset = pack_scalars<::names::cambium::fb::Words>(builder, unless_empty(record.modules));
    ::names::cambium::fb::ModuleBuilder table{builder};
    table.add_Bits(static_cast<::names::cambium::fb::Bits>(record.Bits));
    table.add_modules(modules_offset);
    table.add_import_(static_cast<::names::cambium::fb::Words>(record.import));
    return table.Finish();
}

void unpack_one(const ::names::cambium::fb::Module& view, ::names::cambium::Module& record) {
    unpack(view.Bits(), record.Bits);
    unpack(view.import_(), record.import);
    unpack(view.modules(), record.modules);
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::names::cambium::Any& from,
              PackedUnion<::names::cambium::fb::Any>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::names::cambium::fb::Any::module_;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::names::cambium::fb::Any::import_;
            to.value = pack_one(builder, std::get<2>(from)).Union();
            return;
        case 3:
            to.type = ::names::cambium::fb::Any::atomic_commit_;
            to.value = builder.CreateStruct(pack_one(std::get<3>(from))).Union();
            return;
        case 4:
            to.type = ::names::cambium::fb::Any::text;
            to.value = pack_text(builder, &std::get<4>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::names::cambium::fb::Any type, const void* from, ::names::cambium::Any& to) {
    switch (type) {
        case ::names::cambium::fb::Any::module_:
            unpack_one(*static_cast<const ::names::cambium::fb::Module*>(from), to.emplace<1>());
            return true;
        case ::names::cambium::fb::Any::import_:
            unpack_one(*static_cast<const ::names::cambium::fb::Module*>(from), to.emplace<2>());
            return true;
        case ::names::cambium::fb::Any::atomic_commit_:
            unpack_one(*static_cast<const ::names::cambium::fb::cambium*>(from), to.emplace<3>());
            return true;
        case ::names::cambium::fb::Any::text:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<4>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::names::cambium::fb::Codec> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                          const ::names::cambium::Codec& record) {
    const auto module_offset = pack_text(builder, present(record.module));
    const auto either_packed = pack_union<::names::cambium::fb::Any>(record.either, "either",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto several_packed =
        pack_unions<::names::cambium::fb::Any>(builder, unless_empty(record.several), "several",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    const auto flatbuffers_offset =
        record.flatbuffers ? pack_one(builder,
            *record.flatbuffers) : flatbuffers::Offset<::names::cambium::fb::Module>{};
    const auto names_offset = pack_tables<::names::cambium::fb::Module>(builder, unless_empty(record.names),
        [&](const auto& one) { return pack_one(builder, one); });
    ::names::cambium::fb::CodecBuilder table{builder};
    table.add_least(static_cast<::names::cambium::fb::Least>(record.least));
    table.add_table(convert<std::int64_t>(record.table));
    table.add_record(record.record);
    table.add_builder(record.builder);
    table.add_id(record.id);
    table.add_names(names_offset);
    if (record.flat) {
        const auto flat_struct = pack_one(*record.flat);
        table.add_flat(&flat_struct);
    }
    table.add_flatbuffers(flatbuffers_offset);
    if (record.std) {
        const auto std_struct = pack_one(*record.std);
        table.add_std(&std_struct);
    }
    table.add_several(several_packed.value);
    table.add_several_type(several_packed.type);
    table.add_either(either_packed.value);
    table.add_module_(module_offset);
    table.add_either_type(either_packed.type);
    if (record.import) table.add_import_(*record.import);
    return table.Finish();
}

void unpack_one(const ::names::cambium::fb::Codec& view, ::names::cambium::Codec& record) {
    unpack(view.id(), record.id);
    unpack(view.builder(), record.builder);
    unpack(view.record(), record.record);
    unpack(view.table(), record.table);
    unpack(view.least(), record.least);
    unpack(view.module_(), record.module);
    unpack(view.import_(), record.import);
    unpack_union(view.either_type(), view.either(), record.either, "either",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_unions(view.several_type(), view.several(), record.several, "several",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
    unpack_record(view.std(), record.std, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.flatbuffers(), record.flatbuffers, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_record(view.flat(), record.flat, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.names(), record.names, [](const auto& from, auto& to) { unpack_one(from, to); });
}

flatbuffers::Offset<::names::other::fb::Entry> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                        const ::names::other::Entry& record) {
    ::names::other::fb::EntryBuilder table{builder};
    if (record.parent) table.add_parent(*record.parent);
    table.add_id(record.id);
    return table.Finish();
}

void unpack_one(const ::names::other::fb::Entry& view, ::names::other::Entry& record) {
    unpack(view.id(), record.id);
    unpack(view.parent(), record.parent);
}

flatbuffers::Offset<::names::other::fb::Other> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                        const ::names::other::Other& record) {
    ::names::other::fb::OtherBuilder table{builder};
    if (record.entry) table.add_entry(*record.entry);
    table.add_id(record.id);
    return table.Finish();
}

void unpack_one(const ::names::other::fb::Other& view, ::names::other::Other& record) {
    unpack(view.id(), record.id);
    unpack(view.entry(), record.entry);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::names::cambium::Codec>::pack(const ::names::cambium::Codec& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::names::cambium::Codec>::unpack(std::string_view bytes, ::names::cambium::Codec& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Codec"), record);
}

auto FlatBuffersSchema<::names::cambium::Codec>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Codec");
}

void FlatBuffersSchema<::names::other::Entry>::pack(const ::names::other::Entry& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::names::other::Entry>::unpack(std::string_view bytes, ::names::other::Entry& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Entry"), record);
}

auto FlatBuffersSchema<::names::other::Entry>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Entry");
}

void FlatBuffersSchema<::names::other::Other>::pack(const ::names::other::Other& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::names::other::Other>::unpack(std::string_view bytes, ::names::other::Other& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Other"), record);
}

auto FlatBuffersSchema<::names::other::Other>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Other");
}

}  // namespace cambium
