#include "cambium/codec/cbor.hpp"
#include "typed/table.hpp"

namespace cambium::bench {

Codec make_cbor_codec(const Orders& orders, const std::string& folder) {
    return make_codec<Order, Cbor>("CBOR", orders, folder);
}

}  // namespace cambium::bench
