// Upkeep of the indexes of a table: verify that they agree with its records, build them anew.
//
// Writer keeps indexes in step by itself. These calls are for a function of the record that was changed without a
// new version<>, for trees that something else has written to, and for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cambium/name.hpp"
#include "cambium/progress.hpp"
#include "cambium/reader.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"

namespace cambium {

enum class IndexFault : std::uint8_t {
    missing,     ///< a record has no entry for its columns
    wrong,       ///< the entry is there with other covered fields, or for another record
    surplus,     ///< an entry that no record has
    unreadable,  ///< a record that does not decode; its entries are told as surplus too
};

struct IndexFinding {
    IndexFault fault{};
    std::string table{};
    std::string index{};  ///< empty for a record that is unreadable
    std::string key{};    ///< encoded: of the entry, or of the record that is unreadable
    std::string what{};   ///< a sentence
};

struct IndexReport {
    std::uint64_t records = 0;  ///< of the table
    std::uint64_t entries = 0;  ///< of its indexes
    std::vector<IndexFinding> findings{};
    [[nodiscard]] bool ok() const noexcept { return findings.empty(); }
};

namespace detail {

[[nodiscard]] IndexReport verify_indexes(const TableHandle& handle, const ProgressFunction& progress);
void rebuild_indexes(const TableHandle& handle, std::span<const std::size_t> positions,
                     const ProgressFunction& progress);
/// All of them.
void rebuild_indexes(const TableHandle& handle, const ProgressFunction& progress);

}  // namespace detail

/// Compare every index of T with the records, entry by entry. Every entry that is missing, wrong or too many is in
/// the report. Changes nothing. Error{corrupt}; Error{cancelled}. Memory: a record, and the report. The
/// transaction's thread rule. O(entries * depth); where an index has too many entries, O(entries) records are read.
template <class T>
[[nodiscard]] IndexReport verify_indexes(ReadTransaction& transaction, ProgressFunction progress = {}) {
    return detail::verify_indexes(detail::find_table(transaction, detail::LayoutOf<T>::description), progress);
}

/// Build every index of T anew from the records, in this transaction. Error{constraint} when two records contradict
/// a unique index, Error{decode}, Error{cancelled}: the transaction can then only be rolled back. Memory: 64 MiB
/// for entries that wait to be sorted. O(records), and sorting the entries.
template <class T>
void rebuild_indexes(WriteTransaction& transaction, ProgressFunction progress = {}) {
    detail::rebuild_indexes(detail::find_table(transaction, detail::LayoutOf<T>::description), progress);
}

/// The same for one index: rebuild_index<Posts, "tag_time">(txn).
template <class T, detail::Name IndexName>
void rebuild_index(WriteTransaction& transaction, ProgressFunction progress = {}) {
    using Indexes = typename T::IndexOptions;
    constexpr std::size_t kPosition = detail::IndexNames<Indexes>::find(IndexName.view());
    if constexpr (kPosition == Indexes::size) {
        static_cast<void>(detail::CheckIndexName<detail::Spelled<IndexName>, Indexes>::check());
    } else {
        const std::size_t positions[] = {kPosition};
        detail::rebuild_indexes(detail::find_table(transaction, detail::LayoutOf<T>::description), positions,
                                progress);
    }
}

}  // namespace cambium
