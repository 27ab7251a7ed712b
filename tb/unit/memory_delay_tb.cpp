// SPDX-License-Identifier: Apache-2.0
//
// nrc_memory_delay (delay_bench.hpp).
#include "Vnrc_memory_delay.h"
#include "delay_bench.hpp"

namespace {

TEST(MemoryDelay, WordsComeDepthClocksLater) {
  nrc::tb::expect_words_depth_clocks_later<Vnrc_memory_delay>(NRC_PARAM_Width, NRC_PARAM_Depth);
}

}  // namespace
