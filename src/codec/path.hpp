// The way from a record to one value inside it, for sentences: address.lines[2].text
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cambium/base/error.hpp"

namespace cambium::codec {

/// How deep records, lists, maps and variants may nest, in both directions. Bounds stack use on hostile input.
inline constexpr std::size_t kMaxDepth = 128;

class Path {
public:
    void add_name(std::string_view name);
    void add_position(std::size_t position);

    [[nodiscard]] const std::string& text() const { return text_; }
    /// Throws Error{code}: field "address.lines[2].text": <reason>
    [[noreturn]] void fail(ErrorCode code, std::string_view reason) const;

private:
    std::string text_;
};

}  // namespace cambium::codec
