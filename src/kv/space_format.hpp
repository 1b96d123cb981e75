// The values of the space tree: what was allocated and retired by each commit, and checkpoints of the whole.
//
// A delta record (kSpaceDelta) is a u64 count of pages at the end of the commit's allocation that stayed unused,
// then two lists of extents as varints: allocated (distance from the last end, count), retired (distance from
// the last start, count, transactions between birth and retirement). A waiting record (kSpaceWaiting) is a list
// of (distance, count, birth, retired - birth). A chunk record (kSpaceChunk) is a bitmap, bit set = free.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kv/transaction_state.hpp"

namespace cambium::kv {

/// Pages that one chunk record describes, and its size.
inline constexpr std::uint64_t kChunkPages = 8192;
inline constexpr std::size_t kChunkBytes = kChunkPages / 8;
/// Records are cut at about this size, to stay inside leaves of every page size.
inline constexpr std::size_t kSpaceRecordBytes = 1024;

struct SpaceDelta {
    std::uint64_t unused_pages = 0;
    std::vector<Extent> allocated;
    std::vector<RetiredExtent> retired;
};

/// The records of one commit's delta; their order is their sequence. At least one.
[[nodiscard]] std::vector<std::string> encode_delta(const SpaceDelta& delta, TransactionId transaction);
/// Appends one record to `delta`. Error{corrupt} when malformed.
void decode_delta(ByteView record, TransactionId transaction, SpaceDelta& delta);

[[nodiscard]] std::vector<std::string> encode_waiting(std::span<const RetiredExtent> waiting);
void decode_waiting(ByteView record, std::vector<RetiredExtent>& waiting);

[[nodiscard]] std::string chunk_key(std::uint32_t chunk);
[[nodiscard]] std::string waiting_key(std::uint32_t sequence);
[[nodiscard]] std::string delta_key(TransactionId transaction, std::uint16_t sequence);
/// The transaction of a delta key. Error{corrupt} when malformed.
[[nodiscard]] TransactionId delta_transaction(ByteView key);
[[nodiscard]] std::uint32_t chunk_number(ByteView key);

}  // namespace cambium::kv
