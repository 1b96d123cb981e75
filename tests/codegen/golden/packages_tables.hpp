// Written by cambium-codegen from packages.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/table.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace catalog {

/// Whether packages of other architectures may satisfy dependencies on this one.
enum class MultiArch : std::uint8_t {
    no = 0,
    same = 1,
    foreign = 2,
    allowed = 3,
};

/// The field of the index that a dependency comes from.
enum class DependencyKind : std::uint8_t {
    pre_depends = 0,
    depends = 1,
    recommends = 2,
    suggests = 3,
    enhances = 4,
    breaks = 5,
    conflicts = 6,
    replaces = 7,
    provides = 8,
};

/// A field of the index that has no member of its own, as it stands there.
struct OtherField {
    std::string name{};
    std::string value{};

    friend bool operator==(const OtherField&, const OtherField&) = default;
};

/// One package of the index. What the index leaves out is absent here too.
struct Package {
    std::string name{};
    std::string version{};
    /// "amd64", "all", ...
    std::string architecture{};
    /// "games", "contrib/net", ...
    std::optional<std::string> section{};
    /// "required", "important", "standard", "optional" or "extra".
    std::optional<std::string> priority{};
    std::string maintainer{};
    std::optional<std::string> original_maintainer{};
    /// The source package; the package's own name where the index names none.
    std::string source{};
    /// The version of the source package, where it differs from the package's.
    std::optional<std::string> source_version{};
    MultiArch multi_arch = MultiArch::no;
    bool essential{};
    bool build_essential{};
    /// KiB on disk when installed.
    std::optional<std::uint64_t> installed_size{};
    /// Bytes of the package file.
    std::optional<std::uint64_t> size{};
    /// Path of the package file in the archive.
    std::optional<std::string> filename{};
    std::optional<::cambium::FixedBytes<16>> md5sum{};
    std::optional<::cambium::FixedBytes<32>> sha256{};
    std::optional<std::string> homepage{};
    /// The first line, or all of it where the index has all.
    std::string description{};
    std::optional<::cambium::FixedBytes<16>> description_md5{};
    std::vector<std::string> tags{};
    std::vector<std::string> pre_depends{};
    std::vector<std::string> depends{};
    std::vector<std::string> recommends{};
    std::vector<std::string> suggests{};
    std::vector<std::string> enhances{};
    std::vector<std::string> breaks{};
    std::vector<std::string> conflicts{};
    std::vector<std::string> replaces{};
    std::vector<std::string> provides{};
    std::vector<std::string> built_using{};
    std::vector<OtherField> other_fields{};

    friend bool operator==(const Package&, const Package&) = default;
};

/// One package named in a relation of another. All edges into a package, or all of one kind, share a prefix of
/// the key; all edges out of a package share a prefix of the index.
struct Dependency {
    /// The name of the package that is depended on. It may be virtual, or missing from the index.
    std::string target{};
    DependencyKind kind = DependencyKind::depends;
    std::string depender{};
    std::string depender_version{};
    std::string depender_architecture{};
    /// Counts the packages named in the field, from 0; it tells apart two mentions of the same target.
    std::uint32_t position{};
    /// Counts the items between commas, from 0. Edges of one item are alternatives: one of them is enough.
    std::uint32_t item{};
    /// The architecture after the colon: "any" of "python3:any".
    std::optional<std::string> target_architecture{};
    /// The version constraint without parentheses: ">= 2.34".
    std::optional<std::string> constraint{};

    friend bool operator==(const Dependency&, const Dependency&) = default;
};

}  // namespace catalog

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace catalog::fb {

struct Package;  // flatc's accessor, defined in packages_fb_generated.h

struct Dependency;  // flatc's accessor, defined in packages_fb_generated.h

}  // namespace catalog::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::catalog::Package> {
    using View = ::catalog::fb::Package;
    static void pack(const ::catalog::Package& record, std::string& out);
    static void unpack(std::string_view bytes, ::catalog::Package& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!name","!version","!architecture","section","priority","!maintainer",)"
        R"("original_maintainer","!source","source_version","multi_arch","essential","build_essential",)"
        R"("installed_size","size","filename","md5sum","sha256","homepage","!description","description_md5",)"
        R"("tags","pre_depends","depends","recommends","suggests","enhances","breaks","conflicts","replaces",)"
        R"("provides","built_using","other_fields"],"description_md5":"type catalog.Md5",)"
        R"("md5sum":"type catalog.Md5","other_fields":"type catalog.OtherField","sha256":"type catalog.Sha256",)"
        R"("#types":{)"
        R"("catalog.Md5":"struct{fixed<16>}",)"
        R"("catalog.OtherField":{"#fields":["!name","!value"]},)"
        R"("catalog.Sha256":"struct{fixed<32>}"}})";
};

template <>
struct FlatBuffersSchema<::catalog::Dependency> {
    using View = ::catalog::fb::Dependency;
    static void pack(const ::catalog::Dependency& record, std::string& out);
    static void unpack(std::string_view bytes, ::catalog::Dependency& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!target","kind","!depender","!depender_version","!depender_architecture","position",)"
        R"("item","target_architecture","constraint"],"kind":1})";
};

}  // namespace cambium

namespace catalog {

/// The table "packages" in a codec of choice, for example PackagesAs<cambium::Json>.
template <class Codec>
struct PackagesAs
    : ::cambium::Table<
          "packages", Package,
          ::cambium::PrimaryKey<&Package::name, &Package::version, &Package::architecture>,
          Codec,
          ::cambium::OrderedIndex<"by_section", &Package::section, &Package::installed_size>,
          ::cambium::OrderedIndex<"by_maintainer", &Package::maintainer>,
          ::cambium::OrderedIndex<"by_source", &Package::source>> {};

/// The table "packages".
struct Packages : PackagesAs<::cambium::FlatBuffers> {};

/// The table "dependencies" in a codec of choice, for example DependenciesAs<cambium::Json>.
template <class Codec>
struct DependenciesAs
    : ::cambium::Table<
          "dependencies", Dependency,
          ::cambium::PrimaryKey<
              &Dependency::target,
              &Dependency::kind,
              &Dependency::depender,
              &Dependency::depender_version,
              &Dependency::depender_architecture,
              &Dependency::position>,
          Codec,
          ::cambium::OrderedIndex<"by_depender",
              &Dependency::depender,
              &Dependency::depender_version,
              &Dependency::depender_architecture>> {};

/// The table "dependencies".
struct Dependencies : DependenciesAs<::cambium::FlatBuffers> {};

}  // namespace catalog
