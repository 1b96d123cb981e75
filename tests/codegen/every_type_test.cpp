// The schema of every type: what generated code packs is read by flatc's own code for the same schema, what that
// writes is read by generated code, and every codec keeps every member.
#include <doctest/doctest.h>

#include <cambium/base/error.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/codec/json.hpp>
#include <cambium/codec/raw.hpp>
#include <chrono>
#include <limits>
#include <string>

#include "every_type_tables.hpp"
#include "plain_flatc.hpp"
#include "random_record.hpp"
#include "seed.hpp"

namespace {

using every_type::Sample;

template <class Codec, class Record>
std::string encoded(const Record& record) {
    std::string bytes;
    Codec::encode(record, bytes);
    return bytes;
}

template <class Codec, class Record>
Record decoded(const std::string& bytes) {
    Record record;
    Codec::decode(bytes, record);
    return record;
}

Sample smallest() {
    return {.must_text = "must",
            .must_leaf = {.name = "leaf"},
            .must_shape = every_type::parts::Remark{.text = "remark"}};
}

TEST_CASE("random samples: generated code and flatc's code read each other's bytes") {
    cambium::test::Dice dice{cambium::test::seed()};
    for (int round = 0; round < 500; ++round) {
        Sample sample;
        dice.roll(sample);
        const std::string bytes = encoded<cambium::FlatBuffers>(sample);
        REQUIRE(decoded<cambium::FlatBuffers, Sample>(bytes) == sample);
        const std::string theirs = cambium::test::repacked_by_flatc(bytes);
        REQUIRE_FALSE(theirs.empty());
        REQUIRE(decoded<cambium::FlatBuffers, Sample>(theirs) == sample);
        REQUIRE(decoded<cambium::Cbor, Sample>(encoded<cambium::Cbor>(sample)) == sample);
        REQUIRE(decoded<cambium::Json, Sample>(encoded<cambium::Json>(sample)) == sample);
    }
}

TEST_CASE("flatc's code finds the values where they belong") {
    Sample sample = smallest();
    sample.id = 7;
    sample.text = "text";
    sample.opt_number = -3;
    sample.color = every_type::Color::blue;
    sample.must_block.triple.values[2] = 0.5;
    sample.shape = "label";
    sample.must_shape = every_type::Branch{.leaf = {.name = "inner"}};
    sample.shapes = {every_type::Point{}, cambium::Uuid{}};
    CHECK(cambium::test::summary_by_flatc(encoded<cambium::FlatBuffers>(sample)) ==
          "id 7 text text opt_number -3 color blue triple 0.500000 shape label must_shape Branch leaf inner shapes "
          "2");
    CHECK(cambium::test::summary_by_flatc(encoded<cambium::FlatBuffers>(smallest())) ==
          "id 0 color green triple 0.000000 shape NONE must_shape parts_Remark");
}

TEST_CASE("defaults are those of the schema, whoever writes") {
    const std::string bytes = cambium::test::bare_sample_by_flatc();
    CHECK(decoded<cambium::FlatBuffers, Sample>(bytes) == smallest());
    CHECK(cambium::test::summary_by_flatc(bytes) ==
          cambium::test::summary_by_flatc(encoded<cambium::FlatBuffers>(smallest())));
    const Sample sample;
    CHECK(sample.truth);
    CHECK(sample.tiny == -128);
    CHECK(sample.octet == 255);
    CHECK(sample.small == -32768);
    CHECK(sample.word == 65535);
    CHECK(sample.whole == std::numeric_limits<std::int32_t>::min());
    CHECK(sample.count == 4294967295U);
    CHECK(sample.long_whole == std::numeric_limits<std::int64_t>::min());
    CHECK(sample.long_count == std::numeric_limits<std::uint64_t>::max());
    CHECK(sample.ratio == 0.25F);
    CHECK(sample.exact == -1e-300);
    CHECK(sample.endless == std::numeric_limits<double>::infinity());
    CHECK(sample.color == every_type::Color::green);
    CHECK(sample.rights == (every_type::Right::read | every_type::Right::own));
    CHECK(sample.extreme == every_type::Extreme::most);
    CHECK(sample.grade == every_type::parts::Grade::bad);
    CHECK(sample.when.time_since_epoch() == std::chrono::seconds{1});
    CHECK_FALSE(sample.opt_extreme.has_value());
    CHECK(sample.shape == every_type::Shape{});
}

TEST_CASE("changed bytes are refused or decode, and what decodes packs again") {
    cambium::test::Dice dice{cambium::test::seed()};
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        Sample sample;
        dice.roll(sample);
        std::string bytes = encoded<cambium::FlatBuffers>(sample);
        for (std::uint64_t changes = dice.below(4) + 1; changes > 0; --changes)
            bytes[dice.below(bytes.size())] = static_cast<char>(dice.below(256));
        try {
            const auto again = encoded<cambium::FlatBuffers>(decoded<cambium::FlatBuffers, Sample>(bytes));
            CHECK_FALSE(again.empty());
        } catch (const cambium::Error& error) {
            CHECK(error.code() == cambium::ErrorCode::decode);
            ++refused;
        }
    }
    CHECK(refused > 10);
    CHECK(refused < 3000);
}

TEST_CASE("structs of every kind, stored as they lie in memory") {
    cambium::test::Dice dice{cambium::test::seed()};
    for (int round = 0; round < 100; ++round) {
        every_type::RawSample sample;
        dice.roll(sample);
        REQUIRE(decoded<cambium::Raw, every_type::RawSample>(encoded<cambium::Raw>(sample)) == sample);
        REQUIRE(decoded<cambium::FlatBuffers, every_type::RawSample>(encoded<cambium::FlatBuffers>(sample)) ==
                sample);
    }
}

}  // namespace

bool every_type::is_true(const Sample& record) {
    return record.truth;
}
