// Bulk load. Records in order of their primary key are appended; others, and all index entries, are gathered in
// runs that are sorted and stored when together they have reached the bound on memory. All of it in a nested
// transaction.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "cambium/key/key.hpp"
#include "cambium/writer.hpp"
#include "typed/change.hpp"
#include "typed/change_log.hpp"
#include "typed/expiry.hpp"
#include "typed/foreign_keys.hpp"
#include "typed/read_back.hpp"
#include "typed/sentence.hpp"
#include "typed/sorted_run.hpp"
#include "typed/work_list.hpp"

namespace cambium::detail {
namespace {

class Load {
public:
    Load(WriteTransaction& scope, const TableState& table, const LoadOptions& options)
        : scope_(scope),
          table_(table),
          description_(*table.description),
          store_(TransactionAccess::writer(scope)),
          workspace_(TransactionAccess::workspace(scope)),
          memory_bytes_(options.memory_bytes),
          last_key_(SortedRun::last_key(store_, table.records)),
          entry_runs_(description_.indexes.size()),
          unmet_(store_, "cambium.unmet") {}

    /// `line` of the input, 0 where it has none.
    void add(const RecordSource& source, const void* record, std::uint64_t line) {
        key_.clear();
        if (source.append_key != nullptr) {
            source.append_key(source.context, key_);
        } else {
            description_.encode_key(record, key_);
        }
        check_key_size(table_, key_);
        bytes_.clear();
        encode_record(description_, key_, record, bytes_);
        if (table_.reads_back) {
            void* const read = workspace_.scratch_for(description_);
            read_back(description_, key_, bytes_, read);
            record = read;
        }
        check_rules(description_, key_, record);
        check_foreign_keys(record, line);
        record_change(table_, workspace_, store_, Operation::inserted, key_, std::nullopt, ByteView(bytes_));
        if (ByteView(key_) > ByteView(last_key_)) {
            store_.append(table_.records, key_, bytes_);
            last_key_ = key_;
        } else {
            unsorted_.add(key_, bytes_, line);
        }
        for (std::size_t i = 0; i < description_.indexes.size(); ++i) add_entries(i, record, line);
        ++workspace_.statistics.records_written;
        workspace_.sequences.note(table_, store_, key_);
    }

    /// What has been gathered, once it is as much as may be. Its errors are about earlier lines too.
    void make_room() {
        if (size_bytes() >= memory_bytes_) store_runs();
    }

    void finish() {
        store_runs();
        check_unmet();
    }

private:
    [[nodiscard]] std::size_t size_bytes() const noexcept {
        std::size_t size = unsorted_.size_bytes();
        for (const SortedRun& run : entry_runs_) size += run.size_bytes();
        return size;
    }

    void add_entries(std::size_t position, const void* record, std::uint64_t line) {
        const IndexDescription& index = description_.indexes[position];
        entries_.list(index, key_, record);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const ByteView entry = entries_.key(i);
            if (entry.size() > table_.max_key_bytes) {
                throw index_key_too_long(description_, index, key_, entry.size(), table_.max_key_bytes);
            }
            entry_runs_[position].add(entry, entries_.value(), line);
            ++workspace_.statistics.index_entries_written;
        }
    }

    // A record may refer to one of the same table that is still to come.
    void check_foreign_keys(const void* record, std::uint64_t line) {
        for (std::size_t i = 0; i < table_.foreign_keys.size(); ++i) {
            const ForeignKeyState& foreign = table_.foreign_keys[i];
            if (refers_to_something(scope_, table_, foreign, key_, record, workspace_.target)) continue;
            const auto number = static_cast<std::uint32_t>(i);
            if (foreign.key->deferred) {
                add_pending(store_, workspace_, {PendingKind::record, table_.position, number}, key_);
            } else if (foreign.target == &table_) {
                unmet_.push(key::encode(number).append(key::encode(line)).append(key_));
            } else {
                throw refers_to_nothing(table_, foreign, key_, workspace_.target);
            }
        }
    }

    void check_unmet() {
        while (const std::optional<std::string> item = unmet_.pop()) {
            ByteView key = *item;
            const ForeignKeyState& foreign = table_.foreign_keys[key::decode<std::uint32_t>(key)];
            const auto line = key::decode<std::uint64_t>(key);
            void* record = workspace_.scratch_for(description_);
            decode_record(description_, key, store_.get(table_.records, key).value_or(ByteView()), record);
            if (!refers_to_something(scope_, table_, foreign, key, record, workspace_.target)) {
                throw at_line(line, refers_to_nothing(table_, foreign, key, workspace_.target));
            }
        }
    }

    // The primary keys first: a record that is there twice would be found by its unique columns otherwise.
    void store_runs() {
        unsorted_.store(store_, table_.records, [this](ByteView key, ByteView, ByteView, std::uint64_t line) {
            throw at_line(line, key_taken(description_, key));
        });
        last_key_ = SortedRun::last_key(store_, table_.records);
        for (std::size_t i = 0; i < entry_runs_.size(); ++i) {
            const IndexDescription& index = description_.indexes[i];
            const auto taken = [&](ByteView entry, ByteView stored, ByteView, std::uint64_t line) {
                const ByteView owner = owner_of(description_, index, stored);
                throw at_line(line, unique_taken(description_, index, entry, owner));
            };
            entry_runs_[i].store(store_, table_.indexes[i], taken);
        }
    }

    WriteTransaction& scope_;
    const TableState& table_;
    const TableDescription& description_;
    kv::WriteTransaction& store_;
    WriteWorkspace& workspace_;
    std::size_t memory_bytes_;
    std::string last_key_;  ///< of the records stored
    std::string key_;
    std::string bytes_;
    IndexEntries entries_;
    SortedRun unsorted_;
    std::vector<SortedRun> entry_runs_;
    WorkList unmet_;
};

}  // namespace

std::uint64_t load_records(const TableHandle& handle, const RecordSource& source,
                           void (*check)(const TableHandle& handle, const void* record),
                           const LoadOptions& options) {
    check_usable(handle);
    WriteTransaction scope = TransactionAccess::transaction(handle).begin_nested();
    const TableHandle inner{&scope, handle.table};
    if (some_expired(inner)) {  // none is to be in the way
        static_cast<void>(erase_expired(inner, std::numeric_limits<std::uint64_t>::max()));
    }
    Load load(scope, *handle.table, options);
    std::uint64_t records = 0;
    while (const void* record = source.next(source.context)) {
        const std::uint64_t line = source.line == nullptr ? 0 : source.line(source.context);
        try {
            check(handle, record);
            load.add(source, record, line);
        } catch (const Error& error) {
            if (line == 0) throw;
            throw at_line(line, error);
        }
        load.make_room();
        ++records;
    }
    load.finish();
    scope.commit();
    return records;
}

}  // namespace cambium::detail
