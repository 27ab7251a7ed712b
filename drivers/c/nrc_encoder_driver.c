/* SPDX-License-Identifier: Apache-2.0 */
#include "nrc_encoder_driver.h"

/* A bench may have functions of these names instead. */
#ifndef NRC_ENCODER_READ
#define NRC_ENCODER_READ(base, offset) (*(volatile const uint32_t*)((base) + (offset)))
#endif
#ifndef NRC_ENCODER_WRITE
#define NRC_ENCODER_WRITE(base, offset, value) (*(volatile uint32_t*)((base) + (offset)) = (value))
#endif

/* A field of a register's value, and a value in the place of a field. */
#define GET(value, field) (((value)&field##_MASK) >> field##_SHIFT)
#define PUT(value, field) (((uint32_t)(value) << field##_SHIFT) & field##_MASK)

static uint32_t get(const nrc_encoder* encoder, uint32_t offset) {
  return NRC_ENCODER_READ(encoder->base, offset);
}

static void set(const nrc_encoder* encoder, uint32_t offset, uint32_t value) {
  NRC_ENCODER_WRITE(encoder->base, offset, value);
}

static int has(const nrc_encoder* encoder, uint32_t option) {
  return (encoder->options & option) != 0;
}

static int locked(const nrc_encoder* encoder) {
  return (get(encoder, NRC_ENCODER_STATUS) & NRC_ENCODER_STATUS_LOCKED_MASK) != 0;
}

nrc_encoder_result nrc_encoder_init(nrc_encoder* encoder, uintptr_t base) {
  encoder->base = base;
  if (get(encoder, NRC_ENCODER_ID) != NRC_ENCODER_ID_VALUE_RESET ||
      GET(get(encoder, NRC_ENCODER_VERSION), NRC_ENCODER_VERSION_MAP) !=
          NRC_ENCODER_VERSION_MAP_RESET) {
    return NRC_ENCODER_NO_DEVICE;
  }
  encoder->channels = GET(get(encoder, NRC_ENCODER_CHANNELS), NRC_ENCODER_CHANNELS_COUNT);
  encoder->code_width = GET(get(encoder, NRC_ENCODER_CODE), NRC_ENCODER_CODE_WIDTH);
  encoder->packet_frames = GET(get(encoder, NRC_ENCODER_PACKETS), NRC_ENCODER_PACKETS_FRAMES);
  encoder->buffer_words = GET(get(encoder, NRC_ENCODER_BUFFER), NRC_ENCODER_BUFFER_WORDS);
  encoder->options = get(encoder, NRC_ENCODER_OPTIONS);
  encoder->table_words = GET(get(encoder, NRC_ENCODER_TABLE_SIZE), NRC_ENCODER_TABLE_SIZE_WORDS);
  return NRC_ENCODER_OK;
}

nrc_encoder_result nrc_encoder_load_tables(const nrc_encoder* encoder, const uint16_t* words,
                                           size_t count, uint32_t id, uint32_t crc) {
  size_t address;
  if (!has(encoder, NRC_ENCODER_OPTIONS_LOADABLE_TABLES_MASK)) return NRC_ENCODER_NO_OPTION;
  if (count != encoder->table_words) return NRC_ENCODER_OUT_OF_RANGE;
  if (locked(encoder)) return NRC_ENCODER_BUSY;
  for (address = 0; address < count; ++address) {
    set(encoder, NRC_ENCODER_TABLE_WORD,
        PUT(address, NRC_ENCODER_TABLE_WORD_ADDRESS) |
            PUT(words[address], NRC_ENCODER_TABLE_WORD_VALUE));
  }
  set(encoder, NRC_ENCODER_TABLE_ID, id);
  set(encoder, NRC_ENCODER_TABLE_CRC, crc);
  return get(encoder, NRC_ENCODER_TABLE_SEEN) == crc ? NRC_ENCODER_OK : NRC_ENCODER_BAD_TABLES;
}

nrc_encoder_result nrc_encoder_set_channels(const nrc_encoder* encoder, uint32_t count) {
  if (!has(encoder, NRC_ENCODER_OPTIONS_VARIABLE_CHANNELS_MASK)) return NRC_ENCODER_NO_OPTION;
  if (count == 0 || count > encoder->channels) return NRC_ENCODER_OUT_OF_RANGE;
  if (has(encoder, NRC_ENCODER_OPTIONS_NARROW_MASK) && (count < 8 || count % 4 != 0)) return NRC_ENCODER_OUT_OF_RANGE;
  if (locked(encoder)) return NRC_ENCODER_BUSY;
  set(encoder, NRC_ENCODER_CHANNELS_IN_USE, count);
  return NRC_ENCODER_OK;
}

nrc_encoder_result nrc_encoder_map_channels(const nrc_encoder* encoder, const uint16_t* map, uint32_t count) {
  uint32_t place;
  nrc_encoder_result result;
  if (!has(encoder, NRC_ENCODER_OPTIONS_CHANNEL_MAP_MASK)) return NRC_ENCODER_NO_OPTION;
  for (place = 0; place < count && place < encoder->channels; ++place) {
    if (map[place] >= encoder->channels) return NRC_ENCODER_OUT_OF_RANGE;
  }
  result = nrc_encoder_set_channels(encoder, count);
  if (result != NRC_ENCODER_OK) return result;
  for (place = 0; place < count; ++place) {
    set(encoder, NRC_ENCODER_CHANNEL_MAP,
        PUT(place, NRC_ENCODER_CHANNEL_MAP_PLACE) | PUT(map[place], NRC_ENCODER_CHANNEL_MAP_CHANNEL));
  }
  return NRC_ENCODER_OK;
}

nrc_encoder_result nrc_encoder_set_class(const nrc_encoder* encoder, uint32_t channel,
                                         uint32_t value) {
  if (!has(encoder, NRC_ENCODER_OPTIONS_CLASSES_MASK)) return NRC_ENCODER_NO_OPTION;
  if (channel >= encoder->channels || value > NRC_ENCODER_CHANNEL_CLASS_VALUE_EVENTS)
    return NRC_ENCODER_OUT_OF_RANGE;
  set(encoder, NRC_ENCODER_CHANNEL_CLASS,
      PUT(channel, NRC_ENCODER_CHANNEL_CLASS_CHANNEL) |
          PUT(value, NRC_ENCODER_CHANNEL_CLASS_VALUE));
  return NRC_ENCODER_OK;
}

nrc_encoder_result nrc_encoder_set_rate(const nrc_encoder* encoder, uint32_t min_step,
                                        uint32_t max_step, uint32_t first_step,
                                        uint32_t link_words) {
  if (!has(encoder, NRC_ENCODER_OPTIONS_RATE_CONTROL_MASK)) return NRC_ENCODER_NO_OPTION;
  if (max_step > 7 || first_step > max_step || min_step > first_step ||
      (max_step > 0 && first_step == 0) || link_words > NRC_ENCODER_LINK_WORDS_MASK) {
    return NRC_ENCODER_OUT_OF_RANGE;
  }
  set(encoder, NRC_ENCODER_LINK, link_words);
  set(encoder, NRC_ENCODER_RATE_LIMITS,
      PUT(max_step, NRC_ENCODER_RATE_LIMITS_MAX_STEP) |
          PUT(first_step, NRC_ENCODER_RATE_LIMITS_FIRST_STEP) |
          PUT(min_step, NRC_ENCODER_RATE_LIMITS_MIN_STEP));
  return NRC_ENCODER_OK;
}

nrc_encoder_result nrc_encoder_set_events(const nrc_encoder* encoder, uint32_t threshold,
                                          int only) {
  if (!has(encoder, NRC_ENCODER_OPTIONS_EVENTS_MASK)) return NRC_ENCODER_NO_OPTION;
  if (threshold > NRC_ENCODER_EVENT_THRESHOLD_VALUE_MASK) return NRC_ENCODER_OUT_OF_RANGE;
  if (locked(encoder)) return NRC_ENCODER_BUSY;
  set(encoder, NRC_ENCODER_EVENT_THRESHOLD, threshold);
  set(encoder, NRC_ENCODER_MODE, PUT(only != 0, NRC_ENCODER_MODE_EVENTS_ONLY));
  return NRC_ENCODER_OK;
}

nrc_encoder_result nrc_encoder_self_test(const nrc_encoder* encoder, uint32_t packets,
                                         uint32_t expected, uint32_t reads, uint32_t* crc) {
  uint32_t i;
  uint32_t status = get(encoder, NRC_ENCODER_STATUS);
  if (!has(encoder, NRC_ENCODER_OPTIONS_SELF_TEST_MASK)) return NRC_ENCODER_NO_OPTION;
  if (packets == 0 || packets > 256) return NRC_ENCODER_OUT_OF_RANGE;
  if ((status & NRC_ENCODER_STATUS_LOCKED_MASK) != 0) return NRC_ENCODER_BUSY;
  if ((status & NRC_ENCODER_STATUS_TABLES_MASK) == 0) return NRC_ENCODER_NO_TABLES;
  if (has(encoder, NRC_ENCODER_OPTIONS_CLASSES_MASK)) {
    for (i = 0; i < encoder->channels; ++i) {
      nrc_encoder_set_class(encoder, i, NRC_ENCODER_CHANNEL_CLASS_VALUE_ROUNDED);
    }
  }
  set(encoder, NRC_ENCODER_SELF_TEST_EXPECTED, expected);
  set(encoder, NRC_ENCODER_SELF_TEST,
      PUT(packets & 255, NRC_ENCODER_SELF_TEST_PACKETS) | PUT(1, NRC_ENCODER_SELF_TEST_START));
  for (i = 0, status = 0; i < reads && (status & NRC_ENCODER_SELF_TEST_STATUS_DONE_MASK) == 0;
       ++i) {
    status = get(encoder, NRC_ENCODER_SELF_TEST_STATUS);
  }
  if (crc != NULL) *crc = get(encoder, NRC_ENCODER_SELF_TEST_CRC);
  if ((status & NRC_ENCODER_SELF_TEST_STATUS_PASSED_MASK) != 0) return NRC_ENCODER_OK;
  if ((status & NRC_ENCODER_SELF_TEST_STATUS_DONE_MASK) == 0 ||
      (status & NRC_ENCODER_SELF_TEST_STATUS_TIMED_OUT_MASK) != 0) {
    return NRC_ENCODER_TIMEOUT;
  }
  return NRC_ENCODER_FAILED;
}

nrc_encoder_result nrc_encoder_enable(const nrc_encoder* encoder, uint32_t stream_number) {
  const uint32_t status = get(encoder, NRC_ENCODER_STATUS);
  if ((status & NRC_ENCODER_STATUS_LOCKED_MASK) != 0) return NRC_ENCODER_BUSY;
  if ((status & NRC_ENCODER_STATUS_TABLES_MASK) == 0) return NRC_ENCODER_NO_TABLES;
  set(encoder, NRC_ENCODER_STREAM_NUMBER, stream_number);
  set(encoder, NRC_ENCODER_CONTROL, NRC_ENCODER_CONTROL_ENABLE_MASK);
  return NRC_ENCODER_OK;
}

void nrc_encoder_request_key(const nrc_encoder* encoder) {
  set(encoder, NRC_ENCODER_COMMAND, NRC_ENCODER_COMMAND_KEY_REQUEST_MASK);
}

void nrc_encoder_disable(const nrc_encoder* encoder) { set(encoder, NRC_ENCODER_CONTROL, 0); }

void nrc_encoder_flush(const nrc_encoder* encoder) {
  nrc_encoder_disable(encoder);
  set(encoder, NRC_ENCODER_COMMAND, NRC_ENCODER_COMMAND_FLUSH_MASK);
}

uint32_t nrc_encoder_state(const nrc_encoder* encoder) {
  return GET(get(encoder, NRC_ENCODER_STATUS), NRC_ENCODER_STATUS_STATE);
}

nrc_encoder_result nrc_encoder_wait_closed(const nrc_encoder* encoder, uint32_t reads) {
  uint32_t i;
  for (i = 0; i < reads; ++i) {
    if ((get(encoder, NRC_ENCODER_STATUS) & NRC_ENCODER_STATUS_BUSY_MASK) == 0)
      return NRC_ENCODER_OK;
  }
  return NRC_ENCODER_TIMEOUT;
}

void nrc_encoder_steps(const nrc_encoder* encoder, uint32_t* now, uint32_t* largest) {
  const uint32_t steps = get(encoder, NRC_ENCODER_STEPS);
  *now = GET(steps, NRC_ENCODER_STEPS_NOW);
  *largest = GET(steps, NRC_ENCODER_STEPS_LARGEST);
}

static uint64_t get_long(const nrc_encoder* encoder, uint32_t low, uint32_t high) {
  return (uint64_t)get(encoder, high) << 32 | get(encoder, low);
}

void nrc_encoder_read_counters(const nrc_encoder* encoder, nrc_encoder_counters* counters) {
  set(encoder, NRC_ENCODER_COMMAND, NRC_ENCODER_COMMAND_SNAPSHOT_MASK);
  counters->samples = get_long(encoder, NRC_ENCODER_SAMPLES_LOW, NRC_ENCODER_SAMPLES_HIGH);
  counters->coded = get_long(encoder, NRC_ENCODER_CODED_LOW, NRC_ENCODER_CODED_HIGH);
  counters->words = get_long(encoder, NRC_ENCODER_WORDS_LOW, NRC_ENCODER_WORDS_HIGH);
  counters->frames = get(encoder, NRC_ENCODER_FRAMES_TAKEN);
  counters->packets = get(encoder, NRC_ENCODER_PACKETS_SENT);
  counters->dropped = get(encoder, NRC_ENCODER_PACKETS_DROPPED);
  counters->framing_errors = get(encoder, NRC_ENCODER_FRAMING_ERRORS);
  counters->off_grid = get(encoder, NRC_ENCODER_OFF_GRID);
  counters->events_lost = get(encoder, NRC_ENCODER_EVENTS_LOST);
  counters->fill_peak = get(encoder, NRC_ENCODER_FILL_PEAK);
}

void nrc_encoder_enable_interrupts(const nrc_encoder* encoder, uint32_t mask) {
  set(encoder, NRC_ENCODER_INTERRUPT_ENABLE, mask);
}

uint32_t nrc_encoder_interrupts(const nrc_encoder* encoder) {
  const uint32_t happened = get(encoder, NRC_ENCODER_INTERRUPT);
  set(encoder, NRC_ENCODER_INTERRUPT, happened);
  return happened;
}
