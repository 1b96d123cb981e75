// salvage(): what can be read of a damaged store, in a new one.
//
// Pages are read by calls and verified before anything in them is believed; each is visited once, so that
// references in a circle end. Thread rule: one thread.
#include <map>
#include <optional>

#include "cambium/base/error.hpp"
#include "cambium/kv/maintenance.hpp"
#include "kv/duplicates_set.hpp"
#include "kv/environment_state.hpp"
#include "kv/key_order.hpp"
#include "kv/read_pages.hpp"
#include "kv/recovery.hpp"
#include "kv/tree_flags.hpp"

namespace cambium::kv {

namespace {

constexpr std::uint64_t kBatchBytes = std::uint64_t{64} << 20;

// The state that opening takes; else the newest one that a commit record names, whole or not.
Meta state_of(const os::File& file, const std::string& path) {
    try {
        RecoveryReport ignored;
        return choose_state(file, path, std::nullopt, ignored).meta;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::io) throw;
    }
    std::optional<Meta> newest;
    for (const std::uint32_t slot : {0U, 1U}) {
        SlotContent content = read_slot(file, slot);
        if (content.state != SlotContent::State::valid) continue;
        if (!newest.has_value() || content.meta.header.transaction > newest->header.transaction)
            newest = std::move(content.meta);
    }
    if (newest.has_value()) return *std::move(newest);
    return read_identity(file, path);  // throws, and says why
}

/// The new store, committed now and then.
class Target {
public:
    Target(const std::string& path, const Options& options) : environment_(Environment::open(path, options)) {}
    Environment& environment() noexcept { return environment_; }
    WriteTransaction& txn() {
        if (!txn_.has_value()) txn_.emplace(environment_.begin_write());
        return *txn_;
    }
    void wrote(std::uint64_t bytes) {
        if ((bytes_ += bytes) < kBatchBytes) return;
        commit();
        bytes_ = 0;
    }
    void commit() {
        if (txn_.has_value()) txn_->commit();
        txn_.reset();
    }
    void close() {
        commit();
        environment_.sync();
        environment_.close();
    }

private:
    Environment environment_;
    std::optional<WriteTransaction> txn_;
    std::uint64_t bytes_ = 0;
};

/// What the catalog says of one tree, as far as it could be read.
struct KnownTree {
    std::optional<std::string> name;
    std::optional<TreeRecord> record;
    std::string comparator;
    std::string value_comparator;
};

class Salvage {
public:
    Salvage(const os::File& file, const Meta& meta, Target& target, SalvageReport& report)
        : page_size_(meta.header.page_size),
          transaction_(meta.header.transaction),
          catalog_(meta.header.catalog),
          checksum_(meta.header.seed),
          page_count_(std::min(meta.header.page_count, file.size() / page_size_ + 1)),
          pages_(file, page_size_, page_count_),
          visited_(page_count_, false),
          target_(target),
          report_(report) {}

    void run() {
        report_.transaction = transaction_;
        tree_ = "(catalog)";
        flags_ = 0;
        SalvagedTree catalog;
        current_ = &catalog;
        walk_tree(catalog_, [&](const NodeView& leaf, std::uint32_t i) { note_catalog_entry(leaf, i); });
        for (const auto& [id, known] : trees_) salvage_tree(id, known);
    }

private:
    void lose(std::uint64_t page, std::string why) { report_.findings.push_back({page, tree_, std::move(why)}); }

    [[nodiscard]] std::string given(ByteView stored) const {
        if (in_values_) return std::string{stored};
        std::string buffer;
        return std::string{is_compared(flags_) ? stored : decode(key_order(flags_), stored, buffer)};
    }

    // Everything from `low` to before `high` is gone.
    void lose_range(std::uint64_t page, const std::string& why, const std::string& low, const std::string& high) {
        lose(page, why);
        std::string from = given(in_values_ ? ByteView{owner_} : ByteView{low});
        std::string to = in_values_ ? std::string{} : given(high);
        if (in_values_) to = from + std::string(1, '\0');  // other values of this key
        std::vector<MissingRange>& missing = current_->missing;
        if (!missing.empty() && missing.back().to == from && !from.empty()) {
            missing.back().to = std::move(to);
        } else if (missing.empty() || missing.back().from != from || missing.back().to != to) {
            missing.push_back({std::move(from), std::move(to)});
        }
    }

    template <class Visit>
    void walk_tree(const TreeRecord& tree, Visit&& visit) {
        if ((tree.root == kNoPage) != (tree.depth == 0) || tree.depth > kMaxDepth)
            return lose_range(tree.root, "the tree's depth contradicts its root", {}, {});
        if (tree.depth > 0) walk(tree.root, tree.depth - 1, {}, {}, visit);
    }

    // Why a page is not the node meant, or nothing.
    std::optional<std::string> node_error(PageRef ref, std::uint32_t level) {
        if (std::optional<std::string> why = pages_.read(ref, 1)) return why;
        const NodeView node{pages_.page(ref), page_size_};
        const NodeHeader& header = node.header();
        if (header.checksum != checksum_(node.data() + 8, page_size_ - 8)) return "its checksum is wrong";
        if (header.page_number != ref) return "it carries another page's number";
        if (const char* why = node.structure_error()) return why;
        if (header.level != level) return "its level is not the one its parent implies";
        if (header.birth > transaction_) return "it was written after the snapshot that refers to it";
        return std::nullopt;
    }

    // Takes a page that nobody has visited.
    bool take(PageRef ref) {
        if (ref < first_data_page(page_size_) || ref >= page_count_ || visited_[ref]) return false;
        return visited_[ref] = true;
    }

    template <class Visit>
    void walk(PageRef ref, std::uint32_t level, const std::string& low, const std::string& high, Visit& visit) {
        if (!take(ref)) return lose_range(ref, "it lies outside the file, or has two owners", low, high);
        if (std::optional<std::string> why = node_error(ref, level)) {
            lose_range(ref, *why, low, high);
        } else {
            const NodeView node{pages_.page(ref), page_size_};
            try {
                for (std::uint32_t i = 0; level > 0 && i <= node.count(); ++i) {
                    std::string from = low;
                    std::string to = high;
                    if (i > 0) node.append_key(i - 1, (from.clear(), from));
                    if (i < node.count()) node.append_key(i, (to.clear(), to));
                    walk(node.child(i), level - 1, from, to, visit);
                }
                for (std::uint32_t i = 0; level == 0 && i < node.count(); ++i) visit(node, i);
            } catch (const Error& error) {
                if (error.code() != ErrorCode::corrupt) throw;
                lose_range(ref, error.what(), low, high);
            }
        }
        pages_.drop(ref, 1);
    }

    void note_catalog_entry(const NodeView& leaf, std::uint32_t i) {
        std::string key;
        leaf.append_key(i, key);
        const LeafEntry entry = leaf.leaf_entry(i);
        if (entry.kind != ValueKind::inlined || key.empty()) throw_corrupt(0, "an entry of the catalog is strange");
        const auto* bytes = reinterpret_cast<const std::byte*>(entry.value.data());
        if (key[0] == kCatalogName && entry.value.size() == 8) {
            trees_[load<std::uint64_t>(bytes)].name = key.substr(1);
            return;
        }
        if (key.size() != 9) throw_corrupt(0, "an entry of the catalog is strange");
        const std::uint64_t id =
            __builtin_bswap64(load<std::uint64_t>(reinterpret_cast<const std::byte*>(&key[1])));
        if (key[0] == kCatalogTree && entry.value.size() == sizeof(TreeRecord)) {
            trees_[id].record = load<TreeRecord>(bytes);
        } else if (key[0] == kCatalogComparator) {
            trees_[id].comparator = entry.value;
        } else if (key[0] == kCatalogValueComparator) {
            trees_[id].value_comparator = entry.value;
        }
    }

    void salvage_tree(std::uint64_t id, const KnownTree& known) {
        SalvagedTree& tree = report_.trees.emplace_back();
        current_ = &tree;
        tree.name = tree_ = known.name.value_or("salvaged-" + std::to_string(id));
        if (!known.name.has_value()) lose(0, "its name is lost");
        flags_ = 0;
        if (!known.record.has_value()) return lose_range(0, "where its pages are is lost", {}, {});
        record_ = *known.record;
        flags_ = record_.flags;
        if ((flags_ & ~kTreeKnownFlags) != 0) return lose_range(0, "its record has unknown flags", {}, {});
        TreeOptions options = options_of(flags_);
        options.comparator = known.comparator;
        options.value_comparator = known.value_comparator;
        try {
            destination_ = target_.txn().create_tree(tree.name, options);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::full || error.code() == ErrorCode::io) throw;
            return lose_range(0, error.what(), {}, {});
        }
        walk_tree(record_, [&](const NodeView& leaf, std::uint32_t i) { keep_entry(leaf, i); });
        tree.lost_known = record_.entries >= tree.kept;
        if (tree.lost_known) tree.lost = record_.entries - tree.kept;
        if (tree.missing.empty() && record_.entries != tree.kept)
            lose(0, "its record counts " + std::to_string(record_.entries) + " records, and there are " +
                        std::to_string(tree.kept));
    }

    // One record that cannot be kept is no reason to lose others.
    void keep_entry(const NodeView& leaf, std::uint32_t i) {
        std::string stored;
        leaf.append_key(i, stored);
        const std::string key = given(stored);
        try {
            keep_values(key, stored, leaf.leaf_entry(i));
        } catch (const Error& error) {
            if (error.code() == ErrorCode::full || error.code() == ErrorCode::io) throw;
            lose_range(leaf.header().page_number, error.what(), stored, stored + std::string(1, '\0'));
        }
    }

    void keep_values(const std::string& key, const std::string& stored, const LeafEntry& entry) {
        if ((flags_ & kTreeDuplicates) == 0) {
            if (entry.kind == ValueKind::inlined) return put(key, entry.value);
            if (entry.kind != ValueKind::run || entry.value.size() != sizeof(RunReference))
                throw_corrupt(0, "an entry has a value of a kind that this version does not know");
            return keep_run(key, stored,
                            load<RunReference>(reinterpret_cast<const std::byte*>(entry.value.data())));
        }
        if (entry.kind == ValueKind::duplicate_tree) return keep_value_tree(key, entry);
        const detail::ValueSet values{entry, fixed_value_size(flags_)};
        for (std::uint32_t i = 0; i < values.count(); ++i) put_pair(key, values[i]);
    }

    void keep_run(const std::string& key, const std::string& stored, const RunReference& run) {
        const std::uint64_t first = run.first_page;
        const auto gone = [&](const std::string& why) {
            lose_range(first, why, stored, stored + std::string(1, '\0'));
        };
        if (run.value_size > kMaxValueSize) return gone("the size of a large value is impossible");
        const std::uint64_t pages = run_page_count(run.value_size, page_size_);
        if (first >= page_count_ || pages > page_count_ - first) return gone("a large value lies outside the file");
        for (std::uint64_t page = first; page < first + pages; ++page)
            if (!take(page)) return gone("a large value has a page with two owners");
        if (std::optional<std::string> why = pages_.run_error(first, pages, checksum_)) return gone(*why);
        if (std::optional<std::string> why = pages_.read(first, pages)) return gone(*why);
        const auto header = load<RunHeader>(pages_.page(first));
        // The device may have answered otherwise the second time.
        if (run_error(pages_.page(first), pages * page_size_, checksum_, first, page_size_) != nullptr ||
            header.value_size != run.value_size || header.birth > transaction_) {
            gone("it is not the large value that an entry refers to");
        } else {
            put(key, {reinterpret_cast<const char*>(pages_.page(first)) + sizeof(RunHeader), run.value_size});
        }
        pages_.drop(first, pages);
    }

    void keep_value_tree(const std::string& key, const LeafEntry& entry) {
        if (entry.value.size() != sizeof(TreeRecord)) throw_corrupt(0, "the record of a value tree is damaged");
        const auto record = load<TreeRecord>(reinterpret_cast<const std::byte*>(entry.value.data()));
        owner_ = key;
        in_values_ = true;
        walk_tree(record, [&](const NodeView& leaf, std::uint32_t i) {
            std::string value;
            leaf.append_key(i, value);
            put_pair(owner_, value);
        });
        in_values_ = false;
    }

    void put_pair(const std::string& key, ByteView value) {
        std::string buffer;
        put(key, decode(value_order(flags_), value, buffer));
    }

    void put(const std::string& key, ByteView value) {
        if (!target_.txn().put(destination_, key, value)) throw_corrupt(0, "a record is there twice");
        ++current_->kept;
        target_.wrote(key.size() + value.size());
    }

    std::uint32_t page_size_;
    TransactionId transaction_;
    TreeRecord catalog_;
    base::Checksum checksum_;
    std::uint64_t page_count_;
    ReadPages pages_;
    std::vector<bool> visited_;
    Target& target_;
    SalvageReport& report_;
    std::map<std::uint64_t, KnownTree> trees_;
    SalvagedTree* current_ = nullptr;
    std::string tree_;
    TreeRecord record_{};
    std::uint32_t flags_ = 0;
    Tree destination_;
    bool in_values_ = false;  ///< in the value tree of owner_
    std::string owner_;       ///< key of the value tree, as given
};

}  // namespace

SalvageReport salvage(ByteView damaged, ByteView target, const SalvageOptions& options) {
    const std::string from{damaged};
    const std::string to{target};
    const std::string unfinished = to + "-salvage";
    const os::File file = os::File::open_existing(from, os::File::Access::read_only, os::File::Role::data);
    if (!file.is_open()) throw Error(ErrorCode::not_found, "there is no store at \"" + from + "\"");
    if (file.locked_by_other(kReadyLock))
        throw Error(ErrorCode::busy, "\"" + from + "\" is open: close it before it is salvaged");
    for (const std::string& path : {to, unfinished})
        if (os::exists(path)) throw Error(ErrorCode::already_exists, "\"" + path + "\" already exists");
    const Meta meta = state_of(file, from);
    Options open;
    open.page_size_bytes = meta.header.page_size;
    open.file_mode = options.file_mode;
    open.exclusive = true;
    open.durability = Durability::deferred;
    SalvageReport report;
    try {
        Target store{unfinished, open};
        for (const auto& [name, function] : options.comparators)
            store.environment().register_comparator(name, function);
        Salvage{file, meta, store, report}.run();
        store.close();
        os::rename_file(unfinished, to, false);
        os::sync_directory_of(to);
    } catch (...) {
        os::remove_file(unfinished);
        os::remove_file(unfinished + "-lock");
        throw;
    }
    os::remove_file(unfinished + "-lock");
    return report;
}

}  // namespace cambium::kv
