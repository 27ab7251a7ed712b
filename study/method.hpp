// SPDX-License-Identifier: Apache-2.0
//
// One way to compress a recording, measured by doing it: every method really encodes and decodes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nrc/byte_sink.hpp"
#include "recording.hpp"

namespace nrc::study {

/// What the report says of a method besides what is measured.
struct MethodFacts {
  std::string name;      ///< for --methods
  std::string title;     ///< in the tables
  std::string latency;   ///< samples of a channel until the first of them is out
  std::string state;     ///< memory besides the code, for each channel and shared
  std::string note;      ///< what was assumed
  bool lossless = true;  ///< whether it is meant to be
};

/// What became of one recording, or of several.
struct Measurement {
  std::size_t original_bytes = 0;
  std::size_t bytes = 0;   ///< that count
  std::size_t tables = 0;  ///< bytes in the stream that do not count
  std::size_t samples = 0;
  double encode_seconds = 0.0;  ///< processor time of one thread
  double decode_seconds = 0.0;
  bool exact = true;           ///< decoded and compared
  double signal_energy = 0.0;  ///< about the mean; only of lossy methods
  double error_energy = 0.0;

  Measurement& operator+=(const Measurement& other);
  double ratio() const { return static_cast<double>(original_bytes) / static_cast<double>(bytes); }
  double bits_per_sample() const {
    return 8.0 * static_cast<double>(bytes) / static_cast<double>(samples);
  }
};

class Method {
 public:
  explicit Method(MethodFacts facts) : facts_(std::move(facts)) {}
  virtual ~Method() = default;
  Method(const Method&) = delete;
  Method& operator=(const Method&) = delete;

  const MethodFacts& facts() const { return facts_; }

  /// Whether learn() must see all recordings first: the method's tables are shared by them.
  virtual bool learns() const { return false; }
  /// Not from several threads at once. The order of the recordings does not matter.
  virtual void learn(const Recording& /*recording*/) {}
  virtual void finish_learning() {}
  /// Bytes of the shared tables, which no measurement counts.
  virtual std::size_t shared_table_bytes() const { return 0; }

  /// Encodes, decodes and compares. May be called from several threads.
  virtual Measurement measure(const Recording& recording) const = 0;

 private:
  MethodFacts facts_;
};

/// Compares bytes that come piece by piece with those that are expected, and keeps none.
class Comparison {
 public:
  Comparison(const std::uint8_t* expected, std::size_t size) : expected_(expected), size_(size) {}
  Comparison(const Comparison&) = delete;  // the sink refers to it
  Comparison& operator=(const Comparison&) = delete;

  ByteSink sink() {
    return [this](const std::uint8_t* data, std::size_t size) {
      same_ = same_ && size <= size_ - done_ && std::equal(data, data + size, expected_ + done_);
      done_ += size;
    };
  }
  /// True if all of them came, and no others.
  bool equal() const { return same_ && done_ == size_; }

 private:
  const std::uint8_t* expected_;
  std::size_t size_;
  std::size_t done_ = 0;
  bool same_ = true;
};

/// A method that takes the file as it is, byte by byte.
class ImageMethod : public Method {
 public:
  using Method::Method;
  Measurement measure(const Recording& recording) const override;

 protected:
  virtual Bytes encode(const Recording& recording) const = 0;
  /// Decodes to `sink`. @param size  of the image
  virtual void decode(const Bytes& bytes, std::size_t size, const ByteSink& sink) const = 0;
};

/// The stream of one channel.
struct ChannelStream {
  Bytes bytes;
  std::size_t tables = 0;  ///< bytes in front that do not count
};

/// A method that takes the samples, each channel on its own and in pieces if it is long. What
/// counts is the streams, kChannelHeaderBytes for each of them and kRecordingHeaderBytes.
class SampleMethod : public Method {
 public:
  /// Channels, rate and frames: what a decoder must know to write the header of a WAV file again.
  static constexpr std::size_t kRecordingHeaderBytes = 12;
  /// The length of the channel's stream.
  static constexpr std::size_t kChannelHeaderBytes = 4;
  /// Samples of a piece at most: long ones would take many times the memory of the recording.
  static constexpr std::size_t kMaxPiece = std::size_t{1} << 17;

  using Method::Method;
  Measurement measure(const Recording& recording) const override;
  /// One channel, coded and decoded, and the bytes that count.
  std::pair<Samples, std::size_t> round_trip(const Samples& samples, double rate) const;

 protected:
  /// @param rate  Hz; 0: unknown
  virtual ChannelStream encode(const Samples& samples, double rate) const = 0;
  /// @param count  samples of the channel
  virtual Samples decode(const Bytes& bytes, std::size_t count, double rate) const = 0;
};

using Methods = std::vector<std::unique_ptr<Method>>;

// The families, each in a file of its own.
void add_huffman_methods(Methods& methods);
void add_lookup_methods(Methods& methods);
void add_rice_methods(Methods& methods);
void add_byte_compressors(Methods& methods);
void add_audio_methods(Methods& methods);
void add_nrc_methods(Methods& methods);
void add_rank_coding(Methods& methods);

/// MP3 of a channel at that rate. @param kilobits  per second; 0: LAME's default
std::unique_ptr<SampleMethod> mp3_method(MethodFacts facts, int kilobits);

/// All of them, in the order of the table.
Methods all_methods();

/// The methods of a list of names. @throws Error for a name that is none, with all names.
Methods methods_by_name(const std::vector<std::string>& names);

}  // namespace nrc::study
