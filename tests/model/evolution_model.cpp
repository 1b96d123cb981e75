// Random transactions on a table whose declaration changes while it has data, against a std::map that the model
// changes by code of its own.
//
// A run is a chain of versions (evolution_tables.hpp): fields added, renamed, dropped and widened, other defaults,
// another name of the table, migrations of key, codec and record. It begins with a new store and goes up to the
// last version at random times. In between are random writes of every kind, committed, rolled back or nested, on
// records that count their changes and that end; after each transaction every index is compared with the map. The
// two declarations of a version differ in their indexes, and openings change between them as they like.
//
// Openings are also refused (what would lose something, an older declaration, two records that agree in a new
// unique index), cancelled, left by an exception, or killed, anywhere: then the store must be what it was, or, in a
// migration, go on. What Database::plan says is compared with what opening does.
//
// CAMBIUM_SEED repeats a run; CAMBIUM_OPERATIONS changes its length.
#include "evolution_model.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "operations.hpp"
#include "seed.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

using Map = std::map<std::uint64_t, Row>;
using List = std::vector<Row>;

/// Records that are there to make migrations of several steps have ids from here on.
constexpr std::uint64_t kManyFrom = 10'000;

bool live(const Row& row) {
    return !row.ends || *row.ends > evolution_clock();
}
void forget_expired(Map& map) {
    std::erase_if(map, [](const auto& entry) { return !live(entry.second); });
}

// ---- What should be read
// -----------------------------------------------------------------------------------------

struct ExpectedEntry {
    Cells columns;
    Cells key;
    Row row;
};

/// In the order of an index; `descending` is of the first column.
bool comes_first(const ExpectedEntry& a, const ExpectedEntry& b, bool descending) {
    if (descending && a.columns.front() != b.columns.front()) return b.columns.front() < a.columns.front();
    return std::tie(a.columns, a.key) < std::tie(b.columns, b.key);
}

std::vector<ExpectedEntry> expected_entries(const Version& version, const IndexModel& index, const Map& map) {
    std::vector<ExpectedEntry> expected;
    for (const auto& [id, row] : map)
        for (Cells& columns : index.entries(row)) expected.push_back({std::move(columns), version.key(row), row});
    std::sort(expected.begin(), expected.end(),
              [&](const ExpectedEntry& a, const ExpectedEntry& b) { return comes_first(a, b, index.descending); });
    return expected;
}

template <class Keep>
List rows_of(const std::vector<ExpectedEntry>& entries, Keep&& keep) {
    List rows;
    for (const ExpectedEntry& entry : entries)
        if (keep(entry.columns.front())) rows.push_back(entry.row);
    return rows;
}

/// `first` is the first column of the row that the reading was asked with.
void compare_reading(const IndexReading& reading, const std::vector<ExpectedEntry>& expected, const Cell& first,
                     bool descending) {
    const List all = rows_of(expected, [](const Cell&) { return true; });
    REQUIRE(reading.count == all.size());
    REQUIRE(reading.all == all);
    REQUIRE(reading.reversed == List(all.rbegin(), all.rend()));
    const auto before = [&](const Cell& cell) { return descending ? first < cell : cell < first; };
    const List equal = rows_of(expected, [&](const Cell& cell) { return cell == first; });
    REQUIRE(reading.equal == equal);
    REQUIRE(reading.equal_count == equal.size());
    REQUIRE(reading.from == rows_of(expected, [&](const Cell& cell) { return !before(cell); }));
    REQUIRE(reading.until == rows_of(expected, before));
    std::vector<Cells> keys;
    for (const ExpectedEntry& entry : expected) keys.push_back(entry.key);
    REQUIRE(reading.keys == keys);
}

/// The columns that a reading through an index is asked with; those of a row that has none are those of an empty
/// tag.
Cell first_column(const IndexModel& index, const Row& row) {
    const std::vector<Cells> entries = index.columns(row);
    if (row.tags.empty() || index.name != "tag") return entries.empty() ? Cell("a") : entries.front().front();
    return row.tags.front();
}

/// The map under every index and by primary key, asked with a row.
void compare(const Version& version, ReadTransaction& txn, const Map& map, const Row& asked) {
    std::vector<ExpectedEntry> by_key;
    for (const auto& [id, row] : map) by_key.push_back({version.key(row), version.key(row), row});
    std::sort(by_key.begin(), by_key.end(),
              [](const ExpectedEntry& a, const ExpectedEntry& b) { return comes_first(a, b, false); });
    compare_reading(version.read(txn, asked), by_key, version.key(asked).front(), false);
    const auto found = map.find(asked.id);
    REQUIRE(version.contains(txn, asked) == (found != map.end()));
    REQUIRE(version.get(txn, asked) == (found != map.end() ? std::optional(found->second) : std::nullopt));

    for (std::size_t i = 0; i < version.indexes.size(); ++i) {
        const IndexModel& index = version.indexes[i];
        INFO("index " << index.name);
        const std::vector<ExpectedEntry> expected = expected_entries(version, index, map);
        const Cell first = first_column(index, asked);
        const IndexReading reading = version.read(txn, i, asked);
        compare_reading(reading, expected, first, index.descending);
        std::vector<Cells> entries;
        for (const ExpectedEntry& entry : expected) {
            Cells& cells = entries.emplace_back(entry.columns);
            if (index.covered != nullptr)
                for (Cell& cell : index.covered(entry.row)) cells.push_back(std::move(cell));
            cells.insert(cells.end(), entry.key.begin(), entry.key.end());
        }
        REQUIRE(reading.entries == entries);
        const bool nothing = index.unique && std::holds_alternative<std::monostate>(first);
        if (!nothing)
            REQUIRE(version.first_equal(txn, i, asked) ==
                    (reading.equal.empty() ? std::nullopt : std::optional(reading.equal.front())));
    }
}

/// Whether a row agrees with another one in a unique index.
bool collides(const Version& version, const Map& map, const Row& row) {
    for (const IndexModel& index : version.indexes) {
        if (!index.unique) continue;
        const std::vector<Cells> mine = index.entries(row);
        if (mine.empty() || IndexModel::has_null(mine.front())) continue;
        for (const auto& [id, other] : map)
            if (id != row.id && index.entries(other) == mine) return true;
    }
    return false;
}

/// Whether two rows do.
bool any_collides(const Version& version, const Map& map) {
    for (const IndexModel& index : version.indexes) {
        if (!index.unique) continue;
        std::set<std::vector<Cells>> seen;
        for (const auto& [id, row] : map) {
            std::vector<Cells> entries = index.entries(row);
            if (entries.empty() || IndexModel::has_null(entries.front())) continue;
            if (!seen.insert(std::move(entries)).second) return true;
        }
    }
    return false;
}

// ---- Random values
// -----------------------------------------------------------------------------------------------

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    /// From small sets, so that they meet. Ids are of the width of one digit and two: texts and numbers sort them
    /// otherwise.
    Row row() {
        Row row;
        row.id = below(45);
        row.title = text();
        if (one_in(2)) row.title += " " + text();
        if (!one_in(3)) row.isbn = text() + std::to_string(below(60));
        if (!one_in(4)) row.pages = static_cast<std::int64_t>(below(9)) - 3;
        row.revision = below(4);
        if (one_in(2))
            row.ends = Timestamp{std::chrono::seconds{evolution_second + static_cast<int>(below(90)) - 3}};
        for (std::uint64_t count = below(4); count > 0; --count) row.tags.push_back(text());
        row.note = text();
        row.rank = static_cast<std::int64_t>(below(12));
        row.given = text();
        row.family = text() + std::to_string(below(30));
        row.place = text();
        return row;
    }
    std::string text() {
        static const std::string kLetters[] = {"a", "b", std::string(1, '\0'), "\x01", "\xc3\xbf", "Z"};
        std::string text;
        for (std::uint64_t length = below(4); length > 0; --length) text += kLetters[below(std::size(kLetters))];
        return text;
    }

private:
    std::mt19937_64 engine_;
};

// ---- One chain
// ---------------------------------------------------------------------------------------------------

void require_none(const std::vector<std::string>& sentences) {
    for (const std::string& sentence : sentences) FAIL_CHECK(sentence);
    REQUIRE(sentences.empty());
}

/// How often something happened in all runs, so that a test can say that it did.
struct Seen {
    std::uint64_t advanced = 0;
    std::uint64_t exchanged = 0;  ///< the declarations of one version
    std::uint64_t collided = 0;
    std::uint64_t refused = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t thrown = 0;
    std::uint64_t killed = 0;
    std::uint64_t left_half_way = 0;
    std::uint64_t taken_back = 0;  ///< steps of a migration
    std::uint64_t finished = 0;
};

/// Thrown by a progress function.
struct Stop {};

class Run {
public:
    Run(const EvolutionChain& chain, std::uint64_t seed, Seen& seen)
        : chain_(chain), dice_(3 * seed + chain.number), seen_(seen), now_(chain.versions[dice_.below(2)].get()) {
        evolution_second = 0;
        open_as_it_is();
    }

    /// Goes on until the last version has been used for a while; how many operations that were.
    std::uint64_t run() {
        for (std::uint64_t rounds_left = 12; rounds_left > 0;) {
            INFO("version " << now_->name << ", operation " << operations_);
            round();
            if (dice_.one_in(2)) reopen();
            if (now_->stage == chain_.last_stage()) --rounds_left;
        }
        REQUIRE(kv::check(db_->environment()).ok());
        ++seen_.finished;
        return operations_;
    }

private:
    // ---- Writes

    void round() {
        evolution_second += static_cast<std::int64_t>(dice_.below(3));
        forget_expired(map_);
        Map changed = map_;
        const bool keep = !dice_.one_in(5);
        db_->write([&](WriteTransaction& txn) {
            for (std::uint64_t writes = dice_.below(24); writes > 0; --writes) write_once(txn, changed);
            if (dice_.one_in(3)) nest(txn, changed, 2);
            compare(*now_, txn, changed, random_row());
            if (!keep) txn.abort();
        });
        if (keep) map_ = std::move(changed);
        db_->read([&](ReadTransaction& txn) { compare(*now_, txn, map_, random_row()); });
    }

    void nest(WriteTransaction& txn, Map& map, int depth) {
        Map changed = map;
        const bool keep = dice_.one_in(2);
        txn.nested([&](WriteTransaction& inner) {
            for (std::uint64_t writes = dice_.below(8); writes > 0; --writes) write_once(inner, changed);
            if (depth > 1) nest(inner, changed, depth - 1);
            if (!keep) inner.abort();
        });
        if (keep) map = std::move(changed);
    }

    /// What a write of a row should do. Nothing: it violates a unique index.
    std::optional<Wrote> store(Map& map, Row row) const {
        const auto stored = map.find(row.id);
        if (stored != map.end()) row.revision = stored->second.revision + 1;
        row.reads_default = false;
        // Also a record that has expired before it is stored must not agree with another one.
        if (collides(*now_, map, row)) return std::nullopt;
        map.erase(row.id);
        if (live(row)) map[row.id] = row;
        return Wrote::done;
    }

    std::optional<Wrote> expect(Map& map, Write call, const Row& row) const {
        const auto stored = map.find(row.id);
        const bool present = stored != map.end();
        switch (call) {
            case Write::insert:
                return present ? std::nullopt : store(map, row);
            case Write::insert_if_absent:
                return present ? Wrote::nothing : store(map, row);
            case Write::upsert:
                return store(map, row);
            case Write::replace:
            case Write::swap:
                if (!present) return Wrote::nothing;
                if (stored->second.revision != row.revision) return Wrote::conflict;
                return store(map, row);
            case Write::update: {
                if (!present) return Wrote::nothing;
                Row changed = stored->second;
                changed.pages = row.pages;
                changed.tags = row.tags;
                changed.ends = row.ends;
                changed.isbn = row.isbn;
                return store(map, changed);
            }
            case Write::patch: {
                if (!present) return Wrote::nothing;
                Row changed = stored->second;
                changed.isbn = row.isbn;
                changed.pages = row.pages;
                return store(map, changed);
            }
        }
        return std::nullopt;
    }

    void write(WriteTransaction& txn, Map& map, Write call, const Row& row) {
        CAPTURE(static_cast<int>(call));
        const std::optional<Wrote> expected = expect(map, call, row);
        std::optional<Wrote> wrote;
        const Caught error = caught([&] { wrote = now_->write(txn, call, row); });
        INFO(error.text);
        if (error.code == ErrorCode::conflict) {
            REQUIRE(call == Write::replace);
            wrote = Wrote::conflict;
        } else if (error.code) {
            REQUIRE(*error.code == ErrorCode::constraint);
        }
        REQUIRE(wrote == expected);
    }

    Row random_row() { return now_->fitted(dice_.row()); }

    void write_once(WriteTransaction& txn, Map& map) {
        ++operations_;
        Row row = random_row();
        const auto stored = map.find(row.id);
        if (stored != map.end() && dice_.one_in(2)) row.revision = stored->second.revision;
        switch (dice_.below(16)) {
            case 0:
            case 1:
                return write(txn, map, Write::insert, row);
            case 2:
                return write(txn, map, Write::insert_if_absent, row);
            case 3:
            case 4:
            case 5:
                return write(txn, map, Write::upsert, row);
            case 6:
                return write(txn, map, Write::replace, row);
            case 7:
            case 8:
                return write(txn, map, Write::swap, row);
            case 9:
                return write(txn, map, Write::update, row);
            case 10:
                return write(txn, map, Write::patch, row);
            case 11:
                REQUIRE(now_->erase(txn, row) == (map.erase(row.id) == 1));
                return;
            case 12:
                return erase_some(txn, map, row);
            case 13:
                return load_some(txn, map);
            case 14:
                return now_->erase_expired(txn, dice_.below(3));
            default:
                if (!dice_.one_in(30)) return write(txn, map, Write::upsert, row);
                now_->truncate(txn);
                map.clear();
        }
    }

    void erase_some(WriteTransaction& txn, Map& map, const Row& row) {
        std::set<std::uint64_t> chosen;
        std::uint64_t erased = 0;
        if (dice_.one_in(2)) {
            const Row until = random_row();
            for (const auto& [id, one] : map)
                if (now_->key(one) >= now_->key(row) && now_->key(one) < now_->key(until)) chosen.insert(id);
            if (chosen.size() > 15) return;  // the table would be empty most of the time
            erased = now_->erase_range(txn, row, until);
        } else {
            const std::size_t i = dice_.below(now_->indexes.size());
            const IndexModel& index = now_->indexes[i];
            const Cell first = first_column(index, row);
            for (const auto& [id, one] : map)
                for (const Cells& entry : index.entries(one))
                    if (entry.front() == first) chosen.insert(id);
            erased = now_->erase_equal(txn, i, row);
        }
        REQUIRE(erased == chosen.size());
        for (const std::uint64_t id : chosen) map.erase(id);
    }

    /// All or nothing.
    void load_some(WriteTransaction& txn, Map& map) {
        List rows;
        for (std::uint64_t count = dice_.below(5); count > 0; --count) rows.push_back(random_row());
        Map loaded = map;
        std::set<std::uint64_t> ids;
        bool violates = false;
        for (const Row& row : rows) {
            // Rows of one load know nothing of each other's end.
            violates =
                violates || loaded.contains(row.id) || !ids.insert(row.id).second || collides(*now_, loaded, row);
            loaded[row.id] = row;
        }
        std::optional<std::uint64_t> count;
        const Caught error = caught([&] { count = now_->load(txn, rows, dice_.below(2000)); });
        INFO(error.text);
        const bool some_expired = std::any_of(rows.begin(), rows.end(), [](const Row& row) { return !live(row); });
        if (!some_expired) REQUIRE(error.code.has_value() == violates);
        if (error.code) {
            REQUIRE(*error.code == ErrorCode::constraint);
            return;
        }
        REQUIRE(count == rows.size());
        for (const Row& row : rows)
            if (live(row)) map[row.id] = row;
    }

    // ---- Openings

    void open_as_it_is() { db_.emplace(now_->open(store_.path(), {})); }

    /// Which version to open next: mostly one of this stage, sometimes a later one.
    const Version& later_version() {
        std::vector<const Version*> choices;
        for (const auto& version : chain_.versions) {
            const bool near = version->stage <= now_->stage + 1 || dice_.one_in(6);
            if (version->stage >= now_->stage && near) choices.push_back(version.get());
        }
        return *choices[dice_.below(choices.size())];
    }

    static std::uint64_t newest(const std::string& path) {
        return kv::Environment::open(path).statistics().newest_transaction;
    }

    void reopen() {
        if (dice_.one_in(8)) return open_beside();
        db_.reset();
        for (std::uint64_t refusals = dice_.below(2); refusals > 0; --refusals) try_refused();
        const Version& next = later_version();
        if (next.schema_version > now_->schema_version && dice_.one_in(4)) add_many();
        for (std::uint64_t troubles = dice_.below(3); troubles > 0 && now_ != &next && !db_; --troubles)
            try_to_open(next, true);
        if (!db_ && now_ != &next) try_to_open(next, false);
        if (!db_) {
            // Two records agree in a unique index of the next version.
            require_as_it_was();
            open_as_it_is();
        }
        db_->read([&](ReadTransaction& txn) {
            compare(*now_, txn, map_, random_row());
            require_none(now_->faults(txn));
        });
        if (map_.size() > 100) erase_many();
        if (dice_.one_in(10)) {
            db_->write([&](WriteTransaction& txn) { now_->rebuild(txn); });
        }
        if (dice_.one_in(20)) REQUIRE(kv::check(db_->environment()).ok());
    }

    /// Opens another version while the store is open by this one, with a snapshot from before.
    void open_beside() {
        const Version& next = later_version();
        if (next.from_stage > now_->stage) return;
        INFO("opening " << now_->name << " by " << next.name << " beside");
        const Version& before = *now_;
        const Map map_before = map_;
        Database old = *std::move(db_);
        db_.reset();
        ReadTransaction snapshot = old.begin_read();
        compare(before, snapshot, map_before, random_row());
        Map map = advanced(next.stage);
        const bool collision = any_collides(next, map);
        std::optional<Database> opened;
        const Caught error = caught([&] { opened.emplace(next.open(store_.path(), {})); });
        INFO(error.text);
        REQUIRE(opened.has_value() == !collision);
        if (opened) {
            become(next, std::move(map));
            opened->read([&](ReadTransaction& txn) { compare(*now_, txn, map_, random_row()); });
        }
        compare(before, snapshot, map_before, before.fitted(dice_.row()));
        snapshot.end();
        // Whoever still has the old declaration open is told, also of a migration that was begun and taken back.
        const Caught told = caught([&] {
            old.read([&](ReadTransaction& txn) { compare(before, txn, map_before, before.fitted(dice_.row())); });
        });
        INFO(told.text);
        const bool changed = now_ != &before || next.schema_version > before.schema_version;
        REQUIRE(told.code == (changed ? std::optional(ErrorCode::schema) : std::nullopt));
        opened.reset();
        old.close();
        require_as_it_was();
        open_as_it_is();
    }

    /// Records for more than one step of a migration.
    void add_many() {
        open_as_it_is();
        List rows;
        const std::uint64_t count = 900 + dice_.below(2000);
        for (std::uint64_t i = 0; i < count; ++i) {
            Row row = random_row();
            row.id = kManyFrom + i;
            row.title = "many " + std::to_string(i);
            row.family = row.family.empty() ? "" : row.title;
            row.isbn.reset();
            row.ends.reset();
            rows.push_back(now_->fitted(row));
            map_[row.id] = rows.back();
        }
        db_->write([&](WriteTransaction& txn) { REQUIRE(now_->load(txn, rows, 1 << 20) == count); });
        db_.reset();
    }

    void erase_many() {
        db_->write([&](WriteTransaction& txn) {
            for (auto row = map_.begin(); row != map_.end();) {
                if (row->first < kManyFrom) {
                    ++row;
                    continue;
                }
                REQUIRE(now_->erase(txn, row->second));
                row = map_.erase(row);
            }
        });
    }

    /// By the version that the store has, while it is closed.
    void require_as_it_was() {
        const SchemaReport plan = now_->plan(store_.path());
        require_none(plan.changes);
        require_none(plan.refused);
        Database db = now_->open(store_.path(), {});
        db.read([&](ReadTransaction& txn) {
            compare(*now_, txn, map_, random_row());
            require_none(now_->faults(txn));
        });
    }

    /// A declaration that cannot be applied.
    template <class Open>
    void require_refused(const SchemaReport& plan, Open&& open) {
        ++seen_.refused;
        REQUIRE_FALSE(plan.refused.empty());
        const std::uint64_t before = newest(store_.path());
        const Caught error = caught(open);
        REQUIRE(error.code == ErrorCode::schema);
        for (const std::string& sentence : plan.refused) REQUIRE(holds(error.text, sentence));
        REQUIRE(newest(store_.path()) == before);
    }

    void try_refused() {
        for (const LossyVersion& lossy : chain_.lossy) {
            if (lossy.stage != now_->stage || dice_.one_in(2)) continue;
            INFO(lossy.name);
            require_refused(lossy.plan(store_.path()), [&] { lossy.open(store_.path()); });
        }
        for (const auto& version : chain_.versions) {
            const bool fits = version->stage >= now_->stage && version->from_stage <= now_->stage;
            // An older one of another name would be a new table.
            const bool is_new = version->stage < now_->stage && version->table != now_->table;
            if (fits || is_new || dice_.below(5) != 0) continue;
            INFO(version->name << " does not open a store of " << now_->name);
            require_refused(version->plan(store_.path()),
                            [&] { static_cast<void>(version->open(store_.path(), {})); });
        }
        require_as_it_was();
    }

    [[nodiscard]] Map advanced(std::size_t stage) const {
        Map map = map_;
        for (auto& [id, row] : map)
            for (std::size_t i = now_->stage; i < stage; ++i) chain_.advance[i](row);
        return map;
    }

    /// Opens, or leaves the store as it was, or in the middle of a migration, from which it goes on until it is
    /// open or as it was.
    void try_to_open(const Version& wanted, bool trouble) {
        const Version* next = &wanted;
        for (bool half_way = false; open_once(*next, trouble, half_way) && half_way;) {
            ++seen_.left_half_way;
            // What is not the one that goes on does not come in between.
            require_refused(now_->plan(store_.path()), [&] { static_cast<void>(now_->open(store_.path(), {})); });
            next = &other_to_finish(*next);
            trouble = dice_.one_in(2);
        }
    }

    /// One that may finish what another one has begun: of the same schema version, or a later one.
    const Version& other_to_finish(const Version& begun) {
        std::vector<const Version*> choices{&begun};
        for (const auto& version : chain_.versions)
            if (version->schema_version >= begun.schema_version && dice_.one_in(2))
                choices.push_back(version.get());
        return *choices[dice_.below(choices.size())];
    }

    enum class Trouble { none, cancel, exception, kill, function };

    /// False when the store is open. Else it is as it was, or half way.
    bool open_once(const Version& next, bool trouble, bool& half_way) {
        INFO("opening " << now_->name << " by " << next.name << ", half way: " << half_way);
        if (next.from_stage > now_->stage) {
            require_refused(next.plan(store_.path()), [&] { static_cast<void>(next.open(store_.path(), {})); });
            return true;
        }
        const bool migrates = next.schema_version > now_->schema_version;
        Map map = advanced(next.stage);
        const bool collision = any_collides(next, map);
        const SchemaReport plan = next.plan(store_.path());
        require_none(plan.refused);
        REQUIRE_FALSE(plan.changes.empty());

        const Trouble kind = trouble ? static_cast<Trouble>(1 + dice_.below(4)) : Trouble::none;
        const std::uint64_t at = 1 + dice_.below(dice_.one_in(2) ? 3 : 9);
        if (kind == Trouble::kill) return open_elsewhere(next, at, std::move(map), collision, half_way);
        if (kind == Trouble::function && migrates && !map.empty())
            migration_refuses = std::next(map.begin(), static_cast<std::ptrdiff_t>(dice_.below(map.size())))->first;
        const bool refuses = migration_refuses.has_value();
        std::uint64_t calls = 0;
        const auto progress = [&](const Progress&) {
            if (++calls != at) return true;
            if (kind == Trouble::exception) throw Stop{};
            return kind != Trouble::cancel;
        };
        bool stopped = false;
        Caught error;
        std::optional<Database> opened;
        try {
            error = caught([&] { opened.emplace(next.open(store_.path(), progress)); });
        } catch (const Stop&) {
            stopped = true;
        } catch (const MigrationRefusal&) {
            stopped = true;
        }
        migration_refuses.reset();
        INFO(error.text);
        if (opened) {
            REQUIRE_FALSE(collision);
            // An opening before may have done what the function would not do now.
            REQUIRE((half_way || !refuses));
            become(next, std::move(map), *std::move(opened));
            return false;
        }
        if (stopped) {
            ++seen_.thrown;
        } else if (error.code == ErrorCode::cancelled) {
            REQUIRE(kind == Trouble::cancel);
            ++seen_.cancelled;
            half_way = half_way || migrates;
            if (half_way) return true;
        } else {
            REQUIRE(error.code == ErrorCode::constraint);
            REQUIRE(collision);
            ++seen_.collided;
        }
        // The steps of a migration are taken back.
        if (half_way) ++seen_.taken_back;
        half_way = false;
        require_as_it_was();
        return true;
    }

    /// In a process of its own, which dies when opening tells of its progress for the so-manieth time.
    bool open_elsewhere(const Version& next, std::uint64_t at, Map map, bool collision, bool& half_way) {
        switch (open_and_die(next, at)) {
            case Death::opened:
                REQUIRE_FALSE(collision);
                become(next, std::move(map), next.open(store_.path(), {}));
                return false;
            case Death::refused:
                REQUIRE(collision);
                ++seen_.collided;
                if (half_way) ++seen_.taken_back;
                half_way = false;
                break;
            case Death::killed:
                ++seen_.killed;
                half_way = half_way || next.schema_version > now_->schema_version;
                break;
        }
        if (!half_way) require_as_it_was();
        return true;
    }

    enum class Death { opened, refused, killed };
    Death open_and_die(const Version& next, std::uint64_t at) const {
        const pid_t child = fork();
        if (child == 0) {
            std::uint64_t calls = 0;
            try {
                const Database db = next.open(store_.path(), [&](const Progress&) {
                    if (++calls == at) raise(SIGKILL);
                    return true;
                });
                _exit(0);
            } catch (const std::exception&) {
                _exit(1);
            }
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        if (WIFSIGNALED(status)) return Death::killed;
        return WEXITSTATUS(status) == 0 ? Death::opened : Death::refused;
    }

    void become(const Version& next, Map map) {
        ++(next.stage > now_->stage ? seen_.advanced : seen_.exchanged);
        now_ = &next;
        map_ = std::move(map);
    }

    void become(const Version& next, Map map, Database db) {
        become(next, std::move(map));
        db_.emplace(std::move(db));
        if (dice_.one_in(2)) return;
        db_.reset();
        require_as_it_was();
        open_as_it_is();
    }

    const EvolutionChain& chain_;
    const StorePath store_;
    Dice dice_;
    Seen& seen_;
    const Version* now_;
    std::uint64_t operations_ = 0;
    Map map_;
    std::optional<Database> db_;
};

Operations& operations() {
    static Operations of_all{kEvolutionModel};
    return of_all;
}

#ifdef CAMBIUM_TEST_FLATBUFFERS
constexpr std::size_t kChains = 3;
#else
constexpr std::size_t kChains = 2;
#endif

/// New stores that go up to the last version of the chain, until there were so many operations.
void run(const EvolutionChain& chain) {
    Seen seen;
    std::uint64_t done = 0;
    for (std::uint64_t next = seed(); done < operations().part_of(kChains); ++next) {
        INFO("chain " << chain.name << ", seed " << next);
        done += Run(chain, next, seen).run();
    }
    operations().add(done);
    MESSAGE(chain.name << ": " << seen.finished << " stores, " << seen.advanced << " times a later version, "
                       << seen.exchanged << " times other indexes; " << seen.refused << " refused, "
                       << seen.collided << " collided, " << seen.cancelled << " cancelled, " << seen.thrown
                       << " left by an exception, " << seen.killed << " killed, " << seen.left_half_way
                       << " left half way, " << seen.taken_back << " of these taken back");
}

}  // namespace

TEST_CASE("a table that begins in cbor keeps its records while its declaration changes") {
    run(cbor_chain());
}
TEST_CASE("a table that begins in json keeps its records while its declaration changes") {
    run(json_chain());
}
#ifdef CAMBIUM_TEST_FLATBUFFERS
TEST_CASE("a table that begins in flatbuffers keeps its records while its declaration changes") {
    run(flatbuffers_chain());
}
#endif
TEST_CASE("these were enough operations") {
    operations().finish();
}

}  // namespace cambium::test
