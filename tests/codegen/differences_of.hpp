// What the check says of two schemas, for tests of its sentences.
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "check.hpp"

namespace cambium::test {

using Sentences = std::vector<std::string>;

inline const std::string kNeedsMigration = "; a Migration may say how (cambium/evolution.hpp)";
inline const std::string kFieldsStay =
    "; in buffers a field keeps its place, its default, and its type by name: add another at the end, and make "
    "this one "
    "(deprecated)";
inline const std::string kStructsStay = "; a struct never changes: give the new one another name, and a new field";
inline const std::string kNumberBack = " now; give it its number back, and others numbers that none had";
inline const std::string kMembersStay = " now; members keep their numbers, and new ones go to the end";

inline std::string declared(const std::string& schema) {
    std::string text;
    for (const std::string name : {"table", "codec", "compression", "key", "generated", "expires", "unique",
                                   "index", "log", "type", "absent"})
        text += "attribute \"cambium_" + name + "\"; ";
    return text + schema;
}

/// The objection to a field of a buffer whose type differs.
inline std::string differs(const std::string& record, const std::string& field, const std::string& was,
                           const std::string& is) {
    return "- buffers: " + record + ": types differ for field: " + field + ", was " + was + ", is " + is +
           kFieldsStay;
}

/// "+" before what is compatible, "-" before what is not.
inline Sentences differences(const std::string& before, const std::string& now) {
    const codegen::CheckResult result =
        codegen::check_schemas({"old.fbs", declared(before)}, {"new.fbs", declared(now)}, {});
    CHECK(result.errors == Sentences{});
    Sentences sentences;
    for (const auto& difference : result.differences)
        sentences.push_back((difference.is_compatible ? "+ " : "- ") + difference.sentence);
    return sentences;
}

inline std::string things(const std::string& attributes, const std::string& fields) {
    return "table Thing (cambium_table: \"things\"" + attributes + ") { " + fields + " }";
}

}  // namespace cambium::test
