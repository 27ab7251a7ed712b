// SPDX-License-Identifier: Apache-2.0
//
// Rate control: its law, its promise, and what it does to streams.
#include "nrc/rate_control.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "nrc/error.hpp"

namespace nrc {
namespace {

TEST(RateControl, FollowsItsLaw) {
  RateSettings settings;
  settings.buffer_words = 1024;
  settings.first_step = 2;
  settings.max_step = 5;
  RateControl control(settings);
  struct {
    std::uint32_t waiting;
    int step;
  } const packets[] = {{0, 0},   {383, 0}, {384, 2}, {384, 2}, {385, 3}, {500, 4}, {499, 4},
                       {300, 4}, {128, 4}, {127, 0}, {370, 0}, {640, 5}, {900, 5}, {600, 5},
                       {601, 5}, {0, 0},   {639, 2}, {638, 2}, {640, 5}};
  int largest = 0;
  for (const auto& p : packets) {
    EXPECT_EQ(control.begin_packet(p.waiting), p.step) << p.waiting;
    EXPECT_EQ(control.waiting(), p.waiting);
    largest = std::max(largest, p.step);
    EXPECT_EQ(control.largest_step(), largest);
  }
}

TEST(RateControl, KeepsItsFloor) {
  RateSettings settings;
  settings.buffer_words = 1024;
  settings.first_step = 3;
  settings.max_step = 5;
  settings.min_step = 2;
  RateControl control(settings);
  struct {
    std::uint32_t waiting;
    int step;
  } const packets[] = {{200, 2}, {0, 2}, {384, 3}, {385, 4}, {200, 4}, {100, 2}, {700, 5}, {0, 2}};
  for (const auto& p : packets) EXPECT_EQ(control.begin_packet(p.waiting), p.step) << p.waiting;
  settings.min_step = 4;
  EXPECT_THROW(RateControl{settings}, Error);
}

TEST(RateControl, NeverRoundsWithoutPermission) {
  RateSettings settings;
  settings.max_step = 0;
  RateControl control(settings);
  for (const std::uint32_t waiting : {0U, 9000U, 16384U, 4000000000U}) {
    EXPECT_EQ(control.begin_packet(waiting), 0);
  }
}

TEST(RateControl, RefusesWhatItCannotDo) {
  const auto with = [](std::uint32_t buffer, int first, int most) {
    RateSettings settings;
    settings.buffer_words = buffer;
    settings.first_step = first;
    settings.max_step = most;
    return settings;
  };
  for (const RateSettings& settings :
       {with(0, 1, 7), with(32, 1, 7), with(1000, 1, 7), with(1024, 0, 7), with(1024, 5, 4),
        with(1024, 1, 8), with(1024, 1, -1), with(1024, -1, 3)}) {
    EXPECT_THROW(RateControl{settings}, Error) << settings.buffer_words << settings.first_step;
  }
}

TEST(RateControl, CountsAPacketTwoPacketsLater) {
  RateSettings settings;
  settings.buffer_words = 1024;
  settings.link_words = 16 * 100;
  RateControl control(settings);
  const std::uint32_t sizes[] = {150, 50, 400, 0, 700, 700, 700, 100, 100, 100, 100};
  double bucket = 0;
  for (std::size_t k = 0; k < std::size(sizes); ++k) {
    if (k >= 2) bucket += sizes[k - 2];
    control.begin_packet();
    EXPECT_EQ(control.waiting(), std::min(bucket, 2047.0)) << k << ", twice the buffer at most";
    control.end_packet(sizes[k]);
    bucket = std::max(bucket - 100, 0.0);
  }
  EXPECT_EQ(link_words(80e6, 20, 19531.25), 40960U);
  EXPECT_EQ(link_words(1e-9, 1, 1e6), 1U) << "never 0, which says that it is not known";
}

/// No packet is lost as long as the longest one and the longest one with the largest step have 3/8
/// of the buffer together, and the link takes the latter in the time of a packet.
TEST(RateControl, LosesNothingAboveTheFloor) {
  std::mt19937 random(3);
  for (int run = 0; run < 2000; ++run) {
    RateSettings settings;
    settings.buffer_words = 1024U << (run % 3);
    settings.max_step = 1 + static_cast<int>(random() % kMaxRateStep);
    settings.first_step = 1 + static_cast<int>(random() % static_cast<unsigned>(settings.max_step));
    RateControl control(settings);
    const auto below = [&random](std::uint32_t limit) {
      return std::uniform_int_distribution<std::uint32_t>(1, limit)(random);
    };
    const std::uint32_t room = settings.buffer_words / 8 * 3;
    const std::uint32_t floor = below(room / 2);
    std::uint32_t link = floor;
    std::uint32_t waiting = 0;
    for (int packet = 0; packet < 300; ++packet) {
      if (random() % 50 == 0) link = floor + below(room) - 1;
      const int step = control.begin_packet(waiting);
      const std::uint32_t longest = step == settings.max_step ? floor : room - floor;
      // All of it may come before the link takes a word.
      const std::uint32_t words = random() % 4 == 0 ? longest : below(longest);
      ASSERT_LE(waiting + words, settings.buffer_words) << "run " << run << ", packet " << packet;
      waiting += words;
      waiting -= std::min(waiting, link);
    }
  }
}

}  // namespace
}  // namespace nrc
