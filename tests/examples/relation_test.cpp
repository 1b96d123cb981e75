// The parser of dependency fields.
#include "relation.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using catalog::Comparison;
using catalog::parse_relations;
using catalog::Relation;

// The field as the parser understood it: groups by ", ", alternatives by " | ".
std::string normalised(const std::string& field) {
    std::string text;
    for (const auto& group : parse_relations(field)) {
        if (!text.empty()) text += ", ";
        for (std::size_t i = 0; i < group.size(); ++i) text += (i == 0 ? "" : " | ") + to_text(group[i]);
    }
    return text;
}

std::string failure_of(const std::string& field) {
    try {
        return "no error: " + normalised(field);
    } catch (const catalog::MalformedRelation& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("every part of a relation") {
    const auto groups = parse_relations("python3-x:any (>= 1:2.0~rc1-1+b2) [amd64 !arm64]");
    REQUIRE(groups.size() == 1);
    REQUIRE(groups[0].size() == 1);
    const Relation& relation = groups[0][0];
    CHECK(relation.package == "python3-x");
    CHECK(relation.qualifier == "any");
    CHECK(relation.comparison == Comparison::later_or_equal);
    CHECK(relation.version == "1:2.0~rc1-1+b2");
    CHECK(relation.architectures == std::vector<std::string>{"amd64", "!arm64"});
}

TEST_CASE("a bare name asks for nothing else") {
    const auto groups = parse_relations("libc6");
    REQUIRE(groups.size() == 1);
    const Relation& relation = groups[0][0];
    CHECK(relation.qualifier.empty());
    CHECK(relation.comparison == Comparison::any);
    CHECK(relation.version.empty());
    CHECK(relation.architectures.empty());
}

TEST_CASE("groups and alternatives keep their places") {
    const auto groups = parse_relations("a | b, c, d|e |f");
    REQUIRE(groups.size() == 3);
    REQUIRE(groups[0].size() == 2);
    CHECK(groups[0][1].package == "b");
    REQUIRE(groups[1].size() == 1);
    REQUIRE(groups[2].size() == 3);
    CHECK(groups[2][2].package == "f");
}

TEST_CASE("every comparison") {
    CHECK(normalised("a (<< 1), a (<= 1), a (= 1), a (>= 1), a (>> 1)") ==
          "a (<< 1), a (<= 1), a (= 1), a (>= 1), a (>> 1)");
}

TEST_CASE("white space, or its lack, changes nothing") {
    CHECK(normalised("  a(>=1)[amd64]|b:any,\n c (  << 2  ) [ i386   amd64 ]\t, d ") ==
          "a (>= 1) [amd64] | b:any, c (<< 2) [i386 amd64], d");
}

TEST_CASE("an empty field has no groups, and a comma may end a field") {
    CHECK(parse_relations("").empty());
    CHECK(parse_relations(" \n ").empty());
    CHECK(normalised("a, b,") == "a, b");
}

TEST_CASE("a malformed field is an error that quotes the place") {
    CHECK(failure_of("a b") == "a comma is expected before \"b\"");
    CHECK(failure_of("a |") == "a package name is expected before the end of the field");
    CHECK(failure_of(", a") == "a package name is expected before \", a\"");
    CHECK(failure_of("a,, b") == "a package name is expected before \", b\"");
    CHECK(failure_of("a:") == "an architecture after ':' is expected before the end of the field");
    CHECK(failure_of("a (1)") == "one of << <= = >= >> is expected before \"1)\"");
    CHECK(failure_of("a (< 1)") == "one of << <= = >= >> is expected before \"< 1)\"");
    CHECK(failure_of("a (>= )") == "a version is expected before \")\"");
    CHECK(failure_of("a (>= 1") == "a ')' is expected before the end of the field");
    CHECK(failure_of("a (>= 1 2)") == "a ')' is expected before \"2)\"");
    CHECK(failure_of("a []") == "an empty list of architectures stands before the end of the field");
    CHECK(failure_of("a [amd64") == "an architecture or ']' is expected before the end of the field");
    CHECK(failure_of("a <!nocheck>") == "a comma is expected before \"<!nocheck>\"");
    CHECK(failure_of("\xc3\xa4") == "a package name is expected before \"??\"");
}
