/* SPDX-License-Identifier: Apache-2.0
 *
 * Firmware that uses the decoder's driver on a simulated decoder (decoder_driver_tb.sv), through two pipes:
 *
 *   decoder_driver_bench REQUESTS ANSWERS
 *
 * Exits 1 after a line that says what is wrong. The packets are those of decoder_driver_test.py: a stream header before
 * each three data packets, of which the first one is a key packet. */
#include <stdio.h>

#include "driver_pipe.h"
#include "nrc_decoder_driver.h"

static void packets(uint32_t count) { ask("s", count, 0, 0); }
static int clocks(uint32_t count) { return ask("c", count, 0, 0); }
static int waiting(void) { return ask("l", 0, 0, 0); }

static void wait_sent(void) {
  while (waiting()) clocks(10);
}

static void bus_errors(void) {
  int error = 0;
  CHECK(read_word(0x18, &error) == 0 && error);
  CHECK(read_word(0xFC, &error) == 0 && error);
  CHECK(read_word(NRC_DECODER_COMMAND, &error) == 0 && !error);
  CHECK(write_word(NRC_DECODER_ID, 0, 15));
  CHECK(write_word(NRC_DECODER_CONTROL, 3, 1));
  CHECK(!write_word(NRC_DECODER_INTERRUPT_ENABLE, 0xA5, 15));
  CHECK(!ask("p", NRC_DECODER_INTERRUPT_ENABLE, 0x5A, 0));
  CHECK(read_word(NRC_DECODER_INTERRUPT_ENABLE, &error) == 0x5A && !error);
  CHECK(read_word(NRC_DECODER_CONTROL, &error) == 0 && !error);
}

/* The first stream header and its packets wait, and are then discarded. */
static void gate(const nrc_decoder* decoder) {
  nrc_decoder_counters now;
  ask("m", 1, 0, 0);
  packets(4);
  clocks(300);
  CHECK(waiting());
  nrc_decoder_read_counters(decoder, &now);
  CHECK(now.words == 0 && now.discarded == 0);
  CHECK(nrc_decoder_status(decoder) == 0);
  nrc_decoder_disable(decoder, 1);
  while (nrc_decoder_status(decoder) != NRC_DECODER_STATUS_IN_PACKET_MASK) {
  }
  nrc_decoder_disable(decoder, 0); /* of the next one */
  ask("m", 0, 0, 0);
  clocks(300);
  CHECK(waiting() && nrc_decoder_status(decoder) == 0);
  nrc_decoder_disable(decoder, 1);
  wait_sent();
  clocks(20);
  nrc_decoder_read_counters(decoder, &now);
  CHECK(now.words == 0 && now.discarded > 7 && now.lost == 0 && now.samples == 0);
  CHECK(nrc_decoder_status(decoder) == 0);
  CHECK(nrc_decoder_interrupts(decoder) == 0);
}

/* Three packets. In the second one the decoder is disabled: it is decoded all the same, and the next one waits. */
static void stream(const nrc_decoder* decoder) {
  nrc_decoder_counters before;
  nrc_decoder_counters now;
  nrc_decoder_enable_interrupts(decoder, NRC_DECODER_INTERRUPT_SYNCHRONISED_MASK);
  nrc_decoder_read_counters(decoder, &before);
  nrc_decoder_enable(decoder);
  CHECK(!clocks(1));
  ask("t", 0, 0, 0);
  packets(2);
  wait_sent();
  while (!clocks(10)) {
  }
  CHECK((nrc_decoder_interrupts(decoder) & NRC_DECODER_INTERRUPT_SYNCHRONISED_MASK) != 0);
  nrc_decoder_enable_interrupts(decoder, NRC_DECODER_INTERRUPT_IDLE_MASK);
  clocks(300);
  CHECK(nrc_decoder_wait_idle(decoder, 3) == NRC_DECODER_TIMEOUT); /* samples wait */
  CHECK(nrc_decoder_status(decoder) ==
        (NRC_DECODER_STATUS_SYNCHRONISED_MASK | NRC_DECODER_STATUS_BUSY_MASK));
  ask("t", 1, 0, 0);
  ask("m", 1, 0, 0);
  packets(3);
  while ((nrc_decoder_status(decoder) & NRC_DECODER_STATUS_IN_PACKET_MASK) == 0) {
  }
  nrc_decoder_disable(decoder, 0);
  ask("m", 0, 0, 0);
  CHECK(nrc_decoder_wait_idle(decoder, 10000) == NRC_DECODER_OK);
  CHECK(waiting());
  nrc_decoder_read_counters(decoder, &now);
  CHECK(now.packets == before.packets + 2);
  CHECK(clocks(1));
  CHECK((nrc_decoder_interrupts(decoder) & NRC_DECODER_INTERRUPT_IDLE_MASK) != 0);
  CHECK(!clocks(1));
  nrc_decoder_enable(decoder);
  wait_sent();
  clocks(1);
  CHECK(nrc_decoder_wait_idle(decoder, 10000) == NRC_DECODER_OK);
  nrc_decoder_read_counters(decoder, &now);
  CHECK(now.packets == before.packets + 3 && now.frames == before.frames + 3 * decoder->packet_frames);
  CHECK(now.samples == (uint64_t)now.frames * decoder->channels);
  CHECK(nrc_decoder_frame(decoder) == 6 * decoder->packet_frames - 1);
  CHECK(now.damaged == 0 && now.lost == 0 && now.skipped == 0 && now.suspect == 0);
  CHECK(nrc_decoder_interrupts(decoder) == NRC_DECODER_INTERRUPT_IDLE_MASK);
}

/* A damaged packet costs those up to the next key packet; so does one that does not come. */
static void faults(const nrc_decoder* decoder) {
  nrc_decoder_counters before;
  nrc_decoder_counters now;
  nrc_decoder_read_counters(decoder, &before);
  nrc_decoder_enable_interrupts(decoder, NRC_DECODER_INTERRUPT_DAMAGED_MASK);
  ask("f", 0, 0, 0);
  packets(1);
  wait_sent();
  while (!clocks(10)) {
  }
  packets(1);
  wait_sent();
  CHECK(nrc_decoder_wait_idle(decoder, 10000) == NRC_DECODER_OK);
  nrc_decoder_read_counters(decoder, &now);
  CHECK(now.damaged == before.damaged + 1 && now.lost == before.lost + 1 && now.skipped == before.skipped + 1);
  CHECK(now.packets == before.packets && now.samples == before.samples);
  CHECK((nrc_decoder_status(decoder) & NRC_DECODER_STATUS_SYNCHRONISED_MASK) == 0);
  CHECK(nrc_decoder_interrupts(decoder) ==
        (NRC_DECODER_INTERRUPT_UNSYNCHRONISED_MASK | NRC_DECODER_INTERRUPT_DAMAGED_MASK |
         NRC_DECODER_INTERRUPT_LOST_MASK | NRC_DECODER_INTERRUPT_SKIPPED_MASK | NRC_DECODER_INTERRUPT_IDLE_MASK));
  packets(4); /* the last one of these, a stream header, its key packet and one more */
  wait_sent();
  CHECK(ask("d", 1, 0, 0));
  nrc_decoder_interrupts(decoder);
  packets(2); /* a stream header and its key packet */
  wait_sent();
  CHECK(nrc_decoder_wait_idle(decoder, 10000) == NRC_DECODER_OK);
  CHECK((nrc_decoder_interrupts(decoder) & (NRC_DECODER_INTERRUPT_LOST_MASK | NRC_DECODER_INTERRUPT_SKIPPED_MASK)) ==
        NRC_DECODER_INTERRUPT_LOST_MASK);
  nrc_decoder_read_counters(decoder, &now);
  CHECK(now.packets == before.packets + 3 && now.lost == before.lost + 2 && now.skipped == before.skipped + 2);
  CHECK(now.damaged == before.damaged + 1 && now.suspect == 0);
  CHECK((nrc_decoder_status(decoder) & NRC_DECODER_STATUS_SYNCHRONISED_MASK) != 0);
}

/* Counters stay at their largest value, and are those of the last snapshot. */
static void saturation(const nrc_decoder* decoder) {
  nrc_decoder_counters now;
  nrc_decoder_interrupts(decoder);
  ask("x", 0, 0, 0);
  nrc_decoder_read_counters(decoder, &now);
  CHECK(now.words == 0xFFFFFFFFFFFD && now.frames == 0xFFFFFFFD && now.suspect == 0xFFFFFFFD);
  CHECK(now.packets == 0xFFFFFFFF && now.skipped == 0x80000000);
  CHECK((nrc_decoder_interrupts(decoder) & NRC_DECODER_INTERRUPT_SKIPPED_MASK) != 0);
  packets(2);
  wait_sent();
  CHECK(nrc_decoder_wait_idle(decoder, 10000) == NRC_DECODER_OK);
  CHECK(bench_read(BASE, NRC_DECODER_FRAMES_GIVEN) == 0xFFFFFFFD);
  nrc_decoder_read_counters(decoder, &now);
  CHECK(now.words == 0xFFFFFFFFFFFF && now.samples == now.words && now.discarded == 0xFFFFFFFFFFFD);
  CHECK(now.frames == 0xFFFFFFFF && now.packets == 0xFFFFFFFF);
}

/* A stream of fewer channels: its header and its key packet. */
static void fewer_channels(const nrc_decoder* decoder) {
  CHECK((decoder->options & NRC_DECODER_OPTIONS_VARIABLE_CHANNELS_MASK) != 0);
  CHECK(nrc_decoder_channels_in_use(decoder) == decoder->channels);
  packets(2);
  wait_sent();
  CHECK(nrc_decoder_wait_idle(decoder, 10000) == NRC_DECODER_OK);
  CHECK(nrc_decoder_channels_in_use(decoder) == 3);
  CHECK((nrc_decoder_status(decoder) & NRC_DECODER_STATUS_MISMATCH_MASK) == 0);
}

/* A stream header of more channels. */
static void mismatch(const nrc_decoder* decoder) {
  nrc_decoder_interrupts(decoder);
  nrc_decoder_enable_interrupts(decoder, NRC_DECODER_INTERRUPT_MISMATCH_MASK);
  packets(1);
  wait_sent();
  while (!clocks(10)) {
  }
  CHECK((nrc_decoder_status(decoder) & NRC_DECODER_STATUS_MISMATCH_MASK) != 0);
  nrc_decoder_interrupts(decoder);
  CHECK(clocks(2)); /* as long as that lasts */
}

int main(int argc, char** argv) {
  nrc_decoder decoder;
  open_pipes(argc, argv);
  CHECK(nrc_decoder_init(&decoder, BASE) == NRC_DECODER_OK);
  CHECK(decoder.channels == 4 && decoder.code_width == 12 && decoder.packet_frames == 20);
  CHECK(decoder.buffer_words == 256);
  printf("%lx\n", (unsigned long)decoder.table_id);
  bus_errors();
  gate(&decoder);
  stream(&decoder);
  faults(&decoder);
  saturation(&decoder);
  fewer_channels(&decoder);
  mismatch(&decoder);
  return 0;
}
