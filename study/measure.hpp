// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "method.hpp"
#include "recording.hpp"

namespace nrc::study {

/// One method on all recordings.
struct MethodResult {
  MethodFacts facts;
  Measurement total;
  std::size_t shared_table_bytes = 0;
  std::vector<double> ratios;  ///< of each recording

  double mean_ratio() const;
};

/// Measures every method on every recording; shows its progress.
/// @param threads  0: as many as there are processors. Each measurement is on one of them.
/// @throws Error if a recording cannot be read, or a lossless method does not give it back.
std::vector<MethodResult> measure_methods(const Methods& methods,
                                          const std::vector<RecordingFile>& files,
                                          unsigned threads);

}  // namespace nrc::study
