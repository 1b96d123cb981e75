// Errors keep their code when there is no memory for their sentence.
#include <cerrno>
#include <string>

#include <doctest/doctest.h>

#include "allocations.hpp"
#include "base/throw_error.hpp"
#include "errors.hpp"
#include "os/file.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

/// The error of a call that finds memory for so many allocations only.
template <class Call>
Error error_without_memory(std::int64_t allocations, Call&& call) {
    allocations_left = allocations;
    try {
        call();
    } catch (const Error& error) {
        allocations_left = -1;
        return error;
    }
    allocations_left = -1;
    return Error{ErrorCode::misuse, "no error"};
}

const std::string long_path(100, 'p');

}  // namespace

TEST_CASE("an error without memory has a code and says that its sentence is missing") {
    const Error whole{ErrorCode::io, "what failed"};
    CHECK(std::string{whole.what()} == "what failed");
    for (std::int64_t n = 0; n < 3; ++n) {
        const Error error = error_without_memory(
            n, [] { base::throw_error(ErrorCode::outcome_unknown, "a flush of \"", long_path, "\" failed"); });
        INFO(std::string{error.what()});
        CHECK(to_string(error.code()) == to_string(ErrorCode::outcome_unknown));
        CHECK(std::string{error.what()}.find("memory") != std::string::npos);
    }
    Error copy = whole;
    copy = Error{ErrorCode::full};
    CHECK(to_string(copy.code()) == to_string(ErrorCode::full));
    CHECK(std::string{copy.what()}.find("memory") != std::string::npos);
    copy = whole;
    CHECK(std::string{copy.what()} == "what failed");
}

TEST_CASE("a failed call of the system without memory says whether there was no room") {
    for (const int code : {ENOSPC, EIO}) {
        const Error error = error_without_memory(0, [&] { os::throw_errno("cannot write", long_path, code); });
        CHECK(to_string(error.code()) == to_string(code == ENOSPC ? ErrorCode::full : ErrorCode::io));
    }
    CHECK(error_of(ErrorCode::io, [] {
              os::throw_errno("cannot write", "a file", EIO);
          }).starts_with("cannot write \"a file\": "));
}
