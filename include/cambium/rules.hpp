// The type-erased rules of a table: what its records must satisfy, the field that counts their changes, and which
// records of other tables they refer to. A part of a TableDescription; built by constraint.hpp.
//
// Thread rule: constants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"

namespace cambium::detail {

enum class RuleKind : std::uint8_t { not_null, check };

/// What every record must satisfy by itself.
struct RuleDescription {
    std::string_view name;  ///< of the field, or of the check
    RuleKind kind;
    std::uint32_t version;  ///< of a check: another one has the records verified again
    bool (*holds)(const RuleDescription& rule, const void* record);
};

/// The field that counts the changes of a record.
struct RowVersionDescription {
    std::string_view name;
    std::uint64_t (*get)(const void* record);
    void (*set)(void* record, std::uint64_t version);  ///< modulo the size of the field
};

/// What happens to the records that refer to one that is erased.
enum class OnErase : std::uint8_t {
    refuse,    ///< the erase is refused
    cascade,   ///< they are erased too
    set_null,  ///< their columns that may be null become null
};

/// Columns that hold the primary key of a record of another table, or of the same.
struct ForeignKeyDescription {
    std::string_view name;
    std::size_t index;  ///< its position among the indexes of the table
    OnErase on_erase;
    bool deferred;  ///< checked by the commit
    /// The name of the table referred to.
    std::string_view (*target)(const ForeignKeyDescription& key);
    /// Appends the primary key that a record refers to. False when one of the columns is null.
    bool (*append_target)(const ForeignKeyDescription& key, const void* record, std::string& out);
    /// Appends how the index entries of the records begin that refer to this primary key.
    void (*append_prefix)(const ForeignKeyDescription& key, ByteView target_key, std::string& out);
    /// Makes the columns null that may be. Only with OnErase::set_null.
    void (*clear)(const ForeignKeyDescription& key, void* record);
    const void* context = nullptr;  ///< of a table described at run time (src/typed/dynamic_layout.hpp)
};

struct RulesDescription {
    std::span<const RuleDescription> records{};
    const RowVersionDescription* row_version = nullptr;
    std::span<const ForeignKeyDescription> foreign_keys{};
};

inline constexpr RulesDescription kNoRules{};

}  // namespace cambium::detail
