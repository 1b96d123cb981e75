// From a stanza to records: one Package, and one Dependency for each alternative of its dependency fields. The
// record types are generated from schemas/packages.fbs. Plain functions, any thread.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "packages_tables.hpp"
#include "stanza.hpp"

namespace catalog {

/// What one stanza becomes.
struct Entry {
    Package package{};
    std::vector<Dependency> dependencies{};
};

/// Throws MalformedInput when a field that every package has is absent, or a field cannot be understood.
[[nodiscard]] Entry entry_of(const Stanza& stanza, const std::string& input_name);

/// Print a package as a stanza, in the order and spelling of a Packages file.
void print_stanza(std::ostream& out, const Package& package);

}  // namespace catalog
