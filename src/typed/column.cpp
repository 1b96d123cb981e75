// Forms of columns, as bytes: what ignore_case<> does to an encoded column.
#include "cambium/column.hpp"

namespace cambium::detail {

void fold_case(std::string& bytes, std::size_t from) noexcept {
    for (std::size_t i = from; i < bytes.size(); ++i) {
        if (bytes[i] >= 'A' && bytes[i] <= 'Z') bytes[i] = static_cast<char>(bytes[i] - 'A' + 'a');
    }
}

}  // namespace cambium::detail
