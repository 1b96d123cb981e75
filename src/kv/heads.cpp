#include "kv/heads.hpp"

#include <algorithm>
#include <cstring>

namespace cambium::kv {

namespace {

void store_words(std::atomic<std::uint64_t>* to, const void* from, std::size_t words) noexcept {
    const auto* bytes = static_cast<const unsigned char*>(from);
    for (std::size_t i = 0; i < words; ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + 8 * i, 8);
        // Who reads a word of an entry's next life has then read the sequence number that says so, too.
        to[i].store(word, std::memory_order_release);
    }
}

void load_words(void* to, const std::atomic<std::uint64_t>* from, std::size_t words) noexcept {
    auto* bytes = static_cast<unsigned char*>(to);
    for (std::size_t i = 0; i < words; ++i) {
        const std::uint64_t word = from[i].load(std::memory_order_acquire);
        std::memcpy(bytes + 8 * i, &word, 8);
    }
}

}  // namespace

std::uint64_t HeadRing::checksum_of(const Snapshot& head, std::uint64_t sequence) noexcept {
    const Entry numbered{head, sequence};
    return base::plain_checksum(&numbered, sizeof numbered);
}

void HeadRing::publish(const Snapshot& head) noexcept {
    const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed) + 1;
    const Entry entry{head, checksum_of(head, sequence)};
    store_words(words_[sequence % kDepth], &entry, kWords);
    sequence_.store(sequence);
}

Snapshot HeadRing::newest(std::uint64_t& sequence) const noexcept {
    for (;;) {
        sequence = sequence_.load(std::memory_order_acquire);
        Snapshot head;
        load_words(&head, words_[sequence % kDepth], kHeadWords);
        // The entry is overwritten only after kDepth - 1 more heads: then the newest number has moved.
        if (sequence_.load(std::memory_order_relaxed) - sequence < kDepth - 1) return head;
    }
}

std::optional<Snapshot> HeadRing::verified() const noexcept {
    const std::uint64_t sequence = sequence_.load(std::memory_order_acquire);
    Entry entry;
    load_words(&entry, words_[sequence % kDepth], kWords);
    if (!sequence_.is_sound() || entry.checksum != checksum_of(entry.head, sequence)) return std::nullopt;
    return entry.head;
}

void WrittenState::advance(const std::vector<RetiredExtent>& retired, const std::vector<Extent>& written,
                           TransactionId durable, const Snapshot& next, std::uint32_t page_size) {
    std::vector<WrittenExtent> kept;
    kept.reserve(extents.size() + written.size());
    auto gone = retired.begin();
    for (WrittenExtent extent : extents) {
        if (extent.birth <= durable) continue;
        const std::uint64_t end = extent.first_page + extent.page_count;
        while (gone != retired.end() && gone->first_page + gone->page_count <= extent.first_page) ++gone;
        for (auto hole = gone; hole != retired.end() && hole->first_page < end; ++hole) {
            if (hole->first_page > extent.first_page)
                kept.push_back({extent.first_page, hole->first_page - extent.first_page, extent.birth});
            extent.first_page = std::min(end, hole->first_page + hole->page_count);
        }
        if (extent.first_page < end) kept.push_back({extent.first_page, end - extent.first_page, extent.birth});
    }
    std::uint64_t pages = 0;
    for (const WrittenExtent& extent : kept) pages += extent.page_count;
    // Both are in page order: a merge.
    extents.reserve(kept.size() + written.size());  // nothing below throws
    extents.clear();
    auto other = kept.begin();
    for (const Extent& extent : written) {
        while (other != kept.end() && other->first_page < extent.first_page) extents.push_back(*other++);
        extents.push_back({extent.first_page, extent.page_count, next.id});
        pages += extent.page_count;
        total_bytes += extent.page_count * page_size;
    }
    extents.insert(extents.end(), other, kept.end());
    complete_since = std::max(complete_since, durable);
    // Too much for one flush: only what comes later is listed.
    if (extents.size() > kMaxMetaExtents || pages * page_size > kMaxVerifiedBytes) {
        extents.clear();
        complete_since = next.id;
    }
    snapshot = next;
}

void WrittenState::note_growth(TransactionId id, std::uint64_t pages_before, TransactionId durable) noexcept {
    pages_before_growth = grown > durable ? std::min(pages_before_growth, pages_before) : pages_before;
    grown = id;
}

bool WrittenState::takes_two_flushes(TransactionId durable) const noexcept {
    return complete_since > durable || two_phase > durable ||
           (grown > durable && snapshot.page_count > pages_before_growth);
}

std::uint64_t WrittenRing::checksum_of(Fixed fixed) noexcept {
    fixed.checksum = 0;
    return base::plain_checksum(&fixed, sizeof fixed);
}

std::uint64_t WrittenRing::checksum_of(const std::vector<WrittenExtent>& extents) noexcept {
    return base::plain_checksum(extents.data(), extents.size() * sizeof(WrittenExtent));
}

void WrittenRing::publish(const WrittenState& state) noexcept {
    const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed) + 1;
    Fixed fixed{state.snapshot,
                state.complete_since,
                state.two_phase,
                state.grown,
                state.pages_before_growth,
                state.total_bytes,
                state.extents.size(),
                sequence,
                checksum_of(state.extents),
                0};
    fixed.checksum = checksum_of(fixed);
    std::atomic<std::uint64_t>* words = words_[sequence % kDepth];
    store_words(words, &fixed, kFixedWords);
    store_words(words + kFixedWords, state.extents.data(), state.extents.size() * kExtentWords);
    sequence_.store(sequence);
}

bool WrittenRing::newest(WrittenState& state, std::uint64_t& sequence) const {
    for (;;) {
        sequence = sequence_.load(std::memory_order_acquire);
        const std::atomic<std::uint64_t>* words = words_[sequence % kDepth];
        Fixed fixed;
        load_words(&fixed, words, kFixedWords);
        const bool possible = fixed.extent_count <= kMaxMetaExtents;
        state.extents.resize(possible ? fixed.extent_count : 0);
        load_words(state.extents.data(), words + kFixedWords, state.extents.size() * kExtentWords);
        if (sequence_.load(std::memory_order_relaxed) - sequence >= kDepth - 1) continue;
        state.snapshot = fixed.snapshot;
        state.complete_since = fixed.complete_since;
        state.two_phase = fixed.two_phase;
        state.grown = fixed.grown;
        state.pages_before_growth = fixed.pages_before_growth;
        state.total_bytes = fixed.total_bytes;
        return possible && fixed.sequence == sequence && checksum_of(fixed) == fixed.checksum &&
               checksum_of(state.extents) == fixed.extents_checksum;
    }
}

bool WrittenRing::newest_transaction(TransactionId& transaction) const noexcept {
    for (;;) {
        const std::uint64_t sequence = sequence_.load(std::memory_order_acquire);
        Fixed fixed;
        load_words(&fixed, words_[sequence % kDepth], kFixedWords);
        if (sequence_.load(std::memory_order_relaxed) - sequence >= kDepth - 1) continue;
        transaction = fixed.snapshot.id;
        return fixed.sequence == sequence && checksum_of(fixed) == fixed.checksum;
    }
}

bool WrittenRing::verified(WrittenState& state) const {
    std::uint64_t sequence = 0;
    return sequence_.is_sound() && newest(state, sequence);
}

}  // namespace cambium::kv
