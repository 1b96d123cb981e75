# bench/plot.py: plots from figures. It needs nothing but Python.
find_package(Python3 COMPONENTS Interpreter QUIET)
if(NOT Python3_FOUND OR NOT CAMBIUM_BUILD_TESTS)
  return()
endif()

add_test(NAME bench_plot COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/plot_test.py)
add_test(NAME bench_plot_scale
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/plot.py --out ${CMAKE_CURRENT_BINARY_DIR}/plots
          ${CMAKE_CURRENT_BINARY_DIR}/scale-smoke.tsv)
add_test(NAME bench_plot_ratios
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/plot.py --out ${CMAKE_CURRENT_BINARY_DIR}/plots
          ${CMAKE_CURRENT_BINARY_DIR}/ratios-smoke.tsv)
set_tests_properties(bench_compare_smoke PROPERTIES FIXTURES_SETUP ratios)
set_tests_properties(bench_plot_ratios PROPERTIES FIXTURES_REQUIRED ratios TIMEOUT 60)
set_tests_properties(bench_scale_smoke PROPERTIES FIXTURES_SETUP scale_figures)
set_tests_properties(bench_plot_scale PROPERTIES FIXTURES_REQUIRED scale_figures)
set_tests_properties(bench_plot bench_plot_scale PROPERTIES TIMEOUT 60)
