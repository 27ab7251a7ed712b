// SPDX-License-Identifier: Apache-2.0
//
// Compressors of sound: FLAC and WavPack, and MP3, which is lossy. Each channel is a mono stream.
#include <fmt/format.h>
#include <lame/lame.h>
#include <samplerate.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <utility>

#include "method.hpp"
#include "mono_audio.hpp"
#include "nrc/error.hpp"
#include "value_grid.hpp"

namespace nrc::study {
namespace {

constexpr unsigned kFlacLevel = 8;
constexpr unsigned kFlacBlock = 4096;     ///< samples, of that level
constexpr unsigned kUnknownRate = 20000;  ///< Hz, where a library wants one

void require(bool good, const char* library) {
  if (!good) throw Error(std::string(library) + " failed; report this as a bug");
}

unsigned whole_rate(double rate) {
  return rate < 1.0 ? kUnknownRate : static_cast<unsigned>(std::lround(rate));
}

Samples narrow(const std::vector<std::int32_t>& wide) {
  Samples samples(wide.size());
  std::transform(wide.begin(), wide.end(), samples.begin(),
                 [](std::int32_t v) { return static_cast<std::int16_t>(v); });
  return samples;
}

class Flac : public SampleMethod {
 public:
  using SampleMethod::SampleMethod;

 protected:
  ChannelStream encode(const Samples& samples, double rate) const override {
    return {
        flac_encode({samples.begin(), samples.end()}, 16, whole_rate(rate), kFlacLevel, kFlacBlock),
        0};
  }

  Samples decode(const Bytes& bytes, std::size_t, double) const override {
    return narrow(flac_decode(bytes));
  }
};

/// FLAC of the numbers on the value grid; the grid precedes the stream.
class FlacOfNumbers : public Flac {
 public:
  using Flac::Flac;

 protected:
  ChannelStream encode(const Samples& samples, double rate) const override {
    return {encode_on_best_grid(
                samples, [&](const ValueGrid& grid) { return encode_on(grid, samples, rate); }),
            0};
  }

  Samples decode(const Bytes& bytes, std::size_t count, double rate) const override {
    std::size_t at = 0;
    const ValueGrid grid = ValueGrid::parse(bytes, at);
    Samples samples =
        Flac::decode({bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end()}, count, rate);
    for (std::int16_t& s : samples) s = grid.value(s);
    return samples;
  }

 private:
  Bytes encode_on(const ValueGrid& grid, const Samples& samples, double rate) const {
    Samples numbers(samples.size());
    std::transform(samples.begin(), samples.end(), numbers.begin(),
                   [&](std::int16_t s) { return static_cast<std::int16_t>(grid.index(s)); });
    const Bytes flac = Flac::encode(numbers, rate).bytes;
    Bytes bytes = grid.serialise();
    bytes.insert(bytes.end(), flac.begin(), flac.end());
    return bytes;
  }
};

class WavPack : public SampleMethod {
 public:
  using SampleMethod::SampleMethod;

 protected:
  ChannelStream encode(const Samples& samples, double rate) const override {
    return {wavpack_encode({samples.begin(), samples.end()}, whole_rate(rate), WavpackMode::kHigh),
            0};
  }

  Samples decode(const Bytes& bytes, std::size_t, double) const override {
    return narrow(wavpack_decode(bytes));
  }
};

// ---- MP3

/// Samples that a decoder puts in front, besides those of the encoder, at the rate of the MP3.
constexpr std::size_t kMp3DecoderDelay = 529;
constexpr std::size_t kMp3FrameSamples = 1152;
constexpr std::size_t kMp3Piece = 512;  ///< bytes
/// MP3 knows no rates outside, Hz.
constexpr int kLowestMp3Rate = 8000;
constexpr int kHighestMp3Rate = 48000;

void silent(const char*, va_list) {}

int mp3_rate(double rate) {
  return std::clamp(static_cast<int>(whole_rate(rate)), kLowestMp3Rate, kHighestMp3Rate);
}

Samples resampled(const Samples& samples, double ratio) {
  if (samples.empty()) return samples;
  std::vector<float> in(samples.size());
  src_short_to_float_array(samples.data(), in.data(), static_cast<int>(in.size()));
  std::vector<float> out(
      static_cast<std::size_t>(std::ceil(static_cast<double>(in.size()) * ratio)) + 1);
  SRC_DATA data = {};
  data.data_in = in.data();
  data.input_frames = static_cast<long>(in.size());
  data.data_out = out.data();
  data.output_frames = static_cast<long>(out.size());
  data.src_ratio = ratio;
  require(src_simple(&data, SRC_SINC_MEDIUM_QUALITY, 1) == 0, "libsamplerate");
  Samples result(static_cast<std::size_t>(data.output_frames_gen));
  src_float_to_short_array(out.data(), result.data(), static_cast<int>(result.size()));
  return result;
}

/// LAME's instances share tables and a buffer: only one thread may be in the library at a time.
std::mutex& lame_mutex() {
  static std::mutex mutex;
  return mutex;
}

class Mp3 : public SampleMethod {
 public:
  explicit Mp3(MethodFacts facts, int kilobits = 0)
      : SampleMethod(std::move(facts)), kilobits_(kilobits) {}

 protected:
  ChannelStream encode(const Samples& samples, double rate) const override {
    const std::lock_guard<std::mutex> lock(lame_mutex());
    const Encoder encoder = open(rate);
    ChannelStream stream;
    // More than the bound of lame.h, with room for the end and for a higher rate.
    stream.bytes.resize(samples.size() * 6 + 7200 * 4);
    const auto room = static_cast<int>(stream.bytes.size());
    const int size =
        lame_encode_buffer(encoder.get(), samples.data(), samples.data(),
                           static_cast<int>(samples.size()), stream.bytes.data(), room);
    require(size >= 0, "LAME");
    const int rest = lame_encode_flush(encoder.get(), stream.bytes.data() + size, room - size);
    require(rest >= 0, "LAME");
    stream.bytes.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
    return stream;
  }

  /// A few samples more or less than there were.
  Samples decode(const Bytes& bytes, std::size_t, double rate) const override {
    int mp3_samples_rate = 0;
    const Samples samples = decode_mp3(bytes, rate, mp3_samples_rate);
    return resampled(samples, static_cast<double>(mp3_rate(rate)) / mp3_samples_rate);
  }

 private:
  using Encoder = std::unique_ptr<lame_global_struct, decltype(&lame_close)>;

  /// What the stream says, without the delay, at the stream's rate.
  Samples decode_mp3(const Bytes& bytes, double rate, int& mp3_samples_rate) const {
    const std::lock_guard<std::mutex> lock(lame_mutex());
    const std::unique_ptr<hip_global_struct, decltype(&hip_decode_exit)> decoder(hip_decode_init(),
                                                                                 hip_decode_exit);
    hip_set_errorf(decoder.get(), silent);
    hip_set_msgf(decoder.get(), silent);
    hip_set_debugf(decoder.get(), silent);
    std::array<short, 2 * kMp3FrameSamples> left = {};
    std::array<short, 2 * kMp3FrameSamples> right = {};
    Bytes copy = bytes;  // the library takes no const pointer
    Samples samples;
    // In small pieces: the decoder gives nothing while it looks for its first frame.
    for (std::size_t at = 0; at < copy.size(); at += kMp3Piece) {
      std::size_t given = std::min(kMp3Piece, copy.size() - at);
      while (true) {
        const int count =
            hip_decode1(decoder.get(), copy.data() + at, given, left.data(), right.data());
        require(count >= 0, "LAME's decoder");
        given = 0;
        if (count == 0) break;
        samples.insert(samples.end(), left.begin(), left.begin() + count);
      }
    }
    const Encoder encoder = open(rate);
    const std::size_t delay =
        static_cast<std::size_t>(lame_get_encoder_delay(encoder.get())) + kMp3DecoderDelay;
    samples.erase(samples.begin(),
                  samples.begin() + static_cast<std::ptrdiff_t>(std::min(delay, samples.size())));
    mp3_samples_rate = lame_get_out_samplerate(encoder.get());
    return samples;
  }

  Encoder open(double rate) const {
    Encoder encoder(lame_init(), lame_close);
    require(encoder != nullptr, "LAME");
    lame_set_errorf(encoder.get(), silent);
    lame_set_msgf(encoder.get(), silent);
    lame_set_debugf(encoder.get(), silent);
    lame_set_num_channels(encoder.get(), 1);
    lame_set_mode(encoder.get(), MONO);
    lame_set_in_samplerate(encoder.get(), mp3_rate(rate));
    lame_set_bWriteVbrTag(encoder.get(), 0);
    if (kilobits_ != 0) lame_set_brate(encoder.get(), kilobits_);
    require(lame_init_params(encoder.get()) == 0, "LAME");
    return encoder;
  }

  int kilobits_;  ///< per second; 0: LAME's choice
};

}  // namespace

std::unique_ptr<SampleMethod> mp3_method(MethodFacts facts, int kilobits) {
  return std::make_unique<Mp3>(std::move(facts), kilobits);
}

void add_audio_methods(Methods& methods) {
  MethodFacts facts;
  facts.name = "flac";
  facts.title = fmt::format("FLAC -{}", kFlacLevel);
  facts.latency = std::to_string(kFlacBlock);
  facts.state = fmt::format("a block of samples and its residuals, {} KiB",
                            2 * kFlacBlock * sizeof(std::int32_t) / 1024);
  facts.note =
      "FLAC sees 16-bit samples. On the 65535/1023 grid neighbouring codes are 64 or 65 apart, so "
      "that the low bits of a residual carry nothing, and FLAC sends them all the same.";
  methods.push_back(std::make_unique<Flac>(facts));

  facts.name = "flac-numbers";
  facts.title = fmt::format("FLAC -{} of the numbers on the grid", kFlacLevel);
  facts.note = "The value grid is removed first, as for Rice codes, and sent in front.";
  methods.push_back(std::make_unique<FlacOfNumbers>(facts));

  facts.name = "wavpack";
  facts.title = "WavPack, high";
  facts.latency = "a block, about a second";
  facts.state = "the block, and some KiB of filters";
  facts.note = "As FLAC, it takes the gaps of the grid for a part of the signal.";
  methods.push_back(std::make_unique<WavPack>(facts));

  facts.name = "mp3";
  facts.title = "MP3 (LAME)";
  facts.lossless = false;
  facts.latency = "some 1,700: a granule, and delays of encoder and decoder";
  facts.state = "some 100 KiB";
  facts.note =
      "Lossy. LAME's defaults; it resamples to the next rate of MP3 and takes the constant bit "
      "rate nearest to 1/11 of 16-bit samples: 22,050 Hz and 32 kbit/s at 19,531 Hz. Rates below "
      "8 kHz are called 8 kHz. The error is measured after resampling back, at the shift where it "
      "is least.";
  methods.push_back(std::make_unique<Mp3>(facts));
}

}  // namespace nrc::study
