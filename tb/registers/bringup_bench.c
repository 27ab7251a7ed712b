/* SPDX-License-Identifier: Apache-2.0
 *
 * Brings up a simulated encoder and decoder (bringup_tb.sv) with every fault in turn, through two
 * pipes:
 *
 *   bringup_bench REQUESTS ANSWERS
 *
 * Prints the name of each fault and what nrc_bringup() found. */
#include <stdio.h>

#include "bringup.h"
#include "driver_pipe.h"
#include "nrc_self_test.h"

/* In the order of bringup_tb.sv. Those of the link, and of the converter, without the self test,
 * which takes long. */
static const struct {
  const char* name;
  int tested;
} faults[] = {{"none", 1},         {"bus_read", 1},     {"bus_write", 1},       {"no_decoder", 1},
              {"other_tables", 1}, {"state_bit", 1},    {"code_bit", 1},        {"clock_enable", 1},
              {"silent", 1},       {"no_interrupt", 1}, {"stuck_interrupt", 1}, {"no_samples", 0},
              {"no_tlast", 0},     {"some_tlast", 0},   {"sample_bit", 0},      {"backpressure", 0},
              {"slow_link", 0},    {"no_link", 0},      {"link_bit", 0},        {"lost_packet", 0},
              {"other_stream", 0}};
#define FAULTS (sizeof faults / sizeof faults[0])

static void wait(void) { ask("c", 90, 0, 0); }
static int interrupt(void) { return ask("c", 2, 0, 0); }
static uint32_t wrong_bits(void) { return (uint32_t)ask("x", 0, 0, 0); }

int main(int argc, char** argv) {
  nrc_bringup_setup setup = {
      BASE,      SECOND_BASE, NRC_SELF_TEST_PACKETS, NRC_SELF_TEST_CRC, 6, 170, wait,
      interrupt, wrong_bits};
  uint32_t fault;
  open_pipes(argc, argv);
  for (fault = 0; fault < FAULTS; ++fault) {
    CHECK(ask("f", fault, 0, 0));
    setup.self_test_packets = faults[fault].tested ? NRC_SELF_TEST_PACKETS : 0;
    printf("%s: %s\n", faults[fault].name, nrc_bringup(&setup));
  }
  CHECK(!ask("f", FAULTS, 0, 0));
  return 0;
}
