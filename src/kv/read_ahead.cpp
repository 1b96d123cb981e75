#include "kv/read_ahead.hpp"

#include <algorithm>

#include "kv/environment_state.hpp"
#include "kv/tree.hpp"

namespace cambium::kv::detail {

namespace {

/// Leaves that a scan crosses before anything is asked for: a seek and a hundred steps cross fewer.
constexpr std::uint32_t kLeast = 8;
/// Leaves asked for at the most: 4 MiB in pages of 4 KiB.
constexpr std::uint32_t kMost = 1024;

/// Pages on their way, side by side ones together.
class Requests {
public:
    explicit Requests(const TransactionState& txn) noexcept : txn_(txn) {}
    Requests(const Requests&) = delete;
    Requests& operator=(const Requests&) = delete;
    ~Requests() { send(); }

    void add(PageRef ref) noexcept {
        if (ref >= txn_.snapshot.page_count) return;  // dirty, or damage that the scan will meet
        if (count_ > 0 && ref == first_ + count_) {
            ++count_;
        } else if (count_ > 0 && ref + 1 == first_) {
            --first_;
            ++count_;
        } else {
            send();
            first_ = ref;
            count_ = 1;
        }
    }

private:
    void send() noexcept {
        if (count_ > 0) txn_.env->data.begin_read(first_ * txn_.page_size_bytes, count_ * txn_.page_size_bytes);
        count_ = 0;
    }

    const TransactionState& txn_;
    PageRef first_ = 0;
    std::uint64_t count_ = 0;
};

/// A place among the children of a branch, moved leaf by leaf.
struct Place {
    NodeView branch;
    std::uint32_t index;
    [[nodiscard]] bool at_edge(bool forward) const noexcept { return index == (forward ? branch.count() : 0); }
    void step(bool forward) noexcept { forward ? ++index : --index; }
};

/// The next branch beside the one above the leaf, below the same grandparent; kNoPage when there is none.
PageRef branch_beside(const Path& path, bool forward) noexcept {
    if (path.depth < 3) return kNoPage;
    const Path::Frame& above = path.frames[path.depth - 3];
    Place place{above.node, above.index};
    if (place.at_edge(forward)) return kNoPage;
    place.step(forward);
    return above.node.child(place.index);
}

}  // namespace

bool ReadAhead::follows(const Path& path, bool forward) const noexcept {
    const Path::Frame& parent = path.frames[path.depth - 2];
    if (forward != forward_) return false;
    if (parent.ref == parent_) return parent.index == (forward ? index_ + 1 : index_ - 1);
    return at_edge_ && parent.index == (forward ? 0 : parent.node.count());
}

void ReadAhead::enter(const TransactionState& txn, const Path& path, bool forward) noexcept {
    if (path.depth < 2) return;
    const Path::Frame& parent = path.frames[path.depth - 2];
    if (parent.ref == parent_ && parent.index == index_ && forward == forward_) return;
    const bool other_branch = parent.ref != parent_;
    if (follows(path, forward)) {
        ++crossed_;
        asked_ -= asked_ > 0 ? 1 : 0;
    } else {
        crossed_ = 0;
        asked_ = 0;
    }
    parent_ = parent.ref;
    index_ = parent.index;
    forward_ = forward;
    at_edge_ = Place{parent.node, parent.index}.at_edge(forward);
    if (crossed_ < kLeast) return;
    if (other_branch || crossed_ == kLeast)
        if (const PageRef beside = branch_beside(path, forward); beside != kNoPage) Requests{txn}.add(beside);
    const std::uint32_t wanted = std::min(crossed_, kMost);
    if (asked_ > wanted / 2) return;
    try {
        ask(txn, path, wanted);
    } catch (const std::exception&) {
        // A damaged branch beside: the scan will meet it, if it goes so far.
    }
}

void ReadAhead::ask(const TransactionState& txn, const Path& path, std::uint32_t wanted) {
    Requests requests{txn};
    const Path::Frame& parent = path.frames[path.depth - 2];
    Place place{parent.node, parent.index};
    PageRef beside = branch_beside(path, forward_);
    for (std::uint32_t n = 1; n <= wanted; ++n) {
        if (!place.at_edge(forward_)) {
            place.step(forward_);
        } else if (beside != kNoPage) {
            place.branch = txn.node(beside, 1);
            place.index = forward_ ? 0 : place.branch.count();
            beside = kNoPage;
        } else {
            return;
        }
        if (n <= asked_) continue;
        requests.add(place.branch.child(place.index));
        asked_ = n;
    }
}

}  // namespace cambium::kv::detail
