// Written by cambium-codegen from every_type.fbs. Change the schema, not this file.
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
#include <variant>
#include <vector>

#include "every_type_parts_tables.hpp"

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace every_type {

/// Numbers with gaps between them.
enum class Color : std::uint8_t {
    black = 0,
    red = 1,
    green = 4,
    blue = 200,
};

/// Values are bits: one, or several joined by |.
enum class Right : std::uint16_t {
    read = 1,
    write = 2,
    own = 512,
};

[[nodiscard]] constexpr Right operator|(Right left, Right right) noexcept {
    return static_cast<Right>(static_cast<std::uint16_t>(left) | static_cast<std::uint16_t>(right));
}

[[nodiscard]] constexpr Right operator&(Right left, Right right) noexcept {
    return static_cast<Right>(static_cast<std::uint16_t>(left) & static_cast<std::uint16_t>(right));
}

enum class Extreme : std::int64_t {
    least = -9223372036854775807 - 1,
    zero = 0,
    most = 9223372036854775807,
};

struct Point {
    float x{};
    float y{};

    friend bool operator==(const Point&, const Point&) = default;
};

/// Structs in a struct, and arrays of a fixed length of everything that they may be of.
struct Block {
    Point corner{};
    std::array<Point, 2> corners{};
    std::array<bool, 3> flags{};
    std::array<std::uint8_t, 5> raw{};
    std::array<std::int64_t, 2> numbers{};
    std::array<float, 2> ratios{};
    Color color = Color::black;
    std::array<Color, 2> colors{};
    ::cambium::Uuid id{};
    std::array<::cambium::Uuid, 2> ids{};
    ::every_type::parts::Triple triple{};
    std::int8_t level{};

    friend bool operator==(const Block&, const Block&) = default;
};

struct Leaf {
    std::string name{};
    double weight = 1.5;

    friend bool operator==(const Leaf&, const Leaf&) = default;
};

/// Tables in a table.
struct Branch {
    Leaf leaf{};
    std::vector<Leaf> leaves{};
    std::optional<::every_type::parts::Remark> remark{};

    friend bool operator==(const Branch&, const Branch&) = default;
};

/// One of several things, or nothing.
using Shape = std::variant<
    std::monostate,
    Point,
    Block,
    Leaf,
    Branch,
    ::every_type::parts::Remark,
    std::string,
    ::cambium::Uuid>;

/// A record with a field of every type.
struct Sample {
    std::uint64_t id{};
    bool truth = true;
    std::int8_t tiny = -128;
    std::uint8_t octet = 255U;
    std::int16_t small = -32768;
    std::uint16_t word = 65535U;
    std::int32_t whole = -2147483648;
    std::uint32_t count = 4294967295U;
    std::int64_t long_whole = std::numeric_limits<std::int64_t>::min();
    std::uint64_t long_count = 18446744073709551615U;
    float ratio = 0.25F;
    double exact = -1e-300;
    double endless = std::numeric_limits<double>::infinity();
    Color color = Color::green;
    Right rights{static_cast<Right>(513)};
    Extreme extreme = Extreme::most;
    ::every_type::parts::Grade grade = ::every_type::parts::Grade::bad;
    ::cambium::Timestamp when{std::chrono::nanoseconds{1000000000}};
    std::optional<bool> opt_truth{};
    std::optional<std::int8_t> opt_tiny{};
    std::optional<std::uint8_t> opt_octet{};
    std::optional<std::int16_t> opt_small{};
    std::optional<std::uint16_t> opt_word{};
    std::optional<std::int32_t> opt_number{};
    std::optional<std::uint32_t> opt_count{};
    std::optional<std::int64_t> opt_long_whole{};
    std::optional<std::uint64_t> opt_long_count{};
    std::optional<float> opt_ratio{};
    std::optional<double> opt_exact{};
    std::optional<Color> opt_color{};
    std::optional<Extreme> opt_extreme{};
    std::optional<::cambium::Timestamp> opt_when{};
    std::optional<std::string> text{};
    std::string must_text{};
    std::string plain_text{};
    std::optional<std::string> shared_text{};
    std::vector<std::uint8_t> payload{};
    std::optional<::cambium::Uuid> key16{};
    std::optional<::cambium::FixedBytes<20>> key20{};
    std::optional<::cambium::Uuid> uuid{};
    ::cambium::Uuid must_uuid{};
    ::cambium::FixedBytes<32> digest{};
    std::optional<Point> point{};
    Block must_block{};
    std::optional<Branch> branch{};
    Leaf must_leaf{};
    std::optional<::every_type::parts::Remark> remark{};
    std::vector<bool> truths{};
    std::vector<std::int8_t> tinies{};
    std::vector<std::int16_t> smalls{};
    std::vector<std::uint16_t> words16{};
    std::vector<std::int32_t> wholes{};
    std::vector<std::uint32_t> counts{};
    std::vector<std::int64_t> numbers{};
    std::vector<std::uint64_t> long_counts{};
    std::vector<float> ratios{};
    std::vector<double> exacts{};
    std::vector<Color> colors{};
    std::vector<::cambium::Timestamp> moments{};
    std::vector<std::string> words{};
    std::vector<::cambium::Uuid> uuids{};
    std::vector<Point> points{};
    std::vector<Block> blocks{};
    std::vector<Branch> branches{};
    std::optional<std::vector<std::string>> opt_words{};
    Shape shape{};
    Shape must_shape{};
    std::vector<Shape> shapes{};

    friend bool operator==(const Sample&, const Sample&) = default;
};

/// What has a fixed size, stored as it lies in memory: the larger members first, so that nothing lies between.
struct RawSample {
    ::cambium::Timestamp when{};
    Point point{};
    std::uint32_t id{};
    std::uint16_t word{};
    Color color = Color::black;
    std::int8_t level{};

    friend bool operator==(const RawSample&, const RawSample&) = default;
};

}  // namespace every_type

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace every_type::fb {

struct Sample;  // flatc's accessor, defined in every_type_fb_generated.h

struct RawSample;  // flatc's accessor, defined in every_type_fb_generated.h

}  // namespace every_type::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::every_type::Sample> {
    using View = ::every_type::fb::Sample;
    static void pack(const ::every_type::Sample& record, std::string& out);
    static void unpack(std::string_view bytes, ::every_type::Sample& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","truth","tiny","octet","small","word","whole","count","long_whole","long_count",)"
        R"("ratio","exact","endless","color","rights","extreme","grade","when","opt_truth","opt_tiny",)"
        R"("opt_octet","opt_small","opt_word","opt_number","opt_count","opt_long_whole","opt_long_count",)"
        R"("opt_ratio","opt_exact","opt_color","opt_extreme","opt_when","text","!must_text","plain_text",)"
        R"("shared_text","payload","key16","key20","uuid","!must_uuid","digest","point","!must_block","branch",)"
        R"("!must_leaf","remark","truths","tinies","smalls","words16","wholes","counts","numbers","long_counts",)"
        R"("ratios","exacts","colors","moments","words","uuids","points","blocks","branches","opt_words","",)"
        R"("shape","","!must_shape","","shapes","-retired","","-retired_shape"],"-retired":["i32"],)"
        R"("-retired_shape":["variant<null,record{x:f32,y:f32},record{corner:record{x:f32,y:f32},)"
        R"(corners:array<record{x:f32,y:f32},2>,flags:array<bool,3>,raw:fixed<5>,numbers:array<i64,2>,)"
        R"(ratios:array<f32,2>,color:enum u8,colors:array<enum u8,2>,id:uuid,ids:array<uuid,2>,)"
        R"(triple:record{values:array<f64,3>,grade:enum i16},level:i8},record{name:string,weight:f64},)"
        R"(record{leaf:record{name:string,weight:f64},leaves:vector<record{name:string,weight:f64}>,)"
        R"(remark:optional<record{text:string,grade:enum i16}>},record{text:string,grade:enum i16},string,uuid>",)"
        R"("type every_type.Shape"],"blocks":"type every_type.Block","branch":"type every_type.Branch",)"
        R"("branches":"type every_type.Branch","color":4,"count":4294967295,"digest":"type every_type.Digest",)"
        R"("endless":"inf","exact":-1e-300,"extreme":9223372036854775807,"grade":-10,)"
        R"("long_count":18446744073709551615,"long_whole":-9223372036854775808,)"
        R"("must_block":"type every_type.Block","must_leaf":"type every_type.Leaf",)"
        R"("must_shape":"type every_type.Shape","must_uuid":"type every_type.Uuid","octet":255,)"
        R"("point":"type every_type.Point","points":"type every_type.Point","ratio":0.25,)"
        R"("remark":"type every_type.parts.Remark","rights":513,"shape":"type every_type.Shape",)"
        R"("shapes":"type every_type.Shape","small":-32768,"tiny":-128,"truth":true,)"
        R"("uuid":"type every_type.Uuid","uuids":"type every_type.Uuid","when":1000000000,"whole":-2147483648,)"
        R"("word":65535,)"
        R"("#types":{)"
        R"("every_type.Block":"struct{{f32,f32},{f32,f32}:2,array<bool,3>,fixed<5>,array<i64,2>,array<f32,2>,)"
        R"(enum u8,array<enum u8,2>,uuid,array<uuid,2>,{array<f64,3>,enum i16},i8}",)"
        R"("every_type.Branch":{"#fields":["!leaf","leaves","remark"],"leaf":"type every_type.Leaf",)"
        R"("leaves":"type every_type.Leaf","remark":"type every_type.parts.Remark"},)"
        R"("every_type.Digest":"struct{fixed<32>}",)"
        R"("every_type.Leaf":{"#fields":["!name","weight"],"weight":1.5},)"
        R"("every_type.Point":"struct{f32,f32}",)"
        R"("every_type.Shape":{"1":["Point","type every_type.Point"],"2":["Block","type every_type.Block"],)"
        R"("3":["Leaf","type every_type.Leaf"],"4":["Branch","type every_type.Branch"],"5":["parts_Remark",)"
        R"("type every_type.parts.Remark"],"6":["label"],"7":["id","type every_type.Uuid"]},)"
        R"("every_type.Uuid":"struct{fixed<16>}",)"
        R"("every_type.parts.Remark":{"#fields":["!text","grade"],"grade":10}}})";
};

template <>
struct FlatBuffersSchema<::every_type::RawSample> {
    using View = ::every_type::fb::RawSample;
    static void pack(const ::every_type::RawSample& record, std::string& out);
    static void unpack(std::string_view bytes, ::every_type::RawSample& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["when","!point","id","word","color","level"],"point":"type every_type.Point",)"
        R"("#types":{)"
        R"("every_type.Point":"struct{f32,f32}"}})";
};

}  // namespace cambium

namespace every_type {

/// Which records have entries in index "by_extreme". The program defines this function; give the index another
/// version in the schema when it decides otherwise.
[[nodiscard]] bool is_true(const Sample& record);

/// The table "samples" in a codec of choice, for example SamplesAs<cambium::Json>.
template <class Codec>
struct SamplesAs
    : ::cambium::Table<
          "samples", Sample,
          ::cambium::PrimaryKey<&Sample::id>,
          Codec,
          ::cambium::Unique<"by_uuid", &Sample::uuid>,
          ::cambium::Unique<"by_pair", &Sample::color, &Sample::count>,
          ::cambium::OrderedIndex<"by_text",
              ::cambium::ignore_case<&Sample::text>,
              ::cambium::descending<&Sample::when>>,
          ::cambium::OrderedIndex<"by_words", ::cambium::each<&Sample::words>>,
          ::cambium::OrderedIndex<"by_numbers", ::cambium::each<&Sample::numbers>, &Sample::color>,
          ::cambium::OrderedIndex<"by_extreme",
              &Sample::extreme,
              ::cambium::where<&is_true>,
              ::cambium::covering<&Sample::tiny, &Sample::text>>,
          ::cambium::OrderedIndex<"by_whole",
              ::cambium::descending<&Sample::whole>,
              &Sample::opt_number,
              ::cambium::without_nulls>,
          ::cambium::OrderedIndex<"by_digest", &Sample::digest, &Sample::truth>,
          ::cambium::OrderedIndex<"by_ratio", &Sample::ratio, &Sample::exact>> {};

/// The table "samples".
struct Samples : SamplesAs<::cambium::FlatBuffers> {};

/// The table "raw_samples" in a codec of choice, for example RawSamplesAs<cambium::Json>.
template <class Codec>
struct RawSamplesAs
    : ::cambium::Table<
          "raw_samples", RawSample,
          ::cambium::PrimaryKey<&RawSample::color, &RawSample::id>,
          Codec> {};

/// The table "raw_samples".
struct RawSamples : RawSamplesAs<::cambium::Raw> {};

}  // namespace every_type
