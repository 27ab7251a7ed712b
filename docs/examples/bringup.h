/* SPDX-License-Identifier: Apache-2.0
 *
 * First start of an encoder, and of a decoder at the other end of its link (docs/bringup.md). */
#ifndef NRC_BRINGUP_H
#define NRC_BRINGUP_H

#include <stdint.h>

/* Description of the board or chip. */
typedef struct {
  uintptr_t encoder; /* addresses of the registers */
  uintptr_t decoder;
  uint32_t self_test_packets; /* from nrc_self_test.h, which `nrc self-test` generates; 0: no self
                                 test */
  uint32_t self_test_crc;
  uint32_t packets;       /* length of the loopback */
  uint32_t reads;         /* of a register before a wait times out */
  void (*wait)(void);     /* waits for about the duration of a packet */
  int (*interrupt)(void); /* level of the encoder's irq_o */
  uint32_t (*wrong_bits)(
      void); /* of the decoder's samples, compared with the converter's test pattern */
} nrc_bringup_setup;

/* Makes the checks and returns the first fault, as docs/bringup.md names it, or "ok". The converter
 * must send a test pattern. */
const char* nrc_bringup(const nrc_bringup_setup* setup);

#endif
