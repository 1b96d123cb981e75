# bench/scale: how times, space and memory grow, for Cambium and LMDB. What it shares with bench/memory is a library.
find_package(Threads REQUIRED)
add_library(bench_growth STATIC
  engines/cambium_engine.cpp engines/reference_engine.cpp engines/registry.cpp
  memory/accounting.cpp scale/child.cpp scale/contestant.cpp scale/figures.cpp scale/scale.cpp
  machine.cpp measurement.cpp progress.cpp text.cpp)
target_include_directories(bench_growth PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(bench_growth PUBLIC cambium::kv cambium_options Threads::Threads ${CMAKE_DL_LIBS})
if(LMDB_INCLUDE_DIR AND LMDB_LIBRARY)
  target_sources(bench_growth PRIVATE engines/lmdb_engine.cpp)
  target_compile_definitions(bench_growth PRIVATE CAMBIUM_BENCH_LMDB)
  target_include_directories(bench_growth SYSTEM PRIVATE ${LMDB_INCLUDE_DIR})
  target_link_libraries(bench_growth PRIVATE ${LMDB_LIBRARY})
endif()

add_executable(bench_scale
  scale/main.cpp scale/free_pages.cpp scale/readers.cpp scale/records.cpp scale/transactions.cpp)
set_target_properties(bench_scale PROPERTIES OUTPUT_NAME scale)
target_link_libraries(bench_scale PRIVATE bench_growth)

if(CAMBIUM_BUILD_TESTS)
  add_test(NAME bench_scale_smoke
    COMMAND bench_scale --most 10000 --seconds 0.05 --dir ${CMAKE_CURRENT_BINARY_DIR}
            --out ${CMAKE_CURRENT_BINARY_DIR}/scale-smoke.tsv)
  set_tests_properties(bench_scale_smoke PROPERTIES TIMEOUT 600)
endif()
