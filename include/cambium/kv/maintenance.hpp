// Looking after a store: check().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cambium/kv/environment.hpp"

namespace cambium::kv {

/// One thing that check() found wrong.
struct Finding {
    std::uint64_t page = 0;  ///< page number, or 0 when it concerns no single page
    std::string tree;        ///< name of the tree, or empty
    std::string what;        ///< a sentence
};

struct CheckReport {
    std::uint64_t transaction = 0;  ///< the snapshot checked
    std::uint64_t live_pages = 0;
    std::uint64_t free_pages = 0;
    std::uint64_t waiting_pages = 0;
    std::uint64_t entries = 0;      ///< entries in all named trees
    std::vector<Finding> findings;  ///< empty when the store is sound

    [[nodiscard]] bool ok() const noexcept { return findings.empty(); }
};

/// Walks everything reachable from the newest committed state: checksums, order, prefixes, levels, births,
/// large values, counts; and proves that every page below the page count is exactly one of live, free or
/// waiting. Reads one snapshot, beside readers and a writer. Damage is a finding, not an exception. O(file).
[[nodiscard]] CheckReport check(Environment& environment);

}  // namespace cambium::kv
