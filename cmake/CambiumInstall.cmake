# cambium::cambium, which is every layer at once, and the rules that install everything: headers, static libraries,
# the generator, the CMake package "cambium" and the pkg-config file cambium.pc.
include(CMakePackageConfigHelpers)

get_property(layers GLOBAL PROPERTY CAMBIUM_LAYERS)

add_library(cambium_all INTERFACE)
add_library(cambium::cambium ALIAS cambium_all)
set_target_properties(cambium_all PROPERTIES EXPORT_NAME cambium)
target_link_libraries(cambium_all INTERFACE ${layers})

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/cambium)
set(targets ${layers} cambium_all cambium_generated)
# Not part of cambium::cambium: whoever uses a compressor links it.
get_property(compressors GLOBAL PROPERTY CAMBIUM_COMPRESSORS)
foreach(compressor IN LISTS compressors)
  list(APPEND targets cambium_${compressor})
endforeach()
string(REPLACE ";" " " CAMBIUM_COMPRESSORS "${compressors}")
if(CAMBIUM_BUILD_CODEGEN)
  list(APPEND targets cambium_codegen)
endif()

install(TARGETS ${targets} EXPORT cambium_targets)
install(EXPORT cambium_targets NAMESPACE cambium:: DESTINATION ${package_folder} FILE cambiumTargets.cmake)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/cambium DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/codegen/include/cambium DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/cambiumConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/package/cambiumConfig.cmake INSTALL_DESTINATION ${package_folder})
# Until 1.0 a minor version may break its users.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/cambiumConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/cambiumConfig.cmake ${PROJECT_BINARY_DIR}/package/cambiumConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/CambiumGenerateTables.cmake
        DESTINATION ${package_folder})

# A layer stands before the layers it links, so that a linker that reads archives once finds every symbol.
set(archives "")
foreach(layer IN LISTS layers)
  string(PREPEND archives "-l${layer} ")
endforeach()
string(STRIP "${archives}" CAMBIUM_ARCHIVES)
# Relative to where the file lies, so that an installed tree can be moved.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(CAMBIUM_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  set(CAMBIUM_PC_PREFIX "\${pcfiledir}/${up}")
endif()
string(REGEX REPLACE "/$" "" CAMBIUM_PC_PREFIX "${CAMBIUM_PC_PREFIX}")
foreach(kind IN ITEMS LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${kind}}")
    set(CAMBIUM_${kind} "${CMAKE_INSTALL_${kind}}")
  else()
    set(CAMBIUM_${kind} "\${prefix}/${CMAKE_INSTALL_${kind}}")
  endif()
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/cambium.pc.in ${PROJECT_BINARY_DIR}/package/cambium.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/cambium.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(CAMBIUM_COMPRESSOR IN LISTS compressors)
  string(REGEX REPLACE "^(zstd|lz4)$" "lib\\1" CAMBIUM_COMPRESSOR_MODULE ${CAMBIUM_COMPRESSOR})
  configure_file(${CMAKE_CURRENT_LIST_DIR}/cambium-compressor.pc.in
                 ${PROJECT_BINARY_DIR}/package/cambium-${CAMBIUM_COMPRESSOR}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/cambium-${CAMBIUM_COMPRESSOR}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
