// SPDX-License-Identifier: Apache-2.0
//
// nrc_encoder in the hands of a bad driver (docs/rtl.md, "Misuse"): frames of any length, enable_i
// and key_request_i at any clock, a reset at any clock, any state at power-up. What comes out is
// checked like that of a good one.
#include <gtest/gtest.h>
#include <verilated.h>

#include <vector>

#include "encoder_bench.hpp"

namespace nrc::tb {
namespace {

/// Clocks without gaps.
const std::size_t kFrameClocks = kChannels + kBubbles;
const std::size_t kPacketClocks = kPacketFrames * kFrameClocks;

/// Frames that are enough to meet every case, at a bearable time.
const std::size_t kFrames =
    std::max<std::size_t>(6 * kPacketFrames, std::min<std::size_t>(40000 / kFrameClocks, 600));

/// A frame of a random length, the right one in most cases.
void send_odd_frame(EncoderBench& bench, const Frame& frame, std::uint32_t wrong_percent) {
  Frame sent = frame;
  Random& random = bench.random();
  if (random.percent(wrong_percent)) {
    const int length = random.flip() ? random.range(1, 2 * static_cast<int>(kChannels) + 2)
                                     : static_cast<int>(kChannels) + random.range(-1, 1);
    sent.resize(static_cast<std::size_t>(std::max(length, 1)), 1);
  }
  bench.send(sent);
}

/// Ends whatever is open with good frames, and checks all of it.
Verdict close_and_check(EncoderBench& bench) {
  bench.disturb(0, 0);
  bench.drain();
  bench.rates(100, 100);
  bench.enable(true);
  bench.send_and_close(make_frames(2U * kPacketFrames, 99));
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_TRUE(bench.packets().back().header.last);
  return v;
}

TEST(Misuse, AFrameThatNeverEndsCostsOnePacket) {
  EncoderBench bench(1);
  const auto frames = make_frames(kPacketFrames + 1, 21);
  bench.send(frames);
  for (std::size_t i = 0; i < 4 * kPacketFrames * kChannels; ++i) bench.send(1, false);
  EXPECT_EQ(bench.dut().framing_errors_o, 1U);
  bench.send(1, true);
  const Verdict v = close_and_check(bench);
  EXPECT_EQ(v.bad, 1U);
  EXPECT_EQ(v.lost, 0U);
  EXPECT_EQ(v.frames, frames.size() / kPacketFrames * kPacketFrames + 2U * kPacketFrames);
}

TEST(Misuse, AnEndInEverySampleCostsAPacketEach) {
  if (kChannels == 1) GTEST_SKIP() << "with one channel it is as it should be";
  EncoderBench bench(2);
  for (int i = 0; i < 300; ++i) bench.send(1, true);
  const Verdict v = close_and_check(bench);
  EXPECT_EQ(v.bad, 300U);
  EXPECT_EQ(bench.overflows(), 0U) << "the link is not to blame";
  EXPECT_EQ(v.frames, 2U * kPacketFrames);
}

TEST(Misuse, FramesOfAnyLength) {
  for (const std::uint32_t percent : {5U, 30U, 90U}) {
    EncoderBench bench(3 + percent);
    bench.rates(80, 100);
    for (const Frame& frame : make_frames(kFrames, 23)) {
      send_odd_frame(bench, frame, percent);
    }
    const Verdict v = close_and_check(bench);
    EXPECT_GT(v.bad, 0U);
    EXPECT_EQ(bench.overflows(), 0U);
  }
}

TEST(Misuse, AWrongFrameCostsItsPacketOnly) {
  auto frames = make_frames(6U * kPacketFrames, 24);
  const std::size_t count = frames.size();
  const std::size_t wrong[] = {kPacketFrames + 1U, 4U * kPacketFrames};
  if (kChannels > 1) {
    frames[wrong[0]].pop_back();
  } else {
    frames[wrong[0]].push_back(0);
  }
  frames[wrong[1]].resize(kChannels + 2);
  EncoderBench bench(4);
  bench.send_and_close(frames);
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_EQ(v.bad, 2U);
  // The frames of the cut packets up to the wrong one are lost, all others arrive.
  const std::size_t lost =
      wrong[0] % kPacketFrames + 1 + (wrong[1] - wrong[0] - 1) % kPacketFrames + 1;
  EXPECT_EQ(v.frames, count - lost);
}

TEST(Misuse, EnableAtAnyClock) {
  // Seldom, several times in a packet, and in every other clock.
  for (const unsigned one_in : {static_cast<unsigned>(2 * kPacketClocks),
                                static_cast<unsigned>(kPacketClocks / 4 + 1), 2U, 1U}) {
    EncoderBench bench(5 + one_in);
    bench.rates(80, 100);
    bench.disturb(one_in, 0);
    bench.send(make_frames(kFrames, 25));
    const Verdict v = close_and_check(bench);
    EXPECT_EQ(v.bad, 0U);
    // A sample in every tenth clock always finds the same.
    if (kChannels > 1 || one_in > 1) {
      EXPECT_GT(v.streams, 1U);
    }
  }
}

TEST(Misuse, AFlushAtAnyClock) {
  // Seldom, several times in a packet, and in every clock.
  for (const unsigned one_in : {static_cast<unsigned>(2 * kPacketClocks),
                                static_cast<unsigned>(kPacketClocks / 4 + 1), 1U}) {
    EncoderBench bench(8 + one_in);
    bench.rates(80, 100);
    bench.disturb(0, 0, one_in);
    bench.send(make_frames(one_in == 1 ? 3 : kFrames, 27));
    const Verdict v = close_and_check(bench);
    EXPECT_EQ(v.lost, 0U);
    if (one_in > 1 && kChannels < 256) {
      EXPECT_GT(v.streams, 1U);
    }
  }
}

TEST(Misuse, KeyRequestsAtAnyClock) {
  for (const unsigned one_in : {static_cast<unsigned>(2 * kPacketClocks),
                                static_cast<unsigned>(kPacketClocks / 4 + 1), 1U}) {
    EncoderBench bench(6 + one_in);
    bench.disturb(0, one_in);
    bench.send(make_frames(kFrames, 26));
    const Verdict v = close_and_check(bench);
    EXPECT_EQ(v.bad, 0U);
    EXPECT_GT(v.keys, 1U);
    if (one_in == 1) {
      EXPECT_GE(v.keys, v.sent - 1);
    }
  }
}

/// All of it at once, and a link that stalls.
void misuse(EncoderBench& bench, unsigned seed) {
  Random& random = bench.random();
  bench.rates(70, 100);
  bench.disturb(static_cast<unsigned>(kPacketClocks), static_cast<unsigned>(kPacketClocks),
                static_cast<unsigned>(3 * kPacketClocks));
  bench.withdraw(true);
  std::size_t change = 0;
  std::size_t f = 0;
  for (const Frame& frame : make_frames(kFrames, seed)) {
    if (f++ == change) {
      bench.rates(70, random.percent(30) ? 0 : static_cast<unsigned>(random.range(40, 100)));
      change = f + static_cast<std::size_t>(random.range(1, 4 * kPacketFrames));
    }
    send_odd_frame(bench, frame, 4);
  }
  bench.rates(100, 100);
  bench.idle(3 * kPacketClocks);
}

TEST(Misuse, AllAtOnce) {
  std::size_t bad = 0;
  for (unsigned seed = 0; seed < 4; ++seed) {
    EncoderBench bench(30 + seed);
    misuse(bench, seed);
    const Verdict v = close_and_check(bench);
    bad += v.bad;
    EXPECT_GT(v.streams, 1U);
  }
  EXPECT_GT(bad, 0U);
}

TEST(Misuse, AResetAtAnyClockLeavesNothingBehind) {
  const auto after = make_frames(kPacketFrames + 1, 9);
  // How long it takes without a reset.
  EncoderBench whole(40);
  misuse(whole, 8);
  const int trials = kPacketClocks > 1000 ? 8 : 40;
  for (int trial = 0; trial < trials; ++trial) {
    EncoderBench bench(40);
    bench.cut_at(static_cast<std::size_t>(
        Random(static_cast<std::uint32_t>(trial)).range(1, static_cast<int>(whole.clocks()) - 1)));
    EXPECT_THROW(misuse(bench, 8), EncoderBench::Cut);
    bench.disturb(0, 0);
    bench.withdraw(false);
    bench.rates(100, 90);
    bench.reset();
    bench.enable(true);
    bench.send_and_close(after);
    bench.drain();
    const Verdict v = check(bench);
    EXPECT_EQ(v.frames, after.size());
    EXPECT_EQ(v.streams, 1U);
    EXPECT_EQ(v.sent, 2U);
    EXPECT_EQ(v.bad + v.lost, 0U);
    EXPECT_TRUE(bench.packets().back().header.last);
  }
}

TEST(PowerUp, NoStateShows) {
  VerilatedContext& context = *Verilated::defaultContextp();
  const int seed_before = context.randSeed();
  std::vector<std::uint64_t> traces;
  std::vector<Bytes> streams;
  for (int seed = 1; seed <= 5; ++seed) {
    context.randSeed(seed);
    EncoderBench bench(50);
    misuse(bench, 10);
    traces.push_back(bench.trace());
    streams.push_back(bench.stream());
    EXPECT_FALSE(streams.back().empty());
    EXPECT_EQ(streams.back(), streams.front()) << "seed " << seed;
    EXPECT_EQ(traces.back(), traces.front()) << "seed " << seed;
  }
  context.randSeed(seed_before);
}

}  // namespace
}  // namespace nrc::tb
