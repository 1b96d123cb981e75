// Building indexes from the records that their table already has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cambium/base/values.hpp"
#include "cambium/description.hpp"
#include "cambium/kv/transaction.hpp"
#include "cambium/progress.hpp"

namespace cambium::detail {

/// An empty index and where it is in the description of its table.
struct EmptyIndex {
    std::size_t position = 0;
    kv::Tree tree;
};

/// Which records have expired, and so give way to others in unique indexes, and where their entry is too long.
struct GivingWay {
    Timestamp now{};
    /// Keys of records that gave way: they lack an entry, and have to be removed. Some may be there twice.
    std::vector<std::string> keys;
};

/// How many bytes of entries are gathered before they are sorted and put.
inline constexpr std::size_t kGatheredBytes = std::size_t{64} << 20U;

/// Fill empty indexes in one walk over the records of their table. Entries are sorted before they are put; those of
/// a table with more than `gathered_bytes` of them in several parts, each in order. Error{constraint},
/// Error{decode}, Error{key_too_long}, Error{cancelled}. O(records), and sorting the entries.
void build_indexes(kv::WriteTransaction& transaction, const TableDescription& table, kv::Tree records,
                   std::span<const EmptyIndex> indexes, std::size_t max_key_bytes, const ProgressFunction& progress,
                   std::size_t gathered_bytes = kGatheredBytes, GivingWay* giving_way = nullptr);

/// Tells progress while a walk over the records of a table goes on.
class WalkProgress {
public:
    WalkProgress(const TableDescription& table, std::uint64_t records, const ProgressFunction& progress);
    void step();
    void done() const { tell(); }

private:
    void tell() const;

    const TableDescription& table_;
    const ProgressFunction& progress_;
    std::uint64_t done_ = 0;
    std::uint64_t total_;
};

}  // namespace cambium::detail
