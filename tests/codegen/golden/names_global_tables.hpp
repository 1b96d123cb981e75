// Written by cambium-codegen from names_global.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/table.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

struct unpack {
    std::int32_t x{};

    friend bool operator==(const unpack&, const unpack&) = default;
};

struct pack_one {
    std::optional<unpack> inner{};

    friend bool operator==(const pack_one&, const pack_one&) = default;
};

using PackedUnions = std::variant<std::monostate, pack_one, unpack, std::string>;

struct PackedUnion {
    std::uint64_t id{};
    PackedUnions verified{};
    std::vector<PackedUnions> aligned{};
    std::optional<::cambium::FixedBytes<4>> name{};
    std::optional<std::string> pack_text{};
    std::vector<pack_one> present{};
    PackedUnions pack{};
    PackedUnions pack_required{};

    friend bool operator==(const PackedUnion&, const PackedUnion&) = default;
};

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace fb {

struct PackedUnion;  // flatc's accessor, defined in names_global_fb_generated.h

}  // namespace fb

namespace cambium {

template <>
struct FlatBuffersSchema<::PackedUnion> {
    using View = ::fb::PackedUnion;
    static void pack(const ::PackedUnion& record, std::string& out);
    static void unpack(std::string_view bytes, ::PackedUnion& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","","verified","","aligned","name","pack_text","present","","pack","",)"
        R"("!pack_required"],"aligned":"type PackedUnions","name":"type generated","pack":"type PackedUnions",)"
        R"("pack_required":"type PackedUnions","present":"type pack_one","verified":"type PackedUnions",)"
        R"("#types":{)"
        R"("PackedUnions":{"1":["pack_one","type pack_one"],"2":["finish","type unpack"],"3":["text"]},)"
        R"("generated":"struct{fixed<4>}",)"
        R"("pack_one":{"#fields":["inner"],"inner":"type unpack"},)"
        R"("unpack":"struct{i32}"}})";
};

}  // namespace cambium

/// The table "packed" in a codec of choice, for example PackedAs<cambium::Json>.
template <class Codec>
struct PackedAs
    : ::cambium::Table<
          "packed", PackedUnion,
          ::cambium::PrimaryKey<&PackedUnion::id>,
          Codec> {};

/// The table "packed".
struct Packed : PackedAs<::cambium::FlatBuffers> {};
