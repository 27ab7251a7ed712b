# SPDX-License-Identifier: Apache-2.0
#
# nrc_verilate(LIB TOP [SYSTEMC] [TRACE_FST] [PREFIX class] [TABLES set] [DIRECTORIES dir ...]
#              [PARAMS Name=Value ...])
#   Static library LIB with the Verilator model of module TOP: class VTOP, or PREFIX.
#   DIRECTORIES hold further modules. Users of LIB see each parameter as
#   NRC_PARAM_Name and the table set's name as NRC_TABLES.
#
# Verilator runs when the library is built, not when the tree is configured, so that models are made in
# parallel, and only those whose sources changed. Each model is compiled as one translation unit:
# Verilator splits even a small model into eight, and reading its headers eight times costs more than
# the code in them. The runtime's headers cost most of what is left, and are precompiled.

# Verilator's own CMake file gives its root; verilate() of it is not used.
find_package(verilator REQUIRED HINTS $ENV{VERILATOR_ROOT} /usr/share/verilator
             /usr/local/share/verilator)
execute_process(COMMAND ${VERILATOR_BIN} --version OUTPUT_VARIABLE NRC_VERILATOR_VERSION)
# Some packaged versions print no number: only one that is known to be too old is refused.
if(NRC_VERILATOR_VERSION MATCHES "Verilator [0-4]\\.")
  message(FATAL_ERROR "Verilator 5.006 or newer is needed, found: ${NRC_VERILATOR_VERSION}")
endif()
set(NRC_VERILATOR_INCLUDE ${VERILATOR_ROOT}/include)
set(NRC_VERILATOR_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/run_verilator.cmake)

# What Verilator's generated code needs and its makefiles would say.
set(NRC_VERILATED_OPTIONS -faligned-new -fcf-protection=none -w -O1)

# nrc_verilated_runtime(OUT [SYSTEMC] [TRACE_FST]): the library with Verilator's runtime for models of
# this kind, made once in a tree, and their precompiled headers.
function(nrc_verilated_runtime OUT)
  cmake_parse_arguments(ARG "SYSTEMC;TRACE_FST" "" "" ${ARGN})
  set(runtime nrc_verilated)
  if(ARG_SYSTEMC)
    string(APPEND runtime _systemc)
  endif()
  if(ARG_TRACE_FST)
    string(APPEND runtime _fst)
  endif()
  set(${OUT} ${runtime} PARENT_SCOPE)
  if(TARGET ${runtime})
    return()
  endif()
  # The parts differ between versions of Verilator: what there is of these.
  set(parts verilated verilated_threads verilated_random)
  if(NRC_COVERAGE)
    list(APPEND parts verilated_cov)
  endif()
  if(ARG_TRACE_FST)
    list(APPEND parts verilated_fst_c)
    if(ARG_SYSTEMC)
      list(APPEND parts verilated_fst_sc)
    endif()
  endif()
  set(sources)
  foreach(part IN LISTS parts)
    if(EXISTS ${NRC_VERILATOR_INCLUDE}/${part}.cpp)
      list(APPEND sources ${NRC_VERILATOR_INCLUDE}/${part}.cpp)
    endif()
  endforeach()
  add_library(${runtime} STATIC ${sources})
  # Not with waveforms, which one model at a time has.
  if(NOT ARG_TRACE_FST)
    target_precompile_headers(${runtime} PRIVATE $<$<BOOL:${ARG_SYSTEMC}>:<systemc$<ANGLE-R>>
                              $<$<BOOL:${ARG_SYSTEMC}>:<verilated_sc.h$<ANGLE-R>> <verilated.h>)
  endif()
  target_compile_options(${runtime} PRIVATE ${NRC_VERILATED_OPTIONS})
  target_include_directories(${runtime} SYSTEM PUBLIC ${NRC_VERILATOR_INCLUDE}
                             ${NRC_VERILATOR_INCLUDE}/vltstd)
  target_compile_definitions(${runtime} PUBLIC VERILATOR=1 VM_COVERAGE=$<BOOL:${NRC_COVERAGE}>
    VM_SC=$<BOOL:${ARG_SYSTEMC}> VM_TRACE=$<BOOL:${ARG_TRACE_FST}>
    VM_TRACE_FST=$<BOOL:${ARG_TRACE_FST}> VM_TRACE_VCD=0)
  target_link_libraries(${runtime} PUBLIC Threads::Threads)
  if(ARG_SYSTEMC)
    target_link_libraries(${runtime} PUBLIC PkgConfig::SYSTEMC)
  endif()
  if(ARG_TRACE_FST)
    find_package(ZLIB REQUIRED)
    target_link_libraries(${runtime} PUBLIC ZLIB::ZLIB)
  endif()
endfunction()

include(${CMAKE_CURRENT_LIST_DIR}/hardware.cmake)

function(nrc_verilate LIB TOP)
  cmake_parse_arguments(ARG "SYSTEMC;TRACE_FST" "PREFIX;TABLES" "DIRECTORIES;PARAMS" ${ARGN})
  if(NOT ARG_TABLES)
    set(ARG_TABLES ${NRC_TABLES})
  endif()
  if(NOT ARG_PREFIX)
    set(ARG_PREFIX V${TOP})
  endif()
  if(NOT ARG_TABLES IN_LIST NRC_RTL_TABLE_SETS)
    message(FATAL_ERROR "There is no table set \"${ARG_TABLES}\"; give one of ${NRC_RTL_TABLE_SETS}")
  endif()
  # Packages are not found by name as modules are: they come first.
  set(packages ${NRC_RTL_PACKAGES_${ARG_TABLES}})
  set(args)
  foreach(directory IN LISTS ARG_DIRECTORIES NRC_RTL_INCLUDE_DIRECTORIES_${ARG_TABLES})
    list(APPEND args -I${directory})
  endforeach()
  find_file(source ${TOP}.sv PATHS ${ARG_DIRECTORIES} ${NRC_RTL_DIRECTORIES}
            NO_CACHE NO_DEFAULT_PATH REQUIRED)

  # Warnings are judged by scripts/lint_rtl.sh; a newer Verilator with a new
  # warning shall not break the build. Unset state starts random (x-initial)
  # once the bench calls randReset(2), so that a missing reset shows.
  list(APPEND args -Wno-lint -Wno-style -Wno-fatal --assert --x-assign unique --x-initial unique)
  set(definitions NRC_TABLES="${ARG_TABLES}")
  foreach(param IN LISTS ARG_PARAMS)
    list(APPEND args -G${param})
    list(APPEND definitions NRC_PARAM_${param})
  endforeach()
  if(NRC_COVERAGE)
    list(APPEND args --coverage-line)
  endif()
  set(flags)
  foreach(flag SYSTEMC TRACE_FST)
    if(ARG_${flag})
      list(APPEND flags ${flag})
    endif()
  endforeach()
  if(ARG_TRACE_FST)
    list(APPEND args --trace-fst)
  endif()
  set(language --cc)
  set(environment)
  if(ARG_SYSTEMC)
    set(language --sc)
    # Only a Verilator that was built beside SystemC knows where it is. The libraries are for makefiles,
    # which nobody uses here.
    set(environment ${CMAKE_COMMAND} -E env SYSTEMC_INCLUDE=${SYSTEMC_INCLUDEDIR}
        SYSTEMC_LIBDIR=${SYSTEMC_INCLUDEDIR})
  endif()

  set(directory ${CMAKE_CURRENT_BINARY_DIR}/${LIB}.dir)
  set(unit ${directory}/${ARG_PREFIX}_model.cpp)
  add_custom_command(
    OUTPUT ${unit}
    # Named so that a bench is compiled again in the same build in which the ports change.
    BYPRODUCTS ${directory}/${ARG_PREFIX}.h
    COMMAND ${CMAKE_COMMAND} -DUNIT=${unit} -DPREFIX=${ARG_PREFIX} -P ${NRC_VERILATOR_SCRIPT} --
            ${environment} ${VERILATOR_BIN} ${language} --prefix ${ARG_PREFIX} --top-module ${TOP} --Mdir
            ${directory} ${args} ${packages} ${source}
    DEPENDS ${NRC_VERILATOR_SCRIPT} ${packages} ${source}
    DEPFILE ${unit}.d
    COMMENT "Verilating ${LIB}"
    VERBATIM)

  nrc_verilated_runtime(runtime ${flags})
  add_library(${LIB} STATIC ${unit})
  # A model runs for seconds and is compiled for as long: more than -O1 does not pay.
  target_compile_options(${LIB} PRIVATE ${NRC_VERILATED_OPTIONS})
  if(NOT ARG_TRACE_FST)
    target_precompile_headers(${LIB} REUSE_FROM ${runtime})
  endif()
  # Users see the generated headers as system headers: no warnings about them.
  target_include_directories(${LIB} SYSTEM PUBLIC ${directory})
  target_compile_definitions(${LIB} INTERFACE ${definitions})
  target_link_libraries(${LIB} PUBLIC ${runtime})
endfunction()
