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
    CopyMeter(const std::function<bool(const CopyProgress&)>& tell, std::uint32_t page_size) noexcept
        : tell_(tell), page_size_(page_size) {}
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
        if (tell_ && !tell_(progress_)) throw CopyCancelled{};
    }

    const std::function<bool(const CopyProgress&)>& tell_;
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

}  // namespace cambium::kv::detail
