# cambium_generate_tables(TARGET target SCHEMAS schema.fbs ... [INCLUDES folder ...])
#
# For each schema x.fbs, runs cambium-codegen and flatc and compiles the result into the target, whose sources (and,
# for a library, its users) can then write
#
#   #include "x_tables.hpp"         the plain structs and the tables
#   #include "x_fb_generated.h"     flatc's accessors in namespace fb, for reading records in place
#
# The target is linked with cambium::cambium. A schema that includes another needs that one in a SCHEMAS too. A schema
# is generated again when it, a schema it includes, or the generator changes. Files that come out as they were keep their
# times, so that nothing is compiled anew: what tells that all is done is a stamp. A generated file that was removed by hand
# comes back with Ninja; with Make, the stamp beside it has to go too.
#
# With Ninja, a schema in a folder whose path has a # is generated in every build: CMake 3.25 passes on the name of what was
# read without the backslash that Ninja wants before it.
#
# INCLUDES: folders to look for included schemas in, besides the schema's own.
# CAMBIUM_CODEGEN_EXECUTABLE: set it to a cambium-codegen built for this machine when cross-compiling.

include_guard(GLOBAL)
cmake_policy(VERSION 3.20...3.25)

set(CAMBIUM_CODEGEN_EXECUTABLE "" CACHE FILEPATH "The cambium-codegen to run; empty: the one of this package")

function(_cambium_generator OUT)
  if(CAMBIUM_CODEGEN_EXECUTABLE)
    set(${OUT} ${CAMBIUM_CODEGEN_EXECUTABLE} PARENT_SCOPE)
  elseif(TARGET cambium::codegen)
    set(${OUT} cambium::codegen PARENT_SCOPE)
  else()
    message(FATAL_ERROR "cambium_generate_tables needs cambium-codegen, which this build of Cambium leaves out: set "
                        "CAMBIUM_BUILD_CODEGEN to ON, or CAMBIUM_CODEGEN_EXECUTABLE to an installed one.")
  endif()
  find_program(CAMBIUM_FLATC_EXECUTABLE flatc DOC "The FlatBuffers compiler")
  if(NOT CAMBIUM_FLATC_EXECUTABLE)
    message(FATAL_ERROR "cambium_generate_tables needs flatc: install flatbuffers-compiler, or set "
                        "CAMBIUM_FLATC_EXECUTABLE.")
  endif()
  find_path(CAMBIUM_FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h DOC "The folder of the FlatBuffers headers")
  if(NOT CAMBIUM_FLATBUFFERS_INCLUDE_DIR)
    message(FATAL_ERROR "cambium_generate_tables needs the header flatbuffers/flatbuffers.h: install "
                        "libflatbuffers-dev, or set CAMBIUM_FLATBUFFERS_INCLUDE_DIR.")
  endif()
endfunction()

function(cambium_generate_tables)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "TARGET" "SCHEMAS;INCLUDES")
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_TARGET OR NOT ARG_SCHEMAS)
    message(FATAL_ERROR "Write cambium_generate_tables(TARGET target SCHEMAS schema.fbs ... [INCLUDES folder ...]).")
  endif()
  get_target_property(folder ${ARG_TARGET} SOURCE_DIR)
  if(NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    message(FATAL_ERROR "cambium_generate_tables(TARGET ${ARG_TARGET} ...) must be called in the folder that creates the "
                        "target, ${folder}.")
  endif()
  _cambium_generator(generator)

  set(include_options "")
  foreach(folder IN LISTS ARG_INCLUDES)
    cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    list(APPEND include_options -I ${folder})
  endforeach()

  set(output ${CMAKE_CURRENT_BINARY_DIR}/cambium_tables/${ARG_TARGET})
  foreach(schema IN LISTS ARG_SCHEMAS)
    cmake_path(ABSOLUTE_PATH schema BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(GET schema STEM LAST_ONLY stem)
    cmake_path(GET schema FILENAME name)
    set(files ${output}/${stem}_tables.hpp ${output}/${stem}_tables.cpp ${output}/${stem}_fb_generated.h)
    set(stamp ${output}/${stem}.stamp)
    get_source_file_property(other ${stamp} CAMBIUM_SCHEMA)
    if(other)
      message(FATAL_ERROR "cambium_generate_tables(TARGET ${ARG_TARGET} ...): ${other} and ${schema} would be generated "
                          "into the same ${stem}_tables.hpp: rename one, and leave out what is there twice.")
    endif()
    set_source_files_properties(${stamp} PROPERTIES CAMBIUM_SCHEMA ${schema})
    # Each generated source has functions of the same names, and one of them per included schema.
    set_source_files_properties(${output}/${stem}_tables.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    set(accessors ${output}/${stem}_fb/${stem}_fb)
    add_custom_command(
      OUTPUT ${stamp}
      BYPRODUCTS ${files}
      COMMAND ${generator} ${schema} ${include_options} -o ${output} --depfile ${output}/${stem}.d --depfile-target ${stamp}
      COMMAND ${CAMBIUM_FLATC_EXECUTABLE} --cpp --scoped-enums -o ${output}/${stem}_fb ${accessors}.fbs
      COMMAND ${CMAKE_COMMAND} -E copy_if_different ${accessors}_generated.h ${output}
      COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
      DEPENDS ${schema} ${generator}
      DEPFILE ${output}/${stem}.d
      COMMENT "Generating tables from ${name}"
      VERBATIM)
    target_sources(${ARG_TARGET} PRIVATE ${stamp} ${files})
  endforeach()

  get_target_property(type ${ARG_TARGET} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set(scope PRIVATE)
  else()
    set(scope PUBLIC)
  endif()
  target_include_directories(${ARG_TARGET} ${scope} $<BUILD_INTERFACE:${output}>)
  target_include_directories(${ARG_TARGET} SYSTEM ${scope} $<BUILD_INTERFACE:${CAMBIUM_FLATBUFFERS_INCLUDE_DIR}>)
  target_link_libraries(${ARG_TARGET} ${scope} cambium::cambium cambium::generated)
endfunction()
