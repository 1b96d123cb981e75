# bench/scale: how times, space and memory grow. Its engines are those of bench/compare, built in the same way.
get_target_property(engine_sources bench_compare SOURCES)
list(FILTER engine_sources INCLUDE REGEX "^engines/")

function(cambium_engines_of_compare TARGET)
  foreach(property IN ITEMS COMPILE_DEFINITIONS INCLUDE_DIRECTORIES LINK_LIBRARIES)
    get_target_property(value bench_compare ${property})
    if(value)
      set_property(TARGET ${TARGET} APPEND PROPERTY ${property} ${value})
    endif()
  endforeach()
endfunction()

add_executable(bench_scale
  scale/main.cpp scale/child.cpp scale/contestant.cpp scale/figures.cpp scale/free_pages.cpp scale/readers.cpp
  scale/records.cpp scale/scale.cpp scale/transactions.cpp
  memory/accounting.cpp measurement.cpp progress.cpp ${engine_sources})
set_target_properties(bench_scale PROPERTIES OUTPUT_NAME scale)
cambium_engines_of_compare(bench_scale)

if(CAMBIUM_BUILD_TESTS)
  add_test(NAME bench_scale_smoke
    COMMAND bench_scale --most 10000 --seconds 0.05 --dir ${CMAKE_CURRENT_BINARY_DIR}
            --out ${CMAKE_CURRENT_BINARY_DIR}/scale-smoke.tsv)
  set_tests_properties(bench_scale_smoke PROPERTIES TIMEOUT 600)
endif()
