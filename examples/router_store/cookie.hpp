// Cookies: handed to browsers, so that who comes back need not log in again. A cookie ends by itself.
#pragma once

#include <cambium/codec/document.hpp>

#include "user.hpp"

namespace router {

// A cookie of the first version: its end was to be worked out by who read it.
struct FirstCookie {
    Uuid id{};
    Timestamp created{};
    std::uint64_t max_age{};  // seconds
    std::string name{};
    std::string value{};
    std::optional<Timestamp> authenticated{};
    Uuid node{};
    std::string worker{};
    cambium::Document transport_info{};
    std::optional<std::uint64_t> session{};
    std::optional<Timestamp> joined_at{};
    std::optional<Method> method{};
    std::optional<std::string> authid{};
    std::optional<std::string> role{};
    std::optional<std::string> realm{};
    cambium::Document extra{};
};

struct Cookie {
    Uuid id{};
    Timestamp created{};
    Timestamp expires{};
    std::string name{};
    std::string value{};  // random text
    std::optional<Timestamp> authenticated{};
    Uuid node{};
    std::string worker{};
    cambium::Document transport_info{};  // how the browser came: address and headers, whatever they were
    std::optional<std::uint64_t> session{};
    std::optional<Timestamp> joined_at{};
    std::optional<Method> method{};
    std::optional<std::string> authid{};
    std::optional<std::string> role{};
    std::optional<std::string> realm{};
    cambium::Document extra{};
};

Cookie with_end(const FirstCookie& old);

// Most cookies belong to nobody yet: those have no entry in "authid".
struct Cookies : cambium::Table<"cookies", Cookie, cambium::PrimaryKey<&Cookie::id>, cambium::Cbor,
                                cambium::SchemaVersion<2>, cambium::Migration<1, FirstCookie, &with_end>,
                                cambium::ExpiresAt<&Cookie::expires>, cambium::Unique<"value", &Cookie::value>,
                                cambium::OrderedIndex<"authid", &Cookie::authid, cambium::without_nulls,
                                                      cambium::covering<&Cookie::realm, &Cookie::role>>> {};

}  // namespace router
