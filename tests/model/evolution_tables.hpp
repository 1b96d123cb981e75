// The versions of the table of the model of schema evolution: records, declarations, and what both mean to the
// model.
//
// A to D follow each other without a function, E and F by migrations, G by renaming once more. Of each there are
// two declarations, which differ in their indexes. The codec of A to D is Codec, that of the later ones Codec2.
#pragma once

#include <set>
#include <utility>

#include "cambium/codec/cbor.hpp"
#include "cambium/codec/json.hpp"
#include "cambium/maintenance.hpp"
#include "evolution_model.hpp"

namespace cambium::test {
namespace evolution {

// ---- Cells
// -------------------------------------------------------------------------------------------------------

inline Cell cell(std::int64_t value) {
    return value;
}
inline Cell cell(const std::string& value) {
    return value;
}
template <class T>
Cell cell(const std::optional<T>& value) {
    return value ? cell(*value) : Cell();
}
template <class T>
requires std::is_integral_v<T> Cell cell(T value) {
    return static_cast<std::int64_t>(value);
}
template <class Value>
void append(Cells& cells, const Value& value) {
    cells.push_back(cell(value));
}
template <class... Columns>
void append(Cells& cells, const std::tuple<Columns...>& columns) {
    std::apply([&](const auto&... column) { (append(cells, column), ...); }, columns);
}
/// A key of one column or several, or an entry.
template <class Value>
Cells cells(const Value& value) {
    Cells result;
    append(result, value);
    return result;
}

// ---- Records
// -----------------------------------------------------------------------------------------------------

/// Functions of a record that an index is made of. Those of one name are told apart by the version of the index.
#define CAMBIUM_TEST_BOOK_FUNCTIONS(text)                                                             \
    template <int Version>                                                                            \
    std::int64_t length() const {                                                                     \
        return static_cast<std::int64_t>(Version == 1 ? (text).size() : (text).size() + tags.size()); \
    }                                                                                                 \
    template <int Version>                                                                            \
    bool is_long() const {                                                                            \
        return pages > (Version == 1 ? 0 : 2);                                                        \
    }

struct BookA {
    std::uint32_t id{};
    std::string title{};
    std::optional<std::string> isbn{};
    std::int16_t pages{};
    std::uint32_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::string note{};
    CAMBIUM_TEST_BOOK_FUNCTIONS(title)
};
/// A field more, one wider, and all in another order.
struct BookB {
    std::int32_t rank = 7;
    std::string title{};
    std::optional<Timestamp> ends{};
    std::uint32_t id{};
    std::int32_t pages{};
    std::vector<std::string> tags{};
    std::optional<std::string> isbn{};
    std::uint32_t revision{};
    std::string note{};
    CAMBIUM_TEST_BOOK_FUNCTIONS(title)
};
/// Another default, a field that may be null, and the table gets another name.
struct BookC {
    std::uint32_t id{};
    std::string title{};
    std::optional<std::string> isbn{};
    std::optional<std::int64_t> pages{};
    std::uint32_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::int32_t rank = 9;
    std::string note{};
    CAMBIUM_TEST_BOOK_FUNCTIONS(title)
};
/// A wider key, a field with another name and one less.
struct BookD {
    std::uint64_t id{};
    std::string title{};
    std::optional<std::string> code{};
    std::optional<std::int64_t> pages{};
    std::uint64_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::int32_t rank = 9;
    CAMBIUM_TEST_BOOK_FUNCTIONS(title)
};
/// The key becomes a text, and the title two fields.
struct BookE {
    std::string key{};
    std::string given{};
    std::string family{};
    std::optional<std::string> code{};
    std::optional<std::int64_t> pages{};
    std::uint64_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::int32_t rank{};
    CAMBIUM_TEST_BOOK_FUNCTIONS(family)
};
/// The key becomes two numbers, and the rank another one.
struct BookF {
    std::uint8_t part{};
    std::uint64_t id{};
    std::string given{};
    std::string family{};
    std::optional<std::string> code{};
    std::optional<std::int64_t> pages{};
    std::uint64_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::int64_t rank{};
    CAMBIUM_TEST_BOOK_FUNCTIONS(family)
};
/// As F, with a field that has another name, and one more.
struct BookG {
    std::uint8_t part{};
    std::uint64_t id{};
    std::string given{};
    std::string surname{};
    std::optional<std::string> code{};
    std::optional<std::int64_t> pages{};
    std::uint64_t revision{};
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::int64_t rank{};
    std::string place = "shelf";
    CAMBIUM_TEST_BOOK_FUNCTIONS(surname)
};
#undef CAMBIUM_TEST_BOOK_FUNCTIONS

inline std::uint64_t id_of_key(const std::string& key) {
    return std::stoull(key.substr(1));
}
inline std::uint8_t part_of(std::uint64_t id) {
    return static_cast<std::uint8_t>(id % 3);
}
inline std::string before_space(const std::string& text) {
    return text.substr(0, text.find(' '));
}
inline std::string behind_space(const std::string& text) {
    const std::size_t space = text.find(' ');
    return space == std::string::npos ? "" : text.substr(space + 1);
}

template <class Old>
BookE e_from(const Old& old) {
    if (migration_refuses == old.id) throw MigrationRefusal{};
    return {.key = "k" + std::to_string(old.id),
            .given = before_space(old.title),
            .family = behind_space(old.title),
            .code = old.code,
            .pages = old.pages,
            .revision = old.revision,
            .ends = old.ends,
            .tags = old.tags,
            .rank = old.rank};
}
inline BookF f_from_e(const BookE& old) {
    const std::uint64_t id = id_of_key(old.key);
    if (migration_refuses == id) throw MigrationRefusal{};
    return {.part = part_of(id),
            .id = id,
            .given = old.given,
            .family = old.family,
            .code = old.code,
            .pages = old.pages,
            .revision = old.revision,
            .ends = old.ends,
            .tags = old.tags,
            .rank = std::int64_t{old.rank} * 2};
}
inline BookG g_from_e(const BookE& old) {
    const BookF f = f_from_e(old);
    return {.part = f.part,
            .id = f.id,
            .given = f.given,
            .surname = f.family,
            .code = f.code,
            .pages = f.pages,
            .revision = f.revision,
            .ends = f.ends,
            .tags = f.tags,
            .rank = f.rank};
}

// ---- Records and rows
// --------------------------------------------------------------------------------------------

/// Fields that have one name and one meaning in every version.
template <class From, class To>
void copy_common(const From& from, To& to) {
    to.ends = from.ends;
    to.tags = from.tags;
    to.revision = static_cast<decltype(to.revision)>(from.revision);
}

template <class Number>
std::optional<std::int64_t> wide(const Number& number) {
    return number;
}
template <class Number>
void narrow(const std::optional<std::int64_t>& from, Number& to) {
    to = static_cast<Number>(from.value_or(0));
}
inline void narrow(const std::optional<std::int64_t>& from, std::optional<std::int64_t>& to) {
    to = from;
}

template <class Record>
Row row_of(const Record& record) {
    Row row;
    copy_common(record, row);
    row.pages = wide(record.pages);
    if constexpr (requires { record.title; }) row.title = record.title;
    if constexpr (requires { record.isbn; }) row.isbn = record.isbn;
    if constexpr (requires { record.code; }) row.isbn = record.code;
    if constexpr (requires { record.note; }) row.note = record.note;
    if constexpr (requires { record.rank; }) row.rank = record.rank;
    if constexpr (requires { record.given; }) row.given = record.given;
    if constexpr (requires { record.family; }) row.family = record.family;
    if constexpr (requires { record.surname; }) row.family = record.surname;
    if constexpr (requires { record.place; }) row.place = record.place;
    if constexpr (requires { record.key; })
        row.id = id_of_key(record.key);
    else
        row.id = record.id;
    return row;
}

template <class Record>
Record record_of(const Row& row) {
    Record record;
    copy_common(row, record);
    narrow(row.pages, record.pages);
    if constexpr (requires { record.title; }) record.title = row.title;
    if constexpr (requires { record.isbn; }) record.isbn = row.isbn;
    if constexpr (requires { record.code; }) record.code = row.isbn;
    if constexpr (requires { record.note; }) record.note = row.note;
    if constexpr (requires { record.rank; }) record.rank = static_cast<decltype(record.rank)>(row.rank);
    if constexpr (requires { record.given; }) record.given = row.given;
    if constexpr (requires { record.family; }) record.family = row.family;
    if constexpr (requires { record.surname; }) record.surname = row.family;
    if constexpr (requires { record.place; }) record.place = row.place;
    if constexpr (requires { record.part; }) record.part = part_of(row.id);
    if constexpr (requires { record.key; })
        record.key = "k" + std::to_string(row.id);
    else
        record.id = static_cast<decltype(record.id)>(row.id);
    return record;
}

/// Calls use() with the primary key of a record, as the calls of a Writer take it.
template <class Record, class Use>
auto with_key(const Record& record, Use&& use) {
    if constexpr (requires { record.key; })
        return use(record.key);
    else if constexpr (requires { record.part; })
        return use(record.part, record.id);
    else
        return use(record.id);
}
template <class Record>
Cells key_of(const Row& row) {
    return with_key(record_of<Record>(row), [](const auto&... column) { return Cells{cell(column)...}; });
}

template <class Record>
constexpr auto isbn_member() {
    if constexpr (requires(Record record) { record.code; })
        return &Record::code;
    else
        return &Record::isbn;
}

// ---- What indexes should hold
// ------------------------------------------------------------------------------------

// Functions of this kind are what IndexModel names.
inline std::vector<Cells> isbn(const Row& row) {
    return {{cell(row.isbn)}};
}
inline std::vector<Cells> title_pages(const Row& row) {
    return {{cell(row.title), cell(row.pages)}};
}
inline std::vector<Cells> title_rank(const Row& row) {
    return {{cell(row.title), cell(row.rank)}};
}
inline std::vector<Cells> title_pages_rank(const Row& row) {
    return {{cell(row.title), cell(row.pages), cell(row.rank)}};
}
inline std::string folded(std::string text) {
    for (char& letter : text) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    return text;
}
inline std::vector<Cells> folded_title(const Row& row) {
    return {{cell(folded(row.title))}};
}
inline std::vector<Cells> folded_family(const Row& row) {
    return {{cell(folded(row.family))}};
}
inline std::vector<Cells> tag(const Row& row) {
    std::vector<Cells> all;
    for (const std::string& one : std::set<std::string>(row.tags.begin(), row.tags.end())) all.push_back({one});
    return all;
}
inline std::vector<Cells> tag_pages(const Row& row) {
    std::vector<Cells> all = tag(row);
    for (Cells& one : all) one.push_back(cell(row.pages));
    return all;
}
template <int Version>
std::vector<Cells> length(const Row& row) {
    const std::size_t size = row.title.size() + row.family.size();  // one of the two is there
    return {{cell(Version == 1 ? size : size + row.tags.size())}};
}
inline std::vector<Cells> pages(const Row& row) {
    return {{cell(row.pages)}};
}
inline std::vector<Cells> rank(const Row& row) {
    return {{cell(row.rank)}};
}
inline std::vector<Cells> rank_pages(const Row& row) {
    return {{cell(row.rank), cell(row.pages)}};
}
inline std::vector<Cells> family_given(const Row& row) {
    return {{cell(row.family), cell(row.given)}};
}
inline std::vector<Cells> family_given_pages(const Row& row) {
    return {{cell(row.family), cell(row.given), cell(row.pages)}};
}
inline std::vector<Cells> place(const Row& row) {
    return {{cell(row.place)}};
}
template <int Version>
bool is_long(const Row& row) {
    return row.pages > (Version == 1 ? 0 : 2);
}
inline Cells only_title(const Row& row) {
    return {cell(row.title)};
}
inline Cells only_pages(const Row& row) {
    return {cell(row.pages)};
}
inline Cells only_isbn(const Row& row) {
    return {cell(row.isbn)};
}
inline Cells isbn_and_place(const Row& row) {
    return {cell(row.isbn), cell(row.place)};
}
template <class Record>
std::string first_tag(const Record& record) {
    return record.tags.empty() ? std::string("a") : record.tags.front();
}

// ---- Declarations
// ------------------------------------------------------------------------------------------------

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

// ---- Declarations that would lose something
// ----------------------------------------------------------------------

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

// ---- A version as the model uses it
// ------------------------------------------------------------------------------

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
