#include "cambium/codec/raw.hpp"
#include "typed/table.hpp"

namespace cambium::bench {

Codec make_raw_codec(const Orders& orders, const std::string& folder) {
    return make_codec<RawOrder, Raw>("Raw", orders, folder);
}

}  // namespace cambium::bench
