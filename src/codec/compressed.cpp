// The frame around compressed bytes; its layout is in compressed.hpp.
#include "cambium/codec/compressed.hpp"

#include <algorithm>

#include "cambium/base/error.hpp"

namespace cambium::codec {
namespace {

constexpr char kStored = 0;
constexpr char kPacked = 1;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::decode, "compressed value: " + why);
}

void append_number(std::string& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) out += static_cast<char>(number | 0x80U);
    out += static_cast<char>(number);
}

std::uint64_t take_number(ByteView& bytes) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (bytes.empty()) refuse("its bytes end within a number");
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        const std::uint64_t part = byte & 0x7FU;
        if (part << shift >> shift != part) break;
        number |= part << shift;
        if (byte < 0x80) return number;
    }
    refuse("one of its numbers has more than 64 bits");
}

// Appends the pieces; false as soon as they are not smaller than `plain`.
bool append_pieces(ByteView plain, Compress compress, std::string& out) {
    const std::size_t limit = out.size() + plain.size();
    std::string piece;
    while (!plain.empty()) {
        const ByteView whole = plain.substr(0, kPieceBytes);
        piece.resize(whole.size() + whole.size() / 64 + 64);  // room for what does not get smaller
        const std::size_t size = compress(whole, piece.data(), piece.size());
        if (size == 0) return false;
        append_number(out, size);
        out.append(piece, 0, size);
        if (out.size() >= limit) return false;
        plain.remove_prefix(whole.size());
    }
    return true;
}

}  // namespace

void append_compressed(ByteView plain, Compress compress, std::uint64_t max_bytes, std::string& out) {
    if (plain.size() > max_bytes) {
        throw Error(ErrorCode::encode, "compressed value: " + std::to_string(plain.size()) + " bytes, at most " +
                                           std::to_string(max_bytes) + " can be stored");
    }
    const std::size_t before = out.size();
    out += kPacked;
    append_number(out, plain.size());
    if (append_pieces(plain, compress, out) && out.size() - before < 1 + plain.size()) return;
    out.resize(before);
    out += kStored;
    out.append(plain);
}

ByteView expand_compressed(ByteView bytes, Expand expand, std::uint64_t max_bytes, std::string& storage) {
    if (bytes.empty()) refuse("there are no bytes");
    const char form = bytes.front();
    bytes.remove_prefix(1);
    if (form == kStored) {
        if (bytes.size() > max_bytes) refuse("it is longer than " + std::to_string(max_bytes) + " bytes");
        return bytes;
    }
    if (form != kPacked)
        refuse("it begins with " + std::to_string(static_cast<unsigned char>(form)) + ", not 0 or 1");
    std::uint64_t left = take_number(bytes);
    if (left > max_bytes) {
        refuse("it claims " + std::to_string(left) + " bytes, at most " + std::to_string(max_bytes) + " are read");
    }
    storage.clear();
    while (left > 0) {
        const std::uint64_t packed = take_number(bytes);
        if (packed > bytes.size()) refuse("its bytes end within a piece");
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPieceBytes));
        const std::size_t before = storage.size();
        storage.resize(before + size);
        if (!expand(bytes.substr(0, static_cast<std::size_t>(packed)), storage.data() + before, size)) {
            refuse("a piece does not decompress to " + std::to_string(size) + " bytes");
        }
        bytes.remove_prefix(static_cast<std::size_t>(packed));
        left -= size;
    }
    if (!bytes.empty()) refuse(std::to_string(bytes.size()) + " bytes follow its end");
    return storage;
}

}  // namespace cambium::codec
