#include "cambium/kv/environment.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include <unistd.h>

#include "base/per_process.hpp"
#include "kv/environment_state.hpp"
#include "kv/increment.hpp"
#include "kv/recovery.hpp"
#include "kv/survivor.hpp"

namespace cambium::kv {

using detail::EnvironmentState;

namespace {

/// One environment per file in a process.
struct Registry {
    std::mutex mutex;  ///< never held while another process is waited for
    std::condition_variable settled;
    std::map<os::FileIdentity, EnvironmentState*> environments;  ///< null: a thread is opening or closing it
};

constinit PerProcess<Registry> registry_of_process;

Registry& registry() {
    return registry_of_process.get();
}

/// A thread's turn to open or close the environment of a file. Others who want that file wait until it ends.
class Turn {
public:
    /// The file is null in the registry. `data` is closed before the turn ends, if it is still open then.
    Turn(Registry& all, const os::FileIdentity& file, os::File* data) noexcept
        : all_(all), file_(file), data_(data) {}
    ~Turn() {
        if (data_ != nullptr) data_->close();
        const std::lock_guard guard{all_.mutex};
        const auto entry = all_.environments.find(file_);
        if (opened_ != nullptr) {
            entry->second = opened_;
        } else {
            all_.environments.erase(entry);
        }
        all_.settled.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    void succeeded(EnvironmentState& opened) noexcept { opened_ = &opened; }

private:
    Registry& all_;
    os::FileIdentity file_;
    os::File* data_;
    EnvironmentState* opened_ = nullptr;
};

StoreIdentity identity_of(const os::File& data, const Meta& meta) {
    StoreIdentity identity{};
    std::memcpy(identity.uuid, meta.header.uuid, sizeof identity.uuid);
    // Not into a string: a stream hides that it finds no memory, and this would look like another boot.
    std::ifstream{"/proc/sys/kernel/random/boot_id"}.getline(identity.boot_id, sizeof identity.boot_id);
    identity.data_file = data.identity();
    return identity;
}

/// Opening one file: election, recovery, attachment.
class Opening {
public:
    Opening(std::string path, const Options& options) : path_(std::move(path)), options_(options) {}

    /// The environment, or null when the file at the path changed meanwhile: try again.
    EnvironmentState* try_open() {
        if (!open_data()) return nullptr;
        Registry& all = registry();
        const os::FileIdentity file = data_.identity();
        if (EnvironmentState* open = find_or_take(all, file)) return open;
        Turn turn{all, file, &data_};
        if (data_.size() == 0) return replace_empty();
        std::unique_ptr<EnvironmentState> env = standalone_ ? open_standalone() : attach();
        if (env == nullptr) return nullptr;
        env->identity = file;
        env->start_flush_thread();
        turn.succeeded(*env);
        return env.release();
    }

    /// A store of its own, which only this environment will ever see.
    EnvironmentState* open_private() {
        if (options_.temporary && path_.empty()) path_ = os::temporary_folder();
        data_ = create_private_store(path_, options_);
        const Meta meta = identity();
        auto env = std::make_unique<EnvironmentState>(path_, options_, std::move(data_), meta);
        env->lock = std::make_unique<LockFile>(path_);
        recover(*env, identity_of(env->data, meta));
        env->lock->register_process();
        env->identity = env->data.identity();
        const std::lock_guard guard{registry().mutex};
        registry().environments.emplace(env->identity, env.get());
        return env.release();
    }

private:
    // With one more reference; or null, and it is the caller's turn to open the file.
    EnvironmentState* find_or_take(Registry& all, const os::FileIdentity& file) const {
        std::unique_lock guard{all.mutex};
        for (;;) {
            const auto [entry, taken] = all.environments.emplace(file, nullptr);
            if (taken) return nullptr;
            if (entry->second != nullptr) return share(*entry->second);
            all.settled.wait(guard);
        }
    }

    bool open_data() {
        standalone_ = false;
        try {
            data_ = os::File::open_existing(path_, os::File::Access::read_write, os::File::Role::data);
        } catch (const Error&) {
            if (!options_.read_only) throw;
            data_ = os::File::open_existing(path_, os::File::Access::read_only, os::File::Role::data);
            standalone_ = true;
        }
        if (data_.is_open()) {
            // One store has one lock file, whatever links lead to it.
            lock_path_ = os::resolve_path(path_) + "-lock";
            if (options_.read_only && !os::may_write(lock_path_)) standalone_ = true;
            return true;
        }
        (void)os::resolve_path(path_);  // a link that leads nowhere is refused, not replaced
        if (!options_.create || options_.read_only)
            throw Error(ErrorCode::not_found, "there is no store at \"" + path_ + "\"");
        LockFile::require_place(path_ + "-lock");
        try {
            create_store(path_, options_, false);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::already_exists) throw;
        }
        return false;
    }

    EnvironmentState* share(EnvironmentState& env) const {
        const Options& theirs = env.options;
        if (theirs.read_only != options_.read_only || theirs.durability != options_.durability ||
            theirs.deferred_bytes != options_.deferred_bytes ||
            theirs.deferred_interval != options_.deferred_interval ||
            theirs.flush_thread != options_.flush_thread || theirs.exclusive != options_.exclusive ||
            theirs.verify_on_read != options_.verify_on_read ||
            theirs.size_limit_bytes != options_.size_limit_bytes)
            throw Error(ErrorCode::invalid_argument,
                        "\"" + path_ +
                            "\" is open in this process already, with other options (read_only, durability, "
                            "exclusive, deferred_bytes, deferred_interval, flush_thread, verify_on_read, "
                            "size_limit_bytes)");
        ++env.references;
        return &env;
    }

    // An empty file, as mkstemp leaves it, is ours to fill: a whole store takes its place.
    EnvironmentState* replace_empty() {
        if (!options_.create || options_.read_only)
            throw Error(ErrorCode::not_a_store, "cannot open \"" + path_ + "\": it is empty");
        if (!data_.try_lock(kAttachLock, true)) return nullptr;
        LockFile::require_place(lock_path_);
        if (data_.is_at(path_) && data_.size() == 0) create_store(os::resolve_path(path_), options_, true);
        return nullptr;
    }

    // Without write permission there is no lock file: the store must stay unwritten as long as we read it.
    std::unique_ptr<EnvironmentState> open_standalone() {
        data_.lock_shared(kStandaloneLock);
        if (data_.locked_by_other(kAttachLock))
            throw Error(ErrorCode::busy, "\"" + path_ +
                                             "\" is open in another process, and this one may not write its files: "
                                             "give it write permission or close the other one");
        if (has_unfinished_increment(os::resolve_path(path_))) refuse_unfinished();
        RecoveryReport report;
        const Recovered recovered = choose_state(data_, path_, std::nullopt, report);
        auto env = std::make_unique<EnvironmentState>(path_, options_, std::move(data_), recovered.meta);
        env->standalone_head = snapshot_of(recovered.meta.header);
        env->report = report;
        return env;
    }

    std::unique_ptr<EnvironmentState> attach() {
        const bool first = take_attach_lock();
        if (!data_.is_at(path_)) return nullptr;
        if (!first && !data_.locked_by_other(kReadyLock)) return retry();
        if (first) finish_pending_increment();
        if (data_.locked_by_other(kStandaloneLock))
            throw Error(
                ErrorCode::busy,
                "\"" + path_ + "\" is read by a process that may not write its files: close that one first");
        auto env = std::make_unique<EnvironmentState>(path_, options_, std::move(data_), Meta{identity()});
        const StoreIdentity id = identity_of(env->data, Meta{env->fixed, {}});
        env->lock = std::make_unique<LockFile>(lock_path_, options_.file_mode, first ? &id : nullptr);
        // Another name of the data file may have an old lock file beside it. Those who are attached are registered
        // in theirs, unless the last of them is just ending.
        const bool used = first || (env->lock->belongs_to(id) && env->lock->has_other_processes());
        if (!used && env->lock->belongs_to(id) && ++tries_alone_ < kTriesAlone) {
            env = nullptr;
            return retry();
        }
        if (first) {
            recover(*env, id);
        } else if (!used) {
            throw Error(ErrorCode::busy, "the lock file \"" + lock_path_ +
                                             "\" is missing or not the one that other processes use: "
                                             "close the store in all of them and open it again");
        } else if (!env->lock->is_of_this_pid_namespace()) {
            throw Error(ErrorCode::busy,
                        "\"" + path_ +
                            "\" is open in a process of another pid namespace (another container, or the "
                            "host): processes that use a store at the same time must share one");
        }
        env->lock->register_process();
        if (!env->data.try_lock(kReadyLock, false))
            throw Error(ErrorCode::busy, "\"" + path_ + "\" is locked by a program that is not Cambium");
        if (first) (void)env->data.try_lock(kAttachLock, false);  // from exclusive to shared: others may come
        return env;
    }

    // Somebody was killed while bringing this replica to another state.
    void finish_pending_increment() {
        const std::string store_path = os::resolve_path(path_);
        if (!options_.read_only) return finish_increment(data_, store_path);
        if (has_unfinished_increment(store_path)) refuse_unfinished();
    }

    [[noreturn]] void refuse_unfinished() const {
        throw Error(ErrorCode::busy,
                    "an increment is being applied to \"" + path_ + "\": open it once for writing to finish it");
    }

    // True for the first process to open. Waits while another one recovers.
    bool take_attach_lock() {
        if (data_.try_lock(kAttachLock, true)) {
            if (options_.exclusive) (void)data_.try_lock(kExclusiveLock, true);
            return true;
        }
        if (options_.exclusive && !data_.locked_by_other(kExclusiveLock))
            throw Error(ErrorCode::busy, "\"" + path_ +
                                             "\" is open in another process: it cannot be opened "
                                             "exclusively before that one closes it");
        if (!options_.exclusive) data_.lock_shared(kAttachLock);
        if (data_.locked_by_other(kExclusiveLock)) refuse_exclusive();
        return false;
    }

    [[noreturn]] void refuse_exclusive() const {
        throw Error(ErrorCode::busy, "\"" + path_ +
                                         "\" is open in another process that keeps all others out "
                                         "(Options::exclusive)");
    }

    // Whoever was elected died or failed before the store was ready: the next election may choose us. Waiting a
    // moment lets the others let go of their shared locks.
    std::unique_ptr<EnvironmentState> retry() {
        data_.close();
        std::this_thread::sleep_for(std::chrono::milliseconds{1 + ::getpid() % 5});
        return nullptr;
    }

    Meta identity() { return read_identity(data_, path_); }

    std::string path_;
    Options options_;
    os::File data_;
    std::string lock_path_;
    bool standalone_ = false;
    static constexpr int kTriesAlone = 50;
    int tries_alone_ = 0;  ///< others were attached, and nobody was registered in the lock file
};

/// Longer than a year is as good as for ever, and cannot overflow.
WriterQueue::Clock::time_point deadline_after(std::chrono::milliseconds patience) {
    return WriterQueue::Clock::now() +
           std::clamp<std::chrono::milliseconds>(patience, {}, std::chrono::hours{24 * 365});
}

}  // namespace

EnvironmentState& EnvironmentAccess::state(const Environment& environment) {
    if (environment.state_ == nullptr) throw Error(ErrorCode::misuse, "the environment is closed: open it again");
    return *environment.state_;
}

namespace {

void check_options(const Options& options) {
    if (options.durability > Durability::deferred)
        throw Error(ErrorCode::invalid_argument, "durability is a value of Durability, and " +
                                                     std::to_string(static_cast<unsigned>(options.durability)) +
                                                     " is none");
    if (options.deferred_interval.count() < 0)
        throw Error(ErrorCode::invalid_argument, "deferred_interval is negative; 0 means never");
    if (options.flush_thread && options.deferred_interval.count() == 0)
        throw Error(ErrorCode::invalid_argument, "flush_thread needs a deferred_interval, and it is 0");
    if (options.in_memory && options.read_only)
        throw Error(ErrorCode::invalid_argument,
                    "in_memory and read_only exclude each other: a store in memory begins empty");
    if (options.temporary && options.read_only)
        throw Error(ErrorCode::invalid_argument,
                    "temporary and read_only exclude each other: a temporary store begins empty");
    if (options.temporary && options.in_memory)
        throw Error(ErrorCode::invalid_argument,
                    "temporary and in_memory exclude each other: a temporary store lies in a file; choose one");
}

}  // namespace

Environment Environment::open(ByteView path, const Options& options) {
    check_options(options);
    Opening opening{std::string{path}, options};
    if (is_private(options)) return Environment{opening.open_private()};
    for (int tries = 0; tries < 1000; ++tries)
        if (EnvironmentState* state = opening.try_open()) return Environment{state};
    throw Error(ErrorCode::busy, "\"" + std::string{path} + "\" is replaced again and again while it is opened");
}

Environment& Environment::operator=(Environment&& other) noexcept {
    if (this != &other) {
        const Environment old{std::move(*this)};
        state_ = other.state_;
        other.state_ = nullptr;
    }
    return *this;
}

Environment::~Environment() {
    try {
        close();
    } catch (...) {
        // A failed orderly close leaves the last commit durable; the next open verifies it.
    }
    if (state_ == nullptr) return;
    // Transactions are open: it stays for them, and the next handle may close it.
    const std::lock_guard guard{registry().mutex};
    --state_->references;
}

void Environment::close() {
    if (state_ == nullptr) return;
    EnvironmentState* state = state_;
    if (state->fork_generation != current_fork_generation()) {
        state_ = nullptr;
        return;
    }
    Registry& all = registry();
    {
        const std::lock_guard guard{all.mutex};
        if (state->references == 1) state->require_unused();
        state_ = nullptr;
        if (--state->references > 0) return;
        all.environments.at(state->identity) = nullptr;
    }
    const Turn turn{all, state->identity, nullptr};
    const std::unique_ptr<EnvironmentState> last{state};
    last->stop_flush_thread();
    last->close_orderly();
}

ReadTransaction Environment::begin_read() {
    return ReadTransaction{EnvironmentAccess::state(*this).begin_read()};
}

ReadTransaction Environment::begin_read_durable() {
    return ReadTransaction{EnvironmentAccess::state(*this).begin_read(true)};
}

std::uint64_t Environment::newest_transaction() const {
    EnvironmentState& env = EnvironmentAccess::state(*this);
    env.require_same_process();
    std::uint64_t sequence = 0;
    return env.lock != nullptr ? env.lock->visible().newest(sequence).id : env.standalone_head.id;
}

std::uint64_t Environment::wait_for_newer(std::uint64_t transaction, std::chrono::milliseconds patience) const {
    EnvironmentState& env = EnvironmentAccess::state(*this);
    env.require_same_process();
    const auto deadline = deadline_after(patience);
    if (env.lock != nullptr) return env.lock->wait_for_newer(transaction, deadline);
    if (env.standalone_head.id <= transaction) std::this_thread::sleep_until(deadline);
    return env.standalone_head.id;
}

std::vector<ReaderInfo> Environment::readers() {
    return EnvironmentAccess::state(*this).readers();
}

void Environment::set_old_reader_callback(std::uint64_t transactions, OldReaderCallback callback, void* context) {
    EnvironmentAccess::state(*this).watch_readers(transactions, callback, context);
}

WriteTransaction Environment::begin_write() {
    detail::TransactionState* const state = EnvironmentAccess::state(*this).begin_write(std::nullopt);
    return WriteTransaction{state, state->top_level};
}

std::optional<WriteTransaction> Environment::try_begin_write(std::chrono::milliseconds patience) {
    EnvironmentState& env = EnvironmentAccess::state(*this);
    detail::TransactionState* txn = env.begin_write(deadline_after(patience));
    if (txn == nullptr) return std::nullopt;
    return WriteTransaction{txn, txn->top_level};
}

void Environment::sync() {
    EnvironmentState& env = EnvironmentAccess::state(*this);
    env.require_same_process();
    if (env.options.read_only || env.lock == nullptr)
        throw Error(ErrorCode::read_only, "\"" + env.path + "\" was opened read-only");
    env.flush_until(env.written_transaction());
}

std::uint32_t Environment::max_key_size() const {
    return kv::max_key_size(EnvironmentAccess::state(*this).page_size);
}

EnvironmentStatistics Environment::statistics() const {
    EnvironmentState& env = EnvironmentAccess::state(*this);
    env.require_same_process();
    std::uint64_t sequence = 0;
    const Snapshot head = env.lock != nullptr ? env.lock->visible().newest(sequence) : env.standalone_head;
    EnvironmentStatistics statistics;
    statistics.file_size_bytes = env.data.size();
    statistics.page_size_bytes = env.page_size;
    statistics.page_count = head.page_count;
    statistics.free_pages = env.counters.free_pages.load();
    statistics.waiting_pages = env.counters.waiting_pages.load();
    statistics.newest_transaction = head.id;
    statistics.commits = env.counters.commits.load();
    statistics.flushes = env.counters.flushes.load();
    statistics.extents_written = env.counters.extents_written.load();
    statistics.pages_written = env.counters.pages_written.load();
    statistics.bytes_written = env.counters.bytes_written.load();
    statistics.changed_bytes = env.counters.changed_bytes.load();
    statistics.readers = env.lock != nullptr ? env.lock->reader_count() : 0;
    return statistics;
}

const RecoveryReport& Environment::recovery() const {
    return EnvironmentAccess::state(*this).report;
}

ByteView Environment::path() const {
    return EnvironmentAccess::state(*this).path;
}

}  // namespace cambium::kv
