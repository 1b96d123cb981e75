// Written by cambium-codegen from compressed.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/codec/zstd.hpp>
#include <cambium/table.hpp>

#include <cstdint>
#include <string>
#include <string_view>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

struct Page {
    std::string url{};
    std::string text{};

    friend bool operator==(const Page&, const Page&) = default;
};

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace fb {

struct Page;  // flatc's accessor, defined in compressed_fb_generated.h

}  // namespace fb

namespace cambium {

template <>
struct FlatBuffersSchema<::Page> {
    using View = ::fb::Page;
    static void pack(const ::Page& record, std::string& out);
    static void unpack(std::string_view bytes, ::Page& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!url","!text"]})";
};

}  // namespace cambium

/// The table "pages" in a codec of choice, for example PagesAs<cambium::Json>.
template <class Codec>
struct PagesAs
    : ::cambium::Table<
          "pages", Page,
          ::cambium::PrimaryKey<&Page::url>,
          Codec> {};

/// The table "pages".
struct Pages : PagesAs<::cambium::Compressed<::cambium::Cbor, ::cambium::Zstd>> {};
