// SPDX-License-Identifier: Apache-2.0
#include "autoencoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numeric>

#include "lossy.hpp"
#include "stages/range.hpp"

namespace nrc::study {
namespace {

constexpr std::size_t kBlock = kAutoencoderBlock;
constexpr std::size_t kHidden = kAutoencoderHidden;
/// Mean and deviation of the channel, and the number of its samples, as three numbers of 4 bytes.
constexpr std::size_t kHeaderBytes = 12;
/// Numbers are limited to what the range coder's escapes can hold.
constexpr int kNumberBits = 16;
/// Beyond so many from the centre a number is an escape.
constexpr int kReach = 2000;

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

class Dense {
 public:
  Dense(const DenseWeights& weights, std::size_t inputs, std::size_t outputs)
      : inputs_(inputs), bias_(weights.bias, weights.bias + outputs) {
    const char* text = weights.rows;
    for (std::size_t o = 0; o < outputs; ++o) {
      for (std::size_t i = 0; i < inputs; ++i, text += 2) {
        const auto byte = static_cast<std::uint8_t>(digit(text[0]) << 4 | digit(text[1]));
        matrix_.push_back(static_cast<std::int8_t>(byte) * weights.scales[o]);
      }
    }
  }

  std::vector<double> operator()(const std::vector<double>& x) const {
    std::vector<double> y = bias_;
    const double* row = matrix_.data();
    for (double& value : y) {
      value = std::inner_product(x.begin(), x.end(), row, value);
      row += inputs_;
    }
    return y;
  }

 private:
  std::size_t inputs_;
  std::vector<double> bias_;
  std::vector<double> matrix_;
};

/// direct(x) + out(max(hidden(x), 0)).
class Transform {
 public:
  Transform(const DenseWeights& hidden, const DenseWeights& direct, const DenseWeights& out,
            std::size_t inputs, std::size_t outputs)
      : hidden_(hidden, inputs, kHidden),
        direct_(direct, inputs, outputs),
        out_(out, kHidden, outputs) {}

  std::vector<double> operator()(const std::vector<double>& x) const {
    std::vector<double> hidden = hidden_(x);
    for (double& h : hidden) h = std::max(h, 0.0);
    std::vector<double> y = direct_(x);
    const std::vector<double> more = out_(hidden);
    std::transform(y.begin(), y.end(), more.begin(), y.begin(), std::plus<>());
    return y;
  }

 private:
  Dense hidden_, direct_, out_;
};

class Autoencoder : public LossyCode {
 public:
  explicit Autoencoder(const AutoencoderWeights& w)
      : LossyCode("autoencoder", fmt::format("{} numbers of {} samples", w.numbers, kBlock)),
        numbers_(static_cast<std::size_t>(w.numbers)),
        encode_(w.encode_hidden, w.encode_direct, w.encode_out, kBlock, numbers_),
        decode_(w.decode_hidden, w.decode_direct, w.decode_out, numbers_, kBlock),
        centre_(w.centre, w.centre + w.numbers),
        scale_(w.scale, w.scale + w.numbers) {}

  LossyChannel code(const Samples& samples, double /*rate*/) const override {
    const auto count = static_cast<double>(std::max<std::size_t>(1, samples.size()));
    const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / count;
    double energy = 0.0;
    for (const std::int16_t s : samples) energy += (s - mean) * (s - mean);
    const double deviation = std::max(std::sqrt(energy / count), 1.0);
    const std::size_t blocks = (samples.size() + kBlock - 1) / kBlock;

    RangeEncoder coder(kNumberBits);
    CarryPacker packer;
    std::vector<double> block(kBlock);
    for (std::size_t b = 0; b < blocks; ++b) {
      for (std::size_t i = 0; i < kBlock; ++i) {
        // The last block is padded with its last sample.
        const std::size_t at = std::min(b * kBlock + i, samples.size() - 1);
        block[i] = (samples[at] - mean) / deviation;
      }
      const std::vector<double> numbers = encode_(block);
      for (std::size_t n = 0; n < numbers_; ++n) {
        const auto number =
            static_cast<Code>(std::clamp(std::round(numbers[n]), -32768.0, 32767.0));
        packer.put(coder.encode(interval(number, n), number));
      }
    }
    packer.put(coder.finish());
    const std::vector<std::uint8_t> payload = packer.take();

    LossyChannel channel;
    channel.bytes = kHeaderBytes + payload.size();
    RangeDecoder decoder(payload.data(), payload.size(), kNumberBits);
    std::vector<double> numbers(numbers_);
    for (std::size_t b = 0; b < blocks; ++b) {
      for (std::size_t n = 0; n < numbers_; ++n) numbers[n] = next(decoder, n);
      const std::vector<double> decoded = decode_(numbers);
      for (const double value : decoded) channel.decoded.push_back(mean + deviation * value);
    }
    channel.decoded.resize(samples.size());
    return channel;
  }

 private:
  /// Cumulative frequency below a number, of a logistic distribution.
  std::uint32_t below(int number, std::size_t n) const {
    const double x = (number - 0.5 - centre_[n]) / scale_[n];
    constexpr double kSpan = kTopFrequency - kEscapeFrequency;
    return kEscapeFrequency + static_cast<std::uint32_t>(kSpan / (1.0 + std::exp(-x)));
  }

  Interval interval(int number, std::size_t n) const {
    if (std::abs(number) > kReach) return {0, 0};
    const std::uint32_t low = below(number, n);
    return {low, below(number + 1, n) - low};
  }

  Code next(RangeDecoder& decoder, std::size_t n) const {
    const std::uint32_t target = decoder.target();
    if (target < kEscapeFrequency) return decoder.consume_escape();
    int low = -kReach;
    int high = kReach + 1;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      (below(middle, n) <= target ? low : high) = middle;
    }
    decoder.consume(interval(low, n));
    return static_cast<Code>(low);
  }

  std::size_t numbers_;
  Transform encode_;
  Transform decode_;
  std::vector<double> centre_;
  std::vector<double> scale_;
};

}  // namespace

void add_autoencoders(LossyCodes& codes) {
  for (const AutoencoderWeights& weights : kAutoencoders) {
    codes.push_back(std::make_unique<Autoencoder>(weights));
  }
}

}  // namespace nrc::study
