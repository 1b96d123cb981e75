# bench/memory: private memory of an open store, of readers and of writers. Its engines are those of bench/scale.
add_executable(bench_memory
  memory/main.cpp memory/accounting.cpp
  scale/child.cpp scale/contestant.cpp scale/figures.cpp scale/scale.cpp
  machine.cpp measurement.cpp progress.cpp text.cpp ${engine_sources})
set_target_properties(bench_memory PROPERTIES OUTPUT_NAME memory)
cambium_engines_of_compare(bench_memory)

if(CAMBIUM_BUILD_TESTS)
  add_test(NAME bench_memory_smoke
    COMMAND bench_memory --records 100000 --most 10000 --markdown --dir ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(bench_memory_smoke PROPERTIES TIMEOUT 600)
endif()
