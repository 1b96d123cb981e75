#include "cambium/codec/flatbuffers.hpp"
#include "order_fb_generated.h"
#include "typed/table.hpp"

namespace cambium::bench {

Codec make_flatbuffers_codec(const Orders& orders, const std::string& folder) {
    return make_codec<Order, FlatBuffers, TrustedFlatBuffers>("FlatBuffers", orders, folder);
}

}  // namespace cambium::bench
