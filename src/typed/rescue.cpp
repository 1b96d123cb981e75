// Checking and salvaging a store with tables. Findings are called by table and index. Of salvage: an index may have
// lost entries that its table has kept, and the other way round, so none is kept: what is not in the catalog is
// built anew by the next open that declares it.
#include "cambium/rescue.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

#include "cambium/base/error.hpp"
#include "typed/catalog.hpp"

namespace cambium {
namespace {

constexpr ByteView kTablePrefix = "cambium.table.";
constexpr ByteView kIndexPrefix = "cambium.index.";

using Names = std::map<std::string, std::string, std::less<>>;  // of a tree -> of the table or index

void add_names(Names& names, ByteView name, const detail::CatalogTable& table) {
    const std::string text = "table \"" + std::string{name} + "\"";
    names[detail::records_tree_name(table.id)] = text;
    for (const detail::CatalogIndex& index : table.indexes)
        names[detail::index_tree_name(table.id, index.id)] = text + ", index \"" + index.name + "\"";
}

void rename(const Names& names, std::string& tree) {
    if (const auto known = names.find(tree); known != names.end()) tree = known->second;
}

// Forgets the indexes of every table in the catalog.
void forget_indexes(kv::WriteTransaction& txn, Names& names) {
    std::vector<std::pair<std::string, detail::CatalogTable>> tables;
    detail::each_entry(
        txn, [&](ByteView name, ByteView bytes) { tables.emplace_back(name, detail::decode_entry(bytes, name)); });
    for (auto& [name, table] : tables) {
        add_names(names, name, table);
        // Whoever opens the table needs its tree, also when nothing of it could be read.
        (void)txn.create_tree(detail::records_tree_name(table.id));
        table.indexes.clear();
        ++table.version;
        detail::store_entry(txn, name, table);
    }
}

// Drops the trees of indexes; keeps ids of tables that the catalog has lost from being given out again.
void settle_trees(kv::WriteTransaction& txn) {
    detail::CatalogHeader header;
    if (const std::optional<ByteView> bytes = detail::stored_header(txn)) header = detail::decode_header(*bytes);
    std::vector<std::string> dropped;
    bool typed = false;
    txn.each_tree([&](ByteView name, kv::Tree) {
        if (name.starts_with(kIndexPrefix)) dropped.emplace_back(name);
        if (!name.starts_with(kTablePrefix)) return;
        typed = true;
        std::uint64_t id = 0;
        const ByteView digits = name.substr(kTablePrefix.size());
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), id);
        header.next_table_id = std::max(header.next_table_id, id + 1);
    });
    for (const std::string& name : dropped) (void)txn.drop_tree(name);
    if (!typed && dropped.empty()) return;  // a store without tables
    ++header.generation;
    detail::store_header(txn, header);
}

}  // namespace

kv::CheckReport check(kv::Environment& environment) {
    kv::CheckReport report = kv::check(environment);
    // The catalog is read through the mapping, where a page that cannot be read is a signal: only when it is sound.
    const bool readable =
        std::none_of(report.findings.begin(), report.findings.end(), [](const kv::Finding& finding) {
            return finding.tree == "(catalog)" || finding.tree == detail::kCatalogTree;
        });
    if (!readable) return report;
    Names names;
    const kv::ReadTransaction txn = environment.begin_read();
    detail::each_entry(txn, [&](ByteView name, ByteView bytes) {
        try {
            add_names(names, name, detail::decode_entry(bytes, name));
        } catch (const Error& error) {
            report.findings.push_back({0, "table \"" + std::string{name} + "\"", error.what()});
        }
    });
    for (kv::Finding& finding : report.findings) rename(names, finding.tree);
    return report;
}

kv::SalvageReport salvage(ByteView damaged, ByteView target, const kv::SalvageOptions& options) {
    Names names;
    kv::SalvageOptions own = options;
    own.finish = [&](kv::Environment& environment) {
        kv::WriteTransaction txn = environment.begin_write();
        forget_indexes(txn, names);
        settle_trees(txn);
        txn.commit();
        if (options.finish) options.finish(environment);
    };
    kv::SalvageReport report = kv::salvage(damaged, target, own);
    for (kv::SalvagedTree& tree : report.trees) rename(names, tree.name);
    for (kv::Finding& finding : report.findings) rename(names, finding.tree);
    return report;
}

}  // namespace cambium
