// The versions of the evolution model that begin in FlatBuffers, and go on in CBOR.
#include "cambium/codec/flatbuffers.hpp"
#include "evolution_books_tables.hpp"
#include "evolution_tables.hpp"

namespace cambium::test {
namespace evolution {
namespace {

using books::First;
using books::Second;

template <int Version, class Record>
std::int64_t length_of(const Record& record) {
    const std::size_t size = record.title.size();
    return static_cast<std::int64_t>(Version == 1 ? size : size + record.tags.size());
}
template <int Version, class Record>
bool is_long_book(const Record& record) {
    return record.pages > (Version == 1 ? 0 : 2);
}

struct First0 : Table<"books", First, PrimaryKey<&First::id>, FlatBuffers, RowVersion<&First::revision>,
                      ExpiresAt<&First::ends>, Unique<"isbn", &First::isbn>,
                      OrderedIndex<"title", &First::title, &First::pages>, OrderedIndex<"tag", each<&First::tags>>,
                      OrderedIndex<"length", &length_of<1, First>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "isbn", .unique = true, .columns = &isbn},
                {.name = "title", .columns = &title_pages},
                {.name = "tag", .columns = &tag},
                {.name = "length", .columns = &length<1>}};
    }
    template <class Use>
    static void each_index(const Reader<First0>& books, const First& book, Use&& use) {
        use(books.by<"isbn">(), book.isbn);
        use(books.by<"title">(), book.title);
        use(books.by<"tag">(), first_tag(book));
        use(books.by<"length">(), length_of<1>(book));
    }
};

struct First1
    : Table<
          "books", First, PrimaryKey<&First::id>, FlatBuffers, RowVersion<&First::revision>,
          ExpiresAt<&First::ends>, OrderedIndex<"isbn", &First::isbn>,
          Unique<"title", &First::title, &First::pages>,
          OrderedIndex<"long", descending<&First::pages>, where<&is_long_book<1, First>>, covering<&First::title>>,
          OrderedIndex<"length", &length_of<2, First>, version<2>>> {
    static std::vector<IndexModel> models() {
        return {
            {.name = "isbn", .columns = &isbn},
            {.name = "title", .unique = true, .columns = &title_pages},
            {.name = "long", .descending = true, .where = &is_long<1>, .columns = &pages, .covered = &only_title},
            {.name = "length", .columns = &length<2>}};
    }
    template <class Use>
    static void each_index(const Reader<First1>& books, const First& book, Use&& use) {
        use(books.by<"isbn">(), book.isbn);
        use(books.by<"title">(), book.title);
        use(books.by<"long">(), book.pages);
        use(books.by<"length">(), length_of<2>(book));
    }
};

struct Second0
    : Table<"works", Second, RenamedTable<"books">, Renamed<"isbn", &Second::code>, PrimaryKey<&Second::id>,
            FlatBuffers, RowVersion<&Second::revision>, ExpiresAt<&Second::ends>, Unique<"code", &Second::code>,
            OrderedIndex<"title", ignore_case<&Second::title>, covering<&Second::pages>>,
            OrderedIndex<"rank", &Second::rank, &Second::pages>> {
    static std::vector<IndexModel> models() {
        return {{.name = "code", .unique = true, .columns = &isbn},
                {.name = "title", .columns = &folded_title, .covered = &only_pages},
                {.name = "rank", .columns = &rank_pages}};
    }
    template <class Use>
    static void each_index(const Reader<Second0>& books, const Second& book, Use&& use) {
        use(books.by<"code">(), book.code);
        use(books.by<"title">(), book.title);
        use(books.by<"rank">(), book.rank);
    }
};

struct Second1 : Table<"works", Second, RenamedTable<"books">, Renamed<"isbn", &Second::code>,
                       PrimaryKey<&Second::id>, FlatBuffers, RowVersion<&Second::revision>,
                       ExpiresAt<&Second::ends>, Unique<"code", &Second::code, where<&is_long_book<2, Second>>>,
                       OrderedIndex<"rank", descending<&Second::rank>, covering<&Second::code>>,
                       OrderedIndex<"length", &length_of<1, Second>, version<3>>> {
    static std::vector<IndexModel> models() {
        return {{.name = "code", .unique = true, .where = &is_long<2>, .columns = &isbn},
                {.name = "rank", .descending = true, .columns = &rank, .covered = &only_isbn},
                {.name = "length", .columns = &length<1>}};
    }
    template <class Use>
    static void each_index(const Reader<Second1>& books, const Second& book, Use&& use) {
        use(books.by<"code">(), book.code);
        use(books.by<"rank">(), book.rank);
        use(books.by<"length">(), length_of<1>(book));
    }
};

template <class Record, detail::Name Name>
struct Lossy : Table<Name, Record, RenamedTable<"books">, PrimaryKey<&Record::id>, FlatBuffers> {};

}  // namespace
}  // namespace evolution

EvolutionChain flatbuffers_chain() {
    using namespace evolution;
    EvolutionChain chain{"flatbuffers", 2};
    add_version<First0>(chain, "First0", 0);
    add_version<First1>(chain, "First1", 0);
    add_version<Second0>(chain, "Second0", 1);
    add_version<Second1>(chain, "Second1", 1);
    chain.advance.push_back([](Row& row) {
        row.rank = 7;
        row.note.clear();
    });
    chain.lossy.push_back(lossy_version<Lossy<books::Short, "works">>("a field less", 0));
    chain.lossy.push_back(lossy_version<Lossy<books::OtherDefault, "works">>("another default", 1));
    chain.lossy.push_back(lossy_version<Lossy<books::Required, "works">>("a new field that is required", 1));
    add_migrations<Second, FlatBuffers, Cbor>(chain, 2);
    return chain;
}

}  // namespace cambium::test
