// SPDX-License-Identifier: Apache-2.0
#include "statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <set>

#include "host/parallel.hpp"
#include "host/progress.hpp"

namespace nrc::study {
namespace {

constexpr int kSampleBits = 16;
/// Grid numbers on either side of the middle, in the picture of single values.
constexpr int kNearValues = 64;

int smallest_step(const std::vector<std::int16_t>& values) {
  int step = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const int difference = values[i] - values[i - 1];
    if (step == 0 || difference < step) step = difference;
  }
  return step;
}

RecordingStatistics describe(const Recording& recording, const ValueCounts& counts) {
  const std::vector<std::int16_t> values = counts.values();
  RecordingStatistics s;
  s.name = recording.name;
  s.channels = recording.channels;
  s.rate = recording.rate;
  s.frames = recording.frames();
  s.lowest = values.front();
  s.highest = values.back();
  s.unique = values.size();
  s.smallest_step = smallest_step(values);
  for (std::size_t i = 0; i < kShares.size(); ++i) s.ranges[i] = counts.middle(kShares[i]);
  s.grid = ValueGrid::detect(values);
  s.lossless_shift = max_lossless_shift(values);
  return s;
}

using Toggles = std::array<std::uint64_t, kSampleBits>;

Toggles count_toggles(const Recording& recording) {
  Toggles toggles = {};
  for (std::size_t i = recording.channels; i < recording.samples.size(); ++i) {
    const auto changed =
        static_cast<unsigned>(recording.samples[i] ^ recording.samples[i - recording.channels]);
    for (std::size_t bit = 0; bit < kSampleBits; ++bit) toggles[bit] += (changed >> bit) & 1U;
  }
  return toggles;
}

double share_of_ones(const ValueCounts& counts, int bit) {
  std::uint64_t ones = 0;
  for (int v = -32768; v <= 32767; ++v) {
    if (((static_cast<unsigned>(v) >> bit) & 1U) != 0) ones += counts.of(v);
  }
  return static_cast<double>(ones) / static_cast<double>(counts.total());
}

/// Information of a bit given those above it, bits.
double information(const ValueCounts& counts, int bit) {
  return std::max(0.0, counts.entropy(bit) - counts.entropy(bit + 1));
}

Picture histogram_picture(const Statistics& statistics) {
  const ValueCounts& counts = statistics.counts;
  const std::vector<std::int16_t> values = counts.values();
  const ValueGrid grid = ValueGrid::detect(values);
  // As wide as the middle 99 %, and twice that.
  const auto [low, high] = counts.middle(kShares.back());
  const int first = grid.index(low);
  const int last = grid.index(high);
  const int wide = std::max(1, (last - first + 1) / 2);
  std::map<int, double> bins;  // at most about 512 of them
  const int bin = std::max(1, 2 * (last - first + 1) / 512);
  std::string near;
  const int middle = grid.index(counts.middle(0.0).first);
  for (const std::int16_t v : values) {
    const int index = grid.index(v);
    const double share = static_cast<double>(counts.of(v)) / static_cast<double>(counts.total());
    if (index >= first - wide && index <= last + wide) {
      bins[(index - first + wide) / bin * bin + first - wide] += share / bin;
    }
    if (std::abs(index - middle) <= kNearValues) {
      near += fmt::format("{} {:.4g}\n", index - middle, 100.0 * share);
    }
  }
  std::string all;
  for (const auto& [index, share] : bins) {
    all += fmt::format("{} {:.4g}\n", index - middle, 100.0 * share);
  }
  Picture picture;
  picture.file = "histogram.svg";
  picture.caption =
      "How often each value occurs, in steps of the grid from the median; on the right the values "
      "near it, one by one. Values of an ADC with uneven steps stand out.";
  picture.script = data_block("all", all) + data_block("near", near) +
                   "set multiplot layout 1,2\nset key off\nset grid ytics lc rgb '#dddddd'\n"
                   "set xlabel 'steps from the median'\nset ylabel 'share of samples, %'\n"
                   "set yrange [0:*]\nset style fill solid 0.6 noborder\n"
                   "plot $all using 1:2 with boxes lc rgb '#406090'\nunset ylabel\n"
                   "plot $near using 1:2 with impulses lw 2 lc rgb '#c03030'\nunset multiplot\n";
  return picture;
}

Picture bits_picture(const Statistics& statistics) {
  std::string rows;
  for (int bit = 0; bit < kSampleBits; ++bit) {
    rows += fmt::format("{} {:.5f} {:.5f} {:.5f}\n", bit, information(statistics.counts, bit),
                        share_of_ones(statistics.counts, bit),
                        statistics.toggles[static_cast<std::size_t>(bit)]);
  }
  Picture picture;
  picture.file = "bits.svg";
  picture.caption =
      "The 16 bits of a sample: the information of each given those above it (bars, bits), how "
      "often it is one, and how often it changes from sample to sample.";
  picture.height = 360;
  picture.script =
      data_block("bits", rows) +
      "set style fill solid 0.6 noborder\nset boxwidth 0.7\nset xrange [15.6:-0.6]\n"
      "set yrange [0:1.05]\nset xtics 1\nset xlabel 'bit, 15 is the sign'\n"
      "set grid ytics lc rgb '#dddddd'\nset key outside right top\n"
      "plot $bits using 1:2 with boxes lc rgb '#406090' title 'information, bits', "
      "$bits using 1:3 with points pt 7 ps 0.8 lc rgb '#c03030' title 'share of ones', "
      "$bits using 1:4 with points pt 6 ps 0.9 lc rgb '#308030' title 'changes'\n";
  return picture;
}

std::string range_text(double low, double high) {
  return low == high ? fmt::format("{:g}", low) : fmt::format("{:g} to {:g}", low, high);
}

}  // namespace

Statistics measure_statistics(const std::vector<RecordingFile>& files, unsigned threads) {
  Statistics statistics;
  statistics.recordings.resize(files.size());
  Toggles toggles = {};
  std::mutex mutex;
  host::Progress progress("statistics", files.size(), "files");
  host::for_each_index(files.size(), threads, progress, [&](std::size_t i) {
    const Recording recording = read_recording(files[i]);
    ValueCounts counts;
    counts.add(recording.samples.data(), recording.samples.size());
    statistics.recordings[i] = describe(recording, counts);
    const Toggles own = count_toggles(recording);
    const std::lock_guard<std::mutex> lock(mutex);
    statistics.counts += counts;
    for (std::size_t bit = 0; bit < toggles.size(); ++bit) toggles[bit] += own[bit];
  });
  for (std::size_t bit = 0; bit < toggles.size(); ++bit) {
    statistics.toggles[bit] =
        static_cast<double>(toggles[bit]) / static_cast<double>(statistics.counts.total());
  }
  return statistics;
}

void report_statistics(const Statistics& statistics, Document& document,
                       std::vector<Picture>& pictures) {
  const auto& all = statistics.recordings;
  const auto extremes = [&all](const auto& value_of) {
    double low = static_cast<double>(value_of(all.front()));
    double high = low;
    for (const RecordingStatistics& s : all) {
      low = std::min(low, static_cast<double>(value_of(s)));
      high = std::max(high, static_cast<double>(value_of(s)));
    }
    return range_text(low, high);
  };
  const ValueCounts& counts = statistics.counts;
  const std::vector<std::int16_t> values = counts.values();
  const ValueGrid grid = ValueGrid::detect(values);

  document.heading("The recordings");
  Document::Table table;
  table.header = {"", "each recording", "all together"};
  table.rows = {
      {"recordings", "", fmt::to_string(all.size())},
      {"channels", extremes([](const auto& s) { return s.channels; }), ""},
      {"sampling rate, Hz (0: unknown)", extremes([](const auto& s) { return s.rate; }), ""},
      {"samples of a channel", extremes([](const auto& s) { return s.frames; }), ""},
      {"samples", "", fmt::to_string(counts.total())},
      {"lowest value", extremes([](const auto& s) { return s.lowest; }),
       fmt::to_string(values.front())},
      {"highest value", extremes([](const auto& s) { return s.highest; }),
       fmt::to_string(values.back())},
      {"different values", extremes([](const auto& s) { return s.unique; }),
       fmt::to_string(values.size())},
      {"smallest step between them", extremes([](const auto& s) { return s.smallest_step; }),
       fmt::to_string(smallest_step(values))},
      {"entropy of the values, bits", "", fmt::format("{:.3f}", counts.entropy())},
  };
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    const auto [low, high] = counts.middle(kShares[i]);
    table.rows.push_back(
        {fmt::format("width of the middle {:.0f} %", 100.0 * kShares[i]),
         extremes([i](const auto& s) { return s.ranges[i].second - s.ranges[i].first; }),
         fmt::format("{} ({} to {})", high - low, low, high)});
  }
  document.table(std::move(table));
  pictures.push_back(histogram_picture(statistics));
  document.picture(pictures.back().file, pictures.back().caption);

  document.heading("The grid of values");
  std::map<std::string, std::size_t> grids;
  for (const RecordingStatistics& s : all) {
    // Lists differ from file to file; what matters is that it is one.
    ++grids[s.grid.kind() == ValueGrid::Kind::kSparse ? "sparse" : s.grid.text()];
  }
  std::string found;
  for (const auto& [text, count] : grids) {
    found += fmt::format("{}{} ({} recordings)", found.empty() ? "" : ", ", text, count);
  }
  document.paragraph(fmt::format(
      "All values together are on the grid: {}. Each recording on its own: {}. {}", grid.text(),
      found,
      grid.index_bits() < 16
          ? fmt::format(
                "The numbers of the grid's points hold every sample, in {} bits instead of 16.",
                grid.index_bits())
          : "No numbering of the values takes fewer than 16 bits."));
  const int shift = max_lossless_shift(values);
  std::string text =
      shift == 0
          ? "Every shift to the right makes two values one, so shifting loses something."
          : fmt::format(
                "The values stay different when {} bits are shifted out, and not with one more. "
                "So a shift loses nothing, if the way back knows the grid: a shift to the left "
                "alone gives back ",
                shift);
  if (shift != 0) {
    std::uint64_t exact = 0;
    for (const std::int16_t v : values) {
      if ((v >> shift) * (1 << shift) == v) exact += counts.of(v);
    }
    text += fmt::format("{:.2f} % of the samples as they were.",
                        100.0 * static_cast<double>(exact) / static_cast<double>(counts.total()));
  }
  document.paragraph(std::move(text));
  Document::Table bits;
  bits.header = {"bit", "information, bits", "share of ones", "changes"};
  for (int bit = kSampleBits - 1; bit >= 0; --bit) {
    bits.rows.push_back({bit == kSampleBits - 1 ? "15 (sign)" : fmt::to_string(bit),
                         fmt::format("{:.4f}", information(counts, bit)),
                         fmt::format("{:.3f}", share_of_ones(counts, bit)),
                         fmt::format("{:.3f}", statistics.toggles[static_cast<std::size_t>(bit)])});
  }
  document.table(std::move(bits));
  document.paragraph(
      "Information is that of a bit given those above it. A low bit may change all the "
      "time and carry none: then it follows from the bits above, and a code for it is wasted.");
  pictures.push_back(bits_picture(statistics));
  document.picture(pictures.back().file, pictures.back().caption);
}

Document::Table statistics_table(const Statistics& statistics) {
  Document::Table table;
  table.header = {"recording", "channels", "rate_hz",       "frames", "lowest",
                  "highest",   "unique",   "smallest_step", "grid",   "lossless_shift"};
  for (const double share : kShares) {
    table.header.push_back(fmt::format("middle_{:.0f}_percent", 100.0 * share));
  }
  for (const RecordingStatistics& s : statistics.recordings) {
    std::vector<std::string> row = {s.name,
                                    fmt::to_string(s.channels),
                                    fmt::format("{:g}", s.rate),
                                    fmt::to_string(s.frames),
                                    fmt::to_string(s.lowest),
                                    fmt::to_string(s.highest),
                                    fmt::to_string(s.unique),
                                    fmt::to_string(s.smallest_step),
                                    s.grid.text(),
                                    fmt::to_string(s.lossless_shift)};
    for (const auto& [low, high] : s.ranges) row.push_back(fmt::to_string(high - low));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace nrc::study
