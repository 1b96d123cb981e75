// Random schemas: written once more from the catalog that they make, they declare the same tables.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "check.hpp"
#include "declared_tables.hpp"
#include "random_record.hpp"
#include "schema_from_tables.hpp"
#include "seed.hpp"

namespace cambium::test {

namespace {

using Texts = std::vector<std::string>;
using codegen::Difference;

const std::string& one_of(const Texts& texts, Dice& dice) {
    return texts[dice.below(texts.size())];
}

/// The text of a schema.
class RandomStore {
public:
    explicit RandomStore(Dice& dice) : dice_{dice} {
        for (const std::string name :
             {"table", "codec", "compression", "key", "type", "absent", "index", "unique", "foreign_key", "log"})
            text_ += "attribute \"cambium_" + name + "\";\n";
        text_ +=
            "enum E : byte { low = -3, zero = 0, high = 4 }\nenum F : ulong (bit_flags) { A, B, C }\n"
            "struct Uuid (cambium_type: \"uuid\") { bytes:[ubyte:16]; }\n"
            "struct Three (cambium_type: \"fixed\") { bytes:[ubyte:3]; }\n";
        for (std::size_t i = dice.below(3); i > 0; --i) add_struct("S" + std::to_string(i));
        for (std::size_t i = dice.below(4); i > 0; --i) {
            add_record("P" + std::to_string(i));
            if (dice.one_in(2)) add_union("U" + std::to_string(i));
        }
        for (std::size_t i = dice.below(3) + 1; i > 0; --i) add_table(std::to_string(i));
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string scalar() {
        return one_of({"bool", "byte", "ubyte", "short", "ushort", "int", "uint", "long", "ulong", "float",
                       "double", "E", "F"},
                      dice_);
    }

    /// One for each field of a type that may be left out, or none.
    std::string initial(const std::string& type) {
        if (dice_.one_in(6)) return " = null";
        if (dice_.one_in(2)) return "";
        if (type == "bool") return one_of({" = true", " = 7", " = false"}, dice_);
        if (type == "E") return one_of({" = low", " = high", " = 4"}, dice_);
        if (type == "F") return one_of({" = \"B A\"", " = 5", " = C"}, dice_);
        if (type == "float" || type == "double")
            return one_of({" = 1e3", " = .1", " = -0.0", codec_ == "json" ? " = 2" : one_of(kEndless, dice_)},
                          dice_);
        return type.front() == 'u' ? " = 7" : " = -7";
    }

    void add_struct(const std::string& name) {
        text_ += "struct " + name + one_of({"", "", " (force_align: 8)"}, dice_) + " {";
        for (std::size_t i = dice_.below(3) + 1; i > 0; --i) {
            Texts types = {scalar(), scalar(), "Uuid", "Three"};
            types.insert(types.end(), structs_.begin(), structs_.end());
            const std::string type = one_of(types, dice_);
            text_ += " f" + std::to_string(i) + ":" + (dice_.one_in(3) ? "[" + type + ":2]" : type) + ";";
        }
        text_ += " }\n";
        structs_.push_back(name);
    }

    void add_union(const std::string& name) {
        Texts types = {"string", "Uuid", records_.back()};
        types.insert(types.end(), structs_.begin(), structs_.end());
        text_ += "union " + name + " {";
        std::size_t number = 0;
        for (std::size_t i = dice_.below(3) + 1; i > 0; --i) {
            number += dice_.below(2) + 1;
            text_ += " m" + std::to_string(i) + ": " + one_of(types, dice_) + " = " + std::to_string(number) + ",";
        }
        text_ += " }\n";
        unions_.push_back(name);
    }

    void add_record(const std::string& name) {
        codec_ = "json";  // its defaults must do for any
        text_ += "table " + name + " { first:int;" + fields() + " }\n";
        records_.push_back(name);
    }

    void add_table(const std::string& number) {
        codec_ = one_of({"flatbuffers", "flatbuffers", "cbor", "json"}, dice_);
        const std::string name = "things" + number;
        const std::string key = one_of({"uint", "E", "F", "long", "bool"}, dice_);
        std::string body =
            " id:" + key + (key == "E" && dice_.one_in(2) ? " = low" : "") + "; name:string;" + fields();
        std::string attributes = "cambium_table: \"" + name + "\", cambium_codec: \"" + codec_ +
                                 "\", cambium_key: \"id\", cambium_index: \"by_name(" +
                                 one_of({"", "descending ", "ignore_case "}, dice_) +
                                 "name, id) version 2 covering(name)\"" +
                                 one_of({"", ", cambium_log", ", cambium_compression: \"zstd\"",
                                         ", cambium_unique: \"u(name) where is_good" + number + " without_nulls\""},
                                        dice_);
        if (!key_.empty() && dice_.one_in(2)) {
            const bool is_optional = dice_.one_in(2);
            body += " to:" + key_ + (is_optional ? " = null" : key_ == "E" ? " = high" : "") + ";";
            attributes += ", cambium_foreign_key: \"to(to) to " + last_table_ +
                          (is_optional ? " set_null\"" : " cascade deferred\"");
        }
        text_ += "table Thing" + number + " (" + attributes + ") {" + body + " }\n";
        key_ = key;
        last_table_ = name;
    }

    std::string fields() {
        std::string text;
        for (std::size_t i = dice_.below(7); i > 0; --i) text += field("f" + std::to_string(i));
        return text;
    }

    std::string field(const std::string& name) {
        const Texts absences = {"", "required", "cambium_absent: \"default\""};
        std::string type = scalar();
        Texts attributes = {one_of(absences, dice_)};
        const std::size_t kind = dice_.below(8);
        if (kind < 3) {
            type += initial(type);
            attributes = {""};
        } else if (kind == 3) {
            type = "long" + one_of({"", " = 5", " = null"}, dice_);
            attributes = {"cambium_type: \"timestamp\""};
        } else if (kind == 4) {
            type = "[ubyte]";
            attributes.push_back(one_of({"cambium_type: \"uuid\"", "cambium_type: \"fixed 7\""}, dice_));
        } else if (kind == 5 && !unions_.empty()) {
            type = one_of(unions_, dice_);
            attributes = {one_of({"", "required"}, dice_)};
        } else {
            Texts types = {"string", "Uuid", "Three"};
            for (const Texts* more : {&structs_, &records_}) types.insert(types.end(), more->begin(), more->end());
            type = one_of(types, dice_);
            if (kind == 7) {
                types.insert(types.end(), unions_.begin(), unions_.end());
                type = "[" + one_of({scalar(), one_of(types, dice_)}, dice_) + "]";
                attributes = {one_of({"", "required", "cambium_absent: \"null\""}, dice_)};
            }
        }
        if (dice_.one_in(6)) {
            if (attributes.front() == "required") attributes.front().clear();
            attributes.emplace_back("deprecated");
        }
        std::string list;
        for (const std::string& one : attributes)
            if (!one.empty()) list += (list.empty() ? "" : ", ") + one;
        return " " + name + ":" + type + (list.empty() ? "" : " (" + list + ")") + ";";
    }

    inline static const Texts kEndless = {" = nan", " = +inf", " = -infinity"};

    Dice& dice_;
    Texts structs_;
    Texts records_;
    Texts unions_;
    std::string codec_;
    std::string key_;         ///< type of that of the last table
    std::string last_table_;  ///< its name
    std::string text_;
};

std::vector<TableInfo> declared_by(const std::string& text) {
    codegen::Diagnostics diagnostics{"it.fbs", text};
    const auto schema = codegen::read_schema("it.fbs", text, {}, diagnostics);
    CHECK(diagnostics.sentences() == Texts{});
    REQUIRE(schema);
    return codegen::declared_tables(*schema);
}

TEST_CASE("random schemas come back from the catalog") {
    Dice dice{seed()};
    for (int i = 0; i < 300; ++i) {
        const RandomStore store{dice};
        CAPTURE(store.text());
        const auto stored = declared_by(store.text());
        const auto written = codegen::schema_from_tables(stored, "it.cambium", "it");
        CAPTURE(written.text);
        CHECK(written.errors == Texts{});
        const auto again = declared_by(written.text);
        CHECK(codegen::check_tables(stored, {"it.fbs", written.text}, {}).differences == std::vector<Difference>{});
        CHECK(codegen::check_tables(again, {"it.fbs", store.text()}, {}).differences == std::vector<Difference>{});
        const auto last = codegen::schema_from_tables(again, "it.cambium", "it");
        // What differs in no more than that is one struct the second time.
        if (written.text.find("// A schema cannot say ") != std::string::npos) {
            const auto once_more = codegen::schema_from_tables(declared_by(last.text), "it.cambium", "it");
            CHECK(once_more.text == last.text);
        } else {
            CHECK(last.text == written.text);
        }
    }
}

}  // namespace

}  // namespace cambium::test
