#include "kv/read_pages.hpp"

#include <algorithm>

#include "cambium/base/error.hpp"
#include "kv/meta.hpp"
#include "kv/node.hpp"

namespace cambium::kv {

std::optional<std::string> ReadPages::read(std::uint64_t first, std::uint64_t count) {
    if (first > page_count_ || count > page_count_ - first) return "it lies outside the store";
    for (const Pages& pages : waiting_) {
        if (first >= pages.end || pages.first >= first + count) continue;
        drop_waiting();
        break;
    }
    const std::size_t size = static_cast<std::size_t>(count) * page_size_;
    std::byte* to = bytes_.data() + first * page_size_;
    try {
        const std::size_t got = file_.read(first * page_size_, {to, size});
        if (got == size) return std::nullopt;
        std::fill(to + got, to + size, std::byte{0});
        return "the file ends before it does";
    } catch (const Error& error) {
        drop(first, count);
        return error.what();
    }
}

void ReadPages::let_go(std::uint64_t first, std::uint64_t count) {
    constexpr std::uint64_t kBytes = std::uint64_t{1} << 20U;
    if (!waiting_.empty() && waiting_.back().end == first) {
        waiting_.back().end += count;
    } else {
        waiting_.push_back({first, first + count});
    }
    waiting_pages_ += count;
    if (waiting_pages_ * page_size_ >= kBytes) drop_waiting();
}

void ReadPages::drop_waiting() noexcept {
    std::sort(waiting_.begin(), waiting_.end(), [](const Pages& a, const Pages& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < waiting_.size();) {
        Pages pages = waiting_[i++];
        for (; i < waiting_.size() && waiting_[i].first <= pages.end; ++i)
            pages.end = std::max(pages.end, waiting_[i].end);
        drop(pages.first, pages.end - pages.first);
    }
    waiting_.clear();
    waiting_pages_ = 0;
}

std::optional<std::string> ReadPages::run_error(std::uint64_t first, std::uint64_t pages,
                                                const base::Checksum& checksum) {
    if (first > page_count_ || pages == 0 || pages > page_count_ - first) return "it lies outside the store";
    std::optional<std::string> why = chunks_error(first, pages, checksum);
    let_go(first, pages);
    return why;
}

std::optional<std::string> ReadPages::chunks_error(std::uint64_t first, std::uint64_t pages,
                                                   const base::Checksum& checksum) {
    if (std::optional<std::string> why = read(first, 1)) return why;
    const std::byte* run = page(first);
    const auto header = load<RunHeader>(run);
    // Nothing is read on the word of a header that is not proven.
    if (const char* why = run_header_error(header, pages, checksum, first, page_size_)) return why;
    if (header.page_count != pages) return "the size of a large value is impossible";
    const std::uint64_t table = std::max<std::uint64_t>(1, run_table_offset(header.value_size) / page_size_);
    if (std::optional<std::string> why = read(first + table, pages - table)) return why;
    if (const char* why = run_frame_error(run, pages * page_size_, checksum, first, page_size_)) return why;
    for (std::uint64_t chunk = 0; chunk < run_chunk_count(header.value_size); ++chunk) {
        const std::uint64_t from = sizeof header + chunk * kRunChunkSize;
        const std::uint64_t to = std::min(from + kRunChunkSize, sizeof header + header.value_size);
        const std::uint64_t begin = std::max<std::uint64_t>(1, from / page_size_);
        const std::uint64_t end = std::min((to + page_size_ - 1) / page_size_, table);
        if (begin < end)
            if (std::optional<std::string> why = read(first + begin, end - begin)) return why;
        if (const char* why = run_chunk_error(run, checksum, chunk)) return why;
        // The page that the next chunk shares is read again. The value is let go of at the end, if it is small.
        if (begin < end && pages * page_size_ > (std::uint64_t{1} << 20U)) let_go(first + begin, end - begin);
    }
    return std::nullopt;
}

}  // namespace cambium::kv
