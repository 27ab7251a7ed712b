/* SPDX-License-Identifier: Apache-2.0 */
#include "bringup.h"

#include "nrc_decoder_driver.h"
#include "nrc_encoder_driver.h"

/* The same access macros as in the driver. */
#ifndef NRC_ENCODER_READ
#define NRC_ENCODER_READ(base, offset) (*(volatile const uint32_t*)((base) + (offset)))
#define NRC_ENCODER_WRITE(base, offset, value) (*(volatile uint32_t*)((base) + (offset)) = (value))
#endif

#define STREAM_NUMBER 1u

/* Checks every data bit of the bus with a register that can be read back. */
static int bus_works(uintptr_t base) {
  static const uint32_t values[] = {0x00000000u, 0xFFFFFFFFu, 0x55555555u,
                                    0xAAAAAAAAu, 0x0F0F0F0Fu, 0x00FF00FFu};
  uint32_t i;
  for (i = 0; i < sizeof values / sizeof values[0]; ++i) {
    NRC_ENCODER_WRITE(base, NRC_ENCODER_STREAM_NUMBER, values[i]);
    if (NRC_ENCODER_READ(base, NRC_ENCODER_STREAM_NUMBER) != values[i]) return 0;
  }
  return 1;
}

/* Tests the encoder alone, and its interrupt. */
static const char* self_test(const nrc_bringup_setup* setup, const nrc_encoder* encoder) {
  uint32_t crc;
  nrc_encoder_result result;
  nrc_encoder_interrupts(encoder);
  nrc_encoder_enable_interrupts(encoder, NRC_ENCODER_INTERRUPT_SELF_TEST_MASK);
  result = nrc_encoder_self_test(encoder, setup->self_test_packets, setup->self_test_crc,
                                 setup->reads, &crc);
  if (result == NRC_ENCODER_TIMEOUT) return "self test: does not end";
  if (result != NRC_ENCODER_OK)
    return crc == 0 ? "self test: no packet comes" : "self test: wrong CRC";
  if (!setup->interrupt()) return "interrupt: does not come";
  nrc_encoder_interrupts(encoder);
  if (setup->interrupt()) return "interrupt: does not go";
  nrc_encoder_enable_interrupts(encoder, 0);
  return 0;
}

/* Sends a stream of some packets through encoder, link and decoder. */
static const char* loopback(const nrc_bringup_setup* setup, const nrc_encoder* encoder,
                            const nrc_decoder* decoder) {
  nrc_encoder_counters before;
  nrc_encoder_counters sent;
  nrc_decoder_counters got;
  uint32_t i;
  int closed;

  nrc_encoder_read_counters(encoder, &before);
  nrc_decoder_enable(decoder);
  if (nrc_encoder_enable(encoder, STREAM_NUMBER) != NRC_ENCODER_OK)
    return "encoder: does not open a stream";
  for (i = 0; i < setup->packets; ++i) setup->wait();
  nrc_encoder_disable(encoder);
  setup->wait();
  nrc_encoder_flush(encoder); /* closes the stream even if no sample arrives */
  closed = nrc_encoder_wait_closed(encoder, setup->reads) == NRC_ENCODER_OK;
  setup->wait();
  nrc_decoder_wait_idle(decoder, setup->reads);
  nrc_encoder_read_counters(encoder, &sent);
  nrc_decoder_read_counters(decoder, &got);

  if (sent.samples == before.samples) return "samples: none come";
  if (sent.frames == before.frames) return "samples: no frame ends";
  if (sent.framing_errors != before.framing_errors) return "samples: frames of the wrong length";
  if (sent.words == before.words) return "link: takes no word";
  if (sent.dropped != before.dropped) return "link: packets are dropped";
  if (!closed) return "encoder: does not close the stream";
  if (got.words == 0) return "link: no word arrives";
  if ((nrc_decoder_status(decoder) & NRC_DECODER_STATUS_MISMATCH_MASK) != 0)
    return "decoder: the stream is for another one";
  if (got.damaged != 0) return "link: packets are damaged";
  if (got.lost != 0) return "link: packets are lost";
  if (got.packets != sent.packets - before.packets) return "link: packets are missing at an end";
  if (setup->wrong_bits() != 0) return "samples: bits are wrong";
  return "ok";
}

const char* nrc_bringup(const nrc_bringup_setup* setup) {
  nrc_encoder encoder;
  nrc_decoder decoder;

  if (nrc_encoder_init(&encoder, setup->encoder) != NRC_ENCODER_OK) return "bus: no encoder";
  if (nrc_decoder_init(&decoder, setup->decoder) != NRC_DECODER_OK) return "bus: no decoder";
  if (!bus_works(setup->encoder)) return "bus: bits that are written do not stay";
  if (encoder.channels != decoder.channels || encoder.code_width != decoder.code_width ||
      NRC_ENCODER_READ(setup->encoder, NRC_ENCODER_TABLE_BUILT_IN) != decoder.table_id) {
    return "parameters: encoder and decoder differ";
  }

  if (setup->self_test_packets != 0) {
    const char* const found = self_test(setup, &encoder);
    if (found != 0) return found;
  }
  return loopback(setup, &encoder, &decoder);
}
