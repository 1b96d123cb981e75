# cambium_layer(NAME SOURCES ... [LINKS ...] [PRIVATE_LINKS ...]): one layer of the architecture as one static
# library.
#
# A layer sees its own headers and those of the layers it links, nothing else: each layer's include path is a
# folder of links to its own part of include/ and src/, so that an upward include does not compile.

set(CAMBIUM_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast)

# Compile options of all code of this project, not of its users.
add_library(cambium_options INTERFACE)
target_compile_features(cambium_options INTERFACE cxx_std_20)
target_compile_options(cambium_options INTERFACE ${CAMBIUM_WARNINGS} $<$<BOOL:${CAMBIUM_WARNINGS_AS_ERRORS}>:-Werror>)
if(CAMBIUM_SANITIZE)
  target_compile_options(cambium_options INTERFACE -fsanitize=${CAMBIUM_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(cambium_options INTERFACE -fsanitize=${CAMBIUM_SANITIZE})
endif()
if(CAMBIUM_FUZZ)
  target_compile_options(cambium_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(cambium_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CAMBIUM_CCACHE ccache)
if(CAMBIUM_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CAMBIUM_CCACHE})
endif()

function(cambium_layer NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  set(target cambium_${NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(cambium::${NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${NAME} POSITION_INDEPENDENT_CODE ON)

  if(NAME STREQUAL "typed")
    set(view ${PROJECT_SOURCE_DIR}/include)
  else()
    set(view ${PROJECT_BINARY_DIR}/layers/${NAME})
    file(MAKE_DIRECTORY ${view}/cambium)
    if(EXISTS ${PROJECT_SOURCE_DIR}/include/cambium/${NAME})
      file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/cambium/${NAME} ${view}/cambium/${NAME} SYMBOLIC)
    endif()
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${NAME} ${view}/${NAME} SYMBOLIC)
  endif()
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${view}>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:cambium_options>)
  foreach(layer IN LISTS ARG_LINKS)
    target_link_libraries(${target} PUBLIC cambium_${layer})
  endforeach()
  foreach(layer IN LISTS ARG_PRIVATE_LINKS)
    target_link_libraries(${target} PRIVATE ${layer})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY CAMBIUM_LAYERS ${target})
endfunction()
