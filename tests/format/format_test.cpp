// docs/format.md against src/kv/page_format.hpp: every row of its tables, so that the two cannot drift apart.
#include <cstddef>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kv/page_format.hpp"

using namespace cambium::kv;

namespace {

struct Field {
    std::size_t offset;
    std::size_t size;
};
using Table = std::map<std::string, Field>;

#define FIELD(type, field)                             \
    {                                                  \
#field, Field {                                \
            offsetof(type, field), sizeof(type::field) \
        }                                              \
    }

const std::map<std::string, Table> kTables{
    {"Meta slot",
     {FIELD(MetaHeader, magic), FIELD(MetaHeader, checksum), FIELD(MetaHeader, format_version),
      FIELD(MetaHeader, page_size), FIELD(MetaHeader, size), FIELD(MetaHeader, flags), FIELD(MetaHeader, uuid),
      FIELD(MetaHeader, seed), FIELD(MetaHeader, transaction), FIELD(MetaHeader, previous_durable),
      FIELD(MetaHeader, page_count), FIELD(MetaHeader, next_tree_id), FIELD(MetaHeader, digest),
      FIELD(MetaHeader, extent_count), FIELD(MetaHeader, reserved), FIELD(MetaHeader, catalog),
      FIELD(MetaHeader, space)}},
    {"Tree record",
     {FIELD(TreeRecord, id), FIELD(TreeRecord, root), FIELD(TreeRecord, entries), FIELD(TreeRecord, branch_pages),
      FIELD(TreeRecord, leaf_pages), FIELD(TreeRecord, run_pages), FIELD(TreeRecord, flags),
      FIELD(TreeRecord, depth)}},
    {"Node",
     {FIELD(NodeHeader, checksum), FIELD(NodeHeader, page_number), FIELD(NodeHeader, birth),
      FIELD(NodeHeader, kind), FIELD(NodeHeader, level), FIELD(NodeHeader, flags), FIELD(NodeHeader, count),
      FIELD(NodeHeader, prefix_size), FIELD(NodeHeader, heap_begin), FIELD(NodeHeader, garbage),
      FIELD(NodeHeader, tree)}},
    {"Run: a large value",
     {FIELD(RunHeader, checksum), FIELD(RunHeader, page_number), FIELD(RunHeader, birth), FIELD(RunHeader, kind),
      FIELD(RunHeader, padding), FIELD(RunHeader, value_size), FIELD(RunHeader, page_count),
      FIELD(RunHeader, table_digest), FIELD(RunHeader, reserved)}},
    {"Increment",
     {FIELD(IncrementHeader, magic), FIELD(IncrementHeader, checksum), FIELD(IncrementHeader, version),
      FIELD(IncrementHeader, reserved), FIELD(IncrementHeader, base_transaction),
      FIELD(IncrementHeader, base_digest), FIELD(IncrementHeader, digest), FIELD(IncrementHeader, state)}},
    {"Increment record",
     {FIELD(IncrementRecord, first_page), FIELD(IncrementRecord, page_count), FIELD(IncrementRecord, checksum)}},
};

std::vector<std::string> cells(const std::string& row) {
    std::vector<std::string> out;
    std::istringstream in{row.substr(1)};
    for (std::string cell; std::getline(in, cell, '|');) {
        const std::size_t first = cell.find_first_not_of(' ');
        out.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
    }
    return out;
}

// The tables of the page whose header row starts with "field", by the heading above them.
std::map<std::string, Table> documented(std::ifstream& page) {
    std::map<std::string, Table> tables;
    std::string heading;
    bool in_table = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## ")) heading = line.substr(3);
        if (!line.starts_with("|")) {
            in_table = false;
            continue;
        }
        const std::vector<std::string> row = cells(line);
        if (row[0] == "field") {
            in_table = true;
        } else if (in_table && !row[0].starts_with("---")) {
            tables[heading][row[0]] = {std::stoul(row[1]), std::stoul(row[2])};
        }
    }
    return tables;
}

}  // namespace

TEST_CASE("the format document says what the code does") {
    std::ifstream page{FORMAT_DOCUMENT};
    REQUIRE(page.good());
    const std::map<std::string, Table> tables = documented(page);
    CHECK(tables.size() == kTables.size());
    for (const auto& [heading, table] : kTables) {
        CAPTURE(heading);
        const auto found = tables.find(heading);
        REQUIRE(found != tables.end());
        CHECK(found->second.size() == table.size());
        for (const auto& [name, field] : table) {
            CAPTURE(name);
            const auto row = found->second.find(name);
            REQUIRE(row != found->second.end());
            CHECK(row->second.offset == field.offset);
            CHECK(row->second.size == field.size);
        }
    }
}

TEST_CASE("the limits of the format document are those of the code") {
    CHECK(kFormatVersion == 2);
    CHECK(first_data_page(4096) == 32);
    CHECK(kMetaAreaSize == 131072);
    CHECK(max_key_size(4096) == 1024);
    CHECK(max_key_size(65536) == 16384);
    CHECK(max_leaf_entry_size(4096) == 1976);
    CHECK(max_leaf_entry_size(65536) == 32696);
    CHECK(max_value_set_size(4096) == 1024);
    CHECK(max_value_set_size(65536) == 16384);
    CHECK(kHintCount == 16);
    CHECK(kRunChunkSize == 65536);
    CHECK(kMaxMetaSize == 16384);
    CHECK(sizeof(IncrementHeader) == 264);
    CHECK(kIncrementStretch == 1048576);
}
