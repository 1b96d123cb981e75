#include "typed/named_shape.hpp"

#include <algorithm>
#include <numeric>

namespace cambium::detail {

void NamedShape::sort() {
    sorted_.resize(fields_.size());
    std::iota(sorted_.begin(), sorted_.end(), std::uint8_t{0});
    std::stable_sort(sorted_.begin(), sorted_.end(), [&](std::uint8_t a, std::uint8_t b) {
        return codec::detail::name_less(fields_[a].name, fields_[b].name);
    });
    record_.fields = fields_.data();
    record_.sorted = sorted_.data();
    shape_.details = &record_;
}

}  // namespace cambium::detail
