// Every call that a store makes on its files fails once, for every kind of work: with EIO and with ENOSPC (the
// error says what failed, a failed flush stops all writing, nothing promised is lost, no descriptor, lock or
// half-made file stays behind, and the next open goes on), and is cut short or interrupted by a signal (nobody
// notices).
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/kv/backup.hpp"
#include "cambium/kv/copy.hpp"
#include "cambium/kv/maintenance.hpp"
#include "errors.hpp"
#include "kv/page_format.hpp"
#include "memory_directory.hpp"
#include "session.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;

namespace {

std::uint64_t faults_tried = 0;

struct LastLine {
    ~LastLine() { std::cout << "faults tried: " << faults_tried << std::endl; }
} last_line;

std::string value_of(std::size_t size, std::uint64_t seed) {
    std::string value(size, '\0');
    for (std::size_t i = 0; i < size; ++i) value[i] = static_cast<char>('a' + (seed * 7 + i * i % 251) % 26);
    return value;
}

// ---- The fault --------------------------------------------------------------------------------------------

enum class Fault { eio, enospc, cut_short, interrupted, all_cut_short };

bool is_transparent(Fault fault) {
    return fault != Fault::eio && fault != Fault::enospc;
}

/// Lets the n-th call go wrong.
class Injector : public os::FileObserver {
public:
    Injector(Fault fault, std::uint64_t n) : fault_(fault), n_(n) {}

    int before(const os::FileCall& call) override {
        constexpr const char* kNames[] = {"write at ", "resize to ", "sync "};
        calls_of_data_.append(kNames[static_cast<int>(call.kind)]).append(std::to_string(call.offset)).append(", ");
        if (!fails()) return 0;
        calls_of_data_.append("which failed, ");
        failed_flush_ = call.kind == os::FileCall::Kind::sync ||
                        (call.kind == os::FileCall::Kind::write && call.offset < kv::kMetaAreaSize);
        return error();
    }
    void after(const os::FileCall&) override {}
    int before_spill(const os::FileCall&) override { return fails() ? error() : 0; }
    int before_lock(const os::FileCall&) override { return fails() ? error() : 0; }
    int before_read(std::uint64_t, std::uint64_t) override {
        return fault_ == Fault::eio && fails() ? error() : 0;  // a read needs no room
    }
    std::size_t before_transfer(std::size_t size) override {
        if (!is_transparent(fault_)) return size;
        ++calls_;
        if (fault_ == Fault::all_cut_short) {
            happened_ = true;
            return calls_ % 2 == 0 ? kInterrupted : std::min<std::size_t>(size, 1000);
        }
        if (calls_ != n_) return size;
        happened_ = true;
        return fault_ == Fault::interrupted ? kInterrupted : std::min(size, n_ % 2 == 0 ? 1 : (size + 1) / 2);
    }

    [[nodiscard]] bool happened() const noexcept { return happened_; }
    /// A sync or the write of a meta failed, in whichever file.
    [[nodiscard]] bool failed_flush() const noexcept { return failed_flush_; }
    /// What was asked of data files.
    [[nodiscard]] const std::string& calls() const noexcept { return calls_of_data_; }
    [[nodiscard]] int error() const noexcept { return fault_ == Fault::eio ? EIO : ENOSPC; }

private:
    bool fails() noexcept {
        if (is_transparent(fault_) || ++calls_ != n_) return false;
        return happened_ = true;
    }

    Fault fault_;
    std::uint64_t n_;
    std::uint64_t calls_ = 0;
    bool happened_ = false;
    bool failed_flush_ = false;
    std::string calls_of_data_;
};

// ---- The store and what it promised -----------------------------------------------------------------------

class Store {
public:
    Store(std::string directory, kv::Options options)
        : directory_(std::move(directory)), options_(options), states_(1) {}

    [[nodiscard]] std::string file(const std::string& name) const { return directory_ + "/" + name; }
    void open() { environment_.emplace(kv::Environment::open(file("store"), options_)); }
    void close() {
        // Also after a failure it is closed.
        kv::Environment closing = std::move(*environment_);
        environment_.reset();
        closing.close();
        promise();
    }
    /// Whatever becomes of it.
    void abandon() noexcept { environment_.reset(); }

    template <class Work>
    void commit(Work&& work, Durability durability = Durability::durable) {
        change(work, [&](kv::WriteTransaction& txn) { txn.commit(durability); });
        if (durability != Durability::deferred) promise();
    }
    template <class Work>
    kv::CommitTicket commit_async(Work&& work) {
        std::optional<kv::CommitTicket> ticket;
        change(work, [&](kv::WriteTransaction& txn) { ticket = txn.commit_async(); });
        return *ticket;
    }
    void sync() {
        environment_->sync();
        promise();
    }
    /// All that was committed is durable.
    void promise() { states_.erase(states_.begin(), states_.end() - 1); }

    [[nodiscard]] bool is_open() const noexcept { return environment_.has_value(); }
    [[nodiscard]] kv::Environment& environment() { return *environment_; }
    [[nodiscard]] const Trees& newest() const noexcept { return states_.back(); }
    /// The last promised state, and those after it that may be there.
    [[nodiscard]] bool allows(const Trees& found) const {
        return std::find(states_.begin(), states_.end(), found) != states_.end();
    }
    /// From here on the store has what was found in it.
    void found(Trees trees) { states_.assign(1, std::move(trees)); }

private:
    template <class Work, class Commit>
    void change(Work&& work, Commit&& commit) {
        Trees next = newest();
        kv::WriteTransaction txn = environment_->begin_write();
        Change both{txn, next};
        work(both);
        states_.push_back(std::move(next));
        try {
            commit(txn);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::outcome_unknown) states_.pop_back();
            throw;
        }
    }

    std::string directory_;
    kv::Options options_;
    std::optional<kv::Environment> environment_;
    std::vector<Trees> states_;
};

// ---- Kinds of work ----------------------------------------------------------------------------------------

struct Work {
    const char* name;
    kv::Options options;
    void (*prepare)(Store& store);  ///< without faults
    void (*run)(Store& store);
    /// Flushes other files than the store's own, or none that commits rest on.
    bool other_files = false;
};

void put(Change& change, std::uint64_t number, std::size_t size = 100) {
    change.put("records", "key " + std::to_string(number % 5), value_of(50, number));
    change.put("values", "key " + std::to_string(number % 3), value_of(size + number, number));
}

auto number(std::uint64_t which, std::size_t size = 100) {
    return [=](Change& change) { put(change, which, size); };
}

void some(Store& store) {
    store.open();
    for (std::uint64_t i = 0; i < 3; ++i) store.commit(number(i, 20000));
}

void some_closed(Store& store) {
    some(store);
    store.close();
}

void groups(Store& store) {
    for (std::uint64_t i = 10; i < 16; i += 3) {
        const kv::CommitTicket ticket = store.commit_async(number(i));
        (void)store.commit_async(number(i + 1));
        ticket.wait();
        store.commit(number(i + 2));
    }
    const kv::CommitTicket last = store.commit_async(number(20));
    last.wait();
    store.promise();
    store.close();
}

void deferred(Store& store) {
    for (std::uint64_t i = 10; i < 13; ++i) store.commit(number(i), Durability::deferred);
    store.sync();
    store.commit(number(13, 30000), Durability::deferred);
    store.commit(number(14));
    store.commit(number(15), Durability::deferred);
    store.close();
}

void nested(Store& store) {
    for (const bool keep : {true, false})
        store.commit([&](Change& change) {
            put(change, 10);
            change.nested([&](Change& inside) { put(inside, 11, 9000); }, keep);
            put(change, 13);
        });
    store.close();
}

void spill(Store& store) {
    for (std::uint64_t round = 0; round < 2; ++round)
        store.commit([&](Change& change) {
            for (std::uint64_t i = 0; i < 800; ++i)
                change.put("wide", std::to_string(i * 37 % 800), value_of(900, i + round));
            change.put("values", "large", value_of(200000, round));
        });
    store.close();
}

void growth(Store& store) {
    for (std::uint64_t i = 10; i < 13; ++i) store.commit(number(i, 900000));
    store.close();
}

void fill_and_empty(Store& store) {
    store.open();
    store.commit([](Change& change) {
        for (std::uint64_t i = 0; i < 6; ++i) change.put("gone", std::to_string(i), value_of(500000, i));
    });
    store.commit([](Change& change) {
        for (std::uint64_t i = 0; i < 60; ++i) change.put("wide", std::to_string(i), value_of(400, i));
        put(change, 1, 20000);
    });
    store.commit([](Change& change) {
        for (std::uint64_t i = 0; i < 6; ++i) change.erase("gone", std::to_string(i));
    });
}

void shrink(Store& store) {
    for (std::uint64_t i = 10; i < 16; ++i) store.commit(number(i));
    store.close();
}

void close_only(Store& store) {
    store.close();
}

void emptied_and_deferred(Store& store) {
    fill_and_empty(store);
    store.commit(number(10), Durability::deferred);
}

void compaction(Store& store) {
    (void)kv::compact(store.environment());
    store.close();
}

void copies(Store& store) {
    for (const bool compact : {false, true}) {
        const std::string path = store.file(compact ? "compact" : "copy");
        try {
            (void)kv::copy_to(store.environment(), path, {.compact = compact});
        } catch (const Error&) {
            CHECK_FALSE(std::filesystem::exists(path));
            throw;
        }
    }
}

void with_replica(Store& store) {
    some(store);
    (void)kv::copy_to(store.environment(), store.file("replica"));
    store.commit(number(10, 50000));
}

void increment(Store& store) {
    kv::BackupPoint base;
    {
        kv::Environment replica = kv::Environment::open(store.file("replica"));
        base = kv::backup_point(replica);
        replica.close();
    }
    (void)kv::write_increment(store.environment(), base, store.file("increment"));
    (void)kv::apply_increment(store.file("replica"), store.file("increment"));
}

void open_and_read(Store& store) {
    store.open();
    CHECK(content_of(store.environment()) == store.newest());
    store.close();
}

/// As a killed process leaves it, and without its lock file: as another machine gets it.
void killed(Store& store) {
    namespace fs = std::filesystem;
    some(store);
    store.commit(number(10));
    fs::copy_file(store.file("store"), store.file("left"));
    store.close();
    fs::rename(store.file("left"), store.file("store"));
    fs::remove(store.file("store-lock"));
}

void recover_and_write(Store& store) {
    store.open();
    store.commit(number(11));
    store.close();
}

std::vector<Work> all_work() {
    kv::Options two_phase;
    two_phase.durability = Durability::two_phase;
    kv::Options little_memory;
    little_memory.write_memory_bytes = std::size_t{256} << 10;
    kv::Options verifying;
    verifying.verify_on_read = true;
    return {
        {"groups", {}, some, groups},
        {"deferred commits", {}, some, deferred},
        {"nested transactions", {}, some, nested},
        {"two flushes", two_phase, some, nested},
        {"spilling", little_memory, some, spill},
        {"growth", {}, some, growth},
        {"shrinking", {}, fill_and_empty, shrink},
        {"compaction", {}, fill_and_empty, compaction},
        {"copies", {}, some, copies, true},
        {"increments", {}, with_replica, increment, true},
        {"opening", verifying, some_closed, open_and_read},
        {"recovery", {}, killed, recover_and_write},
        {"closing", {}, emptied_and_deferred, close_only},
    };
}

// ---- What must hold ---------------------------------------------------------------------------------------

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void require_says_what_failed(const Error& error, const Injector& injector, const Store& store) {
    const std::string sentence = error.what();
    INFO(std::string{to_string(error.code())} << ": " << sentence);
    INFO(injector.calls());
    CHECK(sentence.find(store.file("")) != std::string::npos);
    // Closing and compacting flush for themselves first, before there is anything whose outcome could be unknown.
    if (error.code() == ErrorCode::poisoned) {
        CHECK(injector.failed_flush());
    } else {
        CHECK((error.code() == (injector.error() == EIO ? ErrorCode::io : ErrorCode::full) ||
               error.code() == ErrorCode::outcome_unknown));
    }
    CHECK(sentence.find("cannot ") != std::string::npos);
    CHECK(sentence.find(std::strerror(injector.error())) != std::string::npos);
}

/// The environment that saw the fault: it writes no more, or goes on as if nothing had been.
void go_on(const Work& work, Store& store, const Injector& injector) {
    CHECK(store.allows(content_of(store.environment())));
    if (injector.failed_flush() && !work.other_files) {
        for (int i = 0; i < 2; ++i)
            CHECK(code_of([&] { (void)store.environment().begin_write(); }) ==
                  std::string{to_string(ErrorCode::poisoned)});
        CHECK(store.allows(content_of(store.environment())));
        return;
    }
    store.sync();  // what was committed without waiting is still to come
    CHECK(content_of(store.environment()) == store.newest());
    (void)require_sound(store.environment());
    store.commit(number(30));
    store.close();
}

/// The fault is gone: the next open finds what was promised, and goes on.
void reopen(Store& store) {
    store.open();
    const Trees found = content_of(store.environment());
    CHECK(store.allows(found));
    store.found(found);
    (void)require_sound(store.environment());
    store.commit(number(31, 40000));
    (void)require_sound(store.environment());
    store.close();
    store.open();
    CHECK(content_of(store.environment()) == store.newest());
    CHECK_FALSE(store.environment().recovery().unclean);
    store.close();
}

Trees content_at(const std::string& path) {
    kv::Environment environment = kv::Environment::open(path);
    return content_of(environment);
}

/// A replica has what it had, or all of the increment.
void require_whole_replica(const Store& store, const Trees& before, const Trees& after) {
    if (!std::filesystem::exists(store.file("replica"))) return;
    kv::Environment replica = kv::Environment::open(store.file("replica"));
    const Trees found = content_of(replica);
    CHECK((found == before || found == after));
    (void)require_sound(replica);
}

void require_tidy(const MemoryDirectory& directory) {
    for (const auto& entry : std::filesystem::directory_iterator{directory.path()}) {
        const std::string name = entry.path().filename().string();
        INFO(name);
        CHECK(name.find("-new") == std::string::npos);
        CHECK(name.find("-spill") == std::string::npos);
        CHECK(name.find("-increment") == std::string::npos);
    }
}

/// False when the work makes fewer calls.
bool try_fault(const Work& work, Fault fault, std::uint64_t n) {
    const MemoryDirectory directory;
    const std::size_t descriptors = open_descriptors();
    Store store{directory.path(), work.options};
    work.prepare(store);
    Trees replica;
    if (std::filesystem::exists(store.file("replica"))) replica = content_at(store.file("replica"));
    const Trees replica_next = store.newest();
    Injector injector{fault, n};
    {
        const Observation observation{injector};
        try {
            work.run(store);
        } catch (const Error& error) {
            INFO(std::string{error.what()});
            REQUIRE(injector.happened());
            REQUIRE_FALSE(is_transparent(fault));
            require_says_what_failed(error, injector, store);
        }
    }
    if (!injector.happened()) return false;
    ++faults_tried;
    if (store.is_open()) {
        try {
            go_on(work, store, injector);
        } catch (const Error& error) {
            FAIL_CHECK("it did not go on: " << std::string{error.what()});
        }
    }
    store.abandon();
    CHECK(open_descriptors() == descriptors);
    reopen(store);
    require_whole_replica(store, replica, replica_next);
    require_tidy(directory);
    CHECK(open_descriptors() == descriptors);
    return fault != Fault::all_cut_short;
}

void try_every_call(Fault fault) {
    for (const Work& work : all_work()) {
        const std::uint64_t before = faults_tried;
        for (std::uint64_t n = 1;; ++n) {
            INFO(std::string{work.name} << ", call " << n);
            if (!try_fault(work, fault, n)) break;
        }
        CHECK(faults_tried > before);
        MESSAGE(std::string{work.name} << ": " << faults_tried - before << " faults");
    }
}

}  // namespace

TEST_CASE("every call fails with EIO, in every kind of work") {
    try_every_call(Fault::eio);
}
TEST_CASE("every call fails with ENOSPC, in every kind of work") {
    try_every_call(Fault::enospc);
}
TEST_CASE("every call is cut short, and nobody notices") {
    try_every_call(Fault::cut_short);
    try_every_call(Fault::all_cut_short);
}
TEST_CASE("every call is interrupted, and nobody notices") {
    try_every_call(Fault::interrupted);
}
