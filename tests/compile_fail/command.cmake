# How the sources here are compiled: sets command from COMPILER, INCLUDE and BOOST.
set(command ${COMPILER} -std=c++20 -I${INCLUDE})
# After the compiler's own folders, as it may be one of those: -isystem would put it before libstdc++'s.
foreach(folder IN LISTS BOOST)
  list(APPEND command -idirafter ${folder})
endforeach()
set(ENV{LC_ALL} C)
