// SPDX-License-Identifier: Apache-2.0
//
// nrc_rate_control against nrc::RateControl: by the words in the buffer, and by a link's rate, with
// packets whose ends come before and after the next one's begin.
#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "Vnrc_rate_control.h"
#include "bench_random.hpp"
#include "nrc/rate_control.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kWords = NRC_PARAM_BufferWords;
using Fill = std::remove_reference_t<decltype(Vnrc_rate_control::fill_i)>;

/// Goes through packets: each begins, then the end of the one before comes, then its own at once if
/// the source rests after it.
void run(std::uint32_t seed, int max_step, int first_step, std::uint32_t link_words, int packets,
         int min_step = 0) {
  SCOPED_TRACE(testing::Message() << "seed " << seed << ", link " << link_words);
  nrc::tb::Dut<Vnrc_rate_control> dut;
  dut->rst_ni = 0;
  dut->packet_begin_i = false;
  dut->packet_end_i = false;
  dut.tick();
  dut->rst_ni = 1;
  nrc::tb::Random random(seed);
  nrc::RateSettings settings;
  settings.buffer_words = kWords;
  settings.first_step = first_step;
  settings.min_step = min_step;
  settings.max_step = max_step;
  settings.link_words = link_words;
  nrc::RateControl golden(settings);
  dut->max_step_i = static_cast<std::uint8_t>(max_step);
  dut->first_step_i = static_cast<std::uint8_t>(first_step);
  dut->min_step_i = static_cast<std::uint8_t>(min_step);
  dut->link_words_i = link_words;
  std::uint32_t fill = 0;
  std::vector<std::uint32_t> ends;  // still to come
  const auto idle = [&](int clocks) {
    for (; clocks > 0; --clocks) {
      dut->fill_i = static_cast<Fill>(random.range(0, kWords));  // means nothing now
      dut.tick();
    }
  };
  const auto end = [&] {
    dut->packet_end_i = true;
    dut->packet_words_i = static_cast<Fill>(ends.front());
    ends.erase(ends.begin());
    dut.tick();
    dut->packet_end_i = false;
  };
  int largest = 0;
  for (int k = 0; k < packets; ++k) {
    dut->packet_begin_i = true;
    dut->fill_i = static_cast<Fill>(fill);
    dut.tick();
    dut->packet_begin_i = false;
    const int step = golden.begin_packet(fill);
    largest = std::max(largest, step);
    ASSERT_EQ(dut->step_o, step) << "packet " << k << ", " << golden.waiting() << " words, not "
                                 << dut->waiting_o;
    ASSERT_EQ(dut->waiting_o, golden.waiting()) << "packet " << k;
    ASSERT_EQ(dut->largest_o, largest);
    idle(random.range(1, 20));
    if (!ends.empty()) end();
    idle(random.range(1, 20));
    const std::uint32_t most = kWords / 4 >> step / 2;
    const std::uint32_t words =
        random.range(0, 9) == 0 ? 0 : static_cast<std::uint32_t>(random.range(1, most));
    golden.end_packet(words);
    ends.push_back(words);
    if (random.range(0, 2) == 0) {
      end();
      idle(random.range(1, 9));
    }
    const int change = random.range(-static_cast<int>(kWords) / 6, static_cast<int>(kWords) / 5);
    fill = static_cast<std::uint32_t>(
        std::clamp(static_cast<int>(fill) + change, 0, static_cast<int>(kWords)));
  }
}

TEST(RateControl, ByTheBuffer) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const int most = static_cast<int>(seed) % 8;
    const int first = std::max(1, most / 2);
    run(seed, most, first, 0, 1000, static_cast<int>(seed / 8) % (first + 1));
  }
}

TEST(RateControl, ByTheRate) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const int most = 1 + static_cast<int>(seed) % 7;
    run(seed, most, 1, 16 * kWords / 16 * (1 + seed % 5) / 2 + seed, 1000);
  }
}

TEST(RateControl, EveryEighthOfTheBuffer) {
  nrc::RateSettings settings;
  settings.buffer_words = kWords;
  nrc::RateControl golden(settings);
  nrc::tb::Dut<Vnrc_rate_control> dut;
  dut->rst_ni = 0;
  dut->packet_begin_i = false;
  dut->packet_end_i = false;
  dut.tick();
  dut->rst_ni = 1;
  dut->max_step_i = static_cast<std::uint8_t>(settings.max_step);
  dut->first_step_i = static_cast<std::uint8_t>(settings.first_step);
  dut->min_step_i = 0;
  dut->link_words_i = 0;
  for (std::uint32_t eighth = 0; eighth <= 8; ++eighth) {
    for (int off = -1; off <= 1; ++off) {
      const int fill = static_cast<int>(kWords / 8 * eighth) + off;
      if (fill < 0 || fill > static_cast<int>(kWords)) continue;
      dut->packet_begin_i = true;
      dut->fill_i = static_cast<Fill>(fill);
      dut.tick();
      ASSERT_EQ(dut->step_o, golden.begin_packet(static_cast<std::uint32_t>(fill))) << fill;
    }
  }
}

}  // namespace
