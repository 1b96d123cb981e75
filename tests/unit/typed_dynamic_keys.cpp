// Keys of tables by description: a Descending in a primary key, an index or beside the value, and keys that the
// table makes.
#include "cambium/maintenance.hpp"
#include "readings.hpp"
#include "typed_dynamic.hpp"

namespace cambium::test {
namespace {

struct Prices : Table<"prices", double, Key<std::string, Descending<Timestamp>>, Json> {};
struct Word {
    Descending<std::string> text{};
    std::set<Descending<std::uint8_t>> marks{};
    std::optional<Descending<std::int16_t>> rank{};
    Descending<std::optional<std::string>> before{};
    friend bool operator==(const Word&, const Word&) = default;
};
struct Words : Table<"words", Word, PrimaryKey<&Word::text>, CborNumbered,
                     OrderedIndex<"mark", each<&Word::marks>, &Word::rank>, OrderedIndex<"rank", &Word::rank>,
                     OrderedIndex<"before", descending<&Word::before>, covering<&Word::rank>>> {};
struct WordUse {
    std::uint32_t id{};
    std::optional<Descending<std::string>> word{};
};
struct WordUses : Table<"word uses", WordUse, PrimaryKey<&WordUse::id>, Cbor,
                        ForeignKey<"word", Words, &WordUse::word, cascade_erase>> {};

Document document_of(const auto& record) {
    std::string text;
    Json::encode(record, text);
    return Document::from_json(text);
}

constexpr ByteView kEntry = "table/readings";

/// Calls alter() with an entry of the catalog, as a document, and stores what that makes of it.
template <class Alter>
void alter_catalog(kv::Environment& environment, ByteView key, Alter&& alter) {
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree catalog = txn.tree("cambium.catalog");
    Document entry = Document::from_cbor(*txn.get(catalog, key));
    alter(entry);
    txn.put(catalog, key, entry.to_cbor());
    txn.commit();
}

std::string entry_of(kv::Environment& environment) {
    const kv::ReadTransaction txn = environment.begin_read();
    return std::string(*txn.get(txn.tree("cambium.catalog"), kEntry));
}

/// The names of types as versions of Cambium wrote them that did not tell a Descending from another record.
void spell_as_records(Document& value) {
    for (Document& element : value.elements()) spell_as_records(element);
    if (!value.is_object()) return;
    for (const char* const member : {"fields", "indexes", "key", "covered"})
        if (value.find(member) != nullptr) spell_as_records(value[member]);
    if (value.find("type") == nullptr) return;
    std::string type(value["type"].as_text());
    const std::string_view now = "descending<";
    for (std::size_t at = 0; (at = type.find(now)) != std::string::npos;) {
        const std::size_t end = type.find('>', at);
        type.replace(end, 1, "}");
        type.replace(at, now.size(), "record{value:");
    }
    value["type"] = type;
}

}  // namespace

TEST_CASE("random writes of descending keys by description are those of the declaration") {
    const std::uint64_t used = seed();
    INFO("seed " << used);
    Random random(used);
    const StorePath typed_store;
    const StorePath dynamic_store;
    Database typed = Database::open<Readings>(typed_store.path());
    static_cast<void>(Database::open<Readings>(dynamic_store.path()));
    const StoredTables stored = stored_tables(dynamic_store.path());
    CHECK(stored.refused.empty());
    Database dynamic = Database::open(dynamic_store.path(), stored.tables);
    for (int round = 0; round < 20; ++round) {
        WriteTransaction a = typed.begin_write();
        WriteTransaction b = dynamic.begin_write();
        Writer<Readings> by_type(a);
        DynamicWriter by_description(b, stored["readings"]);
        for (int step = 0; step < 20; ++step) {
            const Reading reading = random_reading(random);
            const Document document = document_of(reading);
            switch (random() % 4) {
                case 0:
                    CHECK(by_type.insert_if_absent(reading) == by_description.insert_if_absent(document));
                    break;
                case 1:
                    CHECK(by_type.erase(reading.city, reading.day) ==
                          by_description.erase({document["city"], document["day"]}));
                    break;
                case 2:
                    CHECK(by_type.replace(reading) == by_description.replace(document));
                    break;
                default:
                    by_type.upsert(reading);
                    by_description.upsert(document);
            }
            CHECK(by_type.contains(reading.city, reading.day) ==
                  by_description.contains({reading.city, reading.day.value}));
        }
        a.commit();
        b.commit();
        REQUIRE(content_of(typed.environment()) == content_of(dynamic.environment()));
    }
}

TEST_CASE("descending values of every kind go out and come back, and are found") {
    const StorePath store;
    const Timestamp noon{std::chrono::hours{12}};
    {
        Database db = Database::open<Prices, Words, WordUses>(store.path());
        db.write([&](WriteTransaction& txn) {
            for (const int hour : {1, 2, 3}) Writer<Prices>{txn}.put("oak", noon + std::chrono::hours{hour}, hour);
            Writer<Prices>{txn}.put("yew", noon, 0.5);
            Writer<Words> words{txn};
            words.insert({{"leaf"}, {{1}, {200}}, Descending<std::int16_t>{-7}, {"bark"}});
            words.insert({{"lead"}, {{1}}, std::nullopt, {}});
            words.insert({{"sap"}, {}, Descending<std::int16_t>{9}, {""}});
            Writer<WordUses>{txn}.insert({1, Descending<std::string>{"sap"}});
            Writer<WordUses>{txn}.insert({2, std::nullopt});
            CHECK(exported<Prices>(txn).starts_with("{\"key\":[\"oak\",{\"value\":"));
        });
    }
    for (const TableInfo& table : describe(store.path()))
        if (table.name == "words") CHECK(table.fields[0].type == "descending<string>");
    const StoredTables stored = stored_tables(store.path());
    CHECK(stored["prices"].info().key_types == std::vector<std::string>{"string", "descending<timestamp>"});
    {
        Database db = Database::open(store.path(), stored.tables);
        for (const char* const name : {"prices", "words"}) {
            const Trees before = content_of(db.environment());
            db.write([&](WriteTransaction& txn) {
                const std::string text = exported(txn, stored[name]);
                DynamicWriter writer(txn, stored[name]);
                if (std::string_view(name) == "words") DynamicWriter(txn, stored["word uses"]).truncate();
                writer.truncate();
                CHECK(import_json_lines(txn, stored[name], pieces_of(text)) > 2);
                if (std::string_view(name) != "words") return;
                DynamicWriter uses(txn, stored["word uses"]);
                uses.insert(Document::from_json(R"({"id":1,"word":{"value":"sap"}})"));
                uses.insert(Document::from_json(R"({"id":2,"word":null})"));
            });
            CHECK(content_of(db.environment()) == before);
        }
        db.write([&](WriteTransaction& txn) {
            const DynamicReader prices(txn, stored["prices"]);
            CHECK((*prices.equal("oak").first())["value"].as_double() == 3);  // the newest first
            const std::int64_t ticks = noon.time_since_epoch().count();
            CHECK(prices.contains({"yew", ticks}));
            CHECK(prices.contains({"yew", Document::object({{"value", ticks}})}));
            CHECK(prices.equal("oak", ticks).count() == 0);

            DynamicWriter words(txn, stored["words"]);
            const auto texts = [](const DynamicRows& rows) {
                std::string all;
                for (const Document& row : rows) all += std::string(row["text"]["value"].as_text()) + ' ';
                return all;
            };
            CHECK(texts(words) == "sap leaf lead ");
            CHECK(texts(words.prefix("lea")) == "leaf lead ");
            CHECK(texts(words.by("mark").equal(1)) == "lead leaf ");
            CHECK(texts(words.by("mark").equal(200)) == "leaf ");
            CHECK(texts(words.by("rank").from(10)) == "sap leaf ");
            CHECK(texts(words.by("rank").equal(nullptr)) == "lead ");
            CHECK(texts(words.by("before")) == "lead sap leaf ");
            CHECK(texts(words.by("before").equal(nullptr)) == "lead ");
            CHECK(texts(words.by("before").prefix("b")) == "leaf ");
            CHECK(error_of(ErrorCode::constraint, [&] {
                      words.insert(Document::from_json(R"({"text":{"value":"sap"}})"));
                  }) == "table \"words\": there is already a record with text \"sap\"");
            CHECK(words.erase("sap"));
            CHECK(DynamicReader(txn, stored["word uses"]).count() == 1);
        });
    }
    Database db = Database::open<Prices, Words, WordUses>(store.path());
    db.read([&](ReadTransaction& txn) {
        const Word leaf{{"leaf"}, {{1}, {200}}, Descending<std::int16_t>{-7}, {"bark"}};
        CHECK(Reader<Words>{txn}.get("leaf") == leaf);
        CHECK(Reader<Words>{txn}.by<"rank">().count() == 2);
        CHECK(Reader<Prices>{txn}.equal("oak").first()->value == 3);
    });
}

TEST_CASE("a description may have descending columns, and is what a declaration of them says") {
    const StorePath declared;
    const StorePath described;
    static_cast<void>(Database::open<Readings, Prices>(declared.path()));
    std::vector<DynamicTable> tables;
    for (const TableInfo& info : describe(declared.path())) tables.emplace_back(info);
    static_cast<void>(Database::open(described.path(), tables));
    CHECK(describe(declared.path()) == describe(described.path()));
    const SchemaReport report = Database::plan<Readings, Prices>(described.path());
    CHECK(report.changes.empty());
    CHECK(report.refused.empty());
}

TEST_CASE("a catalog of a version that wrote a Descending as a record is of the same declaration") {
    const StorePath store;
    Random random(seed());
    std::vector<Reading> all;
    std::string now;
    {
        Database db = Database::open<Readings>(store.path());
        db.write([&](WriteTransaction& txn) {
            Writer<Readings> readings{txn};
            for (int i = 0; i < 30; ++i) readings.upsert(random_reading(random));
            all = readings.collect();
        });
        now = entry_of(db.environment());
        alter_catalog(db.environment(), kEntry, spell_as_records);
        alter_catalog(db.environment(), "header",
                      [](Document& header) { header["generation"] = header["generation"].as_uint64() + 1; });
        CHECK(entry_of(db.environment()) != now);
        db.read([&](ReadTransaction& txn) { CHECK(Reader<Readings>{txn}.collect() == all); });  // not another table
    }
    CHECK(holds(error_of(ErrorCode::schema, [&] { static_cast<void>(stored_tables(store.path())["readings"]); }),
                "field \"day\" (record{value:i32}) cannot be a key; if it is a Descending, which older versions"));

    const SchemaReport report = Database::plan<Readings>(store.path());
    CHECK(report.changes.empty());
    CHECK(report.refused.empty());
    kv::Options read_only;
    read_only.read_only = true;
    Database::open<Readings>(store.path(), read_only).read([&](ReadTransaction& txn) {
        CHECK(Reader<Readings>{txn}.collect() == all);
    });
    Database db = Database::open<Readings>(store.path());
    CHECK(entry_of(db.environment()) == now);  // indexes, versions and all else stayed
    db.read([&](ReadTransaction& txn) { CHECK(Reader<Readings>{txn}.by<"name_level">().count() == all.size()); });
    db.close();
    CHECK(stored_tables(store.path()).refused.empty());
}

namespace {

struct Notes : Table<"notes", std::string, Key<std::uint32_t>, AutoIncrement, Cbor> {};
struct Tokens : Table<"tokens", Document, Key<Uuid>, GeneratedUuid, Json> {};

}  // namespace

TEST_CASE("a table makes keys outside the value, by its declaration and by description") {
    const StorePath store;
    const auto note = [](std::string_view json) { return Document::from_json(json); };
    {
        Database db = Database::open<Notes, Tokens>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Notes> notes{txn};
            CHECK(notes.append("a") == 1);
            notes.put(0, "zero");
            notes.put(7, "b");
            CHECK(notes.append("c") == 8);
            CHECK(notes.erase(8));
            CHECK(notes.append("d") == 9);
            CHECK(*notes.get(9) == "d");
            const Uuid first = Writer<Tokens>{txn}.append(1);
            const Uuid second = Writer<Tokens>{txn}.append(2);
            CHECK(first < second);
            CHECK(*Reader<Tokens>{txn}.get(second) == Document(2));
        });
        db.write([](WriteTransaction& txn) {
            CHECK(Writer<Notes>{txn}.append("e") == 10);
            txn.abort();
        });
    }
    goes_out_and_back(store.path());
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        DynamicWriter notes(txn, stored["notes"]);
        CHECK(notes.insert(note(R"({"value":"e"})")) == Document(10));
        CHECK(notes.insert(note(R"({"key":20,"value":"f"})")) == Document(20));
        CHECK(notes.insert(note(R"({"value":"g"})")) == Document(21));
        CHECK((*notes.get(21))["value"] == Document("g"));
        CHECK(holds(error_of(ErrorCode::constraint, [&] { notes.insert(note(R"({"key":0,"value":"h"})")); }), "0"));
        for (const char* const row : {R"({"value":"h"})", R"({"key":null,"value":"h"})", R"({"key":30})"}) {
            INFO(row);
            error_of(ErrorCode::decode, [&] { notes.upsert(note(row)); });
            error_of(ErrorCode::decode, [&] { notes.replace(note(row)); });
            error_of(ErrorCode::decode, [&] { notes.insert_if_absent(note(row)); });
        }
        CHECK(error_of(ErrorCode::decode, [&] {
                  import_json_lines(txn, stored["notes"],
                                    pieces_of("{\"key\":40,\"value\":\"\"}\n{\"value\":\"h\"}\n"));
              }).starts_with("line 2: a row of table \"notes\" is {\"key\": ..., \"value\": ...}"));
        CHECK(notes.count() == 7);
        DynamicWriter tokens(txn, stored["tokens"]);
        const Document made = tokens.insert(note(R"({"value":3})"));
        CHECK((*tokens.get(made))["value"] == Document(3));
        CHECK((*tokens.last())["key"] == made);
    });
}

TEST_CASE("the count of keys outside the value ends with their type") {
    struct Few : Table<"few", bool, Key<std::int8_t>, AutoIncrement, Cbor> {};
    const StorePath store;
    Database db = Database::open<Few>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Few> few{txn};
        few.put(126, true);
        CHECK(few.append(true) == 127);
        CHECK(holds(error_of(ErrorCode::constraint, [&] { few.append(true); }),
                    "every number up to 127 has been given"));
        CHECK(few.count() == 2);
    });
}

namespace {

struct Dice {
    std::uint32_t id{};
    std::vector<std::uint8_t> thrown{};
    std::array<std::uint8_t, 2> kept{};
    friend bool operator==(const Dice&, const Dice&) = default;
};
template <class C>
struct Throws : Table<"throws", Dice, PrimaryKey<&Dice::id>, C, OrderedIndex<"thrown", each<&Dice::thrown>>,
                      OrderedIndex<"kept", descending<each<&Dice::kept>>, covering<&Dice::thrown>>> {};

}  // namespace

TEST_CASE_TEMPLATE("an index has an entry per byte of bytes, by its declaration and by description", C, Cbor,
                   Json) {
    const StorePath store;
    Database::open<Throws<C>>(store.path()).write([](WriteTransaction& txn) {
        Writer<Throws<C>>{txn}.insert({1, {6, 200, 6}, {6, 6}});
    });
    goes_out_and_back(store.path());
    {
        const StoredTables stored = stored_tables(store.path());
        Database db = Database::open(store.path(), stored.tables);
        db.write([&](WriteTransaction& txn) {
            DynamicWriter throws(txn, stored["throws"]);
            throws.insert(document_of(Dice{2, {1, 200}, {1, 255}}));
            throws.upsert(document_of(Dice{1, {6, 3}, {3, 6}}));
            throws.insert(document_of(Dice{3, {}, {0, 0}}));
            CHECK(throws.by("thrown").count() == 4);
            CHECK(throws.by("thrown").equal(200).first()->find("id")->as_uint64() == 2);
            CHECK(throws.by("kept").first()->find("id")->as_uint64() == 2);
        });
    }
    Database db = Database::open<Throws<C>>(store.path());
    db.read([](ReadTransaction& txn) {
        CHECK(verify_indexes<Throws<C>>(txn).ok());
        const Reader<Throws<C>> throws{txn};
        CHECK(ids(throws.template by<"thrown">()) == Ids{2, 1, 1, 2});
        CHECK(ids(throws.template by<"kept">().equal(6)) == Ids{1});
    });
}

TEST_CASE("a table by description says what it takes") {
    const StorePath store;
    static_cast<void>(Database::open<Readings>(store.path()));
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        DynamicWriter(txn, stored["readings"]).insert(document_of(Reading{"Bern", {1}, {}, "w", {"n"}}));
        const TableUsage usage = table_usage(txn, stored["readings"]);
        CHECK(usage.name == "readings");
        CHECK(usage.records.counts.entries == 1);
        REQUIRE(usage.indexes.size() == 4);
        CHECK(usage.indexes[3].name == "folded");
        CHECK(usage.indexes[3].usage.counts.entries == 1);
    });
}

}  // namespace cambium::test
