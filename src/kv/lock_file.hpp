// The lock file: what the processes that share a store tell each other. Disposable: no promise rests on it.
//
// Invariants: the first process to open the store (elected by a lock on the data file) rebuilds it; everyone
// attached maps the same file. A reader is alive as long as the kernel holds its process's byte lock. A head
// is published by writing a ring entry and then storing its sequence number: a kill never tears one.
// Thread rule: every member from any thread, except attach and initialise.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "kv/transaction_state.hpp"
#include "os/file.hpp"
#include "os/mapping.hpp"
#include "os/shared_mutex.hpp"

namespace cambium::kv {

/// Identity of the store and of the boot, checked by everyone who attaches.
struct StoreIdentity {
    std::uint8_t uuid[16];
    char boot_id[40];
    os::FileIdentity data_file;
};

class LockFile {
public:
    static constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};

    /// Opens the file and maps it; nothing is trusted yet. With `create` false a missing file is Error{busy}:
    /// others are attached to the store through another one.
    LockFile(const std::string& path, std::uint32_t mode, bool create);

    /// First opener only: forgets everything and starts empty.
    void initialise(const StoreIdentity& identity);
    /// Whether the content belongs to this store, this boot and this very lock file.
    [[nodiscard]] bool belongs_to(const StoreIdentity& identity) const;

    /// Claims an identity for this process; cleans up what its last holder left.
    void register_process();
    void unregister_process() noexcept;

    // Heads. The visible head is what new readers see.
    void publish(const Snapshot& head) noexcept;
    /// The visible head and its sequence number.
    [[nodiscard]] Snapshot visible(std::uint64_t& sequence) const noexcept;
    [[nodiscard]] std::uint64_t visible_sequence() const noexcept;

    // Reader slots.
    [[nodiscard]] std::uint32_t claim_slot();
    void release_slot(std::uint32_t slot) noexcept;
    void pin(std::uint32_t slot, TransactionId snapshot) noexcept;
    void unpin(std::uint32_t slot) noexcept;
    /// Appends the snapshots that living readers hold; frees slots of dead processes.
    void collect_pins(std::vector<TransactionId>& pins);
    [[nodiscard]] std::uint32_t reader_count() const noexcept;

    [[nodiscard]] os::SharedMutex& write_mutex() noexcept;

    // What a flush owner tells those who come after its death.
    /// The meta slot that holds the last durable state, and the transactions that the two slots name: pinned,
    /// because recovery may return to either.
    void set_durable_slot(std::uint32_t slot) noexcept;
    [[nodiscard]] std::uint32_t durable_slot() const noexcept;
    void set_slot_transaction(std::uint32_t slot, TransactionId transaction) noexcept;
    [[nodiscard]] TransactionId slot_transaction(std::uint32_t slot) const noexcept;
    void set_flushing(bool flushing) noexcept;
    [[nodiscard]] bool flushing() const noexcept;
    void set_poisoned() noexcept;
    [[nodiscard]] bool poisoned() const noexcept;
    /// The store was recovered by a read-only process: the next writer completes the recovery first.
    void set_recovery_pending(bool pending) noexcept;
    [[nodiscard]] bool recovery_pending() const noexcept;

private:
    struct Header;
    struct ReaderSlot;
    [[nodiscard]] Header& header() const noexcept;
    [[nodiscard]] ReaderSlot* slots() const noexcept;
    void grow_slots();
    void release_slots_of(std::uint32_t process) noexcept;
    /// Frees the slots of a process if it is dead. True when it was.
    [[nodiscard]] bool bury_dead_process(std::uint32_t process);

    std::string path_;
    os::File file_;
    os::Mapping mapping_;
    std::uint32_t process_ = 0;
};

}  // namespace cambium::kv
