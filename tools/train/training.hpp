// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace nrc::train {

/// Options of `nrc train`; see docs/cli.md.
struct TrainOptions {
  std::string directory;
  std::string output;
  std::string profile = "huffman";
  std::string shape = "default";
  std::string name;
  std::string mapping = "shift6";
  int code_width = 10;
  std::vector<int> lossy_steps;
  unsigned test_every = 0;
  double prior_weight = 100.0;
  bool force = false;  ///< replace an existing output
};

/// Learns tables from the recordings of a directory, writes them to a table file and prints how
/// well they code. @throws Error
void run(const TrainOptions& options);

}  // namespace nrc::train
