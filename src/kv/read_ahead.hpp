// Asks for the leaves that a long scan is about to reach, in a store whose mapping is not read ahead by itself.
//
// Never more than the scan has read already, so that one which stops early has wasted little. Only advice: what is
// not there when the scan arrives is read then. Thread rule: that of its cursor.
#pragma once

#include <cstdint>

#include "kv/page_format.hpp"

namespace cambium::kv::detail {

struct Path;
struct TransactionState;

class ReadAhead {
public:
    /// The path stands in a leaf, perhaps the same as before; the scan goes on this way.
    void enter(const TransactionState& txn, const Path& path, bool forward) noexcept;

private:
    [[nodiscard]] bool follows(const Path& path, bool forward) const noexcept;
    /// Asks for what is missing of the next `wanted` leaves, as far as the branch and the one beside it go.
    void ask(const TransactionState& txn, const Path& path, std::uint32_t wanted);

    PageRef parent_ = kNoPage;  ///< branch above the leaf where the scan was
    std::uint32_t index_ = 0;   ///< of that leaf in it
    bool forward_ = true;
    bool at_edge_ = false;       ///< it was the last one there
    std::uint32_t crossed_ = 0;  ///< leaves in a row
    std::uint32_t asked_ = 0;    ///< leaves from here on that were asked for
};

}  // namespace cambium::kv::detail
