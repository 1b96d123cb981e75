// Files: the one seam between the engine and the operating system for writes, resizes and syncs.
//
// Invariants: every byte of the data file that changes does so through write(), allocate() or resize() of this
// class; tests observe and fail those calls through a FileObserver. Short reads and writes and EINTR are
// handled here. Reads, writes and syncs that succeed take no memory. Thread rule: const members and write/sync from
// any thread; open and close from one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <sys/uio.h>

#include "os/file_locks.hpp"

namespace cambium::os {

/// What identifies a file whatever its names are.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
    friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

/// One call that changes the file or makes a change durable.
struct FileCall {
    enum class Kind : std::uint8_t { write, resize, sync };
    Kind kind;
    std::uint64_t offset = 0;       ///< write: where; resize: the new length in bytes
    std::span<const iovec> pieces;  ///< write: the bytes, in order
};

/// Bytes. What a processor maps by one entry of its tables, when the page cache holds it in one piece.
inline constexpr std::uint64_t kLargeBlock = std::uint64_t{2} << 20;

/// Sees every FileCall on files opened with Role::data, in tests only.
class FileObserver {
public:
    virtual ~FileObserver() = default;
    /// Before the call: 0 lets it go on, an errno makes it fail without being done.
    virtual int before(const FileCall& call) = 0;
    /// After the call succeeded.
    virtual void after(const FileCall& call) = 0;
    /// As before(), for files with Role::spill and Role::lock.
    virtual int before_spill(const FileCall&) { return 0; }
    virtual int before_lock(const FileCall&) { return 0; }
    /// Before a read of a file with Role::data: 0, or the errno that it fails with.
    virtual int before_read(std::uint64_t /*offset*/, std::uint64_t /*size*/) { return 0; }
    /// Before each system call that moves bytes, or (size 0) the length, of any file: how many bytes it may move at
    /// most, at least 1 of them, or kInterrupted for a call that a signal interrupts before it has done anything.
    virtual std::size_t before_transfer(std::size_t size) { return size; }
    static constexpr std::size_t kInterrupted = ~std::size_t{0};
    /// A file with Role::data is asked to read ahead.
    virtual void reads_ahead(std::uint64_t /*offset*/, std::uint64_t /*size*/) {}
};

/// Installs the observer of the whole process; nullptr removes it. Not while files are written.
void set_file_observer(FileObserver* observer) noexcept;

class Mapping;

class File {
public:
    enum class Role : std::uint8_t { data, lock, spill };
    enum class Access : std::uint8_t { read_only, read_write };

    File() = default;
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(); }

    /// Opens an existing regular file; a File that is_open() is false when there is none. Other failures throw, and
    /// Error{not_a_store} for a device, a pipe or a directory.
    static File open_existing(const std::string& path, Access access, Role role);
    /// Creates a file that must not exist yet. Symbolic links are not followed.
    static File create_new(const std::string& path, std::uint32_t mode, Role role);
    /// Creates a file without a name in the directory of `path`: it vanishes with its descriptor unless give_name()
    /// enters it. A File that is_open() is false where there are no such files.
    static File create_unnamed(const std::string& path, std::uint32_t mode, Role role);
    /// Gives such a file its name. Error{already_exists} when that is taken.
    void give_name(const std::string& path);
    /// Opens or creates. Symbolic links are not followed.
    static File open_or_create(const std::string& path, std::uint32_t mode, Role role);
    /// Creates a file without a place on any disk; it is gone when it is closed. sync() does nothing.
    static File create_in_memory(const std::string& name, Role role);
    /// A file without a name in the directory of `beside`, Role::spill; it vanishes when it is closed. Where the
    /// file system has no such files, or `unnamed` is false, it is made with a name and loses it at once.
    static File create_unlinked(const std::string& beside, bool unnamed = true);
    /// The same in `folder`, Role::data; sync() does nothing. Error{not_found} when there is no such folder,
    /// Error{invalid_argument} when it is none.
    static File create_temporary(const std::string& folder, bool unnamed = true);
    void close() noexcept;

    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] FileIdentity identity() const;
    [[nodiscard]] std::uint64_t size() const;
    /// Whether this file is what `path` names now.
    [[nodiscard]] bool is_at(const std::string& path) const noexcept;

    /// Reads up to bytes.size() bytes; fewer only at the end of the file. Error{io} names the file.
    std::size_t read(std::uint64_t offset, std::span<std::byte> bytes) const;
    /// Writes all pieces, contiguous from offset.
    void write(std::uint64_t offset, std::span<const iovec> pieces);
    void write(std::uint64_t offset, const void* bytes, std::size_t size);
    /// The same by copying into a mapping of the file, without a system call. What is not in the page cache is read
    /// first; pieces that lie there already are not copied. The place must have blocks: a page that cannot be
    /// written is the signal SIGBUS.
    void write(std::uint64_t offset, std::span<const iovec> pieces, const Mapping& mapping);
    /// Whether a block that is written again stays where it is, so that there is room for it on a full disk too: on
    /// ext4 and in memory. Elsewhere nobody can tell.
    [[nodiscard]] bool overwrites_in_place() const noexcept;
    /// Gives every hole of the first `length` bytes blocks, which stay zeros; they are part of the file already.
    /// Error{full} when the disk has no room, Error{io} where the file system cannot.
    void fill_holes(std::uint64_t length);
    /// Advice: gives [from, to), which has never been read or written, room in the page cache, in blocks as large
    /// as the kernel has. Multiples of kLargeBlock; nothing where the kernel knows no such thing.
    void populate_cache(std::uint64_t from, std::uint64_t to) const noexcept;
    /// Makes [from, to) part of the file with blocks really allocated. Error{full} when the disk has no room.
    void allocate(std::uint64_t from, std::uint64_t to);
    void resize(std::uint64_t length);
    /// Gives the blocks of a range back to the disk where the file system can; it then reads as zeros.
    void discard(std::uint64_t offset, std::uint64_t length) noexcept;
    /// Advice: writes what has changed in [from, to) to the medium, without waiting for it. Promises nothing.
    void begin_writeback(std::uint64_t from, std::uint64_t to) const noexcept;
    /// Advice: brings [offset, offset + size) into the page cache, without waiting for it.
    void begin_read(std::uint64_t offset, std::uint64_t size) const noexcept;
    /// fdatasync: returns when everything written before is on the medium.
    void sync();
    /// As it was opened; empty for a file without a name.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Whether sync() does something.
    [[nodiscard]] bool is_flushed() const noexcept { return flushed_; }

    /// Open-file-description locks on a byte range; they vanish with the process, though children that it forked
    /// live on. Bytes may lie past the end.
    [[nodiscard]] bool try_lock(std::uint64_t offset, bool exclusive);
    void lock_shared(std::uint64_t offset);  ///< waits
    void unlock(std::uint64_t offset) noexcept;
    /// Whether another open file description holds a lock that excludes ours.
    [[nodiscard]] bool locked_by_other(std::uint64_t offset, std::uint64_t size = 1) const noexcept;

private:
    /// Not open yet: a descriptor is kept by a File from the moment it is there.
    File(std::string path, Role role) noexcept;
    [[nodiscard]] static int open_unlinked(const std::string& directory, const std::string& name, bool unnamed);
    void require_regular() const;
    [[noreturn]] void fail(const char* what, int error) const;
    [[nodiscard]] int to_lock();
    int descriptor_ = -1;
    Role role_ = Role::data;
    bool in_memory_ = false;
    bool flushed_ = true;  ///< sync() reaches the medium
    std::string path_;
    FileLocks locks_;
};

/// Throws Error{io}, or Error{full} for a full disk: "<what> <path>: <reason of errno>".
[[noreturn]] void throw_errno(std::string_view what, std::string_view path, int error);

/// Durably enters a file name: syncs the directory that holds `path`.
void sync_directory_of(const std::string& path);
/// Renames; with `replace` false an existing target is Error{already_exists}.
void rename_file(const std::string& from, const std::string& to, bool replace);
/// The path without symbolic links, if there is such a file; else the path itself. Error{not_found} for a link
/// that leads nowhere.
[[nodiscard]] std::string resolve_path(const std::string& path);
/// Whether this process could open the file for reading and writing, or create it.
[[nodiscard]] bool may_write(const std::string& path);
/// Whether there is a file of that name. Error{io} when that cannot be told.
[[nodiscard]] bool exists(const std::string& path);
/// Removes a file if it exists; never throws.
void remove_file(const std::string& path) noexcept;
/// Where the system wants temporary files: $TMPDIR, or else /tmp.
[[nodiscard]] std::string temporary_folder();

}  // namespace cambium::os
