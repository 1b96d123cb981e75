// Numbers and times as text.
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace catalog {
namespace {

std::string fixed(double value, int decimals, const char* unit) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f %s", decimals, value, unit);
    return text;
}

// Three significant digits.
int decimals_of(double value) {
    return value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3;
}

}  // namespace

std::string count_text(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

std::string counted(std::uint64_t count, const std::string& noun) {
    return count_text(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string duration_text(double seconds) {
    if (seconds >= 1) return fixed(seconds, decimals_of(seconds), "s");
    return fixed(seconds * 1e3, decimals_of(seconds * 1e3), "ms");
}

std::string size_text(std::uint64_t bytes) {
    const double kibibytes = static_cast<double>(bytes) / 1024;
    if (kibibytes < 1024) return fixed(kibibytes, 0, "KiB");
    if (kibibytes < 1024.0 * 1024) return fixed(kibibytes / 1024, 1, "MiB");
    return fixed(kibibytes / 1024 / 1024, 2, "GiB");
}

std::string rate_text(std::uint64_t count, double seconds) {
    const double rate = static_cast<double>(count) / std::max(seconds, 1e-9);
    const double step = rate >= 10000 ? 100 : 1;
    return count_text(static_cast<std::uint64_t>(std::llround(rate / step) * static_cast<long long>(step))) + "/s";
}

}  // namespace catalog
