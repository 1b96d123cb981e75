// Creating and recovering a store: which meta to believe, and what to make durable before it is built on.
#pragma once

#include <optional>

#include "cambium/kv/environment.hpp"
#include "kv/meta.hpp"

namespace cambium::kv {

/// Creates a store that appears under its name whole or not at all. With `replace` an empty file gives way.
/// Error{already_exists} when somebody else was faster.
void create_store(const std::string& path, const Options& options, bool replace);

/// Creates a store that no path leads to: in memory, or in the folder that `path` names.
[[nodiscard]] os::File create_private_store(const std::string& path, const Options& options);

/// Reads what never changes (uuid, seed, page size) from any valid slot. Error: not_a_store, format_version,
/// corrupt.
[[nodiscard]] Meta read_identity(const os::File& file, const std::string& path);

struct Recovered {
    Meta meta;
    std::uint32_t slot = 0;
    std::optional<std::uint32_t> rejected_slot;  ///< to be invalidated before its number is used again
    TransactionId other_transaction = 0;  ///< what the other slot names and recovery may return to; 0 for nothing
};

/// Chooses the state to open: the newest meta whose extents hold what its digest says, else the other. With
/// `trusted_slot`, an earlier flush may have failed: only that slot is believed. Writes nothing.
/// An I/O error fails; it is not a rejection. O(pages of the last commit).
[[nodiscard]] Recovered choose_state(const os::File& file, const std::string& path,
                                     std::optional<std::uint32_t> trusted_slot, RecoveryReport& report);
/// Makes the chosen state durable and the rejected one unbelievable. Repeatable at any point.
void settle(os::File& file, const Recovered& recovered);

}  // namespace cambium::kv
