#include "codec/path.hpp"

#include <algorithm>

namespace cambium::codec {

void Path::add_name(std::string_view name) {
    constexpr std::size_t kLongestName = 64;  // a map key may be any text
    std::size_t length = std::min(name.size(), kLongestName);
    while (length > 0 && length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U)
        --length;
    if (!text_.empty()) text_ += '.';
    for (const char byte : name.substr(0, length)) text_ += static_cast<unsigned char>(byte) < 0x20 ? '?' : byte;
    if (length < name.size()) text_ += "...";
}

void Path::add_position(std::size_t position) {
    text_ += '[' + std::to_string(position) + ']';
}

void Path::fail(ErrorCode code, std::string_view reason) const {
    const std::string where = text_.empty() ? "record" : "field \"" + text_ + '"';
    throw Error(code, where + ": " + std::string(reason));
}

}  // namespace cambium::codec
