#include "kv/transaction_state.hpp"

#include <algorithm>
#include <functional>

#include "base/fork_guard.hpp"
#include "base/thread_number.hpp"
#include "kv/environment_state.hpp"
#include "kv/meta.hpp"
#include "kv/tree.hpp"

namespace cambium::kv {

void throw_corrupt(std::uint64_t page_number, const char* reason) {
    std::string sentence = page_number == 0 ? std::string{"the store is damaged: "}
                                            : "page " + std::to_string(page_number) + " is damaged: ";
    throw Error(ErrorCode::corrupt, sentence.append(reason));
}

ByteView ByteArena::keep(ByteView bytes) {
    constexpr std::size_t kChunkSize = 4000;
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < bytes.size())
        chunks_.emplace_back().reserve(std::max(kChunkSize, bytes.size()));
    std::string& chunk = chunks_.back();
    const std::size_t at = chunk.size();
    chunk.append(bytes);
    return ByteView{chunk}.substr(at);
}

std::string tree_key(std::uint64_t id) {
    std::string key(1, kCatalogTree);
    for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(id >> shift));
    return key;
}

namespace detail {

void TransactionState::begin(const Snapshot& at, const std::byte* mapping) {
    // A reader that sees the same state again keeps the trees it has opened.
    if (writable || snapshot.id != at.id) tree_count = 0;
    if (writable) top_level = dirty.begin_epoch();
    snapshot = at;
    catalog.record = at.catalog;
    catalog.modified = false;
    catalog.append_leaf = kNoPage;
    catalog.epoch = dirty.epoch();
    map = mapping;
    failed = false;
    stores_values = false;
    fork_generation = current_fork_generation();
    begin_again();
}

void TransactionState::end() noexcept {
    active = false;
    end_cursors();
    map = nullptr;
    copies.clear();
    if (writable) {
        dirty.clear();
        retired.clear();
        retired_pages = 0;
        levels.clear();
        tree_images.clear();
        changed_bytes = 0;
    }
}

void TransactionState::end_cursors() noexcept {
    ++serial;
    end_cursors_of(catalog);
    for (std::size_t i = 0; i < tree_count; ++i) end_cursors_of(*trees[i]);
    open_cursors = 0;
}

void TransactionState::bad_reference(PageRef ref) const {
    const bool outside = ref < first_data_page(page_size_bytes) || ref >= snapshot.page_count;
    throw_corrupt(ref, outside ? "it is referred to, but lies outside the snapshot"
                               : "it refers to a page that was never written");
}

void TransactionState::bad_node(const NodeView& view, PageRef ref, std::uint32_t level) const {
    const NodeHeader& header = view.header();
    if (header.page_number != ref) throw_corrupt(ref, "it carries another page's number");
    if (const char* reason = view.structure_error()) throw_corrupt(ref, reason);
    if (header.level != level) throw_corrupt(ref, "its level is not the one its parent implies");
    throw_corrupt(ref, "it was written after the snapshot that refers to it");
}

ByteView TransactionState::resolve_run(const LeafEntry& entry) const {
    if (entry.kind != ValueKind::run || entry.value.size() != sizeof(RunReference))
        throw_corrupt(0, "an entry has a value of a kind that this version does not know");
    const auto reference = load<RunReference>(reinterpret_cast<const std::byte*>(entry.value.data()));
    const PageRef first = reference.first_page;
    const std::byte* run = nullptr;
    if ((first & kDirtyBit) != 0) {
        run = dirty.page(first);
        const auto header = load<RunHeader>(run);
        if (header.kind != PageKind::run || header.value_size != reference.value_size)
            throw_corrupt(0, "an entry refers to a large value that was never written");
    } else {
        if (first < first_data_page(page_size_bytes) || first >= snapshot.page_count ||
            reference.value_size > kMaxValueSize ||
            run_page_count(reference.value_size, page_size_bytes) > snapshot.page_count - first)
            bad_reference(first);
        if (env->reads_sparsely()) env->read_value_ahead(first, 0, reference.value_size, false);
        run = map + first * page_size_bytes;
        const auto header = load<RunHeader>(run);
        if (header.kind != PageKind::run || header.page_number != first || header.birth > snapshot.id ||
            header.value_size != reference.value_size)
            throw_corrupt(first, "it is not the large value that an entry refers to");
        const std::uint64_t available = (snapshot.page_count - first) * page_size_bytes;
        const char* why = verify_reads ? run_error(run, available, *checksum, first, page_size_bytes) : nullptr;
        if (why != nullptr) throw_corrupt(first, why);
    }
    return {reinterpret_cast<const char*>(run) + sizeof(RunHeader), reference.value_size};
}

void TransactionState::verify(const NodeView& node) const {
    const std::uint64_t actual = (*checksum)(node.data() + 8, page_size_bytes - 8);
    if (actual != node.header().checksum) throw_corrupt(node.header().page_number, "its checksum is wrong");
}

void TransactionState::verify_before_change(const NodeView& node) const {
    if (node.header().birth > fresh.since && std::chrono::steady_clock::now() < fresh.until) return;
    verify(node);
}

void TransactionState::retire(PageRef ref, std::uint64_t pages, TransactionId birth) {
    if ((ref & kDirtyBit) != 0) {
        dirty.release(ref);
    } else {
        if (pages > snapshot.page_count - retired_pages)
            throw_corrupt(ref, "it is given back, and with it more pages than the store has");
        retired.push_back({ref, pages, birth, next_id});
        retired_pages += pages;
    }
}

TreeState& TransactionState::tree(std::uint64_t id, bool uses_keys) {
    for (std::size_t i = 0; i < tree_count; ++i) {
        if (trees[i]->record.id != id) continue;
        if (trees[i]->order_unknown) [[unlikely]]
            set_order(*trees[i]);  // its functions may have been registered since
        if (uses_keys) require_order(*trees[i]);
        return *trees[i];
    }
    const std::optional<LeafEntry> entry = find(*this, catalog, tree_key(id));
    if (!entry.has_value())
        throw Error(ErrorCode::not_found,
                    "tree " + std::to_string(id) + " does not exist in snapshot " + std::to_string(snapshot.id));
    // Everything that is done to the tree depends on these bytes: a damaged order or flag would speak of wrong
    // keys.
    const auto* const at = reinterpret_cast<const std::byte*>(entry->value.data());
    const std::less<> before;
    if (!verify_reads && !before(at, map) && before(at, map + snapshot.page_count * page_size_bytes))
        verify({map + static_cast<std::uint64_t>(at - map) / page_size_bytes * page_size_bytes, page_size_bytes});
    if (entry->value.size() != sizeof(TreeRecord)) throw_corrupt(0, "a tree's record has a wrong size");
    if (tree_count == trees.size()) trees.push_back(std::make_unique<TreeState>());
    TreeState& state = *trees[tree_count];
    state.record = load<TreeRecord>(reinterpret_cast<const std::byte*>(entry->value.data()));
    if (state.record.id != id || (state.record.root & kDirtyBit) != 0)
        throw_corrupt(0, "a tree's record carries another tree's id or a root that was never written");
    state.modified = false;
    state.append_leaf = kNoPage;
    state.insert_leaf = kNoPage;
    state.cursors = nullptr;
    state.epoch = dirty.epoch();
    set_order(state);
    if (uses_keys) require_order(state);
    ++tree_count;
    return state;
}

bool TransactionState::has_level(std::uint64_t level) const noexcept {
    if (!active) return false;
    return level == top_level ||
           std::any_of(levels.begin(), levels.end(), [&](const Level& nested) { return nested.epoch == level; });
}

void require_active(const TransactionState* state, std::uint64_t level) {
    if (state == nullptr || !state->active)
        throw Error(ErrorCode::misuse, "the transaction has ended: begin a new one");
    if (state->fork_generation != current_fork_generation())
        throw Error(ErrorCode::misuse,
                    "the transaction belongs to the parent process: open the store anew after fork()");
    if (state->open_level() != level)
        throw Error(ErrorCode::misuse, state->has_level(level)
                                           ? "a nested transaction is open: commit or abort it first"
                                           : "the transaction has ended with the one around it: begin a new one");
    if (state->failed)
        throw Error(ErrorCode::misuse, "the transaction stopped in the middle of a failed write: abort it");
    if (state->writable && state->thread != this_thread_number())
        throw Error(ErrorCode::misuse, "a write transaction must stay on the thread that began it");
}

void require_writable(const TransactionState* state, std::uint64_t level) {
    require_active(state, level);
    if (!state->writable) throw Error(ErrorCode::read_only, "a read transaction cannot write: use begin_write()");
}

}  // namespace detail
}  // namespace cambium::kv
