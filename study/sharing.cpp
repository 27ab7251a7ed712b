// SPDX-License-Identifier: Apache-2.0
#include "sharing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>

#include "host/parallel.hpp"
#include "host/progress.hpp"
#include "innovation.hpp"
#include "method.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"

namespace nrc::study {
namespace {

/// More channels are thinned out for the heat maps.
constexpr std::size_t kMaxShown = 64;
constexpr std::size_t kMaxPictures = 8;
/// Correlations are of so many frames at most.
constexpr std::size_t kMaxFrames = 65536;

using ValueSet = std::bitset<65536>;

ValueSet value_set(const Recording& recording, std::uint32_t channel) {
  ValueSet set;
  for (std::size_t i = channel; i < recording.samples.size(); i += recording.channels) {
    set.set(static_cast<std::uint16_t>(recording.samples[i]));
  }
  return set;
}

/// Innovations of a channel's first frames: multiples of 1/64 code, which a float holds exactly.
std::vector<float> innovations_of(const Recording& recording, std::uint32_t channel) {
  const ChannelCodes codes(recording, channel, kMaxFrames);
  InnovationStream stream(codes);
  std::vector<float> values(codes.size());
  for (float& value : values) value = static_cast<float>(stream.next().value);
  return values;
}

double overlap(const ValueSet& a, const ValueSet& b) {
  const std::size_t either = (a | b).count();
  return either == 0 ? 0.0 : static_cast<double>((a & b).count()) / static_cast<double>(either);
}

/// Evenly spaced indices below `count`, kMaxShown at most.
std::vector<std::size_t> shown(std::size_t count) {
  const std::size_t step = (count + kMaxShown - 1) / kMaxShown;
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < count; i += std::max<std::size_t>(1, step)) indices.push_back(i);
  return indices;
}

ChannelMatrix matrix(const std::vector<std::size_t>& indices,
                     const std::function<double(std::size_t, std::size_t)>& value) {
  ChannelMatrix m;
  m.size = indices.size();
  m.values.resize(m.size * m.size);
  for (std::size_t row = 0; row < m.size; ++row) {
    for (std::size_t column = row; column < m.size; ++column) {
      const double v = value(indices[row], indices[column]);
      m.values[row * m.size + column] = v;
      m.values[column * m.size + row] = v;
    }
  }
  return m;
}

/// Bytes of the recording's samples in the range profile, decoded and compared.
std::size_t coded_bytes(const Recording& recording, bool neighbour) {
  EncodeOptions options;
  options.profile = Profile::kRange;
  options.corrections.neighbour = neighbour;
  const std::size_t size = 2 * recording.samples.size();
  Comparison comparison(recording.sample_bytes(), size);
  FileDecoder decoder(comparison.sink());
  const EncodeSummary summary = encode_raw(
      recording.sample_bytes(), size, recording.channels, 0, options,
      [&decoder](const std::uint8_t* data, std::size_t count) { decoder.add(data, count); });
  decoder.finish();
  if (!comparison.equal()) {
    throw Error(recording.name + ": nrc does not give it back; report this as a bug");
  }
  return summary.stream_bytes;
}

struct PairOfNames {
  std::string first;
  std::string second;
};

std::vector<PairOfNames> read_pairs(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(path + ": cannot read it; give a file with two names in each line");
  std::vector<PairOfNames> pairs;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line);
    PairOfNames pair;
    std::string more;
    if (!(words >> pair.first)) continue;
    if (!(words >> pair.second) || words >> more) {
      throw Error(fmt::format("{}, line {}: give the names of two recordings", path, number));
    }
    pairs.push_back(std::move(pair));
  }
  if (pairs.empty()) throw Error(path + ": no pair in it; give two names in each line");
  return pairs;
}

Recording read_named(const std::string& directory, const std::string& name) {
  return read_recording(
      find_recordings((std::filesystem::path(directory) / name).string(), 1, 0.0).front());
}

std::string rows_of(const ChannelMatrix& m) {
  std::string rows;
  for (std::size_t row = 0; row < m.size; ++row) {
    for (std::size_t column = 0; column < m.size; ++column) {
      rows += fmt::format("{:.3f} ", m.at(row, column));
    }
    rows += "\n";
  }
  return rows;
}

constexpr const char* kMapStyle =
    "set key off\nset size square\nset autoscale xfix\nset autoscale yfix\nset tics out nomirror\n";
constexpr const char* kShare =
    "set cbrange [0:1]\nset palette defined (0 '#ffffff', 1 '#204080')\n";
constexpr const char* kSigned =
    "set cbrange [-1:1]\nset palette defined (-1 '#c03030', 0 '#ffffff', 1 '#204080')\n";

Picture heat_maps(const Sharing& s, std::size_t number) {
  Picture picture;
  picture.file = fmt::format("sharing-{}.svg", number);
  picture.caption = fmt::format(
      "{}: what its {} channels{} share: values, signals, innovations.", s.name, s.channels,
      s.overlap.size < s.channels ? fmt::format(" ({} of them)", s.overlap.size) : "");
  picture.width = 1080;
  picture.height = 340;
  picture.script =
      data_block("overlap", rows_of(s.overlap)) + data_block("signal", rows_of(s.signal)) +
      data_block("innovation", rows_of(s.innovation)) + "set multiplot layout 1,3\n" + kMapStyle +
      kShare + "set title 'overlap of values'\nplot $overlap matrix with image\n" + kSigned +
      "set title 'correlation of signals'\nplot $signal matrix with image\n"
      "set title 'correlation of innovations'\nplot $innovation matrix with image\n"
      "unset multiplot\n";
  return picture;
}

struct Mean {
  double sum = 0.0;
  double low = 0.0;
  double high = 0.0;
  std::size_t count = 0;
  void add(double value) {
    low = count == 0 ? value : std::min(low, value);
    high = count == 0 ? value : std::max(high, value);
    sum += value;
    ++count;
  }
  double value() const { return count == 0 ? 0.0 : sum / static_cast<double>(count); }
  std::string text() const { return fmt::format("{:.3f} ({:.3f} to {:.3f})", value(), low, high); }
};

void report_pairs(const std::vector<Sharing>& pairs, Document& document) {
  Mean overlap_mean;
  Mean signal;
  Mean innovation;
  Mean plain;
  Mean with;
  Mean saved;
  for (const Sharing& s : pairs) {
    overlap_mean.add(s.neighbour_overlap);
    signal.add(s.neighbour_signal);
    innovation.add(s.neighbour_innovation);
    plain.add(s.bits_plain);
    with.add(s.bits_neighbour);
    saved.add(s.saved);
  }
  document.paragraph(fmt::format(
      "{} pairs of recordings of one instant, each as a recording of two channels; means, and the "
      "range from pair to pair. What is saved is per sample of the second channel.",
      pairs.size()));
  Document::Table table;
  table.header = {"of pairs", "mean (range)"};
  table.rows = {{"overlap of values", overlap_mean.text()},
                {"correlation of signals", signal.text()},
                {"correlation of innovations", innovation.text()},
                {"bits per sample, range profile", plain.text()},
                {"bits per sample, with neighbour", with.text()},
                {"bits saved by the neighbour", saved.text()}};
  document.table(std::move(table));
}

}  // namespace

Sharing measure_sharing(const Recording& recording) {
  Sharing result;
  result.name = recording.name;
  result.channels = recording.channels;
  const std::vector<std::size_t> indices = shown(recording.channels);
  const std::size_t frames = std::min(recording.frames(), kMaxFrames);
  std::vector<ValueSet> sets;
  // Of channels that are not shown only the one before, so that memory does not grow with them.
  std::vector<std::vector<float>> unknown(recording.channels);
  const auto sets_overlap = [&](std::size_t a, std::size_t b) { return overlap(sets[a], sets[b]); };
  const auto signals_correlate = [&](std::size_t a, std::size_t b) {
    const auto of = [&recording](std::size_t channel) {
      return [&recording, channel](std::size_t i) {
        return static_cast<double>(recording.samples[i * recording.channels + channel]);
      };
    };
    return correlation(frames, of(a), of(b));
  };
  const auto innovations_correlate = [&](std::size_t a, std::size_t b) {
    const auto of = [&unknown](std::size_t channel) {
      return [&series = unknown[channel]](std::size_t i) { return double{series[i]}; };
    };
    return correlation(frames, of(a), of(b));
  };
  for (std::uint32_t c = 0; c < recording.channels; ++c) {
    sets.push_back(value_set(recording, c));
    unknown[c] = innovations_of(recording, c);
    if (c == 0) continue;
    result.neighbour_overlap += sets_overlap(c - 1, c) / (recording.channels - 1);
    result.neighbour_signal += signals_correlate(c - 1, c) / (recording.channels - 1);
    result.neighbour_innovation += innovations_correlate(c - 1, c) / (recording.channels - 1);
    if (!std::binary_search(indices.begin(), indices.end(), c - 1U)) unknown[c - 1] = {};
  }
  result.overlap = matrix(indices, sets_overlap);
  result.signal = matrix(indices, signals_correlate);
  result.innovation = matrix(indices, innovations_correlate);
  unknown.clear();
  const double plain = 8.0 * static_cast<double>(coded_bytes(recording, false));
  const double with = 8.0 * static_cast<double>(coded_bytes(recording, true));
  const auto samples = static_cast<double>(recording.samples.size());
  result.bits_plain = plain / samples;
  result.bits_neighbour = with / samples;
  result.saved = (plain - with) / (samples * (recording.channels - 1) / recording.channels);
  return result;
}

ChannelMatrix overlap_of_recordings(const std::vector<RecordingFile>& files, unsigned threads) {
  const std::vector<std::size_t> indices = shown(files.size());
  std::vector<std::optional<ValueSet>> sets(files.size());
  host::Progress progress("value sets", indices.size(), "files");
  host::for_each_index(indices.size(), threads, progress, [&](std::size_t i) {
    const Recording recording = read_recording(files[indices[i]]);
    if (recording.channels == 1) sets[indices[i]] = value_set(recording, 0);
  });
  std::vector<std::size_t> mono;
  for (const std::size_t i : indices) {
    if (sets[i]) mono.push_back(i);
  }
  return mono.size() < 2 ? ChannelMatrix{} : matrix(mono, [&](std::size_t a, std::size_t b) {
    return overlap(*sets[a], *sets[b]);
  });
}

SharingResults measure_sharing(const std::vector<RecordingFile>& files, const std::string& data,
                               const std::string& pairs, unsigned threads) {
  SharingResults results;
  const std::vector<PairOfNames> names =
      pairs.empty() ? std::vector<PairOfNames>{} : read_pairs(pairs);
  results.pairs.resize(names.size());
  {
    host::Progress progress("pairs", names.size(), "pairs");
    host::for_each_index(names.size(), threads, progress, [&](std::size_t i) {
      results.pairs[i] = measure_sharing(
          join(read_named(data, names[i].first), read_named(data, names[i].second)));
    });
  }
  std::vector<std::optional<Sharing>> found(files.size());
  {
    host::Progress progress("what channels share", files.size(), "files");
    host::for_each_index(files.size(), threads, progress, [&](std::size_t i) {
      const Recording recording = read_recording(files[i]);
      if (recording.channels > 1) found[i] = measure_sharing(recording);
    });
  }
  for (auto& sharing : found) {
    if (sharing) results.recordings.push_back(std::move(*sharing));
  }
  results.mono = overlap_of_recordings(files, threads);
  return results;
}

void report_sharing(const SharingResults& results, Document& document,
                    std::vector<Picture>& pictures) {
  document.heading("What channels share");
  if (results.recordings.empty() && results.pairs.empty() && results.mono.size == 0) {
    document.paragraph("There is only one channel.");
    return;
  }
  if (!results.recordings.empty()) {
    document.paragraph(
        "Overlap is the number of values that two channels both have over those that either has. "
        "Overlap and correlations are means over each channel and the one before it. Bits are per "
        "sample of the range profile, without and with its stage neighbour, decoded and compared; "
        "what is saved is per sample of a channel with a neighbour.");
    Document::Table table;
    table.header = {"recording",
                    "channels",
                    "overlap of values",
                    "correlation of signals",
                    "correlation of innovations",
                    "bits",
                    "bits with neighbour",
                    "saved"};
    for (const Sharing& s : results.recordings) {
      table.rows.push_back(
          {s.name, fmt::to_string(s.channels), fmt::format("{:.3f}", s.neighbour_overlap),
           fmt::format("{:.3f}", s.neighbour_signal), fmt::format("{:.3f}", s.neighbour_innovation),
           fmt::format("{:.3f}", s.bits_plain), fmt::format("{:.3f}", s.bits_neighbour),
           fmt::format("{:.4f}", s.saved)});
    }
    document.table(std::move(table));
    for (std::size_t i = 0; i < std::min(kMaxPictures, results.recordings.size()); ++i) {
      pictures.push_back(heat_maps(results.recordings[i], i + 1));
      document.picture(pictures.back().file, pictures.back().caption);
    }
  }
  if (!results.pairs.empty()) report_pairs(results.pairs, document);
  if (results.mono.size > 1) {
    Mean mean;
    for (std::size_t row = 0; row < results.mono.size; ++row) {
      for (std::size_t column = 0; column < row; ++column) mean.add(results.mono.at(row, column));
    }
    document.paragraph(fmt::format(
        "Recordings of one electrode, {} of them: two have {} of the values in common that either "
        "has. They use the same grid, and differ in how much of it.",
        results.mono.size, mean.text()));
    Picture picture;
    picture.file = "sharing-values.svg";
    picture.caption = "Overlap of the values of recordings of one electrode, by name.";
    picture.width = 480;
    picture.height = 420;
    picture.script = data_block("overlap", rows_of(results.mono)) + kMapStyle + kShare +
                     "plot $overlap matrix with image\n";
    pictures.push_back(std::move(picture));
    document.picture(pictures.back().file, pictures.back().caption);
  }
}

}  // namespace nrc::study
