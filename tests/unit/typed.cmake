cambium_test(typed_test
  SOURCES typed_defects.cpp typed_index.cpp typed_keys.cpp typed_names.cpp typed_processes.cpp typed_query.cpp
          typed_salvage.cpp typed_schema.cpp typed_table.cpp typed_threads.cpp
  LINKS cambium::typed)
