// Defaults of members that are not the same each time: now(), Uuid::v4().
//
// A record that was stored before such a field was added would read another value each time that it is read, and no
// index over the field would ever be right. There is no asking a default whether it is constant, so it is made
// again and compared; and a clock that stands still meanwhile, because it counts seconds or days, is known by
// showing the present. A constant that is taken for a clock does no harm: records get it in writing.
//
// Thread rule: from any thread.
#pragma once

#include <string>
#include <string_view>

#include "cambium/codec/document.hpp"
#include "cambium/description.hpp"

namespace cambium::detail {

/// The record that a declaration makes by default, as a CBOR map by field name. Empty where the codec stores no
/// names, and where it cannot be encoded: nor could such a record be stored.
[[nodiscard]] std::string default_record(const TableDescription& table);

/// Of a default that was made twice.
[[nodiscard]] bool varies(const Document& first, const Document& second);

class VaryingDefaults {
public:
    /// Makes default records of a table that has create_record.
    explicit VaryingDefaults(const TableDescription& table);
    /// Where the codec stores no names, any field may be the one that varies.
    [[nodiscard]] bool has(std::string_view field) const;

private:
    Document first_;  ///< null: fields cannot be told apart
    Document second_;
    bool whole_record_ = false;
};

}  // namespace cambium::detail
