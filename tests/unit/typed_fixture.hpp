// What the tests of the typed layer share: a store in a folder of its own, checked when the test ends.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <optional>
#include <string>

#include "cambium/cambium.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/json.hpp"
#include "cambium/kv/maintenance.hpp"

namespace cambium::test {

/// A path for a store. When it goes out of scope, the store is checked and removed; no Database may then be open.
class StorePath {
public:
    StorePath() {
        std::string folder = (std::filesystem::temp_directory_path() / "cambium-typed-XXXXXX").string();
        if (mkdtemp(folder.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", {});
        folder_ = folder;
    }
    StorePath(const StorePath&) = delete;
    StorePath& operator=(const StorePath&) = delete;
    ~StorePath() {
        check();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::string path() const { return (folder_ / "store.cambium").string(); }

private:
    void check() const noexcept {
        if (!std::filesystem::exists(path())) return;
        try {
            kv::Environment environment = kv::Environment::open(path());
            const kv::CheckReport report = kv::check(environment);
            for (const kv::Finding& finding : report.findings) FAIL_CHECK(finding.what);
            CHECK(report.ok());
        } catch (const std::exception& error) {
            FAIL_CHECK(error.what());
        }
    }

    std::filesystem::path folder_;
};

struct Caught {
    std::optional<ErrorCode> code;
    std::string text;
};

/// What an action throws; no code when it throws nothing.
template <class Action>
Caught caught(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        return {error.code(), error.what()};
    }
    return {};
}

/// Whether a text holds another.
inline bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

struct Customer {
    std::uint64_t id{};
    std::string email{};
    std::optional<std::string> city{};
    Timestamp joined{};
    friend bool operator==(const Customer&, const Customer&) = default;
};

struct Customers : Table<"customers", Customer, PrimaryKey<&Customer::id>, Cbor, Unique<"email", &Customer::email>,
                         OrderedIndex<"city_joined", &Customer::city, &Customer::joined>> {};

struct Order {
    std::uint64_t customer{};
    std::uint32_t number{};
    std::string note{};
    friend bool operator==(const Order&, const Order&) = default;
};

struct Orders : Table<"orders", Order, PrimaryKey<&Order::customer, &Order::number>, Json> {};

inline Customer customer(std::uint64_t id, std::string email, std::optional<std::string> city = std::nullopt,
                         std::int64_t joined = 0) {
    return {id, std::move(email), std::move(city), Timestamp{std::chrono::nanoseconds{joined}}};
}

/// The ids of rows, in order.
template <class Rows>
std::vector<std::uint64_t> ids(const Rows& rows) {
    std::vector<std::uint64_t> result;
    for (const auto& record : rows) result.push_back(record.id);
    return result;
}

using Ids = std::vector<std::uint64_t>;

}  // namespace cambium::test
