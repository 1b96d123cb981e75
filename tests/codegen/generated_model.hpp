// Random transactions on a generated table, against a std::map.
//
// run_model<T>() knows of the table no more than its declaration: which members make the key and the columns of
// each index. What a key or an index should hold and in which order is worked out here from the records, not from
// encoded keys. Each round is one transaction of random writes, kept or rolled back; then every query by key and
// through every index is compared with the map. Between rounds the file is sometimes reopened.
//
// CAMBIUM_SEED repeats a run.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cambium/base/error.hpp>
#include <cambium/cambium.hpp>
#include <cambium/maintenance.hpp>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "random_record.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

namespace cambium::test {

template <class T>
bool is_null(const T&) {
    return false;
}
template <class T>
bool is_null(const std::optional<T>& value) {
    return !value.has_value();
}

inline void fold(std::string& text) {
    for (char& letter : text) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}
inline void fold(std::optional<std::string>& text) {
    if (text) fold(*text);
}

/// What one part of an index's declaration means. A column says which values a record has there and how they sort.
template <auto Part, class Kind = std::remove_cv_t<decltype(Part)>>
struct PartModel;

struct ColumnModel {
    static constexpr bool is_without_nulls = false;
    using Covered = detail::List<>;
    template <class Record>
    static bool keeps(const Record&) {
        return true;
    }
};
template <auto Part, class Record, class T>
struct PartModel<Part, T Record::*> : ColumnModel {
    using Columns = detail::List<PartModel>;
    using Value = T;
    static std::vector<Value> values(const Record& record) { return {record.*Part}; }
    static bool less(const Value& a, const Value& b) { return a < b; }
};
template <auto Part, auto Member>
struct PartModel<Part, detail::Each<Member>> : ColumnModel {
    using Columns = detail::List<PartModel>;
    using Value = typename PartModel<Member>::Value::value_type;
    template <class Record>
    static std::vector<Value> values(const Record& record) {
        const std::set<Value> different((record.*Member).begin(), (record.*Member).end());
        return {different.begin(), different.end()};
    }
    static bool less(const Value& a, const Value& b) { return a < b; }
};
template <auto Part, auto Inner>
struct PartModel<Part, detail::DescendingPart<Inner>> : PartModel<Inner> {
    using Columns = detail::List<PartModel>;
    using Value = typename PartModel<Inner>::Value;
    static bool less(const Value& a, const Value& b) { return PartModel<Inner>::less(b, a); }
};
template <auto Part, auto Inner>
struct PartModel<Part, detail::IgnoreCase<Inner>> : PartModel<Inner> {
    using Columns = detail::List<PartModel>;
    template <class Record>
    static auto values(const Record& record) {
        auto values = PartModel<Inner>::values(record);
        for (auto& value : values) fold(value);
        return values;
    }
};

struct ClauseModel : ColumnModel {
    using Columns = detail::List<>;
};
template <auto Part, auto Predicate>
struct PartModel<Part, detail::Where<Predicate>> : ClauseModel {
    template <class Record>
    static bool keeps(const Record& record) {
        return std::invoke(Predicate, record);
    }
};
template <auto Part, auto... Members>
struct PartModel<Part, detail::Covering<Members...>> : ClauseModel {
    using Covered = detail::List<PartModel<Members>...>;
};
template <auto Part, std::uint64_t Number>
struct PartModel<Part, detail::Version<Number>> : ClauseModel {};
template <auto Part>
struct PartModel<Part, detail::WithoutNulls> : ClauseModel {
    static constexpr bool is_without_nulls = true;
};

template <class Columns>
struct ColumnsModel;
template <class... Cs>
struct ColumnsModel<detail::List<Cs...>> {
    using Entry = std::tuple<typename Cs::Value...>;

    /// One per combination of the columns' values.
    template <class Record>
    static std::vector<Entry> entries(const Record& record) {
        std::vector<Entry> result;
        combine<0>(record, {}, result);
        return result;
    }
    static bool less(const Entry& a, const Entry& b) { return less_from<0>(a, b); }
    static bool has_null(const Entry& entry) {
        return std::apply([](const auto&... values) { return (is_null(values) || ...); }, entry);
    }

private:
    template <std::size_t I, class Record>
    static void combine(const Record& record, Entry entry, std::vector<Entry>& result) {
        if constexpr (I == sizeof...(Cs)) {
            result.push_back(std::move(entry));
        } else {
            using Column = std::tuple_element_t<I, std::tuple<Cs...>>;
            for (const auto& value : Column::values(record)) {
                std::get<I>(entry) = value;
                combine<I + 1>(record, entry, result);
            }
        }
    }
    template <std::size_t I>
    static bool less_from(const Entry& a, const Entry& b) {
        if constexpr (I < sizeof...(Cs)) {
            using Column = std::tuple_element_t<I, std::tuple<Cs...>>;
            if (Column::less(std::get<I>(a), std::get<I>(b))) return true;
            if (Column::less(std::get<I>(b), std::get<I>(a))) return false;
            return less_from<I + 1>(a, b);
        }
        return false;
    }
};

template <bool IsUnique, detail::Name IndexName, auto... Parts>
struct PartsModel {
    static constexpr bool is_unique = IsUnique;
    static constexpr detail::Name name = IndexName;
    using Columns = ColumnsModel<detail::Concat<typename PartModel<Parts>::Columns...>>;
    using Covered = ColumnsModel<detail::Concat<typename PartModel<Parts>::Covered...>>;
    using Entry = typename Columns::Entry;

    template <class Record>
    static std::vector<Entry> entries(const Record& record) {
        if (!(PartModel<Parts>::keeps(record) && ...)) return {};
        std::vector<Entry> entries = Columns::entries(record);
        if ((PartModel<Parts>::is_without_nulls || ...)) std::erase_if(entries, &Columns::has_null);
        return entries;
    }
    template <class Record>
    static bool collide(const Record& a, const Record& b) {
        if (!is_unique) return false;
        const auto others = entries(b);
        for (const Entry& entry : entries(a))
            if (!Columns::has_null(entry) && std::find(others.begin(), others.end(), entry) != others.end())
                return true;
        return false;
    }
};
template <class Index>
struct IndexModel;
template <detail::Name IndexName, auto... Parts>
struct IndexModel<Unique<IndexName, Parts...>> : PartsModel<true, IndexName, Parts...> {};
template <detail::Name IndexName, auto... Parts>
struct IndexModel<OrderedIndex<IndexName, Parts...>> : PartsModel<false, IndexName, Parts...> {};

template <class KeyOptions>
struct KeyModel;
template <auto... Members>
struct KeyModel<detail::List<PrimaryKey<Members...>>> {
    using Key = std::tuple<typename PartModel<Members>::Value...>;
    template <class Record>
    static Key of(const Record& record) {
        return {record.*Members...};
    }
    template <class Record>
    static void assign(Record& record, const Key& key) {
        std::tie(record.*Members...) = key;
    }
};

template <class Indexes>
struct IndexesModel;
template <class... Is>
struct IndexesModel<detail::List<Is...>> {
    template <class Record>
    static bool collide([[maybe_unused]] const Record& a, [[maybe_unused]] const Record& b) {
        return (IndexModel<Is>::collide(a, b) || ...);
    }
    template <class Visit>
    static void for_each([[maybe_unused]] Visit visit) {
        (visit(IndexModel<Is>{}), ...);
    }
};

template <class T>
class TableModel {
public:
    using Record = typename T::Record;
    using Records = std::vector<Record>;
    using Keys = KeyModel<typename T::KeyOptions>;
    using Key = typename Keys::Key;
    using Map = std::map<Key, Record>;
    using Indexes = IndexesModel<typename T::IndexOptions>;

    void run(int rounds) {
        const TemporaryDirectory folder;
        const std::string path = folder.file("model.cambium");
        std::optional<Database> database{Database::open<T>(path)};
        for (int round = 0; round < rounds; ++round) {
            INFO("seed " << seed() << ", round " << round);
            Map changed = map_;
            const bool keeps = !dice_.one_in(4);
            database->write([&](WriteTransaction& txn) {
                Writer<T> writer{txn};
                for (std::uint64_t writes = dice_.below(30) + 1; writes > 0; --writes) write_once(writer, changed);
                compare_all(txn, changed);
                if (!keeps) txn.abort();
            });
            if (keeps) map_ = std::move(changed);
            if (dice_.one_in(4)) {
                database.reset();
                database.emplace(Database::open<T>(path));
            }
            database->read([&](ReadTransaction& txn) {
                compare_all(txn, map_);
                REQUIRE(verify_indexes<T>(txn).ok());
            });
        }
        CHECK(done_ > 0);
        CHECK(refused_ > 0);
        CHECK_FALSE(map_.empty());
        require_sound(database->environment());
    }

private:
    Record random_record() {
        Record record;
        dice_.roll(record);
        if constexpr (requires { record.keep_until; }) {
            constexpr std::chrono::hours kLongFromNow{24 * 365 * 200};  // since 1970
            if (record.keep_until) record.keep_until = Timestamp{kLongFromNow};
        }
        return record;
    }

    bool collides(const Map& map, const Record& record) {
        const Key key = Keys::of(record);
        return std::any_of(map.begin(), map.end(), [&](const auto& entry) {
            return entry.first != key && Indexes::collide(entry.second, record);
        });
    }

    /// True when the store did it; nothing when it refused.
    template <class Action>
    std::optional<bool> outcome(Action action) {
        try {
            const bool done = action();
            ++done_;
            return done;
        } catch (const Error& error) {
            INFO(error.what());
            REQUIRE(error.code() == ErrorCode::constraint);
            ++refused_;
            return std::nullopt;
        }
    }

    /// What the map says of a write, which it then holds.
    std::optional<bool> model_write(Map& map, const Record& record, bool when_present, bool when_absent) {
        const Key key = Keys::of(record);
        if (map.contains(key) ? !when_present : !when_absent) return false;
        if (collides(map, record)) return std::nullopt;
        map[key] = record;
        return true;
    }

    void write_once(Writer<T>& writer, Map& map) {
        Record record = random_record();
        if (!map.empty() && dice_.one_in(2))
            Keys::assign(record,
                         std::next(map.begin(), static_cast<std::ptrdiff_t>(dice_.below(map.size())))->first);
        const Key key = Keys::of(record);
        const auto erase = [&] {
            return std::apply([&](const auto&... parts) { return writer.erase(parts...); }, key);
        };
        switch (dice_.below(6)) {
            case 0: {
                const bool is_taken = map.contains(key);
                const auto expected = is_taken ? std::nullopt : model_write(map, record, false, true);
                REQUIRE(outcome([&] { return writer.insert(record), true; }) == expected);
                return;
            }
            case 1:
                REQUIRE(outcome([&] { return writer.insert_if_absent(record); }) ==
                        model_write(map, record, false, true));
                return;
            case 2:
                REQUIRE(outcome([&] { return writer.replace(record); }) == model_write(map, record, true, false));
                return;
            case 3:
                REQUIRE(outcome(erase) == std::optional{map.erase(key) == 1});
                return;
            default:
                REQUIRE(outcome([&] { return writer.upsert(record), true; }) ==
                        model_write(map, record, true, true));
                return;
        }
    }

    template <class Rows>
    static void compare(const Rows& rows, const Records& expected) {
        REQUIRE(rows.collect() == expected);
        REQUIRE(rows.reverse().collect() == Records(expected.rbegin(), expected.rend()));
        REQUIRE(rows.count() == expected.size());
    }

    template <class Keep>
    static Records only(const Map& map, Keep keep) {
        Records records;
        for (const auto& [key, record] : map)
            if (keep(key)) records.push_back(record);
        return records;
    }

    void compare_all(ReadTransaction& txn, const Map& map) {
        const Reader<T> reader{txn};
        compare(reader.all(), only(map, [](const Key&) { return true; }));
        const Key a = Keys::of(random_record());
        const Key b = Keys::of(random_record());
        std::apply(
            [&](const auto&... as) {
                const auto found = map.find(a);
                REQUIRE(reader.get(as...) == (found == map.end() ? std::nullopt : std::optional{found->second}));
                REQUIRE(reader.contains(as...) == (found != map.end()));
                compare(reader.from({as...}), only(map, [&](const Key& key) { return key >= a; }));
                std::apply(
                    [&](const auto&... bs) {
                        compare(reader.range({as...}, {bs...}),
                                only(map, [&](const Key& key) { return key >= a && key < b; }));
                    },
                    b);
            },
            a);
        if constexpr (std::tuple_size_v < Key >> 1)
            compare(reader.equal(std::get<0>(a)),
                    only(map, [&](const Key& key) { return std::get<0>(key) == std::get<0>(a); }));
        Indexes::for_each([&](auto index) { compare_index<decltype(index)>(reader, map); });
    }

    template <class Index>
    void compare_index(const Reader<T>& reader, const Map& map) {
        using Columns = typename Index::Columns;
        using Entry = typename Index::Entry;
        std::vector<std::pair<Entry, const Record*>> entries;
        for (const auto& [key, record] : map)
            for (Entry& entry : Index::entries(record)) entries.emplace_back(std::move(entry), &record);
        std::stable_sort(entries.begin(), entries.end(),
                         [](const auto& x, const auto& y) { return Columns::less(x.first, y.first); });
        const auto only_entries = [&](auto keep) {
            Records records;
            for (const auto& [entry, record] : entries)
                if (keep(entry)) records.push_back(*record);
            return records;
        };
        const auto by = reader.template by<Index::name>();
        compare(by.all(), only_entries([](const Entry&) { return true; }));
        compare_entries<Index>(by.entries().collect(), entries);

        const auto some = Columns::entries(random_record());
        const auto others = Columns::entries(random_record());
        if (some.empty() || others.empty()) return;
        const Entry a = some.front();
        const Entry b = others.front();
        compare(by.equal(std::get<0>(a)),
                only_entries([&](const Entry& entry) { return std::get<0>(entry) == std::get<0>(a); }));
        std::apply(
            [&](const auto&... as) {
                const Records same = only_entries([&](const Entry& entry) { return entry == a; });
                compare(by.equal(as...), same);
                compare(by.until({as...}),
                        only_entries([&](const Entry& entry) { return Columns::less(entry, a); }));
                std::apply(
                    [&](const auto&... bs) {
                        compare(by.range({as...}, {bs...}), only_entries([&](const Entry& entry) {
                                    return !Columns::less(entry, a) && Columns::less(entry, b);
                                }));
                    },
                    b);
                if constexpr (Index::is_unique) {
                    const bool is_found = !same.empty() && !Columns::has_null(a);
                    REQUIRE(by.get(as...) == (is_found ? std::optional{same.front()} : std::nullopt));
                    REQUIRE(by.contains(as...) == is_found);
                }
            },
            a);
    }

    /// The entries themselves: columns, covered fields, key.
    template <class Index, class Tuples, class Entries>
    static void compare_entries(const Tuples& tuples, const Entries& entries) {
        REQUIRE(tuples.size() == entries.size());
        for (std::size_t i = 0; i < tuples.size(); ++i) {
            const auto& [entry, record] = entries[i];
            const Key key = Keys::of(*record);
            const auto start = std::tuple_cat(entry, Index::Covered::entries(*record).front());
            if constexpr (std::tuple_size_v<Key> == 1)
                REQUIRE(tuples[i] == std::tuple_cat(start, key));
            else
                REQUIRE(tuples[i] == std::tuple_cat(start, std::make_tuple(key)));
        }
    }

    Dice dice_{seed()};
    Map map_;
    std::uint64_t done_ = 0;
    std::uint64_t refused_ = 0;
};

template <class T>
void run_model(int rounds = 25) {
    TableModel<T>{}.run(rounds);
}

}  // namespace cambium::test
