// The gradual checkpoint of the free space.
//
// Deltas are kept until the chunks of the whole file have been recorded after them; then they are dropped, oldest
// first. Every commit does a bounded part of that, whatever the size of the file. Where it stands is in every
// commit's own record.
#pragma once

#include "kv/space_map.hpp"

namespace cambium::kv::detail {

/// Does one commit's part of the checkpoint, and makes the last path of the space tree dirty, so that recording the
/// commit's delta retires nothing more. O(1) pages.
void advance_checkpoint(TransactionState& txn, TreeState& space, SpaceMap& map);

}  // namespace cambium::kv::detail
