// SPDX-License-Identifier: Apache-2.0
//
// What the two programs of the challenge share: the stages of the range profile, joined for the
// shift6 mapping, and the packets of a stream. The programs are made of the library's stages but
// not of the library, so that they hold one profile, one table set and no other library: their
// bytes count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/format.hpp"
#include "nrc/range_tables.hpp"
#include "stages/dispersion.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"

namespace nrc::challenge {

using Bytes = std::vector<std::uint8_t>;

constexpr int kWidth = 10;  ///< of a code of shift6
constexpr std::size_t kWavHeaderBytes = 44;
/// Bytes of a file that a container packet holds, and of its payload before them.
constexpr std::size_t kPieceBytes = std::size_t{1} << 22;
constexpr std::size_t kPieceHeaderBytes = 12;

/// The tables that the programs were built with.
RangeTables unpacked_tables();

/// CRC-32 as zlib has it, one bit at a time.
std::uint32_t crc(const std::uint8_t* data, std::size_t size);

/// Model of the codes of all channels, for encoder and decoder.
class Model {
 public:
  struct Expectation {
    Prediction prediction;
    int index;
  };

  explicit Model(std::uint32_t channels);
  Model(const Model&) = delete;  // the stages refer to the tables
  Model& operator=(const Model&) = delete;

  std::size_t channels() const { return channels_.size(); }
  Expectation expect(std::size_t channel, bool reset) const {
    const Channel& c = channels_[channel];
    return {predictor_.predict(c.predictor, reset), dispersion_.index(c.dispersion, reset)};
  }
  const IntervalModel& intervals() const { return intervals_; }
  /// Moves past a code; channels in their order, as channel 0 begins a frame.
  void update(std::size_t channel, const Expectation& expected, Code code, bool reset) {
    if (channel == 0) boost_ = pace_.next(reset);
    Channel& c = channels_[channel];
    const std::int32_t value = linearizer_.interval(code).value;
    dispersion_.update(c.dispersion, value - expected.prediction.value, reset, boost_);
    predictor_.update_value(c.predictor, expected.prediction, value, reset, boost_);
  }

 private:
  struct Channel {
    PredictorState predictor;
    DispersionState dispersion;
  };

  RangeTables tables_;
  Linearizer linearizer_;
  Predictor predictor_;
  Dispersion dispersion_;
  IntervalModel intervals_;
  std::vector<Channel> channels_;
  Pace pace_;
  int boost_ = 0;  ///< of the frame
};

/// The bytes of a file. @throws Error
Bytes read_file(const char* path);
/// Replaces a file. @throws Error
void write_file(const char* path, const Bytes& bytes);

/// Runs a program `NAME IN OUT`: bytes of IN through `convert` to OUT; a message for an error.
/// @return exit status
int run(int argc, char** argv, Bytes (*convert)(const Bytes&));

}  // namespace nrc::challenge
