/* SPDX-License-Identifier: Apache-2.0
 *
 * Driver of nrc_encoder_axil and nrc_encoder_apb for firmware, in C99: no operating system, no
 * memory of its own, nothing but <stdint.h> and <stddef.h>. Copy the folder.
 *
 *   #include "nrc_encoder_driver.h"
 *   #include "nrc_table_words.h"     made by `nrc tables mine.json nrc_table_words.h --words c`
 *
 *   nrc_encoder encoder;
 *   if (nrc_encoder_init(&encoder, NRC_BASE) != NRC_ENCODER_OK) ...
 *   nrc_encoder_load_tables(&encoder, nrc_table_words, NRC_TABLE_WORDS,
 *                           NRC_TABLE_ID, NRC_TABLE_CRC);
 *   nrc_encoder_enable(&encoder, stream_number);
 *   ...
 *   nrc_encoder_flush(&encoder);
 *   nrc_encoder_wait_closed(&encoder, 100000);
 *
 * Functions do not wait, except nrc_encoder_wait_closed() and nrc_encoder_self_test(). Only one
 * thread or interrupt may use an encoder at a time; nrc_encoder_interrupts() may be called in an
 * interrupt while another function runs.
 *
 * If the registers are not memory-mapped, for example over SPI, define the macros
 * NRC_ENCODER_READ(base, offset) and NRC_ENCODER_WRITE(base, offset, value).
 */
#ifndef NRC_ENCODER_DRIVER_H
#define NRC_ENCODER_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "nrc_encoder_registers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Result of a function. */
typedef enum {
  NRC_ENCODER_OK = 0,
  NRC_ENCODER_NO_DEVICE,    /* not an encoder, or one with another register map */
  NRC_ENCODER_BUSY,         /* enabled, or a stream is open or closing */
  NRC_ENCODER_NO_OPTION,    /* the encoder was built without it */
  NRC_ENCODER_OUT_OF_RANGE, /* an argument */
  NRC_ENCODER_BAD_TABLES,   /* the words that arrived do not have the CRC that they should have */
  NRC_ENCODER_NO_TABLES,    /* load tables first */
  NRC_ENCODER_TIMEOUT,
  NRC_ENCODER_FAILED /* self test: the packets are not the expected ones */
} nrc_encoder_result;

/* An encoder, and what it was built with. */
typedef struct {
  uintptr_t base; /* address of its registers */
  uint32_t channels;      /* largest number of channels */
  uint32_t code_width;    /* bits */
  uint32_t packet_frames; /* frames in a packet */
  uint32_t buffer_words;  /* 32-bit words of packets that wait */
  uint32_t options;       /* NRC_ENCODER_OPTIONS_..._MASK */
  uint32_t table_words;   /* that nrc_encoder_load_tables() takes; 0: its tables are built in */
} nrc_encoder;

/* Counters since reset, all sampled in the same clock. They saturate. */
typedef struct {
  uint64_t samples;        /* taken at the sample port */
  uint64_t coded;          /* samples that were coded */
  uint64_t words;          /* of 32 bits that left, all packets */
  uint32_t frames;         /* taken at the sample port */
  uint32_t packets;        /* data packets sent */
  uint32_t dropped;        /* data packets dropped */
  uint32_t framing_errors; /* frames of the wrong length */
  uint32_t off_grid;       /* samples that were altered, as no code represents them */
  uint32_t events_lost;    /* that found no room */
  uint32_t fill_peak;      /* most words in the packet buffer since the call before */
} nrc_encoder_counters;

/* Looks whether there is an encoder at `base`, and what it was built with. Changes nothing. */
nrc_encoder_result nrc_encoder_init(nrc_encoder* encoder, uintptr_t base);

/* Loads tables of the profile, all `count` words in order; `id` and `crc` are those of the file of
 * words. No stream opens with words that do not have this CRC. */
nrc_encoder_result nrc_encoder_load_tables(const nrc_encoder* encoder, const uint16_t* words,
                                           size_t count, uint32_t id, uint32_t crc);

/* Number of channels in use, which is that of samples in a frame, from the next stream on: 1 to
 * `channels`; with the narrow state a multiple of 4, at least 8. */
nrc_encoder_result nrc_encoder_set_channels(const nrc_encoder* encoder, uint32_t count);

/* Selects `count` channels and their order: channel `c` of the streams is channel `map[c]` of the
 * sample port. NRC_ENCODER_NO_OPTION if the encoder has no channel map. */
nrc_encoder_result nrc_encoder_map_channels(const nrc_encoder* encoder, const uint16_t* map,
                                            uint32_t count);

/* Sets the class of a channel, NRC_ENCODER_CHANNEL_CLASS_VALUE_..., from the next key packet on.
 * All channels must have one before the first stream. */
nrc_encoder_result nrc_encoder_set_class(const nrc_encoder* encoder, uint32_t channel,
                                         uint32_t value);

/* Limits of rate control: numbers 0 to 7 of the smallest and the largest step and of the one that
 * rounding begins with, and what the link takes in the time of a packet in 1/16 words, or 0: the
 * fill of the packet buffer decides. */
nrc_encoder_result nrc_encoder_set_rate(const nrc_encoder* encoder, uint32_t min_step,
                                        uint32_t max_step, uint32_t first_step,
                                        uint32_t link_words);

/* Threshold of events in quarters of the mean innovation, 0: none; with `only`, no samples are
 * sent. */
nrc_encoder_result nrc_encoder_set_events(const nrc_encoder* encoder, uint32_t threshold, int only);

/* Runs the built-in self test, before or between streams, with `packets` packets, 1 to 256.
 * `expected` is NRC_SELF_TEST_CRC of `nrc self-test`; `crc`, unless it is NULL, gets the CRC of the
 * packets that were sent. Reads the status up to `reads` times. All channels get the class
 * `rounded`. After NRC_ENCODER_TIMEOUT the encoder needs a reset. */
nrc_encoder_result nrc_encoder_self_test(const nrc_encoder* encoder, uint32_t packets,
                                         uint32_t expected, uint32_t reads, uint32_t* crc);

/* Opens a stream with the next whole frame. After a reset the stream number must differ from those
 * before it. */
nrc_encoder_result nrc_encoder_enable(const nrc_encoder* encoder, uint32_t stream_number);

/* The next packet is a key packet: a receiver can start there. */
void nrc_encoder_request_key(const nrc_encoder* encoder);

/* Closes the stream with the frame in progress, for which the samples must go on. */
void nrc_encoder_disable(const nrc_encoder* encoder);

/* Closes the stream at once: for a converter that has stopped. */
void nrc_encoder_flush(const nrc_encoder* encoder);

/* NRC_ENCODER_STATUS_STATE_...; NRC_ENCODER_STATUS_... says more than that. */
uint32_t nrc_encoder_state(const nrc_encoder* encoder);

/* Reads the status up to `reads` times until no stream is open and all packets have left. */
nrc_encoder_result nrc_encoder_wait_closed(const nrc_encoder* encoder, uint32_t reads);

/* Numbers of the rounding steps: of the packet that began last, and the largest since reset. */
void nrc_encoder_steps(const nrc_encoder* encoder, uint32_t* now, uint32_t* largest);

void nrc_encoder_read_counters(const nrc_encoder* encoder, nrc_encoder_counters* counters);

/* Which of NRC_ENCODER_INTERRUPT_..._MASK interrupt. */
void nrc_encoder_enable_interrupts(const nrc_encoder* encoder, uint32_t mask);

/* Returns what has happened since the previous call, NRC_ENCODER_INTERRUPT_..._MASK, and clears the
 * interrupt. */
uint32_t nrc_encoder_interrupts(const nrc_encoder* encoder);

#ifdef __cplusplus
}
#endif

#endif
