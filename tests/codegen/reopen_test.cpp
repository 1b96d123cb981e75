// Random evolutions of tables: a store that was made by the old schema is opened with the new one. Opening applies
// what was said to be compatible, reads the records that were there, and refuses everything else.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cambium/base/error.hpp>
#include <cambium/cambium.hpp>
#include <cambium/catalog.hpp>
#include <cambium/dynamic.hpp>
#include <cambium/kv/maintenance.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "check.hpp"
#include "declared_tables.hpp"
#include "memory_directory.hpp"
#include "random_record.hpp"
#include "seed.hpp"

namespace cambium::test {

namespace {

using codegen::Difference;

constexpr std::array kTypes = {"int",      "long",
                               "ubyte",    "uint",
                               "short",    "ulong",
                               "float",    "double",
                               "bool",     "string",
                               "[string]", "Part",
                               "[Part]",   "E",
                               "int = 7",  "int = null",
                               "[ubyte]",  "ulong = null",
                               "[int]",    "[E]",
                               "E = null", "string (required)"};
constexpr std::array kKeyTypes = {"uint", "ulong", "int", "ubyte"};
constexpr std::array kCodecs = {"cbor", "cbor", "cbor", "json", "raw"};
constexpr std::array kNames = {"a", "b", "c", "d", "e", "f", "g"};

template <class List>
auto& one_of(List& list, Dice& dice) {
    return list[dice.below(std::size(list))];
}

struct NamedType {
    std::string name;
    std::string type;
};

/// Two tables, of which the first may refer to the second.
struct Tables {
    std::vector<NamedType> fields{};
    std::vector<NamedType> part{};
    std::map<std::string, std::string> indexes{};  ///< the text after the name, with "unique" before it
    std::string codec{};
    std::string key = "id";
    std::string enum_type = "ubyte";
    std::string not_null{};
    std::string version{};
    std::string reference{};  ///< restrict, cascade, or empty: there is none
    bool keeps_log = false;
    bool is_generated = false;
    bool expires = false;
    bool has_other = true;
};

std::string text_of(const Tables& tables) {
    std::string text;
    for (const std::string name : {"table", "codec", "key", "generated", "expires", "unique", "index", "log",
                                   "type", "foreign_key", "not_null", "row_version"})
        text += "attribute \"cambium_" + name + "\"; ";
    text += "\nenum E:" + tables.enum_type + " { x, y }\ntable Part { ";
    for (const NamedType& field : tables.part) text += field.name + ":" + field.type + "; ";
    text += "}\n";
    if (tables.has_other)
        text += "table Other (cambium_table: \"others\", cambium_codec: \"cbor\") { id:uint (cambium_key); }\n";
    text += "table Thing (cambium_table: \"things\", cambium_codec: \"" + tables.codec + "\", cambium_key: \"" +
            tables.key + "\"";
    for (const std::string kind : {"unique", "index"}) {
        std::string list;
        for (const auto& [name, index] : tables.indexes)
            if ((index.compare(0, 6, "unique") == 0) == (kind == "unique"))
                list += (list.empty() ? "" : "; ") + name + index.substr(kind == "unique" ? 6 : 0);
        if (!list.empty()) text += ", cambium_" + kind + ": \"" + list + "\"";
    }
    text += std::string{tables.keeps_log ? ", cambium_log" : ""} + ") { ";
    for (const NamedType& field : tables.fields) {
        std::string attributes;
        const auto add = [&](const std::string& attribute) {
            attributes += (attributes.empty() ? " (" : ", ") + attribute;
        };
        if (field.name == "id" && tables.is_generated) add("cambium_generated");
        if (field.name == "end") add("cambium_type: \"timestamp\"");
        if (field.name == "end" && tables.expires) add("cambium_expires");
        if (field.name == "owner" && !tables.reference.empty())
            add("cambium_foreign_key: \"others " + tables.reference + "\"");
        if (field.name == tables.not_null) add("cambium_not_null");
        if (field.name == tables.version) add("cambium_row_version");
        text += field.name + ":" + field.type + attributes + (attributes.empty() ? "; " : "); ");
    }
    return text + "}\n";
}

/// What the schema reader refuses is skipped by the test.
void change(Tables& tables, Dice& dice) {
    std::vector<NamedType>& fields = tables.fields;
    const auto field_name = [&] { return one_of(fields, dice).name; };
    const auto new_field = [&] {
        return NamedType{one_of(kNames, dice),
                         tables.codec == "raw" && !dice.one_in(5) ? "ulong" : one_of(kTypes, dice)};
    };
    switch (dice.below(16)) {
        case 0:
        case 1:
            fields.push_back(new_field());
            return;
        case 2:
            fields.insert(fields.begin(), new_field());
            return;
        case 3: {
            const std::size_t i = dice.below(fields.size());
            if (fields[i].name != "id") fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
            return;
        }
        case 4:
            std::swap(one_of(fields, dice), one_of(fields, dice));
            return;
        case 5:
        case 6: {
            NamedType& field = one_of(fields, dice);
            field.type = field.name == "id" ? one_of(kKeyTypes, dice) : one_of(kTypes, dice);
            return;
        }
        case 7:
            tables.codec = one_of(kCodecs, dice);
            return;
        case 8:
            tables.key = dice.one_in(2) ? "id" : "id, " + field_name();
            return;
        case 9:
        case 10: {
            std::string& index = tables.indexes[dice.one_in(2) ? "i" : "j"];
            static const std::array kBefore = {"", "", "", "descending ", "ignore_case ", "each "};
            static const std::array kBehind = {"", "", "", " version 2", " without_nulls", " covering(id)"};
            index = (dice.one_in(3) ? "unique(" : "(") + std::string{one_of(kBefore, dice)} + field_name() +
                    (dice.one_in(3) ? ", " + field_name() : "") + ")" + one_of(kBehind, dice);
            return;
        }
        case 11:
            tables.indexes.erase(dice.one_in(2) ? "i" : "j");
            return;
        case 12:
            tables.part = {{"p", one_of(kTypes, dice)}, {dice.one_in(2) ? "q" : "r", "int"}};
            if (dice.one_in(2)) std::swap(tables.part.front(), tables.part.back());
            return;
        case 13:
            tables.reference = dice.one_in(3) ? "" : dice.one_in(2) ? "restrict" : "cascade";
            tables.has_other = !dice.one_in(6);
            return;
        case 14:
            tables.not_null = dice.one_in(2) ? "" : field_name();
            tables.version = dice.one_in(2) ? "" : field_name();
            tables.enum_type = dice.one_in(2) ? "ubyte" : "int";
            return;
        default:
            tables.keeps_log = dice.one_in(2);
            tables.is_generated = dice.one_in(2);
            tables.expires = dice.one_in(2);
            return;
    }
}

Tables random_tables(Dice& dice) {
    Tables tables;
    tables.codec = one_of(kCodecs, dice);
    tables.part = {{"p", "short"}, {"q", "int"}};
    tables.fields = {{"id", dice.one_in(2) ? "uint" : "ulong"}};
    if (tables.codec != "raw") tables.fields.push_back({"end", "long"});
    if (tables.codec != "raw") tables.fields.push_back({"owner", dice.one_in(2) ? "uint = null" : "uint"});
    for (std::uint64_t changes = dice.below(6); changes > 0; --changes) change(tables, dice);
    return tables;
}

Document random_value(const Tables& tables, const std::string& declared, Dice& dice) {
    const std::string type = declared.substr(0, declared.find(' '));
    if (type.front() == '[') {
        const std::string element = type.substr(1, type.size() - 2);
        if (element == "ubyte") return "AQI=";
        Document list = Document::array();
        for (std::uint64_t n = dice.below(3); n > 0; --n)
            list.push_back(random_value(tables, element + " (required)", dice));
        return list;
    }
    const bool is_optional = declared.find("null") != std::string::npos || type == "string" || type == "Part";
    const bool is_required = declared.find("required") != std::string::npos;
    if (is_optional && !is_required && dice.one_in(4)) return nullptr;
    if (type == "bool") return dice.one_in(2);
    if (type == "string") return dice.one_in(2) ? "text" : "other";
    if (type == "float" || type == "double") return 0.5;
    if (type != "Part") return static_cast<std::int64_t>(dice.below(2));
    Document part = Document::object();
    for (const NamedType& field : tables.part) part[field.name] = random_value(tables, field.type, dice);
    return part;
}

Document random_row(const Tables& tables, std::uint64_t id, Dice& dice) {
    Document row = Document::object();
    for (const NamedType& field : tables.fields) row[field.name] = random_value(tables, field.type, dice);
    row["id"] = id;
    if (row.find("end") != nullptr) row["end"] = std::int64_t{1} << 62;
    return row;
}

/// What was stored is what is read; records may have got more.
bool is_same(const Document& before, const Document& now) {
    if (before.is_object() && now.is_object()) {
        for (const Document::Member& member : before.members()) {
            const Document* const value = now.find(member.name);
            if (value != nullptr && !is_same(member.value, *value)) return false;
        }
        return true;
    }
    if (!before.is_array() || !now.is_array()) return before == now;
    return std::equal(before.elements().begin(), before.elements().end(), now.elements().begin(),
                      now.elements().end(), is_same);
}

/// As a generated program would declare them.
struct Declared {
    explicit Declared(const Tables& made) : tables{made}, text{"it.fbs", text_of(made)} {
        codegen::Diagnostics diagnostics{text.file, text.text};
        const auto schema = codegen::read_schema(text.file, text.text, {}, diagnostics);
        if (!schema) return;
        info = codegen::declared_tables(*schema);
        try {
            for (const TableInfo& table : info) dynamic.emplace_back(table);
            is_usable = true;
        } catch (const Error&) {
        }
    }

    Tables tables;
    codegen::SchemaText text;
    std::vector<TableInfo> info{};
    std::vector<DynamicTable> dynamic{};
    bool is_usable = false;  ///< without a program of its own
};

/// The sentence of a refusal, of what the catalog or, when there are any, of what the records do not admit.
std::string open(const std::string& store, const Declared& declared) {
    try {
        static_cast<void>(Database::open(store, declared.dynamic));
    } catch (const Error& error) {
        CHECK((error.code() == ErrorCode::schema || error.code() == ErrorCode::constraint));
        return error.what();
    }
    return {};
}

std::map<std::uint64_t, Document> rows_of(const std::string& store, const Declared& declared) {
    std::map<std::uint64_t, Document> rows;
    Database database = Database::open(store, declared.dynamic);
    database.read([&](ReadTransaction& txn) {
        const DynamicReader things{txn, declared.dynamic.back()};
        for (const Document& row : things) rows.emplace(row.find("id")->as_uint64(), row);
    });
    CHECK(kv::check(database.environment()).ok());
    return rows;
}

void fill(const std::string& store, const Declared& declared, Dice& dice) {
    Database database = Database::open(store, declared.dynamic);
    const auto insert = [&](std::uint64_t id) {
        database.write([&](WriteTransaction& txn) {
            const Document other = Document::object({{"id", id % 2}});
            if (declared.dynamic.size() > 1) DynamicWriter{txn, declared.dynamic.front()}.upsert(other);
            DynamicWriter{txn, declared.dynamic.back()}.insert(random_row(declared.tables, id, dice));
        });
    };
    for (std::uint64_t id = 1; id <= 6; ++id) {
        try {
            insert(id);
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::constraint);
        }
    }
}

TEST_CASE("random evolutions of tables: the next opening does what --check says") {
    Dice dice{seed()};
    int applied = 0;
    int refused = 0;
    std::size_t records = 0;
    for (int i = 0; i < 400; ++i) {
        const MemoryDirectory folder;
        Tables tables = random_tables(dice);
        const Declared before{tables};
        for (std::uint64_t changes = dice.below(3) + 1; changes > 0; --changes) change(tables, dice);
        const Declared now{tables};
        if (!before.is_usable || !now.is_usable) continue;
        const auto check = codegen::check_schemas(before.text, now.text, {});
        REQUIRE(check.errors == std::vector<std::string>{});
        std::vector<Difference> of_tables;
        std::string what = before.text.text + "now:\n" + now.text.text;
        for (const Difference& difference : check.differences) {
            if (difference.sentence.compare(0, 7, "table \"") == 0) of_tables.push_back(difference);
            what += (difference.is_compatible ? "+ " : "- ") + difference.sentence + "\n";
        }
        INFO(what);

        const std::string empty = folder.file("empty.cambium");
        CHECK(open(empty, before) == "");
        CHECK(describe(empty) == before.info);
        CHECK(codegen::check_tables(describe(empty), now.text, {}).differences == of_tables);
        const bool is_compatible =
            std::all_of(of_tables.begin(), of_tables.end(),
                        [](const Difference& difference) { return difference.is_compatible; });
        ++(is_compatible ? applied : refused);
        const std::string refusal = open(empty, now);
        CAPTURE(refusal);
        CHECK(refusal.empty() == is_compatible);

        const std::string store = folder.file("store.cambium");
        CHECK(open(store, before) == "");
        fill(store, before, dice);
        const auto rows = rows_of(store, before);
        const std::string refusal_of_records = open(store, now);
        CAPTURE(refusal_of_records);
        const bool may_refuse = what.find("opening refuses if") != std::string::npos ||
                                what.find("is verified on every record") != std::string::npos;
        if (!may_refuse) CHECK(refusal_of_records.empty() == is_compatible);
        if (!is_compatible) CHECK_FALSE(refusal_of_records.empty());
        if (!refusal_of_records.empty()) {
            CHECK(rows_of(store, before) == rows);
            continue;
        }
        const auto rows_now = rows_of(store, now);
        CHECK(rows_now.size() == rows.size());
        for (const auto& [id, row] : rows) {
            REQUIRE(rows_now.count(id) == 1);
            CAPTURE(row.to_json());
            CAPTURE(rows_now.at(id).to_json());
            CHECK(is_same(row, rows_now.at(id)));
            ++records;
        }
    }
    CHECK(applied > 30);
    CHECK(refused > 30);
    CHECK(records > 100);
}

}  // namespace

}  // namespace cambium::test
