# Installs this build into a folder of its own, then configures, builds and runs tests/consumer against that: with the
# CMake package, and with pkg-config. Then changes a schema and looks at what is generated again.
#
# SOURCE, BUILD: this project and its build folder. WORK: a folder to work in, emptied first. GENERATOR: the one to build
# the consumer with. COMPILER, SANITIZE: those of this build. PROGRAMS: what to build and run; with "tables" among them,
# pkg-config too. All of it without a build type, as somebody does who does not know of them.

cmake_minimum_required(VERSION 3.25)

function(run)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "FOLDER;OUTPUT" "COMMAND")
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER ${WORK})
  endif()
  execute_process(COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${ARG_FOLDER} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    string(REPLACE ";" " " command "${ARG_COMMAND}")
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
  if(ARG_OUTPUT)
    set(${ARG_OUTPUT} "${output}" PARENT_SCOPE)
  endif()
endfunction()

# How often the schemas were generated in the output of a build.
function(expect_generated OUTPUT SCHEMA COUNT)
  string(REGEX MATCHALL "Generating tables from ${SCHEMA}" found "${OUTPUT}")
  list(LENGTH found count)
  if(NOT count EQUAL COUNT)
    message(FATAL_ERROR "${SCHEMA} was generated ${count} times, not ${COUNT}:\n${OUTPUT}")
  endif()
endfunction()

# Whether anything was compiled.
function(expect_compiled OUTPUT IS_COMPILED)
  string(FIND "${OUTPUT}" "Building CXX" position)
  if(IS_COMPILED AND position EQUAL -1)
    message(FATAL_ERROR "nothing was compiled:\n${OUTPUT}")
  elseif(NOT IS_COMPILED AND NOT position EQUAL -1)
    message(FATAL_ERROR "compiled anew:\n${OUTPUT}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(prefix ${WORK}/installed)
set(source ${WORK}/source)
set(build ${WORK}/build)
file(COPY ${SOURCE}/tests/consumer/ DESTINATION ${source})
run(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

# Nothing of the build may show in what is installed as text.
file(GLOB_RECURSE texts ${prefix}/*.cmake ${prefix}/*.pc ${prefix}/*.hpp)
foreach(text IN LISTS texts)
  file(READ ${text} content)
  foreach(leak IN ITEMS ${BUILD} ${SOURCE} "-Wall" "-Werror" "-fsanitize" "cambium_options")
    string(FIND "${content}" "${leak}" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${text} holds ${leak}")
    endif()
  endforeach()
endforeach()

set(flags "")
if(SANITIZE)
  set(flags "-fsanitize=${SANITIZE}")
endif()
# Several sources of a target compiled as one, where the project wants that.
set(unity OFF)
if(GENERATOR STREQUAL "Unix Makefiles")
  set(unity ON)
endif()
run(COMMAND ${CMAKE_COMMAND} -S ${source} -B ${build} -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${prefix}
            -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${flags} -D CMAKE_UNITY_BUILD=${unity})
run(COMMAND ${CMAKE_COMMAND} --build ${build} --target ${PROGRAMS} OUTPUT output)
expect_generated("${output}" "shop.fbs" 1)
expect_generated("${output}" "money.fbs" 1)
foreach(program IN LISTS PROGRAMS)
  run(COMMAND ${build}/${program} OUTPUT output)
  message(STATUS "${program}: ${output}")
endforeach()

# What comes out as it was is generated once and compiles nothing; shop.fbs includes money.fbs.
function(expect_build SHOP_COUNT MONEY_COUNT IS_COMPILED)
  run(COMMAND ${CMAKE_COMMAND} --build ${build} --target shop_keeper OUTPUT output)
  expect_generated("${output}" "shop.fbs" ${SHOP_COUNT})
  expect_generated("${output}" "money.fbs" ${MONEY_COUNT})
  expect_compiled("${output}" ${IS_COMPILED})
endfunction()
expect_build(0 0 OFF)
file(TOUCH ${source}/schemas/shop.fbs)
expect_build(1 0 OFF)
expect_build(0 0 OFF)
file(TOUCH ${source}/schemas/common/money.fbs)
expect_build(1 1 OFF)
expect_build(0 0 OFF)
file(APPEND ${source}/schemas/shop.fbs "/// It is new.\nstruct Added { x:int; }\n")
expect_build(1 0 ON)
expect_build(0 0 OFF)

if(NOT "tables" IN_LIST PROGRAMS)
  # Two schemas that would be generated into the same files.
  file(WRITE ${WORK}/twice/CMakeLists.txt
       "cmake_minimum_required(VERSION 3.20)\nproject(twice LANGUAGES CXX)\nfind_package(cambium REQUIRED)\n"
       "add_library(twice STATIC)\n"
       "cambium_generate_tables(TARGET twice SCHEMAS ${source}/schemas/shop.fbs other/shop.fbs)\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${WORK}/twice -B ${WORK}/twice/build -D CMAKE_PREFIX_PATH=${prefix}
                          -D CMAKE_CXX_COMPILER=${COMPILER}
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(result EQUAL 0 OR NOT output MATCHES "would be generated into the same shop_tables.hpp: rename one")
    message(FATAL_ERROR "two schemas of one name ended with ${result}:\n${output}")
  endif()
  return()
endif()

# The project of docs/howto-schema.md, as a new user would type it in.
include(${CMAKE_CURRENT_LIST_DIR}/howto.cmake)
documented_project(${SOURCE}/docs/howto-schema.md ${WORK}/howto promised)
run(FOLDER ${WORK}/howto
    COMMAND ${CMAKE_COMMAND} -S . -B build -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER}
            -D CMAKE_CXX_FLAGS=${flags})
run(FOLDER ${WORK}/howto COMMAND ${CMAKE_COMMAND} --build build)
foreach(times IN ITEMS first second)
  run(FOLDER ${WORK}/howto COMMAND build/shop OUTPUT output)
  if(NOT output STREQUAL promised)
    message(FATAL_ERROR "docs/howto-schema.md promises\n${promised}\nand the ${times} run prints\n${output}")
  endif()
endforeach()
find_program(installed_codegen cambium-codegen PATHS ${prefix}/bin NO_DEFAULT_PATH REQUIRED)
run(FOLDER ${WORK}/howto COMMAND ${installed_codegen} --check-database shop.cambium shop.fbs OUTPUT output)

# pkg-config: a compiler line without CMake.
file(GLOB_RECURSE pc ${prefix}/cambium.pc)
cmake_path(GET pc PARENT_PATH pc_folder)
find_program(PKG_CONFIG pkg-config REQUIRED)
run(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_folder} ${PKG_CONFIG} --cflags --libs cambium OUTPUT options)
separate_arguments(options UNIX_COMMAND "${options}")
run(COMMAND ${COMPILER} -std=c++20 ${flags} ${source}/tables.cpp -o ${WORK}/tables_pkg_config ${options})
run(COMMAND ${WORK}/tables_pkg_config OUTPUT output)
message(STATUS "tables by pkg-config: ${output}")

if(NOT "compressed" IN_LIST PROGRAMS)
  return()
endif()
run(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_folder} ${PKG_CONFIG} --cflags --libs cambium-zstd OUTPUT options)
separate_arguments(options UNIX_COMMAND "${options}")
run(COMMAND ${COMPILER} -std=c++20 ${flags} ${source}/compressed.cpp -o ${WORK}/compressed_pkg_config ${options})
run(COMMAND ${WORK}/compressed_pkg_config OUTPUT output)
message(STATUS "compressed by pkg-config: ${output}")
