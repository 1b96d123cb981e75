// Users, and the credentials by which they log in.
#pragma once

#include <cambium/cambium.hpp>
#include <cambium/codec/cbor.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace router {

using cambium::Timestamp;
using cambium::Uuid;
using PublicKey = cambium::FixedBytes<32>;

struct User {
    Uuid id{};
    std::string label{};
    std::optional<std::string> description{};
    std::vector<std::string> tags{};
    std::string email{};
    Timestamp registered{};
    std::optional<PublicKey> pubkey{};
};

// In the first version of the store the label was called "name", there was a telephone number, and no public key.
struct Users
    : cambium::Table<"users", User, cambium::PrimaryKey<&User::id>, cambium::Cbor,
                     cambium::Renamed<"name", &User::label>, cambium::Dropped<"telephone">,
                     cambium::Unique<"email", cambium::ignore_case<&User::email>>,
                     cambium::Unique<"pubkey", &User::pubkey>,
                     cambium::OrderedIndex<"tag", cambium::each<&User::tags>, cambium::covering<&User::label>>> {};

enum class Method : std::uint8_t { anonymous, ticket, scram, cryptosign, cookie };

struct Credential {
    Uuid id{};
    Timestamp created{};
    Method method{};
    std::string realm{};
    std::string authid{};
    std::string config{};  // what the method needs: a salted password, a public key
    Uuid principal{};
};

bool is_complete(const Credential& credential);

// A credential goes with its user.
struct Credentials
    : cambium::Table<"credentials", Credential, cambium::PrimaryKey<&Credential::id>, cambium::Cbor,
                     cambium::Unique<"login", &Credential::method, &Credential::realm, &Credential::authid>,
                     cambium::OrderedIndex<"principal_created", &Credential::principal, &Credential::created>,
                     cambium::Check<"complete", &is_complete>,
                     cambium::ForeignKey<"principal", Users, &Credential::principal, cambium::cascade_erase>> {};

}  // namespace router
