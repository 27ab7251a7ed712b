// SPDX-License-Identifier: Apache-2.0
#include "baselines.hpp"

#include <zlib.h>
#include <zstd.h>

#include <memory>

#include "mono_audio.hpp"
#include "nrc/error.hpp"
#include "stages/shift6.hpp"

namespace nrc::bench {
namespace {

constexpr int kZlibLevel = 6;
constexpr int kZstdLevel = 3;
constexpr unsigned kFlacLevel = 5;
constexpr unsigned kBestFlacLevel = 8;
constexpr unsigned kRate = 19531;  ///< Hz; the libraries take whole numbers

void require(bool good, const char* library) {
  if (!good) throw Error(std::string(library) + " failed");
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

// ---- One channel

template <unsigned Bits, unsigned Level = kFlacLevel>
Bytes flac_encode(const std::vector<std::int32_t>& samples) {
  return study::flac_encode(samples, Bits, kRate, Level);
}

Bytes wavpack_encode(const std::vector<std::int32_t>& samples) {
  return study::wavpack_encode(samples, kRate, study::WavpackMode::kDefault);
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

Baseline wavpack(const char* name, study::WavpackMode mode) {
  return {name,
          [mode](const Samples& samples, std::size_t channels) {
            const std::vector<std::int32_t> wide(samples.begin(), samples.end());
            return std::vector<Bytes>{
                study::wavpack_encode(wide, kRate, mode, static_cast<unsigned>(channels))};
          },
          [](const std::vector<Bytes>& streams, std::size_t) {
            const std::vector<std::int32_t> wide = study::wavpack_decode(streams.front());
            Samples samples(wide.size());
            for (std::size_t i = 0; i < wide.size(); ++i) {
              samples[i] = static_cast<std::int16_t>(wide[i]);
            }
            return samples;
          }};
}

}  // namespace

std::vector<Baseline> multichannel_baselines() {
  return {whole("zstd -3", zstd_encode, zstd_decode),
          by_channel("FLAC -5", flac_encode<16>, study::flac_decode),
          by_channel("FLAC -8", flac_encode<16, kBestFlacLevel>, study::flac_decode),
          wavpack("WavPack -f", study::WavpackMode::kFast),
          wavpack("WavPack -hhx4", study::WavpackMode::kBest)};
}

std::vector<Baseline> baselines() {
  return {whole("zlib -6", zlib_encode, zlib_decode), whole("zstd -3", zstd_encode, zstd_decode),
          by_channel("FLAC -5", flac_encode<16>, study::flac_decode),
          by_channel("FLAC of codes", flac_encode<10>, study::flac_decode, true),
          by_channel("WavPack", wavpack_encode, study::wavpack_decode)};
}

}  // namespace nrc::bench
