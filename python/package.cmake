# SPDX-License-Identifier: Apache-2.0
#
# libnrc and what it needs, where the Python package is built by itself: fmt as headers and Highway
# from its sources, so that the package needs no library of the system but zlib's.

set(NRC_HIGHWAY_SOURCE "" CACHE PATH "Sources of Highway to build in (empty: the system's)")
set(NRC_PREFIX "" CACHE PATH "Where fmt and zlib are, if not where the system has them")

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# As in the root's CMakeLists.txt.
add_compile_options(-ffp-contract=off)
function(nrc_own_code TARGET)
endfunction()

find_package(Threads REQUIRED)
if(NRC_PREFIX)
  list(APPEND CMAKE_PREFIX_PATH ${NRC_PREFIX})
  # To link with: the package loads the libz.so.1 that every system has. Not all compilers make CMake
  # look into lib64, and the static one there is not for shared libraries.
  find_library(ZLIB_LIBRARY libz.so HINTS ${NRC_PREFIX}/lib64 ${NRC_PREFIX}/lib NO_DEFAULT_PATH)
endif()
find_package(ZLIB REQUIRED)
# Headers alone: a shared library would have to be found again where the package is used.
find_path(fmt_include fmt/format.h REQUIRED HINTS ${NRC_PREFIX}/include)
add_library(fmt_headers INTERFACE)
target_include_directories(fmt_headers SYSTEM INTERFACE ${fmt_include})
target_compile_definitions(fmt_headers INTERFACE FMT_HEADER_ONLY=1)
add_library(fmt::fmt ALIAS fmt_headers)
if(NRC_HIGHWAY_SOURCE)
  set(hwy ${NRC_HIGHWAY_SOURCE}/hwy)
  add_library(highway STATIC ${hwy}/abort.cc ${hwy}/per_target.cc ${hwy}/targets.cc)
  target_include_directories(highway SYSTEM PUBLIC ${NRC_HIGHWAY_SOURCE})
  target_compile_definitions(highway PUBLIC HWY_STATIC_DEFINE)
  add_library(hwy::hwy ALIAS highway)
else()
  find_package(hwy REQUIRED)
endif()
# Of table files, which the package has no use for: only the target has to exist.
add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
add_subdirectory(${CMAKE_CURRENT_SOURCE_DIR}/../model model EXCLUDE_FROM_ALL)
