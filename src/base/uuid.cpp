// Making UUIDs and their text form (RFC 9562).
//
// Version 7 counts within a millisecond: the 74 bits behind version and variant start at a random number below half
// of their range and grow by a random step of 1 to 2^32, so that the UUIDs of one process ascend and those of
// others are not guessed. A clock that stands still or goes back does not matter: the last millisecond is kept.
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>

#include "base/hex.hpp"
#include "base/per_process.hpp"
#include "cambium/base/error.hpp"
#include "cambium/base/values.hpp"

namespace cambium {
namespace {

constexpr std::uint64_t kCounterLowBits = 62;
constexpr std::uint64_t kLowMask = (std::uint64_t{1} << kCounterLowBits) - 1;
constexpr std::uint32_t kHighLimit = 1U << 12U;
constexpr std::size_t kTextSize = 36;

void fill_random(void* to, std::size_t size) {
    auto* at = static_cast<std::uint8_t*>(to);
    while (size > 0) {
        const ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error(ErrorCode::io, std::string("no random bytes: ") + std::strerror(errno));
        at += got;
        size -= static_cast<std::size_t>(got);
    }
}

template <class Number>
Number random_number() {
    Number number;
    fill_random(&number, sizeof number);
    return number;
}

bool hyphen_before(std::size_t byte) {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void put_big_endian(std::uint8_t* to, std::uint64_t number, std::size_t size) {
    for (std::size_t i = size; i-- > 0; number >>= 8U) to[i] = static_cast<std::uint8_t>(number);
}

/// What the last version 7 UUID of this process was made of. A child made without fork(), so with the parent's
/// sequence, is noticed by its number.
struct Sequence {
    std::mutex mutex;
    pid_t process = 0;
    std::uint64_t milliseconds = 0;
    std::uint32_t high = 0;  ///< 12 bits
    std::uint64_t low = 0;   ///< 62 bits

    void advance(std::uint64_t now) {
        const pid_t self = getpid();
        if (self != process || now > milliseconds) {
            milliseconds = std::max(milliseconds, now);
            process = self;
            start();
            return;
        }
        low += std::uint64_t{random_number<std::uint32_t>()} + 1;
        if (low <= kLowMask) return;
        low &= kLowMask;
        if (++high < kHighLimit) return;
        ++milliseconds;
        start();
    }

private:
    void start() {
        high = random_number<std::uint16_t>() & (kHighLimit / 2 - 1);
        low = random_number<std::uint64_t>() & kLowMask;
    }
};

constinit PerProcess<Sequence> sequence;

}  // namespace

Uuid Uuid::v4() {
    Uuid uuid;
    fill_random(uuid.bytes.data(), uuid.bytes.size());
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0FU) | 0x40U);
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3FU) | 0x80U);
    return uuid;
}

Uuid Uuid::v7() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    Uuid uuid;
    Sequence& last = sequence.get();
    const std::lock_guard lock(last.mutex);
    last.advance(now > 0 ? static_cast<std::uint64_t>(now) : 0);
    put_big_endian(&uuid.bytes[0], last.milliseconds, 6);
    put_big_endian(&uuid.bytes[6], 0x7000U | last.high, 2);
    put_big_endian(&uuid.bytes[8], std::uint64_t{1} << 63U | last.low, 8);
    return uuid;
}

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
    if (text.size() != kTextSize) return std::nullopt;
    Uuid uuid;
    std::size_t at = 0;
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        if (hyphen_before(i) && text[at++] != '-') return std::nullopt;
        const auto high = hex_value(text[at++]);
        const auto low = hex_value(text[at++]);
        if (!high || !low) return std::nullopt;
        uuid.bytes[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    return uuid;
}

std::string Uuid::to_string() const {
    std::string text;
    text.reserve(kTextSize);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (hyphen_before(i)) text.push_back('-');
        append_hex(text, &bytes[i], 1);
    }
    return text;
}

}  // namespace cambium
