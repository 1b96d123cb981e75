// What the two ways of copying a store share: one snapshot to read, one output to write.
#pragma once

#include "cambium/kv/copy.hpp"
#include "kv/snapshot_walk.hpp"
#include "os/output.hpp"

namespace cambium::kv::detail {

/// Thrown through a copy that its caller cancelled.
struct CopyCancelled {};

/// Counts pages and asks the caller about once per MiB whether to go on.
class CopyMeter {
public:
    CopyMeter(const CopyOptions& options, std::uint32_t page_size) noexcept
        : options_(options), page_size_(page_size) {}
    void start(std::uint64_t pages) {
        progress_.pages_total = pages;
        ask();
    }
    void add(std::uint64_t pages) {
        progress_.pages_done += pages;
        if ((progress_.pages_done - asked_) * page_size_ >= std::uint64_t{1} << 20) ask();
    }
    void finish() {
        if (asked_ != progress_.pages_done) ask();
    }

private:
    void ask() {
        asked_ = progress_.pages_done;
        if (options_.progress && !options_.progress(progress_)) throw CopyCancelled{};
    }

    const CopyOptions& options_;
    std::uint32_t page_size_;
    CopyProgress progress_;
    std::uint64_t asked_ = 0;
};

/// Writes both meta slots of a store that was closed at a state, and what lies between and behind them.
void write_meta_area(os::Output& out, const MetaHeader& fixed, const Snapshot& state);

/// Page for page. Returns the number of live pages.
std::uint64_t copy_plain(EnvironmentState& env, TransactionState& txn, os::Output& out, CopyMeter& meter);
/// Live pages only, under new numbers. Returns their number.
std::uint64_t copy_compact(EnvironmentState& env, TransactionState& txn, os::Output& out, CopyMeter& meter);

/// Proves that a committed run is sound and carries its own number. Returns its pages.
std::uint64_t verify_run(const TransactionState& txn, std::uint64_t first_page);

}  // namespace cambium::kv::detail
