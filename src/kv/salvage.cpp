#include "kv/salvage.hpp"

#include <algorithm>

#include "kv/duplicates_set.hpp"

namespace cambium::kv {

namespace detail {

void Salvage::run() {
    report_.transaction = transaction_;
    tree_ = "(catalog)";
    mark_ = kCatalogMark;
    SalvagedTree catalog;
    current_ = &catalog;
    if (!doubt_.empty()) lose(0, doubt_);
    if (!doubt_.empty() && catalog_.root == kNoPage) lose_range(0, "no page of it was found", {}, {});
    walk_tree(catalog_, [&](const NodeView& leaf, std::uint32_t i) { note_catalog_entry(leaf, i, false); });
    const bool catalog_lost = !ranges_.empty();
    if (catalog_lost) find_catalog_entries();
    for (const auto& [id, known] : trees_) salvage_tree(id, known);
    if (catalog_lost) salvage_unknown_trees();
    if (more_findings_ > 0)
        report_.findings.push_back({0, {}, "there are " + std::to_string(more_findings_) + " more findings"});
}

void Salvage::lose(std::uint64_t page, std::string why) {
    if (muted_) return;
    if (report_.findings.size() >= kMostFindings && report_.findings.back().tree == tree_) {
        ++more_findings_;
    } else {
        report_.findings.push_back({page, tree_, std::move(why)});
    }
}

std::string Salvage::given(ByteView stored) const {
    std::string buffer;
    return std::string{is_compared(flags_) ? stored : decode(key_order(flags_), stored, buffer)};
}

// Everything from `low` to before `high` is gone.
void Salvage::lose_range(std::uint64_t page, const std::string& why, const std::string& low,
                         const std::string& high) {
    lose(page, why);
    if (in_values_) {  // one range for a key, whatever it has lost
        if (ranges_.empty() || !ranges_.back().of_values || ranges_.back().low != owner_stored_)
            ranges_.push_back({owner_stored_, {}, true});
        return;
    }
    if (!ranges_.empty() && !ranges_.back().of_values && ranges_.back().high == low && !low.empty()) {
        ranges_.back().high = high;
    } else {
        ranges_.push_back({low, high, false});
    }
}

// The ranges as the report has them.
void Salvage::report_ranges() {
    if (!is_compared(flags_))
        std::stable_sort(ranges_.begin(), ranges_.end(),
                         [](const LostRange& a, const LostRange& b) { return a.low < b.low; });
    for (const LostRange& range : ranges_) {
        MissingRange missing{given(range.low), given(range.high)};
        if (range.of_values) missing.to = missing.from + std::string(1, '\0');
        std::vector<MissingRange>& all = current_->missing;
        const bool same = !all.empty() && all.back().from == missing.from && all.back().to == missing.to;
        if (!all.empty() && all.back().to == missing.from && !missing.from.empty()) {
            all.back().to = std::move(missing.to);
        } else if (!same) {
            all.push_back(std::move(missing));
        }
    }
}

// Why a page is not the node meant, or nothing.
std::optional<std::string> Salvage::node_error(PageRef ref, std::uint32_t level) {
    if (std::optional<std::string> why = pages_.read(ref, 1)) return why;
    const NodeView node{pages_.page(ref), page_size_};
    const NodeHeader& header = node.header();
    if (header.checksum != checksum_(node.data() + 8, page_size_ - 8)) return "its checksum is wrong";
    if (header.page_number != ref) return "it carries another page's number";
    if (const char* why = node.structure_error()) return why;
    if (header.level != level) return "its level is not the one its parent implies";
    if (header.birth > transaction_) return "it was written after the snapshot that refers to it";
    if (header.tree != 0 && header.tree != mark_) return "it carries another tree's mark";
    return std::nullopt;
}

// What is known already stays: it is newer.
void Salvage::note_catalog_entry(const NodeView& leaf, std::uint32_t i, bool is_old) {
    std::string key;
    leaf.append_key(i, key);
    const LeafEntry entry = leaf.leaf_entry(i);
    if (entry.kind != ValueKind::inlined || key.empty()) throw_corrupt(0, "an entry of the catalog is strange");
    const auto* bytes = reinterpret_cast<const std::byte*>(entry.value.data());
    if (key[0] == kCatalogName && entry.value.size() == 8) {
        KnownTree& tree = trees_[load<std::uint64_t>(bytes)];
        if (!tree.name.has_value() && is_tree_name(ByteView{key}.substr(1))) tree.name = key.substr(1);
        tree.is_present = tree.is_present || !is_old;
        return;
    }
    if (key.size() != 9) throw_corrupt(0, "an entry of the catalog is strange");
    const std::uint64_t id = __builtin_bswap64(load<std::uint64_t>(reinterpret_cast<const std::byte*>(&key[1])));
    KnownTree& tree = trees_[id];
    tree.is_present = tree.is_present || !is_old;
    if (key[0] == kCatalogTree && entry.value.size() == sizeof(TreeRecord)) {
        if (tree.record.has_value()) return;
        tree.record = load<TreeRecord>(bytes);
        tree.is_old = is_old;
    } else if (key[0] == kCatalogComparator && tree.comparator.empty()) {
        tree.comparator = entry.value;
    } else if (key[0] == kCatalogValueComparator && tree.value_comparator.empty()) {
        tree.value_comparator = entry.value;
    }
}

void Salvage::salvage_tree(std::uint64_t id, const KnownTree& known) {
    const bool is_lost = !known.record.has_value() || known.is_old;
    // What an older state says may be of a tree that is no more.
    if (find_catalog_ && !known.is_present && leaves_of(tree_mark(id)).empty()) return;
    const std::string name = known.name.value_or("salvaged-" + std::to_string(id));
    start_tree(name, tree_mark(id));
    if (!known.name.has_value()) lose(0, "its name is lost");
    if (!known.record.has_value()) {
        if (!find_catalog_ || leaves_of(mark_).empty()) return end_lost_tree("where its pages are is lost");
        record_ = {};
        record_.flags = flags_in(leaves_of(mark_));
    } else {
        record_ = *known.record;
    }
    flags_ = record_.flags;
    if ((flags_ & ~kTreeKnownFlags) != 0) return end_lost_tree("its record has unknown flags");
    TreeOptions options = options_of(flags_);
    options.comparator = known.comparator;
    options.value_comparator = known.value_comparator;
    try {
        destination_ = target_.txn().create_tree(name, options);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::full || error.code() == ErrorCode::io) throw;
        return end_lost_tree(error.what());
    }
    if (is_lost) {
        lose_range(0, "its record is lost, or an older one: its leaves are looked for in the file", {}, {});
    } else {
        walk_tree(record_, [&](const NodeView& leaf, std::uint32_t i) { keep_entry(leaf, i); });
    }
    if (!ranges_.empty()) find_leaves();
    current_->lost_known = !is_lost && record_.entries >= current_->kept;
    if (current_->lost_known) current_->lost = record_.entries - current_->kept;
    if (current_->lost_known && current_->lost == 0) ranges_.clear();
    if (ranges_.empty() && !is_lost && record_.entries != current_->kept)
        lose(0, "its record counts " + std::to_string(record_.entries) + " records, and there are " +
                    std::to_string(current_->kept));
    report_ranges();
}

void Salvage::end_lost_tree(const std::string& why) {
    flags_ = 0;
    lose_range(0, why, {}, {});
    report_ranges();
}

void Salvage::start_tree(const std::string& name, std::uint16_t mark) {
    current_ = &report_.trees.emplace_back();
    current_->name = tree_ = name;
    mark_ = mark;
    flags_ = 0;
    ranges_.clear();
}

// One record that cannot be kept is no reason to lose others.
void Salvage::keep_entry(const NodeView& leaf, std::uint32_t i) {
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

void Salvage::keep_values(const std::string& key, const std::string& stored, const LeafEntry& entry) {
    if ((flags_ & kTreeDuplicates) == 0) {
        if (entry.kind == ValueKind::inlined) return put(key, entry.value);
        if (entry.kind != ValueKind::run || entry.value.size() != sizeof(RunReference))
            throw_corrupt(0, "an entry has a value of a kind that this version does not know");
        return keep_run(key, stored, load<RunReference>(reinterpret_cast<const std::byte*>(entry.value.data())));
    }
    if (entry.kind == ValueKind::duplicate_tree) return keep_value_tree(key, stored, entry);
    const detail::ValueSet values{entry, fixed_value_size(flags_)};
    for (std::uint32_t i = 0; i < values.count(); ++i) put_pair(key, values[i]);
}

void Salvage::keep_run(const std::string& key, const std::string& stored, const RunReference& run) {
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

void Salvage::keep_value_tree(const std::string& key, const std::string& stored, const LeafEntry& entry) {
    if (entry.value.size() != sizeof(TreeRecord)) throw_corrupt(0, "the record of a value tree is damaged");
    const auto record = load<TreeRecord>(reinterpret_cast<const std::byte*>(entry.value.data()));
    struct Inside {
        Salvage& salvage;
        std::uint16_t mark;
        ~Inside() {
            salvage.in_values_ = false;
            salvage.mark_ = mark;
        }
    };
    const Inside inside{*this, std::exchange(mark_, kValuesMark)};
    owner_ = key;
    owner_stored_ = stored;
    in_values_ = true;
    walk_tree(record, [&](const NodeView& leaf, std::uint32_t i) {
        std::string value;
        leaf.append_key(i, value);
        put_pair(owner_, value);
    });
}

}  // namespace detail

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
    LockFile::require_place(unfinished + "-lock");
    const SalvagedState state = state_to_salvage(file, from);
    Options open;
    open.page_size_bytes = state.meta.header.page_size;
    open.file_mode = options.file_mode;
    open.exclusive = true;
    open.durability = Durability::deferred;
    SalvageReport report;
    try {
        detail::SalvageTarget store{unfinished, open};
        for (const auto& [name, function] : options.comparators)
            store.environment().register_comparator(name, function);
        detail::Salvage{file, state, store, report}.run();
        store.commit();
        if (options.finish) options.finish(store.environment());
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
