# Writes OUTPUT, a header with the names of the macros in MACROS, which the compiler has listed with -E -dM. Without those
# that begin like the compiler's own, with two underscores or with one and a capital letter.
#
#   cmake -D MACROS=file -D OUTPUT=file -P list_macros.cmake

cmake_minimum_required(VERSION 3.25)
file(READ ${MACROS} text)
string(REGEX MATCHALL "\n#define ([A-Za-z]|_[a-z0-9])[A-Za-z0-9_]*" names "\n${text}")
list(TRANSFORM names REPLACE "\n#define " "")
list(SORT names)
if(NOT "NULL" IN_LIST names)
  message(FATAL_ERROR "The compiler lists no macros with -E -dM; build cambium-codegen with g++ or clang.")
endif()
list(JOIN names " " words)
file(WRITE ${OUTPUT} "// Written by list_macros.cmake from what the compiler says.
#pragma once

#include <string_view>

namespace cambium::codegen {

/// With spaces between them.
inline constexpr std::string_view kMacros = \"${words}\";

}  // namespace cambium::codegen
")
