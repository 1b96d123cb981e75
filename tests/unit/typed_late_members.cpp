// Another default of a field that was added to a struct inside records: those that were stored before it read the
// new one.
#include <map>

#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Short {
    int a{};
};
template <int Default>
struct Later {
    int a{};
    int c{Default};
};
template <class In>
int c_of(const In& in) {
    if constexpr (requires { in.c; })
        return in.c;
    else
        return 0;
}

template <class In>
struct Holder {
    std::uint32_t id{};
    In in{};
    std::optional<In> maybe{};
    std::vector<In> list{};
    std::map<std::string, In> by{};
    std::variant<int, In> what{};

    [[nodiscard]] int in_place() const { return c_of(in); }
    [[nodiscard]] int in_optional() const { return maybe ? c_of(*maybe) : 0; }
    [[nodiscard]] int in_list() const { return list.empty() ? 0 : c_of(list.back()); }
    [[nodiscard]] int in_map() const { return by.empty() ? 0 : c_of(by.begin()->second); }
    [[nodiscard]] int in_variant() const { return what.index() == 0 ? 0 : c_of(std::get<1>(what)); }
};

template <class In>
Holder<In> filled(std::uint32_t id) {
    return {id, {1}, In{2}, {In{3}, In{4}}, {{"x", In{5}}}, In{6}};
}

template <class In, class Codec>
struct PlainHolders : Table<"holders", Holder<In>, PrimaryKey<&Holder<In>::id>, Codec> {};
template <class In, class Codec, auto Function>
struct Holders : Table<"holders", Holder<In>, PrimaryKey<&Holder<In>::id>, Codec, OrderedIndex<"c", Function>> {};

template <class In>
bool is_nine(const Holder<In>& holder) {
    return c_of(holder.in) == 9;
}
template <class In>
struct Checked : Table<"holders", Holder<In>, PrimaryKey<&Holder<In>::id>, Cbor, Check<"c", &is_nine<In>>> {};

namespace plain {
struct Lists : Table<"lists", std::vector<Short>, Key<std::uint32_t>, Cbor> {};
}  // namespace plain
namespace nine {
using List = std::vector<Later<9>>;
int last(const List& list) {
    return list.back().c;
}
struct Lists : Table<"lists", List, Key<std::uint32_t>, Cbor, OrderedIndex<"last", &last>> {};
}  // namespace nine
namespace ten {
using List = std::vector<Later<10>>;
int last(const List& list) {
    return list.back().c;
}
struct Lists : Table<"lists", List, Key<std::uint32_t>, Cbor, OrderedIndex<"last", &last>> {};
}  // namespace ten

template <class T>
void require_sound(Database& db) {
    db.read([](ReadTransaction& txn) { CHECK(verify_indexes<T>(txn).ok()); });
}

template <class Codec, auto Two, auto Three>
void another_default() {
    using First = PlainHolders<Short, Codec>;
    using Second = Holders<Later<9>, Codec, Two>;
    using Third = Holders<Later<10>, Codec, Three>;
    const StorePath store;
    {
        Database db = Database::open<First>(store.path());
        db.write([](WriteTransaction& txn) { Writer<First>{txn}.insert(filled<Short>(1)); });
    }
    {
        Database db = Database::open<Second>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Second>{txn}.insert(filled<Later<9>>(2)); });
        require_sound<Second>(db);
    }
    CHECK(Database::plan<Second>(store.path()).changes.empty());
    CHECK(holds(Database::plan<Third>(store.path()).changes.front(), "the default of field \"by{}.c\" changes"));
    {
        Database db = Database::open<Third>(store.path());
        require_sound<Third>(db);
        db.write([](WriteTransaction& txn) {
            Writer<Third> holders{txn};
            CHECK(ids(holders.template by<"c">().equal(9)) == Ids{2});
            CHECK(ids(holders.template by<"c">().equal(10)) == Ids{1});
            CHECK(holders.erase(1));
        });
        require_sound<Third>(db);
    }
    CHECK(Database::plan<Third>(store.path()).changes.empty());
}

}  // namespace

TEST_CASE_TEMPLATE("the default of a field of a struct in a record changes", Codec, Cbor, Json) {
    another_default<Codec, &Holder<Later<9>>::in_place, &Holder<Later<10>>::in_place>();
    another_default<Codec, &Holder<Later<9>>::in_optional, &Holder<Later<10>>::in_optional>();
    another_default<Codec, &Holder<Later<9>>::in_list, &Holder<Later<10>>::in_list>();
    another_default<Codec, &Holder<Later<9>>::in_map, &Holder<Later<10>>::in_map>();
    another_default<Codec, &Holder<Later<9>>::in_variant, &Holder<Later<10>>::in_variant>();
}

TEST_CASE("the default of a field of a struct in a value beside its key changes") {
    const StorePath store;
    {
        Database db = Database::open<plain::Lists>(store.path());
        db.write([](WriteTransaction& txn) { Writer<plain::Lists>{txn}.put(1, {{5}}); });
    }
    static_cast<void>(Database::open<nine::Lists>(store.path()));
    Database db = Database::open<ten::Lists>(store.path());
    require_sound<ten::Lists>(db);
    db.read([](ReadTransaction& txn) { CHECK(Reader<ten::Lists>{txn}.by<"last">().equal(10).count() == 1); });
}

TEST_CASE("a check that depends on the default of a field of a struct is verified again") {
    using One = PlainHolders<Short, Cbor>;
    using Two = Checked<Later<9>>;
    using Three = Checked<Later<10>>;
    const StorePath store;
    {
        Database db = Database::open<One>(store.path());
        db.write([](WriteTransaction& txn) { Writer<One>{txn}.insert(filled<Short>(1)); });
    }
    static_cast<void>(Database::open<Two>(store.path()));
    CHECK(caught([&] { static_cast<void>(Database::open<Three>(store.path())); }).code == ErrorCode::constraint);
    Database db = Database::open<Two>(store.path());
    require_sound<Two>(db);
}

TEST_CASE("another default of a field that every record has changes nothing") {
    using Two = Holders<Later<9>, Cbor, &Holder<Later<9>>::in_place>;
    using Three = Holders<Later<10>, Cbor, &Holder<Later<10>>::in_place>;
    const StorePath store;
    {
        Database db = Database::open<Two>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Two>{txn}.insert(filled<Later<9>>(1)); });
    }
    const auto plan = Database::plan<Three>(store.path());
    CHECK(plan.changes == std::vector<std::string>{});
    Database db = Database::open<Three>(store.path());
    require_sound<Three>(db);
}

}  // namespace cambium::test
