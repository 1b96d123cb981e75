// The record of what a store asked of its file: writes with their bytes, resizes and syncs, in order, and between
// them marks that say what the store must then contain.
//
// Thread rule: the recorder takes calls from any thread; marks and the record belong to the test's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/file.hpp"

namespace cambium::test {

/// The whole content of a store: name of tree -> key -> value.
using Trees = std::map<std::string, std::map<std::string, std::string>>;

/// What a pair of a tree with duplicates is in Trees, with no value. The key has no zero byte.
inline std::string pair_entry(const std::string& key, std::string_view value) {
    return std::string{key}.append(1, '\0').append(value);
}

struct Event {
    enum class Kind : std::uint8_t {
        write,
        resize,
        sync_begun,  ///< the next sync to end covers what was written before this, and perhaps more
        sync,
        failed_sync,   ///< what was written before it may never reach the disk, whatever is synced later
        attempted,     ///< a commit to `state` begins: it may be found from here on
        withdrawn,     ///< the attempted commit failed cleanly: it must not be found
        acknowledged,  ///< `state` was promised: nothing attempted before it may be found
    };
    Kind kind = Kind::sync;
    std::uint64_t offset = 0;  ///< write: where, in bytes; resize: the new length
    std::string bytes;         ///< write
    std::size_t state = 0;     ///< marks: index into Record::states
};

struct Record {
    std::vector<Event> events;
    std::vector<Trees> states;
};

/// Records; on request lets the n-th call fail, and does something while a sync is under way.
class Recorder : public os::FileObserver {
public:
    int before(const os::FileCall& call) override {
        if (call.kind == os::FileCall::Kind::sync) {
            {
                const std::lock_guard guard{mutex_};
                record_.events.push_back({Event::Kind::sync_begun, 0, {}, 0});
            }
            if (during_sync_ && !inside_) {
                inside_ = true;
                during_sync_();
                inside_ = false;
            }
        }
        const std::lock_guard guard{mutex_};
        if (syncs_only_ && call.kind != os::FileCall::Kind::sync) return 0;
        if (++calls_ != fail_at_) return 0;
        failed_call_ = {call.kind == os::FileCall::Kind::write    ? Event::Kind::write
                        : call.kind == os::FileCall::Kind::resize ? Event::Kind::resize
                                                                  : Event::Kind::failed_sync,
                        call.offset,
                        {},
                        0};
        has_failed_ = true;
        if (call.kind == os::FileCall::Kind::sync) record_.events.push_back(failed_call_);
        return fail_with_;
    }

    void after(const os::FileCall& call) override {
        const std::lock_guard guard{mutex_};
        Event event;
        event.offset = call.offset;
        switch (call.kind) {
            case os::FileCall::Kind::write:
                event.kind = Event::Kind::write;
                for (const iovec& piece : call.pieces)
                    event.bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
                break;
            case os::FileCall::Kind::resize:
                event.kind = Event::Kind::resize;
                break;
            case os::FileCall::Kind::sync:
                event.kind = Event::Kind::sync;
                break;
        }
        record_.events.push_back(std::move(event));
    }

    /// The n-th call from now on, counted from 1, fails with this errno without being done.
    void fail_call(std::uint64_t n, int with) {
        calls_ = 0;
        fail_at_ = n;
        fail_with_ = with;
        has_failed_ = false;
        syncs_only_ = false;
    }
    /// The same of the next sync.
    void fail_sync(int with) {
        fail_call(1, with);
        syncs_only_ = true;
    }
    [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }
    [[nodiscard]] const Event& failed_call() const noexcept { return failed_call_; }

    /// Is called when a sync has begun, and may use the store; not for the syncs it causes itself.
    void during_sync(std::function<void()> action) { during_sync_ = std::move(action); }

    /// The number of the state among all that the record knows.
    std::size_t attempt(const Trees& state) { return mark(Event::Kind::attempted, state); }
    void acknowledge(const Trees& state) { (void)mark(Event::Kind::acknowledged, state); }
    void acknowledge_state(std::size_t state) {
        record_.events.push_back({Event::Kind::acknowledged, 0, {}, state});
    }
    void withdraw() { record_.events.push_back({Event::Kind::withdrawn, 0, {}, 0}); }

    [[nodiscard]] const Record& record() const noexcept { return record_; }

private:
    std::size_t mark(Event::Kind kind, const Trees& state) {
        if (record_.states.empty() || record_.states.back() != state) record_.states.push_back(state);
        record_.events.push_back({kind, 0, {}, record_.states.size() - 1});
        return record_.states.size() - 1;
    }

    std::mutex mutex_;
    Record record_;
    std::uint64_t calls_ = 0;
    std::uint64_t fail_at_ = 0;
    int fail_with_ = 0;
    bool syncs_only_ = false;
    bool has_failed_ = false;
    Event failed_call_;
    std::function<void()> during_sync_;
    bool inside_ = false;  ///< during_sync_ is running
};

/// Installs an observer for a scope.
class Observation {
public:
    explicit Observation(os::FileObserver& observer) noexcept { os::set_file_observer(&observer); }
    ~Observation() { os::set_file_observer(nullptr); }
    Observation(const Observation&) = delete;
    Observation& operator=(const Observation&) = delete;
};

}  // namespace cambium::test
