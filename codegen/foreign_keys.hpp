// What can be said of foreign keys only when every table of a schema is known. Thread rule: none; a pure function.
#pragma once

#include <functional>
#include <string>

#include "model.hpp"

namespace cambium::codegen {

/// Reports, table by table: a target that the schema does not declare, columns that do not fit its key, set_null
/// without a column that may be null, and cycles of two and more tables with cascade: for each key that is part of
/// one, the shortest. A table that refers to itself with cascade is a tree, and fine. A finding comes with its
/// table and the foreign key that it is about, of a cycle the first one.
void check_foreign_keys(
    const Schema& schema,
    const std::function<void(const Table&, const ForeignKey&, const std::string&)>& report_finding);

}  // namespace cambium::codegen
