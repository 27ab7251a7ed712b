// SPDX-License-Identifier: Apache-2.0
#include "lossy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <utility>

#include "host/parallel.hpp"
#include "host/progress.hpp"

namespace nrc::study {
namespace {

constexpr double kUnknownRate = 20000.0;  ///< Hz, where filters want one
constexpr double kHighBandHz = 3000.0;
/// Samples of a channel that are measured at once: signals and their bands are of doubles, which of
/// a long channel would take many times the memory of the recording.
constexpr std::size_t kMaxPiece = std::size_t{1} << 17;
/// A code that resamples may come out shifted by less than that.
constexpr std::ptrdiff_t kMaxShift = 16;

double energy(const Signal& signal) {
  return std::inner_product(signal.begin(), signal.end(), signal.begin(), 0.0);
}

std::array<Signal, kBands> bands(const Signal& signal, double rate) {
  const Signal above = high_pass(signal, kSpikeBandHz, rate);
  return {low_pass(signal, kSpikeBandHz, rate), low_pass(above, kHighBandHz, rate),
          high_pass(above, kHighBandHz, rate)};
}

/// The decoded signal, shifted to where its error is least.
Signal aligned(const Signal& original, const Signal& decoded) {
  const auto size = static_cast<std::ptrdiff_t>(decoded.size());
  Signal best;
  double least = -1.0;
  for (std::ptrdiff_t shift = -kMaxShift; shift <= kMaxShift; ++shift) {
    Signal moved(original.size());
    double error = 0.0;
    for (std::size_t i = 0; i < original.size(); ++i) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(i) + shift;
      moved[i] = at >= 0 && at < size ? decoded[static_cast<std::size_t>(at)] : 0.0;
      error += (original[i] - moved[i]) * (original[i] - moved[i]);
    }
    if (least < 0.0 || error < least) {
      least = error;
      best = std::move(moved);
    }
  }
  return best;
}

/// An original channel and what is measured on it for every code.
struct Original {
  Original(const Samples& samples, double sampling_rate)
      : rate(sampling_rate > 0.0 ? sampling_rate : kUnknownRate),
        mean(std::accumulate(samples.begin(), samples.end(), 0.0) /
             static_cast<double>(samples.size())) {
    signal.reserve(samples.size());
    for (const std::int16_t s : samples) signal.push_back(s - mean);
    const auto parts = bands(signal, rate);
    std::transform(parts.begin(), parts.end(), band_energy.begin(), energy);
    spikes = detect_spikes(signal, rate);
  }

  double rate;
  double mean;
  Signal signal;  ///< about its mean
  std::array<double, kBands> band_energy = {};
  Spikes spikes;
};

void add(const Original& original, LossyChannel channel, std::size_t original_bytes,
         LossyResult& result) {
  for (double& value : channel.decoded) value -= original.mean;
  const Signal decoded =
      channel.resampled ? aligned(original.signal, channel.decoded) : std::move(channel.decoded);
  Signal error(decoded.size());
  std::transform(original.signal.begin(), original.signal.end(), decoded.begin(), error.begin(),
                 std::minus<>());
  result.original_bytes += original_bytes;
  result.bytes += channel.bytes;
  result.signal_energy += energy(original.signal);
  result.error_energy += energy(error);
  const auto error_bands = bands(error, original.rate);
  for (std::size_t b = 0; b < kBands; ++b) {
    result.band_signal[b] += original.band_energy[b];
    result.band_error[b] += energy(error_bands[b]);
  }
  // With the threshold of the original: a code that takes the noise away would lower its own.
  const Spikes found = detect_spikes(decoded, original.rate, original.spikes.threshold);
  const SpikeMatch match = match_spikes(original.spikes, found, original.rate);
  result.spikes.kept += match.kept;
  result.spikes.lost += match.lost;
  result.spikes.added += match.added;
}

double decibels(double signal, double error) {
  return 10.0 * std::log10(std::max(signal, 1e-9) / std::max(error, 1e-9));
}

/// Results of one family.
std::vector<LossyResult> family_of(const std::vector<LossyResult>& results,
                                   const std::string& family) {
  std::vector<LossyResult> members;
  std::copy_if(results.begin(), results.end(), std::back_inserter(members),
               [&](const LossyResult& r) { return r.family == family; });
  return members;
}

std::vector<std::string> families(const std::vector<LossyResult>& results) {
  std::vector<std::string> names;
  for (const LossyResult& r : results) {
    if (std::find(names.begin(), names.end(), r.family) == names.end()) names.push_back(r.family);
  }
  return names;
}

Picture curve_picture(const std::vector<LossyResult>& results) {
  std::string blocks;
  std::string snr;
  std::string kept;
  std::size_t number = 0;
  for (const std::string& family : families(results)) {
    std::string rows;
    for (const LossyResult& r : family_of(results, family)) {
      rows += fmt::format("{:.4f} {:.4f} {:.4f}\n", r.ratio(), r.snr_db(), 100.0 * r.kept());
    }
    blocks += data_block(fmt::format("family{}", number), rows);
    const std::string style = fmt::format("with linespoints lw 2 pt 7 ps 0.6 lc {}", number + 1);
    const char* const comma = number == 0 ? "" : ", ";
    snr += fmt::format("{}$family{} using 1:2 {} title {}", comma, number, style, quoted(family));
    kept += fmt::format("{}$family{} using 1:3 {} notitle", comma, number, style);
    ++number;
  }
  Picture picture;
  picture.file = "lossy.svg";
  picture.caption =
      "Signal-to-noise ratio, and spikes that a threshold detector still finds, by the ratio to "
      "16-bit samples.";
  picture.height = 640;
  picture.script = blocks +
                   "set logscale x\nset xrange [2:*]\nset xtics (2,5,10,20,50,100,200,500)\n"
                   "set grid lc rgb '#dddddd'\nset multiplot layout 2,1\n"
                   "set ylabel 'SNR, dB'\nset key top right\nplot " +
                   snr +
                   "\nset xlabel 'ratio to 16-bit samples'\nset ylabel 'spikes kept, %'\n"
                   "set yrange [0:100]\nplot " +
                   kept + "\nunset multiplot\n";
  return picture;
}

}  // namespace

double LossyResult::snr_db() const { return decibels(signal_energy, error_energy); }

double LossyResult::band_snr_db(std::size_t band) const {
  return decibels(band_signal[band], band_error[band]);
}

double LossyResult::kept() const {
  const std::size_t all = spikes.kept + spikes.lost;
  return all == 0 ? 1.0 : static_cast<double>(spikes.kept) / static_cast<double>(all);
}

std::vector<LossyResult> measure_lossy(const std::vector<RecordingFile>& files, unsigned threads) {
  const LossyCodes codes = lossy_codes();
  // [file][code], so that sums do not depend on the order in which threads come by.
  std::vector<std::vector<LossyResult>> parts(files.size());
  host::Progress progress("measuring lossy codes", files.size(), "files");
  host::for_each_index(files.size(), threads, progress, [&](std::size_t i) {
    const Recording recording = read_recording(files[i]);
    parts[i].resize(codes.size());
    const std::size_t pieces = piece_count(recording.frames(), kMaxPiece);
    for (std::size_t p = 0; p < pieces * recording.channels; ++p) {
      const Samples samples = piece_of(recording, p, pieces);
      const Original original(samples, recording.rate);
      const std::size_t bytes = p % pieces == 0 ? recording.image.size() / recording.channels : 0;
      for (std::size_t k = 0; k < codes.size(); ++k) {
        add(original, codes[k]->code(samples, recording.rate), bytes, parts[i][k]);
      }
    }
  });
  std::vector<LossyResult> results(codes.size());
  for (std::size_t k = 0; k < codes.size(); ++k) {
    LossyResult& sum = results[k];
    sum.family = codes[k]->family();
    sum.setting = codes[k]->setting();
    for (const auto& part : parts) {
      const LossyResult& r = part[k];
      sum.original_bytes += r.original_bytes;
      sum.bytes += r.bytes;
      sum.signal_energy += r.signal_energy;
      sum.error_energy += r.error_energy;
      for (std::size_t b = 0; b < kBands; ++b) {
        sum.band_signal[b] += r.band_signal[b];
        sum.band_error[b] += r.band_error[b];
      }
      sum.spikes.kept += r.spikes.kept;
      sum.spikes.lost += r.spikes.lost;
      sum.spikes.added += r.spikes.added;
    }
  }
  return results;
}

Document::Table lossy_table(const std::vector<LossyResult>& results) {
  Document::Table table;
  table.header = {"code",        "setting",    "ratio",          "SNR dB", "SNR dB to 300 Hz",
                  "300 to 3000", "above 3000", "spikes kept, %", "lost",   "added"};
  for (const std::string& family : families(results)) {
    for (const LossyResult& r : family_of(results, family)) {
      table.rows.push_back(
          {r.family, r.setting, fmt::format("{:.2f}", r.ratio()), fmt::format("{:.2f}", r.snr_db()),
           fmt::format("{:.2f}", r.band_snr_db(0)), fmt::format("{:.2f}", r.band_snr_db(1)),
           fmt::format("{:.2f}", r.band_snr_db(2)), fmt::format("{:.1f}", 100.0 * r.kept()),
           fmt::to_string(r.spikes.lost), fmt::to_string(r.spikes.added)});
    }
  }
  return table;
}

void report_lossy(const std::vector<LossyResult>& results, Document& document,
                  std::vector<Picture>& pictures) {
  document.heading("What loss costs");
  document.paragraph(fmt::format(
      "Signal-to-noise ratios are of all recordings together, about each channel's mean, and in "
      "three bands. Spikes are magnitudes above {:g} Hz over {:g} deviations of the noise (median "
      "/ 0.6745), found in the decoded signal with the same threshold within {:g} ms; those that "
      "it has alone are added.",
      kSpikeBandHz, kNoiseDeviations, 1000.0 * kMatchSeconds));
  document.table(lossy_table(results));
  pictures.push_back(curve_picture(results));
  document.picture(pictures.back().file, pictures.back().caption);
}

}  // namespace nrc::study
