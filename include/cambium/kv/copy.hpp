// Copies of a store while it is in use.
#pragma once

#include <cstdint>
#include <functional>

#include "cambium/kv/environment.hpp"

namespace cambium::kv {

struct CopyProgress {
    std::uint64_t pages_done = 0;
    std::uint64_t pages_total = 0;
};

struct CopyOptions {
    /// False: page for page, free pages as holes; the copy is the same store (its UUID), ready for increments.
    /// True: live pages only, every tree's pages together and in key order; a new store with its own UUID and seed.
    bool compact = false;
    /// Permission bits of the file, before the umask.
    std::uint32_t file_mode = 0600;
    /// Called on the calling thread about once per MiB; answer false to cancel. May throw: the copy is then given
    /// up.
    std::function<bool(const CopyProgress&)> progress{};
};

struct CopyReport {
    bool completed = false;         ///< false when progress() cancelled
    std::uint64_t transaction = 0;  ///< the snapshot that the copy holds
    std::uint64_t pages = 0;        ///< live pages copied
    std::uint64_t bytes = 0;        ///< length of the copy
};

/// Copies the newest committed state into a new file, durably. Deferred commits are flushed first; where that
/// cannot be (opened read-only, or after a failed flush), the newest durable state is copied. The file has its name
/// only once it is complete; it opens as a store that was closed in an orderly way.
///
/// Writers go on meanwhile: the copy holds one snapshot, like a read transaction, and so keeps its pages from being
/// reused. Every page and large value is verified before it is copied; damage is Error{corrupt} and no copy.
/// Error{already_exists} when there is a file at `path`; Error{full}, Error{io} of the target. Any thread. O(file).
CopyReport copy_to(Environment& environment, ByteView path, const CopyOptions& options = {});

/// The same to a descriptor open for writing, from where it stands to the end of the copy, sequentially: a pipe or
/// a socket will do. Free pages are written as zeros. The descriptor is neither flushed nor closed. After an error
/// or a cancellation, what was written is no store.
CopyReport copy_to(Environment& environment, int descriptor, const CopyOptions& options = {});

}  // namespace cambium::kv
