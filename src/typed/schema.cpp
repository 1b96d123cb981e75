// Comparing declarations with the catalog, and applying what may be applied. A difference is a sentence; nothing is
// written while there is one.
#include "typed/schema.hpp"

#include <algorithm>
#include <array>

#include "cambium/base/error.hpp"
#include "cambium/readable.hpp"
#include "typed/sentence.hpp"

namespace cambium::detail {
namespace {

constexpr std::string_view kind_name(IndexKind kind) {
    return kind == IndexKind::unique ? "unique" : "ordered";
}

// Codecs in which a record stored before a field was added still decodes.
bool names_its_fields(std::string_view codec) {
    constexpr std::array<std::string_view, 3> kNaming = {"cbor", "json", "flatbuffers"};
    return std::find(kNaming.begin(), kNaming.end(), codec) != kNaming.end();
}

std::string quoted(std::string_view text) {
    std::string result;
    append_text(result, text);
    return result;
}

std::string joined(const std::vector<std::string>& columns) {
    std::string text;
    for (const std::string& column : columns) {
        if (!text.empty()) text += ", ";
        text += column;
    }
    return text;
}

std::string index_shape(const CatalogIndex& index) {
    return index.kind + " (" + joined(index.columns) + ")";
}

template <class Items>
auto find_named(Items& items, std::string_view name) {
    return std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
}

/// The entry that a declaration asks for, without ids.
CatalogTable declared_entry(const TableDescription& table) {
    CatalogTable entry;
    entry.codec = table.codec;
    for (const FieldDescription& field : table.fields) {
        entry.fields.push_back({std::string(field.name), field.type()});
    }
    entry.key.assign(table.key_columns.begin(), table.key_columns.end());
    for (const IndexDescription& index : table.indexes) {
        CatalogIndex& stored = entry.indexes.emplace_back();
        stored.name = index.name;
        stored.kind = kind_name(index.kind);
        stored.columns.assign(index.columns.begin(), index.columns.end());
    }
    return entry;
}

/// Compares one declaration with what is stored.
class TableComparison {
public:
    TableComparison(TablePlan& plan, const CatalogTable& stored, std::vector<std::string>& differences)
        : plan_(plan), declared_(plan.entry), stored_(stored), differences_(differences) {}

    void run() {
        declared_.id = stored_.id;
        declared_.version = stored_.version;
        declared_.next_index_id = stored_.next_index_id;
        compare_codec_and_key();
        compare_fields();
        compare_indexes();
        plan_.changed = declared_ != stored_ || !plan_.new_indexes.empty();
    }

private:
    void differs(const std::string& what) { differences_.push_back(table_text(*plan_.description) + ": " + what); }

    void compare_codec_and_key() {
        if (declared_.codec != stored_.codec) {
            differs("the codec was " + stored_.codec + ", is declared " + declared_.codec);
        }
        if (declared_.key != stored_.key) {
            differs("the primary key was (" + joined(stored_.key) + "), is declared (" + joined(declared_.key) +
                    ")");
        }
    }

    void compare_fields() {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < stored_.fields.size(); ++i) {
            const CatalogField& field = stored_.fields[i];
            const auto declared = find_named(declared_.fields, field.name);
            if (declared == declared_.fields.end()) {
                differs("field " + quoted(field.name) + " (" + field.type + ") is no longer declared");
                continue;
            }
            if (declared->type != field.type) {
                differs("field " + quoted(field.name) + " was " + field.type + ", is declared " + declared->type);
            }
            ++kept;
        }
        compare_added_fields(kept == stored_.fields.size());
    }

    // Stored fields must come first and in their order; what follows is new.
    void compare_added_fields(bool all_kept) {
        if (!all_kept) return;
        for (std::size_t i = 0; i < stored_.fields.size(); ++i) {
            if (declared_.fields[i].name == stored_.fields[i].name) continue;
            differs("field " + quoted(stored_.fields[i].name) + " was number " + std::to_string(i + 1) +
                    " of the record, which is now declared as " + quoted(declared_.fields[i].name) +
                    "; new fields go at the end");
            return;
        }
        if (names_its_fields(declared_.codec)) return;
        for (std::size_t i = stored_.fields.size(); i < declared_.fields.size(); ++i) {
            differs("field " + quoted(declared_.fields[i].name) + " is new, and codec " + declared_.codec +
                    " cannot read records stored without it");
        }
    }

    void compare_indexes() {
        for (std::size_t i = 0; i < declared_.indexes.size(); ++i) {
            CatalogIndex& declared = declared_.indexes[i];
            const auto stored = find_named(stored_.indexes, declared.name);
            if (stored == stored_.indexes.end()) {
                plan_.new_indexes.push_back(i);
            } else if (index_shape(*stored) != index_shape(declared)) {
                differs("index " + quoted(declared.name) + " was " + index_shape(*stored) + ", is declared " +
                        index_shape(declared) + "; a changed index needs a new name");
            } else {
                declared.id = stored->id;
            }
        }
        for (const CatalogIndex& stored : stored_.indexes) {
            if (find_named(declared_.indexes, stored.name) == declared_.indexes.end()) {
                plan_.old_indexes.push_back(stored);
            }
        }
    }

    TablePlan& plan_;
    CatalogTable& declared_;
    const CatalogTable& stored_;
    std::vector<std::string>& differences_;
};

void apply_table(kv::WriteTransaction& transaction, TablePlan& plan, CatalogHeader& header,
                 std::size_t max_key_bytes) {
    const TableDescription& table = *plan.description;
    CatalogTable& entry = plan.entry;
    if (plan.is_new) {
        entry.id = header.next_table_id++;
    } else {
        ++entry.version;
    }
    const kv::Tree records = transaction.create_tree(records_tree_name(entry.id));
    for (const CatalogIndex& index : plan.old_indexes) transaction.drop_tree(index_tree_name(entry.id, index.id));
    for (const std::size_t position : plan.new_indexes) {
        CatalogIndex& index = entry.indexes[position];
        index.id = entry.next_index_id++;
        const kv::Tree entries = transaction.create_tree(index_tree_name(entry.id, index.id));
        build_index(transaction, table, table.indexes[position], records, entries, max_key_bytes);
    }
    store_entry(transaction, table.name, entry);
}

}  // namespace

bool SchemaPlan::changes_anything() const noexcept {
    return std::any_of(tables.begin(), tables.end(), [](const TablePlan& table) { return table.changed; });
}

SchemaPlan plan_schema(const kv::Transaction& transaction, std::span<const TableDescription* const> tables) {
    SchemaPlan plan;
    for (const TableDescription* const description : tables) {
        TablePlan& table = plan.tables.emplace_back();
        table.description = description;
        table.entry = declared_entry(*description);
        if (const std::optional<ByteView> bytes = stored_entry(transaction, description->name)) {
            const CatalogTable stored = decode_entry(*bytes, description->name);
            TableComparison(table, stored, plan.differences).run();
        } else {
            table.is_new = true;
            table.changed = true;
            for (std::size_t i = 0; i < description->indexes.size(); ++i) table.new_indexes.push_back(i);
        }
    }
    return plan;
}

void refuse_differences(const SchemaPlan& plan) {
    if (plan.differences.empty()) return;
    std::string text;
    for (const std::string& difference : plan.differences) {
        if (!text.empty()) text += '\n';
        text += difference;
    }
    throw Error(ErrorCode::schema, text);
}

void refuse_changes(const SchemaPlan& plan, ByteView path) {
    std::string what;
    for (const TablePlan& table : plan.tables) {
        if (!table.changed || !what.empty()) continue;
        what = table_text(*table.description) +
               (table.is_new ? " is not in the file " : " differs from its declaration in the file ");
    }
    throw Error(ErrorCode::read_only,
                what.append(path).append(", which is opened read-only; open it once for writing"));
}

void apply_schema(kv::WriteTransaction& transaction, SchemaPlan& plan, std::size_t max_key_bytes) {
    CatalogHeader header;
    if (const std::optional<ByteView> bytes = stored_header(transaction)) header = decode_header(*bytes);
    ++header.generation;
    for (TablePlan& table : plan.tables) {
        if (table.changed) apply_table(transaction, table, header, max_key_bytes);
    }
    store_header(transaction, header);
}

}  // namespace cambium::detail
