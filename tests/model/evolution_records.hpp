// The records of the model of schema evolution, one for each version of its table, and what they and entries of
// their indexes mean to the model.
#pragma once

#include <set>
#include <utility>

#include "cambium/maintenance.hpp"
#include "evolution_model.hpp"

namespace cambium::test {
namespace evolution {

// ---- Cells -------------------------------------------------------------------------------------------------

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

// ---- Records -----------------------------------------------------------------------------------------------

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

// ---- Records and rows --------------------------------------------------------------------------------------

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

// ---- What indexes should hold ------------------------------------------------------------------------------

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

}  // namespace evolution
}  // namespace cambium::test
