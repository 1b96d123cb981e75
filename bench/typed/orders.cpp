#include "typed/orders.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <random>
#include <string>

#include "dataset.hpp"

namespace cambium::bench {
namespace {

constexpr std::uint64_t kCities = 1000;

std::string hexadecimal(std::uint64_t number) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (int shift = 44; shift >= 0; shift -= 4) text += kDigits[(number >> shift) & 15];
    return text;
}

Order make_order(std::uint64_t id, std::size_t records) {
    Order order;
    order.id = id;
    order.customer = mix(id * 5 + 1) % (records / 10 + 1);
    order.email = hexadecimal(mix(id)) + "@example.org";
    order.city = "city-" + hexadecimal(mix(id * 5 + 2) % kCities).substr(6);
    order.placed =
        Timestamp(std::chrono::nanoseconds(1'700'000'000'000'000'000 + static_cast<std::int64_t>(id) * 1'000'003));
    order.quantity = static_cast<std::uint32_t>(mix(id * 5 + 3) % 1000);
    order.price = static_cast<double>(mix(id * 5 + 4) % 1'000'000) / 100;
    order.paid = id % 3 == 0;
    return order;
}

RawOrder to_raw(const Order& order) {
    RawOrder raw;
    raw.id = order.id;
    raw.customer = order.customer;
    std::memcpy(raw.email.data(), order.email.data(), std::min(order.email.size(), raw.email.size()));
    std::memcpy(raw.city.data(), order.city.data(), std::min(order.city.size(), raw.city.size()));
    raw.placed = order.placed;
    raw.price = order.price;
    raw.quantity = order.quantity;
    raw.paid = order.paid ? 1 : 0;
    return raw;
}

template <class Record>
std::uint64_t sum_of_fields(const Record& order, std::uint64_t letters) noexcept {
    return order.id + order.customer + letters +
           static_cast<std::uint64_t>(order.placed.time_since_epoch().count()) + order.quantity +
           std::bit_cast<std::uint64_t>(order.price) + (order.paid ? 1 : 0);
}

}  // namespace

std::uint64_t sum_of(const Order& order) noexcept {
    return sum_of_fields(order, static_cast<std::uint64_t>(order.email[0] + order.city.back()));
}

std::uint64_t sum_of(const RawOrder& order) noexcept {
    return sum_of_fields(order, static_cast<std::uint64_t>(order.email[0] + order.city[10]));
}

Orders::Orders(std::size_t records) : picks_(records) {
    for (std::size_t id = 0; id < records; ++id) {
        all_.push_back(make_order(id, records));
        raw_.push_back(to_raw(all_.back()));
        sum_ += sum_of(all_.back());
        quantities_ += all_.back().quantity;
    }
    std::iota(picks_.begin(), picks_.end(), 0U);
    std::shuffle(picks_.begin(), picks_.end(), std::mt19937_64(42));
}

}  // namespace cambium::bench
