// Who wants to hear of changes, and the changes of transactions on their way to them.
//
// A write transaction collects its changes while somebody watches its tables. Just before it commits, under the
// write lock, it takes its place in line; when the commit has succeeded or failed it says so, and whoever then
// finds decided commits at the head of the line delivers them. So deliveries have the order of commits although
// several commits may wait for one flush. Queues are bounded and nobody waits for a reader.
//
// Thread rule: CollectedChanges belongs to one write transaction; everything else may be called from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/fork_guard.hpp"
#include "cambium/subscription.hpp"

namespace cambium::detail {

struct TableState;

/// A change that owns its bytes.
struct OwnedChange {
    const TableState* table;
    Operation operation;
    std::uint64_t transaction;
    Timestamp time;
    std::string key;
    std::optional<std::string> before;
    std::optional<std::string> after;

    [[nodiscard]] ChangeBytes bytes() const;
};

/// The changes of one transaction.
struct CollectedChanges {
    /// More are dropped, and subscribers are told.
    static constexpr std::size_t kMost = 100'000;

    std::uint64_t begun = 0;  ///< which write transaction of this process it is
    std::vector<std::shared_ptr<const OwnedChange>> changes;
    std::uint64_t dropped = 0;

    void add(const TableState& table, const ChangeBytes& change);
    /// Those of a nested transaction, after these. There is room for them in `changes`.
    void add(CollectedChanges&& nested) noexcept;
    [[nodiscard]] bool empty() const noexcept { return changes.empty() && dropped == 0; }
};

class Subscriptions;

/// The reading end of a subscription.
class Subscriber {
public:
    Subscriber(Subscriptions& owner, const TableState& table, std::optional<Selection> selection,
               std::size_t capacity);

    [[nodiscard]] Subscriptions& owner() const noexcept { return *owner_; }
    [[nodiscard]] const TableState& table() const noexcept { return *table_; }
    /// Whether a parent process made it, whose threads may have held the locks.
    [[nodiscard]] bool is_inherited() const noexcept { return fork_generation_ != current_fork_generation(); }
    [[nodiscard]] bool selects(const OwnedChange& change) const;
    void put(const std::shared_ptr<const OwnedChange>& change);
    void miss(std::uint64_t changes);
    bool next(std::chrono::milliseconds patience, void* context,
              void (*take)(void* context, const ChangeBytes& change, std::uint64_t missed));

    std::uint64_t first = 0;  ///< the first write transaction whose changes are wanted; guarded by the owner

private:
    [[nodiscard]] bool selects_record(ByteView key, const std::optional<std::string>& bytes) const;
    [[nodiscard]] bool within(ByteView key) const;

    Subscriptions* owner_;
    const TableState* table_;
    std::optional<Selection> selection_;
    std::size_t capacity_;
    std::uint64_t fork_generation_ = current_fork_generation();
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::shared_ptr<const OwnedChange>> queue_;
    std::uint64_t missed_ = 0;  ///< after those in the queue
};

/// Of one database.
class Subscriptions {
public:
    /// A place in the line of commits.
    struct Commit {
        CollectedChanges collected;
        enum class Outcome : std::uint8_t { open, committed, dropped, unknown } outcome = Outcome::open;
    };
    using Place = std::list<Commit>::iterator;

    void add(Subscriber& subscriber);
    void remove(Subscriber& subscriber) noexcept;
    /// A write transaction begins; under the write lock.
    [[nodiscard]] std::uint64_t begin() noexcept;
    /// Under the write lock, before the commit.
    [[nodiscard]] Place line_up(CollectedChanges&& collected);
    /// After the commit: delivers what has its turn. A transaction that was not committed gets its changes back.
    void settle(Place place, Commit::Outcome outcome, CollectedChanges& collected);

private:
    void deliver(const Commit& commit) const;

    std::mutex mutex_;
    std::vector<Subscriber*> subscribers_;
    std::list<Commit> line_;
    std::uint64_t begun_ = 0;
};

}  // namespace cambium::detail
