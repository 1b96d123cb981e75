// Written by cambium-codegen from before.fbs. Change the schema, not this file.
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

namespace before {

struct Point {
    std::int32_t x{};

    friend bool operator==(const Point&, const Point&) = default;
};

struct Part {
    std::int32_t number{};
    std::string name{};
    std::optional<Point> point{};
    std::optional<std::string> note{};

    friend bool operator==(const Part&, const Part&) = default;
};

using Shape = std::variant<std::monostate, Part, std::string>;

struct Thing {
    std::uint64_t id{};
    std::string title{};
    std::optional<Part> part{};
    std::vector<Part> parts{};
    Shape shape{};
    std::int32_t weight = 3;

    friend bool operator==(const Thing&, const Thing&) = default;
};

}  // namespace before

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace before::fb {

struct Thing;  // flatc's accessor, defined in before_fb_generated.h

}  // namespace before::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::before::Thing> {
    using View = ::before::fb::Thing;
    static void pack(const ::before::Thing& record, std::string& out);
    static void unpack(std::string_view bytes, ::before::Thing& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","!title","part","parts","","shape","weight"],"part":"type before.Part",)"
        R"("parts":"type before.Part","shape":"type before.Shape","weight":3,)"
        R"("#types":{)"
        R"("before.Part":{"#fields":["number","!name","point","note"],"point":"type before.Point"},)"
        R"("before.Point":"struct{i32}",)"
        R"("before.Shape":{"1":["Part","type before.Part"],"2":["label"]}}})";
};

}  // namespace cambium

namespace before {

/// The table "things" in a codec of choice, for example ThingsAs<cambium::Json>.
template <class Codec>
struct ThingsAs
    : ::cambium::Table<
          "things", Thing,
          ::cambium::PrimaryKey<&Thing::id>,
          Codec,
          ::cambium::OrderedIndex<"by_title", &Thing::title>> {};

/// The table "things".
struct Things : ThingsAs<::cambium::FlatBuffers> {};

}  // namespace before
