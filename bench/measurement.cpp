#include "measurement.hpp"

#include <algorithm>

namespace cambium::bench {

Spread spread_of(std::vector<double> samples) {
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

}  // namespace cambium::bench
