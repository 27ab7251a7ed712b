// SPDX-License-Identifier: Apache-2.0
//
// Samples of many channels for benchmarks: of raw files, or generated.
#pragma once

#include <string>
#include <vector>

#include "baselines.hpp"

namespace nrc::bench {

struct Signal {
  std::string name;
  std::size_t channels = 1;
  Samples samples;
};

/// The files NAME_<channels>ch_<rate>Hz.i16 of a directory, in the order of their names.
/// @throws std::runtime_error if there is none, or one cannot be read.
std::vector<Signal> read_signals(const std::string& directory);

/// Signals of 10, 12 and 16 bits whose channels share a part of their noise.
std::vector<Signal> generated_signals();

}  // namespace nrc::bench
