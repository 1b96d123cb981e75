cambium_test(kv_bad_input SOURCES kv_bad_input.cpp LINKS cambium::kv)
cambium_test(kv_no_room SOURCES kv_no_room.cpp LINKS cambium::kv)
cambium_test(kv_environment SOURCES kv_environment.cpp LINKS cambium::kv)
