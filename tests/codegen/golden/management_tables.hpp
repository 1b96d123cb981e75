// Written by cambium-codegen from management.fbs. Change the schema, not this file.
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

namespace management {

enum class OrganizationType : std::uint8_t {
    none = 0,
    personal = 1,
    business = 2,
    academics = 3,
};

struct User {
    ::cambium::Uuid id{};
    std::optional<std::string> label{};
    std::optional<std::string> description{};
    std::vector<std::string> tags{};
    std::optional<std::string> email{};
    ::cambium::Timestamp registered{};
    std::optional<::cambium::FixedBytes<32>> pubkey{};

    friend bool operator==(const User&, const User&) = default;
};

struct Organization {
    ::cambium::Uuid id{};
    std::optional<std::string> label{};
    std::optional<std::string> description{};
    std::vector<std::string> tags{};
    std::string name{};
    OrganizationType type = OrganizationType::none;
    ::cambium::Timestamp registered{};

    friend bool operator==(const Organization&, const Organization&) = default;
};

struct Node {
    ::cambium::Uuid id{};
    std::optional<std::string> label{};
    ::cambium::FixedBytes<32> pubkey{};
    std::optional<std::string> cluster_ip{};
    std::optional<::cambium::Uuid> realm{};
    std::optional<::cambium::Uuid> owner{};
    std::optional<std::string> authid{};
    /// CBOR.
    std::optional<std::vector<std::uint8_t>> extra{};

    friend bool operator==(const Node&, const Node&) = default;
};

struct Credential {
    ::cambium::Uuid id{};
    ::cambium::Timestamp created{};
    std::string method{};
    std::string authid{};
    std::string realm{};
    /// CBOR.
    std::optional<std::vector<std::uint8_t>> config{};
    ::cambium::Uuid principal{};

    friend bool operator==(const Credential&, const Credential&) = default;
};

/// Which worker of which node runs for a worker group.
struct Placement {
    ::cambium::Uuid id{};
    ::cambium::Uuid group{};
    ::cambium::Uuid cluster{};
    ::cambium::Uuid node{};
    std::string worker_name{};

    friend bool operator==(const Placement&, const Placement&) = default;
};

struct UserRealmRole {
    ::cambium::Uuid user{};
    ::cambium::Uuid realm{};
    std::vector<std::string> roles{};

    friend bool operator==(const UserRealmRole&, const UserRealmRole&) = default;
};

/// What a realm has used up, written every few minutes.
struct UsageRecord {
    ::cambium::Timestamp timestamp{};
    ::cambium::Uuid realm{};
    std::uint64_t seconds{};
    std::uint64_t calls{};
    std::uint64_t publications{};
    std::uint64_t events{};
    std::uint64_t bytes_in{};
    std::uint64_t bytes_out{};

    friend bool operator==(const UsageRecord&, const UsageRecord&) = default;
};

}  // namespace management

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace management::fb {

struct User;  // flatc's accessor, defined in management_fb_generated.h

struct Organization;  // flatc's accessor, defined in management_fb_generated.h

struct Node;  // flatc's accessor, defined in management_fb_generated.h

struct Credential;  // flatc's accessor, defined in management_fb_generated.h

struct Placement;  // flatc's accessor, defined in management_fb_generated.h

struct UserRealmRole;  // flatc's accessor, defined in management_fb_generated.h

struct UsageRecord;  // flatc's accessor, defined in management_fb_generated.h

}  // namespace management::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::management::User> {
    using View = ::management::fb::User;
    static void pack(const ::management::User& record, std::string& out);
    static void unpack(std::string_view bytes, ::management::User& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","label","description","tags","email","registered","pubkey"],)"
        R"("id":"type management.Uuid","pubkey":"type management.PublicKey",)"
        R"("#types":{)"
        R"("management.PublicKey":"struct{fixed<32>}",)"
        R"("management.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::management::Organization> {
    using View = ::management::fb::Organization;
    static void pack(const ::management::Organization& record, std::string& out);
    static void unpack(std::string_view bytes, ::management::Organization& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","label","description","tags","!name","type","registered"],)"
        R"("id":"type management.Uuid",)"
        R"("#types":{)"
        R"("management.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::management::Node> {
    using View = ::management::fb::Node;
    static void pack(const ::management::Node& record, std::string& out);
    static void unpack(std::string_view bytes, ::management::Node& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","label","!pubkey","cluster_ip","realm","owner","authid","extra"],)"
        R"("id":"type management.Uuid","owner":"type management.Uuid","pubkey":"type management.PublicKey",)"
        R"("realm":"type management.Uuid",)"
        R"("#types":{)"
        R"("management.PublicKey":"struct{fixed<32>}",)"
        R"("management.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::management::Credential> {
    using View = ::management::fb::Credential;
    static void pack(const ::management::Credential& record, std::string& out);
    static void unpack(std::string_view bytes, ::management::Credential& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","created","!method","!authid","!realm","config","!principal"],)"
        R"("id":"type management.Uuid","principal":"type management.Uuid",)"
        R"("#types":{)"
        R"("management.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::management::Placement> {
    using View = ::management::fb::Placement;
    static void pack(const ::management::Placement& record, std::string& out);
    static void unpack(std::string_view bytes, ::management::Placement& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!id","!group","!cluster","!node","!worker_name"],"cluster":"type management.Uuid",)"
        R"("group":"type management.Uuid","id":"type management.Uuid","node":"type management.Uuid",)"
        R"("#types":{)"
        R"("management.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::management::UserRealmRole> {
    using View = ::management::fb::UserRealmRole;
    static void pack(const ::management::UserRealmRole& record, std::string& out);
    static void unpack(std::string_view bytes, ::management::UserRealmRole& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["!user","!realm","roles"],"realm":"type management.Uuid","user":"type management.Uuid",)"
        R"("#types":{)"
        R"("management.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::management::UsageRecord> {
    using View = ::management::fb::UsageRecord;
    static void pack(const ::management::UsageRecord& record, std::string& out);
    static void unpack(std::string_view bytes, ::management::UsageRecord& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["timestamp","!realm","seconds","calls","publications","events","bytes_in","bytes_out"],)"
        R"("realm":"type management.Uuid",)"
        R"("#types":{)"
        R"("management.Uuid":"struct{fixed<16>}"}})";
};

}  // namespace cambium

namespace management {

/// The table "users" in a codec of choice, for example UsersAs<cambium::Json>.
template <class Codec>
struct UsersAs
    : ::cambium::Table<
          "users", User,
          ::cambium::PrimaryKey<&User::id>,
          Codec,
          ::cambium::Unique<"email", &User::email>,
          ::cambium::Unique<"pubkey", &User::pubkey>,
          ::cambium::OrderedIndex<"tags", ::cambium::each<&User::tags>>> {};

/// The table "users".
struct Users : UsersAs<::cambium::FlatBuffers> {};

/// The table "organizations" in a codec of choice, for example OrganizationsAs<cambium::Json>.
template <class Codec>
struct OrganizationsAs
    : ::cambium::Table<
          "organizations", Organization,
          ::cambium::PrimaryKey<&Organization::id>,
          Codec,
          ::cambium::Unique<"name", &Organization::name>> {};

/// The table "organizations".
struct Organizations : OrganizationsAs<::cambium::FlatBuffers> {};

/// The table "nodes" in a codec of choice, for example NodesAs<cambium::Json>.
template <class Codec>
struct NodesAs
    : ::cambium::Table<
          "nodes", Node,
          ::cambium::PrimaryKey<&Node::id>,
          Codec,
          ::cambium::Unique<"realm_authid", &Node::realm, &Node::authid>,
          ::cambium::Unique<"pubkey", &Node::pubkey>> {};

/// The table "nodes".
struct Nodes : NodesAs<::cambium::FlatBuffers> {};

/// The table "credentials" in a codec of choice, for example CredentialsAs<cambium::Json>.
template <class Codec>
struct CredentialsAs
    : ::cambium::Table<
          "credentials", Credential,
          ::cambium::PrimaryKey<&Credential::id>,
          Codec,
          ::cambium::Unique<"by_auth", &Credential::method, &Credential::realm, &Credential::authid>,
          ::cambium::OrderedIndex<"by_principal",
              &Credential::principal,
              ::cambium::descending<&Credential::created>>> {};

/// The table "credentials".
struct Credentials : CredentialsAs<::cambium::FlatBuffers> {};

/// The table "placements" in a codec of choice, for example PlacementsAs<cambium::Json>.
template <class Codec>
struct PlacementsAs
    : ::cambium::Table<
          "placements", Placement,
          ::cambium::PrimaryKey<&Placement::id>,
          Codec,
          ::cambium::Unique<"by_place",
              &Placement::group,
              &Placement::cluster,
              &Placement::node,
              &Placement::worker_name>> {};

/// The table "placements".
struct Placements : PlacementsAs<::cambium::FlatBuffers> {};

/// The table "user_realm_roles" in a codec of choice, for example UserRealmRolesAs<cambium::Json>.
template <class Codec>
struct UserRealmRolesAs
    : ::cambium::Table<
          "user_realm_roles", UserRealmRole,
          ::cambium::PrimaryKey<&UserRealmRole::user, &UserRealmRole::realm>,
          Codec> {};

/// The table "user_realm_roles".
struct UserRealmRoles : UserRealmRolesAs<::cambium::FlatBuffers> {};

/// The table "usage_records" in a codec of choice, for example UsageRecordsAs<cambium::Json>.
template <class Codec>
struct UsageRecordsAs
    : ::cambium::Table<
          "usage_records", UsageRecord,
          ::cambium::PrimaryKey<&UsageRecord::timestamp, &UsageRecord::realm>,
          Codec> {};

/// The table "usage_records".
struct UsageRecords : UsageRecordsAs<::cambium::FlatBuffers> {};

}  // namespace management
