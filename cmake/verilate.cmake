# SPDX-License-Identifier: Apache-2.0
#
# nrc_verilate(LIB TOP [SYSTEMC] [TRACE_FST] [PREFIX class] [TABLES set] [DIRECTORIES dir ...]
#              [PARAMS Name=Value ...])
#   Static library LIB with the Verilator model VTOP of module TOP, or with another class name.
#   DIRECTORIES have more modules. Its users see the parameters as NRC_PARAM_Name and the table
#   set's name as NRC_TABLES.

find_package(verilator REQUIRED HINTS $ENV{VERILATOR_ROOT} /usr/share/verilator
             /usr/local/share/verilator)
execute_process(COMMAND ${VERILATOR_BIN} --version OUTPUT_VARIABLE NRC_VERILATOR_VERSION)
if(NOT NRC_VERILATOR_VERSION MATCHES "Verilator ([5-9]|[1-9][0-9])\\.")
  message(FATAL_ERROR "Verilator 5.006 or newer is needed, found: ${NRC_VERILATOR_VERSION}")
endif()

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
  list(APPEND args -Wall -Wno-UNUSEDPARAM -Wno-fatal --assert --x-assign unique --x-initial unique)
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

  add_library(${LIB} STATIC)
  verilate(${LIB} ${flags} PREFIX ${ARG_PREFIX} TOP_MODULE ${TOP} SOURCES ${packages} ${source}
           VERILATOR_ARGS ${args} OPT_FAST -O2 OPT_SLOW -O1)
  if(ARG_SYSTEMC)
    verilator_link_systemc(${LIB})
  endif()

  # verilate() compiles Verilator's runtime into every model, which costs more
  # than a small model: build it once for each set of sources and flags.
  get_target_property(sources ${LIB} SOURCES)
  set(runtime_sources ${sources})
  list(FILTER runtime_sources INCLUDE REGEX "/include/verilated[a-z_]*\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "/include/verilated[a-z_]*\\.cpp$")
  set_target_properties(${LIB} PROPERTIES SOURCES "${sources}")
  string(MD5 key "${runtime_sources};${flags}")
  string(SUBSTRING ${key} 0 8 key)
  set(runtime nrc_verilated_${key})
  if(NOT TARGET ${runtime})
    add_library(${runtime} STATIC ${runtime_sources})
    foreach(property COMPILE_DEFINITIONS COMPILE_OPTIONS INCLUDE_DIRECTORIES)
      get_target_property(value ${LIB} ${property})
      if(value)
        set_target_properties(${runtime} PROPERTIES ${property} "${value}")
      endif()
    endforeach()
    foreach(switch VERILATOR_COVERAGE VERILATOR_SYSTEMC VERILATOR_TRACE VERILATOR_TRACE_VCD
            VERILATOR_TRACE_FST)
      get_target_property(value ${LIB} ${switch})
      set_target_properties(${runtime} PROPERTIES ${switch} "${value}")
    endforeach()
    get_target_property(libraries ${LIB} LINK_LIBRARIES)
    target_link_libraries(${runtime} PUBLIC ${libraries})
    if(ARG_TRACE_FST)
      find_package(ZLIB REQUIRED)
      target_link_libraries(${runtime} PUBLIC ZLIB::ZLIB)
    endif()
  endif()
  target_link_libraries(${LIB} PUBLIC ${runtime})

  # Users see the generated headers as system headers: no warnings about them.
  get_target_property(includes ${LIB} INTERFACE_INCLUDE_DIRECTORIES)
  set_target_properties(${LIB} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${includes}")
  target_compile_definitions(${LIB} INTERFACE ${definitions}
    VM_COVERAGE=$<BOOL:${NRC_COVERAGE}> VM_TRACE=$<BOOL:${ARG_TRACE_FST}>
    VM_TRACE_FST=$<BOOL:${ARG_TRACE_FST}> VM_SC=$<BOOL:${ARG_SYSTEMC}>)
endfunction()
