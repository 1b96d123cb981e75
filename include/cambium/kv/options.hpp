// How an environment is opened.
#pragma once

#include <chrono>
#include <cstdint>

namespace cambium::kv {

/// When a commit returns.
enum class Durability : std::uint8_t {
    /// After one flush. Recovery checks a digest over the pages of the last commit (docs/durability.md).
    durable,
    /// After two flushes, pages before meta: for those who cannot rely on a checksum that is not cryptographic.
    two_phase,
    /// At once, and visible at once. Flushed after some bytes or time (Options) or by Environment::sync(). Killed
    /// processes lose nothing; in a power cut the newest commits may be lost, never consistency.
    deferred,
};

struct Options {
    /// Open without writing to the data file. Write transactions are refused (read_only).
    bool read_only = false;
    /// Create the file when it does not exist. An existing file is never created over.
    bool create = true;
    /// Bytes per page of a file that is created: a power of two, 4096 to 65536. Ignored for an existing file.
    std::uint32_t page_size_bytes = 4096;
    /// Keep every other process out: opening it there, reading included, is Error{busy}, and so is this open while
    /// the store is open in another process.
    bool exclusive = false;
    /// Permission bits of a file that is created (and of its lock file), before the umask.
    std::uint32_t file_mode = 0600;
    /// Verify the checksum of every page at every step of a descent or a cursor onto it, and of a large value every
    /// time it is asked for: damage of the medium is then Error{corrupt}, never a wrong answer, inside values too.
    /// Off, structures are bounds-checked only. Measured: random get takes about twice as long, a scan no longer.
    bool verify_on_read = false;
    /// A new, empty store of this process alone, kept in memory and gone when it is closed. Nothing touches the
    /// disk: the path is a name for error messages, may be used twice, and `create` and `file_mode` mean nothing.
    /// Commits cost no flush. copy_to() keeps it.
    bool in_memory = false;
    /// A new, empty store of this process alone, in a file without a name, gone when the store is closed or the
    /// process dies: as in_memory, but it may be larger than the memory. The path names the folder that has room
    /// for it; an empty one stands for $TMPDIR, or else /tmp. Nothing is ever flushed, whatever `durability` says.
    /// `create` and `file_mode` mean nothing. Where the file system has no files without a name, it has one for a
    /// moment. copy_to() keeps the store. Error{not_found} when there is no such folder, Error{invalid_argument}
    /// together with read_only or in_memory, or when the path names something else.
    bool temporary = false;
    /// The most bytes that the data file may have, its growth in steps included; 0 for no limit. At the limit
    /// commits answer Error{full}, but for those that only erase: 1/16 of the limit is kept for them (256 KiB at
    /// least, or 64 pages). Emptying a tree, or erasing in the order of keys, always succeeds, also while a reader
    /// sees all of it. Erasing a little from many places is refused when it takes more pages than that in one go,
    /// or together while a reader pins them: erase in smaller transactions, or end the reader (docs/durability.md).
    /// A limit below the file's present size stops its growth only. Processes may differ; each keeps
    /// its own. Error{invalid_argument} when opening with less than 128 KiB and 256 pages.
    std::uint64_t size_limit_bytes = 0;
    /// When commit() returns, unless it is told otherwise.
    Durability durability = Durability::durable;
    /// A deferred commit flushes when so many bytes of pages have been written since the last flush. 0: never.
    /// While the file is no longer than four times this, or with 0, deferred commits copy their pages into a
    /// mapping of the file: that takes a quarter of the time of a call (on ext4 and in memory only), but a flush
    /// may then write the whole file, and a page that a failing disk cannot give is SIGBUS (docs/durability.md).
    std::uint64_t deferred_bytes = std::uint64_t{64} << 20;
    /// A deferred commit flushes when the last flush is so long ago. Zero: never. No thread is started for it: the
    /// time is looked at by the next commit.
    std::chrono::milliseconds deferred_interval{0};
    /// Start a thread that flushes deferred commits every deferred_interval, also when no commit follows.
    bool flush_thread = false;
    /// The last process to close makes the file shorter, when more than a sixteenth of it is free: it moves pages
    /// from its end into free room, at most as many as its own commits have written, and cuts the end off. Closing
    /// then takes up to as long as writing those pages did; without, a few flushes, and the file falls with later
    /// commits. Every opener of one file in a process shares the value of the first.
    bool shorten_on_close = true;
    /// Bytes of memory for what a write transaction has changed. What is more goes to a temporary file without a
    /// name in the directory of the store, which the kernel can write out; it vanishes with the transaction. Up to
    /// an eighth of the memory is kept until the store is closed, for the next transactions. Every opener of one
    /// file in a process shares the value of the first. A store in memory spills nothing and keeps up to 32 MiB; a
    /// temporary one spills in its folder.
    std::uint64_t write_memory_bytes = std::uint64_t{256} << 20;
};

}  // namespace cambium::kv
