// Random transactions on a parent table and a child table with a foreign key to it, under every action, against two
// maps and what the action says.
//
// Each round is one transaction: writes of both tables, erases of single records, ranges and whole tables, loads,
// patches, nested scopes that roll back or not; committed or rolled back. A call that the model says violates the
// key must throw and change nothing. A commit must fail exactly when the key is deferred and a child refers to
// nothing. After each round both tables, the index of the key and the joins along it are compared with the maps.
//
// CAMBIUM_SEED repeats a run; CAMBIUM_OPERATIONS changes its length.
#include <map>
#include <random>

#include "operations.hpp"
#include "seed.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Parent {
    std::uint16_t id{};
    std::string name{};
    friend bool operator==(const Parent&, const Parent&) = default;
};
struct Parents : Table<"parents", Parent, PrimaryKey<&Parent::id>, Cbor, OrderedIndex<"name", &Parent::name>> {};

struct Child {
    std::uint16_t id{};
    std::optional<std::uint16_t> parent{};
    std::uint32_t revision{};
    friend bool operator==(const Child&, const Child&) = default;
};
template <auto... Actions>
struct Children : Table<"children", Child, PrimaryKey<&Child::id>, Cbor,
                        ForeignKey<"parent", Parents, &Child::parent, Actions...>, RowVersion<&Child::revision>> {};

/// What the tables should hold.
struct Family {
    std::map<std::uint16_t, Parent> parents;
    std::map<std::uint16_t, Child> children;
    friend bool operator==(const Family&, const Family&) = default;
};

/// What an erase or a write does to the model. Throws a Violation when it must be refused.
struct Violation {};

template <auto... Actions>
class Run {
    using T = Children<Actions...>;
    static constexpr auto kKey = detail::LayoutOf<T>::description.rules->foreign_keys[0];

public:
    explicit Run(std::uint64_t seed) : seed_(seed), engine_(seed), db_(open()) {}

    /// Rounds until so many operations were done; how many were.
    std::uint64_t run(std::uint64_t operations) {
        for (std::uint64_t round = 0; operations_ < operations; ++round) {
            INFO("seed " << seed_ << ", round " << round);
            Family changed = family_;
            const bool keep = !one_in(5);
            bool dangling = false;
            const Caught error = caught([&] {
                db_->write([&](WriteTransaction& txn) {
                    some_writes(txn, changed, 2);
                    compare(txn, changed);
                    dangling = dangles(changed);
                    if (!keep) txn.abort();
                });
            });
            INFO(error.text);
            REQUIRE(error.code.has_value() == (keep && dangling));
            if (error.code) REQUIRE(*error.code == ErrorCode::constraint);
            if (keep && !dangling) family_ = changed;
            db_->read([&](ReadTransaction& txn) { compare(txn, family_); });
            if (one_in(25)) {
                db_.reset();
                db_.emplace(open());
            }
        }
        REQUIRE(kv::check(db_->environment()).ok());
        return operations_;
    }

private:
    Database open() { return Database::open<Parents, T>(store_.path()); }
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    std::uint16_t parent_id() { return static_cast<std::uint16_t>(below(12)); }
    std::uint16_t child_id() { return static_cast<std::uint16_t>(below(40)); }
    Child child() {
        return {child_id(), one_in(4) ? std::nullopt : std::optional(parent_id()),
                static_cast<std::uint32_t>(below(3))};
    }

    static bool dangles(const Family& family) {
        for (const auto& [id, child] : family.children) {
            if (child.parent && !family.parents.contains(*child.parent)) return true;
        }
        return false;
    }

    /// Stores a child; the next revision when there is one already.
    static void put(Family& family, Child child) {
        const auto old = family.children.find(child.id);
        // An entry that the record keeps is not looked at again.
        const bool gains = old == family.children.end() || old->second.parent != child.parent;
        if (gains && !kKey.deferred && child.parent && !family.parents.contains(*child.parent)) throw Violation{};
        if (old != family.children.end()) child.revision = old->second.revision + 1;
        family.children[child.id] = child;
    }

    template <class Chosen>
    static std::uint64_t erase_parents(Family& family, Chosen&& chosen) {
        std::map<std::uint16_t, Parent> gone;
        for (const auto& [id, parent] : family.parents) {
            if (chosen(parent)) gone.emplace(id, parent);
        }
        for (auto child = family.children.begin(); child != family.children.end();) {
            const bool refers = child->second.parent && gone.contains(*child->second.parent);
            if (refers && kKey.on_erase == detail::OnErase::cascade) {
                child = family.children.erase(child);
                continue;
            }
            if (refers && kKey.on_erase == detail::OnErase::set_null) {
                child->second.parent.reset();
                ++child->second.revision;
            }
            if (refers && kKey.on_erase == detail::OnErase::refuse && !kKey.deferred) throw Violation{};
            ++child;
        }
        for (const auto& [id, parent] : gone) family.parents.erase(id);
        return gone.size();
    }

    /// A call on the store, and what it should do to the model: the same answer, or both refuse.
    template <class Call, class Expected>
    void both(WriteTransaction& txn, Family& family, Call&& call, Expected&& expected) {
        Family changed = family;
        std::uint64_t answer = 0;
        bool violates = false;
        try {
            answer = expected(changed);
        } catch (const Violation&) {
            violates = true;
        }
        std::uint64_t given = 0;
        const Caught error = caught([&] { given = call(); });
        INFO(error.text);
        REQUIRE(error.code.has_value() == violates);
        if (violates) {
            REQUIRE(*error.code == ErrorCode::constraint);
            compare(txn, family);
        } else {
            REQUIRE(given == answer);
            family = std::move(changed);
        }
    }

    void load_children(WriteTransaction& txn, Family& family) {
        std::vector<Child> records;
        for (std::uint64_t count = below(6); count > 0; --count) records.push_back(child());
        both(
            txn, family, [&] { return Writer<T>{txn}.load(records, {.memory_bytes = below(200)}); },
            [&](Family& f) -> std::uint64_t {
                for (const Child& record : records) {
                    if (f.children.contains(record.id)) throw Violation{};
                    put(f, record);
                }
                return records.size();
            });
    }

    void nest(WriteTransaction& txn, Family& family, int depth) {
        Family changed = family;
        const bool keep = one_in(2);
        txn.nested([&](WriteTransaction& inner) {
            some_writes(inner, changed, depth - 1);
            if (!keep) inner.abort();
        });
        if (keep) family = std::move(changed);
        compare(txn, family);
    }

    void some_writes(WriteTransaction& txn, Family& family, int depth) {
        for (std::uint64_t writes = below(12); writes > 0; --writes) write_once(txn, family, depth);
    }

    void write_once(WriteTransaction& txn, Family& family, int depth) {
        ++operations_;
        Writer<Parents> parents{txn};
        Writer<T> children{txn};
        const std::uint16_t id = parent_id();
        const Child one = child();
        switch (below(14)) {
            case 0:
            case 1:
            case 2: {
                const Parent parent{id, std::string(below(3), 'n')};
                parents.upsert(parent);
                family.parents[id] = parent;
                break;
            }
            case 3:
            case 4:
                both(
                    txn, family, [&] { return parents.erase(id) ? 1 : 0; },
                    [&](Family& f) { return erase_parents(f, [&](const Parent& p) { return p.id == id; }); });
                break;
            case 5: {
                const std::uint16_t end = parent_id();
                both(
                    txn, family, [&] { return parents.erase(parents.range(id, end)); },
                    [&](Family& f) {
                        return erase_parents(f, [&](const Parent& p) { return p.id >= id && p.id < end; });
                    });
                break;
            }
            case 6:
                both(
                    txn, family, [&] { return parents.erase(parents.template by<"name">().equal("n")); },
                    [&](Family& f) { return erase_parents(f, [](const Parent& p) { return p.name == "n"; }); });
                break;
            case 7:
                if (!one_in(4)) break;
                both(
                    txn, family, [&] { return parents.truncate(), 0; },
                    [&](Family& f) { return erase_parents(f, [](const Parent&) { return true; }), 0; });
                break;
            case 8:
            case 9:
                both(
                    txn, family, [&] { return children.upsert(one), 0; },
                    [&](Family& f) { return put(f, one), 0; });
                break;
            case 10:
                both(
                    txn, family,
                    [&] { return children.patch(one.id, cambium::set<&Child::parent>(one.parent)) ? 1 : 0; },
                    [&](Family& f) {
                        const auto stored = f.children.find(one.id);
                        if (stored == f.children.end()) return 0;
                        put(f, {one.id, one.parent, 0});
                        return 1;
                    });
                break;
            case 11:
                REQUIRE(children.erase(one.id) == (family.children.erase(one.id) == 1));
                break;
            case 12:
                load_children(txn, family);
                break;
            default:
                if (depth > 0) nest(txn, family, depth);
        }
    }

    static void compare(ReadTransaction& txn, const Family& family) {
        const Reader<Parents> parents{txn};
        const Reader<T> children{txn};
        Family stored;
        for (const Parent& parent : parents.all()) stored.parents.emplace(parent.id, parent);
        for (const Child& child : children.all()) stored.children.emplace(child.id, child);
        REQUIRE(stored == family);
        REQUIRE(parents.template by<"name">().count() == family.parents.size());
        std::multimap<std::optional<std::uint16_t>, std::uint16_t> referring;
        for (const auto& [id, child] : family.children) referring.emplace(child.parent, id);
        auto expected = referring.begin();
        REQUIRE(children.template by<"parent">().count() == referring.size());
        for (const Child& child : children.template by<"parent">()) {
            REQUIRE(child.id == expected->second);
            ++expected;
        }
        compare_joined(children, family);
        compare_joined(children.template by<"parent">(), family);
    }

    /// Every child with the parent that it refers to, if that is there.
    template <class Query>
    static void compare_joined(const Query& children, const Family& family) {
        std::size_t joined = 0;
        for (const auto& [child, parent] : children.template join<"parent">()) {
            ++joined;
            REQUIRE(child == family.children.at(child.id));
            const auto found = child.parent ? family.parents.find(*child.parent) : family.parents.end();
            REQUIRE(parent == (found == family.parents.end() ? std::nullopt : std::optional(found->second)));
        }
        REQUIRE(joined == family.children.size());
    }

    StorePath store_;
    std::uint64_t seed_;
    std::uint64_t operations_ = 0;
    std::mt19937_64 engine_;
    std::optional<Database> db_;
    Family family_;
};

Operations& operations() {
    static Operations of_all{kRelationModel};
    return of_all;
}

/// As many operations as each of the six actions has to do.
template <auto... Actions>
void run() {
    operations().add(Run<Actions...>(seed()).run(operations().part_of(6)));
}

}  // namespace

TEST_CASE("restrict_erase keeps what is referred to") {
    run<>();
}
TEST_CASE("cascade_erase takes what refers along") {
    run<cascade_erase>();
}
TEST_CASE("set_null leaves what refers without its columns") {
    run<set_null>();
}
TEST_CASE("a deferred restrict_erase is for the commit") {
    run<deferred>();
}
TEST_CASE("a deferred cascade_erase erases at once, and leaves the rest to the commit") {
    run<cascade_erase, deferred>();
}
TEST_CASE("a deferred set_null changes at once, and leaves the rest to the commit") {
    run<set_null, deferred>();
}
TEST_CASE("these were enough operations") {
    operations().finish();
}

}  // namespace cambium::test
