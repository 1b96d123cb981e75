// Pages found by looking at every page of a file, for salvage: when what referred to them is lost.
//
// A node is believed when its checksum, its number and its arrays are right. Whether the state that is salvaged
// uses it, or an older one did, the page itself cannot tell: that is what UsedPages is for.
// Thread rule: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/checksum.hpp"
#include "kv/page_bits.hpp"
#include "kv/space_format.hpp"
#include "os/file.hpp"

namespace cambium::kv {

struct FoundNode {
    std::uint64_t page;
    TransactionId birth;
    std::uint16_t tree;  ///< NodeHeader::tree
    std::uint8_t level;
};

/// Every sound node below `page_count` and the end of the file, ascending. Pages that cannot be read are left out.
[[nodiscard]] std::vector<FoundNode> find_nodes(const os::File& file, std::uint32_t page_size,
                                                const base::Checksum& checksum, std::uint64_t page_count);

/// Which pages a state uses, from the records of its free space.
class UsedPages {
public:
    explicit UsedPages(std::uint64_t page_count) : page_count_(page_count) {}
    /// One record of the space tree; they come in the order of their keys. Error{corrupt} when malformed.
    void add(ByteView key, ByteView value);
    /// After the last one: a bit for each page in use.
    [[nodiscard]] PageBits finish();

private:
    void apply();
    void assign(std::uint64_t first, std::uint64_t count, bool used);

    std::uint64_t page_count_;
    std::map<std::uint32_t, SpaceChunk> chunks_;
    SpaceDelta delta_;  ///< of the transaction
    TransactionId transaction_ = 0;
    PageBits used_;
    PageBits touched_;  ///< by a delta, which is newer than the chunk
    bool has_deltas_ = false;
};

}  // namespace cambium::kv
