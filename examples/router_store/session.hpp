// Sessions: the time of a client on a realm, from joining to leaving.
#pragma once

#include <cambium/codec/document.hpp>

#include "user.hpp"

namespace router {

// How a client is connected.
struct Transport {
    std::string protocol{};
    std::string serializer{};
    std::string peer{};
};

// A session of the first version: the transport was one text, "websocket/cbor 10.0.0.7:41000".
struct FirstSession {
    Uuid id{};
    Uuid realm{};
    std::uint64_t session{};
    Timestamp joined_at{};
    std::optional<Timestamp> left_at{};
    Uuid node{};
    std::string worker{};
    std::optional<std::int32_t> pid{};
    std::string transport{};
    std::optional<Uuid> user{};
    std::string authid{};
    std::string role{};
    Method method{};
    std::string provider{};
    cambium::Document extra{};
};

struct Session {
    Uuid id{};
    Uuid realm{};
    std::uint64_t session{};  // the number the router gave it; numbers come round again
    Timestamp joined_at{};
    std::optional<Timestamp> left_at{};  // null while the session lives
    Uuid node{};
    std::string worker{};
    std::optional<std::int32_t> pid{};
    Transport transport{};
    std::optional<Uuid> user{};  // null for a guest
    std::string authid{};
    std::string role{};
    Method method{};
    std::string provider{};
    cambium::Document extra{};  // what the authenticator added
};

bool is_live(const Session& session);
Session with_parsed_transport(const FirstSession& old);

// Few of the sessions are live: the index of those is small, and answers who is on a realm without a record.
struct Sessions
    : cambium::Table<"sessions", Session, cambium::PrimaryKey<&Session::id>, cambium::Cbor,
                     cambium::SchemaVersion<2>, cambium::Migration<1, FirstSession, &with_parsed_transport>,
                     cambium::OrderedIndex<"session", &Session::session, cambium::descending<&Session::joined_at>>,
                     cambium::OrderedIndex<"live", &Session::realm, &Session::joined_at, cambium::where<&is_live>,
                                           cambium::covering<&Session::authid, &Session::role>>,
                     cambium::ForeignKey<"user", Users, &Session::user, cambium::set_null>> {};

}  // namespace router
