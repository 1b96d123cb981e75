// Incremental backup: what has changed in a store since a state that a replica has.
//
// A replica begins as a plain copy (copy_to). Then, as often as wanted: ask the replica for its point, have the
// source write the increment from there, apply it. A replica that is written by anybody else, or that is a compact
// copy, is another store and takes no increments.
#pragma once

#include <array>
#include <cstdint>

#include "cambium/kv/copy.hpp"

namespace cambium::kv {

/// A durable state of one store, by which source and replica agree on where an increment begins.
struct BackupPoint {
    std::array<std::uint8_t, 16> uuid{};
    std::uint64_t transaction = 0;
    std::uint64_t digest = 0;  ///< over the state's roots and the pages that its last commit wrote
    friend bool operator==(const BackupPoint&, const BackupPoint&) = default;
};

/// The point that a store is at. Deferred commits are flushed first, where that can be. Error{corrupt} when a page
/// of the last commit is damaged. Any thread. O(pages of the last commit).
[[nodiscard]] BackupPoint backup_point(Environment& environment);

struct IncrementOptions {
    /// Permission bits of the file, before the umask.
    std::uint32_t file_mode = 0600;
    /// As CopyOptions::progress.
    std::function<bool(const CopyProgress&)> progress{};
};

struct IncrementReport {
    bool completed = false;   ///< false when progress() cancelled
    BackupPoint point;        ///< where a replica will be
    std::uint64_t pages = 0;  ///< pages in the increment
    std::uint64_t bytes = 0;  ///< length of the increment
};

/// Writes every page born after `base` that the newest durable state reaches, into a new file, durably; the format
/// is in docs/format.md. Writers go on meanwhile. Every page is verified. Error{invalid_argument} when the base is
/// a state of another store, or one that this store has not reached or never was in; Error{already_exists} for the
/// file; Error{corrupt}; Error{full}, Error{io}. Any thread. O(pages born since, times the fan-out): the walk turns
/// back at every page that is not younger than the base.
IncrementReport write_increment(Environment& source, const BackupPoint& base, ByteView path,
                                const IncrementOptions& options = {});
/// The same to a descriptor, sequentially, as copy_to() does.
IncrementReport write_increment(Environment& source, const BackupPoint& base, int descriptor,
                                const IncrementOptions& options = {});

/// Brings a replica to the state after an increment, read from a file. Answers the point reached.
///
/// Before a byte of the replica changes, the increment is read to its end, verified, and kept durably beside the
/// replica as `<path>-increment`; another file of that name is Error{already_exists}. Killed from then on, the
/// replica is finished by whoever opens it next, for writing; killed earlier, it is as it was. So it is at the old
/// state or at the new one, always.
///
/// Error{invalid_argument} when the increment does not begin where the replica is; Error{corrupt} when the
/// increment is damaged or cut off: the replica is then as it was. Error{busy} when the replica is open anywhere;
/// Error{not_found} when there is none; Error{full}, Error{io}. Any thread. O(increment).
BackupPoint apply_increment(ByteView replica, ByteView path);
/// The same from a descriptor, sequentially: a pipe will do. Reads to the end of the increment and no further, so
/// several may follow each other.
BackupPoint apply_increment(ByteView replica, int descriptor);

}  // namespace cambium::kv
