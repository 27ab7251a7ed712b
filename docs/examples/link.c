/* SPDX-License-Identifier: Apache-2.0
 *
 * Encodes samples, loses a packet on the way, and decodes the others: the C interface. link.cpp is
 * the same in C++.
 */
#include <nrc/nrc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 8, FRAMES = 20, PACKETS = 50, KEY_INTERVAL = 10, LOST = 12 };

/* What is on an electrode: a slow wave and noise, in codes of a 10-bit ADC. */
static int16_t sample(unsigned frame, unsigned channel) {
  const unsigned phase = (frame + 16 * channel) % 128;
  const int wave = (int)(phase < 64 ? phase : 128 - phase) - 32;
  const unsigned noise = (frame * 2654435761U + channel * 40503U) >> 28;
  return (int16_t)(wave + (int)noise - 8);
}

/* Compares what comes out of the receiver with what went in. */
typedef struct {
  unsigned long frames;
  unsigned long wrong;
} check;

static void take_samples(void* user, uint64_t first_frame, const void* given, size_t frames) {
  check* const c = user;
  const int16_t* const samples = given;
  size_t f, channel;
  for (f = 0; f < frames; ++f) {
    for (channel = 0; channel < CHANNELS; ++channel) {
      const int16_t expected = sample((unsigned)(first_frame + f), (unsigned)channel);
      if (samples[f * CHANNELS + channel] != expected) ++c->wrong;
    }
  }
  c->frames += (unsigned long)frames;
}

static void take_gap(void* user, const nrc_gap* gap) {
  (void)user;
  printf("frames %lu to %lu are missing: packets lost %lu, not decodable without them %lu\n",
         (unsigned long)gap->first_frame, (unsigned long)(gap->first_frame + gap->frames - 1),
         (unsigned long)gap->lost_packets, (unsigned long)gap->undecodable_packets);
}

static void fail(const char* what) {
  fprintf(stderr, "link: %s\n", what);
  exit(1);
}

int main(void) {
  nrc_encoder_config encoder_config;
  nrc_receiver_config receiver_config;
  nrc_encoder_counters sent;
  nrc_encoder* encoder;
  nrc_receiver* receiver;
  nrc_message message;
  check result = {0, 0};
  int16_t samples[FRAMES * CHANNELS];
  uint8_t* packet;
  size_t capacity;
  unsigned p, i;

  memset(&encoder_config, 0, sizeof encoder_config);
  encoder_config.struct_size = sizeof encoder_config;
  encoder_config.channels = CHANNELS;
  encoder_config.packet_frames = FRAMES;
  encoder_config.rate_millihertz = 19531250;
  encoder_config.mapping = NRC_MAPPING_CODE;
  encoder_config.code_width = 10;
  encoder_config.key_interval = KEY_INTERVAL;
  if (nrc_encoder_create(&encoder_config, &encoder, &message) != NRC_OK) fail(message.text);

  memset(&receiver_config, 0, sizeof receiver_config);
  receiver_config.struct_size = sizeof receiver_config;
  receiver_config.user = &result;
  receiver_config.on_samples = take_samples;
  receiver_config.on_gap = take_gap;
  if (nrc_receiver_create(&receiver_config, &receiver, &message) != NRC_OK) fail(message.text);

  capacity = nrc_encoder_max_size(encoder);
  packet = malloc(capacity);
  if (packet == NULL) fail("out of memory");
  for (p = 0; p < PACKETS; ++p) {
    size_t size;
    for (i = 0; i < FRAMES * CHANNELS; ++i) {
      samples[i] = sample(p * FRAMES + i / CHANNELS, i % CHANNELS);
    }
    if (nrc_encoder_encode(encoder, samples, FRAMES, p + 1 == PACKETS ? NRC_LAST : 0, packet,
                           capacity, &size) != NRC_OK) {
      fail(nrc_encoder_message(encoder));
    }
    if (p == LOST) continue;
    if (nrc_receiver_add(receiver, packet, size) != NRC_OK) fail(nrc_receiver_message(receiver));
  }
  if (nrc_receiver_finish(receiver) != NRC_OK) fail(nrc_receiver_message(receiver));

  nrc_encoder_get_counters(encoder, &sent);
  printf("sent %lu frames, %lu bytes in %lu\n", (unsigned long)sent.frames,
         (unsigned long)sent.sample_bytes, (unsigned long)sent.bytes);
  printf("received %lu frames, wrong samples: %lu\n", result.frames, result.wrong);
  free(packet);
  nrc_receiver_destroy(receiver);
  nrc_encoder_destroy(encoder);
  return result.wrong == 0 ? 0 : 1;
}
