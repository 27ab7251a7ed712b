/* SPDX-License-Identifier: Apache-2.0
 *
 * What the benches of drivers share: requests to a simulation, driver_bus.svh, through two pipes. A check that does
 * not hold ends the program with a line that says what is wrong. */
#ifndef DRIVER_PIPE_H
#define DRIVER_PIPE_H

#include <stdint.h>

#define BASE 0x40000000u
#define SECOND_BASE 0x40001000u
#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)

void check(int holds, const char* condition, const char* file, int line);

/* Arguments of main(): REQUESTS ANSWERS. */
void open_pipes(int argc, char** argv);

/* A request, and whether it is answered with 1. */
int ask(const char* request, uint32_t first, uint32_t second, uint32_t third);

/* Accesses that may fail. */
uint32_t read_word(uint32_t offset, int* error);
int write_word(uint32_t offset, uint32_t value, uint32_t strobes);

#endif
