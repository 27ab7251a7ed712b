// SPDX-License-Identifier: Apache-2.0
#include "method.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>

#include "nrc/error.hpp"

namespace nrc::study {
namespace {

/// Resampling to another rate and back may shift by less than that.
constexpr std::ptrdiff_t kMaxShift = 16;

/// Processor time of this thread: other programs on the machine disturb it little.
double cpu_seconds() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Runs work and returns how long it took.
template <typename Work>
double timed(const Work& work) {
  const double start = cpu_seconds();
  work();
  return cpu_seconds() - start;
}

/// Adds the energies of a signal about its mean, and of the error at the shift where it is least.
void add_error(const Samples& original, const Samples& decoded, Measurement& measurement) {
  double mean = 0.0;
  for (const std::int16_t s : original) mean += s;
  mean /= static_cast<double>(std::max<std::size_t>(1, original.size()));
  for (const std::int16_t s : original) measurement.signal_energy += (s - mean) * (s - mean);
  double least = -1.0;
  const auto size = static_cast<std::ptrdiff_t>(decoded.size());
  for (std::ptrdiff_t shift = -kMaxShift; shift <= kMaxShift; ++shift) {
    double energy = 0.0;
    for (std::size_t i = 0; i < original.size(); ++i) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(i) + shift;
      const double there = at >= 0 && at < size ? decoded[static_cast<std::size_t>(at)] : mean;
      energy += (original[i] - there) * (original[i] - there);
    }
    if (least < 0.0 || energy < least) least = energy;
  }
  measurement.error_energy += least;
}

}  // namespace

Measurement& Measurement::operator+=(const Measurement& other) {
  original_bytes += other.original_bytes;
  bytes += other.bytes;
  tables += other.tables;
  samples += other.samples;
  encode_seconds += other.encode_seconds;
  decode_seconds += other.decode_seconds;
  exact = exact && other.exact;
  signal_energy += other.signal_energy;
  error_energy += other.error_energy;
  return *this;
}

Measurement ImageMethod::measure(const Recording& recording) const {
  Measurement measurement;
  measurement.original_bytes = recording.image.size();
  measurement.samples = recording.samples.size();
  Bytes bytes;
  Comparison comparison(recording.image.data(), recording.image.size());
  measurement.encode_seconds = timed([&] { bytes = encode(recording); });
  measurement.decode_seconds =
      timed([&] { decode(bytes, recording.image.size(), comparison.sink()); });
  measurement.bytes = bytes.size();
  measurement.exact = comparison.equal();
  return measurement;
}

Measurement SampleMethod::measure(const Recording& recording) const {
  Measurement measurement;
  measurement.original_bytes = recording.image.size();
  measurement.samples = recording.samples.size();
  measurement.bytes = kRecordingHeaderBytes;
  const std::size_t pieces = piece_count(recording.frames(), kMaxPiece);
  for (std::size_t i = 0; i < pieces * recording.channels; ++i) {
    const Samples samples = piece_of(recording, i, pieces);
    measurement.bytes += kChannelHeaderBytes;
    ChannelStream stream;
    Samples decoded;
    measurement.encode_seconds += timed([&] { stream = encode(samples, recording.rate); });
    measurement.decode_seconds +=
        timed([&] { decoded = decode(stream.bytes, samples.size(), recording.rate); });
    measurement.bytes += stream.bytes.size() - stream.tables;
    measurement.tables += stream.tables;
    measurement.exact = measurement.exact && decoded == samples;
    if (!facts().lossless) add_error(samples, decoded, measurement);
  }
  return measurement;
}

std::pair<Samples, std::size_t> SampleMethod::round_trip(const Samples& samples,
                                                         double rate) const {
  const ChannelStream stream = encode(samples, rate);
  return {decode(stream.bytes, samples.size(), rate),
          kRecordingHeaderBytes + kChannelHeaderBytes + stream.bytes.size() - stream.tables};
}

Methods all_methods() {
  Methods methods;
  add_huffman_methods(methods);
  add_lookup_methods(methods);
  add_rice_methods(methods);
  add_byte_compressors(methods);
  add_audio_methods(methods);
  add_nrc_methods(methods);
  add_rank_coding(methods);
  return methods;
}

Methods methods_by_name(const std::vector<std::string>& names) {
  Methods all = all_methods();
  Methods chosen;
  std::vector<std::string> known;
  for (const auto& method : all) known.push_back(method->facts().name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error(fmt::format("no method {}; there are {}", name, fmt::join(known, ", ")));
    }
  }
  for (auto& method : all) {
    if (std::find(names.begin(), names.end(), method->facts().name) != names.end()) {
      chosen.push_back(std::move(method));
    }
  }
  return chosen;
}

}  // namespace nrc::study
