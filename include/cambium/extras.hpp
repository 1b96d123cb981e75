// What a table does beside keeping records, as constants for the compiled part: making primary keys, ending
// records, keeping a log of its changes; and the options of a change log.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "cambium/base/bytes.hpp"

namespace cambium::detail {

/// How a table makes its primary keys.
struct GeneratorDescription {
    std::string_view name{};  ///< in the catalog; empty: it does not
    /// The number of an encoded key, 0 for a negative one; null when keys are not counted.
    std::uint64_t (*number)(ByteView key) = nullptr;
    std::uint64_t largest = 0;
};

/// When records end.
struct ExpiryDescription {
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
    /// Nanoseconds since 1970; null in tables whose records stay. The last index of the table is that of the times.
    std::int64_t (*time)(const void* record) = nullptr;
    bool optional = false;  ///< whether the field is an optional
};

/// What a change log keeps. 0: no limit.
struct LogDescription {
    bool keeps = false;  ///< whether there is one
    std::uint64_t changes = 0;
    std::uint64_t bytes = 0;
    std::uint64_t seconds = 0;
};

struct ExtrasDescription {
    GeneratorDescription generator{};
    LogDescription log{};
    ExpiryDescription expiry{};
};

inline constexpr ExtrasDescription kNoExtras{};

struct LogOption {};

}  // namespace cambium::detail

namespace cambium {

/// At most so many changes.
template <std::uint64_t Changes>
struct KeepChanges {
    static constexpr void limit(detail::LogDescription& log) { log.changes = Changes; }
};
/// At most so many bytes of keys and records, as they are encoded.
template <std::uint64_t Bytes>
struct KeepBytes {
    static constexpr void limit(detail::LogDescription& log) { log.bytes = Bytes; }
};
/// No change older than that, by the database's clock.
template <std::uint64_t Seconds>
struct KeepSeconds {
    static constexpr void limit(detail::LogDescription& log) { log.seconds = Seconds; }
};

/// The table keeps a log of its changes within these limits; see change_log.hpp.
template <class... Limits>
struct ChangeLog {
    using cambium_option = detail::LogOption;
    static constexpr detail::LogDescription describe() {
        detail::LogDescription log{true};
        (Limits::limit(log), ...);
        return log;
    }
};

}  // namespace cambium
