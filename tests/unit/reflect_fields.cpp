// Which types are records, and what is known of their fields.
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cambium/codec/reflect.hpp"

using namespace cambium;
using reflect::Record;

namespace {

struct Address {
    std::string street{};
    int number = 1;
};

struct Person {
    std::uint64_t id{};
    std::string email{};
    std::optional<std::string> city{};
    std::vector<int> marks{1, 2};
    std::map<std::string, int> counts{};
    std::variant<int, std::string> either{};
    std::array<int, 3> triple{};
    Address home{};
    std::optional<Address> work{};
    Timestamp joined{};
    bool is_active = true;
};

struct One {
    std::string only;
};
struct OneNested {
    Address only;
};
struct Tree {
    std::string name;
    std::vector<Tree> children;
};
template <class T>
struct Pair {
    T first;
    T second;
};
struct Hundred {
    std::int8_t a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4,
        c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
        f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, h0, h1, h2, h3, h4, h5, h6, h7, h8,
        h9, i0, i1, i2, i3, i4, i5, i6, i7, i8, i9, j0, j1, j2, j3, j4, j5, j6, j7, j8, j9;
};

// Not records.
struct HundredAndOne {
    std::int8_t a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4,
        c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1,
        f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, h0, h1, h2, h3, h4, h5, h6, h7, h8,
        h9, i0, i1, i2, i3, i4, i5, i6, i7, i8, i9, j0, j1, j2, j3, j4, j5, j6, j7, j8, j9, k0;
};
struct Empty {};
struct Derived : Address {
    int more;
};
struct DerivedOnly : Address {};
struct Constructed {
    explicit Constructed(int) {}
    int value = 0;
};
struct NumberArray {
    int before;
    int values[3];
    int after;
};
struct TextArray {
    std::string before;
    std::string values[2];
};
struct Reference {
    std::reference_wrapper<int> value;
};
class Private {
public:
    [[nodiscard]] int value() const { return value_; }

private:
    int value_ = 0;
};
struct Virtual {
    virtual ~Virtual() = default;
    int value = 0;
};

static_assert(Record<Address> && Record<Person> && Record<One> && Record<OneNested> && Record<Tree> &&
              Record<Hundred>);
static_assert(Record<Pair<std::string>>);
static_assert(!Record<Empty> && !Record<Derived> && !Record<DerivedOnly> && !Record<Constructed>);
static_assert(!Record<NumberArray> && !Record<TextArray> && !Record<Private> && !Record<Virtual>);
static_assert(!Record<HundredAndOne> && !Record<Reference>);
static_assert(!Record<int> && !Record<std::string> && !Record<std::vector<int>> && !Record<Address*>);

static_assert(reflect::field_count<One> == 1);
static_assert(reflect::field_count<OneNested> == 1);
static_assert(reflect::field_count<Person> == 11);
static_assert(reflect::field_count<Hundred> == 100);
static_assert(reflect::field_name<Person, 1> == "email");
static_assert(reflect::field_name<Person, 10> == "is_active");
static_assert(reflect::field_name<Hundred, 99> == "j9");
static_assert(reflect::field_name<Pair<Address>, 1> == "second");
static_assert(std::is_same_v<reflect::field_type<Person, 3>, std::vector<int>>);
static_assert(std::is_same_v<reflect::field_type<OneNested, 0>, Address>);

static_assert(reflect::member_index<&Person::id> == 0);
static_assert(reflect::member_index<&Person::joined> == 9);
static_assert(reflect::member_name<&Person::joined> == "joined");
static_assert(reflect::member_name<&Pair<int>::second> == "second");
static_assert(std::is_same_v<reflect::member_class<&Person::home>, Person>);
static_assert(std::is_same_v<reflect::member_type<&Person::home>, Address>);

}  // namespace

TEST_CASE("fields are visited in order, by reference") {
    Person person;
    std::string names;
    reflect::for_each_field(person, [&](std::string_view name, auto& field) {
        names += name;
        names += ' ';
        if constexpr (std::is_same_v<decltype(field), std::string&>) field = "changed";
    });
    CHECK(names == "id email city marks counts either triple home work joined is_active ");
    CHECK(person.email == "changed");

    const Person constant;
    int count = 0;
    reflect::for_each_field(constant, [&](std::string_view, const auto&) { ++count; });
    CHECK(count == 11);
}

TEST_CASE("a field is reached by its number") {
    Person person;
    reflect::get<0>(person) = 42;
    CHECK(person.id == 42);
    const Person& constant = person;
    CHECK(&reflect::get<7>(constant) == &person.home);
    CHECK(reflect::get<3>(constant) == std::vector<int>{1, 2});
}

TEST_CASE("the offsets of a shape point at the fields") {
    const Person person;
    const codec::RecordShape& shape = codec::shape_of<Person>().record();
    REQUIRE(shape.count == 11);
    const std::uint32_t* offsets = shape.offsets(&person);
    const auto* base = reinterpret_cast<const char*>(&person);
    CHECK(static_cast<const void*>(base + offsets[0]) == &person.id);
    CHECK(static_cast<const void*>(base + offsets[6]) == &person.triple);
    CHECK(static_cast<const void*>(base + offsets[10]) == &person.is_active);
    for (std::uint32_t i = 1; i < shape.count; ++i) {
        const std::string_view a = shape.fields[shape.sorted[i - 1]].name;
        const std::string_view b = shape.fields[shape.sorted[i]].name;
        CHECK((a.size() < b.size() || (a.size() == b.size() && a < b)));
    }
}
