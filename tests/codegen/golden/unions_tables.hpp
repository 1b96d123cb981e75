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
    static constexpr std::string_view wire =
        R"({"#fields":["id","","contact","name","","!must_contact","","contacts","","opt_contacts",)"
        R"("","!must_contacts","","-retired","","twice","","either","","both","","payload","",)"
        R"("payloads","","tag","last"],"-retired":["variant<null,record{address:string},)"
        R"(record{digits:optional<string>,extension:u16},record{x:i32,y:f64},string,uuid,fixed<20>>",)"
        R"({"1":["Mail",{"#fields":["!address"]}],"2":["Phone",{"#fields":["digits","extension"],)"
        R"("extension":7}],"3":["Place","struct{i32,f64}"],"4":["nickname"],"5":["id",)"
        R"("struct{fixed<16>}"],"6":["digest","struct{fixed<20>}"]}],"both":{"1":["Mail",)"
        R"({"#fields":["!address"]}],"2":["Phone",{"#fields":["digits","extension"],"extension":7}]},)"
        R"("contact":{"1":["Mail",{"#fields":["!address"]}],"2":["Phone",{"#fields":["digits",)"
        R"("extension"],"extension":7}],"3":["Place","struct{i32,f64}"],"4":["nickname"],"5":["id",)"
        R"("struct{fixed<16>}"],"6":["digest","struct{fixed<20>}"]},"contacts":{"1":["Mail",)"
        R"({"#fields":["!address"]}],"2":["Phone",{"#fields":["digits","extension"],"extension":7}],)"
        R"("3":["Place","struct{i32,f64}"],"4":["nickname"],"5":["id","struct{fixed<16>}"],)"
        R"("6":["digest","struct{fixed<20>}"]},"either":{"1":["Mail",{"#fields":["!address"]}],)"
        R"("2":["Phone",{"#fields":["digits","extension"],"extension":7}]},"last":3,)"
        R"("must_contact":{"1":["Mail",{"#fields":["!address"]}],"2":["Phone",{"#fields":["digits",)"
        R"("extension"],"extension":7}],"3":["Place","struct{i32,f64}"],"4":["nickname"],"5":["id",)"
        R"("struct{fixed<16>}"],"6":["digest","struct{fixed<20>}"]},"must_contacts":{"1":["Mail",)"
        R"({"#fields":["!address"]}],"2":["Phone",{"#fields":["digits","extension"],"extension":7}],)"
        R"("3":["Place","struct{i32,f64}"],"4":["nickname"],"5":["id","struct{fixed<16>}"],)"
        R"("6":["digest","struct{fixed<20>}"]},"opt_contacts":{"1":["Mail",{"#fields":["!address"]}],)"
        R"("2":["Phone",{"#fields":["digits","extension"],"extension":7}],"3":["Place","struct{i32,)"
        R"(f64}"],"4":["nickname"],"5":["id","struct{fixed<16>}"],"6":["digest",)"
        R"("struct{fixed<20>}"]},"payload":{"1":["Message",{"#fields":["","contact","labels"],)"
        R"("contact":{"1":["Mail",{"#fields":["!address"]}],"2":["Phone",{"#fields":["digits",)"
        R"("extension"],"extension":7}],"3":["Place","struct{i32,f64}"],"4":["nickname"],"5":["id",)"
        R"("struct{fixed<16>}"],"6":["digest","struct{fixed<20>}"]},"labels":{"#fields":["!text",)"
        R"("level"]}}],"2":["shared_Label",{"#fields":["!text","level"]}]},)"
        R"("payloads":{"1":["Message",{"#fields":["","contact","labels"],"contact":{"1":["Mail",)"
        R"({"#fields":["!address"]}],"2":["Phone",{"#fields":["digits","extension"],"extension":7}],)"
        R"("3":["Place","struct{i32,f64}"],"4":["nickname"],"5":["id","struct{fixed<16>}"],)"
        R"("6":["digest","struct{fixed<20>}"]},"labels":{"#fields":["!text","level"]}}],)"
        R"("2":["shared_Label",{"#fields":["!text","level"]}]},"tag":{"1":["Label",)"
        R"({"#fields":["!text","level"]}]},"twice":{"11":["name"],"12":["other_name"],"3":["first",)"
        R"({"#fields":["!address"]}],"9":["second",{"#fields":["!address"]}]}})";
};

template <>
struct FlatBuffersSchema<::unions::Note> {
    using View = ::unions::fb::Note;
    static void pack(const ::unions::Note& record, std::string& out);
    static void unpack(std::string_view bytes, ::unions::Note& record);
    static const View* view(std::string_view bytes);
    static constexpr std::string_view wire =
        R"({"#fields":["id","","contact","","payloads"],"contact":{"1":["Mail",)"
        R"({"#fields":["!address"]}],"2":["Phone",{"#fields":["digits","extension"],"extension":7}],)"
        R"("3":["Place","struct{i32,f64}"],"4":["nickname"],"5":["id","struct{fixed<16>}"],)"
        R"("6":["digest","struct{fixed<20>}"]},"payloads":{"1":["Message",{"#fields":["","contact",)"
        R"("labels"],"contact":{"1":["Mail",{"#fields":["!address"]}],"2":["Phone",)"
        R"({"#fields":["digits","extension"],"extension":7}],"3":["Place","struct{i32,f64}"],)"
        R"("4":["nickname"],"5":["id","struct{fixed<16>}"],"6":["digest","struct{fixed<20>}"]},)"
        R"("labels":{"#fields":["!text","level"]}}],"2":["shared_Label",{"#fields":["!text",)"
        R"("level"]}]}})";
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
