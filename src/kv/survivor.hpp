// What processes that were killed leave to the first that comes after them, on the same boot: the lock file, and in
// the page cache the states that were written and not flushed.
//
// Invariant: a kill at any call loses nothing of it. A writer makes the newest whole state durable before it builds
// the lock file anew. Who only reads keeps the lock file as it is, for the writer that comes. Thread rule:
// recover() under the attach lock alone, resume_written() under the flush lock.
#pragma once

#include "kv/environment_state.hpp"

namespace cambium::kv {

/// First opener: chooses the state to go on from and fills in the lock file and `env.report`.
/// O(pages that are not durable, times the fan-out).
void recover(detail::EnvironmentState& env, const StoreIdentity& id);

/// First writer after a first opener that only read: verifies what was written after the durable state, writes it
/// again and makes it the written head. Error{poisoned} when a state that readers were shown is not whole any more.
void resume_written(detail::EnvironmentState& env, const Snapshot& durable);

}  // namespace cambium::kv
