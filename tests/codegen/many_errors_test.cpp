// A run ends after so many lines, and before it takes long.
#include <doctest/doctest.h>

#include <string>

#include "errors_of.hpp"
#include "schema_from_tables.hpp"

namespace {

using namespace cambium::test;

TEST_CASE("a run tells of 200 findings of the generator and how many more there are") {
    const auto errors_with = [](int count) {
        std::string fields;
        for (int i = 0; i < count; ++i) fields += "\n f" + std::to_string(i) + ":int (cambium_colour: \"red\");";
        return errors_of("table A {" + fields + " }");
    };
    CHECK(errors_with(200).size() == 200);
    CHECK(errors_with(200).back() == errors_with(201)[199]);
    REQUIRE(errors_with(201).size() == 201);
    CHECK(errors_with(201)[200] ==
          "bad.fbs:202: from here on there is 1 more error, which is told when those above are mended");
    REQUIRE(errors_with(3000).size() == 201);
    CHECK(errors_with(3000)[200] ==
          "bad.fbs:202: from here on there are 2800 more errors, which are told when those above are mended");
}

TEST_CASE("a large file is not read once more for each of 200 errors of the library") {
    const auto errors_with = [](int tables) {
        std::string schema;
        for (int i = 0; i < tables; ++i) {
            const std::string number = std::to_string(i);
            schema += "table T" + number + " { id:Missing" + number + "; x:[[int]]; y:int; }\n";
        }
        return errors_of(schema);
    };
    const Sentences few = errors_with(4000);
    CHECK(few.size() > 5);
    CHECK(few.size() < 60);
    CHECK(few.back().find(": here is one more error, and there may be others; they are told when those above are "
                          "mended") != std::string::npos);
    CHECK(errors_with(150).size() == 201);
}

TEST_CASE("tables of a store are left out for what is wrong with them, however many are") {
    std::vector<cambium::TableInfo> tables;
    for (int i = 0; i < 250; ++i)
        tables.push_back({.name = "t" + std::to_string(i),
                          .codec = "cbor",
                          .fields = {{"id", "u64"}, {"new", "string"}},
                          .key = {"id"}});
    tables.push_back({.name = "good", .codec = "cbor", .fields = {{"id", "u64"}}, .key = {"id"}});
    const auto written = cambium::codegen::schema_from_tables(tables, "it.cambium", "it");
    CHECK(written.errors.size() == 250);
    CHECK(written.text.find("cambium_table: \"good\"") != std::string::npos);
}

}  // namespace
