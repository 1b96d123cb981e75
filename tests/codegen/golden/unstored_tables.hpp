// Written by cambium-codegen from unstored.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/table.hpp>

#include <cstdint>
#include <string>
#include <string_view>

// No type for unstored.Nothing, which no table stores: it has no field; a record has 1 to 100
// No type for unstored.Wide, which no table stores: an alignment above 8 is not supported: the store aligns values to 8 bytes
// No type for unstored.Branch, which no table stores: it contains its own record, Node; recursive records are not supported
// No type for unstored.Node, which no table stores: it contains its own record, Node; recursive records are not supported
// No type for unstored.Part, which no table stores: it holds Node

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace unstored {

struct Plain {
    std::int32_t value{};

    friend bool operator==(const Plain&, const Plain&) = default;
};

struct Item {
    std::uint64_t id{};
    Plain plain{};

    friend bool operator==(const Item&, const Item&) = default;
};

}  // namespace unstored

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace unstored::fb {

struct Item;  // flatc's accessor, defined in unstored_fb_generated.h

}  // namespace unstored::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::unstored::Item> {
    using View = ::unstored::fb::Item;
    static void pack(const ::unstored::Item& record, std::string& out);
    static void unpack(std::string_view bytes, ::unstored::Item& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","!plain"],"plain":"type unstored.Plain",)"
        R"("#types":{)"
        R"("unstored.Plain":{"#fields":["value"]}}})";
};

}  // namespace cambium

namespace unstored {

/// The table "items" in a codec of choice, for example ItemsAs<cambium::Json>.
template <class Codec>
struct ItemsAs
    : ::cambium::Table<
          "items", Item,
          ::cambium::PrimaryKey<&Item::id>,
          Codec> {};

/// The table "items".
struct Items : ItemsAs<::cambium::FlatBuffers> {};

}  // namespace unstored
