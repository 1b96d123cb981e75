// View: a value in place, without a copy, as its codec shows it: const Record& for Raw, flatc's table for
// FlatBuffers, a span for Array, the bytes for Bytes.
//
//     if (const auto prices = reader.view("oslo", 7)) for (double price : *prices) ...
//
// It points into the mapped file and lives until its transaction ends, and in a write transaction until the next
// write. A closure of Database::read or write that returns a View does not compile, nor one that returns a
// std::span or std::string_view. In a debug build (without
// NDEBUG where the view is used) a use after that throws Error{misuse}; in a release build it is undefined, and a
// View costs nothing. What has been taken out of a View, such as a span, is not watched. Thread rule: that of the
// transaction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cambium/base/bytes.hpp"
#include "cambium/query.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"

namespace cambium {
namespace detail {

/// Knows whether the transaction of a view is still as it was when the view was made. Empty in release builds.
class ViewGuard {
public:
    ViewGuard() noexcept = default;
    explicit ViewGuard(const TableHandle& handle);
    ViewGuard(const ViewGuard& other) noexcept;
    ViewGuard(ViewGuard&& other) noexcept : token_(std::exchange(other.token_, nullptr)), stamp_(other.stamp_) {}
    ViewGuard& operator=(ViewGuard other) noexcept {
        std::swap(token_, other.token_);
        std::swap(stamp_, other.stamp_);
        return *this;
    }
    ~ViewGuard() {
        if (token_ != nullptr) release(token_);
    }

    /// Error{misuse} when the transaction has ended, or has written since.
    void check() const {
        if (token_ != nullptr) check_token();
    }

private:
    static void release(ViewToken* token) noexcept;
    void check_token() const;

    ViewToken* token_ = nullptr;
    std::uint64_t stamp_ = 0;
};

/// The stored bytes of a record, or nothing.
[[nodiscard]] std::optional<ByteView> find_bytes(const TableHandle& handle, ByteView key);
/// The stored bytes of the record that an index entry leads to; Error{corrupt} when there is none.
[[nodiscard]] ByteView find_indexed_bytes(const TableHandle& handle, std::size_t index, ByteView key);
/// Throws the error of a codec's view with the table and key in front. To be called while it is being handled.
[[noreturn]] void rethrow_view_error(const TableHandle& handle, ByteView key);

template <class Codec, class Record>
concept HasView = requires(ByteView bytes) {
    Codec::template view<Record>(bytes);
};

}  // namespace detail

/// What a codec's view is, bound to its transaction. Shown is a pointer, or a value such as a span.
template <class Shown>
class View {
public:
    using cambium_bound_to_transaction = void;

    View(Shown shown, [[maybe_unused]] const detail::TableHandle& handle) : shown_(std::move(shown)) {
#ifndef NDEBUG
        guard_ = detail::ViewGuard(handle);
#endif
    }

    [[nodiscard]] decltype(auto) operator*() const {
        guard_.check();
        if constexpr (std::is_pointer_v<Shown>)
            return *shown_;
        else
            return static_cast<const Shown&>(shown_);
    }
    [[nodiscard]] auto operator->() const {
        guard_.check();
        if constexpr (std::is_pointer_v<Shown>)
            return shown_;
        else
            return std::addressof(shown_);
    }

private:
    Shown shown_;
    detail::ViewGuard guard_;
};

namespace detail {

/// The view of a record of table T, or nothing when there are no bytes.
template <class T>
[[nodiscard]] auto view_bytes(const TableHandle& handle, ByteView key, std::optional<ByteView> bytes) {
    using Codec = typename LayoutOf<T>::Codec;
    using Record = typename T::Record;
    static_assert(
        HasView<Codec, Record>,
        "the codec of this table has no view of its value: Raw, FlatBuffers, Array and Bytes have one; use "
        "get(), which copies");
    if constexpr (HasView<Codec, Record>) {
        std::optional<View<decltype(Codec::template view<Record>(ByteView{}))>> view;
        if (!bytes) return view;
        try {
            view.emplace(Codec::template view<Record>(*bytes), handle);
        } catch (...) {
            rethrow_view_error(handle, key);
        }
        return view;
    } else {
        return std::optional<View<const Record*>>();
    }
}

}  // namespace detail
}  // namespace cambium
