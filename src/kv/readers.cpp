// Who reads, how far behind, and what that keeps from being reused.
#include <algorithm>

#include "kv/environment_state.hpp"

namespace cambium::kv::detail {

std::vector<ReaderInfo> EnvironmentState::readers() {
    require_same_process();
    std::vector<ReaderInfo> readers;
    if (lock == nullptr) return readers;
    lock->list_readers(readers);
    if (readers.empty()) return readers;

    TransactionState* const txn = begin_read();
    std::vector<RetiredExtent> waiting;
    try {
        SpaceMap map{page_size};
        map.bring_to(*txn);
        waiting = map.waiting();
    } catch (...) {
        end_read(txn);
        throw;
    }
    const TransactionId newest = txn->snapshot.id;
    end_read(txn);
    for (ReaderInfo& reader : readers) {
        reader.behind = newest - std::min(newest, reader.snapshot);
        for (const RetiredExtent& extent : waiting)
            if (extent.birth <= reader.snapshot && reader.snapshot < extent.retired)
                reader.pinned_pages += extent.page_count;
    }
    return readers;
}

void EnvironmentState::watch_readers(std::uint64_t transactions, OldReaderCallback callback, void* context) {
    require_same_process();
    const std::lock_guard guard{watch_mutex_};
    old_reader_transactions_ = transactions;
    old_reader_callback_ = callback;
    old_reader_context_ = context;
    reported_readers_.clear();
    watches_readers_.store(callback != nullptr);
}

void EnvironmentState::report_old_readers(TransactionId newest) noexcept {
    if (!watches_readers_.load(std::memory_order_relaxed)) return;
    const std::lock_guard guard{watch_mutex_};
    if (old_reader_callback_ == nullptr || newest < oldest_reader_.load() + old_reader_transactions_) return;
    const auto same = [](const ReaderInfo& a, const ReaderInfo& b) {
        return a.process_id == b.process_id && a.thread_id == b.thread_id && a.snapshot == b.snapshot;
    };
    try {
        const std::vector<ReaderInfo> now = readers();
        std::erase_if(reported_readers_, [&](const ReaderInfo& reported) {
            return std::none_of(now.begin(), now.end(),
                                [&](const ReaderInfo& reader) { return same(reader, reported); });
        });
        for (const ReaderInfo& reader : now) {
            if (reader.behind < old_reader_transactions_ ||
                std::any_of(reported_readers_.begin(), reported_readers_.end(),
                            [&](const ReaderInfo& reported) { return same(reader, reported); }))
                continue;
            reported_readers_.push_back(reader);
            old_reader_callback_(reader, old_reader_context_);
        }
    } catch (const std::exception&) {
        // The commit is done, and must not look as if it had failed.
    }
}

}  // namespace cambium::kv::detail
