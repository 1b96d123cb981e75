// Written by cambium-codegen from markets.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/table.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace markets {

enum class ActorType : std::uint8_t {
    none = 0,
    operator_of_market = 1,
    provider = 2,
    consumer = 3,
};

struct Market {
    ::cambium::Uuid id{};
    ::cambium::Timestamp timestamp{};
    ::cambium::FixedBytes<32> created{};
    std::uint32_t seq{};
    ::cambium::FixedBytes<20> owner{};
    ::cambium::FixedBytes<20> coin{};
    std::optional<::cambium::FixedBytes<20>> maker{};
    std::optional<std::string> terms{};
    std::optional<std::string> meta{};
    std::optional<::cambium::FixedBytes<32>> provider_security{};
    std::optional<::cambium::FixedBytes<32>> consumer_security{};
    std::optional<::cambium::FixedBytes<32>> fee{};
    std::optional<std::vector<std::uint8_t>> signature{};

    friend bool operator==(const Market&, const Market&) = default;
};

struct Actor {
    ::cambium::Uuid market{};
    ::cambium::FixedBytes<20> actor{};
    ActorType type = ActorType::none;
    ::cambium::Timestamp timestamp{};
    std::optional<::cambium::FixedBytes<32>> joined{};
    std::optional<::cambium::FixedBytes<32>> security{};
    std::optional<std::string> meta{};

    friend bool operator==(const Actor&, const Actor&) = default;
};

/// That a member of a market lets a delegate trade an interface for it.
struct Consent {
    ::cambium::Uuid market{};
    ::cambium::FixedBytes<20> member{};
    ::cambium::FixedBytes<20> delegate{};
    ActorType type = ActorType::none;
    ::cambium::Uuid catalog{};
    ::cambium::Timestamp timestamp{};
    std::optional<::cambium::FixedBytes<32>> updated{};
    bool is_consenting{};

    friend bool operator==(const Consent&, const Consent&) = default;
};

}  // namespace markets

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace markets::fb {

struct Market;  // flatc's accessor, defined in markets_fb_generated.h

struct Actor;  // flatc's accessor, defined in markets_fb_generated.h

struct Consent;  // flatc's accessor, defined in markets_fb_generated.h

}  // namespace markets::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::markets::Market> {
    using View = ::markets::fb::Market;
    static void pack(const ::markets::Market& record, std::string& out);
    static void unpack(std::string_view bytes, ::markets::Market& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","timestamp","!created","seq","!owner","!coin","maker","terms","meta",)"
        R"("provider_security","consumer_security","fee","signature"],"coin":"type markets.Address",)"
        R"("consumer_security":"type markets.Amount","created":"type markets.Amount","fee":"type markets.Amount",)"
        R"("id":"type markets.Uuid","maker":"type markets.Address","owner":"type markets.Address",)"
        R"("provider_security":"type markets.Amount",)"
        R"("#types":{)"
        R"("markets.Address":"struct{fixed<20>}",)"
        R"("markets.Amount":"struct{fixed<32>}",)"
        R"("markets.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::markets::Actor> {
    using View = ::markets::fb::Actor;
    static void pack(const ::markets::Actor& record, std::string& out);
    static void unpack(std::string_view bytes, ::markets::Actor& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!market","!actor","type","timestamp","joined","security","meta"],)"
        R"("actor":"type markets.Address","joined":"type markets.Amount","market":"type markets.Uuid",)"
        R"("security":"type markets.Amount",)"
        R"("#types":{)"
        R"("markets.Address":"struct{fixed<20>}",)"
        R"("markets.Amount":"struct{fixed<32>}",)"
        R"("markets.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::markets::Consent> {
    using View = ::markets::fb::Consent;
    static void pack(const ::markets::Consent& record, std::string& out);
    static void unpack(std::string_view bytes, ::markets::Consent& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!market","!member","!delegate","type","!catalog","timestamp","updated","is_consenting"],)"
        R"("catalog":"type markets.Uuid","delegate":"type markets.Address","market":"type markets.Uuid",)"
        R"("member":"type markets.Address","updated":"type markets.Amount",)"
        R"("#types":{)"
        R"("markets.Address":"struct{fixed<20>}",)"
        R"("markets.Amount":"struct{fixed<32>}",)"
        R"("markets.Uuid":"struct{fixed<16>}"}})";
};

}  // namespace cambium

namespace markets {

/// The table "markets" in a codec of choice, for example MarketsAs<cambium::Json>.
template <class Codec>
struct MarketsAs
    : ::cambium::Table<
          "markets", Market,
          ::cambium::PrimaryKey<&Market::id>,
          Codec,
          ::cambium::OrderedIndex<"by_owner", &Market::owner, ::cambium::descending<&Market::timestamp>>,
          ::cambium::OrderedIndex<"maker", &Market::maker>> {};

/// The table "markets".
struct Markets : MarketsAs<::cambium::FlatBuffers> {};

/// The table "actors" in a codec of choice, for example ActorsAs<cambium::Json>.
template <class Codec>
struct ActorsAs
    : ::cambium::Table<
          "actors", Actor,
          ::cambium::PrimaryKey<&Actor::market, &Actor::actor, &Actor::type>,
          Codec> {};

/// The table "actors".
struct Actors : ActorsAs<::cambium::FlatBuffers> {};

/// The table "consents" in a codec of choice, for example ConsentsAs<cambium::Json>.
template <class Codec>
struct ConsentsAs
    : ::cambium::Table<
          "consents", Consent,
          ::cambium::PrimaryKey<
              &Consent::market,
              &Consent::member,
              &Consent::delegate,
              &Consent::type,
              &Consent::catalog>,
          Codec> {};

/// The table "consents".
struct Consents : ConsentsAs<::cambium::FlatBuffers> {};

}  // namespace markets
