// Which definitions of a schema are in what a store or a buffer holds.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "model.hpp"

namespace cambium::codegen {

/// The qualified names of the records, enums and unions that these records are made of, the records included.
/// Deprecated fields are nothing that is stored.
[[nodiscard]] std::set<std::string> reachable(const std::vector<const Record*>& records);

/// The records of the tables, of the main file and of included ones, for which `matches` is true.
[[nodiscard]] std::vector<const Record*> records_of_tables(const Schema& schema,
                                                           const std::function<bool(const Table&)>& matches);

}  // namespace cambium::codegen
