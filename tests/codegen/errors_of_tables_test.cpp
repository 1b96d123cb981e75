// What the generator says about attributes of one table that do not go together, and about names that are too long.
#include <doctest/doctest.h>

#include <string>

#include "errors_of.hpp"

namespace {

using namespace cambium::test;

TEST_CASE("a field of the key cannot count changes") {
    const auto sentence = [](const std::string& line, const std::string& field) {
        return "bad.fbs:" + line + ": table \"things\": field \"" + field +
               "\" is part of the key, so it cannot count changes: a record would get another key with each; count "
               "in a field of its own";
    };
    CHECK(errors_in_table("", "\nid:uint (cambium_key,\n cambium_row_version); x:int;") ==
          Sentences{sentence("3", "id")});
    CHECK(errors_in_table("", "\nid:ulong (cambium_key, cambium_generated, cambium_row_version);") ==
          Sentences{sentence("2", "id")});
    CHECK(errors_in_table(", cambium_key: \"a, v\"", "a:uint;\n v:uint (cambium_row_version);") ==
          Sentences{sentence("2", "v")});
    CHECK(errors_in_table(", cambium_index: \"c(x) covering(v); d(descending v)\"",
                          "id:uint (cambium_key);\n v:ubyte (cambium_row_version, cambium_unique); x:int;") ==
          Sentences{});
    CHECK(errors_in_table(", cambium_key: \"id, until\"",
                          "id:uint; until:long (cambium_type: \"timestamp\", cambium_expires);") == Sentences{});
}

TEST_CASE("a name of a table that is too long for a store") {
    const auto errors_with = [](std::size_t length) {
        return errors_of("table Thing (\ncambium_table: \"" + std::string(length, 't') +
                         "\") {\n id:uint (cambium_key); }");
    };
    CHECK(errors_with(1018) == Sentences{});
    CHECK(errors_with(1019) == Sentences{"bad.fbs:2: table \"" + std::string(1019, 't') +
                                         "\": its name has 1019 letters; a store takes up to 1018"});
    const std::string name(2000, 'n');
    CHECK(errors_in_table(", cambium_index: \"" + name + "(" + name + ")\"",
                          "id:uint (cambium_key); " + name + ":int;") == Sentences{});
}

}  // namespace
