/* SPDX-License-Identifier: Apache-2.0
 *
 * Firmware that uses drivers/c on a simulated encoder (driver_tb.sv), through two pipes:
 *
 *   driver_bench REQUESTS ANSWERS
 *
 * Prints what it expects of the streams, one a line, for driver_test.py; exits 1 after a line that
 * says what is wrong. The encoder is one of those in driver_test.py. */
#include <stdio.h>

#include "driver_pipe.h"
#include "nrc_encoder_driver.h"
#include "nrc_self_test.h"
#include "nrc_table_words.h"

#define NUMBER 0x12345678u
#define CHANNELS 4u /* of the samples, whatever the encoder could have */

static void frames(uint32_t count) { ask("s", count, 0, 0); }
static int clocks(uint32_t count) { return ask("c", count, 0, 0); }

/* A stream of frames that ends with a packet of its length, or is closed by a flush inside a
 * packet. */
static void stream(const nrc_encoder* encoder, uint32_t count, const char* options) {
  nrc_encoder_counters before;
  nrc_encoder_counters now;
  const uint32_t whole = count % encoder->packet_frames == 0;
  const uint32_t at_port =
      (encoder->options & NRC_ENCODER_OPTIONS_CHANNEL_MAP_MASK) != 0 ? encoder->channels : CHANNELS;
  nrc_encoder_read_counters(encoder, &before);
  CHECK(nrc_encoder_enable(encoder, NUMBER) == NRC_ENCODER_OK);
  frames(count - whole);
  do {
    nrc_encoder_read_counters(encoder, &now);
  } while (now.frames - before.frames < count - whole);
  CHECK(nrc_encoder_state(encoder) == NRC_ENCODER_STATUS_STATE_OPEN);
  if (whole) {
    nrc_encoder_disable(encoder);
    CHECK(nrc_encoder_wait_closed(encoder, 3) == NRC_ENCODER_TIMEOUT);
    frames(1);
  } else {
    nrc_encoder_flush(encoder);
  }
  CHECK(nrc_encoder_wait_closed(encoder, 1000) == NRC_ENCODER_OK);
  CHECK(nrc_encoder_state(encoder) == NRC_ENCODER_STATUS_STATE_CLOSED);
  nrc_encoder_read_counters(encoder, &now);
  CHECK(now.samples - before.samples == count * at_port);
  CHECK(now.coded - before.coded == count * CHANNELS);
  CHECK(now.dropped == before.dropped && now.framing_errors == before.framing_errors);
  printf("stream %lu %lu %s\n", (unsigned long)count, (unsigned long)(now.words - before.words),
         options);
}

static void bus_errors(void) {
  int error = 0;
  CHECK(read_word(0x38, &error) == 0 && error);
  CHECK(read_word(0xFC, &error) == 0 && error);
  CHECK(read_word(NRC_ENCODER_COMMAND, &error) == 0 && !error);
  CHECK(write_word(NRC_ENCODER_ID, 0, 15));
  CHECK(write_word(0xF8, 0, 15));
  CHECK(!write_word(NRC_ENCODER_STREAM_NUMBER, 0x01020304, 15));
  CHECK(write_word(NRC_ENCODER_STREAM_NUMBER, 0xFFFFFFFF, 1));
  CHECK(write_word(NRC_ENCODER_STREAM_NUMBER, 0xFFFFFFFF, 14));
  CHECK(!write_word(NRC_ENCODER_STREAM_NUMBER, 0xFFFFFFFF, 0));
  CHECK(!write_word(0xF8, 0, 0));
  CHECK(read_word(NRC_ENCODER_STREAM_NUMBER, &error) == 0x01020304 && !error);
  CHECK(read_word(NRC_ENCODER_STREAM_NUMBER + 3, &error) == 0x01020304 &&
        !error); /* words are whole */
  CHECK(read_word(NRC_ENCODER_ID, &error) == NRC_ENCODER_ID_VALUE_RESET && !error);
  /* A write that fails and one that does not, the second under way before the first one is
   * answered. */
  CHECK(!ask("p", NRC_ENCODER_STREAM_NUMBER, 0x05060708, 0));
  CHECK(read_word(NRC_ENCODER_STREAM_NUMBER, &error) == 0x05060708 && !error);
}

/* Without tables no stream opens, also if not the driver sees to that. */
static void no_tables(const nrc_encoder* encoder) {
  CHECK(nrc_encoder_enable(encoder, NUMBER) == NRC_ENCODER_NO_TABLES);
  bench_write(BASE, NRC_ENCODER_CONTROL, NRC_ENCODER_CONTROL_ENABLE_MASK);
  frames(2);
  clocks(100);
  CHECK(bench_read(BASE, NRC_ENCODER_STATUS) ==
        (NRC_ENCODER_STATUS_NO_TABLES_MASK | NRC_ENCODER_STATUS_LOCKED_MASK));
  nrc_encoder_disable(encoder);
  CHECK(nrc_encoder_interrupts(encoder) == NRC_ENCODER_INTERRUPT_NO_TABLES_MASK);
  CHECK(nrc_encoder_interrupts(encoder) == 0);
}

/* A number that the driver refuses opens no stream either. */
static void channels_in_use(const nrc_encoder* encoder) {
  CHECK(encoder->channels > CHANNELS);
  CHECK(bench_read(BASE, NRC_ENCODER_CHANNELS_IN_USE) == 0);
  CHECK(nrc_encoder_set_channels(encoder, 0) == NRC_ENCODER_OUT_OF_RANGE);
  CHECK(nrc_encoder_set_channels(encoder, encoder->channels + 1) == NRC_ENCODER_OUT_OF_RANGE);
  bench_write(BASE, NRC_ENCODER_CHANNELS_IN_USE, encoder->channels + 1);
  bench_write(BASE, NRC_ENCODER_CONTROL, NRC_ENCODER_CONTROL_ENABLE_MASK);
  clocks(2);
  CHECK((bench_read(BASE, NRC_ENCODER_STATUS) & NRC_ENCODER_STATUS_NO_CHANNELS_MASK) != 0);
  CHECK(nrc_encoder_set_channels(encoder, CHANNELS) == NRC_ENCODER_BUSY);
  nrc_encoder_disable(encoder);
  CHECK((nrc_encoder_interrupts(encoder) & NRC_ENCODER_INTERRUPT_NO_CHANNELS_MASK) != 0);
  CHECK(nrc_encoder_set_channels(encoder, CHANNELS) == NRC_ENCODER_OK);
  if ((encoder->options & NRC_ENCODER_OPTIONS_CHANNEL_MAP_MASK) != 0) {
    const uint16_t map[CHANNELS] = {5, 0, 3, 1}; /* as in driver_tb.sv */
    const uint16_t none[1] = {6};
    CHECK(nrc_encoder_map_channels(encoder, none, 1) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_map_channels(encoder, map, 0) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_map_channels(encoder, map, encoder->channels + 1) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_map_channels(encoder, map, CHANNELS) == NRC_ENCODER_OK);
    /* Nothing that does not exist takes the place of what does. */
    bench_write(BASE, NRC_ENCODER_CHANNEL_MAP, (8u << 16) | 2u);
    bench_write(BASE, NRC_ENCODER_CHANNEL_MAP, (1u << 16) | 8u);
    CHECK(bench_read(BASE, NRC_ENCODER_CHANNELS_IN_USE) == CHANNELS);
  } else {
    CHECK(nrc_encoder_map_channels(encoder, NULL, 1) == NRC_ENCODER_NO_OPTION);
  }
  clocks(2);
  nrc_encoder_interrupts(encoder);
  CHECK(nrc_encoder_interrupts(encoder) == 0);
}

static void tables(const nrc_encoder* encoder) {
  CHECK(encoder->table_words == NRC_TABLE_WORDS);
  no_tables(encoder);
  CHECK(nrc_encoder_load_tables(encoder, nrc_table_words, NRC_TABLE_WORDS - 1, NRC_TABLE_ID,
                                NRC_TABLE_CRC) == NRC_ENCODER_OUT_OF_RANGE);
  if ((encoder->options & NRC_ENCODER_OPTIONS_RATE_CONTROL_MASK) != 0) {
    /* Words that are not those of the CRC, in one of the encoders; then the other CRC, as they take
     * long. */
    CHECK(nrc_encoder_load_tables(encoder, nrc_table_words, NRC_TABLE_WORDS, NRC_TABLE_ID,
                                  ~NRC_TABLE_CRC) == NRC_ENCODER_BAD_TABLES);
    no_tables(encoder);
    bench_write(BASE, NRC_ENCODER_TABLE_CRC, NRC_TABLE_CRC);
  } else {
    CHECK(nrc_encoder_load_tables(encoder, nrc_table_words, NRC_TABLE_WORDS, NRC_TABLE_ID,
                                  NRC_TABLE_CRC) == NRC_ENCODER_OK);
  }
  CHECK(bench_read(BASE, NRC_ENCODER_STATUS) == NRC_ENCODER_STATUS_TABLES_MASK);
}

/* The self test passes, in the middle of a frame from outside too; changes no stream number, and is
 * refused while a stream is open. */
static uint32_t tests = 0;

static void self_test(const nrc_encoder* encoder) {
  uint32_t crc = 0;
  if ((encoder->options & NRC_ENCODER_OPTIONS_SELF_TEST_MASK) == 0) {
    CHECK(nrc_encoder_self_test(encoder, 3, 0, 1, NULL) == NRC_ENCODER_NO_OPTION);
    return;
  }
  nrc_encoder_interrupts(encoder);
  nrc_encoder_enable_interrupts(encoder, NRC_ENCODER_INTERRUPT_SELF_TEST_MASK);
  CHECK(nrc_encoder_self_test(encoder, 0, 0, 1, NULL) == NRC_ENCODER_OUT_OF_RANGE);
  CHECK(nrc_encoder_self_test(encoder, 257, 0, 1, NULL) == NRC_ENCODER_OUT_OF_RANGE);
  frames(3);
  printf("skipped 3\n");
  CHECK(nrc_encoder_self_test(encoder, NRC_SELF_TEST_PACKETS, NRC_SELF_TEST_CRC, 1000, &crc) ==
        NRC_ENCODER_OK);
  CHECK(crc == NRC_SELF_TEST_CRC);
  CHECK(clocks(1));
  CHECK((nrc_encoder_interrupts(encoder) & ~NRC_ENCODER_INTERRUPT_ROUNDED_MASK) ==
        NRC_ENCODER_INTERRUPT_SELF_TEST_MASK);
  CHECK(!clocks(1));
  CHECK(nrc_encoder_self_test(encoder, NRC_SELF_TEST_PACKETS, ~NRC_SELF_TEST_CRC, 1000, &crc) ==
        NRC_ENCODER_FAILED);
  CHECK(crc == NRC_SELF_TEST_CRC);
  CHECK(nrc_encoder_self_test(encoder, NRC_SELF_TEST_PACKETS, NRC_SELF_TEST_CRC, 1, NULL) ==
        NRC_ENCODER_TIMEOUT);
  CHECK(nrc_encoder_self_test(encoder, NRC_SELF_TEST_PACKETS, NRC_SELF_TEST_CRC, 1, NULL) ==
        NRC_ENCODER_BUSY);
  CHECK(nrc_encoder_enable(encoder, NUMBER) == NRC_ENCODER_BUSY);
  bench_write(BASE, NRC_ENCODER_SELF_TEST_EXPECTED, 0);
  while ((bench_read(BASE, NRC_ENCODER_SELF_TEST_STATUS) &
          NRC_ENCODER_SELF_TEST_STATUS_DONE_MASK) == 0)
    continue;
  CHECK(bench_read(BASE, NRC_ENCODER_SELF_TEST_STATUS) ==
        (NRC_ENCODER_SELF_TEST_STATUS_DONE_MASK | NRC_ENCODER_SELF_TEST_STATUS_PASSED_MASK));
  CHECK(nrc_encoder_interrupts(encoder) ==
        (NRC_ENCODER_INTERRUPT_SELF_TEST_MASK | NRC_ENCODER_INTERRUPT_REFUSED_MASK));
  CHECK((bench_read(BASE, NRC_ENCODER_STATUS) & NRC_ENCODER_STATUS_LOCKED_MASK) == 0);
  nrc_encoder_enable_interrupts(encoder, 0);
  tests += 3;
}

/* What must stay as it is while a stream is open does. */
static void locked(const nrc_encoder* encoder) {
  const uint32_t seen = bench_read(BASE, NRC_ENCODER_TABLE_SEEN);
  CHECK(nrc_encoder_enable(encoder, NUMBER) == NRC_ENCODER_OK);
  CHECK(nrc_encoder_enable(encoder, NUMBER) == NRC_ENCODER_BUSY);
  CHECK(nrc_encoder_interrupts(encoder) == 0);
  bench_write(BASE, NRC_ENCODER_STREAM_NUMBER, 1);
  CHECK(nrc_encoder_interrupts(encoder) == NRC_ENCODER_INTERRUPT_REFUSED_MASK);
  bench_write(BASE, NRC_ENCODER_TABLE_WORD, 0);
  CHECK(nrc_encoder_interrupts(encoder) == NRC_ENCODER_INTERRUPT_REFUSED_MASK);
  CHECK(bench_read(BASE, NRC_ENCODER_STREAM_NUMBER) == NUMBER);
  CHECK(bench_read(BASE, NRC_ENCODER_TABLE_SEEN) == seen);
  nrc_encoder_disable(encoder);
}

static void closing_interrupts(const nrc_encoder* encoder, const char* options) {
  nrc_encoder_enable_interrupts(encoder, NRC_ENCODER_INTERRUPT_CLOSED_MASK);
  nrc_encoder_interrupts(encoder);
  CHECK(!clocks(1));
  stream(encoder, 3 * encoder->packet_frames + 7, options);
  CHECK(clocks(1));
  nrc_encoder_enable_interrupts(encoder, 0);
  CHECK(!clocks(1));
  nrc_encoder_enable_interrupts(encoder, NRC_ENCODER_INTERRUPT_CLOSED_MASK);
  CHECK(clocks(1));
  CHECK((nrc_encoder_interrupts(encoder) & NRC_ENCODER_INTERRUPT_CLOSED_MASK) != 0);
  CHECK(!clocks(1));
}

/* A packet that finds no room, and a frame that is too short. */
static void faults(const nrc_encoder* encoder) {
  nrc_encoder_counters before;
  nrc_encoder_counters now;
  uint32_t i;
  nrc_encoder_interrupts(encoder);
  nrc_encoder_enable_interrupts(encoder, NRC_ENCODER_INTERRUPT_OVERFLOW_MASK);
  nrc_encoder_read_counters(encoder, &before);
  CHECK(nrc_encoder_enable(encoder, NUMBER) == NRC_ENCODER_OK);
  ask("t", 0, 0, 0);
  for (i = 0; i < 1000 && !clocks(300); ++i) frames(encoder->packet_frames);
  CHECK((nrc_encoder_interrupts(encoder) & NRC_ENCODER_INTERRUPT_OVERFLOW_MASK) != 0);
  CHECK((bench_read(BASE, NRC_ENCODER_STATUS) & NRC_ENCODER_STATUS_NO_ROOM_MASK) != 0);
  CHECK(bench_read(BASE, NRC_ENCODER_FILL) > 32);
  CHECK(nrc_encoder_wait_closed(encoder, 3) == NRC_ENCODER_TIMEOUT);
  ask("t", 1, 0, 0);
  clocks(1200);
  nrc_encoder_read_counters(encoder, &now);
  CHECK(now.fill_peak > 32 && now.fill_peak <= encoder->buffer_words);
  CHECK(bench_read(BASE, NRC_ENCODER_FILL) < 32);
  nrc_encoder_read_counters(encoder, &now);
  CHECK(now.fill_peak < 32);
  ask("e", 0, 0, 0);
  frames(1);
  do {
    nrc_encoder_read_counters(encoder, &now);
  } while (now.framing_errors == before.framing_errors);
  CHECK((nrc_encoder_interrupts(encoder) & NRC_ENCODER_INTERRUPT_FRAMING_ERROR_MASK) != 0);
  CHECK(now.framing_errors == before.framing_errors + 1 && now.dropped > before.dropped);
  nrc_encoder_request_key(encoder);
  nrc_encoder_disable(encoder);
  frames(1);
  while (nrc_encoder_wait_closed(encoder, 100) != NRC_ENCODER_OK) frames(1);
  nrc_encoder_read_counters(encoder, &now);
  /* The packets of the tests do not leave, and before those of a test comes one. */
  now.packets -= tests * (NRC_SELF_TEST_PACKETS + 1);
  printf("counters %lu %lu\n", (unsigned long)now.words, (unsigned long)now.packets);
}

/* Counters stay at their largest value, and are those of the last snapshot. */
static void saturation(const nrc_encoder* encoder) {
  nrc_encoder_counters now;
  uint32_t i;
  CHECK(nrc_encoder_enable(encoder, NUMBER) == NRC_ENCODER_OK);
  frames(1);
  clocks(200);
  nrc_encoder_interrupts(encoder);
  ask("x", 0, 0, 0);
  nrc_encoder_read_counters(encoder, &now);
  CHECK(now.samples == 0xFFFFFFFFFFFD && now.frames == 0xFFFFFFFD &&
        now.framing_errors == 0xFFFFFFFF && now.off_grid == 0x80000000);
  for (i = 0; i < 3; ++i) {
    if (i == 1) ask("e", 0, 0, 0);
    frames(1);
    clocks(200);
  }
  CHECK(bench_read(BASE, NRC_ENCODER_FRAMES_TAKEN) == 0xFFFFFFFD);
  CHECK((nrc_encoder_interrupts(encoder) & NRC_ENCODER_INTERRUPT_FRAMING_ERROR_MASK) != 0);
  nrc_encoder_flush(encoder);
  CHECK(nrc_encoder_wait_closed(encoder, 1000) == NRC_ENCODER_OK);
  nrc_encoder_read_counters(encoder, &now);
  CHECK(now.samples == 0xFFFFFFFFFFFF && now.coded == now.samples && now.words == now.samples);
  CHECK(now.frames == 0xFFFFFFFF && now.framing_errors == 0xFFFFFFFF);
}

int main(int argc, char** argv) {
  nrc_encoder encoder;
  uint32_t now;
  uint32_t largest;
  uint32_t channel;
  open_pipes(argc, argv);
  CHECK(nrc_encoder_init(&encoder, BASE) == NRC_ENCODER_OK);
  printf("options %lu\n", (unsigned long)encoder.options);
  CHECK(encoder.code_width == 12 && encoder.packet_frames == 20);
  CHECK(encoder.buffer_words == 256);
  CHECK(nrc_encoder_state(&encoder) == NRC_ENCODER_STATUS_STATE_IDLE);
  bus_errors();

  if ((encoder.options & NRC_ENCODER_OPTIONS_LOADABLE_TABLES_MASK) != 0) {
    tables(&encoder);
  } else {
    CHECK(encoder.table_words == 0);
    CHECK(nrc_encoder_load_tables(&encoder, nrc_table_words, NRC_TABLE_WORDS, 0, 0) ==
          NRC_ENCODER_NO_OPTION);
  }
  if ((encoder.options & NRC_ENCODER_OPTIONS_VARIABLE_CHANNELS_MASK) != 0) {
    channels_in_use(&encoder);
  } else {
    CHECK(encoder.channels == CHANNELS);
    CHECK(nrc_encoder_set_channels(&encoder, CHANNELS) == NRC_ENCODER_NO_OPTION);
  }
  if ((encoder.options & NRC_ENCODER_OPTIONS_CLASSES_MASK) != 0) {
    CHECK(nrc_encoder_set_class(&encoder, encoder.channels, 0) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_set_class(&encoder, 0, 4) == NRC_ENCODER_OUT_OF_RANGE);
    for (channel = 0; channel < encoder.channels; ++channel) {
      CHECK(nrc_encoder_set_class(&encoder, channel, NRC_ENCODER_CHANNEL_CLASS_VALUE_ROUNDED) ==
            NRC_ENCODER_OK);
    }
    bench_write(BASE, NRC_ENCODER_CHANNEL_CLASS,
                0x20000 | encoder.channels); /* no alias of channel 0 */
  } else {
    CHECK(nrc_encoder_set_class(&encoder, 0, 0) == NRC_ENCODER_NO_OPTION);
  }
  if ((encoder.options & NRC_ENCODER_OPTIONS_EVENTS_MASK) != 0) {
    CHECK(nrc_encoder_set_events(&encoder, 64, 0) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_set_events(&encoder, 26, 0) == NRC_ENCODER_OK);
  } else {
    CHECK(nrc_encoder_set_events(&encoder, 0, 0) == NRC_ENCODER_NO_OPTION);
  }
  locked(&encoder);

  if ((encoder.options & NRC_ENCODER_OPTIONS_RATE_CONTROL_MASK) != 0) {
    /* 0.1 Mbit/s are 50 words of 1/16 in a packet of 20 frames at 20 kHz. */
    CHECK(nrc_encoder_set_rate(&encoder, 0, 3, 4, 0) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_set_rate(&encoder, 0, 8, 1, 0) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_set_rate(&encoder, 0, 7, 0, 0) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_set_rate(&encoder, 3, 7, 2, 0) == NRC_ENCODER_OUT_OF_RANGE);
    CHECK(nrc_encoder_set_rate(&encoder, 1, 7, 2, 50) == NRC_ENCODER_OK);
    nrc_encoder_steps(&encoder, &now, &largest);
    CHECK(now == 0 && largest == 0);
    stream(&encoder, 9 * encoder.packet_frames + 3, "rate rounded");
    nrc_encoder_steps(&encoder, &now, &largest);
    CHECK(largest >= 2);
    CHECK((nrc_encoder_interrupts(&encoder) & NRC_ENCODER_INTERRUPT_ROUNDED_MASK) != 0);
    CHECK(nrc_encoder_set_rate(&encoder, 0, 0, 0, 0) == NRC_ENCODER_OK);
  } else {
    CHECK(nrc_encoder_set_rate(&encoder, 0, 0, 0, 0) == NRC_ENCODER_NO_OPTION);
  }
  self_test(&encoder); /* not before: rate control has a memory of packets */
  closing_interrupts(&encoder, "rounded");
  if ((encoder.options & NRC_ENCODER_OPTIONS_CLASSES_MASK) != 0) {
    CHECK(nrc_encoder_set_class(&encoder, 1, NRC_ENCODER_CHANNEL_CLASS_VALUE_LOSSLESS) ==
          NRC_ENCODER_OK);
    CHECK(nrc_encoder_set_class(&encoder, 2, NRC_ENCODER_CHANNEL_CLASS_VALUE_OFF) ==
          NRC_ENCODER_OK);
    CHECK(nrc_encoder_set_class(&encoder, 3, NRC_ENCODER_CHANNEL_CLASS_VALUE_EVENTS) ==
          NRC_ENCODER_OK);
  }
  stream(&encoder, 5 * encoder.packet_frames, "classes");
  faults(&encoder);
  if ((encoder.options & NRC_ENCODER_OPTIONS_CLASSES_MASK) != 0)
    self_test(&encoder); /* once is enough here */
  saturation(&encoder);
  return 0;
}
