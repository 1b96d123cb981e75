# cmake -DCOMPILER=... -DSOURCE=... -DINCLUDE=... -DBOOST=... -DPRECOMPILED=... -P check.cmake
#
# SOURCE must compile; with MISUSE defined it must not, and the compiler's output must hold the text after each of
# these comments in the source:
#   // expect: ...         any compiler
#   // expect-gcc: ...     g++ only (quotes in messages are written as ')
#   // expect-clang: ...   clang++ only
#   // errors: N           exactly N errors
include(${CMAKE_CURRENT_LIST_DIR}/command.cmake)
list(APPEND command -fsyntax-only)
file(STRINGS ${SOURCE} common REGEX "^#include \"shop.inc\"")
if(common)
  list(APPEND command -include ${PRECOMPILED})
endif()

execute_process(COMMAND ${command} ${SOURCE} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The correct variant does not compile:\n${output}")
endif()

execute_process(COMMAND ${command} -DMISUSE ${SOURCE} RESULT_VARIABLE result OUTPUT_VARIABLE output
                ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "The misuse compiles")
endif()

execute_process(COMMAND ${COMPILER} --version OUTPUT_VARIABLE version)
if(version MATCHES "clang")
  set(kind clang)
else()
  set(kind gcc)
endif()

file(STRINGS ${SOURCE} expectations REGEX "^// expect(-${kind})?: ")
if(NOT expectations)
  message(FATAL_ERROR "The source says of no sentence that it expects it")
endif()
foreach(line IN LISTS expectations)
  string(REGEX REPLACE "^// expect(-[a-z]+)?: " "" sentence "${line}")
  string(FIND "${output}" "${sentence}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "The output does not hold\n  ${sentence}\n${output}")
  endif()
endforeach()

file(STRINGS ${SOURCE} errors REGEX "^// errors: ")
if(errors)
  string(REGEX REPLACE "^// errors: " "" wanted "${errors}")
  string(REGEX MATCHALL "[0-9]: error: " found "${output}")
  list(LENGTH found count)
  if(NOT count EQUAL wanted)
    message(FATAL_ERROR "${count} errors, not ${wanted}:\n${output}")
  endif()
endif()
