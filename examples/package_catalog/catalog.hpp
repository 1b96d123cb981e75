// The catalogue: everything the program asks of the two tables, whatever codec they are stored in.
//
// One class template, CatalogIn<Codec> in catalog_in.hpp, implements it; catalog_json.cpp, catalog_cbor.cpp and
// catalog_flatbuffers.cpp are that template in three codecs. One thread.
#pragma once

#include <cambium/kv/maintenance.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "record.hpp"

namespace catalog {

/// Called with each package found; returns false to stop. The reference lives for the call.
using PackageVisitor = std::function<bool(const Package&)>;

/// Fills the entry with the next one to store; returns false when there is none. What it throws rolls the
/// transaction back.
using EntrySource = std::function<bool(Entry&)>;

/// The store does not take an entry as it is: a text in an index is too long, for one. what() is its sentence.
class EntryRefused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct BatchCounts {
    std::uint64_t packages = 0;
    std::uint64_t dependencies = 0;
    std::uint64_t replaced = 0;  ///< packages that were there already
};

/// Packages at one distance from the package asked about.
struct DependentLevel {
    std::uint64_t packages = 0;
    std::vector<std::string> names{};  ///< sorted
};

struct Dependents {
    std::vector<DependentLevel> levels{};  ///< levels[0]: those that depend on it directly
    std::uint64_t index_scans = 0;
    std::uint64_t entries_read = 0;
};

struct CatalogStatistics {
    std::uint64_t packages = 0;
    std::uint64_t dependencies = 0;
    std::uint64_t sections = 0;
    std::uint64_t file_size_bytes = 0;
    std::uint32_t page_size_bytes = 0;
    std::uint64_t pages = 0;  ///< ever used: live and free
};

struct CheckResult {
    std::uint64_t live_bytes = 0;         ///< of pages that hold something
    std::uint64_t free_bytes = 0;         ///< of pages that a later transaction may use
    std::vector<std::string> findings{};  ///< what is wrong with the file, one sentence each
};

class Catalog {
public:
    Catalog() = default;
    Catalog(const Catalog&) = delete;
    Catalog& operator=(const Catalog&) = delete;
    virtual ~Catalog() = default;

    [[nodiscard]] virtual std::string_view codec() const = 0;

    /// Store at most `limit` entries in one transaction. A package with the key of a stored one replaces it and its
    /// dependencies. Throws EntryRefused for the entry that the source gave last; the transaction is then rolled
    /// back.
    virtual BatchCounts store(const EntrySource& next, std::uint64_t limit) = 0;

    /// Packages of a name, in order of version text and architecture.
    virtual void by_name(std::string_view name, const PackageVisitor& visit) = 0;
    /// Packages of a section in order of installed size; with bounds, those whose size is known and within them.
    virtual void in_section(std::string_view section, std::optional<std::uint64_t> min_kib,
                            std::optional<std::uint64_t> max_kib, const PackageVisitor& visit) = 0;
    /// The packages with the largest installed sizes, largest first.
    [[nodiscard]] virtual std::vector<Package> largest(std::uint64_t count) = 0;
    /// Packages whose maintainer begins with this text.
    virtual void by_maintainer(std::string_view beginning, const PackageVisitor& visit) = 0;
    /// Packages built from a source package.
    virtual void by_source(std::string_view source, const PackageVisitor& visit) = 0;
    /// The names of packages that depend on `name`, directly or, when `transitive`, also through others. Every name
    /// appears once, at its shortest distance. Follows Depends and Pre-Depends; with `all_kinds` also Recommends,
    /// Suggests and Enhances.
    [[nodiscard]] virtual Dependents dependents(std::string_view name, bool transitive, bool all_kinds) = 0;

    /// Move every version of a package to another section. The number of packages changed.
    virtual std::uint64_t set_section(std::string_view name, std::string_view section) = 0;
    /// Remove every version of a package, and its dependencies. The number of packages removed.
    virtual std::uint64_t erase(std::string_view name) = 0;

    [[nodiscard]] virtual CatalogStatistics statistics() = 0;
    /// Walk the whole file, and compare the indexes with their tables.
    [[nodiscard]] virtual CheckResult check() = 0;
};

enum class Access : std::uint8_t { create, write, read };

/// The codecs of this program, by name.
inline constexpr std::string_view kCodecNames[] = {"json", "cbor", "flatbuffers"};

/// Open a store in a codec by name. Throws cambium::Error.
[[nodiscard]] std::unique_ptr<Catalog> open_catalog(const std::string& path, std::string_view codec, Access access);
/// Open an existing store in the codec it was written in. Throws cambium::Error.
[[nodiscard]] std::unique_ptr<Catalog> open_catalog(const std::string& path, Access access);

// One of these per file catalog_<codec>.cpp.
[[nodiscard]] std::unique_ptr<Catalog> open_json_catalog(const std::string& path, Access access);
[[nodiscard]] std::unique_ptr<Catalog> open_cbor_catalog(const std::string& path, Access access);
[[nodiscard]] std::unique_ptr<Catalog> open_flatbuffers_catalog(const std::string& path, Access access);

}  // namespace catalog
