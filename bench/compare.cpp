// bench/compare: Cambium beside other stores on this machine, in one run. See --help, and docs/performance.md
// for the method.
//
// Exits with 0 when everything ran and all engines gave the same answers, whatever the verdict on the figures; 1
// when not, 2 for a bad command line.
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "cambium/base/error.hpp"
#include "comparison.hpp"
#include "limited.hpp"
#include "limits.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "report.hpp"

namespace {

namespace bench = cambium::bench;

using OutputFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

OutputFile open_output(const std::string& path) {
    OutputFile out{path.empty() ? nullptr : std::fopen(path.c_str(), "w"), std::fclose};
    if (out == nullptr && !path.empty())
        throw cambium::Error(cambium::ErrorCode::io, "cannot write the ratios to \"" + path + "\"");
    return out;
}

int run(const bench::Options& options) {
    OutputFile ratios = open_output(options.ratios);  // before the minutes that the run takes
    bench::Progress progress;
    bench::print_conditions(stdout, options);
    if (options.limits) {
        const std::vector<bench::Limit> limits =
            bench::measure_limits(options.directory, options.limits_mib, progress);
        progress.clear();
        bench::print_limits(stdout, limits, options.markdown);
    }
    const bench::Results results = bench::run_comparison(options, progress);
    progress.clear();
    bench::print_results(stdout, results, options);
    if (ratios == nullptr) return 0;
    bench::write_ratios(ratios.get(), results);
    if (std::fclose(ratios.release()) != 0)
        throw cambium::Error(cambium::ErrorCode::full, "the ratios do not fit \"" + options.ratios + "\"");
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        if (count > 1 && std::string_view(arguments[1]) == bench::kLimitedChild) {
            bench::be_limited_child({arguments + 2, arguments + count});
            return 0;
        }
        const bench::Options options = bench::parse_options(count, arguments);
        if (options.help) {
            std::fputs(bench::usage().c_str(), stdout);
            return 0;
        }
        return run(options);
    } catch (const cambium::Error& error) {
        std::fprintf(stderr, "compare: %s\n", error.what());
        return error.code() == cambium::ErrorCode::invalid_argument ? 2 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "compare: %s\n", error.what());
        return 1;
    }
}
