// The catalog's names of types are part of the file format: these do not change.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/codec/reflect.hpp"

using namespace cambium;
using reflect::type_name;

namespace {

enum class Colour : std::uint8_t { red };
enum class Level : std::int32_t { sea };
struct Address {
    std::string street;
    std::int16_t number;
};
struct Customer {
    std::uint64_t id;
    std::optional<Address> home;
};
struct Tree {
    std::string name;
    std::vector<Tree> children;
};
struct Forest {
    std::map<std::string, Tree> trees;
};

template <int Level>
struct Pair {
    std::vector<Pair<Level - 1>> a;
    std::vector<Pair<Level - 1>> b;
};
template <>
struct Pair<0> {
    std::int32_t x;
};

}  // namespace

TEST_CASE("numbers are named by kind and width") {
    CHECK(type_name<bool>() == "bool");
    CHECK(type_name<char>() == "u8");
    CHECK(type_name<signed char>() == "i8");
    CHECK(type_name<std::byte>() == "u8");
    CHECK(type_name<std::uint16_t>() == "u16");
    CHECK(type_name<int>() == "i32");
    CHECK(type_name<long>() == "i64");
    CHECK(type_name<unsigned long long>() == "u64");
    CHECK(type_name<char32_t>() == "u32");
    CHECK(type_name<float>() == "f32");
    CHECK(type_name<double>() == "f64");
    CHECK(type_name<const double>() == "f64");
    CHECK(type_name<Colour>() == "enum u8");
    CHECK(type_name<Level>() == "enum i32");
}

TEST_CASE("values of the library and the standard are named") {
    CHECK(type_name<std::string>() == "string");
    CHECK(type_name<std::vector<std::byte>>() == "bytes");
    CHECK(type_name<std::vector<std::uint8_t>>() == "bytes");
    CHECK(type_name<Uuid>() == "uuid");
    CHECK(type_name<FixedBytes<20>>() == "fixed<20>");
    CHECK(type_name<std::array<std::byte, 4>>() == "fixed<4>");
    CHECK(type_name<Timestamp>() == "timestamp");
    CHECK(type_name<std::chrono::sys_seconds>() == "time_point<i64,1/1>");
    CHECK(type_name<std::chrono::milliseconds>() == "duration<i64,1/1000>");
    CHECK(type_name<std::chrono::duration<float, std::ratio<60>>>() == "duration<f32,60/1>");
    CHECK(type_name<std::optional<std::string>>() == "optional<string>");
    CHECK(type_name<Descending<int>>() == "descending<i32>");
    CHECK(type_name<std::vector<Descending<std::optional<std::string>>>>() ==
          "vector<descending<optional<string>>>");
    CHECK(type_name<std::vector<int>>() == "vector<i32>");
    CHECK(type_name<std::vector<bool>>() == "vector<bool>");
    CHECK(type_name<std::array<double, 3>>() == "array<f64,3>");
    CHECK(type_name<std::set<std::string>>() == "set<string>");
    CHECK(type_name<std::map<std::string, double>>() == "map<string,f64>");
    CHECK(type_name<std::unordered_map<std::string, int>>() == "map<string,i32>");
    CHECK(type_name<std::variant<std::monostate, int, std::string>>() == "variant<null,i32,string>");
}

TEST_CASE("records are named by their fields, and a record within itself by how far out it is") {
    CHECK(type_name<Address>() == "record{street:string,number:i16}");
    CHECK(type_name<Customer>() == "record{id:u64,home:optional<record{street:string,number:i16}>}");
    CHECK(type_name<Tree>() == "record{name:string,children:vector<enclosing 1>}");
    CHECK(type_name<Forest>() == "record{trees:map<string,record{name:string,children:vector<enclosing 1>}>}");
}

TEST_CASE("a name of more bytes than a catalog takes is refused, however long it would be") {
    CHECK(type_name<Pair<1>>() == "record{a:vector<record{x:i32}>,b:vector<record{x:i32}>}");
    CHECK(type_name<Pair<14>>().size() == (std::size_t{13 + 29} << 14) - 29);
    CHECK_THROWS_WITH(type_name<Pair<15>>(),
                      "the name of its type would be longer than 1048576 bytes, as a struct is spelled out at each "
                      "place of use; split the record, or keep a part of it in a table of its own");
    CHECK_THROWS_AS(type_name<Pair<60>>(), Error);
}
