#include "cambium/codec/json.hpp"
#include "typed/table.hpp"

namespace cambium::bench {

Codec make_json_codec(const Orders& orders, const std::string& folder) {
    return make_codec<Order, Json>("JSON", orders, folder);
}

}  // namespace cambium::bench
