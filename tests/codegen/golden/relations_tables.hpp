// Written by cambium-codegen from relations.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/constraint.hpp>
#include <cambium/evolution.hpp>
#include <cambium/foreign_key.hpp>
#include <cambium/table.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace relations {

struct Order {
    std::uint64_t number{};
    std::uint32_t customer{};
    std::optional<std::uint32_t> seller{};

    friend bool operator==(const Order&, const Order&) = default;
};

struct Customer {
    std::uint32_t id{};
    std::string email{};
    std::optional<std::string> city{};
    std::uint32_t revision{};

    friend bool operator==(const Customer&, const Customer&) = default;
};

/// A tree: with a node goes what is below it.
struct Node {
    std::uint64_t id{};
    std::optional<std::uint64_t> parent{};

    friend bool operator==(const Node&, const Node&) = default;
};

}  // namespace relations

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace relations::fb {

struct Order;  // flatc's accessor, defined in relations_fb_generated.h

struct Customer;  // flatc's accessor, defined in relations_fb_generated.h

struct Node;  // flatc's accessor, defined in relations_fb_generated.h

}  // namespace relations::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::relations::Order> {
    using View = ::relations::fb::Order;
    static void pack(const ::relations::Order& record, std::string& out);
    static void unpack(std::string_view bytes, ::relations::Order& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["number","customer","seller"]})";
};

template <>
struct FlatBuffersSchema<::relations::Customer> {
    using View = ::relations::fb::Customer;
    static void pack(const ::relations::Customer& record, std::string& out);
    static void unpack(std::string_view bytes, ::relations::Customer& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","!email","city","revision"]})";
};

template <>
struct FlatBuffersSchema<::relations::Node> {
    using View = ::relations::fb::Node;
    static void pack(const ::relations::Node& record, std::string& out);
    static void unpack(std::string_view bytes, ::relations::Node& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","parent"]})";
};

}  // namespace cambium

namespace relations {

struct Customers;

struct Nodes;

/// The table "orders" in a codec of choice, for example OrdersAs<cambium::Json>.
template <class Codec>
struct OrdersAs
    : ::cambium::Table<
          "orders", Order,
          ::cambium::PrimaryKey<&Order::number>,
          Codec,
          ::cambium::ForeignKey<"buyer", Customers, &Order::customer, ::cambium::cascade_erase>,
          ::cambium::ForeignKey<"seller", Customers, &Order::seller, ::cambium::set_null, ::cambium::deferred>> {};

/// The table "orders".
struct Orders : OrdersAs<::cambium::Cbor> {};

/// The table "customers" in a codec of choice, for example CustomersAs<cambium::Json>.
template <class Codec>
struct CustomersAs
    : ::cambium::Table<
          "customers", Customer,
          ::cambium::PrimaryKey<&Customer::id>,
          ::cambium::AutoIncrement,
          Codec,
          ::cambium::NotNull<&Customer::city>,
          ::cambium::RowVersion<&Customer::revision>,
          ::cambium::RenamedTable<"clients">,
          ::cambium::RenamedTable<"guests">,
          ::cambium::Renamed<"mail", &Customer::email>,
          ::cambium::Dropped<"fax">> {};

/// The table "customers".
struct Customers : CustomersAs<::cambium::Cbor> {};

/// The table "nodes" in a codec of choice, for example NodesAs<cambium::Json>.
template <class Codec>
struct NodesAs
    : ::cambium::Table<
          "nodes", Node,
          ::cambium::PrimaryKey<&Node::id>,
          Codec,
          ::cambium::ForeignKey<"parent", Nodes, &Node::parent, ::cambium::cascade_erase>> {};

/// The table "nodes".
struct Nodes : NodesAs<::cambium::FlatBuffers> {};

}  // namespace relations
