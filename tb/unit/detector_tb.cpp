// SPDX-License-Identifier: Apache-2.0
//
// nrc_detector against nrc::Detector: deviations and scales of all sizes, several spikes near each
// other, at the limits of both and with gaps between codes.
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <type_traits>
#include <vector>

#include "Vnrc_detector.h"
#include "bench_random.hpp"
#include "nrc/format.hpp"
#include "rtl_constants.hpp"
#include "stages/detector.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr int kWidth = NRC_PARAM_CodeWidth;
constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kWindow = NRC_PARAM_Window;
/// At which window and rest are those of the parameters.
constexpr std::uint32_t kRate = kWindow == nrc::kMaxEventWindow ? 100000000 : 19531250;
constexpr std::int32_t kMaxDeviation = (1 << (kWidth + 6)) - 1;
constexpr std::uint32_t kMaxScale = (1U << (kWidth + 6)) - 1;

using DeviationPort = std::remove_reference_t<decltype(Vnrc_detector::deviation_i)>;
using ScalePort = std::remove_reference_t<decltype(Vnrc_detector::scale_i)>;

struct Item {
  std::int32_t deviation = 0;
  std::uint32_t scale = 0;
  bool reset = false;
  int boost = 0;
};

class Bench {
 public:
  explicit Bench(int threshold)
      : golden_(kWidth, kRate, threshold), states_(kChannels), threshold_(threshold) {
    dut_->rst_ni = 0;
    dut_->valid_i = 0;
    dut_.tick();
    dut_->rst_ni = 1;
    dut_->threshold_i = static_cast<std::uint8_t>(threshold);
  }

  /// The next code, of the channel whose turn it is.
  void send(const Item& item) {
    dut_->valid_i = 1;
    dut_->channel_i = static_cast<std::uint8_t>(channel_);
    dut_->reset_i = item.reset;
    dut_->boost_i = static_cast<std::uint8_t>(item.boost);
    dut_->deviation_i = static_cast<DeviationPort>(static_cast<std::uint32_t>(item.deviation) &
                                                   ((2U << (kWidth + 6)) - 1));
    dut_->scale_i = static_cast<ScalePort>(item.scale);
    std::optional<nrc::Peak> peak =
        golden_.next(states_[channel_], item.deviation, item.scale, item.reset, item.boost);
    if (threshold_ == 0 && peak) ADD_FAILURE();
    expected_.push_back({true, channel_, peak});
    channel_ = (channel_ + 1) % kChannels;
    clock();
  }
  void idle() {
    dut_->valid_i = 0;
    expected_.push_back({});
    clock();
  }

  std::size_t events() const { return events_; }

 private:
  struct Expected {
    bool valid = false;
    std::uint32_t channel = 0;
    std::optional<nrc::Peak> peak;
  };

  void clock() {
    dut_.tick();
    if (expected_.size() < nrc::rtl::kDetectorLatency) return;
    const Expected e = expected_.front();
    expected_.pop_front();
    ASSERT_EQ(dut_->valid_o != 0, e.valid);
    ASSERT_EQ(dut_->event_valid_o != 0, e.peak.has_value());
    if (!e.peak) return;
    ++events_;
    ASSERT_EQ(dut_->event_channel_o, e.channel);
    ASSERT_EQ(dut_->event_ago_o, e.peak->frames_ago);
    ASSERT_EQ(dut_->event_amplitude_o,
              static_cast<std::uint32_t>(e.peak->amplitude) & ((1U << kWidth) - 1));
  }

  nrc::tb::Dut<Vnrc_detector> dut_;
  nrc::Detector golden_;
  std::vector<nrc::DetectorState> states_;
  int threshold_;
  std::uint32_t channel_ = 0;
  std::deque<Expected> expected_;
  std::size_t events_ = 0;
};

void reset(Bench& bench) {
  for (std::uint32_t c = 0; c < kChannels; ++c) bench.send({kMaxDeviation, 0, true, 0});
}

TEST(Detector, SpikesAmongNoise) {
  nrc::tb::Random random(1);
  Bench bench(nrc::kEventThreshold);
  reset(bench);
  for (int i = 0; i < 200000; ++i) {
    while (random.percent(5)) bench.idle();
    const std::uint32_t scale = 4096;
    // 4 codes of scale are crossed from 26 codes on.
    const std::int32_t size = random.percent(3) ? random.range(20 * 64, 60 * 64) : 300;
    bench.send({random.range(-size, size), scale, false, random.percent(10) ? 5 : 4});
  }
  EXPECT_GT(bench.events(), 500U);
}

TEST(Detector, AnyDeviationAndScale) {
  nrc::tb::Random random(2);
  for (const int threshold : {1, 26, 63}) {
    Bench bench(threshold);
    reset(bench);
    for (int i = 0; i < 60000; ++i) {
      const int octave = random.range(0, kWidth + 5);
      Item item;
      item.scale = static_cast<std::uint32_t>(random.range(0, (2 << octave) - 1)) & kMaxScale;
      item.reset = random.percent(1);
      item.boost = random.range(0, 7);
      // About the threshold, or anything.
      const std::int64_t edge =
          std::int64_t{threshold} * std::max<std::uint32_t>(item.scale, 256) / 64;
      item.deviation = random.flip() ? random.range(-kMaxDeviation - 1, kMaxDeviation)
                                     : static_cast<std::int32_t>(std::min<std::int64_t>(
                                           edge + random.range(-1, 1), kMaxDeviation)) *
                                           (random.flip() ? 1 : -1);
      bench.send(item);
    }
    EXPECT_GT(bench.events(), 50U) << threshold;
  }
}

TEST(Detector, NothingWithThresholdZero) {
  nrc::tb::Random random(3);
  Bench bench(0);
  reset(bench);
  // The golden model has no such threshold: with none the design finds nothing at all.
  for (int i = 0; i < 1000; ++i) bench.send({0, 0, false, 0});
  EXPECT_EQ(bench.events(), 0U);
}

}  // namespace
