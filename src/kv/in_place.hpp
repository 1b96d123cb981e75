// Dirty pages built where they will stay: in free pages of the file, in the mapping through which pages are copied.
//
// A deferred commit then copies each page once, not twice. The pages are taken under the write lock from those that
// no snapshot needs, so that a transaction that ends or dies leaves nothing but other bytes in free pages. They are
// sealed by the commit and pass the seam of os/file like all others. Thread rule: under the write lock.
#pragma once

#include <exception>
#include <vector>

#include "kv/dirty_table.hpp"

namespace cambium::kv::detail {

class EnvironmentState;
class TransactionState;

class InPlace final : public Places {
public:
    explicit InPlace(EnvironmentState& env) noexcept : env_(env) {}
    /// For a transaction that is likely to be deferred, as the last commit was; others build their pages in memory.
    void begin(TransactionState& txn) noexcept;
    void note_commit(bool deferred) noexcept { deferred_ = deferred; }
    /// Gives what was taken and not used back to the space map. One that cannot take it is loaded again.
    void return_unused() noexcept;
    /// The same for a commit, which goes on with the map. Throws what kept pages from being taken: then the map may
    /// be half changed, and pages that are in place already are not free.
    void settle();
    /// What has been given back since, as extents that stay taken.
    void hand_over(std::vector<Extent>& extents);

    /// Pages that the transaction has taken and not given back.
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

    [[nodiscard]] std::byte* take(std::uint64_t& page_number) noexcept override;
    void give_back(std::uint64_t page_number) noexcept override;

private:
    void refill();
    void give_unused_back();

    EnvironmentState& env_;
    TransactionState* txn_ = nullptr;
    bool deferred_ = false;  ///< the last commit was
    bool exhausted_ = false;
    std::exception_ptr failure_;         ///< of refill()
    std::vector<std::uint64_t> unused_;  ///< has room for every page that was taken
    std::uint64_t taken_ = 0;            ///< pages that are not in unused_
};

}  // namespace cambium::kv::detail
