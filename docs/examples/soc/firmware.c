/* SPDX-License-Identifier: Apache-2.0
 *
 * Program of the core in soc.sv: tests the encoder, opens a stream, forwards packets as they
 * arrive, and closes the stream when the converter has stopped. Compiled for rv32i without a C
 * library. */
#include "nrc_encoder_driver.h"
#include "nrc_self_test.h"

#define ENCODER 0x40000000u
#define PACKETS (*(volatile uint32_t*)0x40001000u)
#define WORD (*(volatile uint32_t*)0x40001004u)
#define HOST (*(volatile uint32_t*)0x40001008u)
#define RESULT (*(volatile uint32_t*)0x4000100Cu)
#define READS 10000u

#ifndef FRAMES
#define FRAMES 33u /* that the converter sends */
#endif
#define STREAM_NUMBER 77u

static void hand_on(void) {
  while ((PACKETS & 1u) != 0) HOST = WORD;
}

static uint32_t run(void) {
  nrc_encoder encoder;
  nrc_encoder_counters counters;
  if (nrc_encoder_init(&encoder, ENCODER) != NRC_ENCODER_OK) return 1;
  if (nrc_encoder_self_test(&encoder, NRC_SELF_TEST_PACKETS, NRC_SELF_TEST_CRC, READS, NULL) !=
      NRC_ENCODER_OK)
    return 2;
  if (nrc_encoder_enable(&encoder, STREAM_NUMBER) != NRC_ENCODER_OK) return 3;
  do {
    hand_on();
    nrc_encoder_read_counters(&encoder, &counters);
  } while (counters.frames < FRAMES);
  nrc_encoder_flush(&encoder);
  while (nrc_encoder_wait_closed(&encoder, 1) != NRC_ENCODER_OK) hand_on();
  hand_on();
  nrc_encoder_read_counters(&encoder, &counters);
  return counters.dropped == 0 ? 0 : 4;
}

int main(void) {
  RESULT = run();
  for (;;) continue;
}
