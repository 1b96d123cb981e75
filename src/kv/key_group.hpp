// Work on several keys of a tree at once, in a store that does not fit the memory: the leaves of the keys are asked
// for together instead of being waited for one after the other.
//
// Asking takes a system call for each key, wasted when the leaf is in memory. So it is done after a group for which
// the disk had to be read, for a number of groups; then one is tried without. Thread rule: that of the transaction.
#pragma once

#include <atomic>
#include <span>

#include "kv/transaction_state.hpp"

namespace cambium::kv::detail {

/// Keys that are worked on side by side.
inline constexpr std::size_t kKeyGroup = 16;

/// Lives as long as the work on one group. In stores that fit the memory it does nothing.
class KeyGroup {
public:
    /// The keys are as the nodes hold them. Damage on the way to a leaf is left to whoever reads it.
    KeyGroup(const TransactionState& txn, const TreeState& tree, std::span<const ByteView> keys) noexcept;
    ~KeyGroup();
    KeyGroup(const KeyGroup&) = delete;
    KeyGroup& operator=(const KeyGroup&) = delete;

private:
    std::atomic<std::uint32_t>* to_ask_ = nullptr;  ///< null unless the end of the work is looked at
    std::int64_t disk_faults_ = 0;
};

}  // namespace cambium::kv::detail
