// The attributes of one table, read and checked. Every finding is reported; none stops the others.
#include "table_reader.hpp"

#include <algorithm>
#include <array>
#include <cambium/codec/shape.hpp>
#include <set>
#include <string_view>

#include "attribute_text.hpp"
#include "memory_layout.hpp"
#include "names.hpp"
#include "record_description.hpp"
#include "reserved_names.hpp"

namespace cambium::codegen {

namespace {

constexpr std::array kCodecs = {"flatbuffers", "cbor", "json", "raw"};
constexpr std::array kCompressions = {"zstd", "lz4", "zlib"};
/// The catalog's key of a table is "table/" and the name, and a store with the smallest pages takes 1024 bytes.
constexpr std::size_t kMostNameBytes = 1018;

bool is_bytes(const Field& field) {
    return field.container == Container::vector && field.type.kind == Kind::integer &&
           field.type.schema_type == "ubyte";
}

bool is_list(const Field& field) {
    return field.container != Container::single && !is_bytes(field);
}

/// What a field lacks to be a column of a key or an index; empty when nothing.
std::string obstacle_in_key(const Field& field, const Column& column) {
    if (column.is_each && !is_list(field)) return "is no list, which each needs,";
    if (column.is_each && field.absence == Absence::null) return "is an optional list, which each does not take,";
    if (field.type.kind == Kind::variant) return is_list(field) ? "is a list of unions" : "is a union";
    if (!column.is_each && is_list(field)) return "is a list";
    if (field.type.kind == Kind::structure) return "is a struct";
    if (field.type.kind == Kind::table) return "is a table";
    if (column.ignores_case && field.type.kind != Kind::text) return "is no string, which ignore_case needs,";
    return {};
}

class TableReader {
public:
    TableReader(const Record& record, const RecordAttributes& attributes, const ReportFinding& report_finding)
        : record_{record}, attributes_{attributes}, report_finding_{report_finding} {
        table_.record = &record;
        table_.name = attributes.on_record.at("cambium_table");
        table_.cpp_name = pascal_case(table_.name);
    }

    Table read(const Schema& schema) {
        check_name(schema);
        check_description();
        read_codec();
        read_compression();
        read_key();
        read_generator();
        read_expiry();
        read_log();
        read_indexes("cambium_unique", true);
        read_indexes("cambium_index", false);
        read_foreign_keys();
        read_rules();
        read_history();
        check_index_names();
        return std::move(table_);
    }

private:
    void report(const std::string& attribute, const std::string& sentence) const {
        report_finding_("", attribute, "table \"" + table_.name + "\": " + sentence);
    }
    void report_field(const std::string& field, const std::string& attribute, const std::string& sentence) const {
        report_finding_(field, attribute, "table \"" + table_.name + "\": " + sentence);
    }

    [[nodiscard]] const std::string* attribute(const std::string& name) const {
        const auto found = attributes_.on_record.find(name);
        return found == attributes_.on_record.end() ? nullptr : &found->second;
    }

    void check_name(const Schema& schema) const {
        if (table_.name.size() > kMostNameBytes)
            return report("cambium_table", "its name has " + std::to_string(table_.name.size()) +
                                               " letters; a store takes up to " + std::to_string(kMostNameBytes));
        if (!is_identifier(table_.name))
            return report("cambium_table",
                          "the name must be letters, digits and underscores, and not begin with a digit");
        if (!is_identifier(table_.cpp_name))
            return report("cambium_table", "its C++ name, which is made of what is not an underscore, would be \"" +
                                               table_.cpp_name + "\"; begin the name with a letter");
        if (const std::string_view why = why_no_name(table_.cpp_name); !why.empty())
            report("cambium_table",
                   "its C++ name " + table_.cpp_name + " is " + std::string{why} + "; name the table otherwise");
        if (const Table* other = schema.find_table(table_.name))
            report("cambium_table", "record " + other->record->name + " already declares this table");
    }

    /// A store refuses more, and what follows would take as long as it is large.
    void check_description() {
        const DescriptionSize size = description_size(record_);
        is_too_large_ = size.all > codec::kMostTypeBytes;
        if (!is_too_large_) return;
        const std::string bytes =
            (size.all == kUncounted ? "more than " : "") + std::to_string(size.all) + " bytes";
        const bool is_of_one = size.of_largest > size.all / 2;
        report_field(
            is_of_one ? size.largest->name : "", "",
            "the types of its fields would take " + bytes + " in the catalog of a store, which takes " +
                std::to_string(codec::kMostTypeBytes) +
                ": a nested table is spelled out at each place of use; split the record, or keep a part of "
                "it in a table of its own");
    }

    void read_codec() {
        const std::string* codec = attribute("cambium_codec");
        table_.codec = codec == nullptr ? "flatbuffers" : *codec;
        if (std::find(kCodecs.begin(), kCodecs.end(), table_.codec) == kCodecs.end())
            return report("cambium_codec",
                          "unknown codec \"" + table_.codec + "\"; the codecs are flatbuffers, cbor, json and raw");
        if (table_.codec == "raw") check_raw();
        std::set<const Record*> seen;
        if (table_.codec == "json") check_json(record_, "", "", seen);
    }

    /// What the program makes by default must be possible to store. `path` leads to the record, by way of field
    /// `place` of the table.
    void check_json(const Record& record, const std::string& path, const std::string& place,
                    std::set<const Record*>& seen) const {
        if (!seen.insert(&record).second) return;
        for (const Field& field : record.fields) {
            if (field.is_deprecated) continue;
            const std::string& number = field.default_value;
            const std::string name = path + field.name;
            const std::string& on = place.empty() ? field.name : place;
            if (number == "nan" || number == "inf" || number == "-inf")
                report_field(on, "",
                             "codec json cannot store " + number + ", the default of field \"" + name +
                                 "\": JSON has only finite numbers; choose another default or codec, or make the "
                                 "field optional (= null)");
            if (field.type.record != nullptr) check_json(*field.type.record, name + ".", on, seen);
            if (field.type.alternatives == nullptr) continue;
            for (const UnionMember& member : field.type.alternatives->members)
                if (member.type.record != nullptr) check_json(*member.type.record, name + ".", on, seen);
        }
    }

    void check_raw() const {
        bool is_fixed = true;
        for (const Field& field : record_.fields)
            if (!field.is_deprecated && (field.container == Container::vector || field.absence == Absence::null ||
                                         field.type.kind == Kind::text || field.type.kind == Kind::table ||
                                         field.type.kind == Kind::variant)) {
                is_fixed = false;
                report_field(field.name, "",
                             "codec raw stores plain bytes, and field \"" + field.name + "\" has no fixed size");
            }
        if (!is_fixed || is_too_large_) return;
        const auto padding = first_padding(record_);
        if (!padding) return;
        const std::string where =
            padding->before.empty() ? "at its end" : "before field \"" + padding->before + "\"";
        report_field(padding->field, padding->field.empty() ? "cambium_codec" : "",
                     "codec raw stores every byte of a record, and " + padding->record->name + " has " +
                         std::to_string(padding->bytes) + (padding->bytes == 1 ? " byte" : " bytes") +
                         " of padding " + where +
                         "; order its fields by size, largest first, fill the rest with fields of ubyte, or choose "
                         "another codec");
    }

    void read_compression() {
        const std::string* compression = attribute("cambium_compression");
        if (compression == nullptr) return;
        table_.compression = *compression;
        if (std::find(kCompressions.begin(), kCompressions.end(), *compression) == kCompressions.end())
            report("cambium_compression",
                   "unknown compression \"" + *compression + "\"; the compressions are zstd, lz4 and zlib");
    }

    void read_key() {
        std::vector<std::string> marked;
        for (const auto& [field, attributes] : attributes_.on_fields)
            if (attributes.count("cambium_key") != 0) marked.push_back(field);
        const std::string* listed = attribute("cambium_key");
        check_one_key(listed, marked);
        if (listed != nullptr) {
            table_.key = columns_in("cambium_key", *listed);
            check_key(table_.key, "");
        }
        for (const std::string& field : marked) check_key({field}, field);
        if (listed == nullptr) table_.key = std::move(marked);
    }

    void check_one_key(const std::string* listed, const std::vector<std::string>& marked) const {
        if (listed != nullptr && !marked.empty())
            report("cambium_key", "two keys: cambium_key on the table and on field \"" + marked.front() + "\"");
        else if (marked.size() > 1)
            report_field(marked[1], "cambium_key",
                         "two keys: cambium_key on fields \"" + marked[0] + "\" and \"" + marked[1] +
                             "\"; a key of several fields is written on the table: (cambium_key: \"" + marked[0] +
                             "," + marked[1] + "\")");
        else if (listed == nullptr && marked.empty())
            report("",
                   "no key; mark a field with cambium_key, or write (cambium_key: \"field,field\") on the table");
    }

    void check_key(const std::vector<std::string>& columns, const std::string& place) const {
        check_columns("the key", place, "cambium_key", as_columns(columns));
        for (const std::string& column : columns) {
            const Field* field = record_.find(column);
            if (field != nullptr && field->absence == Absence::null)
                report_field(
                    column, "",
                    "the key's field \"" + column + "\" is optional; a key is always present, " +
                        (field->type.schema_type.empty() ? "mark the field (required)" : "remove \"= null\""));
        }
    }

    /// The names of an attribute that lists fields.
    [[nodiscard]] std::vector<std::string> columns_in(const std::string& attribute_name,
                                                      const std::string& text) const {
        Parsed<std::string> parsed = parse_columns(text);
        report_slips(attribute_name, parsed.sentences);
        return std::move(parsed.items);
    }

    void report_slips(const std::string& attribute_name, const std::vector<std::string>& sentences) const {
        for (const std::string& sentence : sentences) report(attribute_name, attribute_name + ": " + sentence);
    }

    void read_generator() {
        for (const auto& [name, attributes] : attributes_.on_fields) {
            if (attributes.count("cambium_generated") == 0) continue;
            const Field* field = record_.find(name);
            if (field == nullptr || table_.key != std::vector<std::string>{name}) {
                report_field(name, "cambium_generated",
                             "field \"" + name + "\" cannot be generated: only the one field of a key can");
                continue;
            }
            const bool is_uuid = field->type.kind == Kind::uuid;
            if (field->container != Container::single || (field->type.kind != Kind::integer && !is_uuid))
                report_field(name, "cambium_generated",
                             "field \"" + name + "\" cannot be generated: what can is an integer or a uuid");
            table_.is_key_generated = true;
        }
    }

    void read_expiry() {
        for (const auto& [name, attributes] : attributes_.on_fields) {
            if (attributes.count("cambium_expires") == 0) continue;
            const Field* field = record_.find(name);
            if (field == nullptr || field->type.kind != Kind::timestamp || field->container != Container::single)
                report_field(name, "cambium_expires",
                             "field \"" + name + "\" says when records end, so it must be a timestamp");
            if (!table_.expires_at.empty())
                report_field(name, "cambium_expires",
                             "two fields say when records end, \"" + table_.expires_at + "\" and \"" + name + "\"");
            table_.expires_at = name;
        }
    }

    void read_log() {
        const std::string* text = attribute("cambium_log");
        if (text == nullptr) return;
        table_.keeps_log = true;
        auto parsed = parse_limits(*text);
        report_slips("cambium_log", parsed.sentences);
        table_.log_limits = std::move(parsed.items);
        std::set<std::string> seen;
        for (const auto& [name, number] : table_.log_limits) {
            if (name != "changes" && name != "bytes" && name != "seconds")
                report("cambium_log", "cambium_log limits changes, bytes or seconds, not \"" + name + "\"");
            if (!seen.insert(name).second) report("cambium_log", "cambium_log limits " + name + " twice");
        }
    }

    void read_indexes(const std::string& kind, bool is_unique) {
        if (const std::string* text = attribute(kind)) {
            auto parsed = parse_indexes(*text, is_unique);
            for (Index& index : parsed.items) {
                check_index(index, "", kind);
                table_.indexes.push_back(std::move(index));
            }
            for (const Index& index : parsed.unfinished) check_index(index, "", kind);
            report_slips(kind, parsed.sentences);
        }
        for (const auto& [name, attributes] : attributes_.on_fields) {
            const auto found = attributes.find(kind);
            if (found == attributes.end()) continue;
            Index index;
            index.name = found->second.empty() ? name : found->second;
            index.is_unique = is_unique;
            index.declared_on = name;
            const Field* field = record_.find(name);
            index.columns.push_back({name, field != nullptr && is_list(*field)});
            check_index(index, name, kind);
            table_.indexes.push_back(std::move(index));
        }
    }

    void read_foreign_keys() {
        const std::string kind = "cambium_foreign_key";
        if (const std::string* text = attribute(kind)) {
            auto parsed = parse_foreign_keys(*text);
            for (ForeignKey& key : parsed.items) add_foreign_key(std::move(key), "");
            for (const ForeignKey& key : parsed.unfinished) check_foreign_key(key, "");
            report_slips(kind, parsed.sentences);
        }
        for (const auto& [name, attributes] : attributes_.on_fields) {
            const auto found = attributes.find(kind);
            if (found == attributes.end()) continue;
            try {
                ForeignKey key = parse_reference(found->second);
                key.name = name;
                key.columns = {name};
                key.declared_on = name;
                add_foreign_key(std::move(key), name);
            } catch (const AttributeError& error) {
                report_field(name, kind, kind + ": " + error.sentence);
            }
        }
    }

    void add_foreign_key(ForeignKey key, const std::string& place) {
        check_foreign_key(key, place);
        table_.foreign_keys.push_back(std::move(key));
    }

    void check_foreign_key(const ForeignKey& key, const std::string& place) const {
        check_columns("foreign key \"" + key.name + "\"", place, "cambium_foreign_key", as_columns(key.columns));
    }

    void read_rules() {
        for (const auto& [name, attributes] : attributes_.on_fields) {
            const Field* field = record_.find(name);
            if (field == nullptr) continue;
            if (attributes.count("cambium_not_null") != 0) {
                if (field->absence != Absence::null)
                    report_field(name, "cambium_not_null",
                                 "field \"" + name + "\" is never null; cambium_not_null is for optional ones");
                table_.not_null.push_back(name);
            }
            if (attributes.count("cambium_row_version") == 0) continue;
            const bool is_unsigned = field->type.kind == Kind::integer && field->type.schema_type[0] == 'u';
            if (!is_unsigned || field->container != Container::single || field->absence == Absence::null)
                report_field(name, "cambium_row_version",
                             "field \"" + name + "\" counts changes, so it must be an unsigned integer");
            if (std::find(table_.key.begin(), table_.key.end(), name) != table_.key.end())
                report_field(name, "cambium_row_version",
                             "field \"" + name +
                                 "\" is part of the key, so it cannot count changes: a record would get another "
                                 "key with each; count in a field of its own");
            if (!table_.row_version.empty())
                report_field(name, "cambium_row_version",
                             "two fields count changes, \"" + table_.row_version + "\" and \"" + name + "\"");
            table_.row_version = name;
        }
    }

    /// What stands between the commas of a list.
    static std::vector<std::string> names_in(std::string_view list) {
        std::vector<std::string> names;
        for (std::size_t end = 0; end != std::string_view::npos;) {
            end = list.find(',');
            std::string_view name = list.substr(0, end);
            while (name.starts_with(' ')) name.remove_prefix(1);
            while (name.ends_with(' ')) name.remove_suffix(1);
            names.emplace_back(name);
            if (end != std::string_view::npos) list.remove_prefix(end + 1);
        }
        return names;
    }

    // What earlier declarations had.
    void read_history() {
        if (const std::string* former = attribute("cambium_renamed_from")) {
            table_.former_names = names_in(*former);
            const auto is_wrong = [&](const std::string& name) {
                return !is_identifier(name) || name == table_.name;
            };
            if (std::any_of(table_.former_names.begin(), table_.former_names.end(), is_wrong))
                report("cambium_renamed_from", "cambium_renamed_from needs the name that the table had");
        }
        std::set<std::string> names;
        for (const auto& [name, attributes] : attributes_.on_fields) {
            const auto found = attributes.find("cambium_renamed_from");
            if (found == attributes.end()) continue;
            check_former_field(names, found->second, name, "cambium_renamed_from");
            table_.renamed.emplace_back(found->second, name);
        }
        if (const std::string* dropped = attribute("cambium_dropped"))
            table_.dropped = columns_in("cambium_dropped", *dropped);
        for (const std::string& name : table_.dropped) check_former_field(names, name, "", "cambium_dropped");
        if (!table_.dropped.empty() && (table_.codec == "flatbuffers" || table_.codec == "raw"))
            report("cambium_dropped", "codec " + table_.codec +
                                          " finds fields by their places, and none can be "
                                          "dropped; the codecs that can are cbor and json");
        try {
            if (const std::string* version = attribute("cambium_schema_version"))
                table_.schema_version = parse_number(*version);
        } catch (const AttributeError& error) {
            report("cambium_schema_version", "cambium_schema_version: " + error.sentence);
        }
    }

    void check_former_field(std::set<std::string>& names, const std::string& former, const std::string& place,
                            const std::string& kind) const {
        if (!is_identifier(former)) report_field(place, kind, kind + " needs the name that the field had");
        if (record_.find(former) != nullptr)
            report_field(place, kind, kind + ": " + record_.name + " has a field \"" + former + "\" now");
        if (!names.insert(former).second)
            report_field(place, kind, kind + ": field \"" + former + "\" is named twice");
    }

    void check_index(const Index& index, const std::string& place, const std::string& kind) const {
        const std::string owner = "index \"" + index.name + "\"";
        check_columns(owner, place, kind, index.columns);
        check_columns(owner + " covering", place, kind, as_columns(index.covered));
        if (const std::string_view why = why_no_name(index.predicate); !why.empty())
            report_field(place, kind,
                         owner + ": \"" + index.predicate + "\" is " + std::string{why} + ", no function");
    }

    [[nodiscard]] bool is_deprecated(const std::string& name) const {
        return std::any_of(record_.fields.begin(), record_.fields.end(),
                           [&](const Field& field) { return field.name == name; });
    }

    static std::vector<Column> as_columns(const std::vector<std::string>& names) {
        std::vector<Column> columns;
        for (const std::string& name : names) columns.push_back({name});
        return columns;
    }

    void check_columns(const std::string& owner, const std::string& place, const std::string& kind,
                       const std::vector<Column>& columns) const {
        std::set<std::string> seen;
        for (const Column& column : columns) {
            const std::string& name = column.field;
            const Field* field = record_.find(name);
            if (!seen.insert(name).second) report_field(place, kind, owner + " names field \"" + name + "\" twice");
            if (field == nullptr) {
                report_field(place, kind,
                             is_deprecated(name)
                                 ? owner + ": field \"" + name + "\" is deprecated and cannot be a column"
                                 : owner + ": " + record_.name + " has no field \"" + name + "\"");
                continue;
            }
            const std::string obstacle = obstacle_in_key(*field, column);
            if (obstacle.empty()) continue;
            const bool may_be_each = obstacle == "is a list" && owner.substr(0, 5) == "index" &&
                                     owner.find("\" covering") == std::string::npos;
            report_field(place, kind,
                         owner + ": field \"" + name + "\" " + obstacle + " and cannot be a column" +
                             (may_be_each ? "; \"each " + name + "\" makes an entry per element" : ""));
        }
    }

    /// As the schema has them: those of the table's attributes, then field by field.
    [[nodiscard]] std::vector<const Index*> indexes_in_order() const {
        std::vector<const Index*> indexes;
        for (const Index& index : table_.indexes)
            if (index.declared_on.empty()) indexes.push_back(&index);
        for (const Field& field : record_.fields)
            for (const Index& index : table_.indexes)
                if (index.declared_on == field.name) indexes.push_back(&index);
        return indexes;
    }

    void check_index_names() const {
        std::set<std::string> seen;
        for (const Index* index : indexes_in_order()) {
            const std::string kind = index->is_unique ? "cambium_unique" : "cambium_index";
            if (!is_identifier(index->name))
                report_field(index->declared_on, kind, "\"" + index->name + "\" is not a name for an index");
            if (!seen.insert(index->name).second)
                report_field(index->declared_on, kind, "two indexes are named \"" + index->name + "\"");
        }
        for (const ForeignKey& key : table_.foreign_keys)
            if (!seen.insert(key.name).second)
                report_field(key.declared_on, "cambium_foreign_key",
                             "foreign key \"" + key.name + "\" has the name of an index or another foreign key");
    }

    const Record& record_;
    const RecordAttributes& attributes_;
    const ReportFinding& report_finding_;
    Table table_;
    bool is_too_large_ = false;
};

}  // namespace

bool may_be_column(const Field& field) {
    return obstacle_in_key(field, {field.name}).empty();
}

void read_table(const Record& record, const RecordAttributes& attributes, Schema& schema,
                const ReportFinding& report_finding) {
    Table table = TableReader{record, attributes, report_finding}.read(schema);
    (record.scope.in_main_file ? schema.tables : schema.included_tables).push_back(std::move(table));
}

}  // namespace cambium::codegen
