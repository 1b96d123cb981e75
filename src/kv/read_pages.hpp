// Pages of a store as read calls give them, at the distances that they have in the file.
//
// The mapping of the file answers a page that the device cannot read, or one behind the end of a file that was cut
// short, with a signal. Here it is a reason. What was not read, and what could not be, is zeros. Takes memory for
// the pages that are held only. Thread rule: one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/checksum.hpp"
#include "os/file.hpp"
#include "os/mapping.hpp"

namespace cambium::kv {

class ReadPages {
public:
    /// `file` must outlive it. Error{io} when there are not so many addresses.
    ReadPages(const os::File& file, std::uint32_t page_size, std::uint64_t page_count)
        : file_(file),
          page_size_(page_size),
          page_count_(page_count),
          bytes_(os::Mapping::zeros(static_cast<std::size_t>(page_count) * page_size)) {}

    /// What stands for the mapping of the file.
    [[nodiscard]] const std::byte* data() const noexcept { return bytes_.data(); }
    /// Page n, read or not.
    [[nodiscard]] const std::byte* page(std::uint64_t n) const noexcept { return data() + n * page_size_; }

    /// Reads pages [first, first + count); nothing, or a sentence that says why they are not all there. Pages
    /// outside the store are not there.
    [[nodiscard]] std::optional<std::string> read(std::uint64_t first, std::uint64_t count);
    /// Lets go of pages, which are zeros again.
    void drop(std::uint64_t first, std::uint64_t count) noexcept {
        bytes_.clear(static_cast<std::size_t>(first) * page_size_, static_cast<std::size_t>(count) * page_size_);
    }
    /// Lets go of pages that nobody looks at again before reading them again: many at a time, as giving memory back
    /// is a system call that every core of the process has to answer. At most 1 MiB waits.
    void let_go(std::uint64_t first, std::uint64_t count);
    /// Why the large value in pages [first, first + pages) is not sound, or nothing. Holds its checksums and one
    /// MiB at a time, and soon none of it.
    [[nodiscard]] std::optional<std::string> run_error(std::uint64_t first, std::uint64_t pages,
                                                       const base::Checksum& checksum);

private:
    [[nodiscard]] std::optional<std::string> chunks_error(std::uint64_t first, std::uint64_t pages,
                                                          const base::Checksum& checksum);

    const os::File& file_;
    std::uint32_t page_size_;
    std::uint64_t page_count_;
    struct Pages {
        std::uint64_t first;
        std::uint64_t end;
    };
    void drop_waiting() noexcept;

    os::Mapping bytes_;
    std::vector<Pages> waiting_;  ///< to be dropped
    std::uint64_t waiting_pages_ = 0;
};

}  // namespace cambium::kv
