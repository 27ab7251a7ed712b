// SPDX-License-Identifier: Apache-2.0
#include "stages/payload.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "format/lanes.hpp"
#include "nrc/error.hpp"
#include "stages/bit_packer.hpp"
#include "stages/context.hpp"
#include "stages/dispersion.hpp"
#include "stages/huffman.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "stages/narrow.hpp"
#include "stages/narrow_coder.hpp"
#include "stages/narrow_interval.hpp"
#include "stages/narrow_range.hpp"
#include "stages/neighbour.hpp"
#include "stages/neural_predictor.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"
#include "stages/range.hpp"
#include "stages/rounding.hpp"
#include "stages/taps.hpp"

namespace nrc {

namespace {

constexpr std::uint64_t kMaxIntervalBits = 15;  ///< bits of a code of the range profile, no escape

/// What the hardware's buffers are made for must hold: a breach is an error of this library.
void check_bound(const char* what, std::uint64_t bits, std::uint64_t bound) {
  if (bits > bound) {
    throw std::logic_error("internal error: a " + std::string(what) + " of " +
                           std::to_string(bits) + " bits, where " + std::to_string(bound) +
                           " are the most; please report it");
  }
}

/// A decoded number must be that of a multiple that codes are rounded to.
void check_number(const Rounder& rounder, Code number) {
  if (!rounder.contains(number)) {
    throw Error("a code of the payload lies outside its range, rounded by " +
                std::to_string(rounder.step()));
  }
}

/// The bit strings of a payload as it grows.
template <class Packer>
class LanePackers {
 public:
  /// Allocates the memory for a payload of that many bytes at most, which one lane may have nearly
  /// all of.
  void reserve(std::uint64_t bytes, int lanes) {
    for (int l = 0; l < lanes; ++l) {
      at(l).packer.reserve(bytes);
      if (lanes > 1) at(l).bytes.reserve(bytes);
    }
  }
  void put(int lane, const Codeword& word) {
    at(lane).packer.put(word.bits, word.length);
    at(lane).bits += static_cast<std::size_t>(word.length);
  }
  void put(int lane, const CarryWord& word) {
    at(lane).packer.put(word);
    at(lane).bits += static_cast<std::size_t>(word.length);
  }
  /// The payload, in the place of what `payload` holds; restarts.
  void take(int lanes, std::vector<std::uint8_t>& payload) {
    if (lanes == 1) {
      lanes_[0].packer.take(payload);
      lanes_[0].bits = 0;
      return;
    }
    std::array<LaneBytes, kMaxLanes> bytes;
    for (int l = 0; l < lanes; ++l) {
      Lane& lane = at(l);
      lane.packer.take(lane.bytes);
      bytes[static_cast<std::size_t>(l)] = {lane.bytes.data(), (lane.bits + 7) / 8};
      lane.bits = 0;
    }
    join_lanes(bytes, lanes, payload);
  }

 private:
  struct Lane {
    Packer packer;
    std::size_t bits = 0;
    std::vector<std::uint8_t> bytes;
  };
  Lane& at(int lane) { return lanes_[static_cast<std::size_t>(lane)]; }

  std::array<Lane, kMaxLanes> lanes_;
};

// ---- Huffman profile: rounding -> predictor -> context -> huffman -> bit_packer; pace for
// predictor and context. With the narrow state, stage narrow takes the place of predictor and
// context, and no code is rounded.

/// What is known of a code of the Huffman profile before it is.
struct HuffmanExpectation {
  Prediction prediction;
  CodingContext context;
  const Rounder* rounder;
  std::int32_t number;  ///< of the multiple nearest to the predicted code
};

/// The stages that encoder and decoder share, and the state of all channels.
class FullStages {
 protected:
  struct Channel {
    PredictorState predictor;
    ContextState context;
  };

  FullStages(const TableSet& tables, const TableSet& rounded, int code_width,
             std::uint32_t channels)
      : rounding_(code_width),
        predictor_(code_width),
        context_(tables, code_width),
        rounded_context_(rounded, code_width),
        channels_(channels) {}

  void begin_packet(int step, bool proportional) { rounding_.set(step, proportional); }
  void begin_frame(bool reset) { boost_ = pace_.next(reset); }

  /// @param exact  the channel is not rounded, whatever the packet's step
  HuffmanExpectation expect(const Channel& channel, bool reset, bool exact) const {
    const Prediction prediction = predictor_.predict(channel.predictor, reset);
    const Rounder& rounder =
        exact ? rounding_.exact()
              : rounding_.of(context_.scale(channel.context, reset), prediction.deviation);
    if (rounder.step() == 1) {
      return {prediction, context_.select(channel.context, prediction.code, reset), &rounder,
              prediction.code};
    }
    return {prediction,
            rounded_context_.select_rounded(context_.scale(channel.context, reset), rounder.step()),
            &rounder, rounder.number(prediction.code)};
  }

  void update(Channel& channel, const HuffmanExpectation& expected, Code code, bool reset) const {
    const Prediction& prediction = expected.prediction;
    context_.update(channel.context, Predictor::innovation(prediction, code), reset, boost_);
    predictor_.update(channel.predictor, prediction, code, reset, boost_);
  }

  CodeRounding rounding_;
  Predictor predictor_;
  Context context_;
  Context rounded_context_;
  std::vector<Channel> channels_;
  Pace pace_;
  int boost_ = 0;  ///< of the frame
};

/// The same with the narrow state.
class NarrowStages {
 protected:
  using Channel = NarrowState;

  NarrowStages(const TableSet& tables, const TableSet& /*rounded*/, int code_width,
               std::uint32_t channels)
      : exact_(code_width), narrow_(tables, code_width), channels_(channels) {}

  void begin_packet(int /*step*/, bool /*proportional*/) {}
  void begin_frame(bool reset) { boost_ = pace_.next(reset); }

  HuffmanExpectation expect(const Channel& channel, bool /*reset*/, bool /*exact*/) const {
    const std::int32_t code = Narrow::predict(channel);
    return {{0, 0, code}, narrow_.select(channel, code), &exact_, code};
  }

  void update(Channel& channel, const HuffmanExpectation& expected, Code code, bool reset) const {
    narrow_.update(channel, expected.prediction.code, code, reset, boost_, pace_.slow());
  }

  Rounder exact_;
  Narrow narrow_;
  std::vector<Channel> channels_;
  Pace pace_;
  int boost_ = 0;  ///< of the frame
};

/// The classes of the channels, if they have any (section 18).
class HuffmanClasses {
 public:
  /// @param channels  0: they have none
  explicit HuffmanClasses(std::uint32_t channels)
      : next_(channels, ChannelClass::kRounded), now_(next_) {}

  bool any() const { return !now_.empty(); }
  void set(const std::vector<ChannelClass>& classes) { next_ = classes; }
  void begin_key_packet() { now_ = next_; }
  void take_over(std::size_t channel, std::uint32_t number) {
    now_[channel] = static_cast<ChannelClass>(number);
  }
  ChannelClass of(std::size_t channel) const {
    return any() ? now_[channel] : ChannelClass::kRounded;
  }
  const std::vector<ChannelClass>& all() const { return now_; }
  /// Bits of a channel that sends no codes, for one in a frame: the last one keeps its place.
  int silent_bits(std::size_t channel) const { return channel + 1 == now_.size() ? 1 : 0; }

 private:
  std::vector<ChannelClass> next_;
  std::vector<ChannelClass> now_;
};

template <class Stages>
class HuffmanPayloadEncoder : public PayloadEncoder, Stages {
  using typename Stages::Channel;

 public:
  HuffmanPayloadEncoder(const TableSet& tables, const TableSet& rounded, int code_width,
                        std::uint32_t channels, bool classes)
      : Stages(tables, rounded, code_width, channels),
        classes_(classes ? channels : 0),
        code_width_(code_width),
        max_code_bits_(max_code_bits(Profile::kHuffman, code_width)),
        huffman_(tables, code_width),
        rounded_huffman_(rounded, code_width) {}

  void reserve(std::uint64_t codes) override {
    packers_.reserve(max_payload_bytes(Profile::kHuffman, code_width_, codes), lanes());
  }

  void set_classes(const std::vector<ChannelClass>& classes) override {
    if (!classes_.any()) PayloadEncoder::set_classes(classes);
    classes_.set(classes);
  }

  void encode(const Code* codes, std::size_t frames, bool key,
              std::vector<std::uint8_t>& payload) override {
    payload.clear();
    if (frames == 0) return;
    this->begin_packet(step(), proportional());
    if (key) classes_.begin_key_packet();
    const auto begins = lane_begins(lanes(), this->channels_.size());
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const bool reset = key && frame == 0;
      this->begin_frame(reset);
      for (int lane = 0; lane < lanes(); ++lane) {
        const std::size_t end = begins[static_cast<std::size_t>(lane) + 1];
        for (std::size_t c = begins[static_cast<std::size_t>(lane)]; c < end; ++c) {
          Channel& channel = this->channels_[c];
          const ChannelClass channel_class = classes_.of(c);
          const auto class_bits = static_cast<std::uint32_t>(channel_class);
          if (!sends_codes(channel_class)) {
            packers_.put(lane, reset ? Codeword{class_bits, kChannelClassBits}
                                     : Codeword{0, classes_.silent_bits(c)});
            ++codes;
            continue;
          }
          const HuffmanExpectation expected =
              this->expect(channel, reset, channel_class == ChannelClass::kLossless);
          const Rounder& rounder = *expected.rounder;
          const HuffmanEncoder& huffman = rounder.step() == 1 ? huffman_ : rounded_huffman_;
          const auto number = static_cast<Code>(rounder.number(*codes++));
          Codeword word = reset ? huffman.verbatim(number)
                                : huffman.encode(number, expected.number, expected.context);
          if (reset && classes_.any()) {
            word.bits |= class_bits << word.length;
            word.length += kChannelClassBits;
          }
          check_bound("code", static_cast<std::uint64_t>(word.length), max_code_bits_);
          packers_.put(lane, word);
          this->update(channel, expected, static_cast<Code>(rounder.code(number)), reset);
        }
      }
    }
    packers_.take(lanes(), payload);
    check_bound("payload", payload.size() * 8,
                max_payload_bytes(Profile::kHuffman, code_width_, frames * this->channels_.size(),
                                  lanes()) *
                    8);
  }

 private:
  HuffmanClasses classes_;
  int code_width_;
  std::uint64_t max_code_bits_;
  HuffmanEncoder huffman_;
  HuffmanEncoder rounded_huffman_;
  LanePackers<BitPacker> packers_;
};

template <class Stages>
class HuffmanPayloadDecoder : public PayloadDecoder, Stages {
  using typename Stages::Channel;

 public:
  HuffmanPayloadDecoder(const TableSet& tables, const TableSet& rounded, int code_width,
                        std::uint32_t channels, bool classes)
      : Stages(tables, rounded, code_width, channels),
        classes_(classes ? channels : 0),
        huffman_(tables, code_width),
        rounded_huffman_(rounded, code_width) {}

  std::vector<ChannelClass> classes() const override { return classes_.all(); }

  std::uint64_t max_codes(std::size_t size) const override {
    // With classes a frame takes at least a bit.
    return max_payload_codes(Profile::kHuffman, size) *
           (classes_.any() ? this->channels_.size() : 1);
  }

  void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool key,
              std::vector<Code>& codes) override {
    if (frames == 0 && size == 0) return;
    this->begin_packet(step(), proportional());
    const std::array<LaneBytes, kMaxLanes> bytes = split_lanes(payload, size, lanes());
    std::array<std::optional<BitReader>, kMaxLanes> readers;
    for (int lane = 0; lane < lanes(); ++lane) {
      const LaneBytes& part = bytes[static_cast<std::size_t>(lane)];
      readers[static_cast<std::size_t>(lane)].emplace(part.data, part.size);
    }
    LaneFaults faults(lanes());
    const auto begins = lane_begins(lanes(), this->channels_.size());
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const bool reset = key && frame == 0;
      this->begin_frame(reset);
      for (int lane = 0; lane < faults.sound(); ++lane) {
        BitReader& reader = *readers[static_cast<std::size_t>(lane)];
        faults.during(lane, [&] {
          const std::size_t end = begins[static_cast<std::size_t>(lane) + 1];
          for (std::size_t c = begins[static_cast<std::size_t>(lane)]; c < end; ++c) {
            codes.push_back(decode_code(reader, c, reset));
          }
          if (reader.overrun()) throw Error("the payload is too short");
        });
      }
    }
    for (int lane = 0; lane < faults.sound(); ++lane) {
      BitReader& reader = *readers[static_cast<std::size_t>(lane)];
      const std::size_t length = bytes[static_cast<std::size_t>(lane)].size;
      faults.during(lane, [&] {
        if (!lane_length_right(reader.consumed_bits(), length, lane + 1 == lanes()) ||
            reader.peek(static_cast<int>(length * 8 - reader.consumed_bits())) != 0) {
          throw Error("the payload goes on after its last code");
        }
      });
    }
    faults.report();
  }

  void skip(const Code* codes, std::size_t frames, bool key) override {
    this->begin_packet(step(), proportional());
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const bool reset = key && frame == 0;
      this->begin_frame(reset);
      for (Channel& channel : this->channels_) {
        const HuffmanExpectation expected = this->expect(channel, reset, false);
        const Rounder& rounder = *expected.rounder;
        const auto code = static_cast<Code>(rounder.code(rounder.number(*codes++)));
        this->update(channel, expected, code, reset);
      }
    }
  }

 private:
  Code decode_code(BitReader& reader, std::size_t number_of_channel, bool reset) {
    Channel& channel = this->channels_[number_of_channel];
    if (reset && classes_.any()) {
      classes_.take_over(number_of_channel, reader.get(kChannelClassBits));
    }
    const ChannelClass channel_class = classes_.of(number_of_channel);
    if (!sends_codes(channel_class)) {
      if (!reset && reader.get(classes_.silent_bits(number_of_channel)) != 0) {
        throw Error("a bit of a channel that sends none");
      }
      return 0;
    }
    const HuffmanExpectation expected =
        this->expect(channel, reset, channel_class == ChannelClass::kLossless);
    const Rounder& rounder = *expected.rounder;
    const HuffmanDecoder& huffman = rounder.step() == 1 ? huffman_ : rounded_huffman_;
    const Code number = reset ? huffman.decode_verbatim(reader)
                              : huffman.decode(reader, expected.number, expected.context);
    check_number(rounder, number);
    const auto code = static_cast<Code>(rounder.code(number));
    this->update(channel, expected, code, reset);
    return code;
  }

  HuffmanClasses classes_;
  HuffmanDecoder huffman_;
  HuffmanDecoder rounded_huffman_;
};

// ---- range profile: predictor, taps, neighbour, linearizer, dispersion, pace -> interval -> range
// -> carry_packer. Neural profile: the same with the neural predictor after predictor and
// dispersion. With the narrow state, narrow_range takes the place of predictor and dispersion,
// narrow_interval that of linearizer and interval, and narrow_coder that of range.

class RangeStages {
 protected:
  struct Channel {
    PredictorState predictor;
    DispersionState dispersion;
    TapsState taps;
    NeighbourState neighbour;
    NeuralState neural;
  };
  /// The codes, or the multiples of a rounding step, as places in the ADC's input range.
  struct Grid {
    Grid(const RangeTables& tables, int code_width, int step)
        : linearizer(tables, code_width, step), model(tables, linearizer) {}
    Grid(const Grid&) = delete;
    Grid& operator=(const Grid&) = delete;
    Linearizer linearizer;
    IntervalModel model;  ///< refers to the linearizer
  };
  /// What is known of a code before it is.
  struct Expectation {
    const Grid* grid;
    Prediction uncorrected;
    std::int32_t tapped;  ///< after stage taps, 1/64 code
    std::int32_t value;   ///< after all corrections, 1/64 code
    int index;
    int steady;  ///< neural profile: the dispersion index without its burst

    const Rounder& rounder() const { return grid->linearizer.rounder(); }
    Interval interval(Code number) const { return grid->model.of(number, value, index); }
    Code find(std::uint32_t target) const { return grid->model.find(target, value, index); }
    int plain_bits() const { return grid->model.plain_bits(index); }
  };
  static constexpr RangePrecision kPrecision = kFullPrecision;

  RangeStages(const Tables& all, int code_width, std::uint32_t channels,
              const Corrections& corrections)
      : RangeStages(all.range(), code_width, channels, corrections) {
    if (all.profile() == Profile::kNeural) neural_.emplace(all.neural().network, code_width);
  }
  RangeStages(const RangeTables& tables, int code_width, std::uint32_t channels,
              const Corrections& corrections)
      : code_width_(code_width),
        corrections_(corrections),
        tables_(tables),
        rounding_(code_width),
        predictor_(code_width),
        taps_(code_width),
        neighbour_(code_width),
        dispersion_(tables.initial_scale, code_width),
        channels_(channels) {
    begin_packet(1, false);
  }

  /// Makes the grids that a step needs when it is first used.
  void begin_packet(int step, bool proportional) {
    rounding_.set(step, proportional);
    for (int i = lossy_index(step); i >= 0; i = proportional ? i - 1 : -1) {
      std::unique_ptr<Grid>& grid = grids_[static_cast<std::size_t>(i)];
      if (!grid) grid = std::make_unique<Grid>(tables_, code_width_, lossy_step(i));
    }
  }

  void begin_frame(bool reset) {
    inputs_ = {};
    boost_ = pace_.next(reset);
  }

  Expectation expect(const Channel& channel, bool reset) const {
    const Prediction p = predictor_.predict(channel.predictor, reset);
    const int step = rounding_.of(dispersion_.scale(channel.dispersion, reset), p.deviation).step();
    const Grid* const grid = grids_[static_cast<std::size_t>(lossy_index(step))].get();
    const int index = dispersion_.index(channel.dispersion, reset, step);
    if (neural_) return expect_neural(channel, grid, p, index, reset);
    std::int32_t value = p.value;
    if (corrections_.taps) value = taps_.correct(channel.taps, value, reset);
    const std::int32_t tapped = value;
    if (corrections_.neighbour)
      value = neighbour_.correct(channel.neighbour, inputs_, value, reset);
    return {grid, p, tapped, value, index, index};
  }

  /// @param number  of the multiple that the code is rounded to, or the code
  void update(Channel& channel, const Expectation& expected, Code number, bool reset) {
    const int step = expected.rounder().step();
    const std::int32_t value = expected.grid->linearizer.interval(number).value;
    // A network corrects what is coded, and the other stages go on as without it.
    const std::int32_t innovation = value - (neural_ ? expected.uncorrected.value : expected.value);
    if (neural_) NeuralPredictor::update(channel.neural, innovation, expected.steady, reset);
    if (corrections_.taps) {
      taps_.update(channel.taps, value - expected.uncorrected.value, innovation, reset, boost_,
                   step);
    }
    if (corrections_.neighbour) {
      Neighbour::update(channel.neighbour, inputs_, innovation, reset, boost_, step);
      neighbour_.pass(inputs_, value - expected.tapped);
    }
    dispersion_.update(channel.dispersion, innovation, reset, boost_);
    predictor_.update_value(channel.predictor, expected.uncorrected, value, reset, boost_, step);
  }

  Expectation expect_neural(const Channel& channel, const Grid* grid, const Prediction& p,
                            int index, bool reset) const {
    const int burst = reset ? 0 : static_cast<int>(channel.dispersion.burst);
    const NeuralExpectation corrected =
        neural_->correct(reset ? NeuralState() : channel.neural, p,
                         reset ? 0 : channel.predictor.last, index - burst, burst);
    return {grid, p, p.value, corrected.value, corrected.index, index - burst};
  }

  int code_width_;
  Corrections corrections_;
  const RangeTables& tables_;
  CodeRounding rounding_;
  Predictor predictor_;
  Taps taps_;
  Neighbour neighbour_;
  Dispersion dispersion_;
  std::array<std::unique_ptr<Grid>, kLossySteps> grids_;
  std::optional<NeuralPredictor> neural_;
  std::vector<Channel> channels_;
  NeighbourInputs inputs_{};  ///< from the channels before
  Pace pace_;
  int boost_ = 0;  ///< of the frame
};

/// The same with the narrow state, which knows neither corrections nor rounded codes.
class NarrowRangeStages {
 protected:
  using Channel = NarrowRangeState;
  struct Expectation {
    const NarrowRangeStages* stages;
    std::int32_t prediction;  ///< 1/16 code
    int index;

    const Rounder& rounder() const { return stages->exact_; }
    Interval interval(Code code) const { return stages->model_.of(code, prediction, index); }
    Code find(std::uint32_t target) const { return stages->model_.find(target, prediction, index); }
    int plain_bits() const { return stages->model_.plain_bits(index); }
  };
  static constexpr RangePrecision kPrecision = kNarrowPrecision;

  NarrowRangeStages(const Tables& tables, int code_width, std::uint32_t channels,
                    const Corrections& /*corrections*/)
      : code_width_(code_width),
        exact_(code_width),
        narrow_(tables.range().initial_scale, code_width),
        model_(tables.range(), code_width),
        channels_(channels) {}

  void begin_packet(int /*step*/, bool /*proportional*/) {}
  void begin_frame(bool reset) { boost_ = pace_.next(reset); }

  Expectation expect(const Channel& channel, bool /*reset*/) const {
    return {this, NarrowRange::predict(channel), NarrowRange::index(channel)};
  }

  void update(Channel& channel, const Expectation& expected, Code code, bool reset) const {
    narrow_.update(channel, expected.prediction, model_.value(code), reset, boost_, pace_.slow());
  }

  int code_width_;
  Rounder exact_;
  NarrowRange narrow_;
  NarrowInterval model_;
  std::vector<Channel> channels_;
  Pace pace_;
  int boost_ = 0;  ///< of the frame
};

template <class Stages>
class RangePayloadEncoder : public PayloadEncoder, Stages {
  using typename Stages::Channel;
  using typename Stages::Expectation;

 public:
  RangePayloadEncoder(const Tables& tables, int code_width, std::uint32_t channels,
                      const Corrections& corrections)
      : Stages(tables, code_width, channels, corrections),
        max_code_bits_(max_code_bits(Profile::kRange, code_width)),
        coders_(kMaxLanes, RangeEncoder(code_width, Stages::kPrecision)) {}

  void reserve(std::uint64_t codes) override {
    packers_.reserve(max_payload_bytes(Profile::kRange, this->code_width_, codes), lanes());
  }

  void encode(const Code* codes, std::size_t frames, bool key,
              std::vector<std::uint8_t>& payload) override {
    payload.clear();
    if (frames == 0) return;
    this->begin_packet(step(), proportional());
    const auto begins = lane_begins(lanes(), this->channels_.size());
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const bool reset = key && frame == 0;
      this->begin_frame(reset);
      for (int lane = 0; lane < lanes(); ++lane) {
        const std::size_t end = begins[static_cast<std::size_t>(lane) + 1];
        for (std::size_t c = begins[static_cast<std::size_t>(lane)]; c < end; ++c) {
          encode_code(*codes++, lane, this->channels_[c], reset);
        }
      }
    }
    for (int lane = 0; lane < lanes(); ++lane) packers_.put(lane, coder(lane).finish());
    packers_.take(lanes(), payload);
    check_bound("payload", payload.size() * 8,
                max_payload_bytes(Profile::kRange, this->code_width_,
                                  frames * this->channels_.size(), lanes()) *
                    8);
  }

 private:
  RangeEncoder& coder(int lane) { return coders_[static_cast<std::size_t>(lane)]; }

  void encode_code(Code code, int lane, Channel& channel, bool reset) {
    const Expectation expected = this->expect(channel, reset);
    const auto number = static_cast<Code>(expected.rounder().number(code));
    const CarryWord word =
        reset ? coder(lane).verbatim(number)
              : coder(lane).encode(expected.interval(number), number, expected.plain_bits());
    check_bound("code", static_cast<std::uint64_t>(word.length), max_code_bits_);
    packers_.put(lane, word);
    this->update(channel, expected, number, reset);
  }

  std::uint64_t max_code_bits_;
  std::vector<RangeEncoder> coders_;
  LanePackers<CarryPacker> packers_;
};

template <class Stages>
class RangePayloadDecoder : public PayloadDecoder, Stages {
  using typename Stages::Channel;
  using typename Stages::Expectation;

 public:
  RangePayloadDecoder(const Tables& tables, int code_width, std::uint32_t channels,
                      const Corrections& corrections)
      : Stages(tables, code_width, channels, corrections) {}

  std::uint64_t max_codes(std::size_t size) const override {
    return max_payload_codes(Profile::kRange, size);
  }

  void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool key,
              std::vector<Code>& codes) override {
    if (frames == 0 && size == 0) return;
    this->begin_packet(step(), proportional());
    const std::array<LaneBytes, kMaxLanes> bytes = split_lanes(payload, size, lanes());
    std::array<std::optional<RangeDecoder>, kMaxLanes> coders;
    for (int lane = 0; lane < lanes(); ++lane) {
      const LaneBytes& part = bytes[static_cast<std::size_t>(lane)];
      coders[static_cast<std::size_t>(lane)].emplace(part.data, part.size, this->code_width_,
                                                     Stages::kPrecision);
    }
    LaneFaults faults(lanes());
    const auto begins = lane_begins(lanes(), this->channels_.size());
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const bool reset = key && frame == 0;
      this->begin_frame(reset);
      for (int lane = 0; lane < faults.sound(); ++lane) {
        RangeDecoder& coder = *coders[static_cast<std::size_t>(lane)];
        faults.during(lane, [&] {
          const std::size_t end = begins[static_cast<std::size_t>(lane) + 1];
          for (std::size_t c = begins[static_cast<std::size_t>(lane)]; c < end; ++c) {
            Channel& channel = this->channels_[c];
            const Expectation expected = this->expect(channel, reset);
            const Rounder& rounder = expected.rounder();
            const Code number = reset ? coder.consume_verbatim() : next(coder, expected);
            check_number(rounder, number);
            codes.push_back(static_cast<Code>(rounder.code(number)));
            this->update(channel, expected, number, reset);
          }
          if (coder.overrun()) throw Error("the payload is too short");
        });
      }
    }
    for (int lane = 0; lane < faults.sound(); ++lane) {
      const RangeDecoder& coder = *coders[static_cast<std::size_t>(lane)];
      faults.during(lane, [&] {
        if (!lane_length_right(coder.consumed_bits(), bytes[static_cast<std::size_t>(lane)].size,
                               lane + 1 == lanes()) ||
            !coder.padding_is_zero()) {
          throw Error("the payload goes on after its last code");
        }
      });
    }
    faults.report();
  }

  void skip(const Code* codes, std::size_t frames, bool key) override {
    this->begin_packet(step(), proportional());
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const bool reset = key && frame == 0;
      this->begin_frame(reset);
      for (Channel& channel : this->channels_) {
        const Expectation expected = this->expect(channel, reset);
        const Rounder& rounder = expected.rounder();
        this->update(channel, expected, static_cast<Code>(rounder.number(*codes++)), reset);
      }
    }
  }

 private:
  Code next(RangeDecoder& coder, const Expectation& expected) const {
    const std::uint32_t target = coder.target();
    if (coder.escape(target)) return coder.consume_escape();
    const Code code = expected.find(target);
    coder.consume(expected.interval(code));
    const int plain = expected.plain_bits();
    return plain == 0 ? code : static_cast<Code>(code + coder.consume_plain(plain));
  }
};

}  // namespace

std::uint64_t max_code_bits(Profile profile, int code_width) {
  const auto width = static_cast<std::uint64_t>(code_width);
  if (profile == Profile::kCascade) return width;
  return profile == Profile::kHuffman ? kMaxCodeLength + width
                                      : std::max(kEscapeOverhead + width, kMaxIntervalBits);
}

std::uint64_t max_payload_bytes(Profile profile, int code_width, std::uint64_t codes, int lanes) {
  // The range coder's last bit, or the form of the cascade profile.
  const std::uint64_t others = profile == Profile::kHuffman   ? 0
                               : profile == Profile::kCascade ? 8
                                                              : 1;
  const auto more = static_cast<std::uint64_t>(lanes - 1);
  const std::uint64_t bits =
      codes * max_code_bits(profile, code_width) + others + more * (others + 8 * kLaneOverhead);
  return (bits + 31) / 32 * 4;
}

std::uint64_t max_payload_codes(Profile profile, std::uint64_t bytes) {
  // Every code takes at least a bit.
  if (profile == Profile::kHuffman) return bytes * 8;
  // All codes of a channel may be one.
  if (profile == Profile::kCascade) return kMaxPacketSamples;
  // The likeliest code has 65519 of 65536 parts: 2,671 of them take a bit.
  return (bytes * 8 + 16) * 2672;
}

std::unique_ptr<PayloadEncoder> make_stages_encoder(const Tables& tables, const TableSet& rounded,
                                                    int code_width, std::uint32_t channels,
                                                    const Corrections& corrections, bool classes) {
  if (tables.profile() == Profile::kHuffman) {
    return std::make_unique<HuffmanPayloadEncoder<FullStages>>(tables.huffman(), rounded,
                                                               code_width, channels, classes);
  }
  return std::make_unique<RangePayloadEncoder<RangeStages>>(tables, code_width, channels,
                                                            corrections);
}

std::unique_ptr<PayloadDecoder> make_stages_decoder(const Tables& tables, const TableSet& rounded,
                                                    int code_width, std::uint32_t channels,
                                                    const Corrections& corrections, bool classes) {
  if (tables.profile() == Profile::kHuffman) {
    return std::make_unique<HuffmanPayloadDecoder<FullStages>>(tables.huffman(), rounded,
                                                               code_width, channels, classes);
  }
  return std::make_unique<RangePayloadDecoder<RangeStages>>(tables, code_width, channels,
                                                            corrections);
}

std::unique_ptr<PayloadEncoder> make_narrow_encoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels) {
  if (tables.profile() == Profile::kHuffman) {
    return std::make_unique<HuffmanPayloadEncoder<NarrowStages>>(tables.huffman(), tables.huffman(),
                                                                 code_width, channels, false);
  }
  return std::make_unique<RangePayloadEncoder<NarrowRangeStages>>(tables, code_width, channels,
                                                                  Corrections{});
}

std::unique_ptr<PayloadDecoder> make_narrow_decoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels) {
  if (tables.profile() == Profile::kHuffman) {
    return std::make_unique<HuffmanPayloadDecoder<NarrowStages>>(tables.huffman(), tables.huffman(),
                                                                 code_width, channels, false);
  }
  return std::make_unique<RangePayloadDecoder<NarrowRangeStages>>(tables, code_width, channels,
                                                                  Corrections{});
}

namespace {

[[noreturn]] void not_wide() {
  throw std::logic_error("internal error: wide codes in a profile without them; please report it");
}

}  // namespace

void PayloadEncoder::set_classes(const std::vector<ChannelClass>& /*classes*/) {
  throw std::logic_error(
      "internal error: channel classes in a stream without them; please report it");
}

void PayloadEncoder::encode_wide(const WideCode* /*codes*/, std::size_t /*frames*/,
                                 std::vector<std::uint8_t>& /*payload*/) {
  not_wide();
}

void PayloadDecoder::decode_wide(const std::uint8_t* /*payload*/, std::size_t /*size*/,
                                 std::size_t /*frames*/, std::vector<WideCode>& /*codes*/) {
  not_wide();
}

}  // namespace nrc
