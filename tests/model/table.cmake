cambium_test(table_model SOURCES table_model.cpp LINKS cambium::typed)
target_include_directories(table_model PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit)
