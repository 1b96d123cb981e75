// One commit, step by step. The only place that orders writes and syncs of a running store.
//
// 1 tree records into the catalog; 2 free space brought up to date; 3 the space tree's own changes, numbered last
// from a reserve sized beforehand; 4 page numbers, in key order, over as few extents as there are; 5 growth,
// durable before a meta names it; 6 pages; 7 one meta into the slot that does not hold the last durable one;
// 8 one flush; 9 publication. docs/durability.md has the argument.
#pragma once

#include "kv/environment_state.hpp"

namespace cambium::kv::detail {

class Commit {
public:
    Commit(EnvironmentState& env, TransactionState& txn);
    /// Runs every step. Error{full} and Error{io} before step 7 leave the store as it was; from step 7 on a failure
    /// is Error{outcome_unknown} and poisons the store.
    void run();

private:
    struct Write {
        std::uint64_t page_number;
        std::byte* data;
        std::uint64_t pages;
    };
    void update_catalog();
    void checkpoint_space();
    void reserve_pages();
    void record_delta();
    void number_runs();
    void number_trees();
    PageRef number(PageRef ref, std::uint32_t level);
    void number_run_references(NodeEditor leaf);
    void give_back_unused();
    void grow_file();
    void write_pages();
    void prepare_meta();
    void flush();
    void publish();
    [[nodiscard]] std::uint64_t next_page();

    EnvironmentState& env_;
    TransactionState& txn_;
    TreeState space_;
    SpaceDelta delta_;
    std::vector<std::string> delta_records_;
    std::vector<Extent> node_extents_;
    std::uint64_t reserved_ = 0;  ///< pages in node_extents_
    std::size_t extent_ = 0;      ///< next_page(): position in node_extents_
    std::uint64_t in_extent_ = 0;
    std::vector<std::pair<PageRef, std::uint64_t>> run_numbers_;  ///< dirty run -> first page, sorted
    std::vector<Write> writes_;
    std::vector<Extent> extents_;
    std::uint64_t bytes_ = 0;
    std::uint64_t digest_ = 0;
    Snapshot result_;
    Meta meta_;
    bool two_flushes_ = false;
};

}  // namespace cambium::kv::detail
