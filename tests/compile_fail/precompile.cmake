# cmake -DCOMPILER=... -DINCLUDE=... -DBOOST=... -DPRECOMPILED=... -P precompile.cmake
#
# Compiles the header PRECOMPILED, so that -include of it takes what was compiled: g++ looks for the suffix gch, clang++
# for pch.
include(${CMAKE_CURRENT_LIST_DIR}/command.cmake)
if(COMPILER MATCHES "clang")
  set(suffix pch)
else()
  set(suffix gch)
endif()
execute_process(COMMAND ${command} -x c++-header ${PRECOMPILED} -o ${PRECOMPILED}.${suffix} RESULT_VARIABLE result
                OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${output}")
endif()
