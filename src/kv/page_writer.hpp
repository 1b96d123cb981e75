// Writes the pages of commits: by system calls, or by copying them into a second mapping of the file that is never
// handed out.
//
// A copy costs a quarter of a call. But the kernel then takes everything that it keeps together in the page cache
// for changed, up to 2 MiB around a page, so a flush may write the whole file. Therefore only commits that are not
// flushed at once are copied, and only while the file is small beside what is written between two flushes. Blocks
// are allocated before pages are copied: there is no other way to be told of a full disk.
//
// The new end of a larger file gets its place in the page cache in blocks of 2 MiB before it is written. Such a
// block takes one entry of the processor's table of addresses instead of 512, and random reads wait less. Once it
// is there, page by page, it stays as it is. Thread rule: under the write lock.
#pragma once

#include <span>

#include "kv/page_format.hpp"
#include "os/file.hpp"
#include "os/mapping.hpp"
#include "os/memory_allowed.hpp"

namespace cambium::kv {

class PageWriter {
public:
    explicit PageWriter(os::File& file) noexcept : file_(file) {}

    /// Before the pages of a commit. `file_bytes`: the length of the file now; `used_bytes`: what earlier commits
    /// have written of it; `flush_bytes`: what is written until the next flush, 0 when the commit is flushed at
    /// once; `durable`: the newest commit that was flushed; `lasting`: few of the pages will be replaced soon.
    void begin(std::uint64_t file_bytes, std::uint64_t used_bytes, std::uint64_t flush_bytes, TransactionId durable,
               bool lasting) noexcept;
    /// Writes all pieces, `bytes` together, contiguous from offset. What is new in the file, and has no room in
    /// the page cache yet, is written by a call: the kernel would read it first. Error{io} or Error{full}.
    void write(std::uint64_t offset, std::uint64_t bytes, std::span<const iovec> pieces);
    /// The same for pages that are in place.
    void write_in_place(std::uint64_t offset, std::span<const iovec> pieces);
    /// After them. Copied ones that are lasting, at the end of the file, begin their way to the disk, so that the
    /// next flush has less to wait for. Behind those of a small commit that is flushed at once, zeros are written
    /// for the commits that follow: so many bytes. Error{io} or Error{full}.
    std::uint64_t end();

    /// Pages that are built in place, between two commits: from begin_in_place() to the end of the transaction the
    /// mapping stays where it is. The bytes of a page, or null when it may not be there.
    void begin_in_place() noexcept;
    void end_in_place() noexcept { in_place_ = false; }
    [[nodiscard]] std::byte* in_place(std::uint64_t page_number, std::uint32_t page_size) const noexcept;

    /// Whether the pages of this commit are copied.
    [[nodiscard]] bool copies() const noexcept { return copies_; }

private:
    [[nodiscard]] bool prepare(std::uint64_t file_bytes) noexcept;
    void populate(std::uint64_t end) noexcept;
    std::uint64_t initialise();
    [[nodiscard]] bool allocate(std::uint64_t file_bytes);

    os::File& file_;
    os::Mapping mapping_;
    os::FileShare share_;          ///< of the file in the memory
    std::uint64_t allocated_ = 0;  ///< bytes of the file known to have blocks
    TransactionId durable_ = 0;    ///< when the mapping was last entered anew
    std::uint64_t file_bytes_ = 0;
    std::uint64_t used_bytes_ = 0;
    std::uint64_t populated_from_ = 0;  ///< what has been given room in the page cache, since the end of the file
    std::uint64_t populated_to_ = 0;    ///< was there
    std::uint64_t begun_ = 0;           ///< bytes in front that are on their way
    std::uint64_t written_to_ = 0;      ///< the end of what this commit has written
    bool copies_ = false;
    bool large_ = false;     ///< the file, beside the memory
    bool in_place_ = false;  ///< pages of the mapping are in use
    bool lasting_ = false;
    bool flushed_ = false;
    std::uint64_t initialised_ = 0;  ///< bytes of the file up to which zeros were written
    std::uint64_t commits_ = 0;
    std::uint64_t patience_ = 0;        ///< commits, after a block that took long
    std::uint64_t populate_after_ = 0;  ///< commits
    std::uint32_t pause_ = 0;           ///< commits until copying is tried again
    std::int64_t faults_ = 0;           ///< of this thread that waited for the disk, when the commit began
};

}  // namespace cambium::kv
