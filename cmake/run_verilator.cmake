# SPDX-License-Identifier: Apache-2.0
#
# cmake -DUNIT=file.cpp -DPREFIX=class -P run_verilator.cmake -- verilator ...
#
# Runs Verilator, joins the sources of the model to the one translation unit UNIT, and writes
# UNIT.d, the files that it depends on. Quiet unless Verilator fails.

include(${CMAKE_CURRENT_LIST_DIR}/command_arguments.cmake)

get_filename_component(directory ${UNIT} DIRECTORY)
# Sources of an older model would be joined as well.
file(GLOB old ${directory}/${PREFIX}*.cpp)
if(old)
  file(REMOVE ${old})
endif()

execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE output
                ERROR_VARIABLE output)
if(NOT status EQUAL 0)
  message("${output}")
  message(FATAL_ERROR "Verilator failed (status ${status})")
endif()

file(GLOB sources ${directory}/${PREFIX}*.cpp)
set(text)
foreach(source IN LISTS sources)
  get_filename_component(name ${source} NAME)
  string(APPEND text "#include \"${name}\"\n")
endforeach()
file(WRITE ${UNIT} "${text}")

# Verilator's list has every file that it wrote as a target; the build knows of one.
file(READ ${directory}/${PREFIX}__ver.d dependencies)
string(REGEX REPLACE "^[^:]*:" "" dependencies "${dependencies}")
file(WRITE ${UNIT}.d "${UNIT}:${dependencies}")
