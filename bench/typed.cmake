# bench/typed: tables with each codec beside the raw engine doing the same puts, and beside SQLite. The record comes
# from a schema file, for FlatBuffers.
find_program(CAMBIUM_FLATC_EXECUTABLE flatc DOC "The FlatBuffers compiler")
if(NOT TARGET cambium::codegen OR NOT TARGET cambium::lz4 OR NOT TARGET cambium::zstd OR NOT CAMBIUM_FLATC_EXECUTABLE)
  message(STATUS "bench/typed: skipped, it needs cambium-codegen, flatc, LZ4 and Zstandard")
  return()
endif()
include(${PROJECT_SOURCE_DIR}/cmake/CambiumGenerateTables.cmake)

add_executable(bench_typed
  typed/main.cpp typed/orders.cpp typed/engine.cpp typed/results.cpp
  typed/codec_raw.cpp typed/codec_cbor.cpp typed/codec_json.cpp typed/codec_flatbuffers.cpp
  typed/codec_compressed.cpp typed/codec_array.cpp
  dataset.cpp machine.cpp measurement.cpp progress.cpp text.cpp)
set_target_properties(bench_typed PROPERTIES OUTPUT_NAME typed)
target_include_directories(bench_typed PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(bench_typed PRIVATE cambium::cambium cambium::lz4 cambium::zstd cambium_options)
cambium_generate_tables(TARGET bench_typed SCHEMAS typed/order.fbs)
if(SQLite3_FOUND)
  target_sources(bench_typed PRIVATE typed/sqlite.cpp)
  target_link_libraries(bench_typed PRIVATE SQLite::SQLite3)
else()
  target_sources(bench_typed PRIVATE typed/no_sqlite.cpp)
endif()

if(CAMBIUM_BUILD_TESTS)
  add_test(NAME bench_typed_smoke
    COMMAND bench_typed --records 3000 --reps 2 --markdown --dir ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(bench_typed_smoke PROPERTIES TIMEOUT 600)
endif()
