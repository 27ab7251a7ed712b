/* SPDX-License-Identifier: Apache-2.0
 *
 * Driver of nrc_decoder_axil and nrc_decoder_apb for firmware, in C99: no operating system, no memory of its
 * own, nothing but <stdint.h>. Copy the folder.
 *
 *   nrc_decoder decoder;
 *   if (nrc_decoder_init(&decoder, NRC_BASE) != NRC_DECODER_OK) ...
 *   nrc_decoder_enable(&decoder);
 *   ...
 *   nrc_decoder_disable(&decoder, 1);
 *   nrc_decoder_wait_idle(&decoder, 100000);
 *
 * Functions do not wait, but for nrc_decoder_wait_idle(). A decoder is used by one thread or interrupt at a
 * time; nrc_decoder_interrupts() may be called in an interrupt while others are in use.
 *
 * If the registers are not memory-mapped, for example over SPI, define the macros NRC_DECODER_READ(base, offset)
 * and NRC_DECODER_WRITE(base, offset, value).
 */
#ifndef NRC_DECODER_DRIVER_H
#define NRC_DECODER_DRIVER_H

#include <stdint.h>

#include "nrc_decoder_registers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Result of a function. */
typedef enum {
  NRC_DECODER_OK = 0,
  NRC_DECODER_NO_DEVICE, /* not a decoder, or one with another register map */
  NRC_DECODER_TIMEOUT
} nrc_decoder_result;

/* A decoder, and what it was built with. */
typedef struct {
  uintptr_t base; /* address of its registers */
  uint32_t channels;      /* the most */
  uint32_t code_width;    /* bits */
  uint32_t packet_frames; /* the most frames in a packet */
  uint32_t buffer_words;  /* 32-bit words of packets that wait */
  uint32_t options;       /* NRC_DECODER_OPTIONS_..._MASK */
  uint32_t table_id;      /* of the streams that it decodes */
} nrc_decoder;

/* Counters since reset, all sampled in the same clock. They saturate. */
typedef struct {
  uint64_t words;     /* of 32 bits that came to be decoded */
  uint64_t discarded; /* words that were discarded */
  uint64_t samples;   /* that left */
  uint32_t frames;    /* that left */
  uint32_t packets;   /* data packets decoded */
  uint32_t damaged;   /* packets that are damaged or cut, runs of other words */
  uint32_t lost;      /* packets missing, by their sequence numbers */
  uint32_t skipped;   /* whole packets whose samples did not leave */
  uint32_t suspect;   /* samples that left and may be wrong */
} nrc_decoder_counters;

/* Looks whether there is a decoder at `base`, and what it was built with. Changes nothing. */
nrc_decoder_result nrc_decoder_init(nrc_decoder* decoder, uintptr_t base);

/* Packets are decoded from the next one on. */
void nrc_decoder_enable(const nrc_decoder* decoder);

/* Packets after the one in progress wait at the port, or with `discard` are taken and discarded. What came before is
 * decoded. */
void nrc_decoder_disable(const nrc_decoder* decoder, int discard);

/* NRC_DECODER_STATUS_..._MASK. */
uint32_t nrc_decoder_status(const nrc_decoder* decoder);

/* Reads the status up to `reads` times until every packet that came has been decoded: after nrc_decoder_disable(), or
 * when the link has stopped. */
nrc_decoder_result nrc_decoder_wait_idle(const nrc_decoder* decoder, uint32_t reads);

/* Channels of the stream that arrives; with NRC_DECODER_STATUS_MISMATCH_MASK it means nothing. */
uint32_t nrc_decoder_channels_in_use(const nrc_decoder* decoder);

/* Number of the last frame that left. */
uint32_t nrc_decoder_frame(const nrc_decoder* decoder);

void nrc_decoder_read_counters(const nrc_decoder* decoder, nrc_decoder_counters* counters);

/* Which of NRC_DECODER_INTERRUPT_..._MASK interrupt. */
void nrc_decoder_enable_interrupts(const nrc_decoder* decoder, uint32_t mask);

/* What has happened since the call before, NRC_DECODER_INTERRUPT_..._MASK; takes the interrupt back. */
uint32_t nrc_decoder_interrupts(const nrc_decoder* decoder);

#ifdef __cplusplus
}
#endif

#endif
