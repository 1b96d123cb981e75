// Broken rules: their sentences, and the search for them in a table that has records.
#include "typed/rules.hpp"

#include <string>
#include <vector>

#include "cambium/readable.hpp"
#include "cambium/setting.hpp"
#include "typed/expiry.hpp"
#include "typed/sentence.hpp"

namespace cambium::detail {
namespace {

constexpr std::size_t kNamedRecords = 3;

/// The first records that break one rule.
struct Broken {
    std::vector<std::string> keys;
    bool more = false;

    void add(const TableDescription& table, ByteView key) {
        if (keys.size() < kNamedRecords) {
            keys.push_back(key_text(table, key));
        } else {
            more = true;
        }
    }
    [[nodiscard]] std::string text() const {
        std::string list;
        for (const std::string& key : keys) list += (list.empty() ? "" : "; ") + key;
        return list + (more ? "; and more" : "");
    }
};

void add_sentence(std::string& text, const std::string& sentence) {
    if (!text.empty()) text += '\n';
    text += sentence;
}

}  // namespace

std::string rule_text(const TableDescription& table, const RuleDescription& rule) {
    return table_text(table) + (rule.kind == RuleKind::not_null ? ", field \"" : ", check \"") +
           std::string(rule.name) + "\"";
}

std::string foreign_key_text(const TableDescription& table, const ForeignKeyDescription& key) {
    return table_text(table) + ", foreign key \"" + std::string(key.name) + "\"";
}

Error rule_broken(const TableDescription& table, const RuleDescription& rule, ByteView key) {
    const bool null = rule.kind == RuleKind::not_null;
    return {ErrorCode::constraint, rule_text(table, rule) + ": the record with " + key_text(table, key) +
                                       (null ? " has no value, and null is not allowed" : " does not satisfy it")};
}

Error version_conflict(const TableDescription& table, ByteView key, std::uint64_t given, std::uint64_t stored) {
    return {ErrorCode::conflict, table_text(table) + ": the record with " + key_text(table, key) +
                                     " was changed since it was read: its " +
                                     std::string(table.rules->row_version->name) + " is " + std::to_string(stored) +
                                     ", not " + std::to_string(given)};
}

Error version_spent(const TableDescription& table, ByteView key, std::uint64_t stored) {
    return {ErrorCode::constraint, table_text(table) + ", field \"" + std::string(table.rules->row_version->name) +
                                       "\": the record with " + key_text(table, key) +
                                       " cannot be changed any more, as its row version is " +
                                       std::to_string(stored) +
                                       ", the last that its type holds; give the member a wider unsigned type"};
}

void verify_records(const kv::Transaction& transaction, const TableDescription& table, kv::Tree records,
                    std::span<const RuleDescription* const> rules, std::span<const ForeignKeyToVerify> keys,
                    Timestamp now) {
    const ScratchRecord scratch(table);
    std::vector<Broken> broken(rules.size() + keys.size());
    std::string target;
    kv::Cursor cursor = transaction.cursor(records);
    while (cursor.next()) {
        decode_record(table, cursor.key(), cursor.value(), scratch.get());
        if (is_expired_at(table, scratch.get(), now)) continue;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            if (!rules[i]->holds(*rules[i], scratch.get())) broken[i].add(table, cursor.key());
        }
        for (std::size_t i = 0; i < keys.size(); ++i) {
            target.clear();
            if (!keys[i].key->append_target(*keys[i].key, scratch.get(), target)) continue;
            if (!transaction.contains(keys[i].target, target)) broken[rules.size() + i].add(table, cursor.key());
        }
    }
    std::string text;
    for (std::size_t i = 0; i < broken.size(); ++i) {
        if (broken[i].keys.empty()) continue;
        if (i < rules.size()) {
            const bool null = rules[i]->kind == RuleKind::not_null;
            add_sentence(text, rule_text(table, *rules[i]) + ": cannot be added, as records of the table " +
                                   (null ? "have no value: " : "do not satisfy it: ") + broken[i].text());
        } else {
            const ForeignKeyDescription& key = *keys[i - rules.size()].key;
            add_sentence(text, foreign_key_text(table, key) +
                                   ": cannot be added, as records of the table refer to nothing in table \"" +
                                   std::string(key.target(key)) + "\": " + broken[i].text());
        }
    }
    if (!text.empty()) throw Error(ErrorCode::constraint, text);
}

}  // namespace cambium::detail
