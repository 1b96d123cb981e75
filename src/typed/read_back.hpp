// Records that are not read as they were written: a null Document in an optional, which is read as none; the bytes
// in a Document that JSON holds as text; whatever a codec of the user's rounds. Index entries, rules and foreign
// keys are about the record that is read.
//
// Thread rule: from any thread.
#pragma once

#include "cambium/description.hpp"

namespace cambium::detail {

/// Whether a record that is read may differ from the one written in what an index, a rule or the primary key is
/// made of. Linear in the size of the description.
[[nodiscard]] bool may_read_otherwise(const TableDescription& table);

/// Decodes the bytes of a record that is about to be stored. Error{encode} when it is read under another primary
/// key, or not at all.
void read_back(const TableDescription& table, ByteView key, ByteView bytes, void* record);

}  // namespace cambium::detail
