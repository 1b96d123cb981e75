// Comparing indexes with the records of their table, and building them anew on request.
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "cambium/maintenance.hpp"
#include "cambium/readable.hpp"
#include "cambium/writer.hpp"
#include "typed/index_build.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

class Verification {
public:
    explicit Verification(const TableHandle& handle)
        : table_(*handle.table),
          description_(*table_.description),
          store_(TransactionAccess::store(handle)),
          record_(description_) {}

    IndexReport run(const ProgressFunction& progress) {
        std::vector<std::uint64_t> found(table_.indexes.size());
        WalkProgress walk(description_, store_.statistics(table_.records).entries, progress);
        kv::Cursor cursor = store_.cursor(table_.records);
        while (cursor.next()) {
            const ByteView key = cursor.key();
            ++report_.records;
            if (decode(key, cursor.value())) {
                for (std::size_t i = 0; i < found.size(); ++i) found[i] += find_entries(i, key);
            }
            walk.step();
        }
        walk.done();
        for (std::size_t i = 0; i < found.size(); ++i) {
            const std::uint64_t entries = store_.statistics(table_.indexes[i]).entries;
            report_.entries += entries;
            if (entries != found[i]) find_surplus(i);
        }
        return std::move(report_);
    }

private:
    bool decode(ByteView key, ByteView bytes) {
        try {
            decode_record(description_, key, bytes, record_.get());
            return true;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::decode) throw;
            report_.findings.push_back(
                {IndexFault::unreadable, std::string(description_.name), "", std::string(key), error.what()});
            return false;
        }
    }

    // How many keys of the record's entries are there.
    std::uint64_t find_entries(std::size_t position, ByteView key) {
        const IndexDescription& index = description_.indexes[position];
        entries_.list(index, key, record_.get());
        std::uint64_t found = 0;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const ByteView entry = entries_.key(i);
            const std::optional<ByteView> value = store_.get(table_.indexes[position], entry);
            if (!value) {
                finding(IndexFault::missing, index, entry,
                        "the entry of " + key_text(description_, key) + " is missing");
                continue;
            }
            ++found;
            if (*value == entries_.value()) continue;
            wrong_.emplace(position, entry);
            finding(IndexFault::wrong, index, entry,
                    "the entry of " + key_text(description_, key) + " holds something else");
        }
        return found;
    }

    void find_surplus(std::size_t position) {
        const IndexDescription& index = description_.indexes[position];
        kv::Cursor cursor = store_.cursor(table_.indexes[position]);
        while (cursor.next()) {
            const std::string entry(cursor.key());
            if (wrong_.contains({position, entry})) continue;
            std::string key;
            try {
                ByteView rest = index.kind == IndexKind::unique ? cursor.value() : ByteView(entry);
                if (index.kind == IndexKind::unique) {
                    rest = owner_of(description_, index, rest);
                } else {
                    index.skip(index, rest);
                }
                key = rest;
            } catch (const Error&) {
                finding(IndexFault::surplus, index, entry, "an entry is not one");
                continue;
            }
            if (has_entry(index, key, entry)) continue;
            finding(IndexFault::surplus, index, entry,
                    "there is an entry for " + key_text(description_, key) + ", which has not these columns");
        }
    }

    bool has_entry(const IndexDescription& index, ByteView key, ByteView entry) {
        if (key.empty()) return false;
        const std::optional<ByteView> bytes = store_.get(table_.records, key);
        if (!bytes) return false;
        try {
            decode_record(description_, key, *bytes, record_.get());
        } catch (const Error& error) {
            if (error.code() != ErrorCode::decode) throw;
            return false;
        }
        entries_.list(index, key, record_.get());
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (entries_.key(i) == entry) return true;
        }
        return false;
    }

    void finding(IndexFault fault, const IndexDescription& index, ByteView entry, const std::string& what) {
        std::string text = index_text(description_, index) + ", entry ";
        ByteView columns = entry;
        std::string values;
        try {
            index.describe(index, columns, values);
        } catch (const Error&) {
            values.clear();
            append_hex(values, entry);
        }
        text += values + ": " + what;
        report_.findings.push_back(
            {fault, std::string(description_.name), std::string(index.name), std::string(entry), std::move(text)});
    }

    const TableState& table_;
    const TableDescription& description_;
    const kv::Transaction& store_;
    ScratchRecord record_;
    IndexEntries entries_;
    std::set<std::pair<std::size_t, std::string>> wrong_;  ///< the entries that are in the report already
    IndexReport report_;
};

}  // namespace

IndexReport verify_indexes(const TableHandle& handle, const ProgressFunction& progress) {
    return Verification(handle).run(progress);
}

void rebuild_indexes(const TableHandle& handle, std::span<const std::size_t> positions,
                     const ProgressFunction& progress) {
    check_thread(handle);
    const TableState& table = *handle.table;
    kv::WriteTransaction& store = TransactionAccess::writer(handle);
    WriteWorkspace& workspace = TransactionAccess::workspace(handle);
    std::vector<EmptyIndex> indexes;
    for (const std::size_t position : positions) indexes.push_back({position, table.indexes[position]});
    const bool was_broken = std::exchange(workspace.broken, true);
    for (const EmptyIndex& index : indexes) store.clear(index.tree);
    build_indexes(store, *table.description, table.records, indexes, table.max_key_bytes, progress);
    workspace.broken = was_broken;
}

void rebuild_indexes(const TableHandle& handle, const ProgressFunction& progress) {
    std::vector<std::size_t> all(handle.table->indexes.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    rebuild_indexes(handle, all, progress);
}

}  // namespace cambium::detail
