// The sentences of the Raw codec's errors.
#include "cambium/codec/raw.hpp"

#include <string>

#include "cambium/base/error.hpp"

namespace cambium::codec {

void fail_raw_size(std::size_t expected, std::size_t found) {
    throw Error(ErrorCode::decode, "raw record: expected " + std::to_string(expected) + " bytes, found " +
                                       std::to_string(found) + "; it was written by another version of the struct");
}

void fail_raw_bool(std::string_view field) {
    throw Error(ErrorCode::decode, "field \"" + std::string(field) + "\": a bool must be stored as 0 or 1");
}

void fail_raw_alignment(std::size_t alignment) {
    throw Error(ErrorCode::misuse, "raw record: a view needs bytes that begin at a multiple of " +
                                       std::to_string(alignment) + "; decode a copy instead");
}

}  // namespace cambium::codec
