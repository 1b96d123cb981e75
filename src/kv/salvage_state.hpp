// Which state of a damaged store is salvaged. Thread rule: one thread.
#pragma once

#include <string>

#include "kv/meta.hpp"
#include "os/file.hpp"

namespace cambium::kv {

struct SalvagedState {
    Meta meta;
    std::string doubt;  ///< a sentence when no commit record names it; else empty
};

/// The state that opening takes; else the newest one that a commit record names, whole or not; else the newest one
/// of which a page is found in the file, with what a damaged commit record still says of page size and checksums;
/// it has no catalog when no page of that one is. Error as of opening when there is nothing of all this.
[[nodiscard]] SalvagedState state_to_salvage(const os::File& file, const std::string& path);

}  // namespace cambium::kv
