#include "kv/salvage_state.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <set>

#include "cambium/base/error.hpp"
#include "kv/node.hpp"
#include "kv/page_scan.hpp"
#include "kv/recovery.hpp"

namespace cambium::kv {

namespace {

std::optional<Meta> newest_named(const os::File& file) {
    std::optional<Meta> newest;
    for (const std::uint32_t slot : {0U, 1U}) {
        SlotContent content = read_slot(file, slot);
        if (content.state != SlotContent::State::valid) continue;
        if (!newest.has_value() || content.meta.header.transaction > newest->header.transaction)
            newest = std::move(content.meta);
    }
    return newest;
}

// The bytes of a slot as a header, whatever they are.
std::optional<MetaHeader> raw_header(const os::File& file, std::uint32_t slot) {
    MetaHeader header{};
    try {
        if (file.read(kMetaOffsets[slot], {reinterpret_cast<std::byte*>(&header), sizeof header}) == sizeof header)
            return header;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::io) throw;
    }
    return std::nullopt;
}

// The root of a tree in the state that a transaction wrote: it is written last, and stands above all others.
TreeRecord root_of(const std::vector<FoundNode>& nodes, std::uint16_t mark, TransactionId transaction) {
    TreeRecord tree{};
    for (const FoundNode& node : nodes) {
        if (node.tree != mark || node.birth != transaction) continue;
        if (tree.root != kNoPage && node.level < tree.depth) continue;
        tree.root = node.page;
        tree.depth = node.level + std::uint32_t{1};
    }
    return tree;
}

std::optional<SalvagedState> state_in_pages(const os::File& file, MetaHeader header, std::uint32_t page_size) {
    const std::uint64_t page_count = file.size() / page_size;
    const std::vector<FoundNode> nodes = find_nodes(file, page_size, base::Checksum{header.seed}, page_count);
    if (nodes.empty()) return std::nullopt;
    TransactionId newest = 0;
    TransactionId of_catalog = 0;
    for (const FoundNode& node : nodes) {
        newest = std::max(newest, node.birth);
        if (node.tree == kCatalogMark) of_catalog = std::max(of_catalog, node.birth);
    }
    SalvagedState state;
    state.meta.header.page_size = page_size;
    state.meta.header.seed = header.seed;
    state.meta.header.transaction = newest;
    state.meta.header.page_count = page_count;
    // Every commit writes a page of the catalog: with an older one where pages are is lost.
    if (of_catalog == newest) state.meta.header.catalog = root_of(nodes, kCatalogMark, newest);
    state.meta.header.space = root_of(nodes, kSpaceMark, newest);
    state.doubt =
        "neither commit record can be believed: this is the newest state of which a page was found, "
        "transaction " +
        std::to_string(newest) + ", and perhaps it was never committed";
    return state;
}

std::optional<SalvagedState> state_in_pages(const os::File& file) {
    std::set<std::pair<std::uint64_t, std::uint32_t>> tried;
    for (const std::uint32_t slot : {0U, 1U}) {
        const std::optional<MetaHeader> header = raw_header(file, slot);
        if (!header.has_value()) continue;
        std::vector<std::uint32_t> sizes{header->page_size};
        for (std::uint32_t size = kMinPageSize; size <= kMaxPageSize; size *= 2) sizes.push_back(size);
        for (const std::uint32_t size : sizes) {
            if (size < kMinPageSize || size > kMaxPageSize || !std::has_single_bit(size)) continue;
            if (!tried.insert({header->seed, size}).second) continue;
            if (std::optional<SalvagedState> state = state_in_pages(file, *header, size)) return state;
        }
    }
    return std::nullopt;
}

}  // namespace

SalvagedState state_to_salvage(const os::File& file, const std::string& path) {
    try {
        RecoveryReport ignored;
        return {choose_state(file, path, std::nullopt, ignored).meta, {}};
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::io &&
            error.code() != ErrorCode::not_a_store)
            throw;
    }
    if (std::optional<Meta> newest = newest_named(file)) return {*std::move(newest), {}};
    if (std::optional<SalvagedState> found = state_in_pages(file)) return *std::move(found);
    return {read_identity(file, path), {}};  // throws, and says why
}

}  // namespace cambium::kv
