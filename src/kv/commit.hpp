// One commit, step by step, under the write lock. Together with flush.cpp the only place that orders writes and
// syncs of a running store.
//
// 1 free space brought up to date, pages at the end of an emptier file moved down; 2 tree records into the catalog;
// 3 the space tree's own changes, numbered last from a reserve sized beforehand; 4 page numbers, in key order, over
// as few extents as there are; 5 the length of the file: grown before it is needed, cuts never below
// a pinned state; 6 pages; 7 publication as the written state, on which the next writer builds.
// The flush comes afterwards, without the write lock. docs/durability.md has the argument.
#pragma once

#include "kv/environment_state.hpp"

namespace cambium::kv::detail {

/// The length that a file has for so many bytes in use, reserves not counted.
[[nodiscard]] std::uint64_t whole_steps(std::uint64_t bytes) noexcept;

class Commit {
public:
    /// A deferred commit is not flushed at once: its pages need not lie together. What the file has grown by
    /// becomes durable with the next flush, whatever the commit is.
    Commit(EnvironmentState& env, TransactionState& txn, bool deferred);
    /// Steps 1 to 6, and what step 7 needs memory for: nothing that is published refers to what they write. Errors
    /// leave the store as it was.
    void write();
    /// Step 7. Takes no memory: what was prepared can be committed.
    void publish(Durability durability) noexcept;
    /// What write() has written.
    [[nodiscard]] CommitSize size() const noexcept { return size_; }

private:
    struct Write {
        std::uint64_t page_number;
        std::byte* data;
        std::uint64_t pages;
        bool is_node;
        bool in_place;
        std::uint16_t tree;  ///< NodeHeader::tree
    };
    void update_catalog();
    void prepare_space();
    void release();
    [[nodiscard]] std::uint64_t slack_of(std::uint64_t size) const;
    void set_limit();
    [[nodiscard]] std::uint64_t changed_pages();
    [[nodiscard]] bool shrinks();
    [[nodiscard]] std::uint64_t pages_needed();
    void reserve_pages();
    void number_places();
    [[nodiscard]] std::uint64_t nodes_to_number() const noexcept;
    void record_delta();
    void number_runs();
    void number_trees();
    void lengthen_prefix(PageRef ref, const NodeView& node);
    PageRef number(PageRef ref, std::uint32_t level, bool duplicates = false);
    void number_run_references(NodeEditor leaf);
    void number_value_trees(NodeEditor leaf);
    void give_back_unused();
    void fit_file();
    void grow_file(std::uint64_t size, std::uint64_t needed);
    [[nodiscard]] std::uint64_t flush_bytes() const noexcept;
    void write_pages();
    void prepare_publication();
    void seal(const Write& write);
    void choose_order() noexcept;
    [[nodiscard]] std::uint64_t next_page();

    EnvironmentState& env_;
    TransactionState& txn_;
    bool deferred_;
    TreeState space_;
    SpaceDelta delta_;
    TransactionId oldest_pin_ = 0;
    std::vector<std::string> delta_records_;
    std::vector<Extent> node_extents_;
    std::uint64_t file_size_ = 0;  ///< bytes
    std::uint64_t reserved_ = 0;   ///< pages in node_extents_
    std::size_t extent_ = 0;       ///< next_page(): position in node_extents_
    std::uint64_t in_extent_ = 0;
    std::uint64_t from_behind_ = 0;  ///< of one extent so many pages are taken, the last first; 0: the first first
    std::vector<std::pair<PageRef, std::uint64_t>> run_numbers_;  ///< dirty run -> first page, sorted
    std::vector<Write> writes_;
    std::uint16_t mark_ = 0;  ///< of the tree whose pages are being numbered
    std::vector<Extent> extents_;
    Snapshot result_;
    CommitSize size_;
};

}  // namespace cambium::kv::detail
