// SPDX-License-Identifier: Apache-2.0
//
// What channels share: values, signals, innovations, and the bits that a neighbour saves.
#pragma once

#include <string>
#include <vector>

#include "document.hpp"
#include "gnuplot.hpp"
#include "recording.hpp"

namespace nrc::study {

/// Of channels with each other, square.
struct ChannelMatrix {
  std::size_t size = 0;
  std::vector<double> values;  ///< [row * size + column]
  double at(std::size_t row, std::size_t column) const { return values[row * size + column]; }
};

/// Of one recording with at least two channels.
struct Sharing {
  std::string name;
  std::uint32_t channels = 0;
  ChannelMatrix overlap;     ///< values that both have over those that either has
  ChannelMatrix signal;      ///< correlation
  ChannelMatrix innovation;  ///< correlation
  // Means over all channels and the one before each.
  double neighbour_overlap = 0.0;
  double neighbour_signal = 0.0;
  double neighbour_innovation = 0.0;
  // Bits per sample of the range profile, decoded and compared.
  double bits_plain = 0.0;
  double bits_neighbour = 0.0;
  double saved = 0.0;  ///< per sample of the channels that have a neighbour
};

/// @param recording  with at least two channels
/// @throws Error if the codec does not give it back.
Sharing measure_sharing(const Recording& recording);

/// Overlap of the values of recordings of one channel.
ChannelMatrix overlap_of_recordings(const std::vector<RecordingFile>& files, unsigned threads);

/// What the section of the report shows.
struct SharingResults {
  std::vector<Sharing> recordings;  ///< with several channels
  std::vector<Sharing> pairs;       ///< of recordings of one instant
  ChannelMatrix mono;               ///< overlap of recordings of one channel; may be empty
};

/// @param pairs    file with the names of two recordings of one instant in each line; may be empty
/// @param data     directory of those recordings
/// @param threads  0: as many as there are processors
/// @throws Error if the file of pairs or a recording cannot be read.
SharingResults measure_sharing(const std::vector<RecordingFile>& files, const std::string& data,
                               const std::string& pairs, unsigned threads);

/// A section of the report, with its pictures.
void report_sharing(const SharingResults& results, Document& document,
                    std::vector<Picture>& pictures);

}  // namespace nrc::study
