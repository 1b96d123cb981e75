// Words of the GNU mode of compilers, and names of the C library where they clash: without a namespace.
#include <doctest/doctest.h>

#include <string>

#include "errors_of.hpp"
#include "reserved_names.hpp"

namespace {

using namespace cambium::test;
using cambium::codegen::is_in_c_library;

TEST_CASE("typeof, a keyword where the compiler takes GNU extensions") {
    const std::string is_keyword = "\"typeof\" is a keyword of C++ with GNU extensions; choose another name";
    CHECK(errors_of("enum E : ubyte {\n typeof }\nstruct S { typeof:int; }\nunion U { typeof:string }\nnamespace "
                    "typeof; table T { x:int; }") ==
          Sentences{"bad.fbs:2: enum E, enumerator typeof: " + is_keyword,
                    "bad.fbs:3: struct S, field typeof: " + is_keyword,
                    "bad.fbs:4: union U, member typeof: " + is_keyword,
                    "bad.fbs:5: table T: its namespace has the part \"typeof\", which is a keyword of C++ with GNU "
                    "extensions; choose another name"});
    CHECK(errors_of("table typeof { x:int; }") == Sentences{"bad.fbs:1: table typeof: " + is_keyword});
    CHECK(errors_of("table A { typeof_:int; type_of:int; restrict:int; Typeof:int; import:int; }") == Sentences{});
}

TEST_CASE("names of the C library") {
    for (const std::string name :
         {"tolower", "lldiv", "ptrdiff_t", "nullptr_t", "pread", "fsync", "memset", "getpid", "nanosleep",
          "snprintf", "atexit", "div_t", "tm", "main", "environ", "strlen"}) {
        CAPTURE(name);
        CHECK(is_in_c_library(name));
        const std::string of_library = "\"" + name +
                                       "\" is a name of the C library; choose another name, or write a "
                                       "namespace";
        CHECK(errors_of("table " + name + " { x:int; }") ==
              Sentences{"bad.fbs:1: table " + name + ": " + of_library});
        CHECK(errors_of("enum " + name + " : ubyte { a }").size() == 1);
        CHECK(errors_of("namespace " + name + ".x; table A { x:int; }") ==
              Sentences{"bad.fbs:1: table A: its namespace has the part \"" + name +
                        "\", which is a name of the C library; choose another name"});
        CHECK(errors_of("namespace x." + name + "; table A { " + name + ":int; }") == Sentences{});
        CHECK(errors_of("namespace x; table " + name + " { x:int; }") == Sentences{});
    }
    for (const std::string name :
         {"shop", "memse", "memset_", "Memset", "customers", "order", "names", "app", "boost"}) {
        CAPTURE(name);
        CHECK(errors_of("namespace " + name + ".x; table A { x:int; }") == Sentences{});
    }
}

TEST_CASE("namespaces of libraries as names of types") {
    for (const std::string name : {"std", "cambium", "flatbuffers", "boost"}) {
        CAPTURE(name);
        CHECK_FALSE(errors_of("table " + name + " { x:int; }").empty());
    }
}

}  // namespace
