// Orders other than by bytes: keys and values are turned into bytes that sort as they should, on their way in,
// and turned back on their way out. Nodes know the order of bytes only.
#pragma once

#include <algorithm>
#include <string>

#include "cambium/base/bytes.hpp"
#include "cambium/base/error.hpp"
#include "cambium/kv/tree_options.hpp"

namespace cambium::kv {

/// Bytes that sort, as bytes, where `view` sorts in its order: the view itself, or a text in `buffer`, which the
/// view may lie in. Error{invalid_argument} for an integer that has neither 4 nor 8 bytes.
[[nodiscard]] inline ByteView encode(KeyOrder order, ByteView view, std::string& buffer) {
    if (order != KeyOrder::reversed && order != KeyOrder::native_integers) return view;
    if (order == KeyOrder::native_integers && view.size() != 4 && view.size() != 8)
        throw Error(ErrorCode::invalid_argument,
                    "the order native_integers takes 4 or 8 bytes, not " + std::to_string(view.size()));
    // Little-endian, so both orders reverse the bytes.
    std::string reversed(view.rbegin(), view.rend());
    buffer = std::move(reversed);
    return buffer;
}

/// The reverse of encode(), for any bytes.
[[nodiscard]] inline ByteView decode(KeyOrder order, ByteView view, std::string& buffer) {
    if (order != KeyOrder::reversed && order != KeyOrder::native_integers) return view;
    std::string reversed(view.rbegin(), view.rend());
    buffer = std::move(reversed);
    return buffer;
}

}  // namespace cambium::kv
