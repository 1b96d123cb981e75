// What the model of schema evolution knows of a version of its table: how to open a store by it, the same calls for
// every version, and what its key and indexes should hold of a record of the model.
//
// A Row is a record of the model, with the fields of all versions. Each chain of versions is compiled in a file of
// its own (evolution_tables.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "cambium/cambium.hpp"

namespace cambium::test {

/// A record of the model. Fields that a version does not have are as here.
struct Row {
    std::uint64_t id = 0;
    std::string title{};
    std::optional<std::string> isbn{};
    std::optional<std::int64_t> pages{};
    std::uint64_t revision = 0;
    std::optional<Timestamp> ends{};
    std::vector<std::string> tags{};
    std::string note{};
    std::int64_t rank = 0;
    std::string given{};
    std::string family{};
    std::string place{};
    bool reads_default = false;  ///< no comparison: stored before there was a rank, and not written since

    [[nodiscard]] auto fields() const {
        return std::tie(id, title, isbn, pages, revision, ends, tags, note, rank, given, family, place);
    }
    friend bool operator==(const Row& a, const Row& b) { return a.fields() == b.fields(); }
};

/// A value in a key: null, a number or a text, which sort in this order.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;
using Cells = std::vector<Cell>;

/// What an index should hold.
struct IndexModel {
    std::string name;
    bool unique = false;
    bool descending = false;  ///< its first column
    bool without_nulls = false;
    bool (*where)(const Row&) = nullptr;
    /// The columns of each entry of a row, without what covered() answers.
    std::vector<Cells> (*columns)(const Row&) = nullptr;
    Cells (*covered)(const Row&) = nullptr;

    [[nodiscard]] std::vector<Cells> entries(const Row& row) const {
        if (where != nullptr && !where(row)) return {};
        std::vector<Cells> all = columns(row);
        if (without_nulls) std::erase_if(all, &IndexModel::has_null);
        return all;
    }
    static bool has_null(const Cells& cells) {
        for (const Cell& cell : cells)
            if (std::holds_alternative<std::monostate>(cell)) return true;
        return false;
    }
};

/// Everything that is read through an index, or by the primary key, at once.
struct IndexReading {
    std::vector<Row> all;
    std::vector<Row> reversed;
    std::vector<Row> equal;  ///< by the first column of a given row
    std::vector<Row> from;
    std::vector<Row> until;
    std::vector<Cells> entries;  ///< columns, covered fields, primary key; of an index
    std::vector<Cells> keys;
    std::uint64_t count = 0;
    std::uint64_t equal_count = 0;
};

enum class Write { insert, insert_if_absent, upsert, replace, update, patch, swap };
enum class Wrote { done, nothing, conflict };

/// A declaration of the table.
class Version {
public:
    std::string name{};
    std::string_view table{};
    std::size_t stage = 0;       ///< versions of one stage differ in their indexes only
    std::size_t from_stage = 0;  ///< the first whose files it can open
    std::uint64_t schema_version = 1;
    std::vector<IndexModel> indexes{};
    Cells (*key)(const Row&) = nullptr;

    Version() = default;
    Version(const Version&) = delete;
    Version& operator=(const Version&) = delete;
    virtual ~Version() = default;

    [[nodiscard]] virtual Database open(const std::string& path, ProgressFunction progress) const = 0;
    [[nodiscard]] virtual SchemaReport plan(const std::string& path) const = 0;

    /// The row without what this version has no field for.
    [[nodiscard]] virtual Row fitted(const Row& row) const = 0;

    // Of one record: by its key, or all of it. A write of all fields that the version has; update() of pages, tags,
    // ends and isbn; patch() of isbn and pages.
    virtual Wrote write(WriteTransaction& txn, Write call, const Row& row) const = 0;
    virtual bool erase(WriteTransaction& txn, const Row& row) const = 0;
    [[nodiscard]] virtual std::optional<Row> get(ReadTransaction& txn, const Row& row) const = 0;
    [[nodiscard]] virtual bool contains(ReadTransaction& txn, const Row& row) const = 0;
    /// By the first column of an index, unless it is null: through a unique one.
    [[nodiscard]] virtual std::optional<Row> first_equal(ReadTransaction& txn, std::size_t index,
                                                         const Row& row) const = 0;

    // Of many.
    virtual std::uint64_t erase_range(WriteTransaction& txn, const Row& from, const Row& until) const = 0;
    virtual std::uint64_t erase_equal(WriteTransaction& txn, std::size_t index, const Row& row) const = 0;
    virtual std::uint64_t load(WriteTransaction& txn, const std::vector<Row>& rows,
                               std::size_t memory_bytes) const = 0;
    virtual void truncate(WriteTransaction& txn) const = 0;
    virtual void erase_expired(WriteTransaction& txn, std::uint64_t limit) const = 0;
    virtual void rebuild(WriteTransaction& txn) const = 0;

    [[nodiscard]] virtual IndexReading read(ReadTransaction& txn, const Row& row) const = 0;
    [[nodiscard]] virtual IndexReading read(ReadTransaction& txn, std::size_t index, const Row& row) const = 0;
    /// What is wrong with the indexes, as sentences.
    [[nodiscard]] virtual std::vector<std::string> faults(ReadTransaction& txn) const = 0;
};

/// A declaration that would lose something of a stage's files.
struct LossyVersion {
    std::string name;
    std::size_t stage;
    void (*open)(const std::string& path);
    SchemaReport (*plan)(const std::string& path);
};

/// Versions of one table, each from the one before.
struct EvolutionChain {
    std::string name;
    std::uint64_t number;                              ///< so that chains differ in what is random
    std::vector<std::unique_ptr<Version>> versions{};  ///< by their stages
    std::vector<LossyVersion> lossy{};
    /// What becomes of a row from a stage to the next.
    std::vector<void (*)(Row&)> advance{};

    [[nodiscard]] std::size_t last_stage() const { return advance.size(); }
};

[[nodiscard]] EvolutionChain cbor_chain();
[[nodiscard]] EvolutionChain json_chain();
/// Where there is cambium-codegen.
[[nodiscard]] EvolutionChain flatbuffers_chain();

/// The clock of every store, which the test moves.
inline std::int64_t evolution_second = 0;
inline Timestamp evolution_clock() noexcept {
    return Timestamp{std::chrono::seconds{evolution_second}};
}

/// The functions of migrations throw this for the record of this id.
struct MigrationRefusal {};
inline std::optional<std::uint64_t> migration_refuses{};

}  // namespace cambium::test
