#include "kv/checkpoint.hpp"

#include "kv/space_records.hpp"

namespace cambium::kv::detail {

namespace {

/// A checkpoint begins when the deltas outweigh it so many times, but not before they have so many bytes.
constexpr std::uint64_t kWorth = 2;
constexpr std::uint64_t kLeastDeltaBytes = 65536;
/// What one commit does of it, at most.
constexpr std::size_t kChunkBytesPerCommit = 8192;
constexpr int kChunksPerCommit = 64;
constexpr std::size_t kDropsPerCommit = 64;

// The first chunk record at or after a number; kAllChunks when there is none.
std::uint64_t recorded_chunk_from(TransactionState& txn, const TreeState& space, std::uint64_t number) {
    std::uint64_t found = SpaceLog::kAllChunks;
    each_space_record(txn, space.record, chunk_key(static_cast<std::uint32_t>(number)),
                      [&](ByteView key, ByteView) {
                          if (key.starts_with(kSpaceChunk)) found = chunk_number(key);
                          return false;
                      });
    return found;
}

void record_chunks(TransactionState& txn, TreeState& space, SpaceMap& map) {
    SpaceLog& log = map.log();
    std::size_t bytes = 0;
    for (int i = 0; i < kChunksPerCommit && bytes < kChunkBytesPerCommit; ++i) {
        // Behind the end of the file there is nothing to record, only what is left of longer days to remove.
        if (log.next_chunk * kChunkPages >= map.page_count())
            log.next_chunk = recorded_chunk_from(txn, space, log.next_chunk);
        if (log.next_chunk >= SpaceLog::kAllChunks) return;
        const std::string key = chunk_key(static_cast<std::uint32_t>(log.next_chunk));
        if (const std::optional<SpaceChunk> chunk = map.chunk(log.next_chunk)) {
            const std::string record = encode_chunk(*chunk);
            put(txn, space, key, record, PutMode::overwrite);
            bytes += record.size();
        } else {
            erase(txn, space, key);
        }
        ++log.next_chunk;
    }
    log.checkpoint_bytes += bytes;
}

// A transaction's records go together: only the first says how many of its pages stayed unused.
void drop_deltas(TransactionState& txn, TreeState& space, SpaceMap& map) {
    SpaceLog& log = map.log();
    std::vector<std::string> keys;
    TransactionId last = 0;
    std::uint64_t bytes = 0;
    bool all = true;
    each_space_record(txn, space.record, {&kSpaceDelta, 1}, [&](ByteView key, ByteView value) {
        const TransactionId transaction = delta_transaction(key);
        if (transaction >= log.begin) return false;
        all = keys.size() < kDropsPerCommit || transaction == last;
        if (!all) return false;
        last = transaction;
        keys.emplace_back(key);
        bytes += value.size();
        return true;
    });
    for (const std::string& key : keys) erase(txn, space, key);
    log.delta_bytes -= std::min(bytes, log.delta_bytes);
    if (all) log.begin = 0;
}

}  // namespace

void advance_checkpoint(TransactionState& txn, TreeState& space, SpaceMap& map) {
    SpaceLog& log = map.log();
    if (log.begin == 0 && log.delta_bytes >= std::max(kLeastDeltaBytes, kWorth * log.checkpoint_bytes)) {
        log.begin = txn.next_id;
        log.next_chunk = 0;
        log.checkpoint_bytes = 0;
    }
    if (log.begin != 0 && log.next_chunk < SpaceLog::kAllChunks) {
        record_chunks(txn, space, map);
    } else if (log.begin != 0) {
        drop_deltas(txn, space, map);
    }
    touch_last(txn, space);
}

}  // namespace cambium::kv::detail
