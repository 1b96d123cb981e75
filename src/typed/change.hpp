// One write of one record: the record and every index entry that it gains or loses, in one place.
//
// Order of every write: read the old record, work out old and new index entries, check rules, sizes, unique indexes
// and foreign keys, encode the record; only then change trees. An insert takes the old record for absent, and the
// first change finds out: it does nothing when the key is taken. What fails before the first change leaves the
// transaction as it was. What fails after it (no memory, no disk) breaks the transaction: it can only be rolled
// back.
#pragma once

#include <optional>

#include "cambium/writer.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

/// Marks the transaction broken unless every change was made.
class ChangeGuard {
public:
    explicit ChangeGuard(WriteWorkspace& workspace) noexcept : workspace_(workspace) { workspace_.broken = true; }
    ChangeGuard(const ChangeGuard&) = delete;
    ChangeGuard& operator=(const ChangeGuard&) = delete;
    ~ChangeGuard() = default;
    void done() noexcept { workspace_.broken = false; }

private:
    WriteWorkspace& workspace_;
};

/// Error{misuse} on another thread, or when an earlier write failed half way.
void check_usable(const TableHandle& handle);
/// Error{key_too_long} for a primary key.
void check_key_size(const TableState& table, ByteView key);
/// Error{constraint} when a record breaks a rule by itself.
void check_rules(const TableDescription& table, ByteView key, const void* record);

/// Everything that a write needs to know, gathered before anything is changed.
class Change {
public:
    Change(const TableHandle& handle, ByteView key);

    bool write(const void* record, Expect expect);
    bool write_next_version(void* record, Expect expect);
    Swap write_if_current(void* record);
    bool patch(const RecordChange& change);
    /// Without a look at who refers to the record.
    bool erase();

private:
    [[nodiscard]] std::optional<ByteView> stored() const;
    void* decode_old(ByteView bytes);
    /// The same where only index entries and the row version matter.
    const void* decode_indexed(ByteView bytes);
    void emit_before(const void* record);
    void emit_after(const void* record);
    void check(const void* record);
    void check_entry(std::size_t position, ByteView entry, bool has_null) const;
    void check_foreign_keys(const void* record);
    void encode(const void* record);
    /// The record encoded as it will be read; `record`, where that is the same.
    const void* as_read(const void* record);
    void set_next_version(void* record, std::uint64_t stored) const;
    /// Checks and stores the record encoded, whose old entries are known.
    void store_encoded(const void* record, std::optional<ByteView> old_bytes);
    /// Encodes, checks and stores a record whose key must not be taken.
    void insert(const void* record);
    /// The changes after that of the record itself.
    void finish(ChangeGuard& guard, bool is_new);
    void apply_indexes();

    TableHandle handle_;
    const TableState& table_;
    const TableDescription& description_;
    kv::WriteTransaction& store_;
    WriteWorkspace& workspace_;
    ByteView key_;
};

}  // namespace cambium::detail
