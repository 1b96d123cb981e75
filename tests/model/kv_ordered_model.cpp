// Ordered operations on trees of every kind against std::map: ranges, places, both ends, values in pieces, and
// cursors that are kept while everything around them changes.
#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "memory_directory.hpp"
#include "operations.hpp"
#include "ordered_shapes.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using test::Map;
using test::Shape;

namespace {

/// What a cursor should do: it stands on a key, in the gap where one would be, or outside.
struct Expected {
    enum class Place : std::uint8_t { unset, on, gap, before, behind };
    Place place = Place::unset;
    std::string key;
};

class Run {
public:
    Run(const Shape& shape, std::uint64_t seed) : shape_(shape), random_(seed), committed_(shape.less) {
        options_.page_size_bytes = shape.page_size;
        open();
        kv::WriteTransaction txn = env_->begin_write();
        (void)txn.create_tree("tree", shape.options);
        txn.commit();
    }

    std::uint64_t go(std::uint64_t operations) {
        std::uint64_t done = 0;
        for (std::size_t round = 0; done < operations; ++round) {
            done += transaction();
            if (round % 30 == 29) reopen();
            if (round % 20 == 19) test::require_sound(*env_);
        }
        reopen();
        compare(env_->begin_read(), committed_);
        test::require_sound(*env_);
        return done;
    }

private:
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

    void open() {
        env_ = kv::Environment::open(directory_.file("store"), options_);
        env_->register_comparator("by size", test::compare_by_size);
    }
    void reopen() {
        env_->close();
        open();
    }

    std::string key() {
        const std::size_t number = below(shape_.key_space);
        std::mt19937_64 of_key{number};
        if (shape_.key_size > 0) {
            const std::uint64_t integer = number % 5 == 0 ? of_key() : number * 3;
            return {reinterpret_cast<const char*>(&integer), shape_.key_size};
        }
        std::string key = number % 2 == 0 ? "a common start/" : "";
        const std::size_t extra = number % 13 == 0 ? of_key() % shape_.longest_key : of_key() % 9;
        for (std::size_t i = 0; i < extra; ++i)
            key.push_back(static_cast<char>(number % 3 == 0 ? of_key() : of_key() % 3));
        key += std::to_string(number);
        if (key.size() > shape_.longest_key) key.resize(shape_.longest_key);
        return key;
    }

    std::string value() {
        std::string value(below(25) == 0 ? below(shape_.longest_value) : below(120), '\0');
        for (char& c : value) c = static_cast<char>(random_());
        return value;
    }

    std::pair<std::string, std::string> range() {
        std::pair<std::string, std::string> bounds{key(), key()};
        // Mostly short ranges, sometimes open ones, sometimes the wrong way round.
        if (below(3) != 0) {
            auto end = map_->lower_bound(bounds.first);
            for (std::size_t steps = below(40); steps-- > 0 && end != map_->end();) ++end;
            if (end != map_->end()) bounds.second = end->first;
        }
        if (below(12) == 0) bounds.first.clear();
        if (below(12) == 0) bounds.second.clear();
        return bounds;
    }

    std::pair<Map::iterator, Map::iterator> in_model(const std::pair<std::string, std::string>& bounds) {
        const auto& [from, to] = bounds;
        const auto begin = from.empty() ? map_->begin() : map_->lower_bound(from);
        if (!from.empty() && !to.empty() && !shape_.less(from, to)) return {begin, begin};
        return {begin, to.empty() ? map_->end() : map_->lower_bound(to)};
    }

    std::size_t transaction() {
        kv::WriteTransaction txn = env_->begin_write();
        tree_ = txn.tree("tree");
        Map model = committed_;
        map_ = &model;
        txn_ = &txn;
        if (below(10) == 0) shrinking_ = !shrinking_;
        const std::size_t operations = below(3) == 0 ? below(500) : below(40);
        for (std::size_t i = 0; i < operations; ++i) {
            if (below(3) == 0) {
                read();
            } else if (below(4) == 0) {
                cursor();
            } else {
                write();
            }
            REQUIRE(txn.statistics(tree_).entries == model.size());
        }
        if (below(8) == 0) compare(txn, model);
        cursors_.clear();
        if (below(8) == 0) {
            txn.abort();
        } else {
            txn.commit();
            committed_ = std::move(model);
        }
        if (below(6) == 0) compare(env_->begin_read(), committed_);
        return operations + 1;
    }

    void write() {
        const std::string k = key();
        switch (below(shrinking_ ? 16 : 24)) {
            case 0:
                return erase_range();
            case 1:
                return pop(true);
            case 2:
                return pop(false);
            case 3:
            case 4:
            case 5:
            case 6:
            case 7:
                CHECK(txn_->erase(tree_, k) == (map_->erase(k) > 0));
                return;
            case 8:
                return get_or_insert(k);
            case 9:
                return reserve(k);
            case 10:
                return write_in_pieces(k);
            case 11:
                return put_many();
            case 12:
                return append(k);
            default:
                const std::string v = value();
                txn_->put(tree_, k, v);
                (*map_)[k] = v;
        }
    }

    void erase_range() {
        const auto bounds = range();
        const auto [begin, end] = in_model(bounds);
        const auto expected = static_cast<std::uint64_t>(std::distance(begin, end));
        // Rarely everything: the tree should not be small all the time.
        if (expected > map_->size() / 3 && below(6) != 0) return;
        CHECK(txn_->erase_range(tree_, bounds.first, bounds.second) == expected);
        map_->erase(begin, end);
    }

    void pop(bool last) {
        const std::optional<kv::Entry> entry = last ? txn_->pop_last(tree_) : txn_->pop_first(tree_);
        REQUIRE(entry.has_value() == !map_->empty());
        if (map_->empty()) return;
        const auto expected = last ? std::prev(map_->end()) : map_->begin();
        CHECK(entry->key == expected->first);
        CHECK(entry->value == expected->second);
        map_->erase(expected);
    }

    void get_or_insert(const std::string& k) {
        const std::string v = value();
        const kv::WriteTransaction::Stored stored = txn_->get_or_insert(tree_, k, v);
        const auto [at, inserted] = map_->emplace(k, v);
        CHECK(stored.inserted == inserted);
        CHECK(stored.value == at->second);
    }

    void reserve(const std::string& k) {
        const std::string v = value();
        const std::span<std::byte> place = txn_->reserve(tree_, k, v.size());
        REQUIRE(place.size() == v.size());
        CHECK(reinterpret_cast<std::uintptr_t>(place.data()) % 8 == 0);
        CHECK(std::all_of(place.begin(), place.end(), [](std::byte b) { return b == std::byte{0}; }));
        std::copy_n(reinterpret_cast<const std::byte*>(v.data()), v.size(), place.begin());
        (*map_)[k] = v;
    }

    void write_in_pieces(const std::string& k) {
        const std::string v = value();
        kv::ValueWriter writer = txn_->value_writer(tree_, k, v.size());
        (*map_)[k] = v;
        for (std::size_t at = 0; at < v.size();) {
            const std::size_t piece = 1 + below(v.size() - at);
            writer.append(ByteView{v}.substr(at, piece));
            at += piece;
            // Other keys may change meanwhile.
            const std::string other = key();
            if (below(3) == 0 && other != k) {
                txn_->put(tree_, other, "meanwhile");
                (*map_)[other] = "meanwhile";
            }
        }
        writer.finish();
    }

    void put_many() {
        std::vector<std::pair<std::string, std::string>> owned;
        for (std::size_t i = below(30); i > 0; --i) owned.emplace_back(key(), value());
        if (below(2) == 0) std::sort(owned.begin(), owned.end());
        const std::vector<std::pair<ByteView, ByteView>> entries{owned.begin(), owned.end()};
        txn_->put_many(tree_, entries);
        for (const auto& [k, v] : owned) (*map_)[k] = v;
    }

    void append(const std::string& k) {
        const bool behind = map_->empty() || shape_.less(std::prev(map_->end())->first, k);
        bool appended = true;
        try {
            txn_->append(tree_, k, "appended");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::invalid_argument);
            appended = false;
        }
        CHECK(appended == behind);
        if (behind) (*map_)[k] = "appended";
    }

    void read() {
        switch (below(6)) {
            case 0:
                return multi_get();
            case 1:
                return count();
            case 2:
                return select();
            case 3:
                return samples();
            case 4:
                return read_in_pieces();
            default:
                const std::string k = key();
                const auto found = map_->find(k);
                const std::optional<ByteView> got = txn_->get(tree_, k);
                REQUIRE(got.has_value() == (found != map_->end()));
                if (got.has_value()) CHECK(*got == found->second);
        }
    }

    void multi_get() {
        std::vector<std::string> owned(below(40));
        for (std::string& k : owned) k = key();
        const std::vector<ByteView> keys{owned.begin(), owned.end()};
        std::vector<std::optional<ByteView>> values(keys.size(), "left over");
        txn_->multi_get(tree_, keys, values);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto found = map_->find(owned[i]);
            REQUIRE(values[i].has_value() == (found != map_->end()));
            if (values[i].has_value()) REQUIRE(*values[i] == found->second);
        }
    }

    void count() {
        const auto bounds = range();
        const auto [begin, end] = in_model(bounds);
        CHECK(txn_->count_range(tree_, bounds.first, bounds.second) ==
              static_cast<std::uint64_t>(std::distance(begin, end)));
        CHECK(txn_->estimate_range(tree_, bounds.first, bounds.second) <= map_->size());
        const std::string k = key();
        CHECK(txn_->rank(tree_, k) ==
              static_cast<std::uint64_t>(std::distance(map_->begin(), map_->lower_bound(k))));
    }

    void select() {
        const std::size_t place = below(map_->size() + 2);
        kv::Cursor cursor = txn_->select(tree_, place);
        REQUIRE(cursor.valid() == (place < map_->size()));
        if (place >= map_->size()) return;
        auto expected = std::next(map_->begin(), static_cast<std::ptrdiff_t>(place));
        CHECK(cursor.key() == expected->first);
        CHECK(cursor.value() == expected->second);
        CHECK(cursor.next() == (++expected != map_->end()));
    }

    void samples() {
        const std::size_t wanted = below(20);
        const std::vector<std::string> keys = txn_->sample_keys(tree_, wanted);
        CHECK(keys.size() <= wanted);
        CHECK(keys.empty() == (wanted == 0 || map_->empty()));
        for (const std::string& k : keys) CHECK(map_->count(k) == 1);
        for (std::size_t i = 1; i < keys.size(); ++i) CHECK(shape_.less(keys[i - 1], keys[i]));
    }

    void read_in_pieces() {
        const std::string k = key();
        const auto found = map_->find(k);
        std::optional<kv::ValueReader> reader = txn_->value_reader(tree_, k);
        REQUIRE(reader.has_value() == (found != map_->end()));
        if (!reader.has_value()) return;
        const std::string& v = found->second;
        REQUIRE(reader->size() == v.size());
        const std::size_t from = below(v.size() + 1);
        reader->seek(from);
        std::string got;
        std::vector<std::byte> buffer(1 + below(100000));
        for (std::size_t read = 0; (read = reader->read(buffer)) > 0;)
            got.append(reinterpret_cast<const char*>(buffer.data()), read);
        CHECK(got == v.substr(from));
    }

    // ---- Cursors ------------------------------------------------------------------------------------------

    struct Held {
        kv::Cursor cursor;
        Expected expected;
    };

    void cursor() {
        if (cursors_.size() < 4) cursors_.push_back({txn_->cursor(tree_), {}});
        if (below(30) == 0) cursors_.erase(cursors_.begin());
        if (cursors_.empty()) return;
        Held& held = cursors_[below(cursors_.size())];
        // Asking changes nothing, also when the key comes back later.
        const bool on = held.expected.place == Expected::Place::on && map_->count(held.expected.key) != 0;
        if (below(2) == 0) REQUIRE(held.cursor.valid() == on);
        if (below(2) == 0) return;
        for (std::size_t moves = 1 + below(3); moves-- > 0;) move(held);
        if (!held.cursor.valid()) return;
        const auto at = map_->find(held.expected.key);
        if (below(8) == 0) {
            at->second = value();
            held.cursor.put(at->second);
        } else if (below(8) == 0) {
            held.cursor.erase();
            map_->erase(at);
        }
    }

    void move(Held& held) {
        Expected& e = held.expected;
        using Place = Expected::Place;
        if (e.place == Place::on && map_->count(e.key) == 0) e.place = Place::gap;
        const std::string k = key();
        switch (below(8)) {
            case 0:
                return arrive(held, held.cursor.seek(k), map_->lower_bound(k), Place::behind);
            case 1:
                if (map_->count(k) == 0) {
                    CHECK_FALSE(held.cursor.seek_exact(k));
                    e = {Place::gap, k};
                    return;
                }
                return arrive(held, held.cursor.seek_exact(k), map_->find(k), Place::gap);
            case 2:
                return arrive(held, held.cursor.seek_before(k), one_before(map_->lower_bound(k)), Place::before);
            case 3:
                return arrive(held, held.cursor.first(), map_->begin(), Place::before);
            case 4:
                return arrive(held, held.cursor.last(), one_before(map_->end()), Place::behind);
            case 5:
            case 6: {
                const auto to = e.place == Place::unset || e.place == Place::before ? map_->begin()
                                : e.place == Place::behind                          ? map_->end()
                                : e.place == Place::gap                             ? map_->lower_bound(e.key)
                                                                                    : map_->upper_bound(e.key);
                return arrive(held, held.cursor.next(), to,
                              e.place == Place::unset ? Place::before : Place::behind);
            }
            default: {
                const auto to = e.place == Place::unset || e.place == Place::behind ? one_before(map_->end())
                                : e.place == Place::before                          ? map_->end()
                                                           : one_before(map_->lower_bound(e.key));
                return arrive(held, held.cursor.previous(), to,
                              e.place == Place::unset ? Place::behind : Place::before);
            }
        }
    }

    // The entry before, or end() when there is none.
    Map::iterator one_before(Map::iterator at) { return at == map_->begin() ? map_->end() : std::prev(at); }

    void arrive(Held& held, bool moved, Map::iterator to, Expected::Place otherwise) {
        REQUIRE(moved == (to != map_->end()));
        REQUIRE(held.cursor.valid() == moved);
        held.expected.place = moved ? Expected::Place::on : otherwise;
        if (!moved) return;
        held.expected.key = to->first;
        CHECK(held.cursor.key() == to->first);
        CHECK(held.cursor.value() == to->second);
    }

    static void compare(const kv::Transaction& txn, const Map& map) {
        const kv::Tree tree = txn.tree("tree");
        kv::Cursor cursor = txn.cursor(tree);
        bool on = cursor.first();
        for (const auto& [k, v] : map) {
            REQUIRE(on);
            REQUIRE(cursor.key() == k);
            REQUIRE(cursor.value() == v);
            on = cursor.next();
        }
        REQUIRE_FALSE(on);
        for (auto it = map.rbegin(); it != map.rend(); ++it) {
            REQUIRE(cursor.previous());
            REQUIRE(cursor.key() == it->first);
        }
        REQUIRE_FALSE(cursor.previous());
    }

    Shape shape_;
    std::mt19937_64 random_;
    test::MemoryDirectory directory_;
    kv::Options options_;
    std::optional<kv::Environment> env_;
    Map committed_;
    Map* map_ = nullptr;
    kv::WriteTransaction* txn_ = nullptr;
    kv::Tree tree_;
    std::vector<Held> cursors_;
    bool shrinking_ = false;
};

}  // namespace

TEST_CASE("ordered operations do what std::map does") {
    const std::uint64_t seed = test::seed();
    test::Operations operations{test::kOrderedModel};
    for (const Shape& shape : test::shapes()) {
        CAPTURE(shape.name);
        operations.add(Run{shape, seed}.go(operations.percent(shape.share)));
    }
    operations.finish();
}
