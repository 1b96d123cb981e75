# bench/memory: private memory of an open store, of readers and of writers.
add_executable(bench_memory memory/main.cpp)
set_target_properties(bench_memory PROPERTIES OUTPUT_NAME memory)
target_link_libraries(bench_memory PRIVATE bench_growth)

if(CAMBIUM_BUILD_TESTS)
  add_test(NAME bench_memory_smoke
    COMMAND bench_memory --records 100000 --most 10000 --markdown --dir ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(bench_memory_smoke PROPERTIES TIMEOUT 600)
endif()
