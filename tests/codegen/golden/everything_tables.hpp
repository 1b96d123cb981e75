// Written by cambium-codegen from everything.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/codec/raw.hpp>
#include <cambium/table.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared_tables.hpp"

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace everything::deep {

/// Three colours.
enum class Color : std::uint8_t {
    /// The first.
    red = 0,
    green = 1,
    blue = 7,
};

enum class Right : std::uint32_t {
    read = 1,
    write = 2,
    own = 2147483648,
};

[[nodiscard]] constexpr Right operator|(Right left, Right right) noexcept {
    return static_cast<Right>(static_cast<std::uint32_t>(left) | static_cast<std::uint32_t>(right));
}

[[nodiscard]] constexpr Right operator&(Right left, Right right) noexcept {
    return static_cast<Right>(static_cast<std::uint32_t>(left) & static_cast<std::uint32_t>(right));
}

enum class Big : std::int64_t {
    least = -9223372036854775807 - 1,
    none = 0,
    most = 9223372036854775807,
};

struct Inner {
    bool flag{};
    Color color = Color::red;
    ::shared::Point point{};
    ::cambium::Uuid id{};

    friend bool operator==(const Inner&, const Inner&) = default;
};

struct Outer {
    Inner inner{};
    std::array<Inner, 2> inners{};
    std::array<std::int32_t, 3> numbers{};
    std::array<bool, 2> flags{};
    std::array<Color, 2> colors{};
    ::cambium::FixedBytes<20> digest{};
    std::array<::cambium::FixedBytes<20>, 2> digests{};

    friend bool operator==(const Outer&, const Outer&) = default;
};

/// A leaf of the nesting.
struct Leaf {
    std::optional<std::string> name{};
    double weight = 1.0;

    friend bool operator==(const Leaf&, const Leaf&) = default;
};

struct Branch {
    Leaf leaf{};
    std::vector<Leaf> leaves{};
    std::vector<::shared::Label> labels{};

    friend bool operator==(const Branch&, const Branch&) = default;
};

/// One field of every kind.
struct Everything {
    std::int64_t number = std::numeric_limits<std::int64_t>::min();
    std::string tag{};
    bool truth = true;
    std::int8_t tiny = -128;
    std::uint8_t octet = 255U;
    std::int16_t small = -3;
    std::uint16_t word = 65535U;
    std::int32_t medium = -2147483648;
    std::uint32_t count = 4294967295U;
    std::uint64_t huge = 18446744073709551615U;
    float ratio = 1.5F;
    double exact = -0.002;
    double whole = 3.0;
    /// No number at all.
    double missing = std::numeric_limits<double>::quiet_NaN();
    float endless = -std::numeric_limits<float>::infinity();
    Color color = Color::green;
    Right rights{static_cast<Right>(2147483649)};
    Big big = Big::most;
    ::shared::Level level = ::shared::Level::low;
    ::cambium::Timestamp when{};
    ::cambium::Timestamp epoch{std::chrono::nanoseconds{1000000000}};
    std::optional<bool> opt_truth{};
    std::optional<std::int32_t> opt_number{};
    std::optional<double> opt_ratio{};
    std::optional<Color> opt_color{};
    std::optional<::cambium::Timestamp> opt_when{};
    std::optional<std::string> text{};
    std::string plain_text{};
    std::vector<std::uint8_t> payload{};
    std::optional<std::vector<std::uint8_t>> opt_payload{};
    std::vector<std::uint8_t> must_payload{};
    std::optional<::cambium::Uuid> uuid{};
    ::cambium::Uuid must_uuid{};
    std::optional<::cambium::FixedBytes<20>> key20{};
    std::optional<::cambium::Uuid> id{};
    ::cambium::Uuid must_id{};
    ::cambium::FixedBytes<20> digest{};
    std::vector<bool> truths{};
    std::vector<std::int64_t> numbers{};
    std::vector<float> ratios{};
    std::vector<Color> colors{};
    std::vector<::cambium::Timestamp> moments{};
    std::vector<std::string> texts{};
    std::optional<std::vector<std::string>> opt_texts{};
    std::vector<std::string> must_texts{};
    std::vector<::cambium::Uuid> ids{};
    std::vector<::shared::Point> points{};
    std::vector<Outer> outers{};
    std::vector<Branch> branches{};
    std::optional<::shared::Point> point{};
    Outer must_outer{};
    ::shared::Point plain_point{};
    std::optional<Branch> branch{};
    Leaf must_leaf{};
    Leaf plain_leaf{};
    std::optional<std::string> shared_text{};

    friend bool operator==(const Everything&, const Everything&) = default;
};

/// Stored as its own bytes.
struct Reading {
    std::uint64_t sensor{};
    double value{};
    ::cambium::Timestamp at{};

    friend bool operator==(const Reading&, const Reading&) = default;
};

}  // namespace everything::deep

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace everything::deep::fb {

struct Everything;  // flatc's accessor, defined in everything_fb_generated.h

struct Reading;  // flatc's accessor, defined in everything_fb_generated.h

}  // namespace everything::deep::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::everything::deep::Everything> {
    using View = ::everything::deep::fb::Everything;
    static void pack(const ::everything::deep::Everything& record, std::string& out);
    static void unpack(std::string_view bytes, ::everything::deep::Everything& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["number","!tag","truth","tiny","octet","small","word","medium","count","huge","ratio",)"
        R"("exact","whole","missing","endless","color","rights","big","level","when","epoch","opt_truth",)"
        R"("opt_number","opt_ratio","opt_color","opt_when","text","plain_text","payload","opt_payload",)"
        R"("!must_payload","uuid","!must_uuid","key20","id","!must_id","digest","truths","numbers","ratios",)"
        R"("colors","moments","texts","opt_texts","!must_texts","ids","points","outers","branches","point",)"
        R"("!must_outer","plain_point","branch","!must_leaf","plain_leaf","-retired","shared_text"],)"
        R"("-retired":["i32"],"big":9223372036854775807,"branch":"type everything.deep.Branch",)"
        R"("branches":"type everything.deep.Branch","color":1,"count":4294967295,"digest":"type shared.Digest",)"
        R"("endless":"-inf","epoch":1000000000,"exact":-0.002,"huge":18446744073709551615,)"
        R"("id":"type everything.deep.Id","ids":"type everything.deep.Id","level":-1,"medium":-2147483648,)"
        R"("missing":"nan","must_id":"type everything.deep.Id","must_leaf":"type everything.deep.Leaf",)"
        R"("must_outer":"type everything.deep.Outer","number":-9223372036854775808,"octet":255,)"
        R"("outers":"type everything.deep.Outer","plain_leaf":"type everything.deep.Leaf",)"
        R"("plain_point":"type shared.Point","point":"type shared.Point","points":"type shared.Point",)"
        R"("ratio":1.5,"rights":2147483649,"small":-3,"tiny":-128,"truth":true,"whole":3.0,"word":65535,)"
        R"("#types":{)"
        R"("everything.deep.Branch":{"#fields":["!leaf","leaves","labels"],"labels":"type shared.Label",)"
        R"("leaf":"type everything.deep.Leaf","leaves":"type everything.deep.Leaf"},)"
        R"("everything.deep.Id":"struct{fixed<16>}",)"
        R"("everything.deep.Leaf":{"#fields":["name","weight"],"weight":1.0},)"
        R"("everything.deep.Outer":"struct{{bool,enum u8,{f32,f32,enum i16},uuid},{bool,enum u8,{f32,f32,)"
        R"(enum i16},uuid}:2,array<i32,3>,array<bool,2>,array<enum u8,2>,fixed<20>,array<fixed<20>,2>}",)"
        R"("shared.Digest":"struct{fixed<20>}",)"
        R"("shared.Label":{"#fields":["!text","level"]},)"
        R"("shared.Point":"struct{f32,f32,enum i16}"}})";
};

template <>
struct FlatBuffersSchema<::everything::deep::Reading> {
    using View = ::everything::deep::fb::Reading;
    static void pack(const ::everything::deep::Reading& record, std::string& out);
    static void unpack(std::string_view bytes, ::everything::deep::Reading& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["sensor","value","at"]})";
};

}  // namespace cambium

namespace everything::deep {

/// The table "every_thing" in a codec of choice, for example EveryThingAs<cambium::Json>.
template <class Codec>
struct EveryThingAs
    : ::cambium::Table<
          "every_thing", Everything,
          ::cambium::PrimaryKey<&Everything::number, &Everything::tag>,
          Codec,
          ::cambium::Unique<"by_uuid", &Everything::uuid>,
          ::cambium::OrderedIndex<"by_color", &Everything::color, &Everything::when>,
          ::cambium::OrderedIndex<"by_text", &Everything::text>,
          ::cambium::OrderedIndex<"by_payload", &Everything::payload>,
          ::cambium::OrderedIndex<"opt_when", &Everything::opt_when>> {};

/// The table "every_thing".
struct EveryThing : EveryThingAs<::cambium::FlatBuffers> {};

/// The table "readings" in a codec of choice, for example ReadingsAs<cambium::Json>.
template <class Codec>
struct ReadingsAs
    : ::cambium::Table<
          "readings", Reading,
          ::cambium::PrimaryKey<&Reading::sensor>,
          Codec> {};

/// The table "readings".
struct Readings : ReadingsAs<::cambium::Raw> {};

}  // namespace everything::deep
