// Whether a state that was written but never flushed is whole: a walk from its roots, pruned by birth.
#include "kv/birth_walk.hpp"
#include "kv/environment_state.hpp"
#include "kv/recovery.hpp"

namespace cambium::kv {

bool is_whole(detail::EnvironmentState& env, const Snapshot& state, TransactionId durable) {
    detail::TransactionState txn{env, env.checksum, env.page_size};
    txn.begin(state, env.mapped(state.page_count * env.page_size));
    try {
        (void)pages_born_after(txn, durable);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt) throw;
        return false;
    }
    return true;
}

}  // namespace cambium::kv
