# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` puts where. Component library: libraries nrc and nrc_table_files with their
# public headers, a CMake package (nrc::nrc, nrc::table_files) and a pkg-config file for each.
# Component programs: the command nrc.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# docs/api.md says what they are for.
file(GLOB public_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/model/include/nrc/*)

foreach(library nrc nrc_table_files)
  # While the major version is 0, a new minor version is incompatible.
  set_target_properties(${library} PROPERTIES VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    POSITION_INDEPENDENT_CODE ON # a static one shall fit into a shared library of its user
  )
  target_compile_features(${library} PUBLIC cxx_std_17)
endforeach()
set_target_properties(nrc_table_files PROPERTIES EXPORT_NAME table_files
  INSTALL_RPATH "$ORIGIN") # libnrc is beside it
add_library(nrc::nrc ALIAS nrc)
add_library(nrc::table_files ALIAS nrc_table_files)
target_include_directories(nrc INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

install(TARGETS nrc nrc_table_files EXPORT nrcTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(FILES ${public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/nrc COMPONENT library)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT library)

file(RELATIVE_PATH up /p/${CMAKE_INSTALL_LIBDIR} /p)
set_target_properties(nrc_cli PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
install(TARGETS nrc_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)

# A static nrc leaves the linking of what it uses to its user: target, CMake package, pkg-config name.
get_target_property(linked nrc LINK_LIBRARIES)
set(dependencies)
set(pc_requires)
foreach(row "ZLIB::ZLIB ZLIB zlib" "fmt::fmt fmt fmt" "hwy::hwy hwy libhwy")
  separate_arguments(row)
  list(GET row 0 target)
  if(target IN_LIST linked)
    list(GET row 1 package)
    list(GET row 2 module)
    string(APPEND dependencies "  find_dependency(${package})\n")
    list(APPEND pc_requires ${module})
  endif()
endforeach()
list(JOIN pc_requires " " pc_requires)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nrc)
install(EXPORT nrcTargets NAMESPACE nrc:: DESTINATION ${package_dir} COMPONENT library)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/nrcConfig.cmake.in
  ${PROJECT_BINARY_DIR}/package/nrcConfig.cmake INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/nrcConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/nrcConfig.cmake
  ${PROJECT_BINARY_DIR}/package/nrcConfigVersion.cmake DESTINATION ${package_dir}
  COMPONENT library)

# A C compiler does not link the C++ library by itself.
set(cxx_library)
foreach(name stdc++ c++)
  if(name IN_LIST CMAKE_CXX_IMPLICIT_LINK_LIBRARIES)
    set(cxx_library -l${name})
  endif()
endforeach()
foreach(library nrc nrc_table_files)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${library}.pc.in
    ${PROJECT_BINARY_DIR}/package/${library}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/${library}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
endforeach()
