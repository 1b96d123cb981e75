#include "kv/survivor.hpp"

#include <algorithm>

#include "base/throw_error.hpp"
#include "kv/birth_walk.hpp"
#include "kv/mutations.hpp"
#include "kv/recovery.hpp"

namespace cambium::kv {

using detail::EnvironmentState;

namespace {

/// A state that was written and not flushed, every page of it there as written.
struct Survivor {
    WrittenState state;
    std::vector<BornPages> pages;  ///< that are not durable
};

// Every commit writes both roots anew. A page of another number there is what another file had, copied over this
// one.
bool wrote(const std::vector<BornPages>& pages, const Snapshot& state, PageRef root) {
    return root == kNoPage || std::any_of(pages.begin(), pages.end(), [&](const BornPages& born) {
               return born.first_page == root && born.birth == state.id;
           });
}

// The pages of a written state that were born after the durable one, when every one of them is there: a walk from
// its roots, pruned by birth.
std::optional<std::vector<BornPages>> whole_pages(EnvironmentState& env, const Snapshot& state,
                                                  TransactionId durable) {
    if (state.id <= durable || state.page_count * env.page_size > env.data.size()) return std::nullopt;
    detail::TransactionState txn{env, env.checksum, env.page_size};
    txn.begin(state, env.mapped(state.page_count * env.page_size));
    try {
        std::vector<BornPages> pages = pages_born_after(txn, durable);
        if (wrote(pages, state, state.catalog.root) && wrote(pages, state, state.space.root)) return pages;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt) throw;
    }
    return std::nullopt;
}

WrittenState only(const Snapshot& state) {
    return {.snapshot = state, .complete_since = state.id, .extents = {}};
}

// The newest of the written and the visible state that is whole and not durable.
std::optional<Survivor> find_survivor(EnvironmentState& env, TransactionId durable) {
    if (env.lock->poisoned()) return std::nullopt;
    Survivor survivor;
    if (!env.lock->written().verified(survivor.state)) return std::nullopt;
    const Snapshot visible = env.lock->visible().verified().value_or(Snapshot{});
    for (const WrittenState& state : {survivor.state, only(visible)}) {
        std::optional<std::vector<BornPages>> pages = whole_pages(env, state.snapshot, durable);
        if (pages.has_value()) return Survivor{state, std::move(*pages)};
    }
    return std::nullopt;
}

// A sync that was under way at the kill, a flush's or another one's, may have failed, and the kernel may take the
// pages for written.
void write_again(EnvironmentState& env, const Survivor& survivor) {
    const std::byte* map = env.mapped(survivor.state.snapshot.page_count * env.page_size);
    for (const BornPages& born : survivor.pages)
        env.data.write(born.first_page * env.page_size, map + born.first_page * env.page_size,
                       born.page_count * env.page_size);
}

// Whether the lock file is of this boot, says what was written into it, and was left by the last users of the file
// as it is. A copy that was written over the file since is another file, though it has the same identity; and by
// another hard link the store may have gone on with another lock file. Which of the two commit records is written
// next alternates: the one that nobody was writing must be the one that is known, and so must the other, unless a
// flush was under way. Where /proc does not tell one boot from another, a power cut may lie between.
bool tells_of(const EnvironmentState& env, const StoreIdentity& id) {
    const LockFile& lock = *env.lock;
    if (id.boot_id[0] == '\0' || !lock.belongs_to(id) || !lock.has_sound_facts()) return false;
    if (mutations.copy_believed) return true;
    const auto is_known = [&](std::uint32_t slot) {
        const SlotContent content = read_slot(env.data, slot);
        return content.state != SlotContent::State::valid ||
               content.meta.header.transaction == lock.slot_transaction(slot);
    };
    const std::uint32_t slot = lock.durable_slot();
    return is_known(slot) && (lock.flushing() || lock.recovery_pending() || is_known(1 - slot));
}

// The kernel tells of lost pages once: whoever tries again must not believe what is in the page cache only.
template <class Work>
void or_poison(EnvironmentState& env, Work&& work) {
    try {
        work();
    } catch (...) {
        env.lock->set_poisoned();
        throw;
    }
}

// The old lock file says what is under way, as in every flush: who comes after a kill does the same again.
void make_durable(EnvironmentState& env, Recovered& recovered, const Survivor& survivor) {
    LockFile& lock = *env.lock;
    const TransactionId before = recovered.meta.header.transaction;
    lock.set_slot_transaction(recovered.slot, before);
    lock.set_durable_slot(recovered.slot);
    lock.set_flushing(true);
    const std::uint32_t slot = 1 - recovered.slot;
    Meta meta = env.new_meta();
    set_snapshot(meta.header, survivor.state.snapshot);
    meta.header.previous_durable = before;
    meta.header.digest = digest_of(env.checksum, {});
    or_poison(env, [&] {
        write_again(env, survivor);
        env.sync_as_flush_owner();
        (void)write_slot(env.data, slot, meta);
        env.sync_as_flush_owner();
    });
    lock.set_slot_transaction(slot, meta.header.transaction);
    lock.set_durable_slot(slot);
    lock.set_flushing(false);
    recovered = {std::move(meta), slot, std::nullopt, before};
}

void build_lock_file(EnvironmentState& env, const StoreIdentity& id, const Recovered& recovered) {
    LockFile& lock = *env.lock;
    const Snapshot durable = snapshot_of(recovered.meta.header);
    lock.initialise(id);
    lock.set_recovery_pending(env.options.read_only);
    lock.set_durable_slot(recovered.slot);
    lock.set_slot_transaction(recovered.slot, durable.id);
    lock.set_slot_transaction(1 - recovered.slot, recovered.other_transaction);
    lock.publish_durable(durable, 0);
    lock.publish_written(only(durable));
}

// Nothing is made durable, so nothing is forgotten: the written state waits for the next writer. Readers see what
// they could see before, if it is whole. Of the rest of the lock file nothing is believed.
void keep_lock_file(EnvironmentState& env, const Recovered& recovered) {
    LockFile& lock = *env.lock;
    const Snapshot durable = snapshot_of(recovered.meta.header);
    lock.set_slot_transaction(recovered.slot, durable.id);
    lock.set_durable_slot(recovered.slot);
    lock.set_recovery_pending(true);
    lock.set_slot_transaction(1 - recovered.slot, recovered.other_transaction);
    const std::optional<Snapshot> visible = lock.visible().verified();
    WrittenState written;
    const bool usable = !lock.poisoned() && lock.written().verified(written) &&
                        written.snapshot.id >= std::max(durable.id, visible.value_or(durable).id);
    const std::uint64_t durable_bytes = usable ? std::min(lock.durable_bytes(), written.total_bytes) : 0;
    lock.forget_processes();
    if (!usable) lock.publish_written(only(durable));
    env.report.adopted = usable && visible.has_value() && whole_pages(env, *visible, durable.id).has_value();
    lock.publish_durable(durable, durable_bytes);
    lock.show(env.report.adopted ? *visible : durable);
    lock.forget_failed_flush();
}

}  // namespace

void recover(EnvironmentState& env, const StoreIdentity& id) {
    // A flush that was under way when its process died may have failed without anyone hearing of it. What a
    // read-only process then chose has been shown to its users, and the slot it rejected is still there.
    LockFile& lock = *env.lock;
    const bool known = tells_of(env, id);
    std::optional<std::uint32_t> trusted;
    if (known && (lock.flushing() || lock.recovery_pending())) trusted = lock.durable_slot();
    Recovered recovered = choose_state(env.data, env.path, trusted, env.report);
    if (env.options.read_only) return known ? keep_lock_file(env, recovered) : build_lock_file(env, id, recovered);
    if (!known) {
        settle(env.data, recovered);
    } else {
        or_poison(env, [&] { settle(env.data, recovered); });
        if (const std::optional<Survivor> survivor = find_survivor(env, recovered.meta.header.transaction)) {
            make_durable(env, recovered, *survivor);
            env.report.adopted = true;
        }
    }
    build_lock_file(env, id, recovered);
}

void resume_written(EnvironmentState& env, const Snapshot& durable) {
    LockFile& lock = *env.lock;
    if (const std::optional<Survivor> survivor = find_survivor(env, durable.id)) {
        write_again(env, *survivor);
        return lock.publish_written(survivor->state);
    }
    std::uint64_t sequence = 0;
    if (lock.visible().newest(sequence).id > durable.id) {
        lock.set_poisoned();
        base::throw_error(ErrorCode::poisoned, "the last commits to \"", env.path,
                          "\" are lost, which readers still see: close it in every process and open it again");
    }
    lock.publish_written(only(durable));
}

}  // namespace cambium::kv
