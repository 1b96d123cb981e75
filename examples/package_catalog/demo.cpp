// The demonstration. Each step is timed and printed as it ends; answers that a step must have changed are checked,
// so that the demonstration also fails when the store is wrong.
#include "demo.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "catalog.hpp"
#include "import.hpp"
#include "input.hpp"
#include "text.hpp"

namespace catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNewSection = "demonstration";

// The folder of the stores: the one asked for, or one of our own that goes away with this object.
class StoreFolder {
public:
    explicit StoreFolder(const std::optional<std::string>& asked) : is_temporary_(!asked) {
        if (asked) {
            path_ = *asked;
            fs::create_directories(path_);
            return;
        }
        std::string name = (fs::temp_directory_path() / "package_catalog-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error(name + " cannot be created: " + std::generic_category().message(errno));
        }
        path_ = name;
    }
    StoreFolder(const StoreFolder&) = delete;
    StoreFolder& operator=(const StoreFolder&) = delete;
    ~StoreFolder() {
        std::error_code ignored;
        if (is_temporary_) fs::remove_all(path_, ignored);
    }

    // The path of a store that does not exist yet.
    [[nodiscard]] std::string fresh_store(std::string_view codec) const {
        const std::string path = (path_ / ("packages-" + std::string(codec) + ".cambium")).string();
        fs::remove(path);
        fs::remove(path + "-lock");
        return path;
    }

private:
    fs::path path_{};
    bool is_temporary_;
};

/// What the table at the end shows of one codec.
struct CodecResult {
    std::string codec{};
    ImportReport import{};
    double queries_seconds = 0;
    double changes_seconds = 0;
    std::uint64_t file_size_bytes = 0;
    std::uint64_t live_bytes = 0;  ///< of pages in use
};

void expect(bool holds, const std::string& sentence) {
    if (!holds) throw std::runtime_error("the demonstration got a wrong answer: " + sentence);
}

// Runs the steps on one store, and prints a line for each.
class CodecDemo {
public:
    CodecDemo(std::string path, std::string_view codec) : path_(std::move(path)) {
        result_.codec = codec;
        catalog_ = open_catalog(path_, codec, Access::create);
    }

    CodecResult run(Input& input, std::ostream* progress) {
        std::cout << '\n' << result_.codec << '\n';
        result_.import = import_packages(*catalog_, input, progress);
        std::cout << "  import      " << to_text(result_.import) << std::endl;
        choose_package();
        query();
        update();
        erase();
        reopen();
        check();
        result_.file_size_bytes = fs::file_size(path_);
        return std::move(result_);
    }

private:
    // Times `step`, which returns what there is to say, and prints both.
    template <class Step>
    void line(std::string_view title, double& total, Step&& step) {
        const Stopwatch watch;
        const std::string text = step();
        const double seconds = watch.seconds();
        total += seconds;
        std::cout << "  " << std::left << std::setw(12) << title << text << ": " << duration_text(seconds)
                  << std::endl;
    }

    static std::uint64_t count_of(const std::function<void(const PackageVisitor&)>& query) {
        std::uint64_t count = 0;
        query([&](const Package&) {
            ++count;
            return true;
        });
        return count;
    }

    std::vector<Package> named(const std::string& name) {
        std::vector<Package> found;
        catalog_->by_name(name, [&](const Package& package) {
            found.push_back(package);
            return true;
        });
        return found;
    }

    // The C library, on which most depend; in an index without one, the largest package.
    void choose_package() {
        for (const char* name : {"libc6", "libcore0"}) {
            const std::vector<Package> found = named(name);
            if (!found.empty()) {
                package_ = found.front();
                return;
            }
        }
        const std::vector<Package> largest = catalog_->largest(1);
        expect(!largest.empty(), "nothing was imported");
        package_ = largest.front();
    }

    void query() {
        double& total = result_.queries_seconds;
        line("name", total, [&] { return package_.name + ", " + counted(named(package_.name).size(), "package"); });
        const std::string section = package_.section.value_or("");
        line("section", total, [&] {
            return section + ", all sizes, " +
                   counted(count_of([&](const auto& visit) {
                               catalog_->in_section(section, std::nullopt, std::nullopt, visit);
                           }),
                           "package");
        });
        line("section", total, [&] {
            return section + ", 10,000 to 20,000 KiB, " +
                   counted(count_of([&](const auto& visit) { catalog_->in_section(section, 10000, 20000, visit); }),
                           "package");
        });
        line("largest", total, [&] {
            const std::vector<Package> largest = catalog_->largest(10);
            expect(!largest.empty() && largest.front().installed_size >= largest.back().installed_size,
                   "the largest packages are out of order");
            return counted(largest.size(), "package") + ", first " + largest.front().name + " with " +
                   size_text(largest.front().installed_size.value_or(0) * 1024);
        });
        const std::string maintainer = package_.maintainer.substr(0, package_.maintainer.find(' '));
        line("maintainer", total, [&] {
            return "\"" + maintainer + "...\", " +
                   counted(count_of([&](const auto& visit) { catalog_->by_maintainer(maintainer, visit); }),
                           "package");
        });
        line("source", total, [&] {
            return package_.source + ", " +
                   counted(count_of([&](const auto& visit) { catalog_->by_source(package_.source, visit); }),
                           "package");
        });
        query_dependents();
    }

    void query_dependents() {
        line("rdepends", result_.queries_seconds, [&] {
            const Dependents direct = catalog_->dependents(package_.name, false, false);
            if (!direct.levels.empty()) dependent_ = direct.levels[0].names.front();
            return package_.name + ", directly, " +
                   counted(direct.levels.empty() ? 0 : direct.levels[0].packages, "package");
        });
        line("rdepends", result_.queries_seconds, [&] {
            const Dependents all = catalog_->dependents(package_.name, true, false);
            std::uint64_t count = 0;
            for (const DependentLevel& level : all.levels) count += level.packages;
            return package_.name + ", also through others, " + counted(count, "package") + " up to " +
                   counted(all.levels.size(), "step") + " away, " + counted(all.index_scans, "index scan");
        });
    }

    void update() {
        line("update", result_.changes_seconds, [&] {
            const std::uint64_t changed = catalog_->set_section(package_.name, kNewSection);
            return package_.name + " to section " + std::string(kNewSection) + ", " + counted(changed, "package");
        });
        expect_updated();
    }

    void erase() {
        before_ = catalog_->statistics();
        erased_ = dependent_.empty() ? catalog_->largest(1).front().name : dependent_;
        line("delete", result_.changes_seconds, [&] {
            erased_count_ = catalog_->erase(erased_);
            return erased_ + ", " + counted(erased_count_, "package");
        });
        expect_erased();
    }

    void reopen() {
        line("reopen", result_.changes_seconds, [&] {
            catalog_.reset();
            catalog_ = open_catalog(path_, Access::write);
            return "found the codec " + std::string(catalog_->codec());
        });
        expect(catalog_->codec() == result_.codec, "the store came back in another codec");
        if (erased_ != package_.name) expect_updated();
        expect_erased();
    }

    void check() {
        double ignored = 0;
        line("check", ignored, [&] {
            const CheckResult checked = catalog_->check();
            expect(checked.findings.empty(), checked.findings.empty() ? "" : checked.findings.front());
            result_.live_bytes = checked.live_bytes;
            return "sound, " + size_text(checked.live_bytes) + " in use, " + size_text(checked.free_bytes) +
                   " free";
        });
    }

    void expect_updated() {
        const std::uint64_t expected = named(package_.name).size();
        const std::uint64_t found = count_of([&](const PackageVisitor& visit) {
            catalog_->in_section(kNewSection, std::nullopt, std::nullopt, visit);
        });
        expect(expected != 0 && found == expected, "the index on sections does not show the update");
    }

    void expect_erased() {
        expect(named(erased_).empty(), erased_ + " is still there after its deletion");
        expect(catalog_->statistics().packages == before_.packages - erased_count_,
               "the deletion changed the count wrongly");
        const Dependents direct = catalog_->dependents(package_.name, false, false);
        for (const DependentLevel& level : direct.levels) {
            expect(!std::binary_search(level.names.begin(), level.names.end(), erased_),
                   "a dependency of " + erased_ + " outlived it");
        }
    }

    std::string path_;
    std::unique_ptr<Catalog> catalog_{};
    CodecResult result_{};
    Package package_{};
    std::string dependent_{};  // a package that depends on package_
    std::string erased_{};
    std::uint64_t erased_count_ = 0;
    CatalogStatistics before_{};
};

void print_table(const std::vector<CodecResult>& results) {
    std::cout << "\ncodec          import        rate     queries    file size       in use\n";
    for (const CodecResult& result : results) {
        std::cout << std::left << std::setw(11) << result.codec << std::right << std::setw(10)
                  << duration_text(result.import.seconds) << std::setw(12)
                  << rate_text(result.import.packages, result.import.seconds) << std::setw(12)
                  << duration_text(result.queries_seconds) << std::setw(13) << size_text(result.file_size_bytes)
                  << std::setw(13) << size_text(result.live_bytes) << '\n';
    }
    std::cout.flush();
}

}  // namespace

void run_demo(const DemoOptions& options) {
    const StoreFolder folder{options.folder};
    std::vector<CodecResult> results;
    for (const std::string_view codec : kCodecNames) {
        const std::unique_ptr<Input> input = open_input(options.input);
        if (results.empty()) {
            std::cout << "Package catalogue from " << input->name() << '\n';
            if (!input->remark().empty()) std::cout << "Note: " << input->remark() << ".\n";
        }
        results.push_back(CodecDemo{folder.fresh_store(codec), codec}.run(*input, options.progress));
    }
    print_table(results);
}

}  // namespace catalog
