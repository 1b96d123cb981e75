// Which fields of the tables of a store have one enum: those that foreign keys join, as both ends have one type. Of
// others the catalog does not say it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cambium/catalog.hpp"

namespace cambium::codegen {

/// A field of a table: the names of both.
using FieldName = std::pair<std::string, std::string>;

/// Decimal integers by their values.
struct NumberOrder {
    bool operator()(const std::string& left, const std::string& right) const;
};
using Numbers = std::set<std::string, NumberOrder>;

class SharedEnums {
public:
    /// Error{decode} for defaults that do not decode.
    explicit SharedEnums(const std::vector<TableInfo>& tables);

    /// The field that a group of fields refers to, at once or by way of others, and that stands for all of them;
    /// the field itself when no foreign key has it.
    [[nodiscard]] FieldName holder_of(FieldName field) const;

    /// The defaults of the fields of that holder, which must be numbers of its enum.
    [[nodiscard]] Numbers defaults_of(const FieldName& holder) const;

private:
    void join(const TableInfo& table, const std::vector<TableInfo>& tables);
    void collect(const TableInfo& table);

    std::map<FieldName, FieldName> next_;  ///< on the way to the holder
    std::map<FieldName, Numbers> defaults_;
};

}  // namespace cambium::codegen
