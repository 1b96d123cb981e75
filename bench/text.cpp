#include "text.hpp"

#include <algorithm>
#include <cmath>

namespace cambium::bench {

std::string format_number(double number, int decimals) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, number);
    return buffer;
}

std::string format_count(std::size_t number) {
    if (number % 1'000'000 == 0) return std::to_string(number / 1'000'000) + "M";
    if (number % 1'000 == 0) return std::to_string(number / 1'000) + "k";
    return std::to_string(number);
}

std::string format_time(double nanoseconds) {
    if (std::isnan(nanoseconds)) return "-";
    const char* unit = " ns";
    double number = nanoseconds;
    if (nanoseconds >= 1e6) {
        unit = " ms";
        number = nanoseconds / 1e6;
    } else if (nanoseconds >= 1e3) {
        unit = " us";
        number = nanoseconds / 1e3;
    }
    return format_number(number, number < 10 ? 2 : number < 100 ? 1 : 0) + unit;
}

std::string format_ratio(const Spread& ratio) {
    if (std::isnan(ratio.median)) return "-";
    return format_number(ratio.median, 2) + " (" + format_number(ratio.lowest, 2) + "-" +
           format_number(ratio.highest, 2) + ")";
}

void print_table(std::FILE* out, const Table& table, std::size_t left, bool markdown) {
    std::vector<std::size_t> widths;
    for (const std::string& cell : table.heading) widths.push_back(cell.size());
    for (const std::vector<std::string>& row : table.rows)
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], row[column].size());

    const auto print_row = [&](const std::vector<std::string>& row) {
        std::string line = markdown ? "|" : "";
        for (std::size_t column = 0; column < row.size(); ++column) {
            const std::string padding(widths[column] - row[column].size(), ' ');
            line += markdown ? " " : "";
            line += column < left ? row[column] + padding : padding + row[column];
            line += markdown ? " |" : column + 1 < row.size() ? "  " : "";
        }
        std::fprintf(out, "%s\n", line.c_str());
    };
    print_row(table.heading);
    if (markdown) {
        std::string line = "|";
        for (std::size_t column = 0; column < widths.size(); ++column)
            line += column < left ? " " + std::string(widths[column], '-') + " |"
                                  : " " + std::string(widths[column] - 1, '-') + ": |";
        std::fprintf(out, "%s\n", line.c_str());
    }
    for (const std::vector<std::string>& row : table.rows) print_row(row);
}

}  // namespace cambium::bench
