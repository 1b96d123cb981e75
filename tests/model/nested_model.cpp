// Nested write transactions against a stack of copies of std::map: random depth, several trees that come, go and
// change their names, large values, and cursors that live through it all.
#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "memory_directory.hpp"
#include "operations.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;

namespace {

using Entries = std::map<std::string, std::string>;

/// Where a cursor should stand.
struct Position {
    enum class Kind : std::uint8_t { unset, on, erased, gap, begin, end };
    std::uint64_t tree = 0;
    Kind kind = Kind::unset;
    std::string key{};
};

/// What a transaction should see.
struct Model {
    std::map<std::string, std::uint64_t> names;
    std::map<std::uint64_t, Entries> trees;
    std::uint64_t next_id = 0;  ///< 0: not known yet
    std::vector<Position> cursors;
};

bool operator==(const kv::TreeStatistics& a, const kv::TreeStatistics& b) {
    return a.entries == b.entries && a.branch_pages == b.branch_pages && a.leaf_pages == b.leaf_pages &&
           a.run_pages == b.run_pages && a.depth == b.depth;
}

class Run {
public:
    Run(std::uint32_t page_size, std::size_t key_space, std::uint64_t memory_bytes, std::uint64_t seed)
        : key_space_(key_space), random_(seed) {
        options_.page_size_bytes = page_size;
        options_.write_memory_bytes = memory_bytes;
        env_ = kv::Environment::open(directory_.file("store"), options_);
    }

    std::uint64_t go(std::uint64_t operations) {
        std::uint64_t done = 0;
        while (done < operations) {
            done += transaction();
            if (below(5) == 0) reopen();
        }
        reopen();
        compare(env_->begin_read(), committed_);
        MESSAGE(begun_ << " nested transactions, " << aborted_ << " aborted, deepest " << deepest_);
        CHECK(aborted_ > 0);
        CHECK(deepest_ >= 4);
        return done;
    }

private:
    /// One transaction of the stack, and what it must be again when the one inside it aborts.
    struct Level {
        kv::WriteTransaction txn;
        Model before;  ///< of the level around, cursors included
        std::map<std::uint64_t, kv::TreeStatistics> statistics;
    };

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

    std::string key() {
        std::string key = std::to_string(below(key_space_));
        if (key.size() % 2 == 0) key.insert(0, "a prefix of many keys, ");
        return key;
    }

    std::string value() {
        const std::size_t kind = below(40);
        std::string value(kind == 0 ? below(60000) : kind < 4 ? below(2500) : below(120), '\0');
        for (char& c : value) c = static_cast<char>(random_());
        return value;
    }

    std::string name() { return std::string{"tree "} + "abcde"[below(5)]; }

    std::size_t transaction() {
        model_ = committed_;
        model_.next_id = 0;
        levels_.push_back({env_->begin_write(), {}, {}});
        const std::size_t operations = below(1500);
        for (std::size_t i = 0; i < operations; ++i) step();
        while (levels_.size() > 1) close_level();
        cursors_.clear();
        model_.cursors.clear();
        compare(levels_[0].txn, model_);
        if (below(5) == 0) {
            levels_[0].txn.abort();
        } else {
            levels_[0].txn.commit();
            committed_ = model_;
        }
        levels_.clear();
        compare(env_->begin_read(), committed_);
        test::require_sound(*env_);
        return operations + 1;
    }

    void step() {
        if (below(25) == 0 && levels_.size() < 12) return open_level();
        if (below(22) == 0 && levels_.size() > 1) return close_level();
        if (below(50) == 0) return refuse_outer();
        if (below(4) == 0) return use_cursor();
        if (below(30) == 0) return change_tree();
        change_entry();
    }

    kv::WriteTransaction& txn() { return levels_.back().txn; }

    void open_level() {
        std::map<std::uint64_t, kv::TreeStatistics> statistics;
        for (const auto& [tree_name, id] : model_.names)
            statistics.emplace(id, txn().statistics(txn().tree(tree_name)));
        levels_.push_back({txn().begin_nested(), model_, std::move(statistics)});
        ++begun_;
        deepest_ = std::max(deepest_, levels_.size());
    }

    // Ends the innermost transaction; sometimes several at once by ending one further out.
    void close_level() {
        if (below(3) == 0) compare(txn(), model_);
        if (below(2) == 0) {
            txn().commit();
            CHECK_FALSE(txn().active());
            levels_.pop_back();
            return;
        }
        const std::size_t first = below(4) == 0 ? 1 + below(levels_.size() - 1) : levels_.size() - 1;
        levels_[first].txn.abort();
        aborted_ += levels_.size() - first;
        for (std::size_t i = first; i < levels_.size(); ++i) CHECK_FALSE(levels_[i].txn.active());
        model_ = std::move(levels_[first].before);
        const std::map<std::uint64_t, kv::TreeStatistics> statistics = std::move(levels_[first].statistics);
        levels_.erase(levels_.begin() + static_cast<std::ptrdiff_t>(first), levels_.end());
        // Cursors made since have ended.
        for (std::size_t i = model_.cursors.size(); i < cursors_.size(); ++i)
            REQUIRE_THROWS_AS((void)cursors_[i].next(), Error);
        cursors_.erase(cursors_.begin() + static_cast<std::ptrdiff_t>(model_.cursors.size()), cursors_.end());
        for (const auto& [tree_name, id] : model_.names)
            REQUIRE(txn().statistics(txn().tree(tree_name)) == statistics.at(id));
        if (below(2) == 0) compare(txn(), model_);
        if (below(2) == 0)
            for (std::size_t i = 0; i < cursors_.size(); ++i) compare_cursor(i);
    }

    void refuse_outer() {
        if (levels_.size() < 2) return;
        kv::WriteTransaction& outer = levels_[below(levels_.size() - 1)].txn;
        CHECK(outer.active());
        REQUIRE_THROWS_AS((void)outer.find_tree("tree a"), Error);
        REQUIRE_THROWS_AS((void)outer.create_tree("tree a"), Error);
        REQUIRE_THROWS_AS((void)outer.begin_nested(), Error);
        REQUIRE_THROWS_AS(outer.commit(), Error);
        CHECK(outer.active());
    }

    kv::Tree tree_of(const std::string& of) {
        const kv::Tree tree = txn().create_tree(of);
        const auto [found, created] = model_.names.try_emplace(of, tree.id());
        REQUIRE(found->second == tree.id());
        if (created) {
            if (model_.next_id != 0) REQUIRE(tree.id() == model_.next_id);
            model_.next_id = tree.id() + 1;
            model_.trees[tree.id()].clear();
        }
        return tree;
    }

    void change_tree() {
        const std::string of = name();
        const auto found = model_.names.find(of);
        switch (below(4)) {
            case 0:
                CHECK(txn().drop_tree(of) == (found != model_.names.end()));
                if (found == model_.names.end()) return;
                model_.trees.erase(found->second);
                model_.names.erase(found);
                return;
            case 1:
                if (found == model_.names.end()) return;
                txn().clear(txn().tree(of));
                model_.trees[found->second].clear();
                return;
            case 2: {
                const std::string to = name() + "'";
                if (found == model_.names.end() || model_.names.count(to) != 0) return;
                txn().rename_tree(of, to);
                model_.names[to] = found->second;
                model_.names.erase(found);
                return;
            }
            default:
                (void)tree_of(of);
        }
    }

    void change_entry() {
        const kv::Tree tree = tree_of(name());
        Entries& entries = model_.trees[tree.id()];
        const std::string k = key();
        const std::size_t dice = below(10);
        if (below(8) == 0) {
            change_in_another_way(tree, entries, k);
        } else if (dice < 5) {
            const std::string v = value();
            txn().put(tree, k, v);
            entries[k] = v;
        } else if (dice < 8) {
            REQUIRE(txn().erase(tree, k) == (entries.erase(k) > 0));
        } else if (dice < 9) {
            // Some entries in order, as loads do.
            for (int i = 0; i < 20; ++i) {
                const std::string in_order = "zz" + std::to_string(10000000 + appended_++);
                const std::string v = value();
                REQUIRE(txn().insert(tree, in_order, v));
                entries[in_order] = v;
            }
        } else {
            const auto found = entries.find(k);
            const std::optional<ByteView> got = txn().get(tree, k);
            REQUIRE(got.has_value() == (found != entries.end()));
            if (got.has_value()) REQUIRE(*got == found->second);
        }
    }

    void change_in_another_way(kv::Tree tree, Entries& entries, const std::string& k) {
        switch (below(4)) {
            case 0: {
                const std::string to = below(4) == 0 ? k + "9" : k + "~";
                const auto first = entries.lower_bound(k);
                const auto last = entries.lower_bound(to);
                REQUIRE(txn().erase_range(tree, k, to) == static_cast<std::uint64_t>(std::distance(first, last)));
                entries.erase(first, last);
                return;
            }
            case 1: {
                const std::optional<kv::Entry> popped =
                    below(2) == 0 ? txn().pop_first(tree) : txn().pop_last(tree);
                REQUIRE(popped.has_value() == !entries.empty());
                if (popped.has_value()) REQUIRE(entries.erase(popped->key) == 1);
                return;
            }
            case 2: {
                const std::string v = value();
                const std::span<std::byte> bytes = txn().reserve(tree, k, v.size());
                std::memcpy(bytes.data(), v.data(), v.size());
                entries[k] = v;
                return;
            }
            default: {
                // Another change between the pieces; a nested transaction that comes and goes.
                const std::string v = value() + "end";
                kv::ValueWriter writer = txn().value_writer(tree, k, v.size());
                writer.append(ByteView{v}.substr(0, v.size() / 2));
                {
                    kv::WriteTransaction nested = txn().begin_nested();
                    REQUIRE_THROWS_AS(writer.append("x"), Error);
                    (void)nested.erase(tree, k);
                    nested.put(tree, k + "'", "x");
                }
                writer.append(ByteView{v}.substr(v.size() / 2));
                entries[k] = v;
            }
        }
    }

    // ---- Cursors ----

    void use_cursor() {
        if (cursors_.size() < 8 && below(4) == 0) {
            const kv::Tree tree = tree_of(name());
            cursors_.push_back(txn().cursor(tree));
            model_.cursors.push_back({tree.id()});
            return;
        }
        if (cursors_.empty()) return;
        const std::size_t which = below(cursors_.size());
        Position& position = model_.cursors[which];
        kv::Cursor& cursor = cursors_[which];
        switch (below(7)) {
            case 0:
                seek(cursor, position);
                break;
            case 1:
                REQUIRE(cursor.first() == go_to_first(position));
                break;
            case 2:
                REQUIRE(cursor.last() == go_to_last(position));
                break;
            case 3:
                write_through(cursor, position);
                break;
            case 4:
                REQUIRE(cursor.previous() == previous(position));
                break;
            default:
                REQUIRE(cursor.next() == next(position));
                break;
        }
        compare_cursor(which);
    }

    Entries& entries_of(const Position& position) {
        const auto found = model_.trees.find(position.tree);
        if (found != model_.trees.end()) return found->second;
        dropped_.clear();
        return dropped_;
    }

    bool step_to(Position& position, Entries::iterator at) {
        const bool on = at != entries_of(position).end();
        position.kind = on ? Position::Kind::on : Position::Kind::end;
        if (on) position.key = at->first;
        return on;
    }

    bool go_to_first(Position& position) {
        const bool on = step_to(position, entries_of(position).begin());
        if (!on) position.kind = Position::Kind::begin;
        return on;
    }

    bool go_to_last(Position& position) {
        Entries& entries = entries_of(position);
        return step_to(position, entries.empty() ? entries.end() : std::prev(entries.end()));
    }

    bool step_back(Position& position, Entries::iterator from) {
        if (from != entries_of(position).begin()) return step_to(position, std::prev(from));
        position.kind = Position::Kind::begin;
        return false;
    }

    void observe(Position& position) {
        if (position.kind == Position::Kind::on || position.kind == Position::Kind::erased)
            position.kind =
                entries_of(position).count(position.key) != 0 ? Position::Kind::on : Position::Kind::erased;
    }

    bool next(Position& position) {
        observe(position);
        Entries& entries = entries_of(position);
        switch (position.kind) {
            case Position::Kind::unset:
                return go_to_first(position);
            case Position::Kind::begin:
                return step_to(position, entries.begin());
            case Position::Kind::on:
                return step_to(position, entries.upper_bound(position.key));
            case Position::Kind::erased:
            case Position::Kind::gap:
                return step_to(position, entries.lower_bound(position.key));
            case Position::Kind::end:
                return false;
        }
        return false;
    }

    bool previous(Position& position) {
        observe(position);
        Entries& entries = entries_of(position);
        switch (position.kind) {
            case Position::Kind::unset:
                return go_to_last(position);
            case Position::Kind::end:
                return step_back(position, entries.end());
            case Position::Kind::begin:
                return false;
            default:
                return step_back(position, entries.lower_bound(position.key));
        }
    }

    void seek(kv::Cursor& cursor, Position& position) {
        Entries& entries = entries_of(position);
        const std::string k = key();
        if (below(2) == 0) {
            REQUIRE(cursor.seek(k) == step_to(position, entries.lower_bound(k)));
            return;
        }
        const bool there = entries.count(k) != 0;
        REQUIRE(cursor.seek_exact(k) == there);
        position.kind = there ? Position::Kind::on : Position::Kind::gap;
        position.key = k;
    }

    void write_through(kv::Cursor& cursor, Position& position) {
        observe(position);
        REQUIRE(cursor.valid() == (position.kind == Position::Kind::on));
        if (position.kind != Position::Kind::on) return;
        Entries& entries = entries_of(position);
        if (below(2) == 0) {
            const std::string v = value();
            cursor.put(v);
            entries[position.key] = v;
        } else {
            cursor.erase();
            entries.erase(position.key);
        }
    }

    void compare_cursor(std::size_t which) {
        Position& position = model_.cursors[which];
        kv::Cursor& cursor = cursors_[which];
        observe(position);
        REQUIRE(cursor.valid() == (position.kind == Position::Kind::on));
        if (position.kind != Position::Kind::on) return;
        REQUIRE(cursor.key() == position.key);
        REQUIRE(cursor.value() == entries_of(position).at(position.key));
    }

    // ---- Everything ----

    static void compare(const kv::Transaction& txn, const Model& model) {
        auto expected = model.names.begin();
        txn.each_tree([&](ByteView tree_name, kv::Tree tree) {
            REQUIRE(expected != model.names.end());
            REQUIRE(tree_name == expected->first);
            REQUIRE(tree.id() == expected->second);
            ++expected;
        });
        REQUIRE(expected == model.names.end());
        for (const auto& [tree_name, id] : model.names) {
            const kv::Tree tree = txn.tree(tree_name);
            const Entries& entries = model.trees.at(id);
            kv::Cursor cursor = txn.cursor(tree);
            for (const auto& [k, v] : entries) {
                REQUIRE(cursor.next());
                REQUIRE(cursor.key() == k);
                REQUIRE(cursor.value() == v);
            }
            REQUIRE_FALSE(cursor.next());
            REQUIRE(txn.statistics(tree).entries == entries.size());
        }
    }

    void reopen() {
        env_->close();
        env_ = kv::Environment::open(directory_.file("store"), options_);
        test::require_sound(*env_);
    }

    std::size_t key_space_;
    std::mt19937_64 random_;
    test::MemoryDirectory directory_;
    kv::Options options_;
    std::optional<kv::Environment> env_;
    Model committed_;
    Model model_;
    std::vector<Level> levels_;
    std::vector<kv::Cursor> cursors_;
    Entries dropped_;
    std::size_t appended_ = 0;
    std::size_t begun_ = 0;
    std::size_t aborted_ = 0;
    std::size_t deepest_ = 0;
};

}  // namespace

TEST_CASE("nested transactions do what a stack of copies does") {
    const std::uint64_t seed = test::seed();
    struct Shape {
        std::uint32_t page_size;
        std::size_t key_space;
        std::uint64_t memory_bytes;
        std::uint64_t share;  ///< of the operations, in percent
    };
    test::Operations operations{test::kNestedModel};
    for (const Shape& shape :
         {Shape{4096, 3000, std::uint64_t{1} << 30, 34}, {4096, 60, 100000, 33}, {65536, 5000, 0, 33}}) {
        CAPTURE(shape.page_size);
        CAPTURE(shape.key_space);
        Run run{shape.page_size, shape.key_space, shape.memory_bytes, seed};
        operations.add(run.go(operations.percent(shape.share)));
    }
    operations.finish();
}
