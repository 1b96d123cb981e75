#include "typed/subscriptions.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "cambium/base/error.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

ChangeBytes OwnedChange::bytes() const {
    return {operation,
            transaction,
            time,
            key,
            before ? std::optional<ByteView>(*before) : std::nullopt,
            after ? std::optional<ByteView>(*after) : std::nullopt};
}

void CollectedChanges::add(const TableState& table, const ChangeBytes& change) {
    if (changes.size() == kMost) {
        ++dropped;
        return;
    }
    const auto owned = [](std::optional<ByteView> bytes) {
        return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
    };
    changes.push_back(std::make_shared<const OwnedChange>(OwnedChange{&table, change.operation, change.transaction,
                                                                      change.time, std::string(change.key),
                                                                      owned(change.before), owned(change.after)}));
}

void CollectedChanges::add(CollectedChanges&& nested) noexcept {
    for (std::shared_ptr<const OwnedChange>& change : nested.changes) {
        if (changes.size() < kMost) {
            changes.push_back(std::move(change));
        } else {
            ++dropped;
        }
    }
    dropped += nested.dropped;
}

// ------------------------------------------------------------------------------------------------- one subscriber

Subscriber::Subscriber(Subscriptions& owner, const TableState& table, std::optional<Selection> selection,
                       std::size_t capacity)
    : owner_(&owner), table_(&table), selection_(std::move(selection)), capacity_(capacity) {}

bool Subscriber::within(ByteView key) const {
    return key >= selection_->low && (!selection_->high || key < *selection_->high);
}

bool Subscriber::selects_record(ByteView key, const std::optional<std::string>& bytes) const {
    if (!bytes) return false;
    const TableDescription& description = *table_->description;
    const ScratchRecord record(description);
    decode_record(description, key, *bytes, record.get());
    IndexEntries entries;
    entries.list(description.indexes[selection_->index], key, record.get());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (within(entries.key(i))) return true;
    }
    return false;
}

bool Subscriber::selects(const OwnedChange& change) const {
    if (change.table != table_) return false;
    if (!selection_ || change.operation == Operation::truncated) return true;
    if (selection_->index == kRecords) return within(change.key);
    try {
        return selects_record(change.key, change.before) || selects_record(change.key, change.after);
    } catch (const std::exception&) {
        return true;  // its reader is told what does not decode
    }
}

void Subscriber::put(const std::shared_ptr<const OwnedChange>& change) {
    const std::lock_guard lock(mutex_);
    if (missed_ > 0 || queue_.size() >= capacity_) {
        ++missed_;
    } else {
        try {
            queue_.push_back(change);
        } catch (const std::bad_alloc&) {
            ++missed_;
        }
    }
    arrived_.notify_one();
}

void Subscriber::miss(std::uint64_t changes) {
    const std::lock_guard lock(mutex_);
    missed_ += changes;
    arrived_.notify_one();
}

bool Subscriber::next(std::chrono::milliseconds patience, void* context,
                      void (*take)(void* context, const ChangeBytes& change, std::uint64_t missed)) {
    std::shared_ptr<const OwnedChange> change;
    std::uint64_t missed = 0;
    {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, std::clamp<std::chrono::milliseconds>(patience, {}, std::chrono::hours{24 * 365}),
                          [this] { return !queue_.empty() || missed_ > 0; });
        if (!queue_.empty()) {
            change = std::move(queue_.front());
            queue_.pop_front();
        } else {
            missed = std::exchange(missed_, 0);
            if (missed == 0) return false;
        }
    }
    if (change != nullptr) {
        take(context, change->bytes(), 0);
    } else {
        take(context, {.operation = Operation::missed}, missed);
    }
    return true;
}

// ----------------------------------------------------------------------------------------------- all subscribers

void Subscriptions::add(Subscriber& subscriber) {
    const std::lock_guard lock(mutex_);
    subscribers_.push_back(&subscriber);
    subscriber.table().watchers.fetch_add(1);
    subscriber.first = begun_ + 1;
}

void Subscriptions::remove(Subscriber& subscriber) noexcept {
    const std::lock_guard lock(mutex_);
    subscribers_.erase(std::remove(subscribers_.begin(), subscribers_.end(), &subscriber), subscribers_.end());
    subscriber.table().watchers.fetch_sub(1);
}

std::uint64_t Subscriptions::begin() noexcept {
    const std::lock_guard lock(mutex_);
    return ++begun_;
}

Subscriptions::Place Subscriptions::line_up(CollectedChanges&& collected) {
    const std::lock_guard lock(mutex_);
    line_.push_back({std::move(collected)});
    return std::prev(line_.end());
}

void Subscriptions::settle(Place place, Commit::Outcome outcome, CollectedChanges& collected) {
    const std::lock_guard lock(mutex_);
    if (outcome == Commit::Outcome::dropped) collected = std::move(place->collected);
    place->outcome = outcome;
    while (!line_.empty() && line_.front().outcome != Commit::Outcome::open) {
        const Commit commit = std::move(line_.front());
        line_.pop_front();
        deliver(commit);
    }
}

void Subscriptions::deliver(const Commit& commit) const {
    if (commit.outcome == Commit::Outcome::dropped) return;
    const CollectedChanges& collected = commit.collected;
    const bool known = commit.outcome == Commit::Outcome::committed;
    for (Subscriber* const subscriber : subscribers_) {
        if (collected.begun < subscriber->first) continue;
        std::uint64_t missed = collected.dropped;
        for (const std::shared_ptr<const OwnedChange>& change : collected.changes) {
            if (!subscriber->selects(*change)) continue;
            if (known) {
                subscriber->put(change);
            } else {
                ++missed;
            }
        }
        if (missed > 0) subscriber->miss(missed);
    }
}

// --------------------------------------------------------------------------------------------- for the templates

Subscriber* subscribe(DatabaseState& database, const TableDescription& table, std::optional<Selection> selection,
                      const SubscriptionOptions& options) {
    if (options.capacity == 0) {
        throw Error(ErrorCode::invalid_argument,
                    table_text(table) + ": the queue of a subscription needs room for one change at least");
    }
    const TableState& state = database.require(table);
    auto subscriber =
        std::make_unique<Subscriber>(database.subscriptions(), state, std::move(selection), options.capacity);
    database.subscriptions().add(*subscriber);
    return subscriber.release();
}

void unsubscribe(Subscriber* subscriber) noexcept {
    if (subscriber == nullptr || subscriber->is_inherited()) return;
    subscriber->owner().remove(*subscriber);
    delete subscriber;
}

bool next_change(Subscriber& subscriber, std::chrono::milliseconds patience, void* context,
                 void (*take)(void* context, const ChangeBytes& change, std::uint64_t missed)) {
    if (subscriber.is_inherited())
        throw Error(ErrorCode::misuse,
                    "the subscription belongs to the parent process: open the store anew after fork()");
    return subscriber.next(patience, context, take);
}

void decode_change_record(const TableDescription& table, ByteView key, ByteView bytes, void* record) {
    decode_record(table, key, bytes, record);
}

}  // namespace cambium::detail
