cambium_test(typed_test
  SOURCES typed_foreign_keys.cpp typed_index.cpp typed_index_format.cpp typed_index_kinds.cpp typed_index_upkeep.cpp typed_json_lines.cpp
          typed_keys.cpp typed_names.cpp typed_processes.cpp typed_query.cpp typed_rules.cpp typed_salvage.cpp
          typed_schema.cpp typed_table.cpp typed_threads.cpp typed_values.cpp typed_view.cpp typed_writes.cpp
  LINKS cambium::typed)
# Building an index in several parts is forced by a small size.
target_include_directories(typed_test PRIVATE ${PROJECT_SOURCE_DIR}/src)
cambium_test(typed_extras_test
  SOURCES typed_changes.cpp typed_expiry.cpp typed_expiry_gives_way.cpp typed_expiry_removal.cpp typed_expiry_rules.cpp
          typed_generated.cpp
  LINKS cambium::typed)
cambium_test(typed_declaration SOURCES typed_declaration.cpp LINKS cambium::typed)
cambium_test(typed_evolution SOURCES typed_evolution.cpp typed_migration.cpp typed_type_change.cpp LINKS cambium::typed)
target_include_directories(typed_evolution PRIVATE ${PROJECT_SOURCE_DIR}/src)
cambium_test(typed_in_step SOURCES typed_as_read.cpp typed_enums.cpp typed_late_members.cpp typed_nulls.cpp LINKS cambium::typed)
cambium_test(typed_upgrades
  SOURCES typed_migration_left.cpp typed_refused_declarations.cpp typed_refused_openings.cpp typed_renamed_tables.cpp
          typed_varying_defaults.cpp
  LINKS cambium::typed)
cambium_test(typed_transactions SOURCES typed_statistics.cpp typed_temporary.cpp LINKS cambium::typed)
cambium_test(typed_together SOURCES typed_together.cpp typed_evolution_together.cpp typed_unknown_fields.cpp LINKS cambium::typed)
cambium_test(typed_dynamic
  SOURCES typed_dynamic.cpp typed_dynamic_enums.cpp typed_dynamic_keys.cpp typed_dynamic_ranges.cpp typed_dynamic_refused.cpp typed_dynamic_rules.cpp
  LINKS cambium::typed)
cambium_test(typed_lines SOURCES typed_export_any.cpp typed_import_lines.cpp typed_value_tables.cpp LINKS cambium::typed)
cambium_test(typed_defects SOURCES typed_defects.cpp typed_defects_more.cpp LINKS cambium::typed)
if(TARGET cambium::zstd)
  foreach(name IN ITEMS typed_dynamic typed_defects typed_lines)
    target_link_libraries(${name} PRIVATE cambium::zstd)
    target_compile_definitions(${name} PRIVATE CAMBIUM_TEST_ZSTD)
  endforeach()
endif()
cambium_test(typed_bounds SOURCES typed_exact.cpp typed_groups.cpp typed_log_gap.cpp typed_out_of_range.cpp typed_page_token.cpp LINKS cambium::typed)
cambium_test(typed_select SOURCES typed_descending.cpp typed_select.cpp LINKS cambium::typed)
cambium_test(typed_erase SOURCES typed_erase.cpp LINKS cambium::typed)
cambium_test(typed_plan SOURCES typed_plan.cpp LINKS cambium::typed)
