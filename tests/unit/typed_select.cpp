// What is made of a query's rows: pages, members, filters, sums, groups, joins, sets; and ranges with either end
// open.
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "cambium/maintenance.hpp"
#include "errors.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Author {
    std::uint64_t id{};
    std::string name{};
    friend bool operator==(const Author&, const Author&) = default;
};
struct Authors : Table<"authors", Author, PrimaryKey<&Author::id>, Cbor> {};

struct Work {
    std::uint64_t id{};
    std::string title{};
    std::optional<std::uint64_t> author{};
    std::int32_t pages{};
    double price{};
    std::optional<std::uint8_t> stars{};
    std::vector<std::string> tags{};
    Timestamp time{};
    std::string text = "default";
    friend bool operator==(const Work&, const Work&) = default;
};
template <detail::Name TableName, class C>
struct WorksIn : Table<TableName, Work, PrimaryKey<&Work::id>, C, ForeignKey<"author", Authors, &Work::author>,
                       OrderedIndex<"author_pages", &Work::author, &Work::pages>,
                       OrderedIndex<"tag", each<&Work::tags>>, OrderedIndex<"time", descending<&Work::time>>> {};
struct Works : WorksIn<"works", Cbor> {};
struct JsonWorks : WorksIn<"json works", Json> {};
struct NumberedWorks : WorksIn<"numbered works", CborNumbered> {};

Work random_work(std::mt19937_64& random, std::uint64_t id) {
    Work work;
    work.id = id;
    work.title = "t" + std::to_string(random() % 100);
    if (random() % 5 != 0) work.author = random() % 4;
    work.pages = static_cast<std::int32_t>(random() % 7) - 3;
    work.price = static_cast<double>(random() % 1000) / 8;
    if (random() % 3 != 0) work.stars = static_cast<std::uint8_t>(random() % 6);
    for (std::size_t tags = random() % 4; tags > 0; --tags)
        work.tags.emplace_back(1, static_cast<char>('a' + random() % 5));
    work.time = Timestamp{std::chrono::nanoseconds{static_cast<std::int64_t>(random() % 50)}};
    work.text = std::string(random() % 20, 'x');
    return work;
}

/// Works 0 to 299, the same in each table.
template <class... Tables>
std::vector<Work> fill(Database& db) {
    std::mt19937_64 random(seed());
    std::vector<Work> works;
    for (std::uint64_t id = 0; id < 300; ++id) works.push_back(random_work(random, id));
    db.write([&](WriteTransaction& txn) {
        for (std::uint64_t id = 0; id < 4; ++id) Writer<Authors>{txn}.insert({id, "author " + std::to_string(id)});
        (Writer<Tables>{txn}.load(works), ...);
    });
    return works;
}

}  // namespace

static_assert(std::ranges::input_range<Selected<Works, &Work::id, &Work::title>>);
static_assert(std::ranges::input_range<Matches<Works>>);
static_assert(std::ranges::input_range<decltype(std::declval<Rows<Works>>().join<"author">())>);
static_assert(std::ranges::input_range<Filtered<Rows<Works>, bool (*)(const Work&)>>);

TEST_CASE("ranges may be open or closed at either end, by any leading columns") {
    const StorePath store;
    Database db = Database::open<Authors, Works>(store.path());
    const std::vector<Work> works = fill<Works>(db);
    db.read([&](ReadTransaction& txn) {
        const Reader<Works> reader{txn};
        CHECK(ids(reader.range(3, 6)) == Ids{3, 4, 5});
        CHECK(ids(reader.closed_range(3, 6)) == Ids{3, 4, 5, 6});
        CHECK(ids(reader.open_range(3, 6)) == Ids{4, 5});
        CHECK(ids(reader.after(297)) == Ids{298, 299});
        CHECK(ids(reader.through(1)) == Ids{0, 1});
        CHECK(reader.after(std::numeric_limits<std::uint64_t>::max()).count() == 0);
        CHECK(ids(reader.after(std::numeric_limits<std::uint64_t>::max())).empty());
        CHECK(reader.closed_range(5, std::numeric_limits<std::uint64_t>::max()).count() == 295);
        const auto count = [&](auto&& wanted) {
            return static_cast<std::uint64_t>(std::count_if(works.begin(), works.end(), wanted));
        };
        const auto index = reader.by<"author_pages">();
        CHECK(index.closed_range({1, -1}, {2, 1}).count() == count([](const Work& w) {
                  return (w.author == 1 && w.pages >= -1) || (w.author == 2 && w.pages <= 1);
              }));
        CHECK(index.open_range(1, 3).count() == count([](const Work& w) { return w.author == 2; }));
        CHECK(index.through({1, 0}).count() ==
              count([](const Work& w) { return !w.author || *w.author < 1 || (*w.author == 1 && w.pages <= 0); }));
        CHECK(index.after(2).count() == count([](const Work& w) { return w.author && *w.author > 2; }));
        CHECK(ids(index.after(2)).size() == index.after(2).count());
    });
}

TEST_CASE("get_or, and many keys at once") {
    const StorePath store;
    Database db = Database::open<Authors, Works, Orders>(store.path());
    const std::vector<Work> works = fill<Works>(db);
    db.write([&](WriteTransaction& txn) {
        const Reader<Works> reader{txn};
        CHECK(reader.get_or(5, {}) == works[5]);
        CHECK(reader.get_or(500, works[1]) == works[1]);
        std::vector<std::uint64_t> keys;
        for (std::uint64_t i = 0; i < 700; ++i) keys.push_back(i * 7 % 400);
        const std::vector<std::optional<Work>> found = reader.get_many(keys);
        REQUIRE(found.size() == keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            CHECK(found[i].has_value() == (keys[i] < 300));
            if (found[i]) CHECK(*found[i] == works[keys[i]]);
        }
        CHECK(reader.get_many(std::vector<std::uint64_t>{}).empty());
        Writer<Orders>{txn}.insert({1, 2, "a"});
        const std::tuple<std::uint64_t, std::uint32_t> pairs[] = {{1, 2}, {1, 3}};
        const auto orders = Reader<Orders>{txn}.get_many(pairs);
        CHECK(orders[0]->note == "a");
        CHECK_FALSE(orders[1].has_value());
    });
}

namespace {

/// Counts the records that it decodes.
struct CountedCbor : Cbor {
    static constexpr std::string_view name = "counted-cbor";
    static inline int decoded = 0;
    static void decode(ByteView bytes, Author& author) {
        ++decoded;
        Cbor::decode(bytes, author);
    }
};
struct CountedAuthors : Table<"counted", Author, PrimaryKey<&Author::id>, CountedCbor> {};

}  // namespace

TEST_CASE("of many keys at once each record is decoded once") {
    const StorePath store;
    Database db = Database::open<CountedAuthors>(store.path());
    db.write([](WriteTransaction& txn) {
        for (std::uint64_t id = 1; id <= 5; ++id) Writer<CountedAuthors>{txn}.insert({id, "ada"});
    });
    db.read([](ReadTransaction& txn) {
        CountedCbor::decoded = 0;
        CHECK(Reader<CountedAuthors>{txn}.get_many(std::vector<int>{5, 1, 9, 3}).size() == 4);
        CHECK(CountedCbor::decoded == 3);
    });
}

TEST_CASE("pages, by tokens that outlive the transaction, the database and the row") {
    const StorePath store;
    std::vector<Work> works;
    std::vector<std::uint64_t> seen;
    std::vector<std::uint64_t> seen_by_time;
    std::string token;
    std::string time_token;
    std::uint64_t pages = 0;
    do {
        Database db = Database::open<Authors, Works>(store.path());
        if (works.empty()) works = fill<Works>(db);
        db.write([&](WriteTransaction& txn) {
            Writer<Works> writer{txn};
            const Page<Work> page = writer.from(10).page(37, token);
            for (const Work& work : page.rows) seen.push_back(work.id);
            token = page.next;
            const Page<Work> by_time = writer.by<"time">().all().reverse().page(37, time_token);
            for (const Work& work : by_time.rows) seen_by_time.push_back(work.id);
            time_token = by_time.next;
            // The row at the place goes.
            if (page.rows.size() == 37) writer.erase(page.rows.back().id);
        });
        ++pages;
    } while (!token.empty());
    CHECK(pages == (290 + 36) / 37);
    std::vector<std::uint64_t> all(290);
    std::iota(all.begin(), all.end(), std::uint64_t{10});
    CHECK(seen == all);
    CHECK(std::set<std::uint64_t>(seen_by_time.begin(), seen_by_time.end()).size() == seen_by_time.size());

    Database db = Database::open<Authors, Works>(store.path());
    db.read([&](ReadTransaction& txn) {
        const Reader<Works> reader{txn};
        const std::string first = reader.all().page(5).next;
        CHECK_FALSE(first.empty());
        CHECK(reader.all().page(5, first).rows.front() == *reader.all().skip(5).first());
        CHECK(reader.all().page(1000).next.empty());
        CHECK(reader.all().page(reader.count()).next.empty());
        CHECK(reader.all().page(0).rows.empty());
        CHECK(reader.all().skip(3).page(2).rows.front() == *reader.all().skip(3).first());
        CHECK(reader.all().skip(3).page(2, reader.all().skip(3).page(2).next).rows.front() ==
              *reader.all().skip(5).first());
        CHECK(reader.all().limit(2).page(5).rows.size() == 2);
        CHECK(reader.all().keys().page(3, reader.all().keys().page(3).next).rows.size() == 3);
        CHECK(reader.by<"tag">().equal("b").page(4).rows.size() == 4);
        const std::string of_b = reader.by<"tag">().equal("b").page(4).next;
        for (const std::string& bad : {std::string("x"), std::string("1"), std::string("1zz"), std::string("100"),
                                       first + "0", "2" + first.substr(1), of_b, first.substr(0, 9)}) {
            INFO(bad);
            CHECK(
                holds(error_of(ErrorCode::invalid_argument, [&] { static_cast<void>(reader.all().page(5, bad)); }),
                      "table \"works\": the token of the page is "));
        }
        error_of(ErrorCode::invalid_argument, [&] { static_cast<void>(reader.all().reverse().page(5, first)); });
    });
}

TEST_CASE_TEMPLATE("chosen members are those of the records, whatever the codec", T, Works, JsonWorks,
                   NumberedWorks) {
    const StorePath store;
    Database db = Database::open<Authors, T>(store.path());
    const std::vector<Work> works = fill<T>(db);
    db.read([&](ReadTransaction& txn) {
        const Reader<T> reader{txn};
        std::size_t at = 0;
        for (const auto& [text, id, stars] : reader.all().template select<&Work::text, &Work::id, &Work::stars>()) {
            CHECK(text == works[at].text);
            CHECK(id == works[at].id);
            CHECK(stars == works[at++].stars);
        }
        CHECK(at == works.size());
        CHECK(reader.range(3, 5).template select<&Work::tags>().collect() ==
              std::vector<std::vector<std::string>>{works[3].tags, works[4].tags});
        std::vector<std::uint64_t> by_tag;
        for (const std::uint64_t id : reader.template by<"tag">().equal("c").template select<&Work::id>())
            by_tag.push_back(id);
        CHECK(by_tag == ids(reader.template by<"tag">().equal("c")));
        CHECK(reader.all().template select<&Work::price>().limit(2).collect().size() == 2);
    });
}

TEST_CASE("a damaged field that is not chosen is not looked at, and one that is is named") {
    const StorePath store;
    Database db = Database::open<Authors, Works>(store.path());
    fill<Works>(db);
    db.write([&](WriteTransaction& txn) {
        const kv::Tree tree = *txn.store().find_tree("cambium.table.2");
        std::string bytes(*txn.store().get(tree, key::encode(std::uint64_t{0})));
        // The text of the field "title" begins with a byte that is no UTF-8.
        const std::size_t title = bytes.find("title");
        bytes[title + 6] = '\xff';
        static_cast<kv::WriteTransaction&>(txn.store()).put(tree, key::encode(std::uint64_t{0}), bytes);
        CHECK(Reader<Works>{txn}.all().select<&Work::id>().first() == 0);
        CHECK(holds(error_of(ErrorCode::decode,
                             [&] { static_cast<void>(Reader<Works>{txn}.all().select<&Work::title>().first()); }),
                    "table \"works\", id 0: the record does not decode: field \"title\""));
        txn.abort();
    });
}

TEST_CASE("a write reads of the old record what its index entries are made of, and nothing else") {
    const StorePath store;
    Database db = Database::open<Authors, Works>(store.path());
    const std::vector<Work> works = fill<Works>(db);
    db.write([&](WriteTransaction& txn) {
        Writer<Works> writer{txn};
        const kv::Tree tree = *txn.store().find_tree("cambium.table.2");
        const auto damage = [&](std::uint64_t id) {
            std::string bytes(*txn.store().get(tree, key::encode(id)));
            bytes[bytes.find("title") + 6] = '\xff';
            static_cast<kv::WriteTransaction&>(txn.store()).put(tree, key::encode(id), bytes);
            error_of(ErrorCode::decode, [&] { static_cast<void>(writer.get(id)); });
        };
        damage(0);
        Work mended = works[0];
        mended.tags = {"new", "a"};
        mended.author = 3;
        CHECK(writer.replace(mended));
        CHECK(writer.get(0) == mended);
        damage(1);
        error_of(ErrorCode::decode, [&] { writer.patch(1, set<&Work::pages>(7)); });
        CHECK(writer.erase(1));
        CHECK(verify_indexes<Works>(txn).ok());
        CHECK(writer.count() == works.size() - 1);
    });
}

TEST_CASE("filters, sums and groups say what a loop says") {
    const StorePath store;
    Database db = Database::open<Authors, Works>(store.path());
    const std::vector<Work> works = fill<Works>(db);
    db.read([&](ReadTransaction& txn) {
        const Reader<Works> reader{txn};
        const auto good = [](const Work& work) { return work.stars && *work.stars >= 4; };
        std::vector<Work> wanted;
        std::copy_if(works.begin(), works.end(), std::back_inserter(wanted), good);
        CHECK(reader.all().filter(good).collect() == wanted);
        CHECK(reader.all().filter(good).count() == wanted.size());
        CHECK(reader.all().filter(good).first() == wanted.front());
        CHECK(reader.all().filter(good).limit(2).count() == 2);
        CHECK(reader.all().filter(good).limit(0).count() == 0);
        CHECK(reader.all().filter([](const Work&) { return false; }).empty());

        std::int64_t pages = 0;
        double price = 0;
        std::uint64_t stars = 0;
        std::uint64_t rated = 0;
        for (const Work& work : works) {
            pages += work.pages;
            price += work.price;
            stars += work.stars.value_or(0);
            rated += work.stars.has_value() ? 1 : 0;
        }
        const auto of_pages = reader.all().aggregate<&Work::pages>();
        static_assert(std::is_same_v<decltype(of_pages.sum), std::int64_t>);
        CHECK(of_pages.count == works.size());
        CHECK(of_pages.sum == pages);
        CHECK(of_pages.min == -3);
        CHECK(of_pages.max == 3);
        CHECK(reader.all().aggregate<&Work::price>().sum == price);
        CHECK(reader.all().aggregate<&Work::stars>().sum == stars);
        CHECK(reader.all().aggregate<&Work::stars>().count == rated);
        const auto titles = reader.all().aggregate<&Work::title>();
        CHECK(titles.min == std::min_element(works.begin(), works.end(), [](const Work& a, const Work& b) {
                                return a.title < b.title;
                            })->title);
        CHECK(reader.all().aggregate<&Work::time>().max.has_value());
        CHECK(reader.until(0).aggregate<&Work::pages>().count == 0);
        CHECK_FALSE(reader.until(0).aggregate<&Work::pages>().min.has_value());
        CHECK(reader.all().filter(good).aggregate<&Work::pages>().count == wanted.size());

        std::map<std::optional<std::uint64_t>, Aggregate<std::int32_t>> by_author;
        std::map<std::tuple<std::optional<std::uint64_t>, std::int32_t>, std::uint64_t> by_both;
        for (const Work& work : works) {
            Aggregate<std::int32_t>& of_one = by_author[work.author];
            ++of_one.count;
            of_one.sum += work.pages;
            of_one.min = std::min(of_one.min.value_or(work.pages), work.pages);
            of_one.max = std::max(of_one.max.value_or(work.pages), work.pages);
            ++by_both[{work.author, work.pages}];
        }
        const auto groups = reader.by<"author_pages">().all().aggregate_by<1, &Work::pages>();
        REQUIRE(groups.size() == by_author.size());
        std::size_t at = 0;
        for (const auto& [author, aggregate] : by_author) {
            CHECK(groups[at].columns == author);
            CHECK(groups[at].value.count == aggregate.count);
            CHECK(groups[at].value.sum == aggregate.sum);
            CHECK(groups[at].value.min == aggregate.min);
            CHECK(groups[at++].value.max == aggregate.max);
        }
        at = 0;
        const auto pairs = reader.by<"author_pages">().all().count_by<2>();
        REQUIRE(pairs.size() == by_both.size());
        for (const auto& [columns, count] : by_both) {
            CHECK(pairs[at].columns == columns);
            CHECK(pairs[at++].value == count);
        }
        CHECK(reader.by<"author_pages">().equal(2).count_by<1>().size() == 1);
    });
}

TEST_CASE("a sum that does not fit is refused, NaN is neither least nor greatest") {
    struct Big {
        std::uint64_t id{};
        std::uint64_t number{};
        double real{};
    };
    struct Bigs : Table<"bigs", Big, PrimaryKey<&Big::id>, Cbor> {};
    const StorePath store;
    Database db = Database::open<Bigs>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Bigs> bigs{txn};
        bigs.insert({1, std::numeric_limits<std::uint64_t>::max(), std::nan("")});
        bigs.insert({2, 1, 2});
        CHECK(bigs.until(2).aggregate<&Big::number>().sum == std::numeric_limits<std::uint64_t>::max());
        CHECK(error_of(ErrorCode::invalid_argument, [&] {
                  static_cast<void>(bigs.all().aggregate<&Big::number>());
              }) == "the sum of field \"number\" does not fit 64 bits");
        const auto real = bigs.all().aggregate<&Big::real>();
        CHECK(std::isnan(real.sum));
        CHECK(real.min == 2);
        CHECK(real.max == 2);
        CHECK(real.count == 2);
    });
}

TEST_CASE("filtered rows with their key outside are summed by members of the value") {
    struct Point {
        int x{};
    };
    struct Points : Table<"points", Point, Key<std::string>, Cbor> {};
    const StorePath store;
    Database db = Database::open<Points>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Points> points{txn};
        points.put("a", {1});
        points.put("b", {20});
        points.put("c", {30});
        const auto large = points.all().filter([](const auto& row) { return row.value.x > 5; });
        CHECK(large.aggregate<&Point::x>().sum == 50);
        CHECK(large.limit(1).aggregate<&Point::x>().max == 20);
        CHECK(points.all().aggregate<&Point::x>().sum == 51);
    });
}

TEST_CASE("a join gives every row the record that it refers to") {
    const StorePath store;
    Database db = Database::open<Authors, Works>(store.path());
    const std::vector<Work> works = fill<Works>(db);
    db.read([&](ReadTransaction& txn) {
        std::size_t at = 0;
        for (const auto& [work, author] : Reader<Works>{txn}.all().join<"author">()) {
            CHECK(work == works[at]);
            CHECK(author.has_value() == work.author.has_value());
            if (author) CHECK(author->id == *works[at].author);
            ++at;
        }
        CHECK(at == works.size());
        CHECK(Reader<Works>{txn}.by<"tag">().equal("a").limit(3).join<"author">().collect().size() == 3);
        // The other way round is the foreign key's own index.
        for (const Author& author : Reader<Authors>{txn}.all()) {
            CHECK(Reader<Works>{txn}.by<"author">().equal(author.id).count() ==
                  static_cast<std::uint64_t>(std::count_if(
                      works.begin(), works.end(), [&](const Work& work) { return work.author == author.id; })));
        }
    });
}

TEST_CASE("and, or and without of queries are those of sets") {
    const StorePath store;
    Database db = Database::open<Authors, Works>(store.path());
    fill<Works>(db);
    db.write([&](WriteTransaction& txn) {
        Writer<Works> writer{txn};
        const auto set_of = [](const auto& rows) {
            std::set<std::uint64_t> set;
            for (const Work& row : rows) set.insert(row.id);
            return set;
        };
        const auto a = writer.by<"tag">().prefix("a");
        const auto b = writer.by<"tag">().range("b", "d");
        const auto c = writer.closed_range(50, 250);
        std::set<std::uint64_t> both;
        std::set<std::uint64_t> either;
        std::set<std::uint64_t> without;
        const auto sa = set_of(a);
        const auto sb = set_of(b);
        std::set_intersection(sa.begin(), sa.end(), sb.begin(), sb.end(), std::inserter(both, both.end()));
        std::set_union(sa.begin(), sa.end(), sb.begin(), sb.end(), std::inserter(either, either.end()));
        std::set_difference(sa.begin(), sa.end(), sb.begin(), sb.end(), std::inserter(without, without.end()));
        CHECK(set_of(intersect(a, b)) == both);
        CHECK(set_of(unite(a, b)) == either);
        CHECK(set_of(subtract(a, b)) == without);
        CHECK(unite(a, b).count() == either.size());
        CHECK(unite(a, b).keys() == std::vector<std::uint64_t>(either.begin(), either.end()));
        CHECK(subtract(unite(a, b), c).count() + intersect(c, unite(b, a)).count() == either.size());
        CHECK(intersect(a, a.limit(0)).empty());
        CHECK_FALSE(intersect(a, writer.until(0)).first().has_value());
        // What is erased meanwhile is left out.
        const auto before = unite(a, b);
        writer.erase(*either.begin());
        CHECK(before.collect().size() == either.size() - 1);
        CHECK(before.first()->id == *std::next(either.begin()));
        db.read([&](ReadTransaction& other) {
            CHECK(holds(
                error_of(ErrorCode::misuse, [&] { static_cast<void>(intersect(a, Reader<Works>{other}.all())); }),
                "not of one transaction"));
        });
    });
}

}  // namespace cambium::test
