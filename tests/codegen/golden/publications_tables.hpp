// Written by cambium-codegen from publications.fbs. Change the schema, not this file.
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

namespace history {

struct Publication {
    std::uint64_t id{};
    ::cambium::Timestamp published{};
    std::uint64_t publisher{};
    std::string topic{};
    /// CBOR.
    std::optional<std::vector<std::uint8_t>> args{};
    /// CBOR.
    std::optional<std::vector<std::uint8_t>> kwargs{};
    std::optional<std::vector<std::uint8_t>> payload{};
    bool acknowledge{};
    bool retain{};
    bool exclude_me = true;
    std::vector<std::uint64_t> exclude{};
    std::vector<std::string> exclude_authid{};
    std::vector<std::string> exclude_authrole{};
    std::vector<std::uint64_t> eligible{};
    std::vector<std::string> eligible_authid{};
    std::vector<std::string> eligible_authrole{};
    std::optional<std::string> encoding{};

    friend bool operator==(const Publication&, const Publication&) = default;
};

/// One delivery of a publication.
struct Event {
    std::uint64_t subscription{};
    ::cambium::Timestamp published{};
    std::uint64_t publication{};
    std::uint64_t receiver{};
    bool retained{};
    bool acknowledged{};

    friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace history

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace history::fb {

struct Publication;  // flatc's accessor, defined in publications_fb_generated.h

struct Event;  // flatc's accessor, defined in publications_fb_generated.h

}  // namespace history::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::history::Publication> {
    using View = ::history::fb::Publication;
    static void pack(const ::history::Publication& record, std::string& out);
    static void unpack(std::string_view bytes, ::history::Publication& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","published","publisher","!topic","args","kwargs","payload","acknowledge","retain",)"
        R"("exclude_me","exclude","exclude_authid","exclude_authrole","eligible","eligible_authid",)"
        R"("eligible_authrole","encoding"],"exclude_me":true})";
};

template <>
struct FlatBuffersSchema<::history::Event> {
    using View = ::history::fb::Event;
    static void pack(const ::history::Event& record, std::string& out);
    static void unpack(std::string_view bytes, ::history::Event& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["subscription","published","publication","receiver","retained","acknowledged"]})";
};

}  // namespace cambium

namespace history {

/// The table "publications" in a codec of choice, for example PublicationsAs<cambium::Json>.
template <class Codec>
struct PublicationsAs
    : ::cambium::Table<
          "publications", Publication,
          ::cambium::PrimaryKey<&Publication::id>,
          Codec,
          ::cambium::OrderedIndex<"by_topic",
              &Publication::topic,
              ::cambium::descending<&Publication::published>>> {};

/// The table "publications".
struct Publications : PublicationsAs<::cambium::FlatBuffers> {};

/// The table "events" in a codec of choice, for example EventsAs<cambium::Json>.
template <class Codec>
struct EventsAs
    : ::cambium::Table<
          "events", Event,
          ::cambium::PrimaryKey<&Event::subscription, &Event::published>,
          Codec,
          ::cambium::ChangeLog<::cambium::KeepChanges<100000>>,
          ::cambium::OrderedIndex<"by_receiver",
              &Event::receiver,
              ::cambium::descending<&Event::published>,
              ::cambium::covering<&Event::publication>>,
          ::cambium::OrderedIndex<"publication", &Event::publication>> {};

/// The table "events".
struct Events : EventsAs<::cambium::FlatBuffers> {};

}  // namespace history
