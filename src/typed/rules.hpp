// The sentences of broken rules, and verifying a rule on the records that a table already has.
#pragma once

#include <cstdint>
#include <span>

#include "cambium/base/error.hpp"
#include "cambium/description.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

[[nodiscard]] Error rule_broken(const TableDescription& table, const RuleDescription& rule, ByteView key);
[[nodiscard]] Error version_conflict(const TableDescription& table, ByteView key, std::uint64_t given,
                                     std::uint64_t stored);
/// A row version that its type cannot count on from.
[[nodiscard]] Error version_spent(const TableDescription& table, ByteView key, std::uint64_t stored);

/// `table "customers", field "city"` or `table "customers", check "adult"`
[[nodiscard]] std::string rule_text(const TableDescription& table, const RuleDescription& rule);
/// `table "orders", foreign key "customer"`
[[nodiscard]] std::string foreign_key_text(const TableDescription& table, const ForeignKeyDescription& key);

/// A foreign key, and the records of the table that it refers to.
struct ForeignKeyToVerify {
    const ForeignKeyDescription* key;
    kv::Tree target;
};

/// Looks at every record of a table that has not expired. Error{constraint} names the first records that break each
/// rule, or refer to nothing: an expired record is something until it is removed. O(records).
void verify_records(const kv::Transaction& transaction, const TableDescription& table, kv::Tree records,
                    std::span<const RuleDescription* const> rules, std::span<const ForeignKeyToVerify> keys,
                    Timestamp now);

}  // namespace cambium::detail
