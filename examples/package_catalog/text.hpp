// Numbers and times as people read them, and the stopwatch behind them. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace catalog {

/// Runs from its construction.
class Stopwatch {
public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// 63666 as "63,666".
[[nodiscard]] std::string count_text(std::uint64_t count);
/// "1 package", "63,666 packages": the noun gets an s.
[[nodiscard]] std::string counted(std::uint64_t count, const std::string& noun);
/// "0.041 ms", "12.3 ms", "4.56 s".
[[nodiscard]] std::string duration_text(double seconds);
/// "812 KiB", "47.3 MiB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);
/// Events per second, rounded: "63,700/s".
[[nodiscard]] std::string rate_text(std::uint64_t count, double seconds);

}  // namespace catalog
