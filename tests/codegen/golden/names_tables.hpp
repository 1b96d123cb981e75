// Written by cambium-codegen from names.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/evolution.hpp>
#include <cambium/foreign_key.hpp>
#include <cambium/table.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace names::cambium {

enum class Words : std::uint8_t {
    module = 0,
    synchronized = 1,
};

/// The last flag is the last bit, the default has two.
enum class Bits : std::uint64_t {
    first = 1U,
    last = 9223372036854775808U,
};

[[nodiscard]] constexpr Bits operator|(Bits left, Bits right) noexcept {
    return static_cast<Bits>(static_cast<std::uint64_t>(left) | static_cast<std::uint64_t>(right));
}

[[nodiscard]] constexpr Bits operator&(Bits left, Bits right) noexcept {
    return static_cast<Bits>(static_cast<std::uint64_t>(left) & static_cast<std::uint64_t>(right));
}

enum class Least : std::int64_t {
    least = -9223372036854775807 - 1,
    import = -9223372036854775807,
};

/// Which lines would join the next one: \.
/// what is this??/.
struct cambium {
    std::int32_t module{};
    Words import = Words::module;

    friend bool operator==(const cambium&, const cambium&) = default;
};

struct Table {
    std::array<std::int32_t, 2> atomic_cancel{};
    cambium inner{};

    friend bool operator==(const Table&, const Table&) = default;
};

struct Module {
    ::names::cambium::Bits Bits{static_cast<::names::cambium::Bits>(9223372036854775809U)};
    Words import = Words::synchronized;
    std::vector<Words> modules{};

    friend bool operator==(const Module&, const Module&) = default;
};

using Any = std::variant<std::monostate, Module, Module, cambium, std::string>;

struct Codec {
    std::uint64_t id{};
    std::uint64_t builder = 18446744073709551615U;
    std::int64_t record = std::numeric_limits<std::int64_t>::min();
    ::cambium::Timestamp table{std::chrono::nanoseconds{-9223372036854775807 - 1}};
    Least least = Least::least;
    std::optional<std::string> module{};
    std::optional<std::uint8_t> import{};
    Any either{};
    std::vector<Any> several{};
    std::optional<Table> std{};
    std::optional<Module> flatbuffers{};
    std::optional<cambium> flat{};
    std::vector<Module> names{};

    friend bool operator==(const Codec&, const Codec&) = default;
};

}  // namespace names::cambium

namespace names::other {

struct Entry {
    std::uint64_t id{};
    std::optional<std::uint64_t> parent{};

    friend bool operator==(const Entry&, const Entry&) = default;
};

struct Other {
    std::uint64_t id{};
    std::optional<std::uint64_t> entry{};

    friend bool operator==(const Other&, const Other&) = default;
};

}  // namespace names::other

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace names::cambium::fb {

struct Codec;  // flatc's accessor, defined in names_fb_generated.h

}  // namespace names::cambium::fb

namespace names::other::fb {

struct Entry;  // flatc's accessor, defined in names_fb_generated.h

struct Other;  // flatc's accessor, defined in names_fb_generated.h

}  // namespace names::other::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::names::cambium::Codec> {
    using View = ::names::cambium::fb::Codec;
    static void pack(const ::names::cambium::Codec& record, std::string& out);
    static void unpack(std::string_view bytes, ::names::cambium::Codec& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","builder","record","table","least","module","import","","either","","several","std",)"
        R"("flatbuffers","flat","names"],"builder":18446744073709551615,"either":"type names.cambium.Any",)"
        R"("flat":"type names.cambium.cambium","flatbuffers":"type names.cambium.Module",)"
        R"("least":-9223372036854775808,"names":"type names.cambium.Module","record":-9223372036854775808,)"
        R"("several":"type names.cambium.Any","std":"type names.cambium.Table","table":-9223372036854775808,)"
        R"("#types":{)"
        R"("names.cambium.Any":{"1":["module","type names.cambium.Module"],"2":["import",)"
        R"("type names.cambium.Module"],"3":["atomic_commit","type names.cambium.cambium"],"4":["text"]},)"
        R"("names.cambium.Module":{"#fields":["Bits","import","modules"],"Bits":9223372036854775809,"import":1},)"
        R"("names.cambium.Table":"struct{array<i32,2>,{i32,enum u8}}",)"
        R"("names.cambium.cambium":"struct{i32,enum u8}"}})";
};

template <>
struct FlatBuffersSchema<::names::other::Entry> {
    using View = ::names::other::fb::Entry;
    static void pack(const ::names::other::Entry& record, std::string& out);
    static void unpack(std::string_view bytes, ::names::other::Entry& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","parent"]})";
};

template <>
struct FlatBuffersSchema<::names::other::Other> {
    using View = ::names::other::fb::Other;
    static void pack(const ::names::other::Other& record, std::string& out);
    static void unpack(std::string_view bytes, ::names::other::Other& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["id","entry"]})";
};

}  // namespace cambium

namespace names::other {

struct Codec;

}  // namespace names::other

namespace names::cambium {

/// Which records have entries in index "new_codecs". The program defines this function; give the index another
/// version in the schema when it decides otherwise.
[[nodiscard]] bool AutoIncrement(const Codec& record);

/// The table "codecs" in a codec of choice, for example CodecsAs<cambium::Json>.
template <class Codec>
struct CodecsAs
    : ::cambium::Table<
          "codecs", ::names::cambium::Codec,
          ::cambium::PrimaryKey<&::names::cambium::Codec::id>,
          Codec,
          ::cambium::ChangeLog<::cambium::KeepChanges<9999999999999999999U>>,
          ::cambium::OrderedIndex<"new_codecs",
              &::names::cambium::Codec::builder,
              ::cambium::where<&AutoIncrement>,
              ::cambium::version<9999999999999999999U>>,
          ::cambium::SchemaVersion<9999999999999999999U>> {};

/// The table "codecs".
struct Codecs : CodecsAs<::cambium::FlatBuffers> {};

}  // namespace names::cambium

namespace names::other {

/// The table "codec" in a codec of choice, for example CodecAs<cambium::Json>.
template <class Codec>
struct CodecAs
    : ::cambium::Table<
          "codec", Entry,
          ::cambium::PrimaryKey<&Entry::id>,
          Codec,
          ::cambium::ForeignKey<"parent", ::names::other::Codec, &Entry::parent, ::cambium::restrict_erase>> {};

/// The table "codec".
struct Codec : CodecAs<::cambium::FlatBuffers> {};

/// The table "others" in a codec of choice, for example OthersAs<cambium::Json>.
template <class Codec>
struct OthersAs
    : ::cambium::Table<
          "others", Other,
          ::cambium::PrimaryKey<&Other::id>,
          Codec,
          ::cambium::ForeignKey<"entry", ::names::other::Codec, &Other::entry, ::cambium::set_null>> {};

/// The table "others".
struct Others : OthersAs<::cambium::FlatBuffers> {};

}  // namespace names::other
