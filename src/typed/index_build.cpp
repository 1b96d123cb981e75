// Building indexes from the records that their table already has: entries are gathered, sorted, and put in order.
#include "typed/index_build.hpp"

#include <string>
#include <vector>

#include "typed/expiry.hpp"
#include "typed/sentence.hpp"
#include "typed/sorted_run.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

constexpr std::uint64_t kRecordsPerStep = 1024;

/// The entries of one index that wait to be put.
class Gathered {
public:
    Gathered(const TableDescription& table, const EmptyIndex& index, std::size_t max_key_bytes)
        : table_(table), index_(table.indexes[index.position]), tree_(index.tree), max_key_bytes_(max_key_bytes) {}

    /// gives_way(key) says whether a record may lack an entry.
    template <class GivesWay>
    void add(ByteView primary_key, const void* record, GivesWay&& gives_way) {
        entries_.list(index_, primary_key, record);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const ByteView key = entries_.key(i);
            if (key.size() > max_key_bytes_) {
                if (gives_way(primary_key)) continue;
                throw index_key_too_long(table_, index_, primary_key, key.size(), max_key_bytes_);
            }
            run_.add(key, entries_.value());
        }
    }

    [[nodiscard]] std::size_t size_bytes() const noexcept { return run_.size_bytes(); }

    /// The same: of two records one may go without.
    template <class GivesWay>
    void put(kv::WriteTransaction& transaction, GivesWay&& gives_way) {
        run_.store(transaction, tree_, [&](ByteView entry, ByteView stored, ByteView other, std::uint64_t) {
            if (gives_way(owner_of(table_, index_, other))) return;
            if (gives_way(owner_of(table_, index_, stored))) {
                transaction.put(tree_, entry, other);
                return;
            }
            throw Error(ErrorCode::constraint,
                        std::string("the index cannot be built, as two records have the same columns; ") +
                            unique_taken(table_, index_, entry, owner_of(table_, index_, stored)).what() +
                            " and to " + key_text(table_, owner_of(table_, index_, other)));
        });
    }

private:
    const TableDescription& table_;
    const IndexDescription& index_;
    kv::Tree tree_;
    std::size_t max_key_bytes_;
    IndexEntries entries_;
    SortedRun run_;
};

}  // namespace

void build_indexes(kv::WriteTransaction& transaction, const TableDescription& table, kv::Tree records,
                   std::span<const EmptyIndex> indexes, std::size_t max_key_bytes, const ProgressFunction& progress,
                   std::size_t gathered_bytes, GivingWay* giving_way) {
    std::vector<Gathered> gathered;
    gathered.reserve(indexes.size());
    for (const EmptyIndex& index : indexes) gathered.emplace_back(table, index, max_key_bytes);
    const ScratchRecord scratch(table);
    const auto gives_way = [&](ByteView key) {
        if (giving_way == nullptr) return false;
        decode_record(table, key, transaction.get(records, key).value_or(ByteView()), scratch.get());
        if (!is_expired_at(table, scratch.get(), giving_way->now)) return false;
        giving_way->keys.emplace_back(key);
        return true;
    };
    const auto put_all = [&] {
        for (Gathered& index : gathered) index.put(transaction, gives_way);
    };

    std::string key;
    WalkProgress walk(table, transaction.statistics(records).entries, progress);
    kv::Cursor cursor = transaction.cursor(records);
    while (cursor.next()) {
        key = cursor.key();
        decode_record(table, key, cursor.value(), scratch.get());
        std::size_t size_bytes = 0;
        for (Gathered& index : gathered) {
            index.add(key, scratch.get(), gives_way);
            size_bytes += index.size_bytes();
        }
        if (size_bytes >= gathered_bytes) put_all();
        walk.step();
    }
    put_all();
    walk.done();
}

WalkProgress::WalkProgress(const TableDescription& table, std::uint64_t records, const ProgressFunction& progress)
    : table_(table), progress_(progress), total_(records) {
    tell();
}

void WalkProgress::step() {
    if (++done_ % kRecordsPerStep == 0) tell();
}

void WalkProgress::tell() const {
    if (progress_({table_.name, done_, total_})) return;
    throw Error(ErrorCode::cancelled, table_text(table_) + ": cancelled by the progress function after " +
                                          std::to_string(done_) + " of " + std::to_string(total_) + " records");
}

}  // namespace cambium::detail
