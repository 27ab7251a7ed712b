# SPDX-License-Identifier: Apache-2.0
#
# Runs a bench that must find an error: cmake -DREASON=regex -P expect_failure.cmake -- COMMAND...
# Exit status 1 is its verdict; anything else (a crash, a wrong option) does not count.

include(${CMAKE_CURRENT_LIST_DIR}/../cmake/command_arguments.cmake)

execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE output
                ERROR_VARIABLE output)
message("${output}")
if(NOT status STREQUAL "1")
  message(FATAL_ERROR "Exit status ${status}, expected 1")
endif()
if(NOT output MATCHES "\nFAIL: [^\n]*${REASON}")
  message(FATAL_ERROR "No verdict FAIL with the reason: ${REASON}")
endif()
