// The stream of an increment, and bringing a replica's file to its state.
#pragma once

#include <functional>
#include <string>

#include "cambium/kv/backup.hpp"
#include "kv/meta.hpp"
#include "os/input.hpp"

namespace cambium::kv {

/// The checksum of one stretch of pages, which binds it to everything before it. `bytes` begins with three words of
/// room for the previous checksum and the record's two fields.
[[nodiscard]] std::uint64_t stretch_checksum(std::uint64_t previous, const IncrementRecord& record,
                                             std::vector<std::byte>& bytes);
inline constexpr std::size_t kStretchRoom = 24;

/// Reads an increment from its start to its end, and no further.
class IncrementReader {
public:
    /// Called with everything read, in order, as it was read.
    using Sink = std::function<void(const void* bytes, std::size_t size)>;
    explicit IncrementReader(os::Input& in, Sink sink = {}) : in_(in), sink_(std::move(sink)) {}

    /// Error{corrupt} unless it is the header of an increment.
    [[nodiscard]] const IncrementHeader& read_header();
    /// The next stretch. False at the end. Error{corrupt} when it is damaged or cut off, or its pages are not
    /// behind the last ones and inside the store.
    [[nodiscard]] bool next();
    [[nodiscard]] Extent extent() const noexcept { return {record_.first_page, record_.page_count}; }
    [[nodiscard]] const std::byte* pages() const noexcept { return bytes_.data() + kStretchRoom; }

private:
    void read(void* bytes, std::size_t size);
    [[noreturn]] void fail(const char* why) const;

    os::Input& in_;
    Sink sink_;
    IncrementHeader header_{};
    IncrementRecord record_{};
    std::vector<std::byte> bytes_;
    std::uint64_t checksum_ = 0;
    std::uint64_t end_ = 0;  ///< behind the last page read
    std::uint64_t count_ = 0;
};

/// Where the increment of a replica lies from the time it is known to be whole until it is applied.
[[nodiscard]] std::string increment_path(const std::string& store_path);
/// Whether somebody was killed applying an increment to the store. Another file of that name is left alone.
[[nodiscard]] bool has_unfinished_increment(const std::string& store_path);

/// Finishes an increment that somebody was killed applying, if there is one. The caller holds the attach lock of
/// the file exclusively. Error{corrupt} when it does not belong to the file; Error{io} leaves it to the next one.
void finish_increment(os::File& data, const std::string& store_path);

}  // namespace cambium::kv
