// The compacting copy: every live page once, children before parents, trees one after the other, the catalog last.
// Pages keep their content; their numbers, what refers to them, and the checksums are new. How many pages a tree
// has stands in its record, so every root, and the meta, is known before the first page is written. Records that
// count more pages than the store has are refused then, and so a walk that meets more than they count ends.
#include <algorithm>
#include <map>
#include <utility>

#include "kv/copy.hpp"
#include "kv/duplicates.hpp"

namespace cambium::kv::detail {

namespace {

class CompactCopy {
public:
    CompactCopy(EnvironmentState& env, TransactionState& txn, os::Output& out, CopyMeter& meter)
        : txn_(txn), out_(out), meter_(meter), identity_(with_new_identity(env.fixed)), checksum_(identity_.seed) {}

    std::uint64_t run() {
        each_tree_record(txn_, [&](const TreeRecord& tree) { trees_[tree.id].record = tree; });
        std::uint64_t end = first_data_page(txn_.page_size_bytes);
        for (auto& [id, tree] : trees_) tree.new_root = place(tree.record, end);
        Snapshot state = txn_.snapshot;
        state.catalog.root = place(state.catalog, end);
        state.space = {};
        state.page_count = end;
        const std::uint64_t pages = end - first_data_page(txn_.page_size_bytes);
        meter_.start(pages);
        write_meta_area(out_, identity_, state);
        next_page_ = first_data_page(txn_.page_size_bytes);
        for (const auto& [id, tree] : trees_) copy_tree(tree.record, tree.new_root);
        in_catalog_ = true;
        copy_tree(txn_.snapshot.catalog, state.catalog.root);
        return pages;
    }

private:
    struct PlacedTree {
        TreeRecord record;
        PageRef new_root = kNoPage;
    };

    // The root comes last of a tree's pages.
    PageRef place(const TreeRecord& tree, std::uint64_t& end) const {
        const std::uint64_t most = txn_.snapshot.page_count;
        if (tree.depth > kMaxDepth || (tree.root == kNoPage) != (tree.depth == 0))
            throw_corrupt(tree.root, "a tree's record contradicts itself");
        for (const std::uint64_t pages : {tree.branch_pages, tree.leaf_pages, tree.run_pages}) {
            if (pages > most - std::min(end, most))
                throw_corrupt(tree.root, "a tree's record counts more pages than there are");
            end += pages;
        }
        return tree.root == kNoPage ? kNoPage : end - 1;
    }

    void copy_tree(const TreeRecord& tree, PageRef new_root) {
        tree_ = tree;
        tree_end_ = new_root + 1;  // of an empty tree nothing is written
        const PageRef root = tree.root == kNoPage ? kNoPage : copy_node(tree.root, tree.depth - 1);
        if (root != new_root) throw_corrupt(tree.root, "the record of its tree counts other pages than there are");
    }

    // What it refers to goes first; the copy is patched as the new numbers come.
    PageRef copy_node(PageRef ref, std::uint32_t level) {
        const NodeView node = txn_.node(ref, level);
        txn_.verify(node);
        std::vector<std::byte> page(node.data(), node.data() + node.page_size());
        NodeEditor copy{page.data(), node.page_size()};
        if (level > 0) {
            for (std::uint32_t i = 0; i <= node.count(); ++i)
                copy.set_child(i, copy_node(txn_.child(ref, node, i), level - 1));
        } else if (has_duplicates(tree_)) {
            copy_value_trees(copy);
        } else if (in_catalog_) {
            patch_records(copy);
        } else {
            copy_runs(copy);
        }
        return write_node(page);
    }

    void copy_value_trees(NodeEditor leaf) {
        for (std::uint32_t i = 0; i < leaf.count(); ++i) {
            const LeafEntry entry = leaf.leaf_entry(i);
            if (entry.kind != ValueKind::duplicate_tree) continue;
            TreeRecord values = value_tree(txn_, tree_, entry);
            const TreeRecord outer = std::exchange(tree_, values);
            values.root = copy_node(values.root, values.depth - 1);
            tree_ = outer;
            (void)leaf.replace_value(i, {reinterpret_cast<const char*>(&values), sizeof values}, entry.kind);
        }
    }

    void require_room(std::uint64_t page, std::uint64_t pages) const {
        if (pages > tree_end_ - next_page_)
            throw_corrupt(page, "with it its tree has more pages than the tree's record counts");
    }

    PageRef write_node(std::vector<std::byte>& page) {
        NodeHeader& header = *reinterpret_cast<NodeHeader*>(page.data());
        require_room(header.page_number, 1);
        header.page_number = next_page_;
        header.checksum = checksum_(page.data() + 8, page.size() - 8);
        out_.write(page.data(), page.size());
        meter_.add(1);
        return next_page_++;
    }

    void patch_records(NodeEditor leaf) {
        std::string key;
        for (std::uint32_t i = 0; i < leaf.count(); ++i) {
            key.clear();
            leaf.append_key(i, key);
            if (key.front() != kCatalogTree) continue;
            TreeRecord record = tree_record_in(leaf.leaf_entry(i));
            record.root = trees_.at(record.id).new_root;
            (void)leaf.replace_value(i, {reinterpret_cast<const char*>(&record), sizeof record},
                                     ValueKind::inlined);
        }
    }

    void copy_runs(NodeEditor leaf) {
        for (std::uint32_t i = 0; i < leaf.count(); ++i) {
            const LeafEntry entry = leaf.leaf_entry(i);
            if (entry.kind == ValueKind::inlined) continue;
            (void)txn_.resolve(entry);
            auto run = load<RunReference>(reinterpret_cast<const std::byte*>(entry.value.data()));
            run.first_page = copy_run(run.first_page);
            (void)leaf.replace_value(i, {reinterpret_cast<const char*>(&run), sizeof run}, ValueKind::run);
        }
    }

    // The value goes from the map to the output; header and chunk checksums are made anew.
    PageRef copy_run(std::uint64_t from) {
        const std::uint64_t pages = verify_run(txn_, from);
        require_room(from, pages);
        const std::byte* run = txn_.map + from * txn_.page_size_bytes;
        auto header = load<RunHeader>(run);
        const std::vector<std::uint64_t> sums = run_chunk_sums(run, checksum_);
        header.page_number = next_page_;
        header.table_digest = checksum_(sums.data(), sums.size() * 8);
        header.checksum = checksum_(reinterpret_cast<const std::byte*>(&header) + 8, sizeof header - 8);
        const std::uint64_t begin = out_.position();
        out_.write(&header, sizeof header);
        constexpr std::uint64_t kStep = std::uint64_t{1} << 20;
        for (std::uint64_t done = 0; done < header.value_size; done += kStep) {
            out_.write(run + sizeof header + done, std::min(kStep, header.value_size - done));
            meter_.add(0);
        }
        out_.skip(begin + run_table_offset(header.value_size) - out_.position());
        out_.write(sums.data(), sums.size() * 8);
        out_.skip(begin + pages * txn_.page_size_bytes - out_.position());
        meter_.add(pages);
        next_page_ += pages;
        return next_page_ - pages;
    }

    TransactionState& txn_;
    os::Output& out_;
    CopyMeter& meter_;
    MetaHeader identity_;
    base::Checksum checksum_;
    std::map<std::uint64_t, PlacedTree> trees_;
    TreeRecord tree_{};           ///< being copied
    std::uint64_t tree_end_ = 0;  ///< behind its pages
    std::uint64_t next_page_ = 0;
    bool in_catalog_ = false;
};

}  // namespace

std::uint64_t copy_compact(EnvironmentState& env, TransactionState& txn, os::Output& out, CopyMeter& meter) {
    return CompactCopy{env, txn, out, meter}.run();
}

}  // namespace cambium::kv::detail
