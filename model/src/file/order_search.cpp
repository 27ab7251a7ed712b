// SPDX-License-Identifier: Apache-2.0
#include "file/order_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "file/packet_codes.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"

namespace nrc {

namespace {

/// Products of innovations in all correlations at most: about a second.
constexpr std::size_t kMaxProducts = std::size_t{1} << 30;

/// Innovations of all channels, [channel][frame], of unit length: their products are correlations.
std::vector<std::vector<float>> innovations(const std::vector<std::vector<std::uint8_t>>& packets,
                                            const StreamHeader& header) {
  const std::size_t channels = header.channels;
  const std::size_t most = std::max<std::size_t>(kMaxProducts / (channels * channels), 64);
  PacketCodes packet_codes(header);
  const Predictor predictor(header.code_width);
  std::vector<PredictorState> states(channels);
  std::vector<std::vector<float>> all(channels);
  const std::size_t frame_bytes = sample_bytes(header.sample_type) * channels;
  for (const std::vector<std::uint8_t>& samples : packets) {
    // Packets are from all over the file: each begins anew.
    Pace pace;
    const std::size_t frames = std::min(samples.size() / frame_bytes, most / packets.size() + 1);
    packet_codes.of(samples, frames, [&](const auto& codes) {
      for (std::size_t frame = 0; frame < frames; ++frame) {
        const bool reset = frame == 0;
        const int boost = pace.next(reset);
        for (std::size_t c = 0; c < channels; ++c) {
          const auto code = static_cast<Code>(codes[frame * channels + c]);
          const Prediction p = predictor.predict(states[c], reset);
          if (!reset) all[c].push_back(static_cast<float>(Predictor::innovation(p, code)));
          predictor.update(states[c], p, code, reset, boost);
        }
      }
    });
  }
  for (std::vector<float>& channel : all) {
    double energy = 0;
    for (const float e : channel) energy += double{e} * e;
    const auto scale = static_cast<float>(energy > 0 ? 1 / std::sqrt(energy) : 0);
    for (float& e : channel) e *= scale;
  }
  return all;
}

/// How much of a channel the two before it explain, by its correlations with them and theirs.
double explained(double with_last, double with_second, double between) {
  const double determinant = 1 - between * between;
  // Two channels that are alike explain no more than one of them.
  if (determinant < 1e-6) return with_last * with_last;
  return (with_last * with_last + with_second * with_second -
          2 * with_last * with_second * between) /
         determinant;
}

}  // namespace

std::vector<std::uint16_t> find_channel_order(const std::vector<std::vector<std::uint8_t>>& packets,
                                              const StreamHeader& header) {
  const std::size_t channels = header.channels;
  const std::vector<std::vector<float>> all = innovations(packets, header);
  std::vector<float> correlations(channels * channels);
  for (std::size_t a = 0; a < channels; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      correlations[a * channels + b] = correlations[b * channels + a] =
          std::inner_product(all[a].begin(), all[a].end(), all[b].begin(), 0.0F);
    }
  }
  const auto correlation = [&](std::size_t a, std::size_t b) {
    return double{correlations[a * channels + b]};
  };

  std::vector<bool> placed(channels);
  std::vector<std::uint16_t> order;
  // First the channel that has the most in common with the others.
  double best = -1;
  std::size_t next = 0;
  for (std::size_t a = 0; a < channels; ++a) {
    double sum = 0;
    for (std::size_t b = 0; b < channels; ++b) sum += std::abs(correlation(a, b));
    if (sum > best) {
      best = sum;
      next = a;
    }
  }
  for (;;) {
    order.push_back(static_cast<std::uint16_t>(next));
    placed[next] = true;
    if (order.size() == channels) return order;
    const std::size_t last = next;
    const std::size_t second = order.size() > 1 ? order[order.size() - 2] : last;
    best = -1;
    for (std::size_t c = 0; c < channels; ++c) {
      if (placed[c]) continue;
      const double share = second == last ? correlation(c, last) * correlation(c, last)
                                          : explained(correlation(c, last), correlation(c, second),
                                                      correlation(last, second));
      if (share > best) {
        best = share;
        next = c;
      }
    }
  }
}

}  // namespace nrc
