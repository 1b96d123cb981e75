// The errors that calls end with.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"

namespace cambium::test {

/// The code of the error that a call throws, as text; "none" when it throws none.
template <class Call>
std::string code_of(Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        return std::string{to_string(error.code())};
    }
    return "none";
}

/// The sentence of the error that a call throws. Another code, or no error, is a failure of the test.
template <class Call>
std::string error_of(ErrorCode code, Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        INFO(std::string{error.what()});
        CHECK(to_string(error.code()) == to_string(code));
        return error.what();
    }
    FAIL_CHECK("no error, where " << std::string{to_string(code)} << " was due");
    return {};
}

}  // namespace cambium::test
