// SPDX-License-Identifier: Apache-2.0
//
// Signals that cost as many bits as they can: each code is the one that costs most in the stages'
// state, and of those that cost the same the one that surprises least, so that the scale of the
// noise, and with it the room for surprises, stays small.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "nrc/payload.hpp"
#include "nrc/tables.hpp"
#include "stages/context.hpp"
#include "stages/dispersion.hpp"
#include "stages/huffman.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"

namespace nrc::tb {

/// A code, and what makes it worse than another: bits or improbability first, then calm.
struct CostlyCode {
  Code code = 0;
  int cost = -1;
  std::int32_t surprise = 0;  ///< |e|, 1/64 code

  void offer(Code other, int other_cost, std::int32_t other_surprise) {
    if (other_cost > cost || (other_cost == cost && other_surprise < surprise)) {
      *this = {other, other_cost, other_surprise};
    }
  }
};

/// One channel of the Huffman profile. Keeps a reference to the tables.
class CostlyHuffmanChannel {
 public:
  CostlyHuffmanChannel(const TableSet& tables, int code_width)
      : half_(1 << (code_width - 1)),
        predictor_(code_width),
        context_(tables, code_width),
        huffman_(tables, code_width) {}

  Code next(bool reset) {
    const Prediction p = predictor_.predict(predictor_state_, reset);
    const CodingContext context = context_.select(context_state_, p.code, reset);
    CostlyCode worst;
    for (int c = -half_; c < half_; ++c) {
      const Code code = static_cast<Code>(c);
      worst.offer(code, huffman_.encode(code, p.code, context).length,
                  std::abs(Predictor::innovation(p, code)));
    }
    const int boost = pace_.next(reset);
    context_.update(context_state_, Predictor::innovation(p, worst.code), reset, boost);
    predictor_.update(predictor_state_, p, worst.code, reset, boost);
    return worst.code;
  }

 private:
  int half_;
  Predictor predictor_;
  Context context_;
  HuffmanEncoder huffman_;
  PredictorState predictor_state_;
  ContextState context_state_;
  Pace pace_;
};

/// One channel of the range profile, without neighbour. Keeps a reference to the tables.
class CostlyRangeChannel {
 public:
  CostlyRangeChannel(const RangeTables& tables, int code_width)
      : half_(1 << (code_width - 1)),
        linearizer_(tables, code_width),
        predictor_(code_width),
        dispersion_(tables.initial_scale, code_width),
        model_(tables, linearizer_) {}
  CostlyRangeChannel(const CostlyRangeChannel&) = delete;
  CostlyRangeChannel& operator=(const CostlyRangeChannel&) = delete;

  Code next(bool reset) {
    const Prediction p = predictor_.predict(predictor_state_, reset);
    const int index = dispersion_.index(dispersion_state_, reset);
    CostlyCode worst;
    for (int c = -half_; c < half_; ++c) {
      const Code code = static_cast<Code>(c);
      const Interval interval = model_.of(code, p.value, index);
      const int cost = 65536 - static_cast<int>(interval.escape() ? 0 : interval.frequency);
      worst.offer(code, cost, std::abs(linearizer_.interval(code).value - p.value));
    }
    const std::int32_t value = linearizer_.interval(worst.code).value;
    const int boost = pace_.next(reset);
    dispersion_.update(dispersion_state_, value - p.value, reset, boost);
    predictor_.update_value(predictor_state_, p, value, reset, boost);
    return worst.code;
  }

 private:
  int half_;
  Linearizer linearizer_;
  Predictor predictor_;
  Dispersion dispersion_;
  IntervalModel model_;
  PredictorState predictor_state_;
  DispersionState dispersion_state_;
  Pace pace_;
};

/// The costliest codes of `frames` frames, the first of them in a key packet; all channels carry
/// the same: codes[frame * channels + channel].
inline std::vector<Code> costly_codes(const Tables& tables, int code_width, std::size_t channels,
                                      std::size_t frames) {
  std::vector<Code> codes;
  const auto fill = [&](auto&& channel) {
    for (std::size_t f = 0; f < frames; ++f) {
      codes.insert(codes.end(), channels, channel.next(f == 0));
    }
  };
  if (tables.profile() == Profile::kHuffman) {
    fill(CostlyHuffmanChannel(tables.huffman(), code_width));
  } else {
    fill(CostlyRangeChannel(tables.range(), code_width));
  }
  return codes;
}

/// Upper bound of the payload of a key packet of so many frames, whose first codes are verbatim.
inline std::uint64_t max_key_payload_bytes(Profile profile, int code_width, std::uint64_t channels,
                                           std::uint64_t frames) {
  const std::uint64_t bits = channels * static_cast<std::uint64_t>(code_width) +
                             (frames - 1) * channels * max_code_bits(profile, code_width) +
                             (profile == Profile::kHuffman ? 0 : 1);
  return (bits + 31) / 32 * 4;
}

/// The set with other code lengths: an escape takes the most bits there are, in every table.
inline TableSet with_long_escapes(TableSet set) {
  std::vector<std::uint8_t> lengths;  // ascending; any tree whose deepest leaf is at the limit
  for (int length = 1; length <= kMaxCodeLength; ++length) {
    lengths.push_back(static_cast<std::uint8_t>(length));
  }
  lengths.push_back(kMaxCodeLength);
  while (lengths.size() < static_cast<std::size_t>(set.symbols())) {
    const auto shortest = static_cast<std::uint8_t>(lengths.front() + 1);
    lengths.front() = shortest;
    lengths.push_back(shortest);
    std::sort(lengths.begin(), lengths.end());
  }
  std::reverse(lengths.begin(), lengths.end());
  for (auto& table : set.lengths) table = lengths;
  return set;
}

}  // namespace nrc::tb
