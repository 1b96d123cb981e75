// Accounts whose sum never changes, and a number that counts the commits: what every process and thread of these
// tests writes, and what every snapshot must show.
//
// Thread rule: as the environment's.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

#include "cambium/kv/environment.hpp"
#include "cambium/kv/maintenance.hpp"
#include "file_bytes.hpp"

namespace cambium::test {

inline constexpr std::uint64_t kAccounts = 100;
inline constexpr std::uint64_t kBalance = 1000;

inline std::string account_name(std::uint64_t number) {
    return "account " + std::to_string(number);
}

inline std::uint64_t number_of(std::optional<ByteView> value) {
    std::uint64_t number = 0;
    if (!value.has_value() || value->size() < sizeof number) throw std::runtime_error("an account is missing");
    std::memcpy(&number, value->data(), sizeof number);
    return number;
}

/// The number, padded so that the accounts fill several pages.
inline std::string account_value(std::uint64_t number) {
    std::string value(120, '.');
    std::memcpy(value.data(), &number, sizeof number);
    return value;
}

inline void create_accounts(const std::string& path) {
    kv::Environment environment = kv::Environment::open(path);
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree accounts = txn.create_tree("accounts");
    for (std::uint64_t i = 0; i < kAccounts; ++i) txn.put(accounts, account_name(i), account_value(kBalance));
    txn.put(txn.create_tree("commits"), "count", account_value(0));
    txn.commit();
}

/// Moves money between random accounts and counts the commit; the number it will have. Does not commit.
inline std::uint64_t transfer(kv::WriteTransaction& txn, std::mt19937_64& random) {
    const kv::Tree accounts = txn.tree("accounts");
    for (int i = 0; i < 5; ++i) {
        const std::string from = account_name(random() % kAccounts);
        const std::string to = account_name(random() % kAccounts);
        const std::uint64_t amount = random() % 10;
        txn.put(accounts, from, account_value(number_of(txn.get(accounts, from)) - amount));
        txn.put(accounts, to, account_value(number_of(txn.get(accounts, to)) + amount));
    }
    const kv::Tree commits = txn.tree("commits");
    const std::uint64_t count = number_of(txn.get(commits, "count")) + 1;
    txn.put(commits, "count", account_value(count));
    return count;
}

inline std::uint64_t commit_transfer(kv::Environment& environment, std::mt19937_64& random) {
    kv::WriteTransaction txn = environment.begin_write();
    const std::uint64_t count = transfer(txn, random);
    txn.commit();
    return count;
}

/// Throws unless the accounts of a snapshot add up; the number of its newest commit.
inline std::uint64_t require_balance(const kv::Transaction& txn) {
    std::uint64_t sum = 0;
    std::uint64_t accounts = 0;
    kv::Cursor cursor = txn.cursor(txn.tree("accounts"));
    for (bool on = cursor.first(); on; on = cursor.next(), ++accounts) sum += number_of(cursor.value());
    if (accounts != kAccounts || sum != kAccounts * kBalance)
        throw std::runtime_error("snapshot " + std::to_string(txn.id()) + " holds " + std::to_string(sum) + " in " +
                                 std::to_string(accounts) + " accounts");
    return number_of(txn.get(txn.tree("commits"), "count"));
}

inline std::uint64_t require_balance(kv::Environment& environment) {
    return require_balance(environment.begin_read());
}

inline void require_check(kv::Environment& environment) {
    const kv::CheckReport report = kv::check(environment);
    if (!report.ok())
        throw std::runtime_error("check(): page " + std::to_string(report.findings.front().page) + ": " +
                                 report.findings.front().what);
}

/// What a machine that stops now would find: a copy of the file, opened without its lock file.
inline std::uint64_t count_in_copy(const std::string& path) {
    const std::string copy = path + ".copy";
    write_file(copy, read_file(path));
    std::remove((copy + "-lock").c_str());
    kv::Environment environment = kv::Environment::open(copy);
    require_check(environment);
    return require_balance(environment);
}

}  // namespace cambium::test
