// SPDX-License-Identifier: Apache-2.0
//
// What lossy codes cost: ratio against error, spectrum and spikes.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "document.hpp"
#include "gnuplot.hpp"
#include "host/spikes.hpp"
#include "recording.hpp"

namespace nrc::study {

using host::detect_spikes;
using host::high_pass;
using host::kMatchSeconds;
using host::kNoiseDeviations;
using host::kSpikeBandHz;
using host::low_pass;
using host::match_spikes;
using host::Signal;
using host::SpikeMatch;
using host::Spikes;

/// A channel after a lossy code.
struct LossyChannel {
  std::size_t bytes = 0;   ///< of the code, the channel's header included
  Signal decoded;          ///< in the unit of the original and, unless resampled, as long
  bool resampled = false;  ///< may be shifted by a few samples
};

/// A lossy code at one setting.
class LossyCode {
 public:
  LossyCode(std::string family, std::string setting)
      : family_(std::move(family)), setting_(std::move(setting)) {}
  virtual ~LossyCode() = default;
  LossyCode(const LossyCode&) = delete;
  LossyCode& operator=(const LossyCode&) = delete;

  const std::string& family() const { return family_; }
  const std::string& setting() const { return setting_; }

  /// Encodes and decodes a channel. May be called from several threads.
  /// @param rate  Hz; 0: unknown
  virtual LossyChannel code(const Samples& samples, double rate) const = 0;

 private:
  std::string family_;
  std::string setting_;
};

using LossyCodes = std::vector<std::unique_ptr<LossyCode>>;
LossyCodes lossy_codes();

/// Autoencoders with the weights that are built in, of several sizes.
void add_autoencoders(LossyCodes& codes);

constexpr std::size_t kBands = 3;  ///< up to 300 Hz, 300 to 3000 Hz, above

/// What a code made of all recordings.
struct LossyResult {
  std::string family;
  std::string setting;
  std::size_t original_bytes = 0;
  std::size_t bytes = 0;
  double signal_energy = 0.0;  ///< about each channel's mean
  double error_energy = 0.0;
  std::array<double, kBands> band_signal = {};
  std::array<double, kBands> band_error = {};
  SpikeMatch spikes;

  double ratio() const { return static_cast<double>(original_bytes) / static_cast<double>(bytes); }
  double snr_db() const;
  double band_snr_db(std::size_t band) const;
  double kept() const;  ///< part of the spikes, 0..1
};

/// @param threads  0: as many as there are processors
std::vector<LossyResult> measure_lossy(const std::vector<RecordingFile>& files, unsigned threads);

/// A section of the report, with its pictures.
void report_lossy(const std::vector<LossyResult>& results, Document& document,
                  std::vector<Picture>& pictures);

/// All that was measured, for programs.
Document::Table lossy_table(const std::vector<LossyResult>& results);

}  // namespace nrc::study
