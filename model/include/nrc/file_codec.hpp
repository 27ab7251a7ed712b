// SPDX-License-Identifier: Apache-2.0
//
// Files to streams and back (docs/bitstream.md, section 9), on top of Encoder and Decoder. Input
// may be a WAV image, an image of plain int16 samples, or samples that arrive piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nrc/decoder.hpp"
#include "nrc/format.hpp"
#include "nrc/packetizer.hpp"
#include "nrc/tables.hpp"

namespace nrc {

/// Takes output bytes in order. An exception it throws ends the work and passes through.
using ByteSink = std::function<void(const std::uint8_t* data, std::size_t size)>;

/// Told now and then how many input bytes are done.
using ByteProgress = std::function<void(std::uint64_t bytes)>;

/// What the user may set; the defaults choose by the samples.
struct EncodeOptions {
  /// Unset: shift6 if the samples are on its grid (but for less than a quarter of the packets),
  /// else code.
  std::optional<Mapping> mapping;
  Profile profile = Profile::kHuffman;  ///< where `tables` does not say
  /// Outlive the encoding. Null: built-in `default` with shift6, and otherwise that of `default`
  /// and `generic` which makes the first packet smaller.
  const Tables* tables = nullptr;
  std::uint32_t packet_frames = 0;  ///< 0: as many as make about 131072 samples
  bool neighbour = false;           ///< range profile: with stage neighbour
  /// Codes are rounded to multiples of this, which loses samples, one of lossy_step(); 1:
  /// lossless. Without `tables`, built-in `generic` is used then.
  int lossy_step = 1;
  /// Packets from one key packet to the next, with the stream header before each; 0: only the
  /// first.
  std::uint16_t key_interval = 0;
};

/// What became of the input.
struct EncodeSummary {
  StreamHeader header;
  std::string tables;  ///< their name
  std::uint64_t frames = 0;
  std::uint64_t input_bytes = 0;
  std::uint64_t stream_bytes = 0;
  std::string stored_because;  ///< why the file was stored instead of coded; empty if it was coded
};

/// Encodes a WAV file. Any image works: one that the codec does not apply to is stored whole.
/// @throws Error if an option cannot be used with this file.
EncodeSummary encode_wav(const std::uint8_t* image, std::size_t size, const EncodeOptions& options,
                         const ByteSink& sink, const ByteProgress& progress = {});

/// Encodes int16 little-endian samples, channels interleaved, without a header.
/// @param channels         1..65536
/// @param rate_millihertz  of one channel; 0: unknown
/// @throws Error if the image ends inside a frame or an option cannot be used.
EncodeSummary encode_raw(const std::uint8_t* image, std::size_t size, std::uint32_t channels,
                         std::uint32_t rate_millihertz, const EncodeOptions& options,
                         const ByteSink& sink, const ByteProgress& progress = {});

class PacketWriter;

/// Encodes int16 samples as they arrive, in the memory of one packet. Mapping, code width and
/// tables are chosen by the first packet; later packets that do not fit the choice are sent raw.
class RawEncoder {
 public:
  /// Parameters as for encode_raw().
  RawEncoder(std::uint32_t channels, std::uint32_t rate_millihertz, const EncodeOptions& options,
             ByteSink sink);
  ~RawEncoder();
  RawEncoder(const RawEncoder&) = delete;
  RawEncoder& operator=(const RawEncoder&) = delete;

  /// Takes the next bytes; they may end anywhere, also inside a sample.
  void add(const std::uint8_t* data, std::size_t size);

  /// Closes the stream. @throws Error if the samples end inside a frame.
  EncodeSummary finish();

 private:
  void flush(bool last);

  EncodeOptions options_;
  ByteSink sink_;
  StreamHeader header_;
  std::size_t packet_bytes_;
  std::vector<std::uint8_t> pending_;
  std::uint64_t input_bytes_ = 0;
  std::unique_ptr<PacketWriter> writer_;
};

/// Decodes a stream, as it arrives, to the bytes of the file it was made from; of a stream without
/// a container, to int16 little-endian samples.
class FileDecoder {
 public:
  explicit FileDecoder(ByteSink sink, Decoder::TableSource tables = Tables::builtin_by_id);

  /// Takes the next bytes of the stream, any number.
  /// @throws Error for anything but an intact stream in order. What was written before is right.
  void add(const std::uint8_t* data, std::size_t size);

  /// @throws Error if the stream was cut.
  void finish();

  /// The stream's header, once it was seen.
  const std::optional<StreamHeader>& header() const { return decoder_.header(); }
  std::uint64_t frames() const { return decoder_.frames(); }

 private:
  void take(const ParsedPacket& packet);
  void begin(const StreamHeader& header);
  void take_container(const ParsedPacket& packet);
  [[noreturn]] void fail(const std::string& what) const;

  ByteSink sink_;
  Decoder decoder_;
  std::vector<std::uint8_t> buffer_;
  std::vector<std::int16_t> samples_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::vector<std::uint8_t>> after_;  ///< container payloads of the file's end
  std::uint64_t position_ = 0;                    ///< in the stream, of the packet at hand
  bool begun_ = false;
  bool data_begun_ = false;
};

/// A container packet's payload, taken apart.
struct ContainerPiece {
  bool after_samples = false;
  bool compressed = false;
  std::uint32_t length = 0;  ///< bytes once unpacked
  std::uint32_t stored = 0;  ///< bytes in the payload, from byte 12
};

/// @throws Error if the payload breaks a rule of docs/bitstream.md, section 9.
ContainerPiece parse_container(const std::uint8_t* payload, std::size_t size);

/// Writes the bytes of the file that a container packet's payload holds.
/// @throws Error if it breaks a rule or cannot be unpacked; `sink` may have taken some bytes then.
void write_piece(const std::uint8_t* payload, std::size_t size, const ByteSink& sink);

}  // namespace nrc
