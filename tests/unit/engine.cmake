cambium_test(kv_node SOURCES kv_node.cpp LINKS cambium::kv)
cambium_test(kv_space SOURCES kv_space.cpp LINKS cambium::kv)
cambium_test(kv_spill SOURCES kv_spill.cpp LINKS cambium::kv)
cambium_test(kv_nested SOURCES kv_nested.cpp LINKS cambium::kv)
