// Written by cambium-codegen from numbers.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/codec/raw.hpp>
#include <cambium/table.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace numbers {

enum class Mood : std::int8_t {
    sour = -2,
    calm = 0,
    glad = 3,
};

enum class Right : std::uint8_t {
    read = 1,
    write = 2,
    run = 4,
};

[[nodiscard]] constexpr Right operator|(Right left, Right right) noexcept {
    return static_cast<Right>(static_cast<std::uint8_t>(left) | static_cast<std::uint8_t>(right));
}

[[nodiscard]] constexpr Right operator&(Right left, Right right) noexcept {
    return static_cast<Right>(static_cast<std::uint8_t>(left) & static_cast<std::uint8_t>(right));
}

struct Range {
    float low = -std::numeric_limits<float>::infinity();
    float high = std::numeric_limits<float>::infinity();

    friend bool operator==(const Range&, const Range&) = default;
};

struct Measure {
    std::uint32_t id{};
    double nothing = std::numeric_limits<double>::quiet_NaN();
    double most = std::numeric_limits<double>::infinity();
    float least = -std::numeric_limits<float>::infinity();
    double zero = -0.0;
    float third = 1000.0F;
    bool truth = true;
    Mood mood = Mood::glad;
    Right rights{static_cast<Right>(3)};
    Range range{};

    friend bool operator==(const Measure&, const Measure&) = default;
};

struct Sample {
    std::uint32_t id{};
    double nothing = std::numeric_limits<double>::quiet_NaN();
    double most = std::numeric_limits<double>::infinity();
    float least = -std::numeric_limits<float>::infinity();
    double zero = -0.0;
    float third = 1000.0F;
    bool truth = true;
    Mood mood = Mood::glad;
    Right rights{static_cast<Right>(3)};
    Range range{};

    friend bool operator==(const Sample&, const Sample&) = default;
};

struct Point {
    std::uint64_t id{};
    double nothing = std::numeric_limits<double>::quiet_NaN();
    float most = std::numeric_limits<float>::infinity();
    float least = -std::numeric_limits<float>::infinity();

    friend bool operator==(const Point&, const Point&) = default;
};

}  // namespace numbers

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace numbers::fb {

struct Measure;  // flatc's accessor, defined in numbers_fb_generated.h

struct Sample;  // flatc's accessor, defined in numbers_fb_generated.h

struct Point;  // flatc's accessor, defined in numbers_fb_generated.h

}  // namespace numbers::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::numbers::Measure> {
    using View = ::numbers::fb::Measure;
    static void pack(const ::numbers::Measure& record, std::string& out);
    static void unpack(std::string_view bytes, ::numbers::Measure& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","nothing","most","least","zero","third","truth","mood","rights","!range"],)"
        R"("least":"-inf","mood":3,"most":"inf","nothing":"nan","range":"type numbers.Range","rights":3,)"
        R"("third":1000.0,"truth":true,"zero":-0.0,)"
        R"("#types":{)"
        R"("numbers.Range":{"#fields":["low","high"],"high":"inf","low":"-inf"}}})";
};

template <>
struct FlatBuffersSchema<::numbers::Sample> {
    using View = ::numbers::fb::Sample;
    static void pack(const ::numbers::Sample& record, std::string& out);
    static void unpack(std::string_view bytes, ::numbers::Sample& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","nothing","most","least","zero","third","truth","mood","rights","!range"],)"
        R"("least":"-inf","mood":3,"most":"inf","nothing":"nan","range":"type numbers.Range","rights":3,)"
        R"("third":1000.0,"truth":true,"zero":-0.0,)"
        R"("#types":{)"
        R"("numbers.Range":{"#fields":["low","high"],"high":"inf","low":"-inf"}}})";
};

template <>
struct FlatBuffersSchema<::numbers::Point> {
    using View = ::numbers::fb::Point;
    static void pack(const ::numbers::Point& record, std::string& out);
    static void unpack(std::string_view bytes, ::numbers::Point& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","nothing","most","least"],"least":"-inf","most":"inf","nothing":"nan"})";
};

}  // namespace cambium

namespace numbers {

/// The table "measures" in a codec of choice, for example MeasuresAs<cambium::Json>.
template <class Codec>
struct MeasuresAs
    : ::cambium::Table<
          "measures", Measure,
          ::cambium::PrimaryKey<&Measure::id>,
          Codec> {};

/// The table "measures".
struct Measures : MeasuresAs<::cambium::Cbor> {};

/// The table "samples" in a codec of choice, for example SamplesAs<cambium::Json>.
template <class Codec>
struct SamplesAs
    : ::cambium::Table<
          "samples", Sample,
          ::cambium::PrimaryKey<&Sample::id>,
          Codec> {};

/// The table "samples".
struct Samples : SamplesAs<::cambium::FlatBuffers> {};

/// The table "points" in a codec of choice, for example PointsAs<cambium::Json>.
template <class Codec>
struct PointsAs
    : ::cambium::Table<
          "points", Point,
          ::cambium::PrimaryKey<&Point::id>,
          Codec> {};

/// The table "points".
struct Points : PointsAs<::cambium::Raw> {};

}  // namespace numbers
