/* SPDX-License-Identifier: Apache-2.0
 *
 * First start of an encoder, and of a decoder at the other end of its link (docs/bringup.md). */
#ifndef NRC_BRINGUP_H
#define NRC_BRINGUP_H

#include <stdint.h>

/* What the board or chip has. */
typedef struct {
  uintptr_t encoder; /* addresses of the registers */
  uintptr_t decoder;
  uint32_t self_test_packets; /* of nrc_self_test.h, which `nrc self-test` makes; 0: without the
                                 self test */
  uint32_t self_test_crc;
  uint32_t packets;       /* that the loopback takes */
  uint32_t reads;         /* of a register, until something has not come */
  void (*wait)(void);     /* for about the time of a packet */
  int (*interrupt)(void); /* level of the encoder's irq_o */
  uint32_t (*wrong_bits)(
      void); /* of samples of the decoder, against the converter's test pattern */
} nrc_bringup_setup;

/* Looks for what is wrong, and says what it found first: a line of docs/bringup.md, or "ok". The
 * samples are to be a test pattern of the converter. */
const char* nrc_bringup(const nrc_bringup_setup* setup);

#endif
