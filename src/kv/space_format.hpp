// The values of the space tree: what each commit allocated and retired, and checkpoints of the pages' states.
//
// A delta record (kSpaceDelta) is a u64 count of pages at the end of the commit's allocation that stayed unused,
// the state of the log, then two lists of extents as varints: allocated (distance from the last end, count),
// retired (distance from the last end, count, transactions between birth and retirement). A chunk record
// (kSpaceChunk) is the transaction that wrote it and the states of the chunk's pages, as runs or as bitmaps.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kv/page_bits.hpp"
#include "kv/transaction_state.hpp"

namespace cambium::kv {

/// Pages that one chunk record describes.
inline constexpr std::uint64_t kChunkPages = 4096;
/// Records are cut at about this size, to stay inside leaves of every page size.
inline constexpr std::size_t kSpaceRecordBytes = 1024;

/// How far the checkpoint has come that lets old deltas go. In every commit's first record, so that another process
/// goes on where the last one stopped.
struct SpaceLog {
    static constexpr std::uint64_t kAllChunks = ~std::uint32_t{0};
    TransactionId begin = 0;        ///< the transaction whose commit began the checkpoint; 0 when there is none
    std::uint64_t next_chunk = 0;   ///< to be recorded; kAllChunks: deltas before `begin` are being dropped
    std::uint64_t delta_bytes = 0;  ///< of the delta records before this commit's
    std::uint64_t checkpoint_bytes = 0;  ///< of the chunk records that the last or current checkpoint wrote
};

/// The states of a chunk's pages after a transaction.
struct SpaceChunk {
    TransactionId transaction = 0;  ///< waiting pages were retired by it or earlier ones
    PageBits free;                  ///< by place in the chunk; kChunkPages long
    PageBits waiting;
    SpaceChunk() {
        free.resize(kChunkPages);
        waiting.resize(kChunkPages);
    }
};

struct SpaceDelta {
    SpaceLog log;
    std::uint64_t unused_pages = 0;
    std::vector<Extent> allocated;
    std::vector<RetiredExtent> retired;
};

/// The records of one commit's delta; their order is their sequence. At least one.
[[nodiscard]] std::vector<std::string> encode_delta(const SpaceDelta& delta, TransactionId transaction);
/// Appends one record to `delta`. Error{corrupt} when malformed.
void decode_delta(ByteView record, TransactionId transaction, SpaceDelta& delta);

[[nodiscard]] std::string encode_chunk(const SpaceChunk& chunk);
/// Error{corrupt} when malformed.
[[nodiscard]] SpaceChunk decode_chunk(ByteView record);

[[nodiscard]] std::string chunk_key(std::uint32_t chunk);
[[nodiscard]] std::string delta_key(TransactionId transaction, std::uint16_t sequence);
/// The transaction of a delta key. Error{corrupt} when malformed.
[[nodiscard]] TransactionId delta_transaction(ByteView key);
[[nodiscard]] std::uint32_t chunk_number(ByteView key);

}  // namespace cambium::kv
