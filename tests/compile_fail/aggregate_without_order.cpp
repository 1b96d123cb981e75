// expect: aggregate<> and aggregate_by<> take a member whose values have an order
// errors: 3
#include "shop.inc"

struct Address {
    std::string street{};
    std::uint32_t house{};
#ifndef MISUSE
    friend auto operator<=>(const Address&, const Address&) = default;
#endif
};
struct Person {
    std::uint64_t id{};
    std::string name{};
    std::optional<Address> address{};
    std::vector<Address> others{};
    std::variant<std::uint32_t, Address> house{};
};
struct People : cambium::Table<"people", Person, cambium::PrimaryKey<&Person::id>, cambium::Cbor,
                               cambium::OrderedIndex<"name", &Person::name>> {};

bool counts(cambium::ReadTransaction& txn) {
    const cambium::Reader<People> people{txn};
    const auto named = people.all().filter([](const Person& person) { return !person.name.empty(); });
    return people.all().aggregate<&Person::address>().count > 1 &&
           named.aggregate<&Person::others>().min.has_value() &&
           people.by<"name">().all().aggregate_by<1, &Person::house>().front().value.count > 2;
}
