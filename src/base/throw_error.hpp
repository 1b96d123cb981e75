// Errors of calls that must be told apart also when memory has run out.
#pragma once

#include <new>
#include <string>

#include "cambium/base/error.hpp"

namespace cambium::base {

/// Throws an Error of this code with the parts as its sentence, or without one when there is no memory for it.
template <class... Parts>
[[noreturn]] void throw_error(ErrorCode code, const Parts&... parts) {
    std::string sentence;
    try {
        (sentence.append(parts), ...);
    } catch (const std::bad_alloc&) {
        throw Error(code);
    }
    throw Error(code, sentence);
}

}  // namespace cambium::base
