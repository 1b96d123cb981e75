// Dynamic tables, as tools call them: documents in, documents out, through the writes and walks of all tables.
#include "cambium/dynamic.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "cambium/base/error.hpp"
#include "cambium/generated.hpp"
#include "cambium/json_lines.hpp"
#include "cambium/kv/environment.hpp"
#include "typed/dynamic_key.hpp"
#include "typed/dynamic_layout.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"
#include "typed/table_info.hpp"

namespace cambium {
namespace {

using detail::DynamicLayout;
using detail::DynamicRecord;
using detail::DynamicValue;
using detail::TableHandle;

const DynamicLayout& layout_of(const TableHandle& handle) {
    return *static_cast<const DynamicLayout*>(handle.table->description->context);
}

DynamicRecord empty_record(const DynamicLayout& layout) {
    return {&layout, DynamicValue(layout.record()), {}};
}

Document row_of(const DynamicRecord& record, ByteView key) {
    std::string text;
    record.layout->append_json(record, key, text);
    return Document::from_json(text);
}

Document key_document(const DynamicLayout& layout, ByteView key) {
    std::string text;
    layout.append_key_json(key, text);
    return Document::from_json(text);
}

std::string encode_key(const DynamicLayout& layout, const DynamicPrefix& key) {
    std::string bytes;
    layout.append_columns(layout.key_columns(), key.columns(), true, bytes);
    return bytes;
}

std::span<const detail::DynamicColumn> columns_of(const DynamicLayout& layout, std::size_t index) {
    return index == detail::kRecords ? layout.key_columns() : layout.index(index).columns;
}

bool is_zero(const void* bytes, std::size_t size) {
    const auto* const first = static_cast<const char*>(bytes);
    return std::all_of(first, first + size, [](char byte) { return byte == 0; });
}

/// Whether a table that makes its keys is to make that of a record: it is zero, or outside and not there.
bool wants_key(const DynamicRecord& record) {
    const DynamicLayout& layout = *record.layout;
    if (!layout.generates()) return false;
    if (layout.is_outside()) return record.key.empty();
    const detail::DynamicColumn& column = layout.key_columns().front();
    return is_zero(DynamicLayout::field(record, column.field), column.type->size);
}

void refuse_zero(const TableHandle& handle, const void* record) {
    if (wants_key(*static_cast<const DynamicRecord*>(record))) detail::refuse_zero_key(handle);
}

void make_key(const TableHandle& handle, DynamicRecord& record) {
    const detail::DynamicColumn& column = record.layout->key_columns().front();
    detail::DynamicValue key(*column.type);
    if (column.type->shape.kind == codec::Kind::uuid) {
        const Uuid made = Uuid::v7();
        std::memcpy(key.get(), &made, sizeof made);
    } else {
        const std::uint64_t number = detail::next_number(handle);
        std::memcpy(key.get(), &number, column.type->size);  // little-endian
    }
    if (record.layout->is_outside())
        detail::append_column(column, key.get(), record.key);
    else
        std::memcpy(DynamicLayout::field(record, column.field), key.get(), column.type->size);
}

}  // namespace

DynamicTable::DynamicTable(const TableInfo& table, std::span<const DynamicCompressor> compressors)
    : layout_(std::make_shared<const DynamicLayout>(table.name, detail::catalog_entry(table), std::string(),
                                                    detail::LogDescription{}, compressors)) {}

const TableInfo& DynamicTable::info() const noexcept {
    return layout_->info();
}

const std::string& DynamicTable::why_read_only() const noexcept {
    return layout_->why_read_only();
}

StoredTables stored_tables(ByteView path, std::span<const DynamicCompressor> compressors) {
    StoredTables found;
    std::vector<std::shared_ptr<DynamicLayout>> layouts;
    kv::Environment environment = kv::Environment::open(path, {.read_only = true});
    detail::each_entry(environment.begin_read(), [&](ByteView name, ByteView bytes) {
        try {
            layouts.push_back(std::make_shared<DynamicLayout>(std::string(name), detail::decode_entry(bytes, name),
                                                              std::string(bytes), detail::LogDescription{},
                                                              compressors));
        } catch (const Error& error) {
            if (error.code() != ErrorCode::schema) throw;
            found.refused.emplace_back(error.what());
        }
    });
    const auto is_found = [&](std::string_view name) {
        return std::any_of(layouts.begin(), layouts.end(),
                           [&](const auto& layout) { return layout->info().name == name; });
    };
    for (const auto& layout : layouts) {
        for (const std::string_view target : layout->targets()) {
            if (is_found(target)) continue;
            layout->forget_foreign_keys(target);
            break;
        }
        found.tables.push_back(DynamicLayout::table(layout));
    }
    return found;
}

const DynamicTable& StoredTables::operator[](std::string_view name) const {
    std::string names;
    for (const DynamicTable& table : tables) {
        if (table.info().name == name) return table;
        names += (names.empty() ? "" : ", ") + table.info().name;
    }
    const std::string text = "table \"" + std::string(name) + "\"";
    for (const std::string& sentence : refused)
        if (sentence.starts_with(text + ":")) throw Error(ErrorCode::schema, sentence);
    throw Error(ErrorCode::not_found,
                "there is no " + text + " in the file; there are: " + (names.empty() ? "none" : names));
}

void detail::DynamicItem::read(Scan& scan, Document& row) {
    DynamicRecord record = empty_record(layout_of(scan.handle()));
    scan.read(&record);
    row = row_of(record, scan.primary_key());
}

Document detail::DynamicItem::key_of(const Scan& scan) {
    return key_document(layout_of(scan.handle()), scan.primary_key());
}

std::string DynamicRows::bytes_of(const DynamicPrefix& columns) const {
    const DynamicLayout& layout = layout_of(handle_);
    std::string bytes;
    layout.append_columns(columns_of(layout, selection_.index), columns.columns(), false, bytes);
    return bytes;
}

std::string DynamicRows::bytes_of_text(const DynamicPrefix& columns) const {
    const DynamicLayout& layout = layout_of(handle_);
    std::string bytes;
    layout.append_text_prefix(columns_of(layout, selection_.index), columns.columns(), bytes);
    return bytes;
}

DynamicReader::DynamicReader(ReadTransaction& transaction, const DynamicTable& table)
    : DynamicSelections(detail::find_table(transaction, DynamicLayout::of(table).description()), detail::kRecords) {
}

std::optional<Document> DynamicReader::get(const DynamicPrefix& key) const {
    const DynamicLayout& layout = layout_of(handle_);
    const std::string bytes = encode_key(layout, key);
    DynamicRecord record = empty_record(layout);
    if (!detail::read_record(handle_, bytes, &record)) return std::nullopt;
    return row_of(record, bytes);
}

bool DynamicReader::contains(const DynamicPrefix& key) const {
    return detail::has_record(handle_, encode_key(layout_of(handle_), key));
}

DynamicSelections DynamicReader::by(std::string_view index) const {
    const detail::TableDescription& table = *handle_.table->description;
    std::string names;
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
        if (table.indexes[i].name == index) return {handle_, i};
        names += (names.empty() ? "" : ", ") + std::string(table.indexes[i].name);
    }
    throw Error(ErrorCode::not_found, detail::table_text(table) + " has no index \"" + std::string(index) +
                                          "\"; it has: " + (names.empty() ? "none" : names));
}

DynamicWriter::DynamicWriter(WriteTransaction& transaction, const DynamicTable& table)
    : DynamicReader(transaction, table) {
    if (!table.why_read_only().empty()) throw Error(ErrorCode::misuse, table.why_read_only());
}

namespace {

/// A row of a document, and its encoded primary key.
struct GivenRow {
    GivenRow(const TableHandle& handle, const Document& row, bool may_lack_key = false)
        : record(empty_record(layout_of(handle))) {
        record.layout->read_json(row.to_json(), record, may_lack_key);
    }
    [[nodiscard]] std::string key() const {
        std::string bytes;
        record.layout->append_primary_key(record, bytes);
        return bytes;
    }
    DynamicRecord record;
};

bool write_row(const TableHandle& handle, GivenRow& row, detail::Expect expect) {
    if (handle.table->description->rules->row_version != nullptr)
        return detail::write_next_version(handle, row.key(), &row.record, expect);
    return detail::write_record(handle, row.key(), &row.record, expect);
}

}  // namespace

bool DynamicWriter::write(const Document& row, detail::Expect expect) {
    GivenRow given(handle_, row);
    refuse_zero(handle_, &given.record);
    return write_row(handle_, given, expect);
}

Document DynamicWriter::insert(const Document& row) {
    GivenRow given(handle_, row, layout_of(handle_).generates());
    if (wants_key(given.record)) make_key(handle_, given.record);
    write_row(handle_, given, detail::Expect::absent);
    return key_document(layout_of(handle_), given.key());
}

bool DynamicWriter::insert_if_absent(const Document& row) {
    return write(row, detail::Expect::absent_or_nothing);
}

void DynamicWriter::upsert(const Document& row) {
    write(row, detail::Expect::anything);
}

bool DynamicWriter::replace(const Document& row) {
    if (handle_.table->description->rules->row_version == nullptr)
        return write(row, detail::Expect::present_or_nothing);
    GivenRow given(handle_, row);
    const std::string key = given.key();
    const Swap swap = detail::write_if_current(handle_, key, &given.record);
    if (swap == Swap::conflict) detail::throw_conflict(handle_, key, &given.record);
    return swap == Swap::stored;
}

bool DynamicWriter::erase(const DynamicPrefix& key) {
    return detail::erase_record(handle_, encode_key(layout_of(handle_), key));
}

std::uint64_t DynamicWriter::erase(const DynamicRows& rows) {
    return detail::erase_selected(handle_, detail::SelectionAccess::handle(rows),
                                  detail::SelectionAccess::selection(rows));
}

void DynamicWriter::truncate() {
    detail::truncate(handle_);
}

namespace {

/// Records made of what a function sets them to, for load_records().
template <class Fill>
class Loaded {
public:
    Loaded(const DynamicLayout& layout, Fill fill) : record_(empty_record(layout)), fill_(std::move(fill)) {}

    std::uint64_t load(const TableHandle& handle, const LoadOptions& options) {
        detail::RecordSource source{[](void* at) -> const void* { return static_cast<Loaded*>(at)->next(); }, this};
        if (record_.layout->is_outside())
            source.append_key = [](void* at, std::string& out) { out += static_cast<Loaded*>(at)->record_.key; };
        if constexpr (detail::CountsLines<Fill>)
            source.line = [](const void* at) { return static_cast<const Loaded*>(at)->fill_.line_number(); };
        return detail::load_records(handle, source, &refuse_zero, options);
    }

private:
    const void* next() { return fill_(record_) ? &record_ : nullptr; }
    DynamicRecord record_;
    Fill fill_;
};

struct LineRecords {
    detail::LineReader& lines;
    bool operator()(DynamicRecord& record) {
        const std::optional<std::string_view> line = lines.line();
        if (!line) return false;
        try {
            record.layout->read_json(*line, record);
        } catch (const Error& error) {
            detail::throw_at_line(lines.number(), error);
        }
        return true;
    }
    [[nodiscard]] std::uint64_t line_number() const noexcept { return lines.number(); }
};

}  // namespace

std::uint64_t DynamicWriter::load(const std::function<std::optional<Document>()>& next,
                                  const LoadOptions& options) {
    return Loaded(layout_of(handle_),
                  [&](DynamicRecord& record) {
                      const std::optional<Document> row = next();
                      if (row) record.layout->read_json(row->to_json(), record);
                      return row.has_value();
                  })
        .load(handle_, options);
}

TableUsage table_usage(ReadTransaction& transaction, const DynamicTable& table) {
    return detail::table_usage(detail::find_table(transaction, DynamicLayout::of(table).description()));
}

std::uint64_t export_json_lines(ReadTransaction& transaction, const DynamicTable& table,
                                const std::function<void(std::string_view line)>& sink,
                                const std::function<void(const Error& error)>& refused) {
    const DynamicLayout& layout = DynamicLayout::of(table);
    const detail::TableDescription& description = layout.description();
    detail::Scan scan(detail::find_table(transaction, description), {});
    DynamicRecord record = empty_record(layout);
    std::uint64_t records = 0;
    std::string line;
    while (scan.next()) {
        scan.read(&record);
        line.clear();
        try {
            layout.append_json(record, scan.primary_key(), line);
        } catch (const Error& error) {
            const Error named = detail::not_exported(description, scan.primary_key(), error);
            if (refused == nullptr) throw named;
            refused(named);
            continue;
        }
        line += '\n';
        sink(line);
        ++records;
    }
    return records;
}

std::uint64_t import_json_lines(WriteTransaction& transaction, const DynamicTable& table,
                                const std::function<std::optional<std::string_view>()>& next,
                                const LoadOptions& options) {
    static_cast<void>(DynamicWriter(transaction, table));
    const DynamicLayout& layout = DynamicLayout::of(table);
    detail::LineReader lines(
        [](void* context) {
            return (*static_cast<const std::function<std::optional<std::string_view>()>*>(context))();
        },
        const_cast<void*>(static_cast<const void*>(&next)));
    return Loaded(layout, LineRecords{lines}).load(detail::find_table(transaction, layout.description()), options);
}

}  // namespace cambium
