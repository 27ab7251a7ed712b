/* SPDX-License-Identifier: Apache-2.0 */
#include "driver_pipe.h"

#include <stdio.h>
#include <stdlib.h>

#include "driver_access.h"

static FILE* requests;
static FILE* answers;

void check(int holds, const char* condition, const char* file, int line) {
  if (holds) return;
  fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
  exit(1);
}

void open_pipes(int argc, char** argv) {
  if (argc != 3 || (requests = fopen(argv[1], "w")) == NULL ||
      (answers = fopen(argv[2], "r")) == NULL) {
    fprintf(stderr, "usage: %s REQUESTS ANSWERS\n", argv[0]);
    exit(1);
  }
}

static void receive(char* text, int size) {
  if (fflush(requests) != 0 || fgets(text, size, answers) == NULL) {
    fprintf(stderr, "the simulation has ended\n");
    exit(1);
  }
}

int ask(const char* request, uint32_t first, uint32_t second, uint32_t third) {
  char text[64];
  fprintf(requests, "%s %lx %lx %lx\n", request, (unsigned long)first, (unsigned long)second,
          (unsigned long)third);
  receive(text, sizeof text);
  return text[0] == '1';
}

uint32_t read_word(uint32_t offset, int* error) {
  char text[64];
  unsigned long value = 0;
  fprintf(requests, "r %lx\n", (unsigned long)offset);
  receive(text, sizeof text);
  CHECK(sscanf(text, "%lx %d", &value, error) == 2);
  return (uint32_t)value;
}

int write_word(uint32_t offset, uint32_t value, uint32_t strobes) {
  return ask("w", offset, value, strobes);
}

/* Where two blocks have registers, the second one is to be chosen. */
static void choose(uintptr_t base) {
  static uintptr_t chosen = BASE;
  CHECK(base == BASE || base == SECOND_BASE);
  if (base != chosen) ask("b", base == SECOND_BASE, 0, 0);
  chosen = base;
}

/* The drivers use nothing that is not there. */
uint32_t bench_read(uintptr_t base, uint32_t offset) {
  int error = 0;
  uint32_t value;
  choose(base);
  value = read_word(offset, &error);
  CHECK(!error);
  return value;
}

void bench_write(uintptr_t base, uint32_t offset, uint32_t value) {
  choose(base);
  CHECK(!write_word(offset, value, 15));
}
