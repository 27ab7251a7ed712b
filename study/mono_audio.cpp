// SPDX-License-Identifier: Apache-2.0
#include "mono_audio.hpp"

#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>
#include <wavpack/wavpack.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "nrc/error.hpp"

namespace nrc::study {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Wide = std::vector<std::int32_t>;

void require(bool good, const char* library) {
  if (!good) throw Error(std::string(library) + " failed; report this as a bug");
}

// ---- FLAC

FLAC__StreamEncoderWriteStatus flac_write(const FLAC__StreamEncoder*, const FLAC__byte buffer[],
                                          std::size_t size, std::uint32_t, std::uint32_t,
                                          void* client) {
  Bytes& bytes = *static_cast<Bytes*>(client);
  bytes.insert(bytes.end(), buffer, buffer + size);
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

struct FlacReader {
  const Bytes& bytes;
  std::size_t at = 0;
  Wide samples = {};
};

FLAC__StreamDecoderReadStatus flac_read(const FLAC__StreamDecoder*, FLAC__byte buffer[],
                                        std::size_t* size, void* client) {
  FlacReader& reader = *static_cast<FlacReader*>(client);
  *size = std::min(*size, reader.bytes.size() - reader.at);
  std::memcpy(buffer, reader.bytes.data() + reader.at, *size);
  reader.at += *size;
  return *size == 0 ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
                    : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

FLAC__StreamDecoderWriteStatus flac_samples(const FLAC__StreamDecoder*, const FLAC__Frame* frame,
                                            const FLAC__int32* const buffer[], void* client) {
  Wide& samples = static_cast<FlacReader*>(client)->samples;
  samples.insert(samples.end(), buffer[0], buffer[0] + frame->header.blocksize);
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

void flac_error(const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus, void*) {}

// ---- WavPack

int wavpack_write(void* client, void* data, std::int32_t size) {
  Bytes& bytes = *static_cast<Bytes*>(client);
  const auto* const from = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), from, from + size);
  return 1;
}

/// The reader's file, in memory.
struct WavpackFile {
  const Bytes& bytes;
  std::int64_t at = 0;

  static WavpackFile& of(void* client) { return *static_cast<WavpackFile*>(client); }
  static std::int32_t read(void* client, void* data, std::int32_t size) {
    WavpackFile& file = of(client);
    const auto left = static_cast<std::int64_t>(file.bytes.size()) - file.at;
    const auto count = std::clamp<std::int64_t>(left, 0, size);
    std::memcpy(data, file.bytes.data() + file.at, static_cast<std::size_t>(count));
    file.at += count;
    return static_cast<std::int32_t>(count);
  }
  static std::int64_t position(void* client) { return of(client).at; }
  static int seek(void* client, std::int64_t to) {
    of(client).at = to;
    return 0;
  }
  static int seek_from(void* client, std::int64_t by, int mode) {
    WavpackFile& file = of(client);
    const auto size = static_cast<std::int64_t>(file.bytes.size());
    file.at = by + (mode == SEEK_SET ? 0 : mode == SEEK_CUR ? file.at : size);
    return 0;
  }
  /// The byte is the one that was just read.
  static int push_back(void* client, int byte) {
    --of(client).at;
    return byte;
  }
  static std::int64_t length(void* client) {
    return static_cast<std::int64_t>(of(client).bytes.size());
  }
  static int can_seek(void*) { return 1; }
};

}  // namespace

Bytes flac_encode(const Wide& samples, unsigned bits, unsigned rate, unsigned level,
                  unsigned block) {
  const std::unique_ptr<FLAC__StreamEncoder, decltype(&FLAC__stream_encoder_delete)> encoder(
      FLAC__stream_encoder_new(), FLAC__stream_encoder_delete);
  Bytes bytes;
  FLAC__stream_encoder_set_channels(encoder.get(), 1);
  FLAC__stream_encoder_set_bits_per_sample(encoder.get(), bits);
  FLAC__stream_encoder_set_sample_rate(encoder.get(), rate);
  FLAC__stream_encoder_set_streamable_subset(encoder.get(), false);
  FLAC__stream_encoder_set_compression_level(encoder.get(), level);
  if (block != 0) FLAC__stream_encoder_set_blocksize(encoder.get(), block);
  require(FLAC__stream_encoder_init_stream(encoder.get(), flac_write, nullptr, nullptr, nullptr,
                                           &bytes) == FLAC__STREAM_ENCODER_INIT_STATUS_OK,
          "FLAC");
  require(FLAC__stream_encoder_process_interleaved(encoder.get(), samples.data(),
                                                   static_cast<unsigned>(samples.size())) != 0,
          "FLAC");
  require(FLAC__stream_encoder_finish(encoder.get()) != 0, "FLAC");
  return bytes;
}

Wide flac_decode(const Bytes& bytes) {
  const std::unique_ptr<FLAC__StreamDecoder, decltype(&FLAC__stream_decoder_delete)> decoder(
      FLAC__stream_decoder_new(), FLAC__stream_decoder_delete);
  FlacReader reader{bytes};
  require(FLAC__stream_decoder_init_stream(decoder.get(), flac_read, nullptr, nullptr, nullptr,
                                           nullptr, flac_samples, nullptr, flac_error,
                                           &reader) == FLAC__STREAM_DECODER_INIT_STATUS_OK,
          "FLAC");
  require(FLAC__stream_decoder_process_until_end_of_stream(decoder.get()) != 0, "FLAC");
  return reader.samples;
}

Bytes wavpack_encode(const Wide& samples, unsigned rate, WavpackMode mode, unsigned channels) {
  // As the program has it: 18 channels have places in a room, of which neighbours are pairs.
  constexpr unsigned kPlaces = 18;
  Bytes bytes;
  WavpackContext* const context = WavpackOpenFileOutput(wavpack_write, &bytes, nullptr);
  require(context != nullptr, "WavPack");
  WavpackConfig config = {};
  config.bytes_per_sample = 2;
  config.bits_per_sample = 16;
  config.num_channels = static_cast<int>(channels);
  config.channel_mask = channels == 1  // front centre: mono
                            ? 4
                            : static_cast<std::int32_t>((1U << std::min(channels, kPlaces)) - 1);
  config.sample_rate = static_cast<std::int32_t>(rate);
  switch (mode) {
    case WavpackMode::kDefault:
      break;
    case WavpackMode::kFast:
      config.flags = CONFIG_FAST_FLAG;
      break;
    case WavpackMode::kHigh:
      config.flags = CONFIG_HIGH_FLAG;
      break;
    case WavpackMode::kBest:
      config.flags = CONFIG_HIGH_FLAG | CONFIG_VERY_HIGH_FLAG | CONFIG_EXTRA_MODE;
      config.xmode = 4;
      break;
  }
  Wide copy = samples;  // the library writes to it
  const auto count = static_cast<std::uint32_t>(copy.size() / channels);
  const bool good = WavpackSetConfiguration64(context, &config, count, nullptr) != 0 &&
                    WavpackPackInit(context) != 0 &&
                    WavpackPackSamples(context, copy.data(), count) != 0 &&
                    WavpackFlushSamples(context) != 0;
  WavpackCloseFile(context);
  require(good, "WavPack");
  return bytes;
}

Wide wavpack_decode(const Bytes& bytes) {
  WavpackStreamReader64 functions = {WavpackFile::read,
                                     nullptr,
                                     WavpackFile::position,
                                     WavpackFile::seek,
                                     WavpackFile::seek_from,
                                     WavpackFile::push_back,
                                     WavpackFile::length,
                                     WavpackFile::can_seek,
                                     nullptr,
                                     nullptr};
  WavpackFile file{bytes};
  std::array<char, 80> message = {};
  WavpackContext* const context =
      WavpackOpenFileInputEx64(&functions, &file, nullptr, message.data(), 0, 0);
  require(context != nullptr, "WavPack");
  const auto count = static_cast<std::uint32_t>(WavpackGetNumSamples64(context));
  Wide samples(std::size_t{count} * static_cast<std::size_t>(WavpackGetNumChannels(context)));
  const std::uint32_t got = WavpackUnpackSamples(context, samples.data(), count);
  WavpackCloseFile(context);
  require(got == count, "WavPack");
  return samples;
}

}  // namespace nrc::study
