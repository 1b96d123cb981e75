// The words, and how they are looked up.
#include "reserved_names.hpp"

#include <cctype>

#include "global_names.hpp"
#include "macro_names.hpp"

namespace cambium::codegen {

namespace {

constexpr std::string_view kKeywords =
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t "
    "class co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue "
    "decltype default delete do double dynamic_cast else enum explicit export extern false float for friend "
    "goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private "
    "protected public register reinterpret_cast requires return short signed sizeof static static_assert "
    "static_cast struct switch template this thread_local throw true try typedef typeid typename union "
    "unsigned using virtual void volatile wchar_t while xor xor_eq";
/// Of g++ and clang unless they are told to be strict, which CMake does not do by itself.
constexpr std::string_view kGnuKeywords = "typeof";

// What flatc takes for keywords besides those of C++20.
constexpr std::string_view kFlatcKeywords =
    "atomic_cancel atomic_commit atomic_noexcept import module synchronized";

// What flatc writes without saying where it is from, so that a nearer name hides it.
constexpr std::string_view kScalars = "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t";
constexpr std::string_view kUsedEverywhere = "flatbuffers size_t std";
// Members of its class for a table and of the one that builds it, parameters and variables in them.
constexpr std::string_view kOfTables =
    "Builder Finish FlatBuffersVTableOffset GetField GetOptional GetPointer GetStruct KeyCompareLessThan "
    "KeyCompareWithValue Table Verify VerifyField VerifyFieldRequired VerifyOffset VerifyOffsetRequired "
    "VerifyTableStart end fbb_ o start_";
constexpr std::string_view kBesideFields =
    "Builder GetField GetOptional GetPointer GetStruct KeyCompareLessThan KeyCompareWithValue VerifyField "
    "VerifyFieldRequired VerifyOffset VerifyOffsetRequired VerifyTableStart _fbb builder_ fbb_";
constexpr std::string_view kOfUnions = "Offset enum_value i obj types values verifier";

// Types of schemas, which no full name begins with.
constexpr std::string_view kTypesOfSchemas =
    "bool byte ubyte short ushort int uint long ulong float double string int8 uint8 int16 uint16 int32 uint32 "
    "int64 uint64 float32 float64";

bool is_among(std::string_view words, std::string_view name) {
    for (std::size_t at = words.find(name); at != std::string_view::npos; at = words.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) return !name.empty();
    }
    return false;
}

bool begins_with(std::string_view name, std::string_view beginning) {
    return name.substr(0, beginning.size()) == beginning;
}

}  // namespace

std::string_view why_no_name(std::string_view name) {
    if (is_among(kKeywords, name)) return "a keyword of C++";
    if (is_among(kGnuKeywords, name)) return "a keyword of C++ with GNU extensions";
    if (begins_with(name, "FLATBUFFERS_")) return "like the macros of FlatBuffers";
    if (is_among(kMacros, name)) return "a macro of the C library or the compiler";
    const bool is_reserved = name.size() > 1 && name[0] == '_' &&
                             (name[1] == '_' || std::isupper(static_cast<unsigned char>(name[1])) != 0);
    return is_reserved ? "like the compiler's own names, with its first two characters" : "";
}

bool is_in_c_library(std::string_view name) {
    return is_among(kGlobalNames, name) || is_among(kScalars, name);
}

std::string_view why_no_first_part(std::string_view name) {
    if (is_among("cambium flatbuffers std", name)) return "that of a library";
    if (is_in_c_library(name)) return "a name of the C library";
    const bool is_hidden = is_among("fb Builder FlatBuffersVTableOffset Table", name);  // by flatc's classes
    return is_hidden || is_among(kTypesOfSchemas, name) ? "a name of the code that flatc writes" : "";
}

bool is_flatc_keyword(std::string_view name) {
    return is_among(kFlatcKeywords, name);
}

bool is_taken_by_flatc(FlatcPlace place, std::string_view name) {
    switch (place) {
        case FlatcPlace::name_space:
            return is_among(kUsedEverywhere, name) || is_among(kScalars, name);
        case FlatcPlace::plain_type:  // of those flatc writes some with the underscore and some without
            return is_taken_by_flatc(FlatcPlace::name_space, name) || is_flatc_keyword(name);
        case FlatcPlace::table_type:
            return is_taken_by_flatc(FlatcPlace::plain_type, name) || is_among(kOfTables, name);
        case FlatcPlace::union_type:
            return is_taken_by_flatc(FlatcPlace::plain_type, name) || is_among(kOfUnions, name);
        case FlatcPlace::struct_field:
            return is_among(kScalars, name);
        case FlatcPlace::table_field:
            return is_among(kScalars, name) || is_among(kBesideFields, name);
        case FlatcPlace::enumerator:
            return is_among("MIN MAX", name);
        case FlatcPlace::bit_flag:
            return is_among("NONE ANY", name);
    }
    return false;
}

}  // namespace cambium::codegen
