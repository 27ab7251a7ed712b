// SPDX-License-Identifier: Apache-2.0
//
// What values the recordings take, and which of their bits vary.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "document.hpp"
#include "gnuplot.hpp"
#include "recording.hpp"
#include "value_grid.hpp"

namespace nrc::study {

/// Shares of the samples whose ranges are given.
constexpr std::array<double, 4> kShares = {0.75, 0.85, 0.95, 0.99};

/// Of one recording, all its channels together.
struct RecordingStatistics {
  std::string name;
  std::uint32_t channels = 0;
  double rate = 0.0;
  std::size_t frames = 0;
  std::int16_t lowest = 0;
  std::int16_t highest = 0;
  std::size_t unique = 0;
  int smallest_step = 0;  ///< between neighbouring values; 0: one value only
  std::array<std::pair<std::int16_t, std::int16_t>, kShares.size()> ranges = {};
  ValueGrid grid;
  int lossless_shift = 0;
};

struct Statistics {
  std::vector<RecordingStatistics> recordings;
  ValueCounts counts;                   ///< of all
  std::array<double, 16> toggles = {};  ///< share of samples whose bit differs from the last one
};

/// @param threads  0: as many as there are processors
Statistics measure_statistics(const std::vector<RecordingFile>& files, unsigned threads);

/// A section of the report, with its pictures.
void report_statistics(const Statistics& statistics, Document& document,
                       std::vector<Picture>& pictures);

/// A row for each recording, for programs.
Document::Table statistics_table(const Statistics& statistics);

}  // namespace nrc::study
