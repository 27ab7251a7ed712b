// SPDX-License-Identifier: Apache-2.0
#include "baselines.hpp"

#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>
#include <wavpack/wavpack.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "nrc/shift6.hpp"

namespace nrc::bench {
namespace {

constexpr int kZlibLevel = 6;
constexpr int kZstdLevel = 3;
constexpr unsigned kFlacLevel = 5;
constexpr unsigned kRate = 19531;  ///< Hz; the libraries take whole numbers

void require(bool good, const char* library) {
  if (!good) throw std::runtime_error(std::string(library) + " failed");
}

Bytes zlib_encode(const Samples& samples) {
  uLongf size = compressBound(samples.size() * 2);
  Bytes bytes(size);
  require(compress2(bytes.data(), &size, reinterpret_cast<const Bytef*>(samples.data()),
                    samples.size() * 2, kZlibLevel) == Z_OK,
          "zlib");
  bytes.resize(size);
  return bytes;
}

void zlib_decode(const Bytes& bytes, Samples& samples) {
  uLongf size = samples.size() * 2;
  require(uncompress(reinterpret_cast<Bytef*>(samples.data()), &size, bytes.data(), bytes.size()) ==
              Z_OK,
          "zlib");
}

Bytes zstd_encode(const Samples& samples) {
  Bytes bytes(ZSTD_compressBound(samples.size() * 2));
  const std::size_t size =
      ZSTD_compress(bytes.data(), bytes.size(), samples.data(), samples.size() * 2, kZstdLevel);
  require(ZSTD_isError(size) == 0, "zstd");
  bytes.resize(size);
  return bytes;
}

void zstd_decode(const Bytes& bytes, Samples& samples) {
  const std::size_t size =
      ZSTD_decompress(samples.data(), samples.size() * 2, bytes.data(), bytes.size());
  require(ZSTD_isError(size) == 0, "zstd");
}

// ---- FLAC, one channel

FLAC__StreamEncoderWriteStatus flac_write(const FLAC__StreamEncoder*, const FLAC__byte buffer[],
                                          std::size_t size, std::uint32_t, std::uint32_t,
                                          void* client) {
  Bytes& bytes = *static_cast<Bytes*>(client);
  bytes.insert(bytes.end(), buffer, buffer + size);
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

template <unsigned Bits>
Bytes flac_encode(const std::vector<std::int32_t>& samples) {
  const std::unique_ptr<FLAC__StreamEncoder, decltype(&FLAC__stream_encoder_delete)> encoder(
      FLAC__stream_encoder_new(), FLAC__stream_encoder_delete);
  Bytes bytes;
  FLAC__stream_encoder_set_channels(encoder.get(), 1);
  FLAC__stream_encoder_set_bits_per_sample(encoder.get(), Bits);
  FLAC__stream_encoder_set_sample_rate(encoder.get(), kRate);
  FLAC__stream_encoder_set_streamable_subset(encoder.get(), false);
  FLAC__stream_encoder_set_compression_level(encoder.get(), kFlacLevel);
  require(FLAC__stream_encoder_init_stream(encoder.get(), flac_write, nullptr, nullptr, nullptr,
                                           &bytes) == FLAC__STREAM_ENCODER_INIT_STATUS_OK,
          "FLAC");
  require(FLAC__stream_encoder_process_interleaved(encoder.get(), samples.data(),
                                                   static_cast<unsigned>(samples.size())) != 0,
          "FLAC");
  require(FLAC__stream_encoder_finish(encoder.get()) != 0, "FLAC");
  return bytes;
}

struct FlacReader {
  const Bytes& bytes;
  std::size_t at = 0;
  std::vector<std::int32_t> samples = {};
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
  auto& samples = static_cast<FlacReader*>(client)->samples;
  samples.insert(samples.end(), buffer[0], buffer[0] + frame->header.blocksize);
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

void flac_error(const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus, void*) {}

std::vector<std::int32_t> flac_decode(const Bytes& bytes) {
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

// ---- WavPack, one channel

int wavpack_write(void* client, void* data, std::int32_t size) {
  Bytes& bytes = *static_cast<Bytes*>(client);
  const auto* const from = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), from, from + size);
  return 1;
}

Bytes wavpack_encode(const std::vector<std::int32_t>& samples) {
  Bytes bytes;
  WavpackContext* const context = WavpackOpenFileOutput(wavpack_write, &bytes, nullptr);
  require(context != nullptr, "WavPack");
  WavpackConfig config = {};
  config.bytes_per_sample = 2;
  config.bits_per_sample = 16;
  config.num_channels = 1;
  config.channel_mask = 4;
  config.sample_rate = kRate;
  auto copy = samples;  // the library writes to it
  const auto count = static_cast<std::uint32_t>(copy.size());
  const bool good = WavpackSetConfiguration64(context, &config, count, nullptr) != 0 &&
                    WavpackPackInit(context) != 0 &&
                    WavpackPackSamples(context, copy.data(), count) != 0 &&
                    WavpackFlushSamples(context) != 0;
  WavpackCloseFile(context);
  require(good, "WavPack");
  return bytes;
}

/// A file of WavPack's reader, in memory.
struct WavpackFile {
  const Bytes& bytes;
  std::int64_t at = 0;
  int pushed_back = -1;

  static WavpackFile& of(void* client) { return *static_cast<WavpackFile*>(client); }
  static std::int32_t read(void* client, void* data, std::int32_t size) {
    WavpackFile& file = of(client);
    auto* to = static_cast<std::uint8_t*>(data);
    std::int32_t done = 0;
    if (size > 0 && file.pushed_back >= 0) {
      to[done++] = static_cast<std::uint8_t>(file.pushed_back);
      file.pushed_back = -1;
    }
    const auto left = static_cast<std::int64_t>(file.bytes.size()) - file.at;
    const auto count = std::min<std::int64_t>(size - done, left);
    std::memcpy(to + done, file.bytes.data() + file.at, static_cast<std::size_t>(count));
    file.at += count;
    return done + static_cast<std::int32_t>(count);
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
  static int push_back(void* client, int byte) { return of(client).pushed_back = byte; }
  static std::int64_t length(void* client) {
    return static_cast<std::int64_t>(of(client).bytes.size());
  }
  static int can_seek(void*) { return 1; }
};

std::vector<std::int32_t> wavpack_decode(const Bytes& bytes) {
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
  char message[80];
  WavpackContext* const context =
      WavpackOpenFileInputEx64(&functions, &file, nullptr, message, 0, 0);
  require(context != nullptr, "WavPack");
  std::vector<std::int32_t> samples(static_cast<std::size_t>(WavpackGetNumSamples64(context)));
  const std::uint32_t got =
      WavpackUnpackSamples(context, samples.data(), static_cast<std::uint32_t>(samples.size()));
  WavpackCloseFile(context);
  require(got == samples.size(), "WavPack");
  return samples;
}

// ----

Baseline whole(const char* name, Bytes (*encode)(const Samples&),
               void (*decode)(const Bytes&, Samples&)) {
  // A program that reads the streams knows how many samples there are.
  const auto count = std::make_shared<std::size_t>();
  return {name,
          [=](const Samples& samples, std::size_t) {
            *count = samples.size();
            return std::vector<Bytes>{encode(samples)};
          },
          [=](const std::vector<Bytes>& streams, std::size_t) {
            Samples samples(*count);
            decode(streams.front(), samples);
            return samples;
          }};
}

/// @param codes  instead of samples
Baseline by_channel(const char* name, Bytes (*encode)(const std::vector<std::int32_t>&),
                    std::vector<std::int32_t> (*decode)(const Bytes&), bool codes = false) {
  return {name,
          [=](const Samples& samples, std::size_t channels) {
            std::vector<Bytes> streams;
            std::vector<std::int32_t> channel(samples.size() / channels);
            for (std::size_t c = 0; c < channels; ++c) {
              for (std::size_t i = 0; i < channel.size(); ++i) {
                const std::int16_t sample = samples[i * channels + c];
                channel[i] = codes ? Shift6::code(sample) : sample;
              }
              streams.push_back(encode(channel));
            }
            return streams;
          },
          [=](const std::vector<Bytes>& streams, std::size_t channels) {
            Samples samples;
            for (std::size_t c = 0; c < channels; ++c) {
              const std::vector<std::int32_t> channel = decode(streams[c]);
              samples.resize(channel.size() * channels);
              for (std::size_t i = 0; i < channel.size(); ++i) {
                const auto value = static_cast<std::int16_t>(channel[i]);
                samples[i * channels + c] = codes ? Shift6::sample(value) : value;
              }
            }
            return samples;
          }};
}

}  // namespace

std::vector<Baseline> baselines() {
  return {whole("zlib -6", zlib_encode, zlib_decode), whole("zstd -3", zstd_encode, zstd_decode),
          by_channel("FLAC -5", flac_encode<16>, flac_decode),
          by_channel("FLAC of codes", flac_encode<10>, flac_decode, true),
          by_channel("WavPack", wavpack_encode, wavpack_decode)};
}

}  // namespace nrc::bench
