// Unions: every alternative in every codec, what flatc's own code writes and reads of them, and damaged ones.
#include <doctest/doctest.h>

#include <cambium/base/error.hpp>
#include <cambium/cambium.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/codec/json.hpp>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "seed.hpp"
#include "temporary_store.hpp"
#include "unions_fb_generated.h"
#include "unions_tables.hpp"

namespace {

namespace fb = unions::fb;
using cambium::FlatBuffers;
using unions::Contact;
using unions::Person;

Contact contact(std::size_t position) {
    cambium::FixedBytes<20> digest{};
    std::iota(digest.begin(), digest.end(), std::uint8_t{1});
    switch (position) {
        case 1:
            return unions::Mail{.address = "ada@example.org"};
        case 2:
            return unions::Phone{.digits = "5550100", .extension = 9};
        case 3:
            return unions::Place{.x = -3, .y = 0.5};
        case 4:
            return "ada";
        case 5:
            return cambium::Uuid{{9, 8, 7}};
        case 6:
            return digest;
        default:
            return {};
    }
}
constexpr std::size_t kContacts = std::variant_size_v<Contact>;

Person full_person() {
    Person person{.id = 1, .contact = contact(2), .name = "Ada", .must_contact = contact(1)};
    for (std::size_t i = 1; i < kContacts; ++i) person.contacts.push_back(contact(i));
    person.opt_contacts = std::vector{contact(4), contact(4)};
    person.must_contacts = {contact(3)};
    person.twice = unions::Twice{std::in_place_index<2>, unions::Mail{.address = "second"}};
    person.either = unions::Phone{};
    person.both = unions::Mail{.address = "both"};
    person.payload = unions::Message{.contact = contact(5), .labels = {{.text = "l"}}};
    person.payloads = {shared::Label{.text = "x", .level = shared::Level::high}, unions::Message{}};
    person.tag = shared::Label{.text = "tag"};
    person.last = 200;
    return person;
}

template <class Codec = FlatBuffers>
std::string encoded(const Person& person) {
    std::string bytes;
    Codec::encode(person, bytes);
    return bytes;
}

template <class Codec = FlatBuffers>
Person decoded(const std::string& bytes) {
    Person person = full_person();  // nothing of it may remain
    Codec::decode(bytes, person);
    return person;
}

/// The sentence of the error; empty when there is none.
template <class Action>
std::string refusal(cambium::ErrorCode code, Action action) {
    try {
        action();
        return {};
    } catch (const cambium::Error& error) {
        CHECK(error.code() == code);
        return error.what();
    }
}

std::string refused_bytes(const std::string& bytes) {
    return refusal(cambium::ErrorCode::decode, [&] { static_cast<void>(decoded(bytes)); });
}
std::string refused_record(const Person& person) {
    return refusal(cambium::ErrorCode::encode, [&] { static_cast<void>(encoded(person)); });
}

TEST_CASE("a union is a variant that begins with std::monostate") {
    static_assert(std::is_same_v<Contact, std::variant<std::monostate, unions::Mail, unions::Phone, unions::Place,
                                                       std::string, cambium::Uuid, cambium::FixedBytes<20>>>);
    static_assert(std::is_same_v<shared::Tag, std::variant<std::monostate, shared::Label>>);
    static_assert(std::is_same_v<decltype(Person::contacts), std::vector<Contact>>);
    static_assert(std::is_same_v<decltype(Person::opt_contacts), std::optional<std::vector<Contact>>>);
    const Person person;
    CHECK(person.contact == Contact{std::monostate{}});
    CHECK(person.must_contact == Contact{});
    CHECK(person.contacts.empty());
    CHECK_FALSE(person.opt_contacts.has_value());
    CHECK(person.last == 3);
}

TEST_CASE_TEMPLATE("every alternative comes back", Codec, FlatBuffers, cambium::Cbor, cambium::Json) {
    CHECK(decoded<Codec>(encoded<Codec>(full_person())) == full_person());
    for (std::size_t i = 0; i < kContacts; ++i) {
        CAPTURE(i);
        Person person{.id = i, .contact = contact(i), .must_contact = contact(1)};
        person.payload = unions::Message{.contact = contact(i)};
        CHECK(decoded<Codec>(encoded<Codec>(person)) == person);
    }
    for (std::size_t i = 0; i < std::variant_size_v<unions::Twice>; ++i) {
        Person person{.must_contact = contact(1)};
        if (i == 1) person.twice.emplace<1>().address = "first";
        if (i == 2) person.twice.emplace<2>().address = "second";
        if (i == 3) person.twice.emplace<3>() = "name";
        if (i == 4) person.twice.emplace<4>() = "";
        CHECK(decoded<Codec>(encoded<Codec>(person)).twice.index() == i);
        CHECK(decoded<Codec>(encoded<Codec>(person)) == person);
    }
}

TEST_CASE("flatc's accessors read what generated code packs") {
    const std::string bytes = encoded(full_person());
    const fb::Person* view = FlatBuffers::view<Person>(bytes);
    CHECK(view->contact_type() == fb::Contact::Phone);
    REQUIRE(view->contact_as_Phone() != nullptr);
    CHECK(view->contact_as_Phone()->extension() == 9);
    CHECK(view->contact_as_Mail() == nullptr);
    CHECK(view->must_contact_as_Mail()->address()->str() == "ada@example.org");
    REQUIRE(view->contacts()->size() == kContacts - 1);
    for (flatbuffers::uoffset_t i = 0; i < view->contacts()->size(); ++i)
        CHECK(view->contacts_type()->GetEnum<fb::Contact>(i) == static_cast<fb::Contact>(i + 1));
    CHECK(view->contacts()->GetAs<fb::Place>(2)->x() == -3);
    CHECK(view->contacts()->GetAsString(3)->str() == "ada");
    CHECK(view->contacts()->GetAs<fb::Id>(4)->bytes()->Get(2) == 7);
    CHECK(view->opt_contacts()->size() == 2);
    CHECK(view->twice_type() == fb::Twice::second);
    CHECK(static_cast<int>(view->twice_type()) == 9);
    CHECK(view->twice_as_second()->address()->str() == "second");
    CHECK(view->both_type() == fb::Both::Mail);
    CHECK(view->payload_as_Message()->contact_as_id()->bytes()->Get(0) == 9);
    CHECK(view->payloads()->GetAs<shared::fb::Label>(0)->level() == shared::fb::Level::high);
    CHECK(view->tag_as_Label()->text()->str() == "tag");
    CHECK(view->last() == 200);

    const std::string nothing = encoded({.must_contact = contact(1)});
    const fb::Person* empty = FlatBuffers::view<Person>(nothing);
    CHECK(empty->contact_type() == fb::Contact::NONE);
    CHECK(empty->contact() == nullptr);
    CHECK(empty->contacts() == nullptr);
    CHECK(empty->must_contacts()->size() == 0);
}

using Builder = flatbuffers::FlatBufferBuilder;

/// A person in flatc's own code: what is required, and what `add` adds to that.
template <class Prepare, class Add>
std::string built(Prepare prepare, Add add) {
    Builder builder;
    const auto mail = fb::CreateMailDirect(builder, "m").Union();
    const auto types = builder.CreateVector(std::vector<fb::Contact>{});
    const auto values = builder.CreateVector(std::vector<flatbuffers::Offset<void>>{});
    const auto prepared = prepare(builder);
    fb::PersonBuilder person{builder};
    person.add_must_contact_type(fb::Contact::Mail);
    person.add_must_contact(mail);
    person.add_must_contacts_type(types);
    person.add_must_contacts(values);
    add(person, prepared);
    builder.Finish(person.Finish());
    return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

TEST_CASE("generated code reads what flatc's code writes") {
    Person expected{.must_contact = unions::Mail{.address = "m"}};
    const auto nothing = [](Builder&) { return 0; };
    CHECK(decoded(built(nothing, [](fb::PersonBuilder&, int) {})) == expected);
    expected.contact = contact(3);
    CHECK(decoded(built(
              [](Builder& b) {
                  return b.CreateStruct(fb::Place{-3, 0.5}).Union();
              },
              [](fb::PersonBuilder& person, auto place) {
                  person.add_contact_type(fb::Contact::Place);
                  person.add_contact(place);
              })) == expected);
    expected.contact = {};
    expected.contacts = {Contact{"a"}, Contact{unions::Phone{}}};
    const auto list = [](Builder& b) {
        const std::vector values{b.CreateString("a").Union(), fb::CreatePhone(b).Union()};
        return std::pair{b.CreateVector(std::vector{fb::Contact::nickname, fb::Contact::Phone}),
                         b.CreateVector(values)};
    };
    CHECK(decoded(built(list, [](fb::PersonBuilder& person, auto offsets) {
              person.add_contacts_type(offsets.first);
              person.add_contacts(offsets.second);
          })) == expected);
}

TEST_CASE("a union of a type that does not exist, or without its value, does not decode") {
    const auto mail = [](Builder& b) { return fb::CreateMailDirect(b, "x").Union(); };
    const auto of_type = [&](int type) {
        return built(mail, [&](fb::PersonBuilder& person, auto value) {
            person.add_contact_type(static_cast<fb::Contact>(type));
            person.add_contact(value);
        });
    };
    CHECK(decoded(of_type(1)).contact == Contact{unions::Mail{.address = "x"}});
    CHECK(decoded(of_type(0)).contact == Contact{});  // as flatc's code reads it
    CHECK(refused_bytes(of_type(7)) ==
          "field \"contact\": its union has type 7, which the schema does not declare");
    CHECK(refused_bytes(of_type(255)) ==
          "field \"contact\": its union has type 255, which the schema does not declare");
    CHECK_FALSE(refused_bytes(of_type(4)).empty());  // a table is no string

    const auto without_value = [&](fb::Contact type) {
        return built(mail, [&](fb::PersonBuilder& person, auto) { person.add_contact_type(type); });
    };
    for (const fb::Contact type : {fb::Contact::Mail, fb::Contact::nickname, static_cast<fb::Contact>(99)})
        CHECK(refused_bytes(without_value(type)) ==
              "field \"contact\": its union has type " + std::to_string(static_cast<int>(type)) + " and no value");
    CHECK_FALSE(refused_bytes(without_value(fb::Contact::Place)).empty());  // the verifier's own finding

    CHECK(refused_bytes(built(mail, [](fb::PersonBuilder& person, auto) {
              person.fbb_.AddElement<std::uint8_t>(fb::Person::VT_TWICE_TYPE, 4, 0);  // a gap of the numbers
          })) == "field \"twice\": its union has type 4 and no value");
}

TEST_CASE("a required union, and each of a list, is of some type") {
    const auto none = [](Builder& b) {
        return std::pair{b.CreateVector(std::vector{fb::Contact::NONE}),
                         b.CreateVector(std::vector{b.CreateString("").Union()})};
    };
    CHECK(refused_bytes(built(none, [](fb::PersonBuilder& person, auto offsets) {
              person.add_contacts_type(offsets.first);
              person.add_contacts(offsets.second);
          })) == "field \"contacts\": its union is required and has type NONE");
    const auto two = [](Builder& b) {
        return std::pair{b.CreateVector(std::vector{fb::Contact::nickname, fb::Contact::nickname}),
                         b.CreateVector(std::vector{b.CreateString("").Union()})};
    };
    CHECK_FALSE(refused_bytes(built(two, [](fb::PersonBuilder& person, auto offsets) {
                    person.add_contacts_type(offsets.first);
                    person.add_contacts(offsets.second);
                })).empty());
    CHECK_FALSE(refused_bytes(built(two, [](fb::PersonBuilder& person, auto offsets) {
                    person.add_contacts(offsets.second);  // no types
                })).empty());
    Builder builder;
    const auto value = fb::CreateMailDirect(builder, "m").Union();
    const auto types = builder.CreateVector(std::vector<fb::Contact>{});
    const auto values = builder.CreateVector(std::vector<flatbuffers::Offset<void>>{});
    fb::PersonBuilder person{builder};
    person.add_must_contact(value);
    person.add_must_contacts_type(types);
    person.add_must_contacts(values);
    builder.Finish(person.Finish());
    CHECK(refused_bytes({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()}) ==
          "field \"must_contact\": its union is required and has type NONE");

    CHECK(refused_record({}) ==
          "field \"must_contact\": the union is required and holds std::monostate; give it a value");
    CHECK(refused_record({.must_contact = contact(1), .contacts = {contact(1), Contact{}}}) ==
          "field \"contacts\": element 1 holds std::monostate, which a list of unions in FlatBuffers cannot; leave "
          "it out");
}

TEST_CASE("damaged bytes are refused or decode, and what decodes packs again") {
    std::mt19937_64 random{cambium::test::seed()};
    const std::string original = encoded(full_person());
    for (std::size_t size = 0; size < original.size() - 8; ++size)
        CHECK_FALSE(refused_bytes(original.substr(0, size)).empty());
    int refused = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = original;
        for (std::uint64_t changes = random() % 4 + 1; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        try {
            const std::string again = encoded(decoded(bytes));
            CHECK_FALSE(again.empty());
        } catch (const cambium::Error& error) {
            CHECK(error.code() == cambium::ErrorCode::decode);
            ++refused;
        }
    }
    CHECK(refused > 100);
    CHECK(refused < 20000);
}

TEST_CASE_TEMPLATE("unions in a store", Codec, FlatBuffers, cambium::Cbor, cambium::Json) {
    using People = unions::PeopleAs<Codec>;
    const cambium::test::TemporaryDirectory folder;
    const std::string store = folder.file("unions.cambium");
    {
        auto database = cambium::Database::open<People, unions::Notes>(store);
        database.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<People> people{txn};
            people.insert(full_person());
            people.insert({.id = 2, .must_contact = contact(6)});
            cambium::Writer<unions::Notes>{txn}.insert({.id = 1, .contact = contact(4)});
        });
    }
    auto database = cambium::Database::open<People, unions::Notes>(store);
    database.write([](cambium::WriteTransaction& txn) {
        cambium::Writer<People> people{txn};
        CHECK(people.get(1) == full_person());
        CHECK(people.template by<"by_name">().equal("Ada").count() == 1);
        Person changed = *people.get(2);
        changed.contact = contact(2);
        people.update(changed);
        CHECK(people.get(2) == changed);
        CHECK(cambium::Reader<unions::Notes>{txn}.get(1)->contact == Contact{"ada"});
    });
    cambium::test::require_sound(database.environment());
}

}  // namespace
