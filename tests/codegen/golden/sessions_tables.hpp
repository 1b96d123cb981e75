// Written by cambium-codegen from sessions.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/table.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace router {

/// A client's time on a realm, from joining to leaving.
struct Session {
    ::cambium::Uuid id{};
    ::cambium::Uuid realm{};
    /// The number the router gave it; numbers come round again.
    std::uint64_t session{};
    ::cambium::Timestamp joined_at{};
    /// Absent while the session lives.
    std::optional<::cambium::Timestamp> left_at{};
    std::optional<::cambium::Uuid> node{};
    std::optional<std::string> worker{};
    /// The process of the worker.
    std::optional<std::int32_t> pid{};
    /// CBOR, as the transport reported it.
    std::optional<std::vector<std::uint8_t>> transport{};
    std::optional<std::string> authid{};
    std::optional<std::string> role{};
    std::optional<std::string> method{};
    std::optional<std::string> provider{};
    /// CBOR, what the authenticator added.
    std::optional<std::vector<std::uint8_t>> extra{};

    friend bool operator==(const Session&, const Session&) = default;
};

/// A cookie handed to a browser, and who came back with it.
struct Cookie {
    ::cambium::Uuid id{};
    ::cambium::Timestamp created{};
    /// Seconds.
    std::uint64_t max_age = 604800U;
    std::string name{};
    /// The random text itself: no two cookies share one.
    std::string value{};
    std::optional<::cambium::Timestamp> authenticated{};
    std::optional<::cambium::Uuid> node{};
    std::optional<std::string> worker{};
    /// CBOR.
    std::optional<std::vector<std::uint8_t>> transport_info{};
    std::optional<std::uint64_t> session{};
    std::optional<::cambium::Timestamp> joined_at{};
    std::optional<std::string> method{};
    std::optional<std::string> authid{};
    std::optional<std::string> role{};
    std::optional<std::string> realm{};
    /// CBOR.
    std::optional<std::vector<std::uint8_t>> extra{};

    friend bool operator==(const Cookie&, const Cookie&) = default;
};

}  // namespace router

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace router::fb {

struct Session;  // flatc's accessor, defined in sessions_fb_generated.h

struct Cookie;  // flatc's accessor, defined in sessions_fb_generated.h

}  // namespace router::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::router::Session> {
    using View = ::router::fb::Session;
    static void pack(const ::router::Session& record, std::string& out);
    static void unpack(std::string_view bytes, ::router::Session& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","!realm","session","joined_at","left_at","node","worker","pid","transport","authid",)"
        R"("role","method","provider","extra"],"id":"type router.Uuid","node":"type router.Uuid",)"
        R"("realm":"type router.Uuid",)"
        R"("#types":{)"
        R"("router.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::router::Cookie> {
    using View = ::router::fb::Cookie;
    static void pack(const ::router::Cookie& record, std::string& out);
    static void unpack(std::string_view bytes, ::router::Cookie& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","created","max_age","!name","!value","authenticated","node","worker",)"
        R"("transport_info","session","joined_at","method","authid","role","realm","extra"],)"
        R"("id":"type router.Uuid","max_age":604800,"node":"type router.Uuid",)"
        R"("#types":{)"
        R"("router.Uuid":"struct{fixed<16>}"}})";
};

}  // namespace cambium

namespace router {

/// The table "sessions" in a codec of choice, for example SessionsAs<cambium::Json>.
template <class Codec>
struct SessionsAs
    : ::cambium::Table<
          "sessions", Session,
          ::cambium::PrimaryKey<&Session::id>,
          Codec,
          ::cambium::OrderedIndex<"by_session", &Session::session, &Session::joined_at>> {};

/// The table "sessions".
struct Sessions : SessionsAs<::cambium::FlatBuffers> {};

/// The table "cookies" in a codec of choice, for example CookiesAs<cambium::Json>.
template <class Codec>
struct CookiesAs
    : ::cambium::Table<
          "cookies", Cookie,
          ::cambium::PrimaryKey<&Cookie::id>,
          Codec,
          ::cambium::Unique<"value", &Cookie::value>> {};

/// The table "cookies".
struct Cookies : CookiesAs<::cambium::Cbor> {};

}  // namespace router
