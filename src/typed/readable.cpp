// Values as text, for sentences. Long values are shortened: a sentence is read by a person.
#include "cambium/readable.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "cambium/base/error.hpp"
#include "cambium/column.hpp"

namespace cambium::detail {
namespace {

constexpr std::size_t kMaxTextBytes = 60;
constexpr std::size_t kMaxHexBytes = 32;
constexpr std::string_view kDigits = "0123456789abcdef";

void append_hex_digits(std::string& out, std::string_view bytes) {
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        out += kDigits[value >> 4U];
        out += kDigits[value & 15U];
    }
}

template <class T>
void append_number(std::string& out, T value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    out.append(buffer.data(), end);
}

}  // namespace

void append_text(std::string& out, std::string_view text) {
    std::string_view shown = text.substr(0, kMaxTextBytes);
    if (shown.size() < text.size()) {
        // Not in the middle of a UTF-8 sequence.
        while (!shown.empty() && (static_cast<unsigned char>(text[shown.size()]) & 0xC0U) == 0x80U) {
            shown.remove_suffix(1);
        }
    }
    out += '"';
    for (const char byte : shown) {
        if (static_cast<unsigned char>(byte) < 0x20U || byte == 0x7f) {
            out += "\\x";
            append_hex_digits(out, {&byte, 1});
        } else {
            if (byte == '"' || byte == '\\') out += '\\';
            out += byte;
        }
    }
    out += '"';
    if (shown.size() < text.size()) out += "...";
}

void append_hex(std::string& out, std::string_view bytes) {
    out += "0x";
    append_hex_digits(out, bytes.substr(0, kMaxHexBytes));
    if (bytes.size() > kMaxHexBytes) out += "...";
}

void append_signed(std::string& out, std::int64_t value) {
    append_number(out, value);
}
void append_unsigned(std::string& out, std::uint64_t value) {
    append_number(out, value);
}
void append_floating(std::string& out, double value) {
    append_number(out, value);
}

void append_uuid(std::string& out, const Uuid& value) {
    out += value.to_string();
}

void append_uint256(std::string& out, const Uint256& value) {
    out += value.to_decimal();
}

void append_timestamp(std::string& out, Timestamp value) {
    using namespace std::chrono;
    // In whole numbers: the day on which the least timestamp lies begins before it, at no timestamp.
    constexpr std::int64_t kDay = 86'400'000'000'000;
    const std::int64_t count = value.time_since_epoch().count();
    const std::int64_t within = (count % kDay + kDay) % kDay;
    const year_month_day date{sys_days{days{count / kDay - (count % kDay < 0 ? 1 : 0)}}};
    const hh_mm_ss time{nanoseconds{within}};
    std::array<char, 64> buffer{};
    const int length = std::snprintf(
        buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09ldZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()), static_cast<long>(time.subseconds().count()));
    out.append(buffer.data(), static_cast<std::size_t>(length));
}

namespace {

/// The beginning of a sentence about a field; of one about a key column nothing.
std::string field_text(std::string_view field) {
    std::string text;
    if (!field.empty()) {
        text = "field ";
        append_text(text, field);
        text += ": ";
    }
    return text;
}

std::string out_of_range_text(std::string_view field, const std::string& given, const std::string& low,
                              const std::string& high) {
    return field_text(field) + given + " is outside the range of " +
           (field.empty() ? "the key column it is given for, " : "its type, ") + low + " to " + high +
           (field.empty() ? "; no record has it: compare it with the range first" : "");
}

template <class Number>
std::string printed(const char* format, Number number) {
    std::array<char, 64> buffer{};
    const int length = std::snprintf(buffer.data(), buffer.size(), format, number);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

/// Whole seconds, unless they are so many that only the first digits are of interest.
std::string seconds_text(double seconds) {
    constexpr double kMany = 1e18;
    return printed(seconds > -kMany && seconds < kMany ? "%.0f" : "%.6g", seconds) + " s";
}

std::string integer_text(std::uint64_t number, bool negative) {
    return negative ? std::to_string(static_cast<std::int64_t>(number)) : std::to_string(number);
}

}  // namespace

void throw_out_of_range(std::string_view field, std::uint64_t number, bool negative, std::int64_t low,
                        std::uint64_t high) {
    throw Error(ErrorCode::invalid_argument,
                out_of_range_text(field, "the number " + integer_text(number, negative), std::to_string(low),
                                  std::to_string(high)));
}

void throw_out_of_range(std::string_view field, long double number, long double high) {
    throw Error(ErrorCode::invalid_argument, out_of_range_text(field, "the number " + printed("%.9Lg", number),
                                                               printed("%.9Lg", -high), printed("%.9Lg", high)));
}

void throw_inexact(std::string_view field, std::uint64_t number, bool negative) {
    throw Error(ErrorCode::invalid_argument, field_text(field) +
                                                 (field.empty() ? "the key column it is given for" : "its type") +
                                                 " does not hold the number " + integer_text(number, negative) +
                                                 " exactly; give a floating-point number to have it rounded");
}

void throw_time_out_of_range(std::string_view field, double seconds, double low, double high) {
    throw Error(ErrorCode::invalid_argument, out_of_range_text(field, "a time of " + seconds_text(seconds),
                                                               seconds_text(low), seconds_text(high)));
}

}  // namespace cambium::detail
