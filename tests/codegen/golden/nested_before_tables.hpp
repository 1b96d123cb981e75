// Written by cambium-codegen from nested_before.fbs. Change the schema, not this file.
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

namespace nested_before {

struct Point {
    std::int32_t x{};
    std::int32_t y{};

    friend bool operator==(const Point&, const Point&) = default;
};

struct Country {
    std::string code{};
    std::int32_t zone = 7;

    friend bool operator==(const Country&, const Country&) = default;
};

struct Address {
    std::optional<std::string> street{};
    std::optional<Country> country{};
    std::optional<Point> at{};

    friend bool operator==(const Address&, const Address&) = default;
};

using Place = std::variant<std::monostate, Address, Country, Point, std::string>;

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

}  // namespace nested_before

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace nested_before::fb {

struct Firm;  // flatc's accessor, defined in nested_before_fb_generated.h

}  // namespace nested_before::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::nested_before::Firm> {
    using View = ::nested_before::fb::Firm;
    static void pack(const ::nested_before::Firm& record, std::string& out);
    static void unpack(std::string_view bytes, ::nested_before::Firm& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","seat","plants","owner","staff","","places","main"],)"
        R"("main":"type nested_before.Point","owner":"type nested_before.Person",)"
        R"("places":"type nested_before.Place","plants":"type nested_before.Address",)"
        R"("seat":"type nested_before.Address","staff":"type nested_before.Person",)"
        R"("#types":{)"
        R"("nested_before.Address":{"#fields":["street","country","-former","at"],)"
        R"("-former":["optional<record{code:string,zone:i32}>","type nested_before.Country"],)"
        R"("at":"type nested_before.Point","country":"type nested_before.Country"},)"
        R"("nested_before.Country":{"#fields":["!code","zone"],"zone":7},)"
        R"("nested_before.Person":{"#fields":["home","work","","born"],"born":"type nested_before.Place",)"
        R"("home":"type nested_before.Address","work":"type nested_before.Address"},)"
        R"("nested_before.Place":{"1":["Address","type nested_before.Address"],"2":["Country",)"
        R"("type nested_before.Country"],"3":["Point","type nested_before.Point"],"4":["name"]},)"
        R"("nested_before.Point":"struct{i32,i32}"}})";
};

}  // namespace cambium

namespace nested_before {

/// The table "firms" in a codec of choice, for example FirmsAs<cambium::Json>.
template <class Codec>
struct FirmsAs
    : ::cambium::Table<
          "firms", Firm,
          ::cambium::PrimaryKey<&Firm::id>,
          Codec> {};

/// The table "firms".
struct Firms : FirmsAs<::cambium::FlatBuffers> {};

}  // namespace nested_before
