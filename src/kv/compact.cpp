// compact(): relocation on demand, in bounded write transactions.
#include "cambium/kv/maintenance.hpp"
#include "kv/environment_state.hpp"

namespace cambium::kv {

namespace {

using detail::EnvironmentState;
using detail::TransactionState;

/// Bytes of pages that one transaction moves.
constexpr std::uint64_t kBytesPerStep = std::uint64_t{8} << 20;
/// One page in so many stays free.
constexpr std::uint64_t kSpare = 64;
/// Commits until the last pages moved are free, left out of the page count and cut off.
constexpr int kCommitsToCut = 3;

/// Steps of one compaction. The relocation is looked at under the write lock only.
class Compaction {
public:
    explicit Compaction(EnvironmentState& env) : env_(env), size_before_(env.data.size()) {}
    ~Compaction() {
        if (!begun_) return;
        try {
            TransactionState& txn = *env_.begin_write(std::nullopt);
            env_.relocation.give_up();
            env_.end_write(txn);
        } catch (...) {
            // Nobody can write any more: there is nothing to give up.
        }
    }
    Compaction(const Compaction&) = delete;
    Compaction& operator=(const Compaction&) = delete;

    // A commit that changes nothing by itself: it moves pages, frees what waits, cuts the file.
    void step() {
        TransactionState& txn = *env_.begin_write(std::nullopt);
        detail::WrittenCommit written;
        try {
            env_.settle_slots();  // what was moved before leaves its room at once, but for readers
            if (!begun_) begin();
            txn.catalog.modified = true;
            written = env_.commit(txn, Durability::durable);
            finished_ = env_.relocation.finished();
            moved_ = env_.relocation.moved() - moved_before_;
        } catch (...) {
            env_.end_write(txn);
            throw;
        }
        env_.end_write(txn);
        env_.flush_until(written.id);
    }
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    [[nodiscard]] CompactProgress progress() const { return {env_.data.size(), moved_}; }
    [[nodiscard]] CompactReport report(bool completed) const {
        return {size_before_ - std::min(size_before_, env_.data.size()), moved_, completed};
    }

private:
    void begin() {
        begun_ = true;
        moved_before_ = env_.relocation.moved();
        env_.relocation.demand(kBytesPerStep / env_.page_size, kSpare);
    }

    EnvironmentState& env_;
    std::uint64_t size_before_;
    std::uint64_t moved_before_ = 0;
    std::uint64_t moved_ = 0;
    bool begun_ = false;
    bool finished_ = false;
};

}  // namespace

CompactReport compact(Environment& environment, const CompactOptions& options) {
    Compaction compaction{EnvironmentAccess::state(environment)};
    while (!compaction.finished()) {
        compaction.step();
        if (options.progress && !options.progress(compaction.progress())) return compaction.report(false);
    }
    for (int i = 0; i < kCommitsToCut; ++i) compaction.step();
    return compaction.report(true);
}

}  // namespace cambium::kv
