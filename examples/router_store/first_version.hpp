// The tables that were declared differently in the first version of the store. The others have not changed.
#pragma once

#include "cookie.hpp"
#include "session.hpp"
#include "user.hpp"

namespace router {

struct FirstUser {
    Uuid id{};
    std::string name{};
    std::optional<std::string> description{};
    std::vector<std::string> tags{};
    std::string email{};
    std::string telephone{};
    Timestamp registered{};
};
struct FirstUsers : cambium::Table<"users", FirstUser, cambium::PrimaryKey<&FirstUser::id>, cambium::Cbor,
                                   cambium::Unique<"email", &FirstUser::email>> {};

struct FirstCredentials
    : cambium::Table<"credentials", Credential, cambium::PrimaryKey<&Credential::id>, cambium::Cbor,
                     cambium::Unique<"login", &Credential::method, &Credential::realm, &Credential::authid>,
                     cambium::ForeignKey<"principal", FirstUsers, &Credential::principal, cambium::cascade_erase>> {
};

struct FirstSessions
    : cambium::Table<"sessions", FirstSession, cambium::PrimaryKey<&FirstSession::id>, cambium::Cbor,
                     cambium::OrderedIndex<"session", &FirstSession::session, &FirstSession::joined_at>> {};

struct FirstCookies : cambium::Table<"cookies", FirstCookie, cambium::PrimaryKey<&FirstCookie::id>, cambium::Cbor,
                                     cambium::Unique<"value", &FirstCookie::value>> {};

}  // namespace router
