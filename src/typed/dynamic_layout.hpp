// What stands behind a DynamicTable: a TableDescription whose functions find everything through the record, or
// through the context of the description.
//
// Thread rule: constant once made. A DynamicRecord belongs to one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/codec/array.hpp"
#include "cambium/dynamic.hpp"
#include "typed/catalog.hpp"
#include "typed/dynamic_type.hpp"

namespace cambium::detail {

/// A name in a sentence.
[[nodiscard]] inline std::string quoted(std::string_view name) {
    return "\"" + std::string(name) + "\"";
}

enum class DynamicCodec : std::uint8_t { cbor, cbor_numbered, json, raw, array, bytes };

/// A column of an index or of the primary key.
struct DynamicColumn {
    const DynamicType* type = nullptr;  ///< of the value in the key; null: unknown
    std::size_t field = 0;
    bool each = false;
    bool descending = false;
    bool ignore_case = false;
};

/// Appends the key of a column's value.
void append_column(const DynamicColumn& column, const void* value, std::string& out);
/// Consumes the key of a column's value from the front. Error{decode}.
void read_column(const DynamicColumn& column, ByteView& in, DynamicValue& value);

struct DynamicIndex {
    std::vector<DynamicColumn> columns;
    std::vector<DynamicColumn> covered;
};

/// What the functions of a foreign key find through its context.
struct DynamicForeignKey {
    std::string target;
    std::vector<DynamicColumn> columns;  ///< those of its index
};

/// A record of a dynamic table, as its description passes it around.
struct DynamicRecord {
    const DynamicLayout* layout;
    DynamicValue value;
    std::string key;  ///< encoded; of a key outside the value, while records are loaded
};

class DynamicLayout {
public:
    /// Error{schema} with all that is wrong. `stored` are the bytes of the catalog that the entry was decoded from.
    DynamicLayout(std::string name, CatalogTable entry, std::string stored, const LogDescription& log,
                  std::span<const DynamicCompressor> compressors);
    DynamicLayout(const DynamicLayout&) = delete;
    DynamicLayout& operator=(const DynamicLayout&) = delete;

    static DynamicTable table(std::shared_ptr<const DynamicLayout> layout) {
        return DynamicTable(std::move(layout));
    }
    static const DynamicLayout& of(const DynamicTable& table) noexcept { return *table.layout_; }
    static std::shared_ptr<const void> owner(const DynamicTable& table) noexcept { return table.layout_; }

    [[nodiscard]] const TableDescription& description() const noexcept { return description_; }
    [[nodiscard]] const TableInfo& info() const noexcept { return info_; }
    [[nodiscard]] const std::string& why_read_only() const noexcept { return why_read_only_; }
    [[nodiscard]] const CatalogTable& entry() const noexcept { return entry_; }
    [[nodiscard]] bool is_outside() const noexcept { return !entry_.key_types.empty(); }
    [[nodiscard]] bool generates() const noexcept { return !entry_.generator.empty(); }
    /// The tables that foreign keys of this one refer to.
    [[nodiscard]] std::vector<std::string_view> targets() const;
    /// For who cannot look at one of those: the table is only read from here.
    void forget_foreign_keys(std::string_view target);
    [[nodiscard]] const DynamicType& record() const noexcept { return *record_; }
    [[nodiscard]] std::span<const DynamicColumn> key_columns() const noexcept { return key_; }
    [[nodiscard]] const DynamicIndex& index(std::size_t position) const noexcept { return indexes_[position]; }

    /// Appends the JSON form of a row: of the value, with the key around it when that is outside.
    void append_json(const DynamicRecord& record, ByteView key, std::string& out) const;
    /// Appends the JSON form of a key.
    void append_key_json(ByteView key, std::string& out) const;
    /// Sets a record, and its key when that is outside, from the JSON text of a row. The key is empty when the row
    /// has none and may lack it. Error{decode}.
    void read_json(std::string_view text, DynamicRecord& record, bool may_lack_key = false) const;
    /// Appends leading columns given as a document: a value, or an array of values. Error{invalid_argument},
    /// Error{decode}.
    void append_columns(std::span<const DynamicColumn> columns, const Document& values, bool all,
                        std::string& out) const;
    /// The same for the keys whose last column begins with the last of these, a text.
    void append_text_prefix(std::span<const DynamicColumn> columns, const Document& values, std::string& out) const;
    /// The address of a field in a record.
    [[nodiscard]] static const void* field(const DynamicRecord& record, std::size_t field);
    [[nodiscard]] static void* field(DynamicRecord& record, std::size_t field);
    /// Appends the primary key of a record.
    void append_primary_key(const DynamicRecord& record, std::string& out) const;

    void encode(const DynamicRecord& record, std::string& out) const;
    void decode(ByteView bytes, DynamicRecord& record) const;

private:
    void choose_codec(std::span<const DynamicCompressor> compressors);
    void make_record();
    void make_defaults();
    void set_defaults(DynamicRecord& record) const;
    void make_key();
    void make_indexes();
    void make_extras(const LogDescription& log);
    [[nodiscard]] CatalogIndex referring_index(const CatalogForeignKey& key, std::uint64_t id) const;
    void add_referring_indexes();
    void make_foreign_keys();
    void make_foreign_key(const CatalogForeignKey& key);
    void make_rules();
    void describe_table();
    [[nodiscard]] DynamicColumn find_column(const std::string& name, const std::string& type, bool each,
                                            const std::string& where);
    [[nodiscard]] const DynamicType* make_type(DynamicTypes& types, const std::string& name,
                                               const std::string& place, const std::string& where);
    [[noreturn]] void refuse_count(std::size_t values, std::size_t columns) const;
    void problem(const std::string& sentence);
    void only_read(const std::string& reason);

    std::string name_;
    CatalogTable entry_;
    std::string stored_;
    TableInfo info_;
    std::string problems_;
    std::string why_read_only_;

    DynamicCodec codec_ = DynamicCodec::cbor;
    std::optional<DynamicCompressor> compressor_;
    codec::ElementCode element_{};
    std::optional<DynamicTypes> types_;
    DynamicTypes numbers_{EnumForm::number, entry_.enums};  ///< of keys, which hold enumerators by number
    std::vector<const DynamicType*> fields_;
    const DynamicType* record_ = nullptr;
    std::string defaults_;      ///< CBOR; empty: zero, empty and null
    std::string all_defaults_;  ///< the same, also when they are zero
    bool is_value_ = false;     ///< not a record: the one field is the value
    std::vector<DynamicColumn> key_;
    std::vector<DynamicIndex> indexes_;
    std::optional<DynamicColumn> expiry_;
    std::optional<DynamicColumn> row_version_;

    // What the description points at.
    std::vector<FieldDescription> field_descriptions_;
    std::vector<std::string_view> key_names_;
    std::vector<TypeName> key_types_;
    std::vector<std::vector<ColumnDescription>> columns_;
    std::vector<IndexDescription> index_descriptions_;
    std::vector<RuleDescription> rule_descriptions_;
    std::vector<std::unique_ptr<const DynamicForeignKey>> foreign_keys_;
    std::vector<ForeignKeyDescription> foreign_key_descriptions_;
    RowVersionDescription row_version_description_{};
    RulesDescription rules_{};
    ExtrasDescription extras_{};
    EvolutionDescription evolution_{};
    TableDescription description_{};
};

}  // namespace cambium::detail
