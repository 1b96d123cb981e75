// Defects found in other typed stores, continued: those of compressed tables, zero-copy values, key types, growth,
// dropped tables, processes, counts, foreign keys, and of other typed layers.
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <set>

#include "cambium/codec/array.hpp"
#include "cambium/codec/raw.hpp"
#ifdef CAMBIUM_TEST_ZSTD
#include "cambium/codec/zstd.hpp"
#endif
#include "cambium/maintenance.hpp"
#include "errors.hpp"
#include "store_content.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Note {
    std::uint64_t oid{};  ///< not the primary key, though it is called so elsewhere
    std::uint64_t id{};
    std::optional<std::string> title{};
    std::string text{};
    friend bool operator==(const Note&, const Note&) = default;
};

template <class Key>
void key_holds(std::vector<Key> ordered) {
    const StorePath store;
    struct Marks : Table<"marks", std::uint32_t, cambium::Key<Key>, Cbor> {};
    Database db = Database::open<Marks>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Marks> marks{txn};
        for (std::size_t i = ordered.size(); i-- > 0;) marks.insert(ordered[i], static_cast<std::uint32_t>(i));
        CHECK(marks.count() == ordered.size());
        std::size_t position = 0;
        for (const auto& [key, value] : marks.all()) {
            CHECK(key == ordered[position]);
            CHECK(value == position++);
        }
        for (std::size_t i = 0; i < ordered.size(); ++i) CHECK(marks.get(ordered[i]) == i);
    });
}

template <class... Parts>
void keys_hold(std::vector<std::tuple<Parts...>> ordered) {
    const StorePath store;
    struct Marks : Table<"marks", std::uint32_t, cambium::Key<Parts...>, Cbor> {};
    Database db = Database::open<Marks>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Marks> marks{txn};
        for (std::size_t i = ordered.size(); i-- > 0;) {
            std::apply([&](const Parts&... part) { marks.insert(part..., static_cast<std::uint32_t>(i)); },
                       ordered[i]);
        }
        std::size_t position = 0;
        for (const auto& [key, value] : marks.all()) {
            CHECK(key == ordered[position]);
            CHECK(value == position++);
        }
        CHECK(position == ordered.size());
        for (std::size_t i = 0; i < ordered.size(); ++i)
            CHECK(std::apply([&](const Parts&... part) { return marks.get(part...); }, ordered[i]) == i);
    });
}

Timestamp at(std::int64_t seconds) {
    return Timestamp{std::chrono::seconds{seconds}};
}

template <class Byte, std::size_t N>
std::array<Byte, N> filled(Byte byte) {
    std::array<Byte, N> bytes{};
    bytes.fill(byte);
    return bytes;
}

Uuid uuid(std::uint8_t byte) {
    return {filled<std::uint8_t, 16>(byte)};
}

}  // namespace

#ifdef CAMBIUM_TEST_ZSTD
TEST_CASE("4: the indexes of a compressed table are rebuilt, nulls included, and oid is a field like others") {
    struct Notes : Table<"notes", Note, PrimaryKey<&Note::id>, Compressed<Cbor, Zstd>,
                         OrderedIndex<"title", &Note::title>, Unique<"oid", &Note::oid>> {};
    const StorePath store;
    Database db = Database::open<Notes>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Notes> notes{txn};
        for (std::uint64_t i = 0; i < 50; ++i) {
            notes.insert({1000 - i, i, i % 3 == 0 ? std::nullopt : std::optional("t" + std::to_string(i)),
                          std::string(5000, 'x')});
        }
        const Trees before = content_of(txn.store());
        rebuild_indexes<Notes>(txn);
        CHECK(verify_indexes<Notes>(txn).ok());
        CHECK(notes.by<"title">().equal(std::nullopt).count() == 17);
        CHECK(notes.by<"oid">().get(1000 - 7)->id == 7);
        CHECK(content_of(txn.store()).size() == before.size());
    });
}
#endif

TEST_CASE("9: a table of zero-copy values is walked, and queried through an index") {
    struct Sample {
        std::uint64_t id{};
        std::uint64_t group{};
        double value{};
    };
    struct Samples : Table<"samples", Sample, PrimaryKey<&Sample::id>, Raw, OrderedIndex<"group", &Sample::group>> {
    };
    struct Waves : Table<"waves", std::vector<double>, Key<std::string>, Array<double>> {};
    const StorePath store;
    Database db = Database::open<Samples, Waves>(store.path());
    db.write([](WriteTransaction& txn) {
        for (std::uint64_t i = 0; i < 100; ++i) Writer<Samples>{txn}.insert({i, i % 7, static_cast<double>(i)});
        Writer<Waves>{txn}.put("sine", {0, 1, 0, -1});
    });
    db.read([](ReadTransaction& txn) {
        double sum = 0;
        for (const Sample& sample : Reader<Samples>{txn}.by<"group">().equal(3)) sum += sample.value;
        CHECK(sum == 3 + 10 + 17 + 24 + 31 + 38 + 45 + 52 + 59 + 66 + 73 + 80 + 87 + 94);
        for (const auto& [key, wave] : Reader<Waves>{txn}.all()) CHECK(wave.size() == 4);
        const auto view = Reader<Waves>{txn}.view("sine");
        REQUIRE(view);
        CHECK((**view)[3] == -1);
    });
}

TEST_CASE("10: every key type holds all of its values, in their order") {
    key_holds<std::uint8_t>({0, 1, 127, 128, 255});
    key_holds<std::uint16_t>({0, 1, 255, 256, 257, 65535});
    key_holds<std::int16_t>({-32768, -257, -256, -1, 0, 1, 255, 256, 32767});
    key_holds<Timestamp>({at(-1'000'000'000), at(-1), at(0), at(1), at(4'000'000'000)});
    key_holds<std::optional<Uuid>>({std::nullopt, Uuid{}, uuid(1)});
    key_holds<FixedBytes<20>>({filled<std::uint8_t, 20>(0), filled<std::uint8_t, 20>(9)});
    keys_hold<std::string, std::uint32_t>({{"a", 1}, {"a", 256}, {"ab", 0}, {std::string("b\0", 2), 7}, {"c", 0}});
    keys_hold<std::string, std::uint64_t>({{"", 0}, {"a", std::uint64_t{1} << 63U}, {"a longer text", 2}});
    keys_hold<std::string, std::string>({{"", "x"},
                                         {"a", ""},
                                         {"a", std::string("\0", 1)},
                                         {"a", "bc"},
                                         {std::string("a\0", 2), "b"},
                                         {"ab", "c"}});
    keys_hold<std::string, Timestamp>({{"a", at(-5)}, {"a", at(5)}, {"a1", at(-9)}, {"b", at(0)}});
    keys_hold<std::uint64_t, Timestamp>({{1, at(-300)}, {1, at(-1)}, {1, at(255)}, {1, at(256)}, {2, at(-9)}});
    keys_hold<Uuid, FixedBytes<32>>(
        {{uuid(1), filled<std::uint8_t, 32>(0)}, {uuid(1), filled<std::uint8_t, 32>(255)}, {uuid(2), {}}});
}

TEST_CASE("10: the first and the last moment are keys, and have names") {
    struct Moments : Table<"moments", std::string, Key<Timestamp>, Cbor> {};
    const StorePath store;
    Database db = Database::open<Moments>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Moments> moments{txn};
        const auto name_of = [&](Timestamp time) {
            moments.insert(time, "");
            return error_of(ErrorCode::constraint, [&] { moments.insert(time, ""); });
        };
        CHECK(holds(name_of(Timestamp::min()), "1677-09-21T00:12:43.145224192Z"));
        CHECK(holds(name_of(Timestamp::max()), "2262-04-11T23:47:16.854775807Z"));
        CHECK(holds(name_of(Timestamp{}), "1970-01-01T00:00:00.000000000Z"));
        CHECK(holds(name_of(Timestamp{std::chrono::nanoseconds{-1}}), "1969-12-31T23:59:59.999999999Z"));
        CHECK(moments.first()->key == Timestamp::min());
        CHECK(moments.last()->key == Timestamp::max());
    });
}

TEST_CASE("10: sets keep all of their members") {
    struct Tags : Table<"tags", std::set<std::uint32_t>, Key<std::string>, Cbor> {};
    const StorePath store;
    Database db = Database::open<Tags>(store.path());
    db.write([](WriteTransaction& txn) {
        for (std::uint32_t size : {1U, 5U, 20U, 300U}) {
            std::set<std::uint32_t> members;
            for (std::uint32_t i = 0; i < size; ++i) members.insert(i * 7919);
            Writer<Tags>{txn}.put(std::to_string(size), members);
            CHECK(Reader<Tags>{txn}.get(std::to_string(size)) == members);
        }
    });
}

TEST_CASE("11: a store grows past ten mebibytes, and past any size it began with, without being told") {
    struct Notes : Table<"notes", Note, PrimaryKey<&Note::id>, Cbor> {};
    const StorePath store;
    {
        Database db = Database::open<Notes>(store.path());
        for (std::uint64_t i = 0; i < 8; ++i) {
            db.write([&](WriteTransaction& txn) {
                for (std::uint64_t j = 0; j < 32; ++j)
                    Writer<Notes>{txn}.insert({0, i * 32 + j, {}, std::string(std::size_t{96} << 10U, 'x')});
            });
        }
        CHECK(db.read([](ReadTransaction& txn) { return Reader<Notes>{txn}.count(); }) == 256);
    }
    CHECK(std::filesystem::file_size(store.path()) > (std::uintmax_t{24} << 20U));
}

TEST_CASE("12: a table is dropped with all that it has, and its id is not used again") {
    struct Notes : Table<"notes", Note, PrimaryKey<&Note::id>, Cbor, OrderedIndex<"title", &Note::title>> {};
    const StorePath store;
    {
        Database db = Database::open<Notes>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Notes>{txn}.insert({1, 1, "a", "b"}); });
    }
    {
        Database db = Database::open<Customers>(store.path());
        db.drop_table("notes");
        CHECK(db.table_names() == std::vector<std::string>{"customers"});
        db.read([](ReadTransaction& txn) {
            CHECK_FALSE(txn.store().find_tree("cambium.table.1").has_value());
            CHECK_FALSE(txn.store().find_tree("cambium.index.1.1").has_value());
        });
    }
    Database db = Database::open<Notes>(store.path());
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Notes>{txn}.count() == 0);
        CHECK(txn.store().find_tree("cambium.table.3").has_value());
    });
}

TEST_CASE("12: two processes that create tables at once agree") {
    struct Ones : Table<"ones", Note, PrimaryKey<&Note::id>, Cbor, OrderedIndex<"title", &Note::title>> {};
    struct Twos : Table<"twos", Note, PrimaryKey<&Note::id>, Cbor, Unique<"oid", &Note::oid>> {};
    for (int round = 0; round < 10; ++round) {
        const StorePath store;
        int gate[2] = {};
        REQUIRE(pipe(gate) == 0);
        pid_t children[4] = {};
        for (std::size_t i = 0; i < std::size(children); ++i) {
            children[i] = fork();
            REQUIRE(children[i] >= 0);
            if (children[i] != 0) continue;
            close(gate[1]);
            char byte = 0;
            static_cast<void>(read(gate[0], &byte, 1));  // ends when the parent closes its end
            int result = 1;
            try {
                const Note note{i, i, {}, "text"};
                Database db = i % 2 == 0 ? Database::open<Ones>(store.path()) : Database::open<Twos>(store.path());
                db.write([&](WriteTransaction& txn) {
                    if (i % 2 == 0)
                        Writer<Ones>{txn}.insert(note);
                    else
                        Writer<Twos>{txn}.insert(note);
                });
                result = 0;
            } catch (const std::exception&) {
            }
            _exit(result);
        }
        close(gate[0]);
        close(gate[1]);
        for (const pid_t child : children) {
            int status = 0;
            REQUIRE(waitpid(child, &status, 0) == child);
            CHECK(WIFEXITED(status));
            CHECK(WEXITSTATUS(status) == 0);
        }
        Database db = Database::open<Ones, Twos>(store.path());
        db.read([](ReadTransaction& txn) {
            CHECK(Reader<Ones>{txn}.count() == 2);
            CHECK(Reader<Twos>{txn}.count() == 2);
            CHECK(verify_indexes<Ones>(txn).ok());
            CHECK(verify_indexes<Twos>(txn).ok());
        });
    }
}

TEST_CASE("13: counting visits pages, not records, and gives what a walk gives") {
    struct Notes : Table<"notes", Note, PrimaryKey<&Note::id>, Cbor, OrderedIndex<"title", &Note::title>> {};
    const StorePath store;
    Database db = Database::open<Notes>(store.path());
    static constexpr std::uint64_t kRecords = 20'000;
    db.write([](WriteTransaction& txn) {
        Writer<Notes> notes{txn};
        for (std::uint64_t i = 0; i < kRecords; ++i) notes.insert({0, 2 * i, "t" + std::to_string(i % 100), {}});
    });
    db.read([](ReadTransaction& txn) {
        const Reader<Notes> notes{txn};
        const auto visited = [&](auto&& count) {
            const std::uint64_t before = txn.store().pages_visited();
            const std::uint64_t entries = count();
            CHECK(txn.store().pages_visited() - before < entries / 10 + 10);
            return entries;
        };
        CHECK(visited([&] { return notes.count(); }) == kRecords);
        CHECK(visited([&] { return notes.by<"title">().count(); }) == kRecords);
        CHECK(visited([&] { return notes.range(1000, 31'000).count(); }) == 15'000);
        CHECK(visited([&] { return notes.from(1001).count(); }) == kRecords - 501);
        CHECK(visited([&] { return notes.until(1001).count(); }) == 501);
        CHECK(visited([&] { return notes.by<"title">().prefix("t1").count(); }) == 11 * 200);
        CHECK(notes.by<"title">().equal("t7").count() == 200);
        CHECK(notes.range(31'000, 1000).count() == 0);
        CHECK(notes.range(500, 500).count() == 0);
        for (const std::uint64_t skip : {0U, 1U, 500U, 14'999U, 15'000U, 15'001U, 40'000U}) {
            for (const std::uint64_t limit : {0U, 1U, 129U, 5000U, 40'000U}) {
                std::uint64_t walked = 0;
                for (const Note& note : notes.range(1000, 31'000).skip(skip).limit(limit)) walked += note.oid + 1;
                CHECK(notes.range(1000, 31'000).skip(skip).limit(limit).count() == walked);
                CHECK(notes.range(1000, 31'000).reverse().skip(skip).limit(limit).count() == walked);
            }
        }
        CHECK_FALSE(notes.range(1000, 31'000).empty());
        CHECK(notes.range(1001, 1002).empty());
    });
}

TEST_CASE("14: a foreign key refers to something, or the write is refused") {
    struct Line {
        std::uint64_t id{};
        std::uint64_t note{};
    };
    struct Notes : Table<"notes", Note, PrimaryKey<&Note::id>, Cbor> {};
    struct Lines : Table<"lines", Line, PrimaryKey<&Line::id>, Cbor, ForeignKey<"note", Notes, &Line::note>> {};
    const StorePath store;
    Database db = Database::open<Notes, Lines>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Notes>{txn}.insert({0, 1, {}, {}});
        const Trees before = content_of(txn.store());
        error_of(ErrorCode::constraint, [&] { Writer<Lines>{txn}.insert({1, 2}); });
        CHECK(content_of(txn.store()) == before);
        Writer<Lines>{txn}.insert({1, 1});
        error_of(ErrorCode::constraint, [&] { Writer<Notes>{txn}.erase(1); });
        CHECK(Reader<Notes>{txn}.count() == 1);
    });
}

TEST_CASE("elsewhere: composites end by themselves, floats and negative numbers are in order") {
    keys_hold<std::string, std::string>({{"a", "bc"}, {"ab", "c"}});
    key_holds<double>({-std::numeric_limits<double>::infinity(), -1e300, -2.5, -1e-300, 0.0, 1e-300, 2.5, 1e300,
                       std::numeric_limits<double>::infinity()});
    struct Deltas : Table<"deltas", std::string, Key<std::int64_t>, Cbor> {};
    const StorePath store;
    Database db = Database::open<Deltas>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Deltas> deltas{txn};
        for (std::int64_t i = -5; i <= 5; ++i) deltas.put(i, std::to_string(i));
        CHECK(deltas.range(-3, 2).count() == 5);
        CHECK(deltas.range(-3, 2).first()->value == "-3");
        CHECK(deltas.until(0).count() == 5);
    });
}

TEST_CASE_TEMPLATE("elsewhere: a number that does not fit is refused, not wrapped", C, Cbor, Json) {
    struct Wide {
        std::int32_t number{};
    };
    struct Unsigned {
        std::uint32_t number{};
    };
    struct Small {
        std::uint8_t number{};
    };
    std::string bytes;
    C::encode(Wide{-1}, bytes);
    Unsigned none{7};
    CHECK(holds(error_of(ErrorCode::decode, [&] { C::decode(bytes, none); }), "number"));
    bytes.clear();
    C::encode(Wide{300}, bytes);
    Small small{};
    CHECK(holds(error_of(ErrorCode::decode, [&] { C::decode(bytes, small); }), "number"));
}

TEST_CASE("elsewhere: NaN does not become null, and text that is not UTF-8 is refused by name") {
    struct Measure {
        double value{};
        std::string unit{};
    };
    std::string bytes;
    CHECK(holds(error_of(ErrorCode::encode, [&] { Json::encode(Measure{std::nan(""), "m"}, bytes); }), "value"));
    CHECK(holds(error_of(ErrorCode::encode, [&] { Json::encode(Measure{1, "\xff"}, bytes); }), "unit"));
    CHECK(holds(error_of(ErrorCode::encode, [&] { Cbor::encode(Measure{1, "\xff"}, bytes); }), "unit"));
    CHECK(bytes.empty());
    Cbor::encode(Measure{std::nan(""), "m"}, bytes);
    Measure back;
    Cbor::decode(bytes, back);
    CHECK(std::isnan(back.value));
}

TEST_CASE("elsewhere: a column that changes its type loses nothing") {
    struct Before {
        std::uint64_t id{};
        std::string size{};
    };
    struct After {
        std::uint64_t id{};
        std::uint32_t size{};
    };
    struct Old : Table<"boxes", Before, PrimaryKey<&Before::id>, Cbor> {};
    struct New : Table<"boxes", After, PrimaryKey<&After::id>, Cbor> {};
    const StorePath store;
    {
        Database db = Database::open<Old>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Old>{txn}.insert({1, "large"}); });
    }
    CHECK(holds(error_of(ErrorCode::schema, [&] { static_cast<void>(Database::open<New>(store.path())); }),
                "field \"size\" was string, is declared u32"));
    Database db = Database::open<Old>(store.path());
    CHECK(db.read([](ReadTransaction& txn) { return Reader<Old>{txn}.get(1)->size; }) == "large");
}

}  // namespace cambium::test
