// Whether a state that was written but never flushed is whole: a walk from its roots, pruned by birth.
#include <algorithm>

#include "kv/birth_walk.hpp"
#include "kv/environment_state.hpp"
#include "kv/recovery.hpp"

namespace cambium::kv {

namespace {

// Every commit writes both roots anew. A page of another number there is what another file had, copied over this
// one.
bool wrote(const std::vector<BornPages>& pages, const Snapshot& state, PageRef root) {
    return root == kNoPage || std::any_of(pages.begin(), pages.end(), [&](const BornPages& born) {
               return born.first_page == root && born.birth == state.id;
           });
}

}  // namespace

std::optional<std::vector<BornPages>> whole_pages(detail::EnvironmentState& env, const Snapshot& state,
                                                  TransactionId durable) {
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

}  // namespace cambium::kv
