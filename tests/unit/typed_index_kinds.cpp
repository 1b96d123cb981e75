// Every kind of index: multi-valued, descending, derived, partial, covering, without regard to case, without nulls.
#include <set>

#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Post {
    std::uint64_t id{};
    std::string slug{};
    std::string author{};
    std::vector<std::string> tags{};
    std::int64_t time{};
    std::optional<std::string> city{};
    std::optional<std::string> nick{};
    bool active{};
    std::set<std::uint32_t> readers{};

    [[nodiscard]] std::size_t tag_count() const noexcept { return tags.size(); }
    friend bool operator==(const Post&, const Post&) = default;
};

bool is_active(const Post& post) {
    return post.active;
}
/// What follows the @, or nothing.
std::optional<std::string> author_domain(const Post& post) {
    const std::size_t at = post.author.find('@');
    return at == std::string::npos ? std::nullopt : std::optional(post.author.substr(at + 1));
}
std::string_view first_letter(const Post& post) noexcept {
    return std::string_view(post.slug).substr(0, 1);
}
template <int Length>
std::vector<std::string> words(const Post& post) {
    std::vector<std::string> found(1);
    for (const char letter : post.slug) {
        if (letter == '-') {
            found.emplace_back();
        } else {
            found.back() += letter;
        }
    }
    std::erase_if(found, [](const std::string& word) { return word.size() < Length; });
    return found;
}

struct Posts
    : Table<"posts", Post, PrimaryKey<&Post::id>, Cbor, Unique<"slug", &Post::slug>,
            OrderedIndex<"tag_time", each<&Post::tags>, descending<&Post::time>>,
            OrderedIndex<"domain", &author_domain, version<2>>,
            OrderedIndex<"active_city", &Post::city, where<&is_active>, covering<&Post::slug, &Post::time>>,
            OrderedIndex<"author", ignore_case<&Post::author>>, Unique<"nick", &Post::nick, without_nulls>,
            OrderedIndex<"tags", &Post::tag_count>, OrderedIndex<"letter", descending<&first_letter>, &Post::time>,
            OrderedIndex<"word", ignore_case<each<&words<3>>>, descending<ignore_case<&Post::city>>>,
            OrderedIndex<"pairs", each<&Post::tags>, each<&Post::readers>>,
            Unique<"covered", covering<&Post::nick, &first_letter>, &Post::slug, where<&Post::active>>> {};

/// Writes in a transaction of its own.
template <class Action>
void write(Database& db, Action&& action) {
    db.write([&](WriteTransaction& txn) {
        Writer<Posts> posts{txn};
        action(posts);
    });
}

void fill(Database& db) {
    write(db, [](Writer<Posts>& posts) {
        posts.insert({1, "on-trees", "Ada@example.org", {"wood", "growth"}, 10, "London", "ada", true, {1, 2}});
        posts.insert({2, "On-Leaves", "ada@EXAMPLE.org", {"wood", "wood"}, 20, "Paris", std::nullopt, false, {2}});
        posts.insert({3, "roots", "bob", {}, 30, std::nullopt, std::nullopt, true, {}});
        posts.insert({4, "rings", "Zoe@wood.org", {"growth"}, 30, "London", "zoe", true, {}});
    });
}

}  // namespace

TEST_CASE("a multi-valued index has an entry per element, each once, and follows the container") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    write(db, [](Writer<Posts>& posts) {
        const auto by_tag = posts.by<"tag_time">();
        CHECK(by_tag.count() == 4);
        CHECK(ids(by_tag.equal("wood")) == Ids{2, 1});
        CHECK(ids(by_tag.equal("growth")) == Ids{4, 1});
        CHECK(ids(by_tag.prefix("g")) == Ids{4, 1});
        posts.update(2, [](Post& post) { post.tags = {"leaf", "growth"}; });
        CHECK(ids(by_tag.all()) == Ids{4, 2, 1, 2, 1});
        posts.update(1, [](Post& post) { post.tags.clear(); });
        CHECK(ids(by_tag.all()) == Ids{4, 2, 2});
        CHECK(posts.erase(2));
        CHECK(ids(by_tag.all()) == Ids{4});
    });
}

TEST_CASE("several containers make an entry per combination") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    write(db, [](Writer<Posts>& posts) {
        const auto by_pair = posts.by<"pairs">();
        using Pair = std::tuple<std::string, std::uint32_t, std::uint64_t>;
        CHECK(
            by_pair.entries().collect() ==
            std::vector<Pair>{{"growth", 1, 1}, {"growth", 2, 1}, {"wood", 1, 1}, {"wood", 2, 1}, {"wood", 2, 2}});
        CHECK(ids(by_pair.equal("wood", 2)) == Ids{1, 2});
    });
}

TEST_CASE("a descending column: queries take its own type and follow the order of the index") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    write(db, [](Writer<Posts>& posts) {
        for (std::uint64_t id = 10; id < 15; ++id) {
            Post post{.id = id, .slug = "s" + std::to_string(id), .tags = {"x"}};
            post.time = static_cast<std::int64_t>(id) - 12;
            posts.insert(post);
        }
        const auto by_tag = posts.by<"tag_time">();
        CHECK(ids(by_tag.equal("x")) == Ids{14, 13, 12, 11, 10});
        CHECK(ids(by_tag.equal("x").reverse()) == Ids{10, 11, 12, 13, 14});
        CHECK(ids(by_tag.equal("x", -1)) == Ids{11});
        CHECK(ids(by_tag.range({"x", 1}, {"x", -1})) == Ids{13, 12});
        CHECK(ids(by_tag.range({"x", -1}, {"x", 1})).empty());
        CHECK(ids(by_tag.from({"x", 0})) == Ids{12, 11, 10});
        CHECK(ids(by_tag.until({"growth", 10})) == Ids{4});
        CHECK(caught([&] { static_cast<void>(by_tag.equal("x", ~std::uint64_t{0})); }).code ==
              ErrorCode::invalid_argument);
        // Text, and nulls, which come last.
        const auto by_letter = posts.by<"letter">();
        CHECK(ids(by_letter.equal("r")) == Ids{3, 4});
        CHECK(ids(by_letter.range("s", "o")) == Ids{10, 11, 12, 13, 14, 3, 4});
        CHECK(ids(by_letter.prefix("o")) == Ids{1});
        posts.update(4, [](Post& post) { post.slug = "on-ash"; });
        posts.update(3, [](Post& post) { post.city = "oslo", post.slug = "on-oak"; });
        posts.insert({.id = 5, .slug = "big"});
        posts.insert({.id = 6, .slug = "big-"});
        using Word = std::tuple<std::string, std::optional<std::string>, std::uint64_t>;
        CHECK(posts.by<"word">().equal("big").entries().collect() ==
              std::vector<Word>{{"big", std::nullopt, 5}, {"big", std::nullopt, 6}});
        CHECK(posts.by<"word">().range("ash", "big").entries().collect() ==
              std::vector<Word>{{"ash", "london", 4}});
        posts.update(6, [](Post& post) { post.city = "Bergen"; });
        CHECK(ids(posts.by<"word">().equal("big")) == Ids{6, 5});
        CHECK(ids(posts.by<"word">().prefix("BIG", "b")) == Ids{6});
        CHECK(ids(posts.by<"word">().equal("big", std::nullopt)) == Ids{5});
    });
}

TEST_CASE("a derived index holds what a function returns") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    write(db, [](Writer<Posts>& posts) {
        const auto by_domain = posts.by<"domain">();
        CHECK(ids(by_domain.equal("example.org")) == Ids{1});
        CHECK(ids(by_domain.equal(std::nullopt)) == Ids{3});
        CHECK(ids(by_domain.prefix("wood")) == Ids{4});
        posts.update(3, [](Post& post) { post.author = "bob@example.org"; });
        CHECK(ids(by_domain.equal("example.org")) == Ids{1, 3});
        CHECK(ids(posts.by<"tags">().equal(0)) == Ids{3});
        CHECK(ids(posts.by<"word">().equal("TREES")) == Ids{1});
        CHECK(posts.by<"word">().equal("on").empty());
    });
}

TEST_CASE("a partial index holds the records that its predicate takes") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    write(db, [](Writer<Posts>& posts) {
        const auto by_city = posts.by<"active_city">();
        CHECK(ids(by_city.all()) == Ids{3, 1, 4});
        CHECK_FALSE(posts.by<"covered">().contains("On-Leaves"));
        posts.update(2, [](Post& post) { post.active = true; });
        CHECK(ids(by_city.equal("Paris")) == Ids{2});
        CHECK(posts.by<"covered">().get("On-Leaves")->id == 2);
        posts.update(1, [](Post& post) { post.active = false; });
        CHECK(ids(by_city.equal("London")) == Ids{4});
        // Not among those that collide, until it is active.
        CHECK(caught([&] { posts.insert({.id = 9, .slug = "rings"}); }).text ==
              "table \"posts\", index \"slug\": \"rings\" already belongs to id 4");
    });
}

TEST_CASE("entries hand out columns, covered fields and primary key without the record") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    write(db, [](Writer<Posts>& posts) {
        using City = std::tuple<std::optional<std::string>, std::string, std::int64_t, std::uint64_t>;
        const auto by_city = posts.by<"active_city">();
        CHECK(by_city.entries().collect() == std::vector<City>{{std::nullopt, "roots", 30, 3},
                                                               {"London", "on-trees", 10, 1},
                                                               {"London", "rings", 30, 4}});
        CHECK(by_city.equal("London").reverse().limit(1).entries().first() == City{"London", "rings", 30, 4});
        CHECK(by_city.equal("London").entries().skip(1).count() == 1);
    });
}

TEST_CASE("text without regard to case: A to Z, and nothing else") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    write(db, [](Writer<Posts>& posts) {
        const auto by_author = posts.by<"author">();
        CHECK(ids(by_author.equal("ADA@EXAMPLE.ORG")) == Ids{1, 2});
        CHECK(ids(by_author.prefix("Ada@")) == Ids{1, 2});
        CHECK(ids(by_author.range("B", "Z")) == Ids{3});
        CHECK(std::get<0>(*by_author.equal("zoe@wood.ORG").entries().first()) == "zoe@wood.org");
        posts.insert({.id = 5, .slug = "x", .author = "\xc3\x84[\\"});
        CHECK(ids(by_author.equal("\xc3\x84[\\")) == Ids{5});
        CHECK(by_author.equal("\xc3\xa4[\\").empty());
    });
}

TEST_CASE("nulls left out on request") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    write(db, [](Writer<Posts>& posts) {
        const auto by_nick = posts.by<"nick">();
        CHECK(ids(by_nick.all()) == Ids{1, 4});
        CHECK(by_nick.equal(std::nullopt).empty());
        posts.update(1, [](Post& post) { post.nick.reset(); });
        posts.update(3, [](Post& post) { post.nick = "ada"; });
        CHECK(by_nick.get("ada")->id == 3);
        CHECK(caught([&] { posts.update(1, [](Post& post) { post.nick = "ada"; }); }).text ==
              "table \"posts\", index \"nick\": \"ada\" already belongs to id 3");
    });
}

TEST_CASE("a unique index that covers fields finds, refuses and frees as any other") {
    const StorePath store;
    Database db = Database::open<Posts>(store.path());
    fill(db);
    db.write([](WriteTransaction& txn) {
        Writer<Posts> posts{txn};
        const auto covered = posts.by<"covered">();
        using Entry = std::tuple<std::string, std::optional<std::string>, std::string, std::uint64_t>;
        CHECK(covered.entries().first() == Entry{"on-trees", "ada", "o", 1});
        CHECK(covered.get("rings")->id == 4);
        CHECK(covered.equal("rings").keys().collect() == Ids{4});
        const WriteStatistics before = txn.statistics();
        posts.update(3, [](Post& post) { post.nick = "bob"; });
        const WriteStatistics after = txn.statistics();
        CHECK(after.index_entries_written - before.index_entries_written == 2);  // "nick" and the covered field
        CHECK(after.index_entries_erased == before.index_entries_erased);
        CHECK(covered.equal("roots").entries().first() == Entry{"roots", "bob", "r", 3});
    });
}

}  // namespace cambium::test
