#include "os/file.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/throw_error.hpp"
#include "cambium/base/error.hpp"
#include "os/mapping.hpp"

namespace cambium::os {

namespace {

std::atomic<FileObserver*> file_observer{nullptr};

// Runs one system call under the eyes of the observer. `call` returns 0 or an errno.
template <class Call>
int observed(File::Role role, const FileCall& description, Call&& call) {
    FileObserver* observer = file_observer.load(std::memory_order_acquire);
    if (observer != nullptr) {
        const int error = role == File::Role::spill  ? observer->before_spill(description)
                          : role == File::Role::lock ? observer->before_lock(description)
                                                     : observer->before(description);
        if (error != 0) return error;
    }
    const int error = call();
    if (observer != nullptr && role == File::Role::data && error == 0) observer->after(description);
    return error;
}

struct flock lock_description(short type, std::uint64_t offset) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(offset);
    lock.l_len = 1;
    return lock;
}

// The system would take a path up to its first byte 0 for the whole.
const char* system_path(const std::string& path) {
    if (const std::size_t at = path.find('\0'); at != std::string::npos)
        throw Error(ErrorCode::invalid_argument, "the path that begins with \"" + path.substr(0, at) +
                                                     "\" holds a byte 0 behind that: no file has such a name");
    return path.c_str();
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// A name that leads to an open file, also to one that has no other.
std::string name_of(int descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor);
}

// How many bytes the next call may move; all of them but in tests.
std::size_t transfer_limit(std::size_t size) {
    FileObserver* const observer = file_observer.load(std::memory_order_acquire);
    return observer == nullptr ? size : observer->before_transfer(size);
}

// pwritev() under the eyes of the observer.
ssize_t write_some(int descriptor, std::span<const iovec> pieces, off_t offset) {
    const int count = static_cast<int>(pieces.size());
    if (file_observer.load(std::memory_order_acquire) == nullptr)
        return ::pwritev(descriptor, pieces.data(), count, offset);
    std::size_t size = 0;
    for (const iovec& piece : pieces) size += piece.iov_len;
    std::size_t limit = transfer_limit(size);
    if (limit == FileObserver::kInterrupted) {
        errno = EINTR;
        return -1;
    }
    if (limit >= size) return ::pwritev(descriptor, pieces.data(), count, offset);
    std::vector<iovec> shorter(pieces.begin(), pieces.end());
    for (iovec& piece : shorter) {
        piece.iov_len = std::min(piece.iov_len, limit);
        limit -= piece.iov_len;
    }
    return ::pwritev(descriptor, shorter.data(), count, offset);
}

// A call that changes the length, 0 or -1; again when a signal interrupts it. Answers 0 or an errno.
template <class Call>
int uninterrupted(Call&& call) {
    for (;;) {
        if (transfer_limit(0) == FileObserver::kInterrupted) continue;
        if (call() == 0) return 0;
        if (errno != EINTR) return errno;
    }
}

// Takes no memory: a flush must not fail for want of it. What is left of a piece that was cut short goes by itself.
int write_all(int descriptor, std::uint64_t offset, std::span<const iovec> pieces) {
    std::size_t done = 0;  // bytes of the first piece
    while (!pieces.empty()) {
        std::span<const iovec> now = pieces.first(std::min<std::size_t>(pieces.size(), IOV_MAX));
        iovec rest{};
        if (done > 0) {
            rest = {static_cast<char*>(pieces.front().iov_base) + done, pieces.front().iov_len - done};
            now = {&rest, 1};
        }
        const ssize_t written = write_some(descriptor, now, static_cast<off_t>(offset));
        if (written < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        offset += static_cast<std::uint64_t>(written);
        done += static_cast<std::size_t>(written);
        while (!pieces.empty() && done >= pieces.front().iov_len) {
            done -= pieces.front().iov_len;
            pieces = pieces.subspan(1);
        }
    }
    return 0;
}

// For file systems without fallocate: zeros, in pieces.
int write_zeros(int descriptor, std::uint64_t from, std::uint64_t to) {
    const std::vector<char> zeros(std::size_t{1} << 20);
    while (from < to) {
        const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(to - from, zeros.size()));
        const iovec piece{const_cast<char*>(zeros.data()), size};
        if (const int error = write_all(descriptor, from, {&piece, 1}); error != 0) return error;
        from += size;
    }
    return 0;
}

}  // namespace

void set_file_observer(FileObserver* observer) noexcept {
    file_observer.store(observer, std::memory_order_release);
}

void throw_errno(std::string_view what, std::string_view path, int error) {
    const bool no_room = error == ENOSPC || error == EDQUOT || error == EFBIG;
    base::throw_error(no_room ? ErrorCode::full : ErrorCode::io, what, " \"", path, "\": ", std::strerror(error));
}

File::File(std::string path, Role role) noexcept : role_(role), path_(std::move(path)) {}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      role_(other.role_),
      in_memory_(other.in_memory_),
      flushed_(other.flushed_),
      path_(std::move(other.path_)),
      locks_(std::move(other.locks_)) {}

File& File::operator=(File&& other) noexcept {
    if (this != &other) {
        close();
        descriptor_ = std::exchange(other.descriptor_, -1);
        role_ = other.role_;
        in_memory_ = other.in_memory_;
        flushed_ = other.flushed_;
        path_ = std::move(other.path_);
        locks_ = std::move(other.locks_);
    }
    return *this;
}

void File::close() noexcept {
    locks_.close();
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

void File::require_regular() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail("cannot read the status of", errno);
    if (!S_ISREG(status.st_mode))
        throw Error(ErrorCode::not_a_store, "cannot open \"" + path_ + "\": it is not a regular file");
}

void File::fail(const char* what, int error) const {
    throw_errno(what, path_, error);
}

File File::open_existing(const std::string& path, Access access, Role role) {
    // Not waiting, so that a pipe is noticed below instead of being waited for.
    const int flags = (access == Access::read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
                      (role == Role::lock ? O_NOFOLLOW : 0);
    File file{path, role};
    file.descriptor_ = ::open(system_path(path), flags);
    if (!file.is_open() && errno == ENOENT) return {};
    if (!file.is_open()) throw_errno("cannot open", path, errno);
    file.require_regular();
    return file;
}

File File::create_new(const std::string& path, std::uint32_t mode, Role role) {
    File file{path, role};
    file.descriptor_ = ::open(system_path(path), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (!file.is_open()) throw_errno("cannot create", path, errno);
    return file;
}

File File::create_unnamed(const std::string& path, std::uint32_t mode, Role role) {
    File file{path, role};
    file.descriptor_ = ::open(directory_of(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    if (file.is_open() && ::access(name_of(file.descriptor_).c_str(), F_OK) != 0) file.close();
    return file;
}

void File::give_name(const std::string& path) {
    if (::linkat(AT_FDCWD, name_of(descriptor_).c_str(), AT_FDCWD, system_path(path), AT_SYMLINK_FOLLOW) == 0)
        return;
    if (errno == EEXIST) throw Error(ErrorCode::already_exists, "\"" + path + "\" already exists");
    throw_errno("cannot create", path, errno);
}

File File::open_or_create(const std::string& path, std::uint32_t mode, Role role) {
    const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    File file{path, role};
    file.descriptor_ = ::open(system_path(path), flags, mode);
    if (!file.is_open()) throw_errno("cannot open or create", path, errno);
    file.require_regular();
    return file;
}

File File::create_in_memory(const std::string& name, Role role) {
    File file{name, role};
    file.descriptor_ = ::memfd_create("cambium", MFD_CLOEXEC);
    if (!file.is_open()) throw_errno("cannot create in memory", name, errno);
    file.in_memory_ = true;
    file.flushed_ = false;
    return file;
}

// Of the name, "<name>-XXXXXX" if it needs one, nothing is left. -1 and errno when it cannot be created.
int File::open_unlinked(const std::string& directory, const std::string& name, bool unnamed) {
    int descriptor = -1;
    if (unnamed) descriptor = ::open(directory.c_str(), O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0) return descriptor;
    std::string path = name + "-XXXXXX";
    descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor >= 0) remove_file(path);
    return descriptor;
}

File File::create_unlinked(const std::string& beside, bool unnamed) {
    File file{beside + " (temporary file)", Role::spill};
    file.descriptor_ = open_unlinked(directory_of(beside), beside + "-spill", unnamed);
    if (!file.is_open()) throw_errno("cannot create a temporary file beside", beside, errno);
    return file;
}

File File::create_temporary(const std::string& folder, bool unnamed) {
    struct stat status {};
    if (::stat(system_path(folder), &status) != 0) {
        if (errno == ENOENT)
            throw Error(ErrorCode::not_found, "there is no folder \"" + folder +
                                                  "\" for a temporary store: create it, or give an empty path for "
                                                  "the folder of the system");
        throw_errno("cannot create a temporary store in", folder, errno);
    }
    if (!S_ISDIR(status.st_mode))
        throw Error(
            ErrorCode::invalid_argument,
            "\"" + folder + "\" is no folder: the path of a temporary store names the folder that it lies in");
    File file{folder + " (temporary store)", Role::data};
    file.descriptor_ = open_unlinked(folder, folder + "/cambium", unnamed);
    if (!file.is_open()) throw_errno("cannot create a temporary store in", folder, errno);
    file.flushed_ = false;
    return file;
}

FileIdentity File::identity() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail("cannot read the status of", errno);
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

// Not by fstat(): a file whose times somebody has read gets new ones with every write that follows, and then each
// flush writes its inode too. The position is not used for anything.
std::uint64_t File::size() const {
    const off_t end = ::lseek(descriptor_, 0, SEEK_END);
    if (end < 0) fail("cannot read the size of", errno);
    return static_cast<std::uint64_t>(end);
}

bool File::is_at(const std::string& path) const noexcept {
    struct stat ours {};
    struct stat named {};
    return ::fstat(descriptor_, &ours) == 0 && ::stat(path.c_str(), &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

std::size_t File::read(std::uint64_t offset, std::span<std::byte> bytes) const {
    FileObserver* const observer = role_ == Role::data ? file_observer.load(std::memory_order_acquire) : nullptr;
    if (observer != nullptr)
        if (const int error = observer->before_read(offset, bytes.size()); error != 0) fail("cannot read", error);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::size_t limit = transfer_limit(bytes.size() - done);
        if (limit == FileObserver::kInterrupted) continue;
        const ssize_t got = ::pread(descriptor_, bytes.data() + done, limit, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("cannot read", errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

void File::write(std::uint64_t offset, std::span<const iovec> pieces) {
    const FileCall call{FileCall::Kind::write, offset, pieces};
    if (const int error = observed(role_, call, [&] { return write_all(descriptor_, offset, pieces); }); error != 0)
        fail("cannot write", error);
}

void File::write(std::uint64_t offset, const void* bytes, std::size_t size) {
    const iovec piece{const_cast<void*>(bytes), size};
    write(offset, {&piece, 1});
}

void File::write(std::uint64_t offset, std::span<const iovec> pieces, const Mapping& mapping) {
    const FileCall call{FileCall::Kind::write, offset, pieces};
    const int error = observed(role_, call, [&] {
        std::byte* to = mapping.data() + offset;
        for (const iovec& piece : pieces) {
            if (piece.iov_base != to) std::memcpy(to, piece.iov_base, piece.iov_len);
            to += piece.iov_len;
        }
        return 0;
    });
    if (error != 0) fail("cannot write", error);
}

bool File::overwrites_in_place() const noexcept {
    struct statfs system {};
    return ::fstatfs(descriptor_, &system) == 0 &&
           (system.f_type == EXT4_SUPER_MAGIC || system.f_type == TMPFS_MAGIC);
}

// Not observed: no byte and no length changes.
void File::fill_holes(std::uint64_t length) {
    const int result =
        uninterrupted([&] { return ::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(length)); });
    if (result != 0) fail("cannot allocate the blocks of", result);
}

// By the way that is open to a reader of a mapping which is said to be large. Not observed: nothing changes.
void File::populate_cache(std::uint64_t from, std::uint64_t to) const noexcept {
    if (in_memory_) return;
    constexpr int kPopulateRead = 22;  // MADV_POPULATE_READ, which older headers do not know
    const std::size_t size = static_cast<std::size_t>(to - from);
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor_, static_cast<off_t>(from));
    if (data == MAP_FAILED) return;
    if (::madvise(data, size, MADV_HUGEPAGE) == 0) (void)::madvise(data, size, kPopulateRead);
    (void)::munmap(data, size);
}

void File::allocate(std::uint64_t from, std::uint64_t to) {
    const FileCall call{FileCall::Kind::resize, to, {}};
    const int error = observed(role_, call, [&] {
        int result = uninterrupted(
            [&] { return ::fallocate(descriptor_, 0, static_cast<off_t>(from), static_cast<off_t>(to - from)); });
        if (result == EOPNOTSUPP || result == ENOSYS) result = write_zeros(descriptor_, from, to);
        return result;
    });
    if (error != 0) fail("cannot grow", error);
}

void File::resize(std::uint64_t length) {
    const FileCall call{FileCall::Kind::resize, length, {}};
    const int error = observed(role_, call, [&] {
        return uninterrupted([&] { return ::ftruncate(descriptor_, static_cast<off_t>(length)); });
    });
    if (error != 0) fail("cannot resize", error);
}

void File::discard(std::uint64_t offset, std::uint64_t length) noexcept {
    (void)::fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                      static_cast<off_t>(length));
}

// In pieces: of more than a disk takes at once, the kernel reads only the front.
void File::begin_read(std::uint64_t offset, std::uint64_t size) const noexcept {
    constexpr std::uint64_t kPiece = std::uint64_t{128} << 10;
    FileObserver* const observer = role_ == Role::data ? file_observer.load(std::memory_order_acquire) : nullptr;
    if (observer != nullptr) observer->reads_ahead(offset, size);
    for (std::uint64_t at = 0; at < size; at += kPiece)
        (void)::posix_fadvise(descriptor_, static_cast<off_t>(offset + at),
                              static_cast<off_t>(std::min(kPiece, size - at)), POSIX_FADV_WILLNEED);
}

// Not observed: what it begins may happen at any time anyhow.
void File::begin_writeback(std::uint64_t from, std::uint64_t to) const noexcept {
    if (!flushed_) return;
    (void)::sync_file_range(descriptor_, static_cast<off64_t>(from), static_cast<off64_t>(to - from),
                            SYNC_FILE_RANGE_WRITE);
}

void File::sync() {
    if (!flushed_) return;
    const FileCall call{FileCall::Kind::sync, 0, {}};
    const int error = observed(role_, call, [&] { return ::fdatasync(descriptor_) == 0 ? 0 : errno; });
    if (error != 0) fail("cannot flush", error);
}

int File::to_lock() {
    const int descriptor = locks_.to_lock(descriptor_);
    if (descriptor < 0) fail("cannot open a descriptor to lock", errno);
    return descriptor;
}

bool File::try_lock(std::uint64_t offset, bool exclusive) {
    struct flock lock = lock_description(static_cast<short>(exclusive ? F_WRLCK : F_RDLCK), offset);
    while (::fcntl(to_lock(), F_OFD_SETLK, &lock) != 0) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EACCES) return false;
        fail("cannot lock", errno);
    }
    return true;
}

void File::lock_shared(std::uint64_t offset) {
    struct flock lock = lock_description(F_RDLCK, offset);
    while (::fcntl(to_lock(), F_OFD_SETLKW, &lock) != 0) {
        if (errno != EINTR) fail("cannot lock", errno);
    }
}

void File::unlock(std::uint64_t offset) noexcept {
    struct flock lock = lock_description(F_UNLCK, offset);
    (void)::fcntl(locks_.to_look(descriptor_), F_OFD_SETLK, &lock);
}

bool File::locked_by_other(std::uint64_t offset, std::uint64_t size) const noexcept {
    struct flock lock = lock_description(F_WRLCK, offset);
    lock.l_len = static_cast<off_t>(size);
    // A failing query must not make a living process look dead.
    return ::fcntl(locks_.to_look(descriptor_), F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

void sync_directory_of(const std::string& path) {
    const std::string directory = directory_of(path);
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) throw_errno("cannot open the directory", directory, errno);
    const int error = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    // Some file systems cannot sync a directory and say so; there is nothing more to do on them.
    if (error != 0 && error != EINVAL) throw_errno("cannot flush the directory", directory, error);
}

void rename_file(const std::string& from, const std::string& to, bool replace) {
    if (replace) {
        if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("cannot rename to", to, errno);
        return;
    }
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
    int error = errno;
    if (error == EINVAL || error == ENOSYS) {
        // File systems without RENAME_NOREPLACE: a hard link never replaces either.
        if (::link(from.c_str(), to.c_str()) == 0) {
            remove_file(from);
            return;
        }
        error = errno;
    }
    if (error == EEXIST) throw Error(ErrorCode::already_exists, "\"" + to + "\" already exists");
    throw_errno("cannot create", to, error);
}

std::string resolve_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> resolved{::realpath(system_path(path), nullptr), &std::free};
    if (resolved != nullptr) return resolved.get();
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode))
        throw Error(ErrorCode::not_found, "\"" + path + "\" is a symbolic link that leads nowhere");
    return path;
}

bool may_write(const std::string& path) {
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) == 0) return true;
    if (errno != ENOENT) return false;
    return ::faccessat(AT_FDCWD, directory_of(path).c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

bool exists(const std::string& path) {
    struct stat status {};
    if (::lstat(system_path(path), &status) == 0) return true;
    if (errno != ENOENT && errno != ENOTDIR) throw_errno("cannot look for", path, errno);
    return false;
}

void remove_file(const std::string& path) noexcept {
    (void)::unlink(path.c_str());
}

std::string temporary_folder() {
    const char* const named = ::secure_getenv("TMPDIR");
    return named != nullptr && *named != '\0' ? named : "/tmp";
}

}  // namespace cambium::os
