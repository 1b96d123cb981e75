// Importing stanzas into a catalogue, in transactions of a fixed number of packages. One thread.
#pragma once

#include <cstdint>
#include <ostream>
#include <stdexcept>

#include "catalog.hpp"
#include "input.hpp"

namespace catalog {

struct ImportReport {
    std::uint64_t packages = 0;
    std::uint64_t dependencies = 0;
    std::uint64_t replaced = 0;  ///< packages that were there already, or came twice
    std::uint64_t transactions = 0;
    std::uint64_t bytes = 0;  ///< of input
    double seconds = 0;
};

/// The import stopped at a stanza that is malformed, or that the store does not take. what() says what is wrong,
/// and how much is stored.
class ImportStopped : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Packages per transaction.
inline constexpr std::uint64_t kBatchPackages = 1000;

/// Import everything. Progress goes to `progress` when it is not null: a line rewritten in place, gone at the end.
/// Throws ImportStopped: the packages of earlier transactions stay stored, those of the current one are rolled
/// back.
ImportReport import_packages(Catalog& catalog, Input& input, std::ostream* progress);

/// The report as one line without its end: "63,666 packages and ... in 64 transactions: 4.2 s, 15,100/s".
[[nodiscard]] std::string to_text(const ImportReport& report);

}  // namespace catalog
