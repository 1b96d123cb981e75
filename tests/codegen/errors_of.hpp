// What the generator says about a schema, for tests of its errors.
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "generator.hpp"

/// What a failed comparison shows.
template <>
struct doctest::StringMaker<std::vector<std::string>> {
    static String convert(const std::vector<std::string>& sentences) {
        std::string text;
        for (const std::string& sentence : sentences) text += "\n    " + sentence;
        return text.c_str();
    }
};

namespace cambium::test {

using Sentences = std::vector<std::string>;

/// Attributes are declared in front, on the schema's first line.
inline Sentences errors_of(const std::string& schema) {
    std::string text;
    for (const std::string name : {"table", "codec", "compression", "key", "generated", "expires", "unique",
                                   "index", "log", "type", "absent", "colour", "foreign_key", "not_null",
                                   "row_version", "renamed_from", "dropped", "schema_version"})
        text += "attribute \"cambium_" + name + "\"; ";
    const auto generated = cambium::codegen::generate("bad.fbs", text + schema, {});
    CHECK(generated.files.empty() == !generated.errors.empty());
    return generated.errors;
}

/// A table "things" with these attributes and fields.
inline Sentences errors_in_table(const std::string& attributes, const std::string& fields) {
    return errors_of("table Thing (cambium_table: \"things\"" + attributes + ") { " + fields + " }");
}

}  // namespace cambium::test
