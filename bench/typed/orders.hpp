// The records of bench/typed: orders of eight fields, the same bytes in every run, and what reading them must give.
//
// Ids are 0, 1, 2, ...; a tenth as many customers, every e-mail address once, a thousand cities. Immutable after
// construction: any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cambium/base/values.hpp"
#include "order_tables.hpp"

namespace cambium::bench {

using shop::Order;

/// The same for the Raw codec, which takes no text of any length.
struct RawOrder {
    std::uint64_t id{};
    std::uint64_t customer{};
    std::array<char, 32> email{};
    std::array<char, 16> city{};
    Timestamp placed{};
    double price{};
    std::uint32_t quantity{};
    std::uint32_t paid{};
};

/// A sum over every field, the same for an order in both forms.
[[nodiscard]] std::uint64_t sum_of(const Order& order) noexcept;
[[nodiscard]] std::uint64_t sum_of(const RawOrder& order) noexcept;

/// What an update gives to a record.
[[nodiscard]] constexpr std::uint32_t next_quantity(std::uint32_t quantity) noexcept {
    return quantity + 1;
}

class Orders {
public:
    explicit Orders(std::size_t records);

    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    [[nodiscard]] const std::vector<Order>& all() const noexcept { return all_; }
    [[nodiscard]] const std::vector<RawOrder>& raw() const noexcept { return raw_; }
    template <class Record>
    [[nodiscard]] const std::vector<Record>& of() const noexcept;
    /// Every id once, in random order: the gets and views.
    [[nodiscard]] const std::vector<std::uint32_t>& picks() const noexcept { return picks_; }
    /// How many of picks(), from the front, are updated.
    [[nodiscard]] std::size_t updates() const noexcept { return (size() + 3) / 4; }
    /// Of all records, as inserted.
    [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }
    [[nodiscard]] std::uint64_t quantities() const noexcept { return quantities_; }

private:
    std::vector<Order> all_;
    std::vector<RawOrder> raw_;
    std::vector<std::uint32_t> picks_;
    std::uint64_t sum_ = 0;
    std::uint64_t quantities_ = 0;
};

template <>
inline const std::vector<Order>& Orders::of<Order>() const noexcept {
    return all_;
}
template <>
inline const std::vector<RawOrder>& Orders::of<RawOrder>() const noexcept {
    return raw_;
}

}  // namespace cambium::bench
