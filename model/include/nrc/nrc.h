/* SPDX-License-Identifier: Apache-2.0
 *
 * C interface of the codec: streams packet by packet. docs/api.md has an overview and examples;
 * docs/bitstream.md has the format.
 *
 * Samples are of the type that the stream has, int16 where nothing else is said, in the byte order
 * of the machine, frame by frame: samples[frame * channels + channel]. A frame is one sample of
 * every channel.
 *
 * Objects share no mutable state: different threads may use different objects at the same time. Use
 * an object in one thread at a time.
 *
 * Memory is allocated when an object is created and, by decoder and receiver, when a stream begins.
 * Encoding a packet allocates none, nor does decoding one in order, except for an error's message,
 * and with the cascade profile.
 *
 * No function throws or ends the process. Pointers must be valid unless "may be null" is
 * stated.
 */
#ifndef NRC_NRC_H
#define NRC_NRC_H

#include <stddef.h>
#include <stdint.h>

/* Version of this header. While the major version is 0, a new minor version is incompatible with
 * others. */
#define NRC_VERSION_MAJOR 0
#define NRC_VERSION_MINOR 3
#define NRC_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/* What a function returns. */
typedef enum nrc_status {
  NRC_OK = 0,
  NRC_MORE = 1,            /* nrc_decoder_decode: the packet is not whole yet; no error */
  NRC_ERROR_ARGUMENT = -1, /* a setting or an argument outside its range */
  NRC_ERROR_CAPACITY = -2, /* the output buffer is too small; nothing was done */
  NRC_ERROR_DATA = -3,     /* the stream is damaged, out of order, or needs tables not given */
  NRC_ERROR_STATE = -4,    /* not now: the stream is closed, or a call from a callback */
  NRC_ERROR_MEMORY = -5,   /* out of memory */
  NRC_ERROR_INTERNAL = -6  /* an error of this library; please report it */
} nrc_status;

/* What a status means, in English, in a few words. Never null, also for other numbers. */
const char* nrc_strerror(int status);

/* Version of the library that is linked, "major.minor.patch". */
const char* nrc_version(void);

enum { NRC_MESSAGE_SIZE = 256 };

/* What went wrong: one line, ends with a zero byte. */
typedef struct nrc_message {
  char text[NRC_MESSAGE_SIZE];
} nrc_message;

enum {
  NRC_PROFILE_HUFFMAN = 0,
  NRC_PROFILE_RANGE = 1,
  NRC_PROFILE_NEURAL = 2,
  NRC_PROFILE_CASCADE = 3
};

/* Types of samples. Those of 24 bits are packed, three bytes each. */
enum {
  NRC_INT16 = 0,
  NRC_UINT16 = 1,
  NRC_INT8 = 2,
  NRC_UINT8 = 3,
  NRC_INT24 = 4,
  NRC_UINT24 = 5,
  NRC_INT32 = 6,
  NRC_UINT32 = 7
};

/* Bytes of one sample of a type; 0 if there is no such type. */
size_t nrc_sample_size(int sample_type);

/* How a sample becomes an ADC code (docs/bitstream.md, section 1). */
enum {
  NRC_MAPPING_CODE = 0,   /* the sample is the code */
  NRC_MAPPING_SHIFT6 = 1, /* samples of a 10-bit ADC on the int16 scale: code = sample >> 6 */
  NRC_MAPPING_MAP = 2     /* sample = offset + code * step, rounded: nrc_map */
};

/* How a fraction of a sample is rounded; the last two differ for halves only. */
enum {
  NRC_ROUND_DOWN = 0,
  NRC_ROUND_TOWARDS_ZERO = 1,
  NRC_ROUND_NEAREST_EVEN = 2,
  NRC_ROUND_NEAREST_AWAY = 3
};

/* Distance of the samples of two neighbouring codes: numerator / denominator. */
typedef struct nrc_map_step {
  uint32_t numerator;   /* from 1 on */
  uint32_t denominator; /* 1..65535 */
  int rounding;
} nrc_map_step;

/* The map of a channel. */
typedef struct nrc_channel_map {
  uint32_t step;  /* index into nrc_map.steps */
  int64_t offset; /* of code 0, in 1/denominator; less than 2^48 in magnitude. Of unsigned samples
                     counted from the middle of their range */
} nrc_channel_map;

/* The samples that codes stand for (docs/bitstream.md, section 1). A sample that is not on the map
 * costs a few bytes more, and is given as it was. */
typedef struct nrc_map {
  const nrc_map_step* steps;
  uint32_t step_count; /* 1..255 */
  const nrc_channel_map* channels;
  uint32_t channel_count; /* 1: the same for all; otherwise the number of channels */
} nrc_map;

/* Facts of a stream, from its header; the last one from its packets. */
typedef struct nrc_stream_info {
  int profile;
  int mapping;
  int code_width; /* bits, 2..16, with the cascade profile 2..24 */
  int taps;       /* 1: a channel is predicted from more of its past */
  int neighbour;  /* 1: a channel is predicted from those before it as well */
  uint32_t channels;
  uint32_t packet_frames;   /* upper bound of the frames in a packet; 0: not stated */
  uint32_t rate_millihertz; /* of one channel, 1/1000 Hz; 0: unknown */
  uint32_t table_id;
  uint64_t total_frames;  /* UINT64_MAX: not stated */
  uint32_t map_numerator; /* NRC_MAPPING_MAP: step of channel 0; otherwise 0 */
  uint32_t map_denominator;
  uint32_t stream_number;
  /* The largest rounding step of the packets so far. 1: lossless; more: codes are multiples of it,
   * samples are not as they were. */
  int lossy_step;
  int sample_type;
  int low_bits; /* of samples of more than 16 bits, below their codes; sent as they are */
  int narrow;   /* 1: with the narrow state of hardware that must save energy */
  int events;   /* 1: there may be events */
  int classes;  /* 1: channels have classes */
} nrc_stream_info;

/* What is sent of a channel in a stream with channel classes. Samples that are not sent are those
 * of code 0. */
enum {
  NRC_CLASS_ROUNDED = 0,  /* all of it, rounded where its packet is */
  NRC_CLASS_LOSSLESS = 1, /* all of it, never rounded */
  NRC_CLASS_OFF = 2,
  NRC_CLASS_EVENTS = 3 /* its events */
};

/* A spike that the encoder found. */
typedef struct nrc_event {
  uint64_t frame; /* of its peak */
  uint32_t channel;
  int32_t amplitude; /* of its peak above the channel's level, codes */
} nrc_event;

/* ---- Tables of your own: nrc_tables_load() of table_files.h, in library nrc_table_files, reads
 * them from a table file. Encoders, decoders and receivers keep what they need of them, so they may
 * be destroyed once those are created. */

typedef struct nrc_tables nrc_tables;

/* @param tables  may be null */
void nrc_tables_destroy(nrc_tables* tables);

/* ---- Encoder: samples to a stream for a link, that may also be kept as a file. */

typedef struct nrc_encoder nrc_encoder;

/* Set struct_size and channels; every other field may be zero, which is its default. */
typedef struct nrc_encoder_config {
  size_t struct_size;     /* sizeof(nrc_encoder_config) */
  uint32_t channels;      /* 1..65536 */
  uint32_t packet_frames; /* frames in a packet at most, 1..65535, and packet_frames * channels is
                             at most 2^24; 0: 20 */
  uint32_t rate_millihertz;
  int profile;
  int mapping;
  const nrc_map* map; /* with NRC_MAPPING_MAP, otherwise null; copied */
  int code_width;     /* 2..16, range and neural profile 4..16; 0: 10, the only one of
                         NRC_MAPPING_SHIFT6 */
  int taps;           /* range profile: 1 predicts a channel from more of its past */
  int neighbour;      /* range profile: 1 predicts a channel from those before it as well */
  const uint16_t* channel_order; /* the channels in the order in which they are coded, each once;
                                    null: as they are. Copied */
  uint32_t key_interval;      /* data packets from any key packet to the next; 0: the first, and on
                                 request */
  const char* builtin_tables; /* built-in tables by name; null: "default" for 10 bits, else
                                 "generic" */
  const nrc_tables* tables;   /* or tables of your own, of the same profile; null: built-in ones */
  uint32_t stream_number;     /* tells a receiver that the encoder has restarted: another one for
                                 each encoder; 0: a random one */
  int lanes; /* bit strings of a packet, which a host decodes at once: 1, 2, 4 or 8, at most the
                channels, only 1 with other profiles than Huffman and range; 0: 1, which is what
                hardware decodes */
  int sample_type;
  int low_bits; /* samples of more than 16 bits: bits below code_width of what is coded, 0..16, that
                   are sent as they are */
  int narrow;   /* Huffman or range profile, codes of 8 to 16 bits: 1 codes with the narrow state of
                   hardware that must save energy, which makes streams longer */
  /* A link that is too slow at times: packets that it cannot take lossless are rounded, each by a
   * step that it states (docs/link.md). Needs rate_millihertz. */
  uint32_t link_rate;   /* bit/s; 0: every packet is lossless */
  uint32_t link_buffer; /* words of 4 bytes that may wait, a power of two from 64 on; 0: 16384 */
  int max_step;         /* codes of the largest step: 1, 2, 3, 4, 6, 8, 12 or 16; 0: 16 */
  int first_step;       /* codes of the step that rounding begins with; 0: 12, or max_step */
  int min_step; /* codes of the smallest step; 0: 1, so that packets are lossless where the link
                   takes them */
  /* Huffman profile with the full state only. */
  int event_threshold; /* 1..63: send spikes, codes that lie further from their channel's level than
                          so many quarters of its mean innovation, usually 26; 0: none */
  int events_only;     /* 1: without samples */
  const uint8_t* channel_classes; /* NRC_CLASS_ of each channel, copied; null: there are none */
} nrc_encoder_config;

/* What nrc_choose() makes a config refer to. */
typedef struct nrc_choice nrc_choice;

/* Chooses how a stream is coded from its first samples, as `nrc encode --preset` does: sets
 * profile, mapping, map, code_width, low_bits, taps, neighbour, channel_order and builtin_tables of
 * the config, tables to null, and narrow to 0. Later samples may be larger, or off the map.
 * @param config   struct_size, channels and sample_type are set
 * @param preset   "implant", "fast", "balanced" or "best"; null: "fast"
 * @param samples  frames * channels, some thousand frames if there are
 * @param choice   set to what the config refers to: destroy it only after nrc_encoder_create()
 * @param message  may be null; set on an error only */
nrc_status nrc_choose(nrc_encoder_config* config, const char* preset, const void* samples,
                      size_t frames, nrc_choice** choice, nrc_message* message);

/* @param choice  may be null */
void nrc_choice_destroy(nrc_choice* choice);

typedef struct nrc_encoder_counters {
  uint64_t packets;         /* calls of nrc_encoder_encode, stream headers not counted */
  uint64_t key_packets;     /* of these, with a stream header before them */
  uint64_t frames;          /* encoded */
  uint64_t sample_bytes;    /* encoded */
  uint64_t bytes;           /* of the stream so far */
  uint64_t off_map_samples; /* that the mapping or the code width cannot express */
  uint64_t rounded_packets; /* of packets, those with a rounding step */
} nrc_encoder_counters;

/* @param message  may be null; set on an error only
 * On success *encoder is the new object, on an error null. */
nrc_status nrc_encoder_create(const nrc_encoder_config* config, nrc_encoder** encoder,
                              nrc_message* message);

/* @param encoder  may be null */
void nrc_encoder_destroy(nrc_encoder* encoder);

/* Bytes that the output buffer of nrc_encoder_encode must have. */
size_t nrc_encoder_max_size(const nrc_encoder* encoder);

enum {
  NRC_KEY = 1, /* the packet can be decoded without those before it */
  NRC_LAST = 2 /* close the stream: no packet comes after this one */
};

/* Encodes a data packet. A key packet, and so the first one, is preceded by the stream header
 * packet: on a link of datagrams both go into one. A sample that the mapping or the code width
 * cannot express is sent as an exception in its packet; nothing is lost.
 * @param samples   frames * channels; may be null if frames is 0
 * @param frames    0..packet_frames; every packet but the last should have packet_frames
 * @param flags     NRC_KEY, NRC_LAST or 0
 * @param output    capacity bytes, at least nrc_encoder_max_size()
 * @param size      set to the bytes written; 0 on an error
 * @return NRC_ERROR_ARGUMENT, NRC_ERROR_CAPACITY, or NRC_ERROR_STATE after NRC_LAST */
nrc_status nrc_encoder_encode(nrc_encoder* encoder, const void* samples, uint32_t frames,
                              unsigned flags, uint8_t* output, size_t capacity, size_t* size);

/* Makes the next packet with frames a key packet, for instance because a receiver asks for it. */
void nrc_encoder_request_key(nrc_encoder* encoder);

/* What is sent of each channel from the next packet with frames on, which becomes a key packet.
 * @param classes  NRC_CLASS_ of each channel
 * @return NRC_ERROR_ARGUMENT if the encoder was created without classes, or for an unknown one */
nrc_status nrc_encoder_set_classes(nrc_encoder* encoder, const uint8_t* classes);

/* Skips frames that are not sent; the receiver sees a gap of them. The next packet is a key packet.
 */
void nrc_encoder_skip(nrc_encoder* encoder, uint64_t frames);

void nrc_encoder_get_info(const nrc_encoder* encoder, nrc_stream_info* info);
void nrc_encoder_get_counters(const nrc_encoder* encoder, nrc_encoder_counters* counters);

/* Message of the last error of this object, "" if there was none. Valid until the next call. */
const char* nrc_encoder_message(const nrc_encoder* encoder);

/* ---- Decoder: an intact stream, a packet at a time, into the caller's buffer. */

typedef struct nrc_decoder nrc_decoder;

/* @param tables   of streams that do not use built-in ones; may be null
 * @param message  may be null; set on an error only */
nrc_status nrc_decoder_create(const nrc_tables* tables, nrc_decoder** decoder,
                              nrc_message* message);

/* @param decoder  may be null */
void nrc_decoder_destroy(nrc_decoder* decoder);

/* Upper bound of the samples in a packet of the stream; 0 before the stream header was decoded. */
size_t nrc_decoder_max_samples(const nrc_decoder* decoder);

/* Decodes the packet at the start of data. Packets without samples, such as the stream header, give
 * 0 frames.
 * @param data      size bytes of the stream, from a packet's beginning on
 * @param taken     set to the bytes of that packet; the next one begins after them. 0 with
 * NRC_MORE and on an error
 * @param samples   room for capacity samples of the stream's type; may be null if capacity is 0
 * @param frames    set to the frames written to samples
 * @return NRC_MORE if data ends before the packet does; NRC_ERROR_CAPACITY: call it again with room
 * for nrc_decoder_max_samples(); NRC_ERROR_DATA for a damaged packet or one that is not the next:
 * the stream cannot be decoded further, a receiver can; NRC_ERROR_STATE after the last packet */
nrc_status nrc_decoder_decode(nrc_decoder* decoder, const uint8_t* data, size_t size, size_t* taken,
                              void* samples, size_t capacity, uint32_t* frames);

/* @return 1 after the packet that closes the stream, else 0 */
int nrc_decoder_finished(const nrc_decoder* decoder);

/* @return NRC_ERROR_STATE before the stream header was decoded */
nrc_status nrc_decoder_get_info(const nrc_decoder* decoder, nrc_stream_info* info);

/* Message of the last error of this object, "" if there was none. Valid until the next call. */
const char* nrc_decoder_message(const nrc_decoder* decoder);

/* ---- Receiver: a stream from a link that loses, repeats, reorders and damages packets. Gives
 * every sample that is certainly correct, and reports which are missing (docs/bitstream.md, section
 * 12). */

typedef struct nrc_receiver nrc_receiver;

/* A run of frames that cannot be given. */
typedef struct nrc_gap {
  uint64_t first_frame;
  uint64_t frames;
  uint64_t lost_packets;        /* sequence numbers that never came */
  uint64_t dropped_frames;      /* of frames, those that the encoder did not send */
  uint64_t undecodable_packets; /* that arrived, but depend on what is missing */
} nrc_gap;

/* Totals since the receiver was made. */
typedef struct nrc_receiver_counters {
  uint64_t bytes;         /* taken */
  uint64_t skipped_bytes; /* in no packet */
  uint64_t sync_losses;   /* runs of skipped bytes */
  uint64_t packets;       /* with the right CRC, stream headers and those below included */
  uint64_t late_packets;  /* repeated, or after their place was given up */
  uint64_t reordered_packets;
  uint64_t lost_packets;
  uint64_t undecodable_packets;
  uint64_t frames;         /* given */
  uint64_t missing_frames; /* in gaps */
  uint64_t dropped_frames; /* of these, not sent by the encoder */
  uint64_t streams;        /* begun */
  uint64_t events;         /* given */
} nrc_receiver_counters;

enum { NRC_NO_REORDERING = -1 };

/* Set struct_size; every other field may be zero. The callbacks are called inside nrc_receiver_add
 * and nrc_receiver_finish, in the order of the stream. They must not call the same receiver's
 * functions, and must not throw. What a pointer refers to is valid only during the call. */
typedef struct nrc_receiver_config {
  size_t struct_size;       /* sizeof(nrc_receiver_config) */
  const nrc_tables* tables; /* of streams that do not use built-in ones; may be null */
  int reorder_packets; /* packets that wait for one that is due before it counts as lost, 1..32767;
                          0: 8; NRC_NO_REORDERING: none */
  void* user;          /* given to the callbacks */
  /* A stream begins. */
  void (*on_stream)(void* user, const nrc_stream_info* info);
  /* Frames that follow the last ones given, or a gap. */
  void (*on_samples)(void* user, uint64_t first_frame, const void* samples, size_t frames);
  void (*on_gap)(void* user, const nrc_gap* gap);
  /* The stream ends. closed 0: its last packet never came. */
  void (*on_end)(void* user, int closed);
  /* From the samples given next on, codes are multiples of `step` at most, and no code is more than
   * half of it off; 1: lossless, as every stream begins. */
  void (*on_step)(void* user, int step);
  /* Events, those of a packet together. */
  void (*on_events)(void* user, const nrc_event* events, size_t count);
} nrc_receiver_config;

/* @param message  may be null; set on an error only */
nrc_status nrc_receiver_create(const nrc_receiver_config* config, nrc_receiver** receiver,
                               nrc_message* message);

/* @param receiver  may be null. Gives nothing that waits: nrc_receiver_finish() does. */
void nrc_receiver_destroy(nrc_receiver* receiver);

/* Takes the next bytes, any number: a packet, a datagram, a part of either. A packet's samples are
 * given as soon as its last byte is here, unless one before it is missing. Packets that come early
 * are kept in memory allocated for them.
 * @return NRC_ERROR_DATA if the stream needs tables that were not given or is of another version;
 * the receiver continues with the next call */
nrc_status nrc_receiver_add(nrc_receiver* receiver, const uint8_t* data, size_t size);

/* Ends the input: gives what waits and reports what is missing at the end. Another stream may
 * follow. */
nrc_status nrc_receiver_finish(nrc_receiver* receiver);

/* @return NRC_ERROR_STATE while no stream has begun */
nrc_status nrc_receiver_get_info(const nrc_receiver* receiver, nrc_stream_info* info);
/* Classes of the channels of the samples given last.
 * @param classes  room for as many bytes as the stream has channels
 * @return NRC_ERROR_STATE while no packet of a stream with classes was decoded */
nrc_status nrc_receiver_get_classes(const nrc_receiver* receiver, uint8_t* classes);
void nrc_receiver_get_counters(const nrc_receiver* receiver, nrc_receiver_counters* counters);

/* Message of the last error of this object, "" if there was none. Valid until the next call. */
const char* nrc_receiver_message(const nrc_receiver* receiver);

/* ---- Reader: any part of the samples of a stream in a file. Decoding begins at the key packet
 * before it, which the index at the end of the file tells; without one, the headers of all packets
 * are read once. */

typedef struct nrc_reader nrc_reader;

/* Set struct_size, size and read. */
typedef struct nrc_reader_config {
  size_t struct_size;       /* sizeof(nrc_reader_config) */
  const nrc_tables* tables; /* of streams that do not use built-in ones; may be null */
  uint64_t size;            /* of the file, bytes */
  void* user;               /* given to read */
  /* Reads `count` bytes of the file from byte `offset` on. Called inside nrc_reader_create and
   * nrc_reader_read; must not throw. @return 0, or anything else if that fails */
  int (*read)(void* user, uint64_t offset, uint8_t* to, size_t count);
} nrc_reader_config;

/* @param message  may be null; set on an error only
 * @return NRC_ERROR_DATA if the file does not begin with a stream, or with one that needs other
 * tables */
nrc_status nrc_reader_create(const nrc_reader_config* config, nrc_reader** reader,
                             nrc_message* message);

/* @param reader  may be null */
void nrc_reader_destroy(nrc_reader* reader);

/* Frames that the stream has; without an index, those up to the first packet that is missing. */
uint64_t nrc_reader_frames(const nrc_reader* reader);

/* Decodes frames from first_frame on.
 * @param samples  room for frames * channels of the stream's type
 * @return NRC_ERROR_ARGUMENT if the stream has not as many, NRC_ERROR_DATA if a packet on the way
 * to them is damaged or cannot be read */
nrc_status nrc_reader_read(nrc_reader* reader, uint64_t first_frame, uint64_t frames,
                           void* samples);

/* The same of some channels, which takes a part of the time if the stream has lanes.
 * @param channels  channel_count numbers, any, in the order of the result
 * @param samples   room for frames * channel_count of the stream's type */
nrc_status nrc_reader_read_channels(nrc_reader* reader, uint64_t first_frame, uint64_t frames,
                                    const uint32_t* channels, uint32_t channel_count,
                                    void* samples);

void nrc_reader_get_info(const nrc_reader* reader, nrc_stream_info* info);

/* Message of the last error of this object, "" if there was none. Valid until the next call. */
const char* nrc_reader_message(const nrc_reader* reader);

#ifdef __cplusplus
}
#endif

#endif
