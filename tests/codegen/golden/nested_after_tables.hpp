// Written by cambium-codegen from nested_after.fbs. Change the schema, not this file.
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

namespace nested_after {

struct Point {
    std::int32_t x{};
    std::int32_t y{};

    friend bool operator==(const Point&, const Point&) = default;
};

struct Land {
    std::optional<std::string> code{};
    std::int32_t zone = 7;
    std::optional<std::string> capital{};

    friend bool operator==(const Land&, const Land&) = default;
};

struct Address {
    std::optional<std::string> street{};
    std::optional<Land> country{};
    std::optional<Land> former{};
    std::optional<Point> at{};

    friend bool operator==(const Address&, const Address&) = default;
};

using Place = std::variant<std::monostate, Address, Land, Point, std::string>;

struct Person {
    std::optional<Address> home{};
    std::vector<Address> work{};
    Place born{};

    friend bool operator==(const Person&, const Person&) = default;
};

struct Firm {
    std::uint64_t id{};
    std::optional<Address> seat{};
    std::vector<Address> plants{};
    std::optional<Person> owner{};
    std::vector<Person> staff{};
    std::vector<Place> places{};
    std::optional<Point> main{};

    friend bool operator==(const Firm&, const Firm&) = default;
};

}  // namespace nested_after

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace nested_after::fb {

struct Firm;  // flatc's accessor, defined in nested_after_fb_generated.h

}  // namespace nested_after::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::nested_after::Firm> {
    using View = ::nested_after::fb::Firm;
    static void pack(const ::nested_after::Firm& record, std::string& out);
    static void unpack(std::string_view bytes, ::nested_after::Firm& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","seat","plants","owner","staff","","places","main"],"main":"type nested_after.Point",)"
        R"("owner":"type nested_after.Person","places":"type nested_after.Place",)"
        R"("plants":"type nested_after.Address","seat":"type nested_after.Address",)"
        R"("staff":"type nested_after.Person",)"
        R"("#types":{)"
        R"("nested_after.Address":{"#fields":["street","country","former","at"],"at":"type nested_after.Point",)"
        R"("country":"type nested_after.Land","former":"type nested_after.Land"},)"
        R"("nested_after.Land":{"#fields":["code","zone","capital"],"zone":7},)"
        R"("nested_after.Person":{"#fields":["home","work","","born"],"born":"type nested_after.Place",)"
        R"("home":"type nested_after.Address","work":"type nested_after.Address"},)"
        R"("nested_after.Place":{"1":["Address","type nested_after.Address"],"2":["Country",)"
        R"("type nested_after.Land"],"3":["Point","type nested_after.Point"],"4":["name"]},)"
        R"("nested_after.Point":"struct{i32,i32}"}})";
};

}  // namespace cambium

namespace nested_after {

/// The table "firms" in a codec of choice, for example FirmsAs<cambium::Json>.
template <class Codec>
struct FirmsAs
    : ::cambium::Table<
          "firms", Firm,
          ::cambium::PrimaryKey<&Firm::id>,
          Codec> {};

/// The table "firms".
struct Firms : FirmsAs<::cambium::FlatBuffers> {};

}  // namespace nested_after
