#include "measurement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cambium::bench {

Spread spread_of(std::vector<double> samples) {
    std::erase_if(samples, [](double sample) { return std::isnan(sample); });
    if (samples.empty()) {
        constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
        return {kNothing, kNothing, kNothing};
    }
    std::sort(samples.begin(), samples.end());
    const std::size_t middle = samples.size() / 2;
    const double median = samples.size() % 2 == 1 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
    return {median, samples.front(), samples.back()};
}

Spread paired_ratio(const std::vector<double>& base_times, const std::vector<double>& my_times) {
    std::vector<double> ratios(base_times.size());
    std::transform(base_times.begin(), base_times.end(), my_times.begin(), ratios.begin(),
                   [](double base, double mine) { return base / mine; });
    return spread_of(std::move(ratios));
}

double percentile(const std::vector<float>& sorted, double share) {
    const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
    return static_cast<double>(sorted[std::min(place, sorted.size() - 1)]);
}

}  // namespace cambium::bench
