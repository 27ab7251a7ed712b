// SPDX-License-Identifier: Apache-2.0
#include "file/signal_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "format/samples.hpp"
#include "stages/shift6.hpp"

namespace nrc {
namespace {

/// Fewer frames may look like anything.
constexpr std::size_t kMinFrames = 64;

/// The codes of one channel.
class Channel {
 public:
  Channel(const std::vector<std::int32_t>& samples, const StreamHeader& header, std::size_t index)
      : samples_(samples), header_(header), index_(index) {}

  std::size_t size() const { return samples_.size() / header_.channels; }
  std::int32_t operator[](std::size_t frame) const {
    const std::int32_t sample = samples_[frame * header_.channels + index_];
    return header_.mapping == Mapping::kShift6 ? Shift6::code(static_cast<std::int16_t>(sample))
                                               : sample;
  }
  /// True if a frame is what the usual ways of doubling a rate put between two others: the one
  /// before, or their mean, linear or cubic, give or take the rounding.
  bool interpolated(std::size_t frame) const {
    const Channel& x = *this;
    const std::int64_t near = std::int64_t{x[frame - 1]} + x[frame + 1];
    const std::int64_t far = std::int64_t{x[frame - 3]} + x[frame + 3];
    return x[frame] == x[frame - 1] || std::abs(std::int64_t{2} * x[frame] - near) <= 1 ||
           std::abs(std::int64_t{16} * x[frame] - 9 * near + far) <= 12;
  }

 private:
  const std::vector<std::int32_t>& samples_;
  const StreamHeader& header_;
  std::size_t index_;
};

/// Low bits that are the same in all codes; 0 also if all codes are the same.
int unused_bits(const std::vector<std::int32_t>& samples) {
  std::uint32_t changing = 0;
  for (const std::int32_t sample : samples) {
    changing |= static_cast<std::uint32_t>(sample ^ samples.front());
  }
  return low_zero_bits(changing);
}

/// Whether every second frame of a channel follows from the others, which do not.
bool doubled(const Channel& channel) {
  constexpr std::size_t kFirst = 3;
  constexpr double kMaxHit = 0.99;
  const std::size_t end = channel.size() - kFirst;
  // Frames of either parity, and those that do not follow.
  const std::size_t tried[2] = {(end - kFirst) / 2, (end - kFirst + 1) / 2};
  std::size_t missed[2] = {};
  const auto share = [&](int parity) {
    return 1.0 - static_cast<double>(missed[parity]) / static_cast<double>(tried[parity]);
  };
  for (std::size_t frame = kFirst; frame < end; ++frame) {
    if (channel.interpolated(frame)) continue;
    ++missed[frame % 2];
    // Most signals show soon that they are not.
    if (share(0) <= kMaxHit && share(1) <= kMaxHit) return false;
  }
  return std::max(share(0), share(1)) > kMaxHit && std::min(share(0), share(1)) < 0.8;
}

}  // namespace

int low_zero_bits(std::uint32_t bits) {
  int count = 0;
  while (bits != 0 && (bits >> count & 1) == 0) ++count;
  return count;
}

std::vector<std::int32_t> note_values(const std::vector<std::uint8_t>& samples,
                                      const StreamHeader& header) {
  std::vector<std::int32_t> values(samples.size() / sample_bytes(header.sample_type));
  get_values(header.sample_type, samples.data(), values.size(), values.data());
  return values;
}

std::vector<std::string> signal_notes(const std::vector<std::int32_t>& samples,
                                      const StreamHeader& header) {
  std::vector<std::string> notes;
  if (samples.size() / header.channels < kMinFrames) return notes;
  if (header.mapping == Mapping::kCode) {
    const auto on_grid = [](std::int32_t sample) {
      return Shift6::on_grid(static_cast<std::int16_t>(sample));
    };
    if (!is_wide(header.sample_type) && std::all_of(samples.begin(), samples.end(), on_grid)) {
      notes.emplace_back(
          "all samples are on the grid of a 10-bit ADC, which mapping code does not use; mapping "
          "shift6 does");
    } else if (const int bits = unused_bits(samples); bits > 0) {
      notes.push_back(fmt::format(
          "the lowest {} of a sample's bits never change, and cost as if they did; shift them out "
          "before encoding",
          bits));
    }
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < header.channels; ++i) {
    count += doubled(Channel(samples, header, i)) ? 1 : 0;
  }
  if (2 * count >= header.channels) {
    notes.push_back(fmt::format(
        "every second frame is interpolated from its neighbours in {} of {} channels; a recording "
        "at half the rate holds the same",
        count, header.channels));
  }
  return notes;
}

}  // namespace nrc
