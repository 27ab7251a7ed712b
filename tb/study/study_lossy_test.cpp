// SPDX-License-Identifier: Apache-2.0
//
// Spike detection, and what the study measures of lossy codes.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "host/spikes.hpp"
#include "lossy.hpp"

namespace nrc::study {
namespace {

constexpr double kRate = 20000.0;

/// Noise on a slow wave, with a spike of this height every 500 samples from 250 on.
Signal spiky(std::size_t count, double height) {
  std::mt19937 random(4);
  std::normal_distribution<double> noise(0.0, 10.0);
  Signal signal;
  for (std::size_t i = 0; i < count; ++i) {
    signal.push_back(noise(random) + 300.0 * std::sin(static_cast<double>(i) / 2000.0));
  }
  for (std::size_t at = 250; at + 10 < count; at += 500) {
    for (std::size_t i = 0; i < 8; ++i) {
      signal[at + i] -= height * std::sin(0.4 * static_cast<double>(i));
    }
  }
  return signal;
}

TEST(Spikes, AreFoundWhereTheyAre) {
  const Spikes spikes = detect_spikes(spiky(20000, 200.0), kRate);
  EXPECT_NEAR(spikes.threshold, 50.0, 8.0) << "five deviations of the noise above 300 Hz";
  ASSERT_EQ(spikes.places.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_NEAR(static_cast<double>(spikes.places[i]), 254.0 + 500.0 * static_cast<double>(i), 3.0);
  }
  EXPECT_LE(detect_spikes(spiky(20000, 0.0), kRate).places.size(), 1U) << "noise and wave alone";
  EXPECT_TRUE(detect_spikes({}, kRate).places.empty());
}

TEST(Spikes, AreMatchedWithinHalfAMillisecond) {
  const Spikes original{{100, 200, 300, 400}, 1.0};
  const Spikes decoded{{91, 210, 311, 399, 402, 900}, 1.0};
  const SpikeMatch match = match_spikes(original, decoded, kRate);
  EXPECT_EQ(match.kept, 3U) << "10 samples are as far as one may be off";
  EXPECT_EQ(match.lost, 1U);
  EXPECT_EQ(match.added, 3U);
}

TEST(Filters, SplitABandAtItsEdge) {
  const auto wave = [](double hertz) {
    Signal signal;
    for (int i = 0; i < 20000; ++i) {
      signal.push_back(std::sin(2.0 * 3.14159265358979 * hertz * i / kRate));
    }
    return signal;
  };
  const auto energy = [](const Signal& signal) {
    double sum = 0.0;
    for (std::size_t i = 4000; i < 16000; ++i) sum += signal[i] * signal[i];
    return sum / 6000.0;  // of a whole wave: 1
  };
  // Twice a Butterworth filter: half the amplitude at the edge.
  EXPECT_NEAR(energy(high_pass(wave(300.0), 300.0, kRate)), 0.25, 0.01);
  EXPECT_NEAR(energy(low_pass(wave(300.0), 300.0, kRate)), 0.25, 0.01);
  EXPECT_GT(energy(high_pass(wave(3000.0), 300.0, kRate)), 0.98);
  EXPECT_LT(energy(high_pass(wave(30.0), 300.0, kRate)), 1e-6);
  EXPECT_LT(energy(low_pass(wave(3000.0), 300.0, kRate)), 1e-6);
}

TEST(LossyCodes, GiveSignalsOfTheRightLengthAndSize) {
  const Signal signal = spiky(9000, 400.0);
  Samples samples;
  double energy = 0.0;
  for (const double value : signal) {
    samples.push_back(static_cast<std::int16_t>(value));
    energy += value * value;
  }
  std::size_t autoencoders = 0;
  for (const auto& code : lossy_codes()) {
    const LossyChannel channel = code->code(samples, kRate);
    EXPECT_GT(channel.bytes, 0U) << code->family();
    EXPECT_LT(channel.bytes, 2 * samples.size()) << code->family();
    if (code->family() == "MP3 (LAME)") continue;  // a few samples more or less
    ASSERT_EQ(channel.decoded.size(), samples.size()) << code->family();
    if (code->family() != "autoencoder") continue;
    ++autoencoders;
    double error = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      error += (channel.decoded[i] - samples[i]) * (channel.decoded[i] - samples[i]);
    }
    EXPECT_LT(error, 0.5 * energy) << code->setting();
  }
  EXPECT_EQ(autoencoders, 4U);
  const Samples one = {5};
  for (const auto& code : lossy_codes()) {
    if (code->family() == "MP3 (LAME)") continue;
    EXPECT_EQ(code->code(one, kRate).decoded.size(), 1U);
  }
}

}  // namespace
}  // namespace nrc::study
