// SPDX-License-Identifier: Apache-2.0
//
// Lossy codes of samples: the codec with rounded codes, MP3, and spikes without what is between
// them. Autoencoders are in autoencoder.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>

#include "format/bytes.hpp"
#include "lossy.hpp"
#include "method.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"

namespace nrc::study {
namespace {

constexpr double kUnknownRate = 20000.0;  ///< Hz

ByteSink append_to(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

/// The range profile as `nrc encode --lossy step=N` has it.
class RoundedCodes : public LossyCode {
 public:
  explicit RoundedCodes(int step)
      : LossyCode("nrc, codes rounded", fmt::format("step={}", step)), step_(step) {}

  LossyChannel code(const Samples& samples, double rate) const override {
    EncodeOptions options;
    options.profile = Profile::kRange;
    options.lossy_step = step_;
    const Bytes image = to_bytes(samples);
    Bytes stream;
    encode_raw(image.data(), image.size(), 1, static_cast<std::uint32_t>(rate * 1000.0), options,
               append_to(stream));
    Bytes decoded;
    FileDecoder decoder(append_to(decoded));
    decoder.add(stream.data(), stream.size());
    decoder.finish();
    LossyChannel channel;
    channel.bytes = stream.size();
    const std::vector<std::int16_t> values = get_samples(decoded.data(), decoded.size() / 2);
    channel.decoded.assign(values.begin(), values.end());
    return channel;
  }

 private:
  int step_;
};

class Mp3Code : public LossyCode {
 public:
  explicit Mp3Code(int kilobits)
      : LossyCode("MP3 (LAME)", kilobits == 0 ? "default" : fmt::format("{} kbit/s", kilobits)),
        method_(mp3_method({}, kilobits)) {}

  LossyChannel code(const Samples& samples, double rate) const override {
    const auto [decoded, bytes] = method_->round_trip(samples, rate);
    return {bytes, Signal(decoded.begin(), decoded.end()), true};
  }

 private:
  std::unique_ptr<SampleMethod> method_;
};

/// How many bits numbers take as an Elias gamma code.
class GammaCode {
 public:
  void put(std::uint64_t number) {  // from 0 on
    bits_ += 1;
    for (std::uint64_t n = number + 1; n > 1; n /= 2) bits_ += 2;
  }
  void put_signed(std::int64_t number) {
    put(static_cast<std::uint64_t>(number >= 0 ? 2 * number : -2 * number - 1));
  }
  std::size_t bytes() const { return (bits_ + 7) / 8; }

 private:
  std::uint64_t bits_ = 0;
};

/// Where the spikes are, and of each of them 1.5 ms of what is above 300 Hz; the mean of the
/// channel between them. The bits are counted.
class SpikesOnly : public LossyCode {
 public:
  /// @param steps_per_noise  steps of the snippets in a noise deviation; 0: no snippets, but the
  /// mean
  ///                         form of all spikes of a sign, which is sent once
  explicit SpikesOnly(int steps_per_noise)
      : LossyCode("spikes only", steps_per_noise == 0
                                     ? "places and mean form"
                                     : fmt::format("snippets, noise/{}", steps_per_noise)),
        steps_per_noise_(steps_per_noise) {}

  LossyChannel code(const Samples& samples, double rate) const override {
    const double hertz = rate > 0.0 ? rate : kUnknownRate;
    const Signal signal(samples.begin(), samples.end());
    const Signal high = high_pass(signal, kSpikeBandHz, hertz);
    const Spikes spikes = detect_spikes(signal, hertz);
    const double mean = std::accumulate(signal.begin(), signal.end(), 0.0) /
                        static_cast<double>(std::max<std::size_t>(1, signal.size()));
    const auto before = static_cast<std::size_t>(kBeforeSeconds * hertz);
    const auto length = static_cast<std::size_t>(kSnippetSeconds * hertz);
    const double step =
        std::max(spikes.threshold / kNoiseDeviations / std::max(1, steps_per_noise_), 1e-3);

    LossyChannel channel;
    channel.decoded.assign(samples.size(), mean);
    GammaCode bits;
    std::array<Signal, 2> forms = {Signal(length), Signal(length)};
    if (steps_per_noise_ == 0) forms = mean_forms(high, spikes, before, length, step, bits);
    std::size_t last = 0;
    for (const std::size_t place : spikes.places) {
      bits.put(place - last);
      last = place;
      const Signal& form = forms[high[place] > 0.0 ? 1 : 0];
      if (steps_per_noise_ == 0) bits.put(high[place] > 0.0 ? 1 : 0);
      std::int64_t previous = 0;
      for (std::size_t i = 0; i < length; ++i) {
        const std::size_t at = place + i - before;
        if (at >= high.size()) continue;  // in front of the first sample as well
        double value = form[i];
        if (steps_per_noise_ != 0) {
          const std::int64_t rounded = std::llround(high[at] / step);
          bits.put_signed(rounded - previous);
          previous = rounded;
          value = static_cast<double>(rounded) * step;
        }
        channel.decoded[at] = mean + value;
      }
    }
    channel.bytes =
        SampleMethod::kRecordingHeaderBytes + SampleMethod::kChannelHeaderBytes + bits.bytes();
    return channel;
  }

 private:
  static constexpr double kBeforeSeconds = 0.0005;
  static constexpr double kSnippetSeconds = 0.0015;

  /// Mean snippet of the spikes of each sign (negative, positive), rounded.
  static std::array<Signal, 2> mean_forms(const Signal& high, const Spikes& spikes,
                                          std::size_t before, std::size_t length, double step,
                                          GammaCode& bits) {
    std::array<Signal, 2> forms = {Signal(length), Signal(length)};
    std::array<double, 2> counts = {};
    for (const std::size_t place : spikes.places) {
      if (place < before || place - before + length > high.size()) continue;
      const std::size_t sign = high[place] > 0.0 ? 1 : 0;
      counts[sign] += 1.0;
      for (std::size_t i = 0; i < length; ++i) forms[sign][i] += high[place - before + i];
    }
    for (std::size_t sign = 0; sign < 2; ++sign) {
      std::int64_t previous = 0;
      for (double& value : forms[sign]) {
        const std::int64_t rounded = std::llround(value / std::max(1.0, counts[sign]) / step);
        bits.put_signed(rounded - previous);
        previous = rounded;
        value = static_cast<double>(rounded) * step;
      }
    }
    return forms;
  }

  int steps_per_noise_;
};

}  // namespace

LossyCodes lossy_codes() {
  LossyCodes codes;
  for (const int step : {2, 4, 8, 12, 16, 24, 32, 64, 128}) {
    codes.push_back(std::make_unique<RoundedCodes>(step));
  }
  for (const int kilobits : {0, 16, 8}) codes.push_back(std::make_unique<Mp3Code>(kilobits));
  for (const int steps : {4, 1, 0}) codes.push_back(std::make_unique<SpikesOnly>(steps));
  add_autoencoders(codes);
  return codes;
}

}  // namespace nrc::study
