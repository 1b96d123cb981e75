// For tests/crash/crash_order_mutations.cpp only: ways to break the engine on purpose, which it must notice, and
// places at which it lets others act. In the library every one is a constant false, and the places are empty.
#pragma once

#ifdef CAMBIUM_MUTATIONS
#include <functional>
#include <utility>
#endif

namespace cambium::kv {

struct Mutations {
    bool flush_looks_once = false;      ///< not again, after the state in flight is pinned
    bool reader_looks_once = false;     ///< not again, after its snapshot is pinned
    bool failure_forgotten = false;     ///< a recovery whose sync failed may be tried again
    bool dead_flush_forgotten = false;  ///< what a dead owner had flushed is not published
    bool copy_believed = false;         ///< the lock file tells of a file that was copied over its own
};

#ifdef CAMBIUM_MUTATIONS
inline Mutations mutations;
/// Each is called once.
inline std::function<void()> before_pin;
inline std::function<void()> before_durable_published;
inline void reach(std::function<void()>& place) {
    if (const std::function<void()> action = std::exchange(place, nullptr)) action();
}
inline void reach_pin() {
    reach(before_pin);
}
inline void reach_durable_published() {
    reach(before_durable_published);
}
#else
inline constexpr Mutations mutations{};
inline void reach_pin() noexcept {}
inline void reach_durable_published() noexcept {}
#endif

}  // namespace cambium::kv
