// The versions of the table of the model of schema evolution: their declarations, and what these mean to the model.
//
// A to D follow each other without a function, E and F by migrations, G by renaming once more. Of each there are
// two declarations, which differ in their indexes. The codec of A to D is Codec, that of the later ones Codec2.
#pragma once

#include <set>
#include <utility>

#include "cambium/codec/cbor.hpp"
#include "cambium/codec/json.hpp"
#include "cambium/maintenance.hpp"
#include "evolution_records.hpp"

namespace cambium::test {
namespace evolution {

// ---- Declarations ------------------------------------------------------------------------------------------

// Some indexes stay the same from one version to the next: openings build them anew only where something else asks
// for it (another default, a wider key), or not at all (A0 to C0, F1 to G1).
//
// each_index() calls use() for every index, in the order declared, with the first column of a record.

template <class Codec>
struct A0
    : Table<"books", BookA, PrimaryKey<&BookA::id>, Codec, RowVersion<&BookA::revision>, ExpiresAt<&BookA::ends>,
            Unique<"isbn", &BookA::isbn>, OrderedIndex<"title", &BookA::title, &BookA::pages>,
            OrderedIndex<"tag", each<&BookA::tags>>, OrderedIndex<"length", &BookA::length<1>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "isbn", .unique = true, .columns = &isbn},
                {.name = "title", .columns = &title_pages},
                {.name = "tag", .columns = &tag},
                {.name = "length", .columns = &length<1>}};
    }
    template <class Use>
    static void each_index(const Reader<A0>& books, const BookA& book, Use&& use) {
        use(books.template by<"isbn">(), book.isbn);
        use(books.template by<"title">(), book.title);
        use(books.template by<"tag">(), first_tag(book));
        use(books.template by<"length">(), book.template length<1>());
    }
};

template <class Codec>
struct A1
    : Table<"books", BookA, PrimaryKey<&BookA::id>, Codec, RowVersion<&BookA::revision>, ExpiresAt<&BookA::ends>,
            OrderedIndex<"isbn", &BookA::isbn>, Unique<"title", &BookA::title, &BookA::pages>,
            OrderedIndex<"long", descending<&BookA::pages>, where<&BookA::is_long<1>>, covering<&BookA::title>>,
            OrderedIndex<"length", &BookA::length<2>, version<2>>> {
    static std::vector<IndexModel> models() {
        return {
            {.name = "isbn", .columns = &isbn},
            {.name = "title", .unique = true, .columns = &title_pages},
            {.name = "long", .descending = true, .where = &is_long<1>, .columns = &pages, .covered = &only_title},
            {.name = "length", .columns = &length<2>}};
    }
    template <class Use>
    static void each_index(const Reader<A1>& books, const BookA& book, Use&& use) {
        use(books.template by<"isbn">(), book.isbn);
        use(books.template by<"title">(), book.title);
        use(books.template by<"long">(), book.pages);
        use(books.template by<"length">(), book.template length<2>());
    }
};

template <class Codec>
struct B0 : Table<"books", BookB, PrimaryKey<&BookB::id>, Codec, RowVersion<&BookB::revision>,
                  ExpiresAt<&BookB::ends>, Unique<"isbn", &BookB::isbn, without_nulls>,
                  OrderedIndex<"title", ignore_case<&BookB::title>, covering<&BookB::pages>>,
                  OrderedIndex<"tag", each<&BookB::tags>, &BookB::pages>, OrderedIndex<"rank", &BookB::rank>> {
    static std::vector<IndexModel> models() {
        return {{.name = "isbn", .unique = true, .without_nulls = true, .columns = &isbn},
                {.name = "title", .columns = &folded_title, .covered = &only_pages},
                {.name = "tag", .columns = &tag_pages},
                {.name = "rank", .columns = &rank}};
    }
    template <class Use>
    static void each_index(const Reader<B0>& books, const BookB& book, Use&& use) {
        use(books.template by<"isbn">(), book.isbn);
        use(books.template by<"title">(), book.title);
        use(books.template by<"tag">(), first_tag(book));
        use(books.template by<"rank">(), book.rank);
    }
};

template <class Codec>
struct B1
    : Table<"books", BookB, PrimaryKey<&BookB::id>, Codec, RowVersion<&BookB::revision>, ExpiresAt<&BookB::ends>,
            OrderedIndex<"isbn", &BookB::isbn, covering<&BookB::title>>,
            OrderedIndex<"long", descending<&BookB::pages>, where<&BookB::is_long<2>>, covering<&BookB::title>,
                         version<2>>,
            Unique<"title", &BookB::title, &BookB::rank>, OrderedIndex<"length", &BookB::length<1>, version<3>>> {
    static std::vector<IndexModel> models() {
        return {
            {.name = "isbn", .columns = &isbn, .covered = &only_title},
            {.name = "long", .descending = true, .where = &is_long<2>, .columns = &pages, .covered = &only_title},
            {.name = "title", .unique = true, .columns = &title_rank},
            {.name = "length", .columns = &length<1>}};
    }
    template <class Use>
    static void each_index(const Reader<B1>& books, const BookB& book, Use&& use) {
        use(books.template by<"isbn">(), book.isbn);
        use(books.template by<"long">(), book.pages);
        use(books.template by<"title">(), book.title);
        use(books.template by<"length">(), book.template length<1>());
    }
};

template <class Codec>
struct C0 : Table<"works", BookC, RenamedTable<"books">, PrimaryKey<&BookC::id>, Codec,
                  RowVersion<&BookC::revision>, ExpiresAt<&BookC::ends>, Unique<"isbn", &BookC::isbn>,
                  OrderedIndex<"rank", &BookC::rank>, OrderedIndex<"tag", each<&BookC::tags>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "isbn", .unique = true, .columns = &isbn},
                {.name = "rank", .columns = &rank},
                {.name = "tag", .columns = &tag}};
    }
    template <class Use>
    static void each_index(const Reader<C0>& books, const BookC& book, Use&& use) {
        use(books.template by<"isbn">(), book.isbn);
        use(books.template by<"rank">(), book.rank);
        use(books.template by<"tag">(), first_tag(book));
    }
};

template <class Codec>
struct C1
    : Table<"works", BookC, RenamedTable<"books">, PrimaryKey<&BookC::id>, Codec, RowVersion<&BookC::revision>,
            ExpiresAt<&BookC::ends>, Unique<"isbn", &BookC::isbn, where<&BookC::is_long<2>>>,
            OrderedIndex<"rank", descending<&BookC::rank>, covering<&BookC::isbn>>,
            OrderedIndex<"length", &BookC::length<2>, version<4>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "isbn", .unique = true, .where = &is_long<2>, .columns = &isbn},
                {.name = "rank", .descending = true, .columns = &rank, .covered = &only_isbn},
                {.name = "length", .columns = &length<2>}};
    }
    template <class Use>
    static void each_index(const Reader<C1>& books, const BookC& book, Use&& use) {
        use(books.template by<"isbn">(), book.isbn);
        use(books.template by<"rank">(), book.rank);
        use(books.template by<"length">(), book.template length<2>());
    }
};

template <class Codec>
struct D0 : Table<"works", BookD, RenamedTable<"books">, Renamed<"isbn", &BookD::code>, Dropped<"note">,
                  PrimaryKey<&BookD::id>, Codec, RowVersion<&BookD::revision>, ExpiresAt<&BookD::ends>,
                  Unique<"code", &BookD::code>, OrderedIndex<"title", &BookD::title, &BookD::pages>,
                  OrderedIndex<"rank", &BookD::rank>> {
    static std::vector<IndexModel> models() {
        return {{.name = "code", .unique = true, .columns = &isbn},
                {.name = "title", .columns = &title_pages},
                {.name = "rank", .columns = &rank}};
    }
    template <class Use>
    static void each_index(const Reader<D0>& books, const BookD& book, Use&& use) {
        use(books.template by<"code">(), book.code);
        use(books.template by<"title">(), book.title);
        use(books.template by<"rank">(), book.rank);
    }
};

template <class Codec>
struct D1 : Table<"works", BookD, RenamedTable<"books">, Renamed<"isbn", &BookD::code>, Dropped<"note">,
                  PrimaryKey<&BookD::id>, Codec, RowVersion<&BookD::revision>, ExpiresAt<&BookD::ends>,
                  OrderedIndex<"code", &BookD::code>, Unique<"title", &BookD::title, &BookD::pages, &BookD::rank>,
                  OrderedIndex<"long", descending<&BookD::pages>, where<&BookD::is_long<1>>, version<3>>,
                  OrderedIndex<"length", &BookD::length<1>, version<5>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "code", .columns = &isbn},
                {.name = "title", .unique = true, .columns = &title_pages_rank},
                {.name = "long", .descending = true, .where = &is_long<1>, .columns = &pages},
                {.name = "length", .columns = &length<1>}};
    }
    template <class Use>
    static void each_index(const Reader<D1>& books, const BookD& book, Use&& use) {
        use(books.template by<"code">(), book.code);
        use(books.template by<"title">(), book.title);
        use(books.template by<"long">(), book.pages);
        use(books.template by<"length">(), book.template length<1>());
    }
};

/// What every table from E on says of the ones before. D is the record that E is made of.
template <class D, class Codec>
struct Before {
    using ToE = Migration<1, D, &e_from<D>, Codec>;
};

template <class D, class Codec, class Codec2>
struct E0 : Table<"works", BookE, RenamedTable<"books">, Dropped<"note">, PrimaryKey<&BookE::key>, Codec2,
                  SchemaVersion<2>, typename Before<D, Codec>::ToE, RowVersion<&BookE::revision>,
                  ExpiresAt<&BookE::ends>, Unique<"code", &BookE::code>,
                  OrderedIndex<"name", &BookE::family, &BookE::given>, OrderedIndex<"tag", each<&BookE::tags>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "code", .unique = true, .columns = &isbn},
                {.name = "name", .columns = &family_given},
                {.name = "tag", .columns = &tag}};
    }
    template <class Use>
    static void each_index(const Reader<E0>& books, const BookE& book, Use&& use) {
        use(books.template by<"code">(), book.code);
        use(books.template by<"name">(), book.family);
        use(books.template by<"tag">(), first_tag(book));
    }
};

template <class D, class Codec, class Codec2>
struct E1
    : Table<"works", BookE, RenamedTable<"books">, Dropped<"note">, PrimaryKey<&BookE::key>, Codec2,
            SchemaVersion<2>, typename Before<D, Codec>::ToE, RowVersion<&BookE::revision>, ExpiresAt<&BookE::ends>,
            OrderedIndex<"code", &BookE::code>, Unique<"name", &BookE::family, &BookE::given, &BookE::pages>,
            OrderedIndex<"length", &BookE::length<2>, where<&BookE::is_long<1>>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "code", .columns = &isbn},
                {.name = "name", .unique = true, .columns = &family_given_pages},
                {.name = "length", .where = &is_long<1>, .columns = &length<2>}};
    }
    template <class Use>
    static void each_index(const Reader<E1>& books, const BookE& book, Use&& use) {
        use(books.template by<"code">(), book.code);
        use(books.template by<"name">(), book.family);
        use(books.template by<"length">(), book.template length<2>());
    }
};

template <class D, class Codec, class Codec2>
struct F0 : Table<"works", BookF, RenamedTable<"books">, Dropped<"note">, PrimaryKey<&BookF::part, &BookF::id>,
                  Codec2, SchemaVersion<3>, typename Before<D, Codec>::ToE, Migration<2, BookE, &f_from_e>,
                  RowVersion<&BookF::revision>, ExpiresAt<&BookF::ends>, Unique<"code", &BookF::code>,
                  OrderedIndex<"rank", &BookF::rank>, OrderedIndex<"length", &BookF::length<1>, version<2>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "code", .unique = true, .columns = &isbn},
                {.name = "rank", .columns = &rank},
                {.name = "length", .columns = &length<1>}};
    }
    template <class Use>
    static void each_index(const Reader<F0>& books, const BookF& book, Use&& use) {
        use(books.template by<"code">(), book.code);
        use(books.template by<"rank">(), book.rank);
        use(books.template by<"length">(), book.template length<1>());
    }
};

template <class D, class Codec, class Codec2>
struct F1 : Table<"works", BookF, RenamedTable<"books">, Dropped<"note">, PrimaryKey<&BookF::part, &BookF::id>,
                  Codec2, SchemaVersion<3>, typename Before<D, Codec>::ToE, Migration<2, BookE, &f_from_e>,
                  RowVersion<&BookF::revision>, ExpiresAt<&BookF::ends>,
                  OrderedIndex<"name", ignore_case<&BookF::family>, covering<&BookF::code>>,
                  OrderedIndex<"tag", each<&BookF::tags>, &BookF::pages>> {
    static std::vector<IndexModel> models() {
        return {{.name = "name", .columns = &folded_family, .covered = &only_isbn},
                {.name = "tag", .columns = &tag_pages}};
    }
    template <class Use>
    static void each_index(const Reader<F1>& books, const BookF& book, Use&& use) {
        use(books.template by<"name">(), book.family);
        use(books.template by<"tag">(), first_tag(book));
    }
};

template <class D, class Codec, class Codec2>
struct G0 : Table<"works", BookG, RenamedTable<"books">, Dropped<"note">, Renamed<"family", &BookG::surname>,
                  PrimaryKey<&BookG::part, &BookG::id>, Codec2, SchemaVersion<3>, typename Before<D, Codec>::ToE,
                  Migration<2, BookE, &g_from_e>, RowVersion<&BookG::revision>, ExpiresAt<&BookG::ends>,
                  Unique<"code", &BookG::code>, OrderedIndex<"name", &BookG::surname, &BookG::given>,
                  OrderedIndex<"place", &BookG::place>> {
    static std::vector<IndexModel> models() {
        return {{.name = "code", .unique = true, .columns = &isbn},
                {.name = "name", .columns = &family_given},
                {.name = "place", .columns = &place}};
    }
    template <class Use>
    static void each_index(const Reader<G0>& books, const BookG& book, Use&& use) {
        use(books.template by<"code">(), book.code);
        use(books.template by<"name">(), book.surname);
        use(books.template by<"place">(), book.place);
    }
};

template <class D, class Codec, class Codec2>
struct G1 : Table<"works", BookG, RenamedTable<"books">, Dropped<"note">, Renamed<"family", &BookG::surname>,
                  PrimaryKey<&BookG::part, &BookG::id>, Codec2, SchemaVersion<3>, typename Before<D, Codec>::ToE,
                  Migration<2, BookE, &g_from_e>, RowVersion<&BookG::revision>, ExpiresAt<&BookG::ends>,
                  OrderedIndex<"rank", descending<&BookG::rank>, where<&BookG::is_long<1>>,
                               covering<&BookG::code, &BookG::place>>,
                  OrderedIndex<"tag", each<&BookG::tags>, &BookG::pages>> {
    static std::vector<IndexModel> models() {
        return {{.name = "rank",
                 .descending = true,
                 .where = &is_long<1>,
                 .columns = &rank,
                 .covered = &isbn_and_place},
                {.name = "tag", .columns = &tag_pages}};
    }
    template <class Use>
    static void each_index(const Reader<G1>& books, const BookG& book, Use&& use) {
        use(books.template by<"rank">(), book.rank);
        use(books.template by<"tag">(), first_tag(book));
    }
};

// ---- Declarations that would lose something ----------------------------------------------------------------

struct NarrowA {
    std::uint32_t id{};
    std::string title{};
    std::optional<std::string> isbn{};
    std::int8_t pages{};
    std::uint32_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::string note{};
};
struct ShortB {
    std::uint32_t id{};
    std::int32_t rank = 7;
    std::optional<std::string> isbn{};
    std::int32_t pages{};
    std::uint32_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::string note{};
};
struct NotNullD {
    std::uint64_t id{};
    std::string title{};
    std::string code{};
    std::optional<std::int64_t> pages{};
    std::uint64_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::int32_t rank = 9;
};
template <class Codec>
struct NarrowBooks : Table<"books", NarrowA, PrimaryKey<&NarrowA::id>, Codec> {};
template <class Codec2>
struct OtherCodecBooks : Table<"books", BookA, PrimaryKey<&BookA::id>, Codec2> {};
template <class Codec>
struct ShortBooks : Table<"books", ShortB, PrimaryKey<&ShortB::id>, Codec> {};
template <class Codec>
struct OtherKeyBooks : Table<"works", BookC, RenamedTable<"books">, PrimaryKey<&BookC::title>, Codec> {};
template <class Codec>
struct NotNullBooks : Table<"works", NotNullD, RenamedTable<"books">, PrimaryKey<&NotNullD::id>, Codec> {};
template <class Codec2>
struct NoMigrationBooks : Table<"works", BookF, PrimaryKey<&BookF::part, &BookF::id>, Codec2, SchemaVersion<3>> {};
template <class Codec2>
struct WrongCodecBooks
    : Table<"works", BookG, PrimaryKey<&BookG::part, &BookG::id>, Codec2, SchemaVersion<3>,
            Migration<2, BookE, &g_from_e, std::conditional_t<std::is_same_v<Codec2, Cbor>, Json, Cbor>>> {};
template <class Codec2>
struct KeptNameBooks : Table<"works", BookG, PrimaryKey<&BookG::part, &BookG::id>, Codec2, SchemaVersion<3>> {};

// ---- A version as the model uses it ------------------------------------------------------------------------

template <class T>
class VersionOf final : public Version {
    using Record = typename T::Record;

public:
    VersionOf() {
        table = T::table_name;
        indexes = T::models();
        key = &key_of<Record>;
        schema_version = detail::LayoutOf<T>::description.evolution->version;
    }

    Database open(const std::string& path, ProgressFunction progress) const override {
        return Database::open<T>(path, {}, progress, &evolution_clock);
    }
    SchemaReport plan(const std::string& path) const override { return Database::plan<T>(path); }
    Row fitted(const Row& row) const override { return row_of(record_of<Record>(row)); }

    Wrote write(WriteTransaction& txn, Write call, const Row& row) const override {
        Writer<T> books{txn};
        Record record = record_of<Record>(row);
        const auto wrote = [](bool done) { return done ? Wrote::done : Wrote::nothing; };
        switch (call) {
            case Write::insert:
                return books.insert(record), Wrote::done;
            case Write::insert_if_absent:
                return wrote(books.insert_if_absent(record));
            case Write::upsert:
                return books.upsert(record), Wrote::done;
            case Write::replace:
                return wrote(books.replace(record));
            case Write::update:
                return wrote(with_key(record, [&](const auto&... column) {
                    return books.update(column..., [&](Record& stored) {
                        stored.pages = record.pages;
                        stored.tags = record.tags;
                        stored.ends = record.ends;
                        stored.*isbn_member<Record>() = record.*isbn_member<Record>();
                    });
                }));
            case Write::patch:
                return wrote(with_key(record, [&](const auto&... column) {
                    constexpr auto kIsbn = isbn_member<Record>();
                    return books.patch(column..., cambium::set<kIsbn>(record.*kIsbn),
                                       cambium::set<&Record::pages>(record.pages));
                }));
            case Write::swap:
                break;
        }
        const Swap swapped = books.compare_and_swap(record);
        return swapped == Swap::stored ? Wrote::done : swapped == Swap::absent ? Wrote::nothing : Wrote::conflict;
    }
    bool erase(WriteTransaction& txn, const Row& row) const override {
        return with_key(record_of<Record>(row),
                        [&](const auto&... column) { return Writer<T>{txn}.erase(column...); });
    }
    std::optional<Row> get(ReadTransaction& txn, const Row& row) const override {
        const auto found =
            with_key(record_of<Record>(row), [&](const auto&... column) { return Reader<T>{txn}.get(column...); });
        return found ? std::optional(row_of(*found)) : std::nullopt;
    }
    bool contains(ReadTransaction& txn, const Row& row) const override {
        return with_key(record_of<Record>(row),
                        [&](const auto&... column) { return Reader<T>{txn}.contains(column...); });
    }
    std::optional<Row> first_equal(ReadTransaction& txn, std::size_t index, const Row& row) const override {
        std::optional<Row> result;
        visit(txn, index, row, [&](const auto& query, const auto& column) {
            std::optional<Record> found;
            if constexpr (requires { query.get(column); })
                found = query.get(column);
            else
                found = query.equal(column).first();
            if (found) result = row_of(*found);
        });
        return result;
    }

    std::uint64_t erase_range(WriteTransaction& txn, const Row& from, const Row& until) const override {
        Writer<T> books{txn};
        const Record low = record_of<Record>(from);
        const Record high = record_of<Record>(until);
        return with_key(low, [&](const auto&... a) {
            return with_key(high, [&](const auto&... b) { return books.erase(books.range({a...}, {b...})); });
        });
    }
    std::uint64_t erase_equal(WriteTransaction& txn, std::size_t index, const Row& row) const override {
        std::uint64_t erased = 0;
        visit(txn, index, row,
              [&](const auto& query, const auto& column) { erased = Writer<T>{txn}.erase(query.equal(column)); });
        return erased;
    }
    std::uint64_t load(WriteTransaction& txn, const std::vector<Row>& rows,
                       std::size_t memory_bytes) const override {
        std::vector<Record> records;
        for (const Row& row : rows) records.push_back(record_of<Record>(row));
        return Writer<T>{txn}.load(records, {.memory_bytes = memory_bytes});
    }
    void truncate(WriteTransaction& txn) const override { Writer<T>{txn}.truncate(); }
    void erase_expired(WriteTransaction& txn, std::uint64_t limit) const override {
        static_cast<void>(Writer<T>{txn}.erase_expired(limit));
    }
    void rebuild(WriteTransaction& txn) const override { rebuild_indexes<T>(txn); }

    IndexReading read(ReadTransaction& txn, const Row& row) const override {
        const Reader<T> books{txn};
        IndexReading reading;
        if constexpr (requires(Record record) { record.key; })
            read_rows(books, record_of<Record>(row).key, reading);
        else if constexpr (requires(Record record) { record.part; })
            read_rows(books, record_of<Record>(row).part, reading);
        else
            read_rows(books, record_of<Record>(row).id, reading);
        return reading;
    }
    IndexReading read(ReadTransaction& txn, std::size_t index, const Row& row) const override {
        IndexReading reading;
        visit(txn, index, row, [&](const auto& query, const auto& column) {
            read_rows(query, column, reading);
            for (const auto& entry : query.entries()) reading.entries.push_back(cells(entry));
        });
        return reading;
    }
    std::vector<std::string> faults(ReadTransaction& txn) const override {
        std::vector<std::string> sentences;
        for (const IndexFinding& finding : verify_indexes<T>(txn).findings) sentences.push_back(finding.what);
        return sentences;
    }

private:
    template <class Use>
    static void visit(ReadTransaction& txn, std::size_t index, const Row& row, Use&& use) {
        std::size_t at = 0;
        T::each_index(Reader<T>{txn}, record_of<Record>(row), [&](const auto& query, const auto& column) {
            if (at++ == index) use(query, column);
        });
    }

    static std::vector<Row> rows_of(const Rows<T>& rows) {
        std::vector<Row> result;
        for (const Record& record : rows) result.push_back(row_of(record));
        return result;
    }
    template <class Query, class Column>
    static void read_rows(const Query& query, const Column& column, IndexReading& reading) {
        reading.all = rows_of(query);
        reading.reversed = rows_of(query.reverse());
        reading.equal = rows_of(query.equal(column));
        reading.from = rows_of(query.from(column));
        reading.until = rows_of(query.until(column));
        for (const auto& one : query.keys()) reading.keys.push_back(cells(one));
        reading.count = query.count();
        reading.equal_count = query.equal(column).count();
    }
};

template <class T>
void add_version(EvolutionChain& chain, std::string name, std::size_t stage, std::size_t from_stage = 0) {
    auto version = std::make_unique<VersionOf<T>>();
    version->name = std::move(name);
    version->stage = stage;
    version->from_stage = from_stage;
    chain.versions.push_back(std::move(version));
}

template <class T>
LossyVersion lossy_version(std::string name, std::size_t stage) {
    return {std::move(name), stage,
            [](const std::string& path) { static_cast<void>(Database::open<T>(path, {}, {}, &evolution_clock)); },
            [](const std::string& path) { return Database::plan<T>(path); }};
}

/// E to G, from stage `first` on, with what becomes of the rows.
template <class D, class Codec, class Codec2>
void add_migrations(EvolutionChain& chain, std::size_t first) {
    add_version<E0<D, Codec, Codec2>>(chain, "E0", first, first - 1);
    add_version<E1<D, Codec, Codec2>>(chain, "E1", first, first - 1);
    add_version<F0<D, Codec, Codec2>>(chain, "F0", first + 1, first - 1);
    add_version<F1<D, Codec, Codec2>>(chain, "F1", first + 1, first - 1);
    add_version<G0<D, Codec, Codec2>>(chain, "G0", first + 2, first - 1);
    add_version<G1<D, Codec, Codec2>>(chain, "G1", first + 2, first - 1);
    chain.advance.push_back([](Row& row) {
        row.given = before_space(row.title);
        row.family = behind_space(row.title);
        row.title.clear();
    });
    chain.advance.push_back([](Row& row) { row.rank *= 2; });
    chain.advance.push_back([](Row& row) { row.place = "shelf"; });
    chain.lossy.push_back(lossy_version<NoMigrationBooks<Codec2>>("no migration", first));
    chain.lossy.push_back(lossy_version<WrongCodecBooks<Codec2>>("wrong old codec", first));
    chain.lossy.push_back(lossy_version<KeptNameBooks<Codec2>>("renamed without Renamed", first + 1));
}

template <class Codec, class Codec2>
EvolutionChain named_chain(std::string name, std::uint64_t number) {
    EvolutionChain chain{std::move(name), number};
    add_version<A0<Codec>>(chain, "A0", 0);
    add_version<A1<Codec>>(chain, "A1", 0);
    add_version<B0<Codec>>(chain, "B0", 1);
    add_version<B1<Codec>>(chain, "B1", 1);
    add_version<C0<Codec>>(chain, "C0", 2);
    add_version<C1<Codec>>(chain, "C1", 2);
    add_version<D0<Codec>>(chain, "D0", 3);
    add_version<D1<Codec>>(chain, "D1", 3);
    chain.advance.push_back([](Row& row) {
        row.rank = 7;
        row.reads_default = true;
    });
    chain.advance.push_back([](Row& row) {
        if (row.reads_default) row.rank = 9;
    });
    // All records are written anew.
    chain.advance.push_back([](Row& row) {
        row.note.clear();
        row.reads_default = false;
    });
    chain.lossy.push_back(lossy_version<NarrowBooks<Codec>>("narrower", 0));
    chain.lossy.push_back(lossy_version<OtherCodecBooks<Codec2>>("another codec", 0));
    chain.lossy.push_back(lossy_version<ShortBooks<Codec>>("a field less", 1));
    chain.lossy.push_back(lossy_version<OtherKeyBooks<Codec>>("another key", 2));
    chain.lossy.push_back(lossy_version<NotNullBooks<Codec>>("no null any more", 3));
    add_migrations<BookD, Codec, Codec2>(chain, 4);
    return chain;
}

}  // namespace evolution
}  // namespace cambium::test
