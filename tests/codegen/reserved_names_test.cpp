// Names of macros, which the compiler was asked for when the generator was built.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "errors_of.hpp"
#include "reserved_names.hpp"

using cambium::codegen::why_no_name;
using cambium::test::errors_in_table;
using cambium::test::errors_of;
using cambium::test::Sentences;

namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

TEST_CASE("macros of the headers that generated code includes") {
    for (const char* name : {"CHAR_WIDTH", "CLONE_VM", "SYS_read", "strdupa", "BOOST_PFR_CORE_HPP", "NDEBUG",
                             "errno", "INT8_MAX", "M_PI", "FLT_MAX", "linux", "unix", "assert", "alloca"}) {
        CAPTURE(name);
        CHECK(why_no_name(name) == "a macro of the C library or the compiler");
    }
    for (const char* name : {"", "N", "NUL", "NULLS", "ULL", "CHAR", "Char_Width", "char_width", "CLONE",
                             "SYS_read_", "define", "kMacros", "A", "OK", "RED"}) {
        CAPTURE(name);
        CHECK(why_no_name(name).empty());
    }
    const std::string is_macro = " is a macro of the C library or the compiler; choose another name";
    CHECK(errors_of("enum E : ubyte {\n CHAR_WIDTH,\n CLONE_VM, SYS_read }") ==
          Sentences{"bad.fbs:2: enum E, enumerator CHAR_WIDTH: \"CHAR_WIDTH\"" + is_macro,
                    "bad.fbs:3: enum E, enumerator CLONE_VM: \"CLONE_VM\"" + is_macro,
                    "bad.fbs:3: enum E, enumerator SYS_read: \"SYS_read\"" + is_macro});
    CHECK(errors_in_table("", "x:int (cambium_key);\n strdupa:string;") ==
          Sentences{"bad.fbs:2: table Thing, field strdupa: \"strdupa\"" + is_macro});
}

/// The lines of a file that include headers in angle brackets.
std::vector<std::string> includes_of(const std::filesystem::path& path) {
    const std::string text = content_of(path);
    const std::string include = "#include <";
    std::vector<std::string> lines;
    for (std::size_t at = text.find(include); at != std::string::npos; at = text.find(include, at + 1))
        lines.push_back(text.substr(at, text.find('\n', at) - at));
    return lines;
}

TEST_CASE("the compiler was asked for the macros of all that generated code includes") {
    const auto asked = includes_of(std::filesystem::path{CODEGEN_FOLDER} / "macros.cpp");
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{std::filesystem::path{TESTS_FOLDER} / "golden"})
        if (entry.is_regular_file())
            for (const std::string& include : includes_of(entry.path())) {
                CAPTURE(entry.path().string());
                CAPTURE(include);
                CHECK(std::find(asked.begin(), asked.end(), include) != asked.end());
                ++count;
            }
    CHECK(count > 100);
}

}  // namespace
