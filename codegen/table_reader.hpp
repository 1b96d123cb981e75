// Turns the cambium_ attributes of a table, gathered by the schema reader, into a Table and checks them: the codec
// is known, there is one key, every column exists and can be part of a key.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model.hpp"

namespace cambium::codegen {

/// The attributes of one record as written. An attribute without a value holds an empty string.
struct RecordAttributes {
    std::map<std::string, std::string> on_record;
    std::vector<std::pair<std::string, std::map<std::string, std::string>>> on_fields;  ///< by field, in order
};

/// Takes a finding: the field and the attribute that it is about, each maybe empty, and a sentence.
using ReportFinding = std::function<void(const std::string&, const std::string&, const std::string&)>;

/// Whether a key, an index or a foreign key may have the field, as it is, among its columns.
[[nodiscard]] bool may_be_column(const Field& field);

/// Adds the table that `record` declares to `schema`, or reports why it cannot be one.
void read_table(const Record& record, const RecordAttributes& attributes, Schema& schema,
                const ReportFinding& report_finding);

}  // namespace cambium::codegen
