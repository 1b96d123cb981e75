// Written by cambium-codegen from packages.fbs. Change the schema, not this file.
// clang-format off
#include "packages_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "packages_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::catalog::fb::OtherField> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                        const ::catalog::OtherField& record) {
    const auto name_offset = pack_text(builder, &record.name);
    const auto value_offset = pack_text(builder, &record.value);
    ::catalog::fb::OtherFieldBuilder table{builder};
    table.add_value(value_offset);
    table.add_name(name_offset);
    return table.Finish();
}

void unpack_one(const ::catalog::fb::OtherField& view, ::catalog::OtherField& record) {
    unpack(view.name(), record.name);
    unpack(view.value(), record.value);
}

flatbuffers::Offset<::catalog::fb::Package> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                     const ::catalog::Package& record) {
    const auto name_offset = pack_text(builder, &record.name);
    const auto version_offset = pack_text(builder, &record.version);
    const auto architecture_offset = pack_text(builder, &record.architecture);
    const auto section_offset = pack_text(builder, present(record.section));
    const auto priority_offset = pack_text(builder, present(record.priority));
    const auto maintainer_offset = pack_text(builder, &record.maintainer);
    const auto original_maintainer_offset = pack_text(builder, present(record.original_maintainer));
    const auto source_offset = pack_text(builder, &record.source);
    const auto source_version_offset = pack_text(builder, present(record.source_version));
    const auto filename_offset = pack_text(builder, present(record.filename));
    const auto homepage_offset = pack_text(builder, present(record.homepage));
    const auto description_offset = pack_text(builder, &record.description);
    const auto tags_offset = pack_texts(builder, unless_empty(record.tags));
    const auto pre_depends_offset = pack_texts(builder, unless_empty(record.pre_depends));
    const auto depends_offset = pack_texts(builder, unless_empty(record.depends));
    const auto recommends_offset = pack_texts(builder, unless_empty(record.recommends));
    const auto suggests_offset = pack_texts(builder, unless_empty(record.suggests));
    const auto enhances_offset = pack_texts(builder, unless_empty(record.enhances));
    const auto breaks_offset = pack_texts(builder, unless_empty(record.breaks));
    const auto conflicts_offset = pack_texts(builder, unless_empty(record.conflicts));
    const auto replaces_offset = pack_texts(builder, unless_empty(record.replaces));
    const auto provides_offset = pack_texts(builder, unless_empty(record.provides));
    const auto built_using_offset = pack_texts(builder, unless_empty(record.built_using));
    const auto other_fields_offset =
        pack_tables<::catalog::fb::OtherField>(builder, unless_empty(record.other_fields),
        [&](const auto& one) { return pack_one(builder, one); });
    ::catalog::fb::PackageBuilder table{builder};
    if (record.size) table.add_size(*record.size);
    if (record.installed_size) table.add_installed_size(*record.installed_size);
    table.add_other_fields(other_fields_offset);
    table.add_built_using(built_using_offset);
    table.add_provides(provides_offset);
    table.add_replaces(replaces_offset);
    table.add_conflicts(conflicts_offset);
    table.add_breaks(breaks_offset);
    table.add_enhances(enhances_offset);
    table.add_suggests(suggests_offset);
    table.add_recommends(recommends_offset);
    table.add_depends(depends_offset);
    table.add_pre_depends(pre_depends_offset);
    table.add_tags(tags_offset);
    if (record.description_md5) {
        const auto description_md5_struct = std::bit_cast<::catalog::fb::Md5>(*record.description_md5);
        table.add_description_md5(&description_md5_struct);
    }
    table.add_description(description_offset);
    table.add_homepage(homepage_offset);
    if (record.sha256) {
        const auto sha256_struct = std::bit_cast<::catalog::fb::Sha256>(*record.sha256);
        table.add_sha256(&sha256_struct);
    }
    if (record.md5sum) {
        const auto md5sum_struct = std::bit_cast<::catalog::fb::Md5>(*record.md5sum);
        table.add_md5sum(&md5sum_struct);
    }
    table.add_filename(filename_offset);
    table.add_source_version(source_version_offset);
    table.add_source(source_offset);
    table.add_original_maintainer(original_maintainer_offset);
    table.add_maintainer(maintainer_offset);
    table.add_priority(priority_offset);
    table.add_section(section_offset);
    table.add_architecture(architecture_offset);
    table.add_version(version_offset);
    table.add_name(name_offset);
    table.add_build_essential(record.build_essential);
    table.add_essential(record.essential);
    table.add_multi_arch(static_cast<::catalog::fb::MultiArch>(record.multi_arch));
    return table.Finish();
}

void unpack_one(const ::catalog::fb::Package& view, ::catalog::Package& record) {
    unpack(view.name(), record.name);
    unpack(view.version(), record.version);
    unpack(view.architecture(), record.architecture);
    unpack(view.section(), record.section);
    unpack(view.priority(), record.priority);
    unpack(view.maintainer(), record.maintainer);
    unpack(view.original_maintainer(), record.original_maintainer);
    unpack(view.source(), record.source);
    unpack(view.source_version(), record.source_version);
    unpack(view.multi_arch(), record.multi_arch);
    unpack(view.essential(), record.essential);
    unpack(view.build_essential(), record.build_essential);
    unpack(view.installed_size(), record.installed_size);
    unpack(view.size(), record.size);
    unpack(view.filename(), record.filename);
    unpack_byte_struct(view.md5sum(), record.md5sum);
    unpack_byte_struct(view.sha256(), record.sha256);
    unpack(view.homepage(), record.homepage);
    unpack(view.description(), record.description);
    unpack_byte_struct(view.description_md5(), record.description_md5);
    unpack(view.tags(), record.tags);
    unpack(view.pre_depends(), record.pre_depends);
    unpack(view.depends(), record.depends);
    unpack(view.recommends(), record.recommends);
    unpack(view.suggests(), record.suggests);
    unpack(view.enhances(), record.enhances);
    unpack(view.breaks(), record.breaks);
    unpack(view.conflicts(), record.conflicts);
    unpack(view.replaces(), record.replaces);
    unpack(view.provides(), record.provides);
    unpack(view.built_using(), record.built_using);
    unpack_records(view.other_fields(), record.other_fields,
        [](const auto& from, auto& to) { unpack_one(from, to); });
}

flatbuffers::Offset<::catalog::fb::Dependency> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                        const ::catalog::Dependency& record) {
    const auto target_offset = pack_text(builder, &record.target);
    const auto depender_offset = pack_text(builder, &record.depender);
    const auto depender_version_offset = pack_text(builder, &record.depender_version);
    const auto depender_architecture_offset = pack_text(builder, &record.depender_architecture);
    const auto target_architecture_offset = pack_text(builder, present(record.target_architecture));
    const auto constraint_offset = pack_text(builder, present(record.constraint));
    ::catalog::fb::DependencyBuilder table{builder};
    table.add_constraint(constraint_offset);
    table.add_target_architecture(target_architecture_offset);
    table.add_item(record.item);
    table.add_position(record.position);
    table.add_depender_architecture(depender_architecture_offset);
    table.add_depender_version(depender_version_offset);
    table.add_depender(depender_offset);
    table.add_target(target_offset);
    table.add_kind(static_cast<::catalog::fb::DependencyKind>(record.kind));
    return table.Finish();
}

void unpack_one(const ::catalog::fb::Dependency& view, ::catalog::Dependency& record) {
    unpack(view.target(), record.target);
    unpack(view.kind(), record.kind);
    unpack(view.depender(), record.depender);
    unpack(view.depender_version(), record.depender_version);
    unpack(view.depender_architecture(), record.depender_architecture);
    unpack(view.position(), record.position);
    unpack(view.item(), record.item);
    unpack(view.target_architecture(), record.target_architecture);
    unpack(view.constraint(), record.constraint);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::catalog::Package>::pack(const ::catalog::Package& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::catalog::Package>::unpack(std::string_view bytes, ::catalog::Package& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Package"), record);
}

auto FlatBuffersSchema<::catalog::Package>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Package");
}

void FlatBuffersSchema<::catalog::Dependency>::pack(const ::catalog::Dependency& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::catalog::Dependency>::unpack(std::string_view bytes, ::catalog::Dependency& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Dependency"), record);
}

auto FlatBuffersSchema<::catalog::Dependency>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Dependency");
}

}  // namespace cambium
