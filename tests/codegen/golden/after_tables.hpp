// Written by cambium-codegen from after.fbs. Change the schema, not this file.
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

namespace after {

struct Point {
    std::int32_t x{};

    friend bool operator==(const Point&, const Point&) = default;
};

struct Part {
    std::int32_t number{};
    std::optional<std::string> name{};
    std::optional<std::string> note{};
    std::vector<std::int32_t> sizes{};

    friend bool operator==(const Part&, const Part&) = default;
};

using Shape = std::variant<std::monostate, Part, std::string, Point>;

struct Thing {
    std::uint64_t id{};
    std::optional<std::string> title{};
    std::optional<Part> part{};
    std::vector<Part> parts{};
    Shape shape{};
    double ratio = 2.5;

    friend bool operator==(const Thing&, const Thing&) = default;
};

}  // namespace after

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace after::fb {

struct Thing;  // flatc's accessor, defined in after_fb_generated.h

}  // namespace after::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::after::Thing> {
    using View = ::after::fb::Thing;
    static void pack(const ::after::Thing& record, std::string& out);
    static void unpack(std::string_view bytes, ::after::Thing& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","title","part","parts","","shape","-weight","ratio"],"-weight":["i32",3],)"
        R"("part":"type after.Part","parts":"type after.Part","ratio":2.5,"shape":"type after.Shape",)"
        R"("#types":{)"
        R"("after.Part":{"#fields":["number","name","-point","note","sizes"],"-point":["optional<record{x:i32}>",)"
        R"("type after.Point"]},)"
        R"("after.Point":"struct{i32}",)"
        R"("after.Shape":{"1":["Part","type after.Part"],"2":["label"],"3":["Point","type after.Point"]}}})";
};

}  // namespace cambium

namespace after {

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

}  // namespace after
