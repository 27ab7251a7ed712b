// SPDX-License-Identifier: Apache-2.0
//
// nrc_ring_delay (delay_bench.hpp).
#include "Vnrc_ring_delay.h"
#include "delay_bench.hpp"

namespace {

TEST(RingDelay, WordsComeDepthClocksLater) {
  nrc::tb::expect_words_depth_clocks_later<Vnrc_ring_delay>(NRC_PARAM_Width, NRC_PARAM_Depth);
}

}  // namespace
