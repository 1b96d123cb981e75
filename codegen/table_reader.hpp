// Turns the cambium_ attributes of a table, gathered by the schema reader, into a Table and checks them: the codec
// is known, there is one key, every column exists and can be part of a key.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "diagnostics.hpp"
#include "model.hpp"

namespace cambium::codegen {

/// The attributes of one record as written. An attribute without a value holds an empty string.
struct RecordAttributes {
    std::map<std::string, std::string> on_record;
    std::vector<std::pair<std::string, std::map<std::string, std::string>>> on_fields;  ///< by field, in order
};

/// Adds the table that `record` declares to `schema`, or reports why it cannot be one.
void read_table(const Record& record, const RecordAttributes& attributes, Schema& schema, Diagnostics& diagnostics);

}  // namespace cambium::codegen
