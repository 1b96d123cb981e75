// The errors that damage of a data file explains. Whatever else comes of it is a defect.
#pragma once

#include "cambium/base/error.hpp"

namespace cambium::test {

/// Of opening: a file that is no store any more, or says that it is of another version.
inline bool explains_refusal(ErrorCode code) noexcept {
    return code == ErrorCode::corrupt || code == ErrorCode::not_a_store || code == ErrorCode::format_version;
}

/// Of using what was opened. A catalog that is not verified, or an older page of it, may name a tree of which it
/// has no record: then also not_found.
inline bool explains_failure(ErrorCode code, bool catalog_may_contradict_itself) noexcept {
    return code == ErrorCode::corrupt || (catalog_may_contradict_itself && code == ErrorCode::not_found);
}

}  // namespace cambium::test
