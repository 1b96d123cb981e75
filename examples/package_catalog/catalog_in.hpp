// CatalogIn<Codec>: the catalogue over the tables of schemas/packages.fbs, in any codec.
//
// Every query is an index scan or a read by primary key; no query walks a whole table.
#pragma once

#include <algorithm>
#include <cambium/cambium.hpp>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "catalog.hpp"
#include "packages_tables.hpp"

namespace catalog {

template <class Codec>
class CatalogIn final : public Catalog {
    using Packages = PackagesAs<Codec>;
    using Dependencies = DependenciesAs<Codec>;

public:
    CatalogIn(const std::string& path, Access access)
        : database_(cambium::Database::open<Packages, Dependencies>(path, options_of(access))) {}

    [[nodiscard]] std::string_view codec() const override { return Codec::name; }

    BatchCounts store(const EntrySource& next, std::uint64_t limit) override {
        return database_.write([&](cambium::WriteTransaction& txn) {
            cambium::Writer<Packages> packages{txn};
            cambium::Writer<Dependencies> dependencies{txn};
            BatchCounts counts;
            for (Entry entry; counts.packages < limit && next(entry); ++counts.packages) {
                if (store_entry(packages, dependencies, entry)) ++counts.replaced;
                counts.dependencies += entry.dependencies.size();
            }
            return counts;
        });
    }

    void by_name(std::string_view name, const PackageVisitor& visit) override {
        read_packages([&](const auto& packages) { visit_all(packages.equal(name), visit); });
    }

    void in_section(std::string_view section, std::optional<std::uint64_t> min_kib,
                    std::optional<std::uint64_t> max_kib, const PackageVisitor& visit) override {
        constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
        read_packages([&](const auto& packages) {
            const auto index = packages.template by<"by_section">();
            if (!min_kib && !max_kib) return visit_all(index.equal(section), visit);
            // A range ends before its second bound, and sizes are far below the largest number.
            const std::uint64_t after =
                max_kib.value_or(kLargest - 1) == kLargest ? kLargest : max_kib.value_or(kLargest - 1) + 1;
            visit_all(index.range({section, min_kib.value_or(0)}, {section, after}), visit);
        });
    }

    [[nodiscard]] std::vector<Package> largest(std::uint64_t count) override {
        std::vector<Package> found;
        const auto larger = [](const Package& a, const Package& b) { return a.installed_size > b.installed_size; };
        read_packages([&](const auto& packages) {
            each_section(packages, [&](const auto& section_rows) {
                for (const Package& package : section_rows.reverse().limit(count)) found.push_back(package);
            });
        });
        std::stable_sort(found.begin(), found.end(), larger);
        if (found.size() > count) found.resize(static_cast<std::size_t>(count));
        return found;
    }

    void by_maintainer(std::string_view beginning, const PackageVisitor& visit) override {
        read_packages([&](const auto& packages) {
            visit_all(packages.template by<"by_maintainer">().prefix(beginning), visit);
        });
    }

    void by_source(std::string_view source, const PackageVisitor& visit) override {
        read_packages(
            [&](const auto& packages) { visit_all(packages.template by<"by_source">().equal(source), visit); });
    }

    [[nodiscard]] Dependents dependents(std::string_view name, bool transitive, bool all_kinds) override {
        return database_.read([&](cambium::ReadTransaction& txn) {
            const cambium::Reader<Dependencies> dependencies{txn};
            Dependents result;
            std::set<std::string, std::less<>> seen{std::string(name)};
            std::vector<std::string> frontier{std::string(name)};
            while (!frontier.empty() && (transitive || result.levels.empty())) {
                std::set<std::string> next;
                for (const std::string& target : frontier) {
                    each_direct_dependent(dependencies, target, all_kinds, result, [&](std::string&& dependent) {
                        if (seen.insert(dependent).second) next.insert(std::move(dependent));
                    });
                }
                frontier.assign(next.begin(), next.end());
                if (!frontier.empty()) result.levels.push_back({frontier.size(), frontier});
            }
            return result;
        });
    }

    std::uint64_t set_section(std::string_view name, std::string_view section) override {
        return database_.write([&](cambium::WriteTransaction& txn) {
            cambium::Writer<Packages> packages{txn};
            std::uint64_t changed = 0;
            for (Package& package : packages.equal(name).collect()) {
                package.section = section;
                packages.upsert(package);
                ++changed;
            }
            return changed;
        });
    }

    std::uint64_t erase(std::string_view name) override {
        return database_.write([&](cambium::WriteTransaction& txn) {
            cambium::Writer<Packages> packages{txn};
            cambium::Writer<Dependencies> dependencies{txn};
            std::uint64_t erased = 0;
            for (const Package& package : packages.equal(name).collect()) {
                erase_dependencies(dependencies, package);
                packages.erase(package.name, package.version, package.architecture);
                ++erased;
            }
            return erased;
        });
    }

    [[nodiscard]] CatalogStatistics statistics() override {
        CatalogStatistics result;
        database_.read([&](cambium::ReadTransaction& txn) {
            const cambium::Reader<Packages> packages{txn};
            result.packages = packages.count();
            result.dependencies = cambium::Reader<Dependencies>{txn}.count();
            each_section(packages, [&](const auto&) { ++result.sections; });
        });
        const cambium::kv::EnvironmentStatistics environment = database_.environment().statistics();
        result.file_size_bytes = environment.file_size_bytes;
        result.page_size_bytes = environment.page_size_bytes;
        result.pages = environment.page_count;
        return result;
    }

    [[nodiscard]] CheckResult check() override {
        CheckResult result;
        std::vector<std::string>& findings = result.findings;
        const cambium::kv::CheckReport report = cambium::kv::check(database_.environment());
        const std::uint64_t page_size = database_.environment().statistics().page_size_bytes;
        result.live_bytes = report.live_pages * page_size;
        result.free_bytes = (report.free_pages + report.waiting_pages) * page_size;
        for (const cambium::kv::Finding& finding : report.findings) {
            findings.push_back("page " + std::to_string(finding.page) + ": " + finding.what);
        }
        database_.read([&](cambium::ReadTransaction& txn) {
            const cambium::Reader<Packages> packages{txn};
            const cambium::Reader<Dependencies> dependencies{txn};
            expect_entries(findings, "by_section", packages.template by<"by_section">().count(), packages.count());
            expect_entries(findings, "by_maintainer", packages.template by<"by_maintainer">().count(),
                           packages.count());
            expect_entries(findings, "by_source", packages.template by<"by_source">().count(), packages.count());
            expect_entries(findings, "by_depender", dependencies.template by<"by_depender">().count(),
                           dependencies.count());
        });
        return result;
    }

private:
    static cambium::Options options_of(Access access) {
        cambium::Options options;
        options.create = access == Access::create;
        options.read_only = access == Access::read;
        return options;
    }

    // True when the package replaced a stored one. What the entry itself is to blame for becomes EntryRefused; what
    // befalls the store, such as a full disk, stays as it is.
    static bool store_entry(cambium::Writer<Packages>& packages, cambium::Writer<Dependencies>& dependencies,
                            const Entry& entry) {
        const Package& package = entry.package;
        try {
            const bool replaces = packages.contains(package.name, package.version, package.architecture);
            if (replaces) erase_dependencies(dependencies, package);
            packages.upsert(package);
            for (const Dependency& dependency : entry.dependencies) dependencies.insert(dependency);
            return replaces;
        } catch (const cambium::Error& error) {
            using cambium::ErrorCode;
            constexpr ErrorCode kOfTheEntry[] = {ErrorCode::key_too_long, ErrorCode::value_too_long,
                                                 ErrorCode::encode, ErrorCode::constraint};
            if (std::find(std::begin(kOfTheEntry), std::end(kOfTheEntry), error.code()) == std::end(kOfTheEntry)) {
                throw;
            }
            throw EntryRefused(error.what());
        }
    }

    template <class Use>
    void read_packages(Use&& use) {
        database_.read([&](cambium::ReadTransaction& txn) { use(cambium::Reader<Packages>{txn}); });
    }

    static void visit_all(const cambium::Rows<Packages>& rows, const PackageVisitor& visit) {
        for (const Package& package : rows) {
            if (!visit(package)) return;
        }
    }

    // Calls use(rows) with the packages of each section. Sections are found by jumping from one to the next in the
    // index: one descent per section, however many packages it has.
    template <class Use>
    static void each_section(const cambium::Reader<Packages>& packages, Use&& use) {
        const auto index = packages.template by<"by_section">();
        std::optional<Package> first = index.first();
        while (first) {
            use(index.equal(first->section));
            // The least text after a section is the section and a NUL; the least after "no section" is "".
            const std::string after = first->section ? *first->section + '\0' : std::string();
            first = index.from(std::string_view(after)).first();
        }
    }

    // The primary key of a dependency is (target, kind, depender, ...): all dependents of a target stand together,
    // and their names are in the keys, so that no record is read.
    template <class Use>
    static void each_direct_dependent(const cambium::Reader<Dependencies>& dependencies, std::string_view target,
                                      bool all_kinds, Dependents& result, Use&& use) {
        constexpr DependencyKind kKinds[] = {DependencyKind::pre_depends, DependencyKind::depends,
                                             DependencyKind::recommends, DependencyKind::suggests,
                                             DependencyKind::enhances};
        constexpr std::size_t kDependerColumn = 2;
        for (std::size_t i = 0; i < (all_kinds ? std::size(kKinds) : std::size_t{2}); ++i) {
            ++result.index_scans;
            for (auto key : dependencies.equal(target, kKinds[i]).keys()) {
                ++result.entries_read;
                use(std::move(std::get<kDependerColumn>(key)));
            }
        }
    }

    static void erase_dependencies(cambium::Writer<Dependencies>& dependencies, const Package& package) {
        const auto of_package =
            dependencies.template by<"by_depender">().equal(package.name, package.version, package.architecture);
        for (const auto& key : of_package.keys().collect()) {
            std::apply([&](const auto&... columns) { dependencies.erase(columns...); }, key);
        }
    }

    static void expect_entries(std::vector<std::string>& findings, const std::string& index, std::uint64_t found,
                               std::uint64_t expected) {
        if (found == expected) return;
        findings.push_back("index \"" + index + "\" has " + std::to_string(found) + " entries for " +
                           std::to_string(expected) + " records");
    }

    cambium::Database database_;
};

}  // namespace catalog
