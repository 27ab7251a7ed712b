// SPDX-License-Identifier: Apache-2.0
//
// Differences in Rice codes whose parameter follows the signal: the smallest codec that does well.
#include "method.hpp"
#include "stages/bit_packer.hpp"
#include "value_grid.hpp"

namespace nrc::study {
namespace {

/// As many leading ones are followed by the plain difference.
constexpr int kMaxOnes = 24;
constexpr int kPlainBits = 17;
constexpr int kMaxParameter = 16;
constexpr int kMeanShift = 4;  ///< the mean follows with 1/16
constexpr std::uint32_t kFirstMean = 8U << kMeanShift;

/// The parameter for the next difference: log2 of the running mean of the mapped ones.
class Parameter {
 public:
  int value() const {
    int k = 0;
    while (k < kMaxParameter && (mean_ >> (k + 1 + kMeanShift)) != 0) ++k;
    return k;
  }
  void update(std::uint32_t mapped) { mean_ += mapped - (mean_ >> kMeanShift); }

 private:
  std::uint32_t mean_ = kFirstMean;  ///< 1/16
};

/// 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
std::uint32_t fold(std::int32_t difference) {
  return difference < 0 ? static_cast<std::uint32_t>(-2 * difference - 1)
                        : static_cast<std::uint32_t>(2 * difference);
}

std::int32_t unfold(std::uint32_t mapped) {
  return (mapped & 1) != 0 ? -static_cast<std::int32_t>((mapped + 1) / 2)
                           : static_cast<std::int32_t>(mapped / 2);
}

class DeltaRice : public SampleMethod {
 public:
  using SampleMethod::SampleMethod;

 protected:
  ChannelStream encode(const Samples& samples, double) const override {
    return {encode_on_best_grid(samples,
                                [&](const ValueGrid& grid) { return encode_on(grid, samples); }),
            0};
  }

  Samples decode(const Bytes& bytes, std::size_t count, double) const override {
    std::size_t at = 0;
    const ValueGrid grid = ValueGrid::parse(bytes, at);
    BitReader reader(bytes.data() + at, bytes.size() - at);
    Parameter parameter;
    Samples samples(count);
    std::int32_t last = 0;
    for (std::int16_t& s : samples) {
      const int k = parameter.value();
      std::uint32_t ones = 0;
      while (ones < kMaxOnes && reader.get(1) != 0) ++ones;
      const std::uint32_t mapped =
          ones < kMaxOnes ? (ones << k | reader.get(k)) : reader.get(kPlainBits);
      parameter.update(mapped);
      last += unfold(mapped);
      s = grid.value(last);
    }
    return samples;
  }

 private:
  static Bytes encode_on(const ValueGrid& grid, const Samples& samples) {
    BitPacker packer;
    Parameter parameter;
    std::int32_t last = 0;
    for (const std::int16_t s : samples) {
      const std::int32_t index = grid.index(s);
      const std::uint32_t mapped = fold(index - last);
      const int k = parameter.value();
      const std::uint32_t ones = mapped >> k;
      if (ones < kMaxOnes) {
        packer.put((std::uint32_t{1} << (ones + 1)) - 2, static_cast<int>(ones) + 1);
        packer.put(mapped & ((std::uint32_t{1} << k) - 1), k);
      } else {
        packer.put((std::uint32_t{1} << kMaxOnes) - 1, kMaxOnes);
        packer.put(mapped, kPlainBits);
      }
      parameter.update(mapped);
      last = index;
    }
    Bytes bytes = grid.serialise();
    const Bytes payload = packer.take();
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
  }
};

}  // namespace

void add_rice_methods(Methods& methods) {
  MethodFacts facts;
  facts.name = "rice";
  facts.title = "difference, adaptive Rice code";
  facts.latency = "1";
  facts.state = "last number and mean, 5 B";
  facts.note =
      "Differences of the numbers on the value grid, which is detected automatically and sent in "
      "front; "
      "a list of values only where it pays. The parameter is log2 of a running mean of the "
      "differences.";
  methods.push_back(std::make_unique<DeltaRice>(facts));
}

}  // namespace nrc::study
