// Published states in shared memory. A state is written to a ring entry and then named by one atomic store of its
// sequence number: a kill never tears the newest one, and readers never wait. Every entry carries a checksum, which
// covers its sequence number too, for those who find it in an old lock file.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <vector>

#include "kv/transaction_state.hpp"

namespace cambium::kv {

/// The number of the newest entry of a ring.
class RingNumber {
public:
    [[nodiscard]] std::uint64_t load(std::memory_order order) const noexcept { return number_.load(order); }
    /// Names the next entry.
    void store(std::uint64_t number) noexcept {
        copy_.store(number - 1, std::memory_order_relaxed);  // a kill may have left it further behind
        number_.store(number, std::memory_order_seq_cst);
        copy_.store(number, std::memory_order_release);
    }
    /// Whether it is what was stored, as far as a copy tells that a kill may have left one behind. An entry of
    /// another number than its own shows by its checksum. Nobody stores meanwhile.
    [[nodiscard]] bool is_sound() const noexcept {
        const std::uint64_t behind = number_.load() - copy_.load();
        return behind <= 1;
    }

private:
    std::atomic<std::uint64_t> number_;
    std::atomic<std::uint64_t> copy_;
};

/// The newest of a sequence of snapshots. One publisher at a time, any number of readers.
class HeadRing {
public:
    void publish(const Snapshot& head) noexcept;
    /// The newest snapshot and its sequence number.
    [[nodiscard]] Snapshot newest(std::uint64_t& sequence) const noexcept;
    /// The newest snapshot, if it is certain to be that and its checksum holds. Nobody publishes meanwhile.
    [[nodiscard]] std::optional<Snapshot> verified() const noexcept;
    [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_.load(std::memory_order_seq_cst); }

private:
    struct Entry {
        Snapshot head;
        std::uint64_t checksum;  ///< of the snapshot and the sequence number
    };
    static constexpr std::size_t kDepth = 16;
    static constexpr std::size_t kHeadWords = sizeof(Snapshot) / 8;
    static constexpr std::size_t kWords = sizeof(Entry) / 8;
    static_assert(sizeof(Snapshot) % 8 == 0);
    [[nodiscard]] static std::uint64_t checksum_of(const Snapshot& head, std::uint64_t sequence) noexcept;

    alignas(64) RingNumber sequence_;
    alignas(64) std::atomic<std::uint64_t> words_[kDepth][kWords];
};

/// Pages that a commit wrote and that its snapshot still reaches.
struct WrittenExtent {
    std::uint64_t first_page;
    std::uint64_t page_count;
    TransactionId birth;
};

/// The newest written state, with what a flush must know about it.
struct WrittenState {
    Snapshot snapshot;
    /// `extents` holds every page of the snapshot that was born after this transaction.
    TransactionId complete_since = 0;
    /// The newest commit that asked for two flushes.
    TransactionId two_phase = 0;
    /// The newest commit that lengthened the file, and the least pages that the file had before one of those that
    /// no flush has covered. A state of more pages than that takes two flushes.
    TransactionId grown = 0;
    std::uint64_t pages_before_growth = 0;
    /// Bytes of pages that commits have written since the store was opened first.
    std::uint64_t total_bytes = 0;
    std::vector<WrittenExtent> extents;  ///< by page number; at most kMaxMetaExtents

    /// A state built on `base` that retired some of its pages and wrote others. What is durable need not be listed.
    /// Both lists are sorted by page.
    void advance(const std::vector<RetiredExtent>& retired, const std::vector<Extent>& written,
                 TransactionId durable, const Snapshot& next, std::uint32_t page_size);
    /// Commit `id` is the first to be published since the file was lengthened from so many pages.
    void note_growth(TransactionId id, std::uint64_t pages_before, TransactionId durable) noexcept;
    /// Whether one flush cannot cover the state safely when everything up to `durable` is.
    [[nodiscard]] bool takes_two_flushes(TransactionId durable) const noexcept;
};

/// The newest WrittenState.
class WrittenRing {
public:
    void publish(const WrittenState& state) noexcept;
    /// Fills in the newest state; no memory is taken when its vector has room for kMaxMetaExtents. False when its
    /// checksum does not hold.
    bool newest(WrittenState& state, std::uint64_t& sequence) const;
    /// Number of the newest state's transaction; takes no memory. False when its checksum does not hold.
    bool newest_transaction(TransactionId& transaction) const noexcept;
    /// As newest(), when nobody publishes meanwhile; false also when the entry may not be the newest.
    bool verified(WrittenState& state) const;
    [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_.load(std::memory_order_seq_cst); }

private:
    static constexpr std::size_t kDepth = 4;
    struct Fixed {
        Snapshot snapshot;
        TransactionId complete_since;
        TransactionId two_phase;
        TransactionId grown;
        std::uint64_t pages_before_growth;
        std::uint64_t total_bytes;
        std::uint64_t extent_count;
        std::uint64_t sequence;
        std::uint64_t extents_checksum;
        std::uint64_t checksum;  ///< of the record with this field zero
    };
    static constexpr std::size_t kFixedWords = sizeof(Fixed) / 8;
    static constexpr std::size_t kExtentWords = sizeof(WrittenExtent) / 8;
    static constexpr std::size_t kWords = kFixedWords + kMaxMetaExtents * kExtentWords;
    [[nodiscard]] static std::uint64_t checksum_of(Fixed fixed) noexcept;
    [[nodiscard]] static std::uint64_t checksum_of(const std::vector<WrittenExtent>& extents) noexcept;

    alignas(64) RingNumber sequence_;
    alignas(64) std::atomic<std::uint64_t> words_[kDepth][kWords];
};

}  // namespace cambium::kv
