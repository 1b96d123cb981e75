#include "cambium/kv/transaction.hpp"

#include <utility>

#include "kv/cursor_state.hpp"
#include "kv/environment_state.hpp"
#include "kv/stored_key.hpp"
#include "kv/tree_flags.hpp"
#include "kv/write_guard.hpp"

namespace cambium::kv {

using detail::StoredKey;
using detail::TransactionState;
using detail::TreeState;
using detail::WriteGuard;

namespace {

std::string name_key(ByteView name) {
    return std::string(1, kCatalogName).append(name);
}

std::string quoted(ByteView name) {
    return std::string{"\""}.append(name).append("\"");
}

void check_name(ByteView name) {
    if (!is_tree_name(name))
        throw Error(ErrorCode::invalid_argument, "a tree's name has " + std::to_string(name.size()) +
                                                     " bytes; it must have 1 to " +
                                                     std::to_string(kMaxTreeNameSize));
}

std::uint64_t id_of(ByteView value) {
    if (value.size() != sizeof(std::uint64_t)) throw_corrupt(0, "a tree's name has no number behind it");
    return load<std::uint64_t>(reinterpret_cast<const std::byte*>(value.data()));
}

std::uint64_t lookup(const TransactionState& txn, ByteView name) {
    const std::optional<LeafEntry> entry = detail::find(txn, txn.catalog, name_key(name));
    return entry.has_value() ? id_of(entry->value) : 0;
}

constexpr const char* kOrderNames[] = {"bytes", "reversed", "native_integers", "custom"};

// The first property in which a tree differs from what its opener expects, as a sentence.
std::string difference(const TreeOptions& stored, const TreeOptions& wanted) {
    const auto differs = [](const char* property, const std::string& is, const std::string& should) {
        return std::string{property} + " is " + is + ", not " + should;
    };
    const auto yes_no = [](bool value) { return std::string{value ? "true" : "false"}; };
    const auto order = [](KeyOrder value) { return std::string{kOrderNames[static_cast<std::size_t>(value)]}; };
    if (stored.key_order != wanted.key_order)
        return differs("key_order", order(stored.key_order), order(wanted.key_order));
    if (stored.counts != wanted.counts) return differs("counts", yes_no(stored.counts), yes_no(wanted.counts));
    if (stored.contiguous_keys != wanted.contiguous_keys)
        return differs("contiguous_keys", yes_no(stored.contiguous_keys), yes_no(wanted.contiguous_keys));
    if (stored.duplicates != wanted.duplicates)
        return differs("duplicates", yes_no(stored.duplicates), yes_no(wanted.duplicates));
    if (stored.value_order != wanted.value_order)
        return differs("value_order", order(stored.value_order), order(wanted.value_order));
    if (stored.fixed_value_size != wanted.fixed_value_size)
        return differs("fixed_value_size", std::to_string(stored.fixed_value_size),
                       std::to_string(wanted.fixed_value_size));
    if (stored.comparator != wanted.comparator)
        return differs("comparator", quoted(stored.comparator), quoted(wanted.comparator));
    return differs("value_comparator", quoted(stored.value_comparator), quoted(wanted.value_comparator));
}

void check_values(const TreeOptions& options, std::uint32_t page_size) {
    const std::uint16_t size = options.fixed_value_size;
    if (!options.duplicates && (options.value_order != KeyOrder::bytes || size != 0))
        throw Error(ErrorCode::invalid_argument,
                    "value_order and fixed_value_size are properties of trees with duplicates: set duplicates");
    if (size > max_key_size(page_size))
        throw Error(ErrorCode::invalid_argument, "fixed_value_size is " + std::to_string(size) +
                                                     "; values of a tree with duplicates have at most " +
                                                     std::to_string(max_key_size(page_size)) + " bytes");
    if (options.value_order == KeyOrder::native_integers && size != 0 && size != 4 && size != 8)
        throw Error(
            ErrorCode::invalid_argument,
            "the value_order native_integers takes a fixed_value_size of 4, 8 or 0, not " + std::to_string(size));
}

void check_orders(const TreeOptions& options) {
    for (const KeyOrder order : {options.key_order, options.value_order})
        if (order > KeyOrder::custom)
            throw Error(ErrorCode::invalid_argument, "key_order and value_order are values of KeyOrder, and " +
                                                         std::to_string(static_cast<unsigned>(order)) + " is none");
}

void check_comparator(const TransactionState& txn, const char* property, KeyOrder order, const std::string& name) {
    const bool custom = order == KeyOrder::custom;
    if (custom != !name.empty() || name.size() > kMaxComparatorNameSize)
        throw Error(ErrorCode::invalid_argument,
                    std::string{property} + " is the name of a function, of 1 to " +
                        std::to_string(kMaxComparatorNameSize) +
                        " bytes, for the order custom and for no other; the name has " +
                        std::to_string(name.size()) + " bytes");
    if (custom && txn.env->comparators.find(name) == nullptr)
        throw Error(ErrorCode::not_found, "no function is registered as " + quoted(name) +
                                              ": call Environment::register_comparator() first");
}

void put_name(TransactionState& txn, const std::string& key, const std::string& name) {
    if (!name.empty()) detail::put(txn, txn.catalog, key, name, detail::PutMode::overwrite);
}

}  // namespace

// ---- Reading ----------------------------------------------------------------------------------------------

std::uint64_t Transaction::id() const {
    detail::require_active(state_, level_);
    return state_->writable ? state_->next_id : state_->snapshot.id;
}

bool Transaction::writable() const noexcept {
    return state_ != nullptr && state_->writable;
}

bool Transaction::active() const noexcept {
    return state_ != nullptr && state_->has_level(level_);
}

std::optional<Tree> Transaction::find_tree(ByteView name) const {
    detail::require_active(state_, level_);
    check_name(name);
    const std::uint64_t id = lookup(*state_, name);
    return id == 0 ? std::nullopt : std::optional{Tree{id}};
}

Tree Transaction::tree(ByteView name) const {
    if (const std::optional<Tree> found = find_tree(name)) return *found;
    throw Error(ErrorCode::not_found, "there is no tree named " + quoted(name));
}

void Transaction::each_tree_impl(void (*visit)(void*, ByteView, Tree), void* context) const {
    detail::require_active(state_, level_);
    Cursor cursor{new detail::CursorState{*state_, state_->catalog}};
    std::string last;
    for (bool on = cursor.seek({&kCatalogName, 1}); on && cursor.key().starts_with(kCatalogName);
         on = cursor.next()) {
        const ByteView name = cursor.key().substr(1);
        if (!is_tree_name(name)) throw_corrupt(0, "the catalog has a tree with a name that no tree can have");
        // Pages of a damaged catalog may be referred to many times.
        if (name <= last) throw_corrupt(0, "the names of the trees are out of order");
        last = name;
        visit(context, name, Tree{id_of(cursor.value())});
    }
}

std::optional<ByteView> Transaction::get(Tree tree, ByteView key) const {
    detail::require_active(state_, level_);
    TreeState& state = state_->tree(tree.id());
    const std::optional<LeafEntry> entry = detail::find(*state_, state, StoredKey{*state_, state, key});
    if (!entry.has_value()) return std::nullopt;
    return detail::value_of(*state_, state.record, *entry);
}

bool Transaction::contains(Tree tree, ByteView key) const {
    detail::require_active(state_, level_);
    TreeState& state = state_->tree(tree.id());
    return detail::find(*state_, state, StoredKey{*state_, state, key}).has_value();
}

Cursor Transaction::cursor(Tree tree) const {
    detail::require_active(state_, level_);
    return Cursor{new detail::CursorState{*state_, state_->tree(tree.id())}};
}

TreeStatistics Transaction::statistics(Tree tree) const {
    detail::require_active(state_, level_);
    const TreeRecord& record = state_->tree(tree.id(), false).record;
    return {record.entries, record.branch_pages, record.leaf_pages, record.run_pages, record.depth};
}

TreeOptions Transaction::options(Tree tree) const {
    detail::require_active(state_, level_);
    TreeOptions options = options_of(state_->tree(tree.id(), false).record.flags);
    if (options.key_order == KeyOrder::custom) options.comparator = state_->comparator_name(tree.id());
    if (options.value_order == KeyOrder::custom)
        options.value_comparator = state_->comparator_name(tree.id(), kCatalogValueComparator);
    return options;
}

ReadTransaction& ReadTransaction::operator=(ReadTransaction&& other) noexcept {
    if (this != &other) {
        end();
        take(other);
    }
    return *this;
}

void ReadTransaction::end() noexcept {
    if (state_ != nullptr) state_->env->end_read(state_);
    state_ = nullptr;
}

void ReadTransaction::reset() noexcept {
    if (state_ != nullptr && state_->active) state_->env->reset_read(*state_);
}

void ReadTransaction::renew() {
    if (state_ == nullptr) throw Error(ErrorCode::misuse, "the transaction has ended: begin a new one");
    reset();
    state_->env->renew_read(*state_);
}

// ---- Writing ----------------------------------------------------------------------------------------------

WriteTransaction& WriteTransaction::operator=(WriteTransaction&& other) noexcept {
    if (this != &other) {
        abort();
        take(other);
        written_ = other.written_;
    }
    return *this;
}

Tree WriteTransaction::create_tree(ByteView name, const TreeOptions& options) {
    detail::require_writable(state_, level_);
    check_name(name);
    check_orders(options);
    if (const std::uint64_t id = lookup(*state_, name); id != 0) {
        const TreeOptions stored = this->options(Tree{id});
        if (stored != options)
            throw Error(
                ErrorCode::invalid_argument,
                "the tree " + quoted(name) + " exists with other options: its " + difference(stored, options));
        return Tree{id};
    }
    check_values(options, state_->page_size_bytes);
    check_comparator(*state_, "comparator", options.key_order, options.comparator);
    check_comparator(*state_, "value_comparator", options.value_order, options.value_comparator);
    if (state_->snapshot.next_tree_id >= kMaxNumber) throw_corrupt(0, "it has no number left for a new tree");
    const WriteGuard guard{*state_};
    const std::uint64_t id = state_->snapshot.next_tree_id++;
    TreeRecord record{};
    record.id = id;
    record.flags = flags_of(options);
    detail::put(*state_, state_->catalog, name_key(name), {reinterpret_cast<const char*>(&id), sizeof id},
                detail::PutMode::overwrite);
    detail::put(*state_, state_->catalog, tree_key(id), {reinterpret_cast<const char*>(&record), sizeof record},
                detail::PutMode::overwrite);
    put_name(*state_, comparator_key(id, kCatalogComparator), options.comparator);
    put_name(*state_, comparator_key(id, kCatalogValueComparator), options.value_comparator);
    guard.succeeded();
    return Tree{id};
}

bool WriteTransaction::drop_tree(ByteView name) {
    detail::require_writable(state_, level_);
    check_name(name);
    const std::uint64_t id = lookup(*state_, name);
    if (id == 0) return false;
    TreeState& tree = state_->tree(id, false);
    const WriteGuard guard{*state_};
    detail::clear(*state_, tree);
    detail::erase(*state_, state_->catalog, name_key(name));
    detail::erase(*state_, state_->catalog, tree_key(id));
    for (const char kind : {kCatalogComparator, kCatalogValueComparator})
        detail::erase(*state_, state_->catalog, comparator_key(id, kind));
    tree.record.id = ~std::uint64_t{0};  // the state stays for its cursors, but answers to no id and is not written
    tree.modified = false;
    guard.succeeded();
    return true;
}

void WriteTransaction::clear(Tree tree) {
    detail::require_writable(state_, level_);
    TreeState& state = state_->tree(tree.id(), false);
    const WriteGuard guard{*state_};
    detail::clear(*state_, state);
    guard.succeeded();
}

void WriteTransaction::rename_tree(ByteView from, ByteView to) {
    detail::require_writable(state_, level_);
    check_name(to);
    const std::uint64_t id = this->tree(from).id();
    if (from == to) return;
    if (lookup(*state_, to) != 0)
        throw Error(ErrorCode::already_exists, "there is a tree named " + quoted(to) + " already");
    const WriteGuard guard{*state_};
    detail::erase(*state_, state_->catalog, name_key(from));
    detail::put(*state_, state_->catalog, name_key(to), {reinterpret_cast<const char*>(&id), sizeof id},
                detail::PutMode::overwrite);
    guard.succeeded();
}

bool WriteTransaction::put(Tree tree, ByteView key, ByteView value) {
    detail::require_writable(state_, level_);
    detail::check_key(*state_, key);
    TreeState& state = state_->tree(tree.id());
    if (detail::has_duplicates(state.record))
        return detail::add_pair(*state_, state, key, value, detail::ValueMode::add);
    detail::check_value_size(value.size());
    const StoredKey stored{*state_, state, key};
    const WriteGuard guard{*state_};
    const bool is_new = detail::put(*state_, state, stored, value, detail::PutMode::overwrite);
    guard.succeeded();
    return is_new;
}

bool WriteTransaction::insert(Tree tree, ByteView key, ByteView value) {
    detail::require_writable(state_, level_);
    detail::check_key(*state_, key);
    TreeState& state = state_->tree(tree.id());
    if (detail::has_duplicates(state.record))
        return detail::add_pair(*state_, state, key, value, detail::ValueMode::new_key);
    detail::check_value_size(value.size());
    const StoredKey stored{*state_, state, key};
    const WriteGuard guard{*state_};
    const bool inserted = detail::put(*state_, state, stored, value, detail::PutMode::insert_only);
    guard.succeeded();
    return inserted;
}

bool WriteTransaction::erase(Tree tree, ByteView key) {
    detail::require_writable(state_, level_);
    TreeState& state = state_->tree(tree.id());
    const StoredKey stored{*state_, state, key};
    const WriteGuard guard{*state_};
    const bool erased = detail::erase(*state_, state, stored);
    guard.succeeded();
    return erased;
}

WriteMemory WriteTransaction::memory() const {
    detail::require_active(state_, level_);
    return {state_->dirty.memory_bytes(), state_->dirty.spilled_bytes()};
}

WriteTransaction WriteTransaction::begin_nested() {
    detail::require_writable(state_, level_);
    state_->begin_level();
    return WriteTransaction{state_, state_->open_level()};
}

namespace {

/// Ends a write transaction however its last call goes, and lets the next writer begin.
class Ending {
public:
    explicit Ending(TransactionState& txn) noexcept : txn_(txn) {}
    ~Ending() { txn_.env->end_write(txn_); }
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

private:
    TransactionState& txn_;
};

detail::WrittenCommit write_out(TransactionState& txn, Durability durability) {
    const Ending ending{txn};
    return txn.env->commit(txn, durability);
}

void make_durable(detail::EnvironmentState& env, const detail::WrittenCommit& written) {
    if (written.flush_is_due) env.flush_until(written.id);
    env.report_old_readers(written.id);
}

}  // namespace

void WriteTransaction::commit() {
    detail::require_writable(state_, level_);
    commit(state_->env->options.durability);
}

void WriteTransaction::commit(Durability durability) {
    detail::require_writable(state_, level_);
    if (!state_->levels.empty()) return std::exchange(state_, nullptr)->commit_level();
    detail::EnvironmentState& env = *state_->env;
    const detail::WrittenCommit written = write_out(*std::exchange(state_, nullptr), durability);
    written_ = written.size;
    make_durable(env, written);
}

PreparedTransaction WriteTransaction::prepare() {
    detail::require_writable(state_, level_);
    if (!state_->levels.empty())
        throw Error(ErrorCode::misuse,
                    "a nested transaction cannot be prepared: only the outermost one is written");
    PreparedTransaction prepared{std::exchange(state_, nullptr), level_};
    prepared.state_->env->prepare(*prepared.state_);
    return prepared;
}

PreparedTransaction& PreparedTransaction::operator=(PreparedTransaction&& other) noexcept {
    if (this != &other) {
        abort();
        state_ = std::exchange(other.state_, nullptr);
        level_ = other.level_;
    }
    return *this;
}

std::uint64_t PreparedTransaction::id() const {
    detail::require_writable(state_, level_);
    return state_->next_id;
}

void PreparedTransaction::commit(Durability durability) {
    detail::require_writable(state_, level_);
    detail::EnvironmentState& env = *state_->env;
    const auto publish = [&] {
        const Ending ending{*std::exchange(state_, nullptr)};
        return env.commit_prepared(durability);
    };
    make_durable(env, publish());
}

void PreparedTransaction::abort() noexcept {
    if (state_ != nullptr) state_->env->abort_write(*state_, level_);
    state_ = nullptr;
}

CommitTicket WriteTransaction::commit_async() {
    detail::require_writable(state_, level_);
    if (!state_->levels.empty())
        throw Error(ErrorCode::misuse, "a nested transaction has no ticket: only the outermost one is written");
    detail::EnvironmentState& env = *state_->env;
    const detail::WrittenCommit written = write_out(*std::exchange(state_, nullptr), Durability::durable);
    written_ = written.size;
    return {&env, written.id};
}

bool CommitTicket::durable() const {
    env_->require_same_process();
    return env_->lock->durable_transaction() >= id_;
}

void CommitTicket::wait() const {
    env_->require_same_process();
    env_->flush_until(id_);
}

void WriteTransaction::abort() noexcept {
    if (state_ != nullptr) state_->env->abort_write(*state_, level_);
    state_ = nullptr;
}

}  // namespace cambium::kv
