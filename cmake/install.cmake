# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` puts where. Component library: library nrc with its public headers, a CMake
# package (nrc::nrc) and a pkg-config file. Component programs: the command nrc.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# docs/api.md says what they are for. The other headers are stages of the golden model: they follow
# the RTL, and change with it.
set(public_headers nrc.h decoder.hpp encoder.hpp error.hpp file_codec.hpp file_recovery.hpp format.hpp
    neural_network.hpp neural_tables.hpp packet_decoder.hpp packetizer.hpp payload.hpp range_tables.hpp
    receiver.hpp table_set.hpp tables.hpp)
list(TRANSFORM public_headers PREPEND ${PROJECT_SOURCE_DIR}/model/include/nrc/)

add_library(nrc::nrc ALIAS nrc)
# While the first number is 0, the second one tells incompatible versions apart.
set_target_properties(nrc PROPERTIES VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  POSITION_INDEPENDENT_CODE ON # a static one shall fit into a shared library of its user
)
target_include_directories(nrc INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(nrc PUBLIC cxx_std_17)

install(TARGETS nrc EXPORT nrcTargets
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
configure_file(${PROJECT_SOURCE_DIR}/cmake/nrc.pc.in ${PROJECT_BINARY_DIR}/package/nrc.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/nrc.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT library)
