// Meta slots: the two places of the file that name a state of the store.
#pragma once

#include <array>
#include <vector>

#include "base/checksum.hpp"
#include "kv/transaction_state.hpp"
#include "os/file.hpp"

namespace cambium::kv {

/// A meta as written to a slot.
struct Meta {
    MetaHeader header{};
    std::vector<Extent> extents;
};

/// What a slot of the file holds.
struct SlotContent {
    enum class State : std::uint8_t {
        valid,
        empty,          ///< zeros: never written, or invalidated
        foreign,        ///< no magic
        other_version,  ///< our magic and a right checksum, but another format version
        damaged,        ///< our magic, wrong checksum or impossible fields
    };
    State state = State::empty;
    std::uint32_t slot = 0;
    Meta meta;
};

[[nodiscard]] SlotContent read_slot(const os::File& file, std::uint32_t slot);
/// The same into a content that is used again; takes no memory when it has room for kMaxMetaExtents extents.
void read_slot(const os::File& file, std::uint32_t slot, SlotContent& content);
/// A meta as its slot begins, size and checksum filled in: `size` bytes, whole blocks. Takes no memory.
struct SlotBytes {
    std::array<std::byte, kMaxMetaSize> bytes;
    std::size_t size;
};
[[nodiscard]] SlotBytes slot_bytes(const Meta& meta) noexcept;
/// Writes a meta into a slot, its size and checksum filled in. Does not sync. Takes no memory. Returns the bytes
/// written.
std::size_t write_slot(os::File& file, std::uint32_t slot, const Meta& meta);
/// Overwrites a slot with zeros, durably. Takes no memory.
void invalidate_slot(os::File& file, std::uint32_t slot);

[[nodiscard]] Snapshot snapshot_of(const MetaHeader& header);
void set_snapshot(MetaHeader& header, const Snapshot& snapshot);

/// A number that nobody can guess.
[[nodiscard]] std::uint64_t random_word();
/// The fixed fields of a store that never was: another UUID and seed.
[[nodiscard]] MetaHeader with_new_identity(MetaHeader fixed);
/// The meta that both slots of an orderly closed store hold. Takes no memory.
[[nodiscard]] Meta closed_meta(const MetaHeader& fixed, const Snapshot& state);

/// A page or run written by a commit, for the digest.
struct WrittenPage {
    std::uint64_t page_number;
    std::uint64_t checksum;
};
/// The digest over pages in page order.
[[nodiscard]] std::uint64_t digest_of(const base::Checksum& checksum, const std::vector<WrittenPage>& pages);

/// The checksum of every chunk of a run's value.
[[nodiscard]] std::vector<std::uint64_t> run_chunk_sums(const std::byte* run, const base::Checksum& checksum);
/// Fills in the chunk checksums, table digest, identity and checksum of a run.
void finish_run(std::byte* run, const base::Checksum& checksum, std::uint64_t page_number, TransactionId birth,
                std::uint32_t page_size);
/// Why the header of a run with so many pages available is not sound, or nullptr.
[[nodiscard]] const char* run_header_error(const RunHeader& header, std::uint64_t available_pages,
                                           const base::Checksum& checksum, std::uint64_t page_number,
                                           std::uint32_t page_size);
/// Why the header or the table of chunk checksums of a run of this many available bytes is not sound, or nullptr.
[[nodiscard]] const char* run_frame_error(const std::byte* run, std::uint64_t available_bytes,
                                          const base::Checksum& checksum, std::uint64_t page_number,
                                          std::uint32_t page_size);
/// Why a chunk of a run whose frame is sound is not, or nullptr.
[[nodiscard]] const char* run_chunk_error(const std::byte* run, const base::Checksum& checksum,
                                          std::uint64_t chunk);
/// Why a run of this many available bytes is not sound, or nullptr.
[[nodiscard]] const char* run_error(const std::byte* run, std::uint64_t available_bytes,
                                    const base::Checksum& checksum, std::uint64_t page_number,
                                    std::uint32_t page_size);

}  // namespace cambium::kv
