// The attributes of one table, read and checked. Every finding is reported; none stops the others.
#include "table_reader.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "attribute_text.hpp"
#include "names.hpp"

namespace cambium::codegen {

namespace {

constexpr std::array kCodecs = {"flatbuffers", "cbor", "json", "raw"};

/// What a field lacks to be a column of a key or an index; empty when nothing.
std::string obstacle_in_key(const Field& field) {
    const bool is_bytes = field.container == Container::vector && field.type.schema_type == "ubyte";
    if (field.container != Container::single && !is_bytes) return "is a list";
    if (field.type.kind == Kind::structure) return "is a struct";
    if (field.type.kind == Kind::table) return "is a table";
    return {};
}

class TableReader {
public:
    TableReader(const Record& record, const RecordAttributes& attributes, Diagnostics& diagnostics)
        : record_{record}, attributes_{attributes}, diagnostics_{diagnostics} {
        table_.record = &record;
        table_.name = attributes.on_record.at("cambium_table");
        table_.cpp_name = pascal_case(table_.name);
    }

    Table read(const Schema& schema) {
        check_names(schema);
        read_codec();
        read_key();
        read_indexes("cambium_unique", true);
        read_indexes("cambium_index", false);
        check_index_names();
        return std::move(table_);
    }

private:
    void report(const std::string& sentence) const {
        diagnostics_.report("table \"" + table_.name + "\": " + sentence);
    }

    [[nodiscard]] const std::string* attribute(const std::string& name) const {
        const auto found = attributes_.on_record.find(name);
        return found == attributes_.on_record.end() ? nullptr : &found->second;
    }

    void check_names(const Schema& schema) const {
        if (!is_identifier(table_.name) || is_cpp_keyword(table_.cpp_name))
            return report("the name must be letters, digits and underscores, and not begin with a digit");
        for (const Table& other : schema.tables)
            if (other.name == table_.name) report("record " + other.record->name + " already declares this table");
        const auto check_free = [&](const std::string& name, const Scope& scope) {
            if (scope.components == record_.scope.components &&
                (name == table_.cpp_name || name == table_.cpp_name + "As"))
                report("its C++ name " + name +
                       " is already the name of a type of the schema; name the table otherwise, "
                       "for example in the plural");
        };
        for (const auto& record : schema.records) check_free(record->name, record->scope);
        for (const auto& enumeration : schema.enums) check_free(enumeration->name, enumeration->scope);
    }

    void read_codec() {
        const std::string* codec = attribute("cambium_codec");
        table_.codec = codec == nullptr ? "flatbuffers" : *codec;
        if (std::find(kCodecs.begin(), kCodecs.end(), table_.codec) == kCodecs.end())
            return report("unknown codec \"" + table_.codec + "\"; the codecs are flatbuffers, cbor, json and raw");
        if (table_.codec != "raw") return;
        for (const Field& field : record_.fields)
            if (!field.is_deprecated && (field.container == Container::vector || field.absence == Absence::null ||
                                         field.type.kind == Kind::text || field.type.kind == Kind::table))
                report("codec raw stores plain bytes, and field \"" + field.name + "\" has no fixed size");
    }

    void read_key() {
        std::vector<std::string> marked;
        for (const auto& [field, attributes] : attributes_.on_fields)
            if (attributes.count("cambium_key") != 0) marked.push_back(field);
        const std::string* listed = attribute("cambium_key");
        if (listed != nullptr && !marked.empty())
            return report("two keys: cambium_key on the table and on field \"" + marked.front() + "\"");
        if (marked.size() > 1)
            return report("two keys: cambium_key on fields \"" + marked[0] + "\" and \"" + marked[1] +
                          "\"; a key of several fields is written on the table: (cambium_key: \"" + marked[0] +
                          "," + marked[1] + "\")");
        if (listed == nullptr && marked.empty())
            return report(
                "no key; mark a field with cambium_key, or write (cambium_key: \"field,field\") on the table");
        try {
            table_.key = listed == nullptr ? marked : parse_columns(*listed);
        } catch (const AttributeError& error) {
            return report("cambium_key: " + error.sentence);
        }
        check_columns("the key", table_.key);
        for (const std::string& column : table_.key) {
            const Field* field = record_.find(column);
            if (field != nullptr && field->absence == Absence::null)
                report("the key's field \"" + column + "\" is optional; a key is always present, " +
                       (field->type.schema_type.empty() ? "mark the field (required)" : "remove \"= null\""));
        }
    }

    void read_indexes(const std::string& kind, bool is_unique) {
        if (const std::string* text = attribute(kind)) {
            try {
                for (Index& index : parse_indexes(*text, is_unique)) table_.indexes.push_back(std::move(index));
            } catch (const AttributeError& error) {
                report(kind + ": " + error.sentence);
            }
        }
        for (const auto& [field, attributes] : attributes_.on_fields) {
            const auto found = attributes.find(kind);
            if (found == attributes.end()) continue;
            table_.indexes.push_back({found->second.empty() ? field : found->second, {field}, is_unique});
        }
        for (const Index& index : table_.indexes)
            if (index.is_unique == is_unique) check_columns("index \"" + index.name + "\"", index.columns);
    }

    void check_columns(const std::string& owner, const std::vector<std::string>& columns) const {
        std::set<std::string> seen;
        for (const std::string& column : columns) {
            const Field* field = record_.find(column);
            if (!seen.insert(column).second) report(owner + " names field \"" + column + "\" twice");
            if (field == nullptr) {
                report(owner + ": " + record_.name + " has no field \"" + column + "\"");
                continue;
            }
            const std::string obstacle = obstacle_in_key(*field);
            if (!obstacle.empty())
                report(owner + ": field \"" + column + "\" " + obstacle + " and cannot be a column");
        }
    }

    void check_index_names() const {
        std::set<std::string> seen;
        for (const Index& index : table_.indexes) {
            if (!is_identifier(index.name)) report("\"" + index.name + "\" is not a name for an index");
            if (!seen.insert(index.name).second) report("two indexes are named \"" + index.name + "\"");
        }
    }

    const Record& record_;
    const RecordAttributes& attributes_;
    Diagnostics& diagnostics_;
    Table table_;
};

}  // namespace

void read_table(const Record& record, const RecordAttributes& attributes, Schema& schema,
                Diagnostics& diagnostics) {
    schema.tables.push_back(TableReader{record, attributes, diagnostics}.read(schema));
}

}  // namespace cambium::codegen
