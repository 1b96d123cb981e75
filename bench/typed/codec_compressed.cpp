#include "cambium/codec/cbor.hpp"
#include "cambium/codec/lz4.hpp"
#include "cambium/codec/zstd.hpp"
#include "typed/table.hpp"

namespace cambium::bench {

Codec make_lz4_codec(const Orders& orders, const std::string& folder) {
    return make_codec<Order, Compressed<Cbor, Lz4>>("CBOR+LZ4", orders, folder);
}

Codec make_zstd_codec(const Orders& orders, const std::string& folder) {
    return make_codec<Order, Compressed<Cbor, Zstd>>("CBOR+Zstd", orders, folder);
}

}  // namespace cambium::bench
