// The compiled half of the key encoding: escaping, and the sentences of its errors.
#include "cambium/key/key.hpp"

#include <string>

#include "cambium/base/error.hpp"

namespace cambium::key {
namespace {

// 0x00 ends a string, so neither it nor the escape byte may stand for itself inside one. Both are followed by a
// byte that keeps them in order: 0x01 0x01 (a zero) < 0x01 0x02 (a one) < 0x02 and above; and the end, 0x00, below
// all.
constexpr char kEnd = '\x00';
constexpr char kEscape = '\x01';
constexpr char kEscapedZero = '\x01';
constexpr char kEscapedOne = '\x02';

bool stands_for_itself(char byte) {
    return static_cast<unsigned char>(byte) > 1;
}

std::size_t plain_run(ByteView bytes, std::size_t from) {
    std::size_t to = from;
    while (to < bytes.size() && stands_for_itself(bytes[to])) ++to;
    return to - from;
}

}  // namespace

void append_prefix(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t plain = plain_run(text, at);
        out.append(text.substr(at, plain));
        at += plain;
        if (at < text.size()) {
            out.push_back(kEscape);
            out.push_back(text[at] == '\x00' ? kEscapedZero : kEscapedOne);
            ++at;
        }
    }
}

std::optional<std::string> successor(std::string prefix) {
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
    if (prefix.empty()) return std::nullopt;
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

namespace detail {

void fail_short(std::size_t needed, std::size_t found) {
    throw Error(ErrorCode::decode, "key: expected " + std::to_string(needed) + " more bytes, found " +
                                       std::to_string(found) + "; it was not written as this type");
}

void fail_nan() {
    throw Error(
        ErrorCode::decode,
        "key: a floating-point number is a NaN other than the one of keys; it was not written as this type");
}

void fail_marker(std::string_view kind, unsigned char found) {
    throw Error(ErrorCode::decode, "key: a " + std::string(kind) + " begins with byte " + std::to_string(found) +
                                       " instead of 0 or 1; it was not written as this type");
}

void append_escaped(std::string& out, ByteView bytes) {
    append_prefix(out, bytes);
    out.push_back(kEnd);
}

void read_escaped(ByteView& in, void* context, void (*put)(void* context, ByteView piece)) {
    for (std::size_t at = 0;;) {
        const std::size_t plain = plain_run(in, at);
        if (plain > 0) put(context, in.substr(at, plain));
        at += plain;
        if (at == in.size()) throw Error(ErrorCode::decode, "key: a string or byte column has no end");
        if (in[at] == kEnd) {
            in.remove_prefix(at + 1);
            return;
        }
        const char code = at + 1 < in.size() ? in[at + 1] : kEnd;
        if (code != kEscapedZero && code != kEscapedOne) {
            throw Error(ErrorCode::decode,
                        "key: a string or byte column holds a broken escape at byte " + std::to_string(at));
        }
        const char original = code == kEscapedZero ? '\x00' : '\x01';
        put(context, ByteView(&original, 1));
        at += 2;
    }
}

void complement(std::string& bytes, std::size_t from) {
    for (std::size_t i = from; i < bytes.size(); ++i) bytes[i] = static_cast<char>(~bytes[i]);
}

void read_complemented(ByteView& in, void* value, void (*decode)(ByteView& in, void* value)) {
    std::string bytes(in);
    complement(bytes, 0);
    ByteView rest = bytes;
    decode(rest, value);
    in.remove_prefix(in.size() - rest.size());
}

}  // namespace detail
}  // namespace cambium::key
