# bench/parts: what the parts of the engine cost, with Google Benchmark (libbenchmark-dev).
find_package(benchmark QUIET)
if(NOT benchmark_FOUND)
  message(STATUS "bench/parts: skipped, libbenchmark-dev is not installed")
  return()
endif()

add_executable(bench_parts
  parts/main.cpp parts/node.cpp parts/page.cpp parts/space.cpp parts/transaction.cpp parts/tree.cpp
  dataset.cpp machine.cpp text.cpp)
set_target_properties(bench_parts PROPERTIES OUTPUT_NAME parts)
target_include_directories(bench_parts PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(bench_parts PRIVATE cambium::kv cambium_options benchmark::benchmark)

if(CAMBIUM_BUILD_TESTS)
  add_test(NAME bench_parts_smoke
    COMMAND bench_parts --benchmark_min_time=0.001 --dir ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(bench_parts_smoke PROPERTIES TIMEOUT 600)
endif()
