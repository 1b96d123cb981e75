#include "kv/in_place.hpp"

#include "kv/environment_state.hpp"

namespace cambium::kv::detail {

namespace {

/// Pages taken from the space map together.
constexpr std::uint64_t kBatch = 64;

}  // namespace

void InPlace::begin(TransactionState& txn) noexcept {
    txn_ = &txn;
    exhausted_ = false;
    failure_ = nullptr;
    unused_.clear();
    taken_ = 0;
    env_.page_writer.end_in_place();
    const bool likely = deferred_ && env_.page_writer.copies() && env_.options.size_limit_bytes == 0;
    txn.dirty.set_places(likely ? this : nullptr);
}

// Only pages whose place in the file and in the mapping is certain: the commits before have filled it.
void InPlace::refill() {
    if (unused_.capacity() < taken_ + kBatch) unused_.reserve(2 * (taken_ + kBatch));
    if (taken_ == 0) {
        env_.space.bring_to(*txn_);
        env_.space.release(env_.pins(txn_->snapshot));
        env_.page_writer.begin_in_place();
    }
    std::vector<Extent> extents;
    env_.space.take_free(kBatch, extents);
    for (const Extent& extent : extents)
        for (std::uint64_t i = extent.page_count; i > 0; --i) unused_.push_back(extent.first_page + i - 1);
    exhausted_ = unused_.empty();
}

std::byte* InPlace::take(std::uint64_t& page_number) noexcept {
    if (unused_.empty() && !exhausted_) {
        try {
            refill();
        } catch (const std::exception&) {
            exhausted_ = true;
            failure_ = std::current_exception();
        }
    }
    if (unused_.empty()) return nullptr;
    std::byte* const bytes = env_.page_writer.in_place(unused_.back(), env_.page_size);
    if (bytes == nullptr) return nullptr;
    page_number = unused_.back();
    unused_.pop_back();
    ++taken_;
    return bytes;
}

void InPlace::give_back(std::uint64_t page_number) noexcept {
    unused_.push_back(page_number);
    --taken_;
}

void InPlace::give_unused_back() {
    for (const std::uint64_t page : unused_)
        if (env_.space.is_valid()) env_.space.give_back_free(page);
    unused_.clear();
    exhausted_ = true;
}

void InPlace::settle() {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    give_unused_back();
}

void InPlace::return_unused() noexcept {
    try {
        settle();
    } catch (const std::exception&) {
        env_.space.invalidate();
        give_unused_back();
    }
}

void InPlace::hand_over(std::vector<Extent>& extents) {
    for (const std::uint64_t page : unused_) extents.push_back({page, 1});
    unused_.clear();
}

}  // namespace cambium::kv::detail
