// Rows: the records that a query selects, in key order, as an input range; and Keys, the same without records.
//
// Owns the description of a selection and its walk. Bounds are encoded keys: the walk compares bytes and never
// decodes what it skips. Rows are small values that hold no snapshot. They point at their transaction object and,
// as their iterators, must not outlive it. After end(), commit() or abort() of one that is still there, every step
// throws Error{misuse}.
//
// Writing while iterating, in the same transaction, is allowed and defined. Each step goes to the first entry
// after the key last visited (before it, when reversed) as the tree is at that moment: an erased record is not
// visited later, one inserted ahead is, and the record under the iterator stays as it was read. A loop that moves
// records ahead of itself in the index it walks meets them again: collect() first.
//
// Thread rule: that of the transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/kv/cursor.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"

namespace cambium {
namespace detail {

struct TableState;

/// A table within a transaction.
struct TableHandle {
    ReadTransaction* transaction = nullptr;
    const TableState* table = nullptr;
};

inline constexpr std::size_t kRecords = std::numeric_limits<std::size_t>::max();  ///< not an index: the records

/// Which entries to visit: those of one index, or the records, at or after low and before high.
struct Selection {
    std::size_t index = kRecords;
    std::string low{};
    std::optional<std::string> high{};  ///< nothing: to the end
    bool reverse = false;
    std::uint64_t skip = 0;
    std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
};

/// The walk over a selection.
class Scan {
public:
    /// Stands before the first entry.
    Scan(const TableHandle& handle, Selection selection);
    /// To the next entry. False at the end.
    bool next();
    /// The primary key of the entry, until the next call of next().
    [[nodiscard]] ByteView primary_key() const noexcept { return primary_key_; }
    /// Decode the record of the entry that next() has just reached. Error{decode}, Error{corrupt}.
    void read(void* record);
    /// To the next entry, without working out its primary key.
    bool advance();

private:
    bool step();

    TableHandle handle_;
    Selection selection_;
    kv::Cursor cursor_;
    std::string primary_key_;
    bool started_ = false;
    bool finished_ = false;
};

/// The number of entries selected. O(entries), O(1) for a whole tree.
[[nodiscard]] std::uint64_t count(const TableHandle& handle, const Selection& selection);

/// An input iterator over a Scan; Item decides what a row is.
template <class Item>
class ScanIterator {
public:
    using iterator_concept = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = typename Item::Value;
    using cambium_bound_to_transaction = void;

    ScanIterator(const TableHandle& handle, const Selection& selection) : scan_(handle, selection) { ++*this; }

    /// The row, as it was when the iterator reached it; until the iterator moves or is destroyed.
    const value_type& operator*() const noexcept { return value_; }
    const value_type* operator->() const noexcept { return &value_; }
    /// The primary key of the row, decoded.
    [[nodiscard]] typename Item::Key key() const { return Item::decode_key(scan_.primary_key()); }
    ScanIterator& operator++() {
        more_ = scan_.next();
        if (more_) Item::read(scan_, value_);
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const ScanIterator& iterator, std::default_sentinel_t) noexcept {
        return !iterator.more_;
    }

private:
    Scan scan_;
    value_type value_{};
    bool more_ = false;
};

template <class T>
struct RecordItem {
    using Value = typename T::Record;
    using Key = KeyOf<T>;
    static Key decode_key(ByteView bytes) { return LayoutOf<T>::KeyValue::decode(bytes); }
    static void read(Scan& scan, Value& value) { scan.read(&value); }
};

template <class T>
struct KeyItem {
    using Value = KeyOf<T>;
    using Key = KeyOf<T>;
    static Key decode_key(ByteView bytes) { return LayoutOf<T>::KeyValue::decode(bytes); }
    static void read(Scan& scan, Value& value) { value = decode_key(scan.primary_key()); }
};

/// What Rows and Keys have in common. Self is the derived range.
template <class Self, class Item>
class SelectedRange {
public:
    using Iterator = ScanIterator<Item>;
    using Value = typename Item::Value;
    using cambium_bound_to_transaction = void;

    SelectedRange(const TableHandle& handle, Selection selection)
        : handle_(handle), selection_(std::move(selection)) {}

    /// The same entries in the opposite order.
    [[nodiscard]] Self reverse() const {
        Self result = self();
        result.selection_.reverse = !selection_.reverse;
        return result;
    }
    /// Without the first `entries` of them, counted in the direction of the walk. O(entries) at the first step.
    [[nodiscard]] Self skip(std::uint64_t entries) const {
        Self result = self();
        result.selection_.skip = entries;
        return result;
    }
    /// At most `entries` of them, after skip(), in whichever order the two are written.
    [[nodiscard]] Self limit(std::uint64_t entries) const {
        Self result = self();
        result.selection_.limit = entries;
        return result;
    }

    /// Start a walk. May be called again for another one. Throws as the transaction's reads do, and Error{decode}.
    [[nodiscard]] Iterator begin() const { return Iterator(handle_, selection_); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    /// The number of rows, without reading records. O(rows), O(1) for a whole table or index.
    [[nodiscard]] std::uint64_t count() const { return detail::count(handle_, selection_); }
    [[nodiscard]] bool empty() const { return self().limit(selection_.limit < 1 ? 0 : 1).count() == 0; }
    /// A copy of the first row, or nothing.
    [[nodiscard]] std::optional<Value> first() const {
        Iterator row = begin();
        if (row == end()) return std::nullopt;
        return *row;
    }
    /// Copies of all rows.
    [[nodiscard]] std::vector<Value> collect() const {
        std::vector<Value> rows;
        for (Iterator row = begin(); row != end(); ++row) rows.push_back(*row);
        return rows;
    }

protected:
    [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }

    TableHandle handle_;
    Selection selection_;
};

}  // namespace detail

/// The primary keys that a query selects, in the order of the walk; reads no records.
template <class T>
class Keys : public detail::SelectedRange<Keys<T>, detail::KeyItem<T>> {
public:
    using detail::SelectedRange<Keys<T>, detail::KeyItem<T>>::SelectedRange;
};

/// The records that a query selects: an input range of const Record&. Builders return by value, so that a chain may
/// stand in a range-for:
///
///     for (const Customer& c : customers.by<"city_joined">().equal("London").reverse().limit(10)) ...
template <class T>
class Rows : public detail::SelectedRange<Rows<T>, detail::RecordItem<T>> {
public:
    using detail::SelectedRange<Rows<T>, detail::RecordItem<T>>::SelectedRange;

    /// The primary keys of the same rows, without reading the records.
    [[nodiscard]] Keys<T> keys() const { return Keys<T>(this->handle_, this->selection_); }
};

}  // namespace cambium
