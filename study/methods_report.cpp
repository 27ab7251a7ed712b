// SPDX-License-Identifier: Apache-2.0
#include "methods_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nrc::study {
namespace {

/// More recordings than that have no column of their own.
constexpr std::size_t kMaxColumns = 12;

std::string optional_number(const std::optional<double>& value) {
  return value ? fmt::format("{:g}", *value) : "";
}

double megasamples(std::size_t samples, double seconds) {
  return static_cast<double>(samples) / 1e6 / std::max(seconds, 1e-9);
}

/// Of a lossy method, dB.
double signal_to_noise(const Measurement& m) {
  return 10.0 * std::log10(m.signal_energy / std::max(m.error_energy, 1e-9));
}

double rms_error(const Measurement& m) {
  return std::sqrt(m.error_energy / static_cast<double>(m.samples));
}

/// A figure of the published study, and what is measured here that it can be.
struct Published {
  const char* what;
  double ratio;
  std::vector<std::string> candidates;  ///< names of methods; the nearest ratio is shown
  const char* why;
};

std::vector<Published> published_figures() {
  std::vector<std::string> bytes;
  std::vector<std::string> zlib;
  for (const char* size : {"32", "64", "128", "256"}) {
    bytes.push_back(fmt::format("lookup-{}-bytes", size));
    bytes.push_back(fmt::format("lookup-{}", size));
    zlib.push_back(fmt::format("lookup-{}-zlib", size));
    zlib.push_back(fmt::format("lookup-{}-bits-zlib", size));
  }
  return {
      {"optimal Huffman per file",
       2.54,
       {"huffman-no-tree"},
       "The payload alone, without the tree; the ratio with it is in the table above."},
      {"zip",
       2.2,
       {"zip"},
       "The challenge names this figure itself, rounded, for all its files and with the directory "
       "of the zip file."},
      {"look-up coding", 1.91, bytes,
       "A byte per sample gives 2 less what escapes cost. The study does not say how large its "
       "tables were or what an escape costs; in bits, small tables do better."},
      {"look-up coding, then zip", 2.268, zlib,
       "After whole bytes zlib does far better. After codes in bits it comes nearer, as zlib looks "
       "for bytes: the study seems to have packed bits, in an order in which zlib finds less."},
      {"FLAC",
       1.489,
       {"flac"},
       "The stream of libFLAC. The program flac leaves 8 KiB of padding in each file besides."},
      {"MP3",
       9.535,
       {"mp3"},
       "The bit rate is fixed, so the ratio follows from it. What is left may be the frame and the "
       "tags that programs write besides the sound."},
  };
}

/// Ratio in the study of one method, where it is certain that the study had the same one.
std::optional<double> published_ratio(const std::string& method) {
  for (const Published& figure : published_figures()) {
    if (figure.candidates == std::vector<std::string>{method}) return figure.ratio;
  }
  return std::nullopt;
}

void compare_with_study(const std::vector<MethodResult>& results, Document& document) {
  Document::Table table;
  table.header = {"published", "ratio in the study", "nearest method here",
                  "ratio",     "mean of files",      "difference",
                  "why"};
  for (const Published& figure : published_figures()) {
    const MethodResult* nearest = nullptr;
    const auto distance = [&](const MethodResult& r) {
      return std::min(std::abs(r.total.ratio() - figure.ratio),
                      std::abs(r.mean_ratio() - figure.ratio));
    };
    for (const MethodResult& r : results) {
      if (std::count(figure.candidates.begin(), figure.candidates.end(), r.facts.name) != 0 &&
          (nearest == nullptr || distance(r) < distance(*nearest))) {
        nearest = &r;
      }
    }
    if (nearest == nullptr) continue;
    const double ratio = std::abs(nearest->total.ratio() - figure.ratio) <
                                 std::abs(nearest->mean_ratio() - figure.ratio)
                             ? nearest->total.ratio()
                             : nearest->mean_ratio();
    table.rows.push_back({figure.what, fmt::format("{:g}", figure.ratio), nearest->facts.name,
                          fmt::format("{:.3f}", nearest->total.ratio()),
                          fmt::format("{:.3f}", nearest->mean_ratio()),
                          fmt::format("{:+.1f} %", 100.0 * (ratio / figure.ratio - 1.0)),
                          figure.why});
  }
  if (!table.rows.empty()) {
    document.heading("Beside the published figures");
    document.paragraph(
        "The study is of the recordings of Neuralink's compression challenge; with other "
        "recordings the figures have no reason to agree. The difference is that of the nearer of "
        "the two ratios.");
    document.table(std::move(table));
  }
}

void by_recording(const std::vector<MethodResult>& results, const std::vector<RecordingFile>& files,
                  Document& document) {
  if (files.size() < 2 || files.size() > kMaxColumns) return;
  Document::Table table;
  table.header = {"ratio"};
  for (const RecordingFile& file : files) {
    table.header.push_back(std::filesystem::path(file.path).filename().string());
  }
  for (const MethodResult& r : results) {
    std::vector<std::string> row = {r.facts.title};
    for (const double ratio : r.ratios) row.push_back(fmt::format("{:.3f}", ratio));
    table.rows.push_back(std::move(row));
  }
  document.heading("Methods by recording");
  document.table(std::move(table));
}

}  // namespace

void report_methods(const std::vector<MethodResult>& results,
                    const std::vector<RecordingFile>& files, bool speeds, Document& document) {
  document.heading("Methods");
  document.paragraph(
      "The ratio is original bytes over compressed bytes of all recordings together; the mean is "
      "that of the ratios of the files. Every stream was decoded: a lossless method gave back "
      "every byte. Original bytes are those of the WAV files with their headers; of raw and EDF "
      "files two for each sample. Methods that take samples code each channel on its own, and 12 "
      "bytes for a file and 4 for a channel are counted. Latency is in samples of a channel, and "
      "what is shared is the memory of all channels together.");
  Document::Table table;
  table.header = {"method", "ratio", "mean of files", "study", "bits per sample"};
  if (speeds) {
    table.header.insert(table.header.end(), {"encode, Msample/s", "decode, Msample/s"});
  }
  table.header.insert(table.header.end(), {"lossless", "latency, samples", "state per channel"});
  for (const MethodResult& r : results) {
    const Measurement& m = r.total;
    std::vector<std::string> row = {
        r.facts.title, fmt::format("{:.3f}", m.ratio()), fmt::format("{:.3f}", r.mean_ratio()),
        optional_number(published_ratio(r.facts.name)), fmt::format("{:.3f}", m.bits_per_sample())};
    if (speeds) {
      row.push_back(fmt::format("{:.1f}", megasamples(m.samples, m.encode_seconds)));
      row.push_back(fmt::format("{:.1f}", megasamples(m.samples, m.decode_seconds)));
    }
    row.push_back(m.exact ? "yes" : fmt::format("no: SNR {:.1f} dB", signal_to_noise(m)));
    row.push_back(r.facts.latency);
    row.push_back(r.facts.state);
    table.rows.push_back(std::move(row));
  }
  document.table(std::move(table));
  if (speeds) {
    document.paragraph(
        "Speeds are of one thread in processor time, over all recordings; they differ from run to "
        "run, the rest of this report does not.");
  }
  compare_with_study(results, document);
  by_recording(results, files, document);

  document.heading("How the methods were set up");
  std::vector<std::string> notes;
  for (const MethodResult& r : results) {
    std::string note = fmt::format("{} ({}): {}", r.facts.title, r.facts.name, r.facts.note);
    if (r.shared_table_bytes != 0) {
      note += fmt::format(
          " Shared tables: {} bytes, {:.2f} % of the compressed bytes.", r.shared_table_bytes,
          100.0 * static_cast<double>(r.shared_table_bytes) / static_cast<double>(r.total.bytes));
    }
    if (!r.facts.lossless) {
      note += fmt::format(" RMS error {:.0f} of the 16-bit range.", rms_error(r.total));
    }
    notes.push_back(std::move(note));
  }
  document.list(std::move(notes));
}

Document::Table methods_table(const std::vector<MethodResult>& results, bool speeds) {
  Document::Table table;
  table.header = {
      "method",     "title",           "original_bytes",  "compressed_bytes", "ratio",
      "mean_ratio", "published_ratio", "bits_per_sample", "table_bytes",      "shared_table_bytes",
      "lossless",   "rms_error",       "snr_db",          "latency",          "state"};
  if (speeds) {
    table.header.insert(table.header.end(),
                        {"encode_msamples_per_second", "decode_msamples_per_second"});
  }
  for (const MethodResult& r : results) {
    const Measurement& m = r.total;
    std::vector<std::string> row = {r.facts.name,
                                    r.facts.title,
                                    fmt::to_string(m.original_bytes),
                                    fmt::to_string(m.bytes),
                                    fmt::format("{:.5f}", m.ratio()),
                                    fmt::format("{:.5f}", r.mean_ratio()),
                                    optional_number(published_ratio(r.facts.name)),
                                    fmt::format("{:.5f}", m.bits_per_sample()),
                                    fmt::to_string(m.tables),
                                    fmt::to_string(r.shared_table_bytes),
                                    m.exact ? "yes" : "no",
                                    fmt::format("{:.3f}", rms_error(m)),
                                    m.exact ? "" : fmt::format("{:.3f}", signal_to_noise(m)),
                                    r.facts.latency,
                                    r.facts.state};
    if (speeds) {
      row.push_back(fmt::format("{:.3f}", megasamples(m.samples, m.encode_seconds)));
      row.push_back(fmt::format("{:.3f}", megasamples(m.samples, m.decode_seconds)));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace nrc::study
