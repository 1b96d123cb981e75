// Random pairs of keys and values against a std::set of pairs: every call of trees with duplicates, several cursors
// under changes made by others, nested levels, commits, aborts and reopenings.
#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "memory_directory.hpp"
#include "operations.hpp"
#include "pair_cursor.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

struct Shape {
    std::string name;
    std::uint32_t page_size;
    kv::TreeOptions options;
    std::size_t keys;        ///< number of different keys
    std::size_t key_size;    ///< bytes of the longest; of each when keys are integers
    std::size_t values;      ///< number of different values of a key
    std::size_t value_size;  ///< bytes of the longest; of each when values are integers
};

constexpr char kScramble = 0x5a;

/// The order of bytes whose bits were scrambled.
int compare_scrambled(ByteView a, ByteView b) {
    const auto first = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (first.first == a.end() || first.second == b.end())
        return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
    const auto left = static_cast<unsigned char>(*first.first ^ kScramble);
    const auto right = static_cast<unsigned char>(*first.second ^ kScramble);
    return left < right ? -1 : 1;
}

/// Bytes that sort as the given ones do in an order. Its own inverse.
std::string sortable(kv::KeyOrder order, ByteView bytes) {
    if (order == kv::KeyOrder::bytes) return std::string{bytes};
    if (order != kv::KeyOrder::custom) return {bytes.rbegin(), bytes.rend()};
    std::string scrambled{bytes};
    for (char& c : scrambled) c = static_cast<char>(c ^ kScramble);
    return scrambled;
}

using Cursors = std::vector<std::pair<kv::Cursor, Expected>>;

class Run {
public:
    Run(const Shape& shape, std::uint64_t seed) : shape_(shape), random_(seed) {
        store_.page_size_bytes = shape.page_size;
        open();
        kv::WriteTransaction txn = env_->begin_write();
        (void)txn.create_tree("pairs", shape_.options);
        txn.commit();
    }

    std::uint64_t go(std::uint64_t operations) {
        std::uint64_t done = 0;
        while (done < operations) {
            done += transaction();
            if (below(15) == 0) reopen();
            if (below(15) == 0) test::require_sound(*env_);
        }
        reopen();
        test::require_sound(*env_);
        kv::WriteTransaction txn = env_->begin_write();
        CHECK(txn.drop_tree("pairs"));
        txn.commit();
        CHECK(test::require_sound(*env_).entries == 0);
        return done;
    }

private:
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

    void open() {
        env_ = kv::Environment::open(directory_.file("store"), store_);
        env_->register_comparator("scrambled", compare_scrambled);
    }

    std::string bytes_of_number(std::size_t number, std::size_t longest) {
        std::mt19937_64 of_number{number};
        std::string bytes = number % 2 == 0 ? "common/" : "";
        bytes += std::to_string(number);
        if (number % 3 == 0) bytes.append(of_number() % longest, static_cast<char>(of_number()));
        bytes.resize(std::min(bytes.size(), longest));
        return bytes;
    }

    static std::string integer(std::uint64_t number, std::size_t size) {
        return {reinterpret_cast<const char*>(&number), size};
    }

    std::string key() {
        const std::size_t number = below(shape_.keys);
        if (shape_.options.key_order == kv::KeyOrder::native_integers)
            return integer(number * number * 77, shape_.key_size);
        return bytes_of_number(number, shape_.key_size);
    }

    std::string value() {
        const std::size_t number = below(shape_.values);
        if (shape_.options.value_order == kv::KeyOrder::native_integers) return integer(number, shape_.value_size);
        if (fixed_size() == 0) return bytes_of_number(number, shape_.value_size);
        std::string value(fixed_size(), '\0');
        for (std::size_t i = 0; i < value.size() && i < 3; ++i) value[i] = static_cast<char>(number >> 8 * i);
        return value;
    }

    [[nodiscard]] std::size_t fixed_size() const { return shape_.options.fixed_value_size; }
    // Each its own inverse.
    [[nodiscard]] std::string encoded(ByteView value) const { return sortable(shape_.options.value_order, value); }
    [[nodiscard]] std::string encoded_key(ByteView key) const { return sortable(shape_.options.key_order, key); }

    std::size_t transaction() {
        kv::WriteTransaction txn = env_->begin_write();
        const kv::Tree tree = txn.create_tree("pairs", shape_.options);
        Pairs model = committed_;
        if (below(8) == 0) mostly_erase_ = !mostly_erase_;
        const std::size_t operations = 1 + below(below(4) == 0 ? 500 : 60);
        Cursors cursors;
        for (std::size_t i = 0; i < 4; ++i) cursors.emplace_back(txn.cursor(tree), Expected{});
        work(txn, tree, model, cursors, operations, 0);
        compare(txn, tree, model);
        cursors.clear();
        if (below(6) == 0) return operations;  // aborted
        txn.commit();
        committed_ = std::move(model);
        compare(env_->begin_read(), tree, committed_);
        return operations;
    }

    void work(kv::WriteTransaction& txn, kv::Tree tree, Pairs& model, Cursors& cursors, std::size_t operations,
              int depth) {
        for (std::size_t i = 0; i < operations; ++i) {
            if (depth < 3 && below(60) == 0) {
                nested(txn, tree, model, cursors, depth);
            } else if (below(3) == 0) {
                auto& [cursor, expected] = cursors[below(cursors.size())];
                use(cursor, expected, model);
            } else {
                change(txn, tree, model);
            }
        }
    }

    void nested(kv::WriteTransaction& txn, kv::Tree tree, Pairs& model, Cursors& cursors, int depth) {
        Pairs inner = model;
        std::vector<Expected> before;
        for (const auto& [cursor, expected] : cursors) before.push_back(expected);
        kv::WriteTransaction level = txn.begin_nested();
        work(level, tree, inner, cursors, below(40), depth + 1);
        if (below(2) == 0) {
            level.commit();
            model = std::move(inner);
            return;
        }
        level.abort();
        for (std::size_t i = 0; i < before.size(); ++i) cursors[i].second = before[i];
    }

    void change(kv::WriteTransaction& txn, kv::Tree tree, Pairs& model) {
        const std::string k = key();
        const std::string v = value();
        const Pair pair{encoded_key(k), encoded(v)};
        const std::size_t count = count_of(model, pair.first);
        const std::size_t dice = below(100);
        if (below(12) == 0) return by_order(txn, tree, model);
        if (dice < (mostly_erase_ ? 60U : 20U)) {
            CHECK(txn.erase(tree, k, v) == (model.erase(pair) > 0));
        } else if (dice < 62) {
            CHECK(txn.put(tree, k, v) == model.insert(pair).second);
        } else if (dice < 66) {
            CHECK(txn.insert(tree, k, v) == (count == 0));
            if (count == 0) model.insert(pair);
        } else if (dice < 74) {
            const auto behind = model.upper_bound(pair);
            const bool is_last = (behind == model.end() || behind->first != pair.first) && !model.contains(pair);
            CHECK(txn.append_value(tree, k, v) == is_last);
            if (is_last) model.insert(pair);
        } else if (dice < 82) {
            put_several(txn, tree, model, k);
        } else if (dice < 84 && below(3) == 0) {
            CHECK(txn.erase(tree, k) == (count > 0));
            erase_key(model, pair.first);
        } else if (dice < 85 && below(40) == 0) {
            txn.clear(tree);
            model.clear();
        } else if (dice < 90) {
            CHECK(txn.contains(tree, k, v) == model.contains(pair));
            CHECK(txn.contains(tree, k) == (count > 0));
        } else {
            CHECK(txn.count_values(tree, k) == count);
            const std::optional<ByteView> first = txn.get(tree, k);
            REQUIRE(first.has_value() == (count > 0));
            if (count > 0) CHECK(encoded(*first) == model.lower_bound({pair.first, {}})->second);
        }
    }

    // Calls that count pairs or work at the ends.
    void by_order(kv::WriteTransaction& txn, kv::Tree tree, Pairs& model) {
        const std::string from = below(4) == 0 ? "" : key();
        const std::string to = below(4) == 0 ? "" : key();
        const auto first = model.lower_bound({encoded_key(from), {}});
        const auto last = to.empty() ? model.end() : model.lower_bound({encoded_key(to), {}});
        const bool is_range = from.empty() || to.empty() || encoded_key(from) < encoded_key(to);
        const auto size = is_range ? static_cast<std::size_t>(std::distance(first, last)) : 0;
        switch (below(7)) {
            case 0:
                CHECK(txn.count_range(tree, from, to) == size);
                return;
            case 1:
                CHECK(txn.rank(tree, from) == static_cast<std::size_t>(std::distance(model.begin(), first)));
                return;
            case 2:
                return check_select(txn, tree, model);
            case 3:
                if (below(4) != 0) return;
                CHECK(txn.erase_range(tree, from, to) == size);
                if (is_range) model.erase(first, last);
                return;
            case 4:
                return check_pop(txn, tree, model);
            case 5:
                return check_append(txn, tree, model);
            default:
                return check_many(txn, tree, model);
        }
    }

    void check_select(kv::WriteTransaction& txn, kv::Tree tree, const Pairs& model) {
        const std::size_t place = below(model.size() + 2);
        kv::Cursor cursor = txn.select(tree, place);
        REQUIRE(cursor.valid() == (place < model.size()));
        if (!cursor.valid()) return;
        const auto at = std::next(model.begin(), static_cast<std::ptrdiff_t>(place));
        CHECK(encoded_key(cursor.key()) == at->first);
        CHECK(encoded(cursor.value()) == at->second);
        CHECK(cursor.next() == (std::next(at) != model.end()));
    }

    void check_pop(kv::WriteTransaction& txn, kv::Tree tree, Pairs& model) {
        const bool last = below(2) == 0;
        const std::optional<kv::Entry> entry = last ? txn.pop_last(tree) : txn.pop_first(tree);
        REQUIRE(entry.has_value() == !model.empty());
        if (!entry.has_value()) return;
        const auto at = last ? std::prev(model.end()) : model.begin();
        CHECK(Pair{encoded_key(entry->key), encoded(entry->value)} == *at);
        model.erase(at);
    }

    void check_append(kv::WriteTransaction& txn, kv::Tree tree, Pairs& model) {
        const std::string k = model.empty() || below(2) == 0 ? key() : encoded_key(model.rbegin()->first);
        const std::string v = value();
        const Pair pair{encoded_key(k), encoded(v)};
        if (model.empty() || *model.rbegin() < pair) {
            txn.append(tree, k, v);
            model.insert(pair);
        } else {
            CHECK_THROWS_AS(txn.append(tree, k, v), Error);
        }
    }

    void check_many(kv::WriteTransaction& txn, kv::Tree tree, Pairs& model) {
        std::vector<std::string> bytes;
        for (std::size_t i = 0; i < 20; ++i) bytes.push_back(i % 2 == 0 ? key() : value());
        std::vector<std::pair<ByteView, ByteView>> pairs;
        std::vector<ByteView> keys;
        for (std::size_t i = 0; i < bytes.size(); i += 2) {
            pairs.emplace_back(bytes[i], bytes[i + 1]);
            keys.push_back(bytes[i]);
            if (i % 4 == 0) model.insert({encoded_key(bytes[i]), encoded(bytes[i + 1])});
        }
        for (std::size_t i = 1; i < pairs.size(); ++i) pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(i));
        txn.put_many(tree, pairs);
        std::vector<std::optional<ByteView>> found(keys.size());
        txn.multi_get(tree, keys, found);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto at = model.lower_bound({encoded_key(keys[i]), {}});
            REQUIRE(found[i].has_value() == (at != model.end() && at->first == encoded_key(keys[i])));
            if (found[i].has_value()) CHECK(encoded(*found[i]) == at->second);
        }
    }

    void put_several(kv::WriteTransaction& txn, kv::Tree tree, Pairs& model, const std::string& k) {
        std::string values;
        std::size_t added = 0;
        std::vector<std::string> separate;
        for (std::size_t i = below(40); i-- > 0;) {
            separate.push_back(value());
            values += separate.back();
            added += model.insert({encoded_key(k), encoded(separate.back())}).second ? 1U : 0U;
        }
        std::size_t answered = 0;
        if (fixed_size() != 0) {
            answered = txn.put_values(tree, k, values);
        } else {
            for (const std::string& v : separate) answered += txn.put(tree, k, v) ? 1U : 0U;
        }
        CHECK(answered == added);
    }

    // ---- cursors

    // Batches: the values that come must be those of the model, from the place on.
    bool forward_batch(Expected& e, const Pairs& model, ByteView values) {
        REQUIRE(values.size() % fixed_size() == 0);
        REQUIRE(!values.empty());
        auto at = model.find(e.at);
        for (std::size_t i = 0; i < values.size(); i += fixed_size(), ++at) {
            REQUIRE(at != model.end());
            REQUIRE(*at == Pair{e.at.first, encoded(values.substr(i, fixed_size()))});
        }
        e.at = *std::prev(at);
        return true;
    }
    void backward_batch(Expected& e, const Pairs& model, ByteView values) {
        auto at = std::next(model.find(e.at));
        for (std::size_t i = values.size(); i > 0; i -= fixed_size()) {
            REQUIRE(at != model.begin());
            --at;
            REQUIRE(*at == Pair{e.at.first, encoded(values.substr(i - fixed_size(), fixed_size()))});
        }
        e.at = *at;
    }

    void use(kv::Cursor& cursor, Expected& e, Pairs& model) {
        for (std::size_t steps = 1 + below(4); steps-- > 0;) {
            if (e.place == Place::on || e.place == Place::erased)
                e.place = model.contains(e.at) ? Place::on : Place::erased;
            if (below(3) == 0) REQUIRE(cursor.valid() == (e.place == Place::on));
            step(cursor, e, model);
            REQUIRE(cursor.valid() == (e.place == Place::on));
            if (e.place != Place::on) continue;
            REQUIRE(encoded_key(cursor.key()) == e.at.first);
            REQUIRE(encoded(cursor.value()) == e.at.second);
        }
    }

    void step(kv::Cursor& cursor, Expected& e, Pairs& model) {
        const std::size_t dice = below(24);
        switch (dice) {
            case 0:
                return check_seek(cursor, e, model, cursor.first(), model.begin(), Place::begin);
            case 1: {
                const bool answer = cursor.last();
                CHECK(answer == !model.empty());
                e = {Place::end, {}};
                if (answer) settle_before(e, model, model.end());
                return;
            }
            case 2:
            case 3: {
                const std::string k = key();
                return check_seek(cursor, e, model, cursor.seek(k), model.lower_bound({encoded_key(k), {}}),
                                  Place::end);
            }
            case 4: {
                const std::string k = key();
                CHECK(cursor.seek_exact(k) == (count_of(model, encoded_key(k)) > 0));
                e = {Place::gap, {encoded_key(k), {}}};
                first_value(e, model);
                return;
            }
            case 5: {
                const std::string k = key();
                Expected found;
                CHECK(cursor.seek_before(k) ==
                      settle_before(found, model, model.lower_bound({encoded_key(k), {}})));
                e = found;
                return;
            }
            case 6:
            case 7: {
                const Pair pair{key(), value()};
                e = {Place::gap, {encoded_key(pair.first), encoded(pair.second)}};
                if (model.contains(e.at)) e.place = Place::on;
                CHECK(cursor.seek_pair(pair.first, pair.second) == (e.place == Place::on));
                return;
            }
            case 8: {
                const Pair pair{key(), value()};
                e = {Place::gap, {encoded_key(pair.first), encoded(pair.second)}};
                CHECK(cursor.seek_pair_at_or_after(pair.first, pair.second) == next_value(e, model));
                return;
            }
            case 9:
            case 10:
                CHECK(cursor.next() == next(e, model));
                return;
            case 11:
            case 12:
                CHECK(cursor.previous() == previous(e, model));
                return;
            case 13:
                CHECK(cursor.next_key() == next_key(e, model));
                return;
            case 14:
                CHECK(cursor.previous_key() == previous_key(e, model));
                return;
            case 15:
                CHECK(cursor.next_value() == next_value(e, model));
                return;
            case 16:
                CHECK(cursor.previous_value() == previous_value(e, model));
                return;
            case 17:
                CHECK(cursor.first_value() == first_value(e, model));
                return;
            case 18:
                CHECK(cursor.last_value() == last_value(e, model));
                return;
            case 19:
                CHECK(cursor.count_values() == (has_key(e) ? count_of(model, e.at.first) : 0));
                return;
            default:
                return write_or_batch(cursor, e, model, dice);
        }
    }

    static void check_seek(kv::Cursor&, Expected& e, const Pairs& model, bool answer, Pairs::const_iterator at,
                           Place otherwise) {
        CHECK(answer == settle(e, model, at, otherwise));
    }

    void write_or_batch(kv::Cursor& cursor, Expected& e, Pairs& model, std::size_t dice) {
        if (e.place != Place::on) return;
        if (dice == 20) {
            const std::string v = value();
            cursor.put(v);
            model.erase(e.at);
            e.at.second = encoded(v);
            model.insert(e.at);
        } else if (dice == 21) {
            cursor.erase();
            model.erase(e.at);
            e.place = Place::erased;
        } else if (dice == 22 && below(4) == 0) {
            cursor.erase_key();
            erase_key(model, e.at.first);
            e.place = Place::erased;
        } else if (fixed_size() != 0) {
            batch(cursor, e, model);
        }
    }

    void batch(kv::Cursor& cursor, Expected& e, const Pairs& model) {
        const std::size_t kind = below(3);
        if (kind == 0) {
            forward_batch(e, model, cursor.values());
        } else if (kind == 1) {
            const std::string values{cursor.next_values()};
            CHECK(values.empty() != next_value(e, model));
            if (!values.empty()) forward_batch(e, model, values);
        } else {
            const std::string values{cursor.previous_values()};
            CHECK(values.empty() != previous_value(e, model));
            if (!values.empty()) backward_batch(e, model, values);
        }
    }

    void compare(const kv::Transaction& txn, kv::Tree tree, const Pairs& model) {
        REQUIRE(txn.statistics(tree).entries == model.size());
        if (below(6) != 0) return;
        kv::Cursor cursor = txn.cursor(tree);
        for (const auto& [k, v] : model) {
            REQUIRE(cursor.next());
            REQUIRE(encoded_key(cursor.key()) == k);
            REQUIRE(encoded(cursor.value()) == v);
        }
        REQUIRE_FALSE(cursor.next());
        for (auto pair = model.rbegin(); pair != model.rend(); ++pair) {
            REQUIRE(cursor.previous());
            REQUIRE(encoded(cursor.value()) == pair->second);
        }
        REQUIRE_FALSE(cursor.previous());
    }

    void reopen() {
        env_->close();
        open();
        const kv::ReadTransaction txn = env_->begin_read();
        compare(txn, txn.tree("pairs"), committed_);
    }

    Shape shape_;
    std::mt19937_64 random_;
    test::MemoryDirectory directory_;
    kv::Options store_;
    std::optional<kv::Environment> env_;
    Pairs committed_;
    bool mostly_erase_ = false;
};

using kv::KeyOrder;

kv::TreeOptions with_values(KeyOrder value_order, std::uint16_t fixed_size, KeyOrder key_order = KeyOrder::bytes) {
    kv::TreeOptions options;
    options.duplicates = true;
    options.key_order = key_order;
    options.value_order = value_order;
    options.fixed_value_size = fixed_size;
    if (key_order == KeyOrder::custom) options.comparator = "scrambled";
    if (value_order == KeyOrder::custom) options.value_comparator = "scrambled";
    return options;
}

std::vector<Shape> several_shapes() {
    const kv::TreeOptions plain = with_values(KeyOrder::bytes, 0);
    return {{"many keys, few values", 4096, plain, 600, 300, 6, 60},
            {"few keys, many values", 4096, plain, 5, 20, 900, 60},
            {"long keys, long values", 4096, plain, 12, 1024, 40, 1024},
            {"integers of 8 bytes", 4096, with_values(KeyOrder::native_integers, 8), 8, 30, 1500, 8},
            {"integers of 4 bytes", 4096, with_values(KeyOrder::native_integers, 4), 40, 200, 300, 4},
            {"one size", 4096, with_values(KeyOrder::bytes, 16), 8, 30, 700, 16},
            {"one size, reversed", 4096, with_values(KeyOrder::reversed, 5), 6, 30, 900, 5},
            {"reversed", 4096, with_values(KeyOrder::reversed, 0), 20, 30, 120, 100},
            {"large pages", 65536, plain, 6, 3000, 3000, 4000}};
}

std::vector<Shape> every_order() {
    const KeyOrder orders[] = {KeyOrder::bytes, KeyOrder::reversed, KeyOrder::native_integers, KeyOrder::custom};
    std::vector<Shape> shapes;
    for (const KeyOrder keys : orders)
        for (const KeyOrder values : orders)
            for (const bool counts : {false, true}) {
                const std::size_t number = shapes.size();
                const bool one_size = number / 4 % 2 == 0;
                kv::TreeOptions options =
                    with_values(values, static_cast<std::uint16_t>(one_size ? 4 + number % 2 * 4 : 0), keys);
                options.counts = counts;
                options.contiguous_keys = number % 3 == 0;
                // Many keys with few values, and few keys with many.
                const bool few = number % 5 < 2;
                const bool long_keys = keys != KeyOrder::native_integers;
                const bool long_values = values != KeyOrder::native_integers;
                shapes.push_back({std::to_string(number), 4096, options, few ? 6U : 700U,
                                  long_keys ? (few ? 30U : 200U) : 4 + number / 2 % 2 * 4, few ? 1500U : 12U,
                                  long_values ? 100U : 4 + number % 2 * 4});
            }
    return shapes;
}

}  // namespace

TEST_CASE("trees with duplicates do what a set of pairs does, in every order of keys and values") {
    std::vector<Shape> shapes = several_shapes();
    for (Shape& shape : every_order()) shapes.push_back(std::move(shape));
    const std::uint64_t seed = test::seed();
    Operations operations{kDuplicatesModel};
    for (const Shape& shape : shapes) {
        CAPTURE(shape.name);
        operations.add(Run{shape, seed}.go(operations.part_of(shapes.size())));
    }
    operations.finish();
}
