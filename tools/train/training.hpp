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
  std::string shape;  ///< Huffman profile; empty: the built-in shape that codes better
  std::string name;
  std::string mapping = "auto";  ///< auto, shift6 or code
  int code_width = 0;            ///< 0: by the samples with `auto`, else 10
  unsigned test_every = 0;
  double prior_weight = 100.0;
  bool force = false;  ///< replace an existing output
};

/// Learns tables from the recordings of a directory, writes them to a table file and prints how
/// well they code. @throws Error
void run(const TrainOptions& options);

}  // namespace nrc::train
