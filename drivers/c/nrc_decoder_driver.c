/* SPDX-License-Identifier: Apache-2.0 */
#include "nrc_decoder_driver.h"

/* A bench may have functions of these names instead. */
#ifndef NRC_DECODER_READ
#define NRC_DECODER_READ(base, offset) (*(volatile const uint32_t*)((base) + (offset)))
#endif
#ifndef NRC_DECODER_WRITE
#define NRC_DECODER_WRITE(base, offset, value) (*(volatile uint32_t*)((base) + (offset)) = (value))
#endif

/* A field of a register's value. */
#define GET(value, field) (((value) & field##_MASK) >> field##_SHIFT)

static uint32_t get(const nrc_decoder* decoder, uint32_t offset) { return NRC_DECODER_READ(decoder->base, offset); }

static void set(const nrc_decoder* decoder, uint32_t offset, uint32_t value) {
  NRC_DECODER_WRITE(decoder->base, offset, value);
}

nrc_decoder_result nrc_decoder_init(nrc_decoder* decoder, uintptr_t base) {
  decoder->base = base;
  if (get(decoder, NRC_DECODER_ID) != NRC_DECODER_ID_VALUE_RESET ||
      GET(get(decoder, NRC_DECODER_VERSION), NRC_DECODER_VERSION_MAP) != NRC_DECODER_VERSION_MAP_RESET) {
    return NRC_DECODER_NO_DEVICE;
  }
  decoder->channels = GET(get(decoder, NRC_DECODER_CHANNELS), NRC_DECODER_CHANNELS_COUNT);
  decoder->code_width = GET(get(decoder, NRC_DECODER_CODE), NRC_DECODER_CODE_WIDTH);
  decoder->packet_frames = GET(get(decoder, NRC_DECODER_PACKETS), NRC_DECODER_PACKETS_FRAMES);
  decoder->buffer_words = GET(get(decoder, NRC_DECODER_BUFFER), NRC_DECODER_BUFFER_WORDS);
  decoder->options = get(decoder, NRC_DECODER_OPTIONS);
  decoder->table_id = get(decoder, NRC_DECODER_TABLE_BUILT_IN);
  return NRC_DECODER_OK;
}

void nrc_decoder_enable(const nrc_decoder* decoder) {
  set(decoder, NRC_DECODER_CONTROL, NRC_DECODER_CONTROL_ENABLE_MASK);
}

void nrc_decoder_disable(const nrc_decoder* decoder, int discard) {
  set(decoder, NRC_DECODER_CONTROL, discard ? NRC_DECODER_CONTROL_DISCARD_MASK : 0);
}

uint32_t nrc_decoder_status(const nrc_decoder* decoder) { return get(decoder, NRC_DECODER_STATUS); }

nrc_decoder_result nrc_decoder_wait_idle(const nrc_decoder* decoder, uint32_t reads) {
  uint32_t i;
  for (i = 0; i < reads; ++i) {
    if ((nrc_decoder_status(decoder) & NRC_DECODER_STATUS_BUSY_MASK) == 0) return NRC_DECODER_OK;
  }
  return NRC_DECODER_TIMEOUT;
}

uint32_t nrc_decoder_channels_in_use(const nrc_decoder* decoder) {
  return GET(get(decoder, NRC_DECODER_CHANNELS_IN_USE), NRC_DECODER_CHANNELS_IN_USE_COUNT);
}

uint32_t nrc_decoder_frame(const nrc_decoder* decoder) { return get(decoder, NRC_DECODER_FRAME); }

static uint64_t get_long(const nrc_decoder* decoder, uint32_t low, uint32_t high) {
  return (uint64_t)get(decoder, high) << 32 | get(decoder, low);
}

void nrc_decoder_read_counters(const nrc_decoder* decoder, nrc_decoder_counters* counters) {
  set(decoder, NRC_DECODER_COMMAND, NRC_DECODER_COMMAND_SNAPSHOT_MASK);
  counters->words = get_long(decoder, NRC_DECODER_WORDS_LOW, NRC_DECODER_WORDS_HIGH);
  counters->discarded = get_long(decoder, NRC_DECODER_DISCARDED_LOW, NRC_DECODER_DISCARDED_HIGH);
  counters->samples = get_long(decoder, NRC_DECODER_SAMPLES_LOW, NRC_DECODER_SAMPLES_HIGH);
  counters->frames = get(decoder, NRC_DECODER_FRAMES_GIVEN);
  counters->packets = get(decoder, NRC_DECODER_PACKETS_DECODED);
  counters->damaged = get(decoder, NRC_DECODER_PACKETS_DAMAGED);
  counters->lost = get(decoder, NRC_DECODER_PACKETS_LOST);
  counters->skipped = get(decoder, NRC_DECODER_PACKETS_SKIPPED);
  counters->suspect = get(decoder, NRC_DECODER_SUSPECT);
}

void nrc_decoder_enable_interrupts(const nrc_decoder* decoder, uint32_t mask) {
  set(decoder, NRC_DECODER_INTERRUPT_ENABLE, mask);
}

uint32_t nrc_decoder_interrupts(const nrc_decoder* decoder) {
  const uint32_t happened = get(decoder, NRC_DECODER_INTERRUPT);
  set(decoder, NRC_DECODER_INTERRUPT, happened);
  return happened;
}
