// Written by cambium-codegen from unions.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/table.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared_tables.hpp"

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace unions {

struct Place {
    std::int32_t x{};
    double y{};

    friend bool operator==(const Place&, const Place&) = default;
};

struct Mail {
    std::string address{};

    friend bool operator==(const Mail&, const Mail&) = default;
};

struct Phone {
    std::optional<std::string> digits{};
    std::uint16_t extension = 7U;

    friend bool operator==(const Phone&, const Phone&) = default;
};

/// How somebody is reached.
using Contact = std::variant<
    std::monostate,
    Mail,
    /// By voice.
    Phone,
    Place,
    std::string,
    ::cambium::Uuid,
    ::cambium::FixedBytes<20>>;

/// A table that holds a union and is held by one.
struct Message {
    Contact contact{};
    std::vector<::shared::Label> labels{};

    friend bool operator==(const Message&, const Message&) = default;
};

/// Two members that hold the same, and numbers with gaps.
using Twice = std::variant<std::monostate, Mail, Mail, std::string, std::string>;

/// Of the same members as Both: the same type in C++.
using Either = std::variant<std::monostate, Mail, Phone>;

using Both = std::variant<std::monostate, Mail, Phone>;

using Payload = std::variant<std::monostate, Message, ::shared::Label>;

/// A union in every place.
struct Person {
    std::uint64_t id{};
    Contact contact{};
    std::optional<std::string> name{};
    Contact must_contact{};
    std::vector<Contact> contacts{};
    std::optional<std::vector<Contact>> opt_contacts{};
    std::vector<Contact> must_contacts{};
    Twice twice{};
    Either either{};
    Both both{};
    Payload payload{};
    std::vector<Payload> payloads{};
    ::shared::Tag tag{};
    std::uint8_t last = 3U;

    friend bool operator==(const Person&, const Person&) = default;
};

struct Note {
    std::uint64_t id{};
    Contact contact{};
    std::vector<Payload> payloads{};

    friend bool operator==(const Note&, const Note&) = default;
};

}  // namespace unions

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace unions::fb {

struct Person;  // flatc's accessor, defined in unions_fb_generated.h

struct Note;  // flatc's accessor, defined in unions_fb_generated.h

}  // namespace unions::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::unions::Person> {
    using View = ::unions::fb::Person;
    static void pack(const ::unions::Person& record, std::string& out);
    static void unpack(std::string_view bytes, ::unions::Person& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","","contact","name","","!must_contact","","contacts","","opt_contacts","",)"
        R"("!must_contacts","","-retired","","twice","","either","","both","","payload","","payloads","","tag",)"
        R"("last"],)"
        R"("-retired":["variant<null,record{address:string},record{digits:optional<string>,extension:u16},)"
        R"(record{x:i32,y:f64},string,uuid,fixed<20>>","type unions.Contact"],"both":"type unions.Both",)"
        R"("contact":"type unions.Contact","contacts":"type unions.Contact","either":"type unions.Either",)"
        R"("last":3,"must_contact":"type unions.Contact","must_contacts":"type unions.Contact",)"
        R"("opt_contacts":"type unions.Contact","payload":"type unions.Payload","payloads":"type unions.Payload",)"
        R"("tag":"type shared.Tag","twice":"type unions.Twice",)"
        R"("#types":{)"
        R"("shared.Digest":"struct{fixed<20>}",)"
        R"("shared.Label":{"#fields":["!text","level"]},)"
        R"("shared.Tag":{"1":["Label","type shared.Label"]},)"
        R"("unions.Both":{"1":["Mail","type unions.Mail"],"2":["Phone","type unions.Phone"]},)"
        R"("unions.Contact":{"1":["Mail","type unions.Mail"],"2":["Phone","type unions.Phone"],"3":["Place",)"
        R"("type unions.Place"],"4":["nickname"],"5":["id","type unions.Id"],"6":["digest",)"
        R"("type shared.Digest"]},)"
        R"("unions.Either":{"1":["Mail","type unions.Mail"],"2":["Phone","type unions.Phone"]},)"
        R"("unions.Id":"struct{fixed<16>}",)"
        R"("unions.Mail":{"#fields":["!address"]},)"
        R"("unions.Message":{"#fields":["","contact","labels"],"contact":"type unions.Contact",)"
        R"("labels":"type shared.Label"},)"
        R"("unions.Payload":{"1":["Message","type unions.Message"],"2":["shared_Label","type shared.Label"]},)"
        R"("unions.Phone":{"#fields":["digits","extension"],"extension":7},)"
        R"("unions.Place":"struct{i32,f64}",)"
        R"("unions.Twice":{"11":["name"],"12":["other_name"],"3":["first","type unions.Mail"],"9":["second",)"
        R"("type unions.Mail"]}}})";
};

template <>
struct FlatBuffersSchema<::unions::Note> {
    using View = ::unions::fb::Note;
    static void pack(const ::unions::Note& record, std::string& out);
    static void unpack(std::string_view bytes, ::unions::Note& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","","contact","","payloads"],"contact":"type unions.Contact",)"
        R"("payloads":"type unions.Payload",)"
        R"("#types":{)"
        R"("shared.Digest":"struct{fixed<20>}",)"
        R"("shared.Label":{"#fields":["!text","level"]},)"
        R"("unions.Contact":{"1":["Mail","type unions.Mail"],"2":["Phone","type unions.Phone"],"3":["Place",)"
        R"("type unions.Place"],"4":["nickname"],"5":["id","type unions.Id"],"6":["digest",)"
        R"("type shared.Digest"]},)"
        R"("unions.Id":"struct{fixed<16>}",)"
        R"("unions.Mail":{"#fields":["!address"]},)"
        R"("unions.Message":{"#fields":["","contact","labels"],"contact":"type unions.Contact",)"
        R"("labels":"type shared.Label"},)"
        R"("unions.Payload":{"1":["Message","type unions.Message"],"2":["shared_Label","type shared.Label"]},)"
        R"("unions.Phone":{"#fields":["digits","extension"],"extension":7},)"
        R"("unions.Place":"struct{i32,f64}"}})";
};

}  // namespace cambium

namespace unions {

/// The table "people" in a codec of choice, for example PeopleAs<cambium::Json>.
template <class Codec>
struct PeopleAs
    : ::cambium::Table<
          "people", Person,
          ::cambium::PrimaryKey<&Person::id>,
          Codec,
          ::cambium::OrderedIndex<"by_name", &Person::name>> {};

/// The table "people".
struct People : PeopleAs<::cambium::FlatBuffers> {};

/// The table "notes" in a codec of choice, for example NotesAs<cambium::Json>.
template <class Codec>
struct NotesAs
    : ::cambium::Table<
          "notes", Note,
          ::cambium::PrimaryKey<&Note::id>,
          Codec> {};

/// The table "notes".
struct Notes : NotesAs<::cambium::Cbor> {};

}  // namespace unions
