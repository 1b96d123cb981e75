// How figures and tables look: aligned text for a terminal, or markdown for the documentation.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "measurement.hpp"

namespace cambium::bench {

/// "1M", "20k", "1234"
[[nodiscard]] std::string format_count(std::size_t number);
/// "899 ns", "2.97 us", "29.5 ms": three digits; "-" for what was not measured.
[[nodiscard]] std::string format_time(double nanoseconds);
/// A number with so many decimals.
[[nodiscard]] std::string format_number(double number, int decimals);
/// "1.62 (1.55-1.70)"; "-" for what was not measured
[[nodiscard]] std::string format_ratio(const Spread& ratio);

/// Rows of text under a heading; every row has as many cells as the heading.
struct Table {
    std::vector<std::string> heading;
    std::vector<std::vector<std::string>> rows;
};

/// Writes a table. The first `left` columns are flush left, the others flush right.
void print_table(std::FILE* out, const Table& table, std::size_t left, bool markdown);

}  // namespace cambium::bench
