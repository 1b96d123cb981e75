// Names of types as the catalog has them (cambium/codec/reflect.hpp), taken apart.
//
// Thread rule: from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cambium::detail {

/// A name of a type, taken apart: "map<string,u8>" has two arguments, "record{id:u64}" has one that is named.
struct TypeText {
    std::string_view text;
    std::string_view head;
    std::vector<std::string_view> names;  ///< of the fields of a record
    std::vector<TypeText> arguments;

    [[nodiscard]] bool is(std::string_view wanted) const noexcept { return head == wanted; }
    [[nodiscard]] bool is_record() const noexcept { return head == "record"; }
};

/// Nothing when the text is no name of a type, or nests more than 64 deep. The result holds views of the text.
[[nodiscard]] std::optional<TypeText> read_type(std::string_view text);

/// The name of a type with "record{value:T}" for "descending<T>": what a Descending is to codecs, and was called by
/// older versions of Cambium.
[[nodiscard]] std::string as_records(std::string_view type);

/// Two types for a sentence that tells them apart: of long ones the parts that both have are "..".
[[nodiscard]] std::pair<std::string, std::string> told_apart(std::string_view a, std::string_view b);

}  // namespace cambium::detail
