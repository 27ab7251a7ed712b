// SPDX-License-Identifier: Apache-2.0
//
// Any part of the samples of a stream in a file (docs/bitstream.md, section 9): decoding begins at
// the key packet before it, and reads no more than that needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nrc/event.hpp"
#include "nrc/packet_decoder.hpp"

namespace nrc {

struct StreamIndex;

/// What the packets of a stream say besides their samples.
struct PacketSurvey {
  std::uint64_t packets = 0;   ///< with frames
  std::uint64_t lossless = 0;  ///< packets with frames that are not rounded
  int largest_step = 1;        ///< codes; no code is more than half of it off
  std::vector<Event> events;   ///< in the order in which they were complete
};

class FileReader {
 public:
  /// Reads `size` bytes from byte `offset` of the file on; they are in it. @throws Error
  using Read = std::function<void(std::uint64_t offset, std::uint8_t* to, std::size_t size)>;
  /// samples[frame * channels + channel], in order. A callback that takes `const std::int16_t*` is
  /// for streams of int16 samples.
  using Samples = std::function<void(SampleView samples, std::size_t frames)>;

  /// Finds the key packets: by the index at the end or, without one, by the header of every packet.
  /// If several streams are in the file, the first one counts.
  /// @param size  of the file, bytes
  /// @throws Error if the file does not begin with a stream, or one that needs other tables
  FileReader(std::uint64_t size, Read read,
             PacketDecoder::TableSource tables = Tables::builtin_by_id);
  ~FileReader();
  FileReader(FileReader&&) noexcept;
  FileReader& operator=(FileReader&&) noexcept;

  const StreamHeader& header() const { return *decoder_.header(); }
  /// Frames that the stream has or, without an index, up to the first packet that is not in order.
  std::uint64_t frames() const;
  /// Whether the index was found.
  bool indexed() const { return indexed_; }
  /// Whether the stream is there up to its last packet, with as many frames as its header states.
  bool closed() const;
  /// Places where decoding can begin.
  std::size_t key_packets() const;
  /// The first frame of the key packet of this number.
  std::uint64_t key_frame(std::size_t number) const;
  /// Text about the recording, JSON by custom; empty: none.
  const std::string& metadata() const { return metadata_; }
  /// Whether the stream was made from a WAV file.
  bool wav() const { return wav_; }
  /// The largest rounding step of the packets decoded so far, codes; 1: all are lossless.
  int lossy_step() const { return decoder_.lossy_step(); }

  /// Reads the header of every packet, and the events. @throws Error if one cannot be read
  PacketSurvey survey();

  /// Gives `count` frames from `first` on.
  /// @throws Error if there are not as many, or a packet on the way to them is damaged; frames
  /// before it have been given.
  void read(std::uint64_t first, std::uint64_t count, const Samples& samples) {
    read(first, count, {}, samples);
  }

  /// The same of some channels: samples[frame * channels.size() + i]. Takes a part of the time, if
  /// the stream has lanes.
  /// @param channels  any, in any order; empty: all
  void read(std::uint64_t first, std::uint64_t count, const std::vector<std::uint32_t>& channels,
            const Samples& samples);

 private:
  std::uint64_t read_chosen(std::uint64_t first, std::uint64_t count, const Samples& samples);
  ParsedPacket packet_at(std::uint64_t offset);
  bool of_stream(const PacketHeader& header) const;
  std::size_t read_metadata();
  bool find_index();
  void scan();
  bool begins_at(std::uint64_t offset, std::uint64_t frame);

  std::uint64_t size_;
  Read read_;
  PacketDecoder decoder_;
  std::uint64_t begin_ = 0;  ///< bytes of the stream header packet
  std::unique_ptr<StreamIndex> index_;
  bool indexed_ = false;
  bool closed_ = false;  ///< the last packet is there
  bool wav_ = false;
  std::string metadata_;
  std::vector<std::uint8_t> bytes_;  ///< of the packet at hand
  std::vector<std::uint8_t> samples_;
  std::vector<std::uint8_t> chosen_samples_;
};

}  // namespace nrc
