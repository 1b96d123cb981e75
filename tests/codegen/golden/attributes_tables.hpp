// Written by cambium-codegen from attributes.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/table.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace attributes {

/// A text by somebody.
struct Post {
    std::uint32_t id{};
    std::string title{};
    std::optional<std::string> slug{};
    ::cambium::Timestamp time{};
    std::vector<std::string> tags{};
    bool is_draft{};
    std::optional<std::int32_t> score{};
    std::optional<::cambium::Timestamp> until{};

    friend bool operator==(const Post&, const Post&) = default;
};

struct Visit {
    ::cambium::Uuid id{};
    std::vector<std::uint64_t> pages{};

    friend bool operator==(const Visit&, const Visit&) = default;
};

}  // namespace attributes

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace attributes::fb {

struct Post;  // flatc's accessor, defined in attributes_fb_generated.h

struct Visit;  // flatc's accessor, defined in attributes_fb_generated.h

}  // namespace attributes::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::attributes::Post> {
    using View = ::attributes::fb::Post;
    static void pack(const ::attributes::Post& record, std::string& out);
    static void unpack(std::string_view bytes, ::attributes::Post& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","!title","slug","time","tags","is_draft","score","until"]})";
};

template <>
struct FlatBuffersSchema<::attributes::Visit> {
    using View = ::attributes::fb::Visit;
    static void pack(const ::attributes::Visit& record, std::string& out);
    static void unpack(std::string_view bytes, ::attributes::Visit& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","pages"],"id":"type attributes.Id",)"
        R"("#types":{)"
        R"("attributes.Id":"struct{fixed<16>}"}})";
};

}  // namespace cambium

namespace attributes {

/// Which records have entries in index "newest". The program defines this function; give the index another
/// version in the schema when it decides otherwise.
[[nodiscard]] bool is_public(const Post& record);

/// The table "posts" in a codec of choice, for example PostsAs<cambium::Json>.
template <class Codec>
struct PostsAs
    : ::cambium::Table<
          "posts", Post,
          ::cambium::PrimaryKey<&Post::id>,
          ::cambium::AutoIncrement,
          Codec,
          ::cambium::ExpiresAt<&Post::until>,
          ::cambium::ChangeLog<
              ::cambium::KeepChanges<1000>,
              ::cambium::KeepBytes<1048576>,
              ::cambium::KeepSeconds<86400>>,
          ::cambium::Unique<"slug", ::cambium::ignore_case<&Post::slug>, ::cambium::without_nulls>,
          ::cambium::OrderedIndex<"by_tag",
              ::cambium::each<&Post::tags>,
              ::cambium::descending<&Post::time>,
              ::cambium::covering<&Post::title, &Post::time>>,
          ::cambium::OrderedIndex<"newest",
              ::cambium::descending<&Post::time>,
              ::cambium::where<&is_public>,
              ::cambium::version<2>>,
          ::cambium::OrderedIndex<"by_title",
              ::cambium::descending<::cambium::ignore_case<&Post::title>>,
              &Post::id>,
          ::cambium::OrderedIndex<"time", &Post::time>,
          ::cambium::OrderedIndex<"tags", ::cambium::each<&Post::tags>>> {};

/// The table "posts".
struct Posts : PostsAs<::cambium::Cbor> {};

/// The table "visits" in a codec of choice, for example VisitsAs<cambium::Json>.
template <class Codec>
struct VisitsAs
    : ::cambium::Table<
          "visits", Visit,
          ::cambium::PrimaryKey<&Visit::id>,
          ::cambium::GeneratedUuid,
          Codec,
          ::cambium::ChangeLog<>,
          ::cambium::OrderedIndex<"by_page", ::cambium::each<&Visit::pages>>> {};

/// The table "visits".
struct Visits : VisitsAs<::cambium::FlatBuffers> {};

}  // namespace attributes
