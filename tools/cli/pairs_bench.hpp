// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace nrc::cli {

/// What to measure on pairs of recordings.
struct PairsBenchArguments {
  std::string directory;  ///< of the recordings
  std::string pairs;      ///< file with the names of two of them in each line
  std::string tables;     ///< of the range profile: built-in name or table file; empty: choose
  unsigned threads = 0;   ///< 0: all
  bool json = false;
  bool list = false;  ///< every pair
};

/// Codes pairs of recordings of one instant as streams of two channels, by the range profile
/// without and with stage neighbour, checks every byte and prints what the stage is worth.
/// @throws Error
void bench_pairs(const PairsBenchArguments& arguments);

}  // namespace nrc::cli
