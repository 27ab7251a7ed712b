// SPDX-License-Identifier: Apache-2.0
#include "bounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string>
#include <vector>

#include "host/parallel.hpp"
#include "host/progress.hpp"
#include "innovation.hpp"
#include "method.hpp"
#include "nrc/error.hpp"
#include "value_grid.hpp"

namespace nrc::study {
namespace {

constexpr double kWantedRatio = 200.0;  ///< of the challenge
constexpr double kWavBits = 16.0;
/// An innovation with less autocorrelation is called white.
constexpr double kWhite = 0.15;
/// Energy of a sample of a channel that never changes, so that its logarithm is finite.
constexpr double kSilence = 1e-4;
constexpr double kPi = 3.14159265358979323846;

/// Sums over samples of one recording.
struct Part {
  double samples = 0.0;
  double order0 = 0.0;
  double difference = 0.0;
  double innovation = 0.0;
  double log_rms = 0.0;  ///< of the innovation
  std::array<double, Bounds::kLags> autocorrelation = {};
  double range_bits = 0.0;
  double rate = 0.0;
};

/// Adds what a channel's numbers hold, in one pass and without a copy of them.
void add_channel(const Recording& recording, std::uint32_t index, Part& part) {
  const ChannelCodes channel(recording, index);
  const auto count = static_cast<double>(channel.size());
  NumberCounts values;
  NumberCounts differences;
  NumberCounts residuals;
  InnovationStream innovations(channel);
  std::array<double, Bounds::kLags> last = {};  // innovations, that of lag l at (i - l) mod kLags
  std::array<double, Bounds::kLags> products = {};
  double energy = 0.0;
  std::int32_t before = 0;
  for (std::size_t i = 0; i < channel.size(); ++i) {
    const std::int32_t value = channel[i];
    const Innovation innovation = innovations.next();
    values.add(value);
    differences.add(value - before);
    residuals.add(innovation.residual);
    before = value;
    energy += innovation.value * innovation.value;
    for (std::size_t lag = 1; lag <= std::min(i, Bounds::kLags); ++lag) {
      products[lag - 1] += innovation.value * last[(i - lag) % Bounds::kLags];
    }
    last[i % Bounds::kLags] = innovation.value;
  }
  part.order0 += count * values.entropy();
  part.difference += count * differences.entropy();
  part.innovation += count * residuals.entropy();
  part.log_rms += count * 0.5 * std::log2(std::max(energy / count, kSilence));
  for (std::size_t lag = 0; energy > 0.0 && lag < Bounds::kLags; ++lag) {
    part.autocorrelation[lag] += count * products[lag] / energy;
  }
}

/// Pairs of a value and the one before it. All of them would take several times the memory of the
/// samples, so the recordings are read kPasses times, each time for the pairs whose first
/// value belongs to the pass.
class PairCounts {
 public:
  static constexpr std::uint32_t kPasses = 4;

  void add(const Recording& recording, std::uint32_t pass) {
    for (std::size_t i = recording.channels; i < recording.samples.size(); ++i) {
      const auto last = static_cast<std::uint16_t>(recording.samples[i - recording.channels]);
      if (last % kPasses != pass) continue;
      waiting_.push_back(std::uint32_t{last} << 16 |
                         static_cast<std::uint16_t>(recording.samples[i]));
      if (waiting_.size() == kWaiting) merge();
    }
  }

  /// Ends a pass.
  void finish() {
    merge();
    std::uint32_t last = 0;
    std::uint64_t of_last = 0;
    double logarithms = 0.0;
    const auto close = [&] {
      if (of_last == 0) return;
      const auto count = static_cast<double>(of_last);
      bits_ += count * std::log2(count) - logarithms;
      total_ += count;
      contexts_ += 1.0;
    };
    for (const std::uint64_t entry : counts_) {
      const auto pair = static_cast<std::uint32_t>(entry >> 32);
      const auto n = static_cast<std::uint32_t>(entry);
      if (pair >> 16 != last) {
        close();
        last = pair >> 16;
        of_last = 0;
        logarithms = 0.0;
      }
      of_last += n;
      logarithms += n * std::log2(static_cast<double>(n));
    }
    close();
    pairs_ += static_cast<double>(counts_.size());
    counts_ = {};
  }

  /// Entropy of a value given the one before it, after all passes.
  double conditional_entropy() const {
    if (total_ == 0.0) return 0.0;
    // Each value that others follow has a distribution of its own.
    return bits_ / total_ + entropy_bias(pairs_ - contexts_ + 1.0, total_);
  }

 private:
  static constexpr std::size_t kWaiting = std::size_t{1} << 18;

  /// Takes the waiting pairs into the sorted counts: pair << 32 | how often.
  void merge() {
    std::sort(waiting_.begin(), waiting_.end());
    std::vector<std::uint64_t> merged;
    merged.reserve(counts_.size() + kWaiting);
    auto old = counts_.begin();
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      const auto end = std::upper_bound(at, waiting_.end(), *at);
      const std::uint64_t entry = std::uint64_t{*at} << 32;
      while (old != counts_.end() && *old < entry) merged.push_back(*old++);
      std::uint64_t n = static_cast<std::uint64_t>(end - at);
      if (old != counts_.end() && *old >> 32 == *at) n += *old++ & 0xFFFFFFFF;
      merged.push_back(entry | std::min<std::uint64_t>(n, 0xFFFFFFFF));
      at = end;
    }
    merged.insert(merged.end(), old, counts_.end());
    counts_.swap(merged);
    waiting_.clear();
  }

  std::vector<std::uint32_t> waiting_;
  std::vector<std::uint64_t> counts_;
  double bits_ = 0.0;
  double total_ = 0.0;
  double pairs_ = 0.0;
  double contexts_ = 0.0;
};

struct Row {
  std::string name;
  double bits;
};

std::vector<Row> rows_of(const Bounds& b) {
  return {{"values, all recordings together (order 0)", b.order0_all},
          {"values, each channel on its own (order 0)", b.order0_channel},
          {"value given the one before, all together (order 1)", b.order1_all},
          {"difference to the one before, each channel", b.difference},
          {"innovation of the adaptive predictor, each channel", b.innovation},
          {"nrc, range profile, measured", b.range_profile}};
}

Picture bounds_picture(const Bounds& b) {
  std::string rows;
  const std::vector<Row> all = rows_of(b);
  const std::size_t count = all.size() + 2;
  std::size_t at = count;
  rows += fmt::format("{} {:.4f} {}\n", --at, static_cast<double>(b.value_bits),
                      "\"number on the grid\"");
  for (const Row& row : all) rows += fmt::format("{} {:.4f} \"{}\"\n", --at, row.bits, row.name);
  rows += fmt::format("{} {:.4f} \"what a ratio of {:g} leaves\"\n", --at, kWavBits / kWantedRatio,
                      kWantedRatio);
  Picture picture;
  picture.file = "bounds.svg";
  picture.caption = fmt::format(
      "Bits that a sample holds, by what is known of the others, and what a ratio of {:g} would "
      "leave of it.",
      kWantedRatio);
  picture.height = 340;
  picture.script =
      data_block("bounds", rows) +
      fmt::format("set xrange [0:{}]\nset yrange [-0.6:{}.6]\n", b.value_bits * 1.15, count - 1) +
      "set key off\nset grid xtics lc rgb '#dddddd'\nset xlabel 'bits per sample'\n"
      "set style fill solid 0.6 noborder\n"
      "plot $bounds using ($2/2):1:($2/2):(0.35):ytic(3) with boxxyerror lc rgb '#406090', "
      "$bounds using ($2+0.1):1:(sprintf('%.2f',$2)) with labels left\n";
  return picture;
}

Picture loss_picture(const Bounds& b) {
  std::string rows;
  constexpr int kPoints = 240;
  for (int i = 0; i <= kPoints; ++i) {
    const double ratio = std::pow(400.0, static_cast<double>(i) / kPoints);
    rows += fmt::format("{:.4f} {:.5f}\n", ratio, least_error(b.least(), kWavBits / ratio));
  }
  Picture picture;
  picture.file = "loss.svg";
  picture.caption =
      "The least error of any code by its ratio (Shannon's lower bound with the least entropy "
      "found), and the size of what no prediction knows.";
  picture.script = data_block("loss", rows) +
                   fmt::format(
                       "begin = {:.4f}\nnoise = {:.4f}\nwanted = {:g}\n"
                       "set logscale x\nset xrange [1:400]\nset yrange [0:*]\n"
                       "set xtics (1,2,5,10,20,50,100,200,400)\nset grid lc rgb '#dddddd'\n"
                       "set xlabel 'ratio to 16-bit samples'\n"
                       "set ylabel 'least RMS error, steps of the grid'\nset key off\n"
                       "set arrow from begin, graph 0 to begin, graph 1 nohead dt 2\n"
                       "set label sprintf('loss begins at %.2f', begin) at begin*1.04, graph 0.93\n"
                       "set arrow from wanted, graph 0 to wanted, graph 1 nohead dt 2\n"
                       "set label sprintf('%g', wanted) at wanted*1.04, graph 0.06\n"
                       "set arrow from 1, noise to 400, noise nohead lc rgb '#c03030'\n"
                       "set label 'RMS of the innovation' at 1.1, noise offset 0,0.6 tc rgb "
                       "'#c03030'\n"
                       "plot $loss using 1:2 with lines lw 2 lc rgb '#406090'\n",
                       kWavBits / b.least(), b.innovation_rms, kWantedRatio);
  return picture;
}

}  // namespace

double Bounds::least() const {
  return std::min({order0_all, order0_channel, order1_all, difference, innovation, range_profile});
}

double least_error(double entropy, double bits) {
  return bits >= entropy ? 0.0 : std::exp2(entropy - bits) / std::sqrt(2.0 * kPi * std::exp(1.0));
}

Bounds measure_bounds(const std::vector<RecordingFile>& files, unsigned threads) {
  const Methods codec = methods_by_name({"nrc-range"});
  std::vector<Part> parts(files.size());
  ValueCounts counts;
  PairCounts pairs;
  std::mutex mutex;
  host::Progress progress("entropies", files.size(), "files");
  host::for_each_index(files.size(), threads, progress, [&](std::size_t i) {
    const Recording recording = read_recording(files[i]);
    Part& part = parts[i];
    part.samples = static_cast<double>(recording.samples.size());
    part.rate = recording.rate;
    for (std::uint32_t c = 0; c < recording.channels; ++c) {
      add_channel(recording, c, part);
    }
    const Measurement measured = codec.front()->measure(recording);
    if (!measured.exact) {
      throw Error(files[i].path + ": nrc does not give it back; report this as a bug");
    }
    part.range_bits = 8.0 * static_cast<double>(measured.bytes);
    const std::lock_guard<std::mutex> lock(mutex);
    counts.add(recording.samples.data(), recording.samples.size());
  });
  for (std::uint32_t pass = 0; pass < PairCounts::kPasses; ++pass) {
    for (const RecordingFile& file : files) pairs.add(read_recording(file), pass);
    pairs.finish();
  }

  Part sum;
  Bounds bounds;
  for (const Part& part : parts) {
    sum.samples += part.samples;
    sum.order0 += part.order0;
    sum.difference += part.difference;
    sum.innovation += part.innovation;
    sum.log_rms += part.log_rms;
    sum.range_bits += part.range_bits;
    for (std::size_t lag = 0; lag < Bounds::kLags; ++lag) {
      sum.autocorrelation[lag] += part.autocorrelation[lag];
    }
    if (bounds.rate == 0.0) bounds.rate = part.rate;
  }
  bounds.value_bits = ValueGrid::detect(counts.values()).index_bits();
  bounds.order0_all = counts.entropy();
  bounds.order0_channel = sum.order0 / sum.samples;
  bounds.order1_all = pairs.conditional_entropy();
  bounds.difference = sum.difference / sum.samples;
  bounds.innovation = sum.innovation / sum.samples;
  bounds.range_profile = sum.range_bits / sum.samples;
  bounds.innovation_rms = std::exp2(sum.log_rms / sum.samples);
  for (std::size_t lag = 0; lag < Bounds::kLags; ++lag) {
    bounds.autocorrelation[lag] = sum.autocorrelation[lag] / sum.samples;
  }
  return bounds;
}

void report_bounds(const Bounds& bounds, Document& document, std::vector<Picture>& pictures) {
  document.heading(fmt::format("Why a ratio of {:g} is impossible without loss", kWantedRatio));
  const double per_millisecond = bounds.rate > 0.0 ? bounds.rate / 1000.0 : 20.0;
  const double bits = per_millisecond * bounds.value_bits;
  document.paragraph(fmt::format(
      "In 1 ms an electrode gives {:.1f} samples of {} bits, {:.0f} bits. A ratio of {:g} leaves "
      "{:.2f} bits of them: {:.3f} bits for a sample, or {:.3f} if the ratio is counted from the "
      "16 bits of a file. What the samples hold is below. Each figure is what an ideal code needs "
      "that knows as much of the others.",
      per_millisecond, bounds.value_bits, bits, kWantedRatio, bits / kWantedRatio,
      bounds.value_bits / kWantedRatio, kWavBits / kWantedRatio));
  Document::Table table;
  table.header = {"", "bits per sample", "ratio to 16 bits"};
  const bool narrow = bounds.value_bits < 16;
  if (narrow) table.header.push_back(fmt::format("ratio to {} bits", bounds.value_bits));
  const auto row = [&](const std::string& name, double value) {
    const double divisor = std::max(value, 1e-9);
    table.rows.push_back(
        {name, fmt::format("{:.3f}", value), fmt::format("{:.2f}", kWavBits / divisor)});
    if (narrow) table.rows.back().push_back(fmt::format("{:.2f}", bounds.value_bits / divisor));
  };
  row("number on the grid", bounds.value_bits);
  for (const Row& r : rows_of(bounds)) row(r.name, r.bits);
  row(fmt::format("what a ratio of {:g} leaves", kWantedRatio), kWavBits / kWantedRatio);
  document.table(std::move(table));
  pictures.push_back(bounds_picture(bounds));
  document.picture(pictures.back().file, pictures.back().caption);

  double most = 0.0;
  for (const double c : bounds.autocorrelation) most = std::max(most, std::abs(c));
  document.paragraph(fmt::format(
      "Entropies are corrected for the number of samples (Miller and Madow), but of few samples "
      "they still come out too low; the range profile's figure holds everything. The innovation "
      "has an RMS of {:.2f} steps of the grid (geometric mean of the channels), and the largest "
      "magnitude of its autocorrelation at "
      "lags 1 to {} is {:.3f}{}",
      bounds.innovation_rms, Bounds::kLags, most,
      most < kWhite ? ": a channel's past says hardly more about it, so the rest is noise as far "
                      "as this channel goes."
                    : ". Here a channel's past says more about it than this predictor uses."));
  const double least = bounds.least();
  const double error = least_error(least, kWavBits / kWantedRatio);
  document.paragraph(fmt::format(
      "So loss begins at a ratio of about {:.2f} ({:.2f} counted from {} bits). That is an "
      "estimate, not a proof: a better model would move it, but a ratio of {:g} asks for a sample "
      "to be known to within {:.3f} bits from the others. With loss, no code of that ratio has an "
      "RMS "
      "error below {:.2f} steps, where the innovation has {:.2f}: it must give up nearly all that "
      "prediction does not know, spikes with the noise, and code something else than the samples.",
      kWavBits / least, bounds.value_bits / least, bounds.value_bits, kWantedRatio,
      kWavBits / kWantedRatio, error, bounds.innovation_rms));
  pictures.push_back(loss_picture(bounds));
  document.picture(pictures.back().file, pictures.back().caption);
}

}  // namespace nrc::study
