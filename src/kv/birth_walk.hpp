// The pages of a state that are younger than an earlier one: a walk from the roots that turns back at every page
// born at or before it. What is below a page is never younger than the page.
#pragma once

#include <vector>

#include "kv/meta.hpp"

namespace cambium::kv {

/// A node, or a run.
struct BornPages {
    std::uint64_t first_page;
    std::uint64_t page_count;
    TransactionId birth;
    std::uint64_t checksum;  ///< as its header says, and proven
};

/// Every page that the transaction's snapshot reaches and that was born after `since`, in page order, each
/// verified. Error{corrupt}. O(answer, times the fan-out).
[[nodiscard]] std::vector<BornPages> pages_born_after(const detail::TransactionState& txn, TransactionId since);

/// The digest of a state, by which BackupPoint knows it: over its snapshot and over number and checksum of every
/// page in `pages` that its own transaction wrote.
[[nodiscard]] std::uint64_t state_digest(const base::Checksum& checksum, const Snapshot& state,
                                         const std::vector<BornPages>& pages);

}  // namespace cambium::kv
