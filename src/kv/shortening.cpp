// The last process to close makes a file that is much emptier than full about as long as what is in use.
//
// A row of ordinary commits that change nothing but move pages (relocation.cpp), flushed together at the end: a
// crash in between leaves one of them, or the state before. They move no more pages than the commits of this
// process have written, so that a close takes as long as the session before it at most, and nothing when the file
// would not become shorter by it. Thread rule: the caller holds the attach lock alone.
#include <algorithm>

#include "kv/environment_state.hpp"

namespace cambium::kv::detail {

namespace {

/// It is done when more than one page in so many is free, and it leaves one in so many.
constexpr std::uint64_t kWorth = 16;
constexpr std::uint64_t kSpare = 32;
constexpr std::uint64_t kLeastFreeBytes = std::uint64_t{1} << 20;
/// Bytes of pages that one transaction moves.
constexpr std::uint64_t kBytesPerStep = std::uint64_t{16} << 20;
/// Pages that a walk reads for each that it may move.
constexpr std::uint64_t kReadPerMoved = 4;

class Shortening {
public:
    explicit Shortening(EnvironmentState& env)
        : env_(env), left_(env.counters.pages_written.load(std::memory_order_relaxed)) {}
    ~Shortening() { env_.relocation.give_up(); }
    Shortening(const Shortening&) = delete;
    Shortening& operator=(const Shortening&) = delete;

    void run() {
        if (left_ == 0 || !is_worth_it()) return;
        while (left_ > 0 && !env_.relocation.finished()) move();
        commit(true);  // what was moved away from is free now, and leaves the page count
        env_.flush_until(env_.written_transaction());
    }

private:
    // Only a thread that has died with it can have the write lock; then nothing is done.
    template <class Work>
    void as_writer(Work&& work) {
        TransactionState* const txn = env_.begin_write(WriterQueue::Clock::now());
        if (txn == nullptr) throw Error(ErrorCode::busy, "the write lock is held by a thread that has ended");
        try {
            work(*txn);
        } catch (...) {
            env_.end_write(*txn);
            throw;
        }
        env_.end_write(*txn);
    }

    bool is_worth_it() {
        bool worth = false;
        as_writer([&](TransactionState& txn) {
            const std::uint64_t step = kBytesPerStep / env_.page_size;
            // What waits for one of the slots is free once both are newer: known only after a flush.
            if (!may_fall(txn, true)) return;
            env_.settle_slots();
            worth = may_fall(txn, false);
            if (worth) env_.relocation.demand(std::min(left_, step), kSpare);
        });
        return worth;
    }

    // Whether enough is free, and few enough pages have to move; `waiting`: if what waits were free.
    bool may_fall(TransactionState& txn, bool waiting) {
        SpaceMap& space = env_.space;
        space.bring_to(txn);
        space.release(env_.pins(txn.snapshot));
        const std::uint64_t used = space.page_count() - space.free_pages() - space.waiting_pages();
        const std::uint64_t unused = space.free_pages() + (waiting ? space.waiting_pages() : 0);
        const std::uint64_t end = Relocation::goal_of(used, used / kSpare);
        const std::uint64_t behind = space.free_space().used_from(end);
        const std::uint64_t moved = behind - std::min(behind, waiting ? space.waiting_pages() : 0);
        return unused > space.page_count() / kWorth && unused * env_.page_size > kLeastFreeBytes &&
               end < space.page_count() && moved <= left_;
    }

    void commit(bool settle) {
        as_writer([&](TransactionState& txn) {
            if (settle) env_.settle_slots();
            txn.catalog.modified = true;
            (void)env_.commit(txn, Durability::deferred);
        });
    }

    void move() {
        const std::uint64_t moved = env_.relocation.moved();
        const std::uint64_t visited = env_.relocation.visited();
        commit(false);
        const std::uint64_t cost =
            std::max(env_.relocation.moved() - moved, (env_.relocation.visited() - visited) / kReadPerMoved);
        left_ -= std::min(left_, std::max<std::uint64_t>(cost, 1));
    }

    EnvironmentState& env_;
    std::uint64_t left_;  ///< pages that may still be moved
};

}  // namespace

void EnvironmentState::shorten() {
    if (is_private(options) || !options.shorten_on_close) return;
    try {
        Shortening{*this}.run();
    } catch (const std::exception&) {
        // A damaged page, or no room: the file stays as long as it is. But nothing is closed after a failed flush.
        if (lock->poisoned()) throw;
        flush_until(written_transaction());
    }
}

}  // namespace cambium::kv::detail
