// Every allocation of every kind of work fails once, from there on or alone. What was acknowledged is there, at
// once and after the store was closed and opened again; what was not is not; the store is sound, goes on, and
// nothing is left behind: no memory, no descriptor, no file.
//
// The work of a trial is always the same, on a store that is always the same: so the n-th allocation is each one in
// turn. It says after each step what has returned. Runs that stop behind each step tell what the store has then.
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "allocations.hpp"
#include "cambium/kv/backup.hpp"
#include "cambium/kv/copy.hpp"
#include "cambium/kv/maintenance.hpp"
#include "child.hpp"
#include "file_bytes.hpp"
#include "memory_directory.hpp"
#include "os/file.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;
using kv::Environment;

namespace {

std::uint64_t failures_tried = 0;

struct LastLine {
    ~LastLine() { std::cout << "allocation failures tried: " << failures_tried << std::endl; }
} last_line;

// ---- Memory -----------------------------------------------------------------------------------------------

bool failed_once = false;

/// From the n-th allocation on, or that one alone, memory is out until this ends.
class Shortage {
public:
    Shortage(std::int64_t n, bool lasts) {
        failed_once = false;
        out_of_allocations = lasts ? fail_on : fail_alone;
        allocations_left = n;
    }
    ~Shortage() { allocations_left = -1; }
    Shortage(const Shortage&) = delete;
    Shortage& operator=(const Shortage&) = delete;

private:
    static void fail_on() {
        failed_once = true;
        throw std::bad_alloc{};
    }
    static void fail_alone() {
        allocations_left = -1;
        fail_on();
    }
};

// ---- A trial ----------------------------------------------------------------------------------------------

class Trial;

struct Work {
    const char* name;
    kv::Options options;
    void (*base)(Environment& environment);  ///< what the store has; it is closed then
    void (*before)(Trial& trial);            ///< before memory runs out
    void (*run)(Trial& trial);
    void (*after)(Trial& trial, const Trees& now) = nullptr;  ///< what else must hold
};

/// Behind the step that a run stops at.
struct Stop {};

class Trial {
public:
    Trial(const Work& work, const std::string& image, std::size_t stop_at) : work_(work), stop_at_(stop_at) {
        write_file(file("store"), image);
        work.before(*this);
    }

    [[nodiscard]] std::string file(const std::string& name) const { return directory.file(name); }
    void open() { environment.emplace(Environment::open(path_, work_.options)); }
    /// A step has returned: what it did is acknowledged.
    void done() {
        if (++step == stop_at_) throw Stop{};
    }
    void close() {
        Environment closing = std::move(*environment);  // closed also when that fails
        environment.reset();
        closing.close();
    }

    MemoryDirectory directory;
    std::size_t step = 0;
    std::unique_ptr<Child> child;
    std::optional<Environment> environment;
    std::optional<kv::ReadTransaction> reader;
    Trees replica;  ///< what that has before

private:
    const Work& work_;
    std::size_t stop_at_;
    std::string path_ = directory.store();
};

// ---- What stores have -------------------------------------------------------------------------------------

// Short enough to need no memory.
std::string key(std::uint64_t number) {
    return "key " + std::to_string(number);
}

ByteView value(std::size_t size, std::uint64_t seed) {
    static const std::string text = [] {
        std::string all;
        for (std::uint64_t i = 0; i < 60100; ++i) all.push_back(static_cast<char>('a' + i * i % 251 % 26));
        return all;
    }();
    return ByteView{text}.substr(seed % 97, size);
}

void fill(Environment& environment) {
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree records = txn.create_tree("records", {.counts = true});
    for (std::uint64_t i = 0; i < 300; ++i) txn.put(records, key(i), value(30 + i % 40, i));
    const kv::Tree pairs = txn.create_tree("pairs", {.duplicates = true});
    for (std::uint64_t i = 0; i < 300; ++i) txn.put(pairs, i % 60 == 0 ? "few" : "many", value(20 + i % 7, i));
    txn.put(txn.create_tree("values"), "large", value(20000, 1));
    const kv::Tree gone = txn.create_tree("gone");
    for (std::uint64_t i = 0; i < 50; ++i) txn.put(gone, key(i), value(300, i));
    txn.commit();
}

/// Mostly free: closing shortens it once it has been written to.
void fill_and_empty(Environment& environment) {
    fill(environment);
    kv::WriteTransaction txn = environment.begin_write();
    for (std::uint64_t i = 0; i < 50; ++i) txn.put(txn.create_tree("emptied"), key(i), value(60000, i));
    for (std::uint64_t i = 300; i < 320; ++i) txn.put(txn.tree("records"), key(i), value(30, i));
    txn.commit();
    txn = environment.begin_write();
    (void)txn.drop_tree("emptied");
    txn.commit();
}

void put_some(kv::WriteTransaction& txn, std::uint64_t round) {
    const kv::Tree records = txn.tree("records");
    for (std::uint64_t i = 0; i < 4; ++i) txn.put(records, key((round * 7 + i * 71) % 400), value(40, round + i));
}

void commit_some(Environment& environment, std::uint64_t round, Durability durability) {
    kv::WriteTransaction txn = environment.begin_write();
    put_some(txn, round);
    txn.commit(durability);
}

// ---- Kinds of work ----------------------------------------------------------------------------------------

void opened(Trial& trial) {
    trial.open();
}

void with_deferred(Trial& trial) {
    trial.open();
    for (std::uint64_t i = 0; i < 3; ++i) commit_some(*trial.environment, 100 + i, Durability::deferred);
}

void every_change(Trial& trial) {
    kv::WriteTransaction txn = trial.environment->begin_write();
    const kv::Tree records = txn.tree("records");
    for (std::uint64_t i = 0; i < 40; ++i) txn.put(records, key(i * 17), value(45, i));
    for (std::uint64_t i = 0; i < 20; ++i) (void)txn.erase(records, key(i * 11));
    (void)txn.erase_range(records, key(10), key(17));
    const kv::Tree pairs = txn.tree("pairs");
    for (std::uint64_t i = 0; i < 20; ++i) txn.put(pairs, i % 2 == 0 ? "few" : "many", value(30, i));
    (void)txn.erase(pairs, "many", value(20, 0));
    for (std::uint64_t i = 0; i < 8; ++i) txn.put(pairs, "one", value(1000, i));
    (void)txn.erase(pairs, "few");
    const kv::Tree values = txn.tree("values");
    txn.put(values, "other", value(9000, 3));
    (void)txn.erase(values, "large");
    {
        kv::ValueWriter writer = txn.value_writer(values, "pieces", 30000);
        for (std::uint64_t i = 0; i < 30; ++i) writer.append(value(1000, i));
        writer.finish();
    }
    for (const bool keep : {false, true}) {
        kv::WriteTransaction nested = txn.begin_nested();
        nested.put(records, "nested", value(20, keep ? 1 : 2));
        nested.put(values, "nested", value(7000, keep ? 1 : 2));
        (void)nested.erase(pairs, "one");
        {
            kv::WriteTransaction inner = nested.begin_nested();
            inner.put(inner.create_tree("inner"), "key", "value");
            (void)inner.drop_tree("inner");
            inner.clear(records);
            inner.abort();
        }
        if (keep) nested.commit();
    }
    txn.clear(txn.create_tree("cleared"));
    (void)txn.drop_tree("gone");
    txn.rename_tree("cleared", "renamed");
    txn.commit();
    trial.done();
}

void clear_and_drop(Trial& trial) {
    kv::WriteTransaction txn = trial.environment->begin_write();
    txn.clear(txn.tree("records"));
    (void)txn.drop_tree("pairs");
    (void)txn.drop_tree("values");
    txn.commit();
    trial.done();
}

void durabilities(Trial& trial) {
    std::uint64_t round = 0;
    for (const Durability durability : {Durability::durable, Durability::two_phase, Durability::deferred}) {
        commit_some(*trial.environment, ++round, durability);
        trial.done();
    }
}

void asynchronous(Trial& trial) {
    for (std::uint64_t i = 0; i < 2; ++i) {
        kv::WriteTransaction txn = trial.environment->begin_write();
        put_some(txn, i);
        const kv::CommitTicket ticket = txn.commit_async();
        trial.done();
        if (i == 1) ticket.wait();
    }
    commit_some(*trial.environment, 3, Durability::durable);
    trial.done();
}

void prepared(Trial& trial) {
    for (std::uint64_t i = 0; i < 3; ++i) {
        kv::WriteTransaction txn = trial.environment->begin_write();
        put_some(txn, i);
        kv::PreparedTransaction prepared = txn.prepare();
        if (i == 1) continue;  // it is taken back
        prepared.commit(i == 0 ? Durability::durable : Durability::deferred);
        trial.done();
    }
}

void deferred(Trial& trial) {
    for (std::uint64_t i = 0; i < 6; ++i) {
        commit_some(*trial.environment, i, Durability::deferred);
        trial.done();
        if (i % 2 == 1) trial.environment->sync();
    }
    commit_some(*trial.environment, 6, Durability::two_phase);
    trial.done();
}

/// Enough for pages to be built in place.
void many_deferred(Trial& trial) {
    for (std::uint64_t round = 0; round < 2; ++round) {
        kv::WriteTransaction txn = trial.environment->begin_write();
        for (std::uint64_t i = 0; i < 150; ++i) txn.put(txn.tree("records"), key(i * 2), value(60, round + i));
        {
            kv::WriteTransaction nested = txn.begin_nested();
            for (std::uint64_t i = 0; i < 50; ++i) nested.put(nested.tree("gone"), key(i), value(200, i));
            if (round == 0) nested.commit();
        }
        txn.commit(Durability::deferred);
        trial.done();
    }
}

void with_reader(Trial& trial) {
    trial.open();
    commit_some(*trial.environment, 1, Durability::durable);
    trial.reader.emplace(trial.environment->begin_read());
}

/// More than the limit has room for before both slots have moved on.
void fill_room(Trial& trial) {
    for (std::uint64_t round = 0; round < 4; ++round) {
        kv::WriteTransaction txn = trial.environment->begin_write();
        for (std::uint64_t i = 0; i < 4; ++i) txn.put(txn.tree("gone"), key(100 + i), value(60000, round + i));
        txn.commit();
        trial.done();
    }
}

void spill(Trial& trial) {
    kv::WriteTransaction txn = trial.environment->begin_write();
    for (std::uint64_t i = 0; i < 150; ++i) txn.put(txn.tree("gone"), key(i * 37 % 150), value(900, i));
    txn.put(txn.tree("values"), "large", value(60000, 1));
    txn.commit();
    trial.done();
}

void compact_store(Trial& trial) {
    (void)kv::compact(*trial.environment);
}

void close_store(Trial& trial) {
    trial.close();
}

void open_store(Trial& trial) {
    trial.open();
}

void copy_store(Trial& trial) {
    for (const bool compact : {false, true})
        (void)kv::copy_to(*trial.environment, trial.file(compact ? "compact" : "copy"), {.compact = compact});
}

/// No copy, or a whole one.
void require_whole_copies(Trial& trial, const Trees& now) {
    for (const char* name : {"compact", "copy"}) {
        if (!std::filesystem::exists(trial.file(name))) continue;
        Environment copy = Environment::open(trial.file(name));
        CHECK(content_of(copy) == now);
        (void)require_sound(copy);
    }
}

void with_replica(Trial& trial) {
    trial.open();
    (void)kv::copy_to(*trial.environment, trial.file("replica"));
    trial.replica = content_of(*trial.environment);
    commit_some(*trial.environment, 1, Durability::durable);
}

void increment(Trial& trial) {
    const std::string replica = trial.file("replica");
    const std::string increment = trial.file("increment");
    kv::BackupPoint base;
    {
        Environment environment = Environment::open(replica);
        base = kv::backup_point(environment);
        environment.close();
    }
    (void)kv::write_increment(*trial.environment, base, increment);
    (void)kv::apply_increment(replica, increment);
}

/// The replica has what it had, or all of the increment.
void require_whole_replica(Trial& trial, const Trees& now) {
    Environment replica = Environment::open(trial.file("replica"));
    const Trees found = content_of(replica);
    CHECK((found == trial.replica || found == now));
    (void)require_sound(replica);
}

// ---- What processes leave that are killed -----------------------------------------------------------------

void untouched(Trial&) {}

void removed(Trial& trial) {
    std::filesystem::remove(trial.file("store"));
}

/// As another machine gets it.
void without_lock_file(Trial& trial) {
    with_deferred(trial);
    commit_some(*trial.environment, 5, Durability::durable);
    const std::string left = read_file(trial.file("store"));
    trial.close();
    write_file(trial.file("store"), left);
    std::filesystem::remove(trial.file("store-lock"));
}

/// Commits that are written and not flushed.
void killed(Trial& trial) {
    Child child{[&](const Child::Pipe&) {
        with_deferred(trial);
        ::_exit(0);
    }};
    child.require_success();
}

/// One that only reads came after the kill, and stays.
void killed_and_read(Trial& trial) {
    killed(trial);
    trial.child = std::make_unique<Child>([&](const Child::Pipe& pipe) {
        const Environment reading = Environment::open(trial.file("store"), {.read_only = true});
        pipe.send(1);
        (void)pipe.receive();
    });
    (void)trial.child->receive();
    trial.open();
}

/// Ends the process in a flush whose meta is written.
class EndInFlush : public os::FileObserver {
public:
    int before(const os::FileCall& call) override {
        if (call.kind == os::FileCall::Kind::sync) ::_exit(0);
        return 0;
    }
    void after(const os::FileCall&) override {}
};

void killed_in_flush(Trial& trial) {
    Child child{[&](const Child::Pipe& pipe) {
        trial.open();
        commit_some(*trial.environment, 1, Durability::deferred);
        pipe.send(1);
        (void)pipe.receive();
        EndInFlush end;
        const Observation observation{end};
        commit_some(*trial.environment, 2, Durability::durable);
    }};
    (void)child.receive();
    trial.open();
    child.send(1);
    child.require_success();
}

void sync_and_commit(Trial& trial) {
    trial.environment->sync();
    commit_some(*trial.environment, 3, Durability::durable);
    trial.done();
}

std::vector<Work> all_work() {
    kv::Options often;
    often.deferred_bytes = 20000;
    kv::Options limited;
    limited.size_limit_bytes = (std::uint64_t{1} << 20) + (std::uint64_t{128} << 10);
    kv::Options little_memory;
    little_memory.write_memory_bytes = std::uint64_t{64} << 10;
    kv::Options with_thread;
    with_thread.deferred_interval = std::chrono::hours{1};
    with_thread.flush_thread = true;
    return {
        {"every change", {}, fill, opened, every_change},
        {"clear and drop", {}, fill, opened, clear_and_drop},
        {"durabilities", {}, fill, opened, durabilities},
        {"asynchronous commits", {}, fill, opened, asynchronous},
        {"prepared transactions", {}, fill, with_deferred, prepared},
        {"deferred commits", {}, fill, with_deferred, deferred},
        {"deferred commits, often flushed", often, fill, with_deferred, deferred},
        {"large deferred commits", {}, fill, with_deferred, many_deferred},
        {"little room and a reader", limited, fill, with_reader, fill_room},
        {"spilling", little_memory, fill, opened, spill},
        {"compaction", {}, fill_and_empty, with_deferred, compact_store},
        {"closing", {}, fill_and_empty, with_deferred, close_store},
        {"copies", {}, fill, with_deferred, copy_store, require_whole_copies},
        {"increments", {}, fill, with_replica, increment, require_whole_replica},
        {"opening", with_thread, fill, untouched, open_store},
        {"filling an empty file", {}, nullptr, untouched, open_store},
        {"creating", {}, nullptr, removed, open_store},
        {"recovery", {}, fill, without_lock_file, open_store},
        {"recovery after a kill", {}, fill, killed, open_store},
        {"recovery beside a reader", {}, fill, killed_and_read, sync_and_commit},
        {"after a kill in a flush", {}, fill, killed_in_flush, sync_and_commit},
    };
}

// ---- What must hold ---------------------------------------------------------------------------------------

/// What is done once memory is there again.
enum class Then { go_on, close };

struct Variant {
    bool lasts;  ///< every allocation fails after the first that did
    Then then;
};

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::string image_of(const Work& work) {
    if (work.base == nullptr) return {};
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store(), work.options);
    work.base(environment);
    environment.close();
    return read_file(directory.store());
}

Trees content_now(Trial& trial) {
    if (!trial.environment.has_value()) trial.open();
    trial.environment->sync();  // what was committed without waiting is still to come
    return content_of(*trial.environment);
}

/// What the store has behind each step of a run, the first of them none.
std::vector<Trees> states_of(const Work& work, const std::string& image) {
    std::vector<Trees> states;
    for (bool more = true; more;) {
        Trial trial{work, image, states.size()};
        if (!states.empty()) {
            try {
                work.run(trial);
                more = false;
            } catch (const Stop&) {
            }
        }
        Trees now = content_now(trial);
        if (more || now != states.back()) states.push_back(std::move(now));
        trial.reader.reset();
    }
    return states;
}

void require_goes_on(Trial& trial, const Trees& expected) {
    CHECK(content_now(trial) == expected);
    (void)require_sound(*trial.environment);
    kv::WriteTransaction txn = trial.environment->begin_write();
    txn.put(txn.create_tree("after"), "key", "value");
    txn.commit();
    (void)require_sound(*trial.environment);
}

void require_there(Trial& trial, const Trees& expected) {
    trial.open();
    CHECK_FALSE(trial.environment->recovery().fell_back);
    Trees found = content_of(*trial.environment);
    found.erase("after");
    CHECK(found == expected);
    (void)require_sound(*trial.environment);
    trial.close();
}

void require_tidy(const Trial& trial) {
    for (const auto& entry : std::filesystem::directory_iterator{trial.file("")}) {
        const std::string name = entry.path().filename().string();
        INFO(name);
        for (const char* part : {"-new", "-spill", "-increment"}) CHECK(name.find(part) == std::string::npos);
    }
}

void require_all(const Work& work, Trial& trial, Then then, const std::vector<Trees>& states,
                 const Trees& expected) {
    if (trial.reader.has_value()) CHECK(content_of(*trial.reader) == states.front());
    if (then == Then::go_on) require_goes_on(trial, expected);
    trial.reader.reset();
    if (trial.environment.has_value()) trial.close();
    trial.child.reset();
    require_there(trial, expected);
    if (work.after != nullptr) work.after(trial, expected);
    require_tidy(trial);
}

/// False when the work takes less memory.
bool try_failure(const Work& work, const std::string& image, const std::vector<Trees>& states, std::int64_t n,
                 Variant variant) {
    Trial trial{work, image, 0};
    std::size_t steps = 0;
    try {
        const Shortage shortage{n, variant.lasts};
        work.run(trial);
    } catch (const std::bad_alloc&) {
    } catch (const Error& error) {
        INFO(std::string{error.what()});
        REQUIRE(to_string(error.code()) == to_string(ErrorCode::outcome_unknown));
        steps = 1;  // it is written
    }
    steps += trial.step;
    if (!failed_once) return false;
    ++failures_tried;
    REQUIRE(steps < states.size());
    try {
        require_all(work, trial, variant.then, states, states[steps]);
    } catch (const Error& error) {
        FAIL_CHECK("it did not go on: " << std::string{error.what()});
    }
    return true;
}

// With sanitizers everything takes several times as long, and they find the same in a part of it.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::int64_t kStride = 5;
#else
constexpr std::int64_t kStride = 1;
#endif

void try_every_allocation(Variant variant) {
    for (const Work& work : all_work()) {
        const std::string image = image_of(work);
        const std::vector<Trees> states = states_of(work, image);
        const std::uint64_t before = failures_tried;
        bool more = true;
        for (std::int64_t n = 0; more; n += kStride) {
            INFO(std::string{work.name} << ", allocation " << n);
            const std::int64_t held = allocations_held;
            const std::size_t descriptors = open_descriptors();
            more = try_failure(work, image, states, n, variant);
            CHECK(allocations_held == held);
            CHECK(open_descriptors() == descriptors);
        }
        CHECK(failures_tried > before);
        MESSAGE(std::string{work.name} << ": " << failures_tried - before << " failed allocations");
    }
}

}  // namespace

TEST_CASE("memory runs out for good at every allocation, and is there again") {
    try_every_allocation({true, Then::go_on});
}
TEST_CASE("memory runs out for good at every allocation, and the store is closed") {
    try_every_allocation({true, Then::close});
}
TEST_CASE("every allocation fails alone") {
    try_every_allocation({false, Then::go_on});
}

TEST_CASE("a commit that is written becomes durable without memory") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    fill(environment);
    const auto without_memory = [](auto&& work) {
        const Shortage shortage{0, true};
        work();
    };
    commit_some(environment, 1, Durability::deferred);
    without_memory([&] { environment.sync(); });
    for (const Durability durability : {Durability::durable, Durability::two_phase, Durability::deferred}) {
        kv::WriteTransaction txn = environment.begin_write();
        put_some(txn, 2);
        kv::PreparedTransaction prepared = txn.prepare();
        without_memory([&] { prepared.commit(durability); });
    }
    {
        kv::WriteTransaction txn = environment.begin_write();
        put_some(txn, 3);
        const kv::CommitTicket ticket = txn.commit_async();
        without_memory([&] { ticket.wait(); });
        CHECK(ticket.durable());
    }
    commit_some(environment, 4, Durability::deferred);
    (void)require_sound(environment);
    const Trees last = content_of(environment);
    without_memory([&] { environment.close(); });
    environment = Environment::open(directory.store());
    CHECK_FALSE(environment.recovery().unclean);
    CHECK(content_of(environment) == last);
    (void)require_sound(environment);
}
