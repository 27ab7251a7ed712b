// SPDX-License-Identifier: Apache-2.0
//
// The golden model of nrc_encoder for a SystemVerilog bench (DPI-C): samples in, the words of the stream out. Plain
// C99 on the C interface of the library; nrc_dpi_pkg.sv has the imports.
#include <nrc/nrc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct nrc_dpi_model {
  nrc_encoder* encoder;
  uint32_t channels;
  uint32_t packet_frames;
  size_t samples;      // of the packet in progress
  int key;             // it shall be a key packet
  int16_t* packet;     // packet_frames * channels
  uint8_t* bytes;      // of the stream, not yet taken: from `taken` up to `stored`
  size_t taken, stored, capacity;
  size_t packet_bytes; // that are left of the packet which is being taken; 0 between two
  nrc_message message;
} nrc_dpi_model;

static char failure[NRC_MESSAGE_SIZE]; // of nrc_dpi_create

enum { kHeaderBytes = 20, kCrcBytes = 4 }; // docs/bitstream.md, section 7; no hardware sends the short form

void nrc_dpi_destroy(void* model) {
  nrc_dpi_model* const m = model;
  if (m == NULL) return;
  nrc_encoder_destroy(m->encoder);
  free(m->packet);
  free(m->bytes);
  free(m);
}

void* nrc_dpi_create(int channels, int code_width, int profile, int mapping, int taps, int neighbour, int narrow,
                     int packet_frames, int key_interval, int rate_millihertz, const char* tables,
                     unsigned stream_number) {
  nrc_encoder_config config;
  nrc_message message = {"out of memory"};
  memset(&config, 0, sizeof config);
  config.struct_size = sizeof config;
  config.channels = (uint32_t)channels;
  config.code_width = code_width;
  config.profile = profile;
  config.mapping = mapping;
  config.taps = taps;
  config.neighbour = neighbour;
  config.narrow = narrow;
  config.packet_frames = (uint32_t)packet_frames;
  config.rate_millihertz = (uint32_t)rate_millihertz;
  config.key_interval = (uint32_t)key_interval;
  config.builtin_tables = tables;
  config.stream_number = stream_number;

  nrc_dpi_model* const m = calloc(1, sizeof *m);
  if (m != NULL && nrc_encoder_create(&config, &m->encoder, &message) == NRC_OK) {
    m->channels = config.channels;
    m->packet_frames = config.packet_frames;
    m->packet = malloc((size_t)m->channels * m->packet_frames * sizeof *m->packet);
    if (m->packet != NULL) return m;
  }
  nrc_dpi_destroy(m);
  snprintf(failure, sizeof failure, "%s", message.text);
  return NULL;
}

const char* nrc_dpi_failure(void) { return failure; }

const char* nrc_dpi_message(void* model) { return ((nrc_dpi_model*)model)->message.text; }

static int fail(nrc_dpi_model* m, const char* what) {
  snprintf(m->message.text, sizeof m->message.text, "%s", what);
  return 0;
}

// Encodes the frames of the packet in progress. Returns 1, or 0 with a message.
static int encode(nrc_dpi_model* m, int last) {
  const size_t room = nrc_encoder_max_size(m->encoder);
  if (m->taken != 0) {
    memmove(m->bytes, m->bytes + m->taken, m->stored - m->taken);
    m->stored -= m->taken;
    m->taken = 0;
  }
  if (m->stored + room > m->capacity) {
    uint8_t* const bytes = realloc(m->bytes, 2 * (m->stored + room));
    if (bytes == NULL) return fail(m, "out of memory");
    m->bytes = bytes;
    m->capacity = 2 * (m->stored + room);
  }
  size_t size = 0;
  const uint32_t frames = (uint32_t)(m->samples / m->channels);
  const unsigned flags = (frames != 0 && m->key ? NRC_KEY : 0U) | (last ? NRC_LAST : 0U);
  const nrc_status status = nrc_encoder_encode(m->encoder, m->packet, frames, flags, m->bytes + m->stored, m->capacity - m->stored, &size);
  if (status != NRC_OK) return fail(m, nrc_encoder_message(m->encoder));
  m->stored += size;
  m->samples = 0;
  m->key = 0;
  return 1;
}

int nrc_dpi_sample(void* model, short sample, unsigned char key, unsigned char last) {
  nrc_dpi_model* const m = model;
  if (m->samples == 0) m->key = key & 1;
  m->packet[m->samples++] = sample;
  if (m->samples % m->channels != 0) return 1;
  if (!(last & 1) && m->samples != (size_t)m->channels * m->packet_frames) return 1;
  return encode(m, last & 1);
}

int nrc_dpi_close(void* model) {
  nrc_dpi_model* const m = model;
  if (m->samples % m->channels != 0) return fail(m, "closed inside a frame, which costs its packet");
  return encode(m, 1);
}

int nrc_dpi_word(void* model, int* word, unsigned char* last) {
  nrc_dpi_model* const m = model;
  if (m->taken == m->stored) return 0;
  const uint8_t* const at = m->bytes + m->taken;
  if (m->packet_bytes == 0) {
    const size_t payload_words = at[15] | (size_t)at[16] << 8 | (size_t)at[17] << 16;
    m->packet_bytes = kHeaderBytes + 4 * payload_words + kCrcBytes;
  }
  *word = (int)(at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
  m->taken += 4;
  m->packet_bytes -= 4;
  *last = m->packet_bytes == 0;
  return 1;
}
