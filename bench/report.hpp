// Prints a run: what it ran on, with which settings, what was measured.
#pragma once

#include <cstdio>
#include <vector>

#include "comparison.hpp"
#include "limits.hpp"
#include "options.hpp"

namespace cambium::bench {

/// Machine, engines and settings. Printed before the run.
void print_conditions(std::FILE* out, const Options& options);
void print_limits(std::FILE* out, const std::vector<Limit>& limits, bool markdown);
/// Times and ratios, then space.
/// The ratios of the times to the base engine's, as tab-separated text with a heading, for bench/plot.py.
void write_ratios(std::FILE* out, const Results& results);
void print_results(std::FILE* out, const Results& results, const Options& options);

}  // namespace cambium::bench
