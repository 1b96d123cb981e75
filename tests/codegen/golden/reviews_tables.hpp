// Written by cambium-codegen from reviews.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/foreign_key.hpp>
#include <cambium/table.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "relations_tables.hpp"

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace reviews {

enum class Mood : std::int8_t {
    sour = -2,
    indifferent = 0,
    glad = 3,
};

struct Score {
    std::uint8_t stars = 3U;
    double weight = 0.5;

    friend bool operator==(const Score&, const Score&) = default;
};

struct Letter {
    std::uint32_t words = 100U;

    friend bool operator==(const Letter&, const Letter&) = default;
};

using Attachment = std::variant<std::monostate, Letter, std::string>;

struct Review {
    std::uint64_t id{};
    std::uint32_t customer{};
    std::optional<std::uint64_t> order{};
    Mood mood = Mood::glad;
    bool is_public = true;
    float best = -std::numeric_limits<float>::infinity();
    Score score{};
    std::vector<Score> earlier{};
    Attachment attachment{};

    friend bool operator==(const Review&, const Review&) = default;
};

struct Draft {
    std::uint64_t id{};
    Mood mood = Mood::sour;
    float best = 0.1F;
    std::int64_t attempts = -7;
    Score score{};
    std::optional<std::int32_t> maybe{};

    friend bool operator==(const Draft&, const Draft&) = default;
};

}  // namespace reviews

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace reviews::fb {

struct Review;  // flatc's accessor, defined in reviews_fb_generated.h

struct Draft;  // flatc's accessor, defined in reviews_fb_generated.h

}  // namespace reviews::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::reviews::Review> {
    using View = ::reviews::fb::Review;
    static void pack(const ::reviews::Review& record, std::string& out);
    static void unpack(std::string_view bytes, ::reviews::Review& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","customer","order","mood","is_public","best","!score","earlier","","attachment"],)"
        R"("attachment":"type reviews.Attachment","best":"-inf","earlier":"type reviews.Score","is_public":true,)"
        R"("mood":3,"score":"type reviews.Score",)"
        R"("#types":{)"
        R"("reviews.Attachment":{"1":["Letter","type reviews.Letter"],"2":["note"]},)"
        R"("reviews.Letter":{"#fields":["words"],"words":100},)"
        R"("reviews.Score":{"#fields":["stars","weight"],"stars":3,"weight":0.5}}})";
};

template <>
struct FlatBuffersSchema<::reviews::Draft> {
    using View = ::reviews::fb::Draft;
    static void pack(const ::reviews::Draft& record, std::string& out);
    static void unpack(std::string_view bytes, ::reviews::Draft& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","mood","best","attempts","!score","maybe"],"attempts":-7,"best":0.10000000149011612,)"
        R"("mood":-2,"score":"type reviews.Score",)"
        R"("#types":{)"
        R"("reviews.Score":{"#fields":["stars","weight"],"stars":3,"weight":0.5}}})";
};

}  // namespace cambium

namespace reviews {

/// The table "reviews" in a codec of choice, for example ReviewsAs<cambium::Json>.
template <class Codec>
struct ReviewsAs
    : ::cambium::Table<
          "reviews", Review,
          ::cambium::PrimaryKey<&Review::id>,
          Codec,
          ::cambium::ForeignKey<"customer", ::relations::Customers,
              &Review::customer,
              ::cambium::cascade_erase>,
          ::cambium::ForeignKey<"order", ::relations::Orders, &Review::order, ::cambium::set_null>> {};

/// The table "reviews".
struct Reviews : ReviewsAs<::cambium::FlatBuffers> {};

/// The table "drafts" in a codec of choice, for example DraftsAs<cambium::Json>.
template <class Codec>
struct DraftsAs
    : ::cambium::Table<
          "drafts", Draft,
          ::cambium::PrimaryKey<&Draft::id>,
          Codec> {};

/// The table "drafts".
struct Drafts : DraftsAs<::cambium::Cbor> {};

}  // namespace reviews
