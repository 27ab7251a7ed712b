// SPDX-License-Identifier: Apache-2.0
//
// Files to streams (docs/bitstream.md, section 9), on top of Encoder. Input may be a WAV image, an
// image of plain samples, or samples that arrive piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nrc/byte_sink.hpp"
#include "nrc/format.hpp"
#include "nrc/packet.hpp"
#include "nrc/preset.hpp"
#include "nrc/tables.hpp"

namespace nrc {

/// Options of an encoding; the defaults depend on the samples.
struct EncodeOptions {
  /// Unset: what makes the stream smallest, by the samples' own values (docs/bitstream.md, section
  /// 1). Samples that are not on the map are sent as exceptions.
  std::optional<Mapping> mapping;
  ValueMap map;        ///< with Mapping::kMap
  int code_width = 0;  ///< with Mapping::kCode or kMap; 0: by the samples
  /// Instead of profile and corrections: the samples decide. Without `tables` only.
  const Preset* preset = nullptr;
  Profile profile = Profile::kHuffman;  ///< where `tables` does not say
  /// Must outlive the encoding. Null: built-in `default` with shift6, and otherwise that of
  /// `default` and `generic` which makes a few packets smaller.
  const Tables* tables = nullptr;
  std::uint32_t packet_frames = 0;  ///< 0: as many as make about 131072 samples
  Corrections corrections;          ///< range profile only
  bool narrow = false;              ///< Huffman or range profile: the narrow state of hardware
  /// Channels in the order in which they are coded; empty: as they are, or as the preset finds.
  std::vector<std::uint16_t> order;
  /// Bit strings of a packet, which a host decodes at once (docs/bitstream.md, section 7): 1, 2, 4
  /// or 8. 0: as many as cost no more than 0.1 % of the first, middle and last packet; 1 where
  /// the profile has no lanes.
  int lanes = 0;
  /// No packet has a header of the short form, which hardware does not read.
  bool long_headers = false;
  /// Threads that encode a file, which are as many packets from one key packet to the next in
  /// memory; 0: one for each processor. The stream is the same with any number. Samples that arrive
  /// piece by piece, and a stream with a key interval, are encoded by one.
  unsigned threads = 1;
  /// Codes are rounded to multiples of this, which loses samples, one of lossy_step(); 1:
  /// lossless.
  int lossy_step = 1;
  /// Packets from one key packet to the next, with the stream header before each; 0: only the
  /// first. Unset: as often as costs less than a thousandth of the stream, and no stream headers.
  std::optional<std::uint16_t> key_interval;
  /// Unset: one that the samples give, so that the same samples become the same stream.
  std::optional<std::uint32_t> stream_number;
  /// Of samples without a header; a WAV file states its own.
  SampleType sample_type = SampleType::kInt16;
  bool big_endian = false;
  /// With mapping, code_width and tables: the bits of full codes below the code. Unset: by the
  /// samples.
  std::optional<int> low_bits;
  /// Text about the recording, JSON by custom, kept in the stream; empty: none.
  std::string metadata;
  /// The coding of a long image is chosen from fewer of its samples, in a tenth of the time: for
  /// callers that encode one second after the other. Samples that were not seen are exceptions more
  /// often.
  bool quick_choice = false;
  /// Whether the summary has notes, which takes as long as a few packets.
  bool notes = true;
  /// Type and channels of raw samples are certain, as from a header: notes do not doubt them.
  bool certain_type = false;
};

/// Options that code samples as another stream does, so that both can be joined without coding
/// either again. @param tables  of that stream, must outlive the encoding
EncodeOptions options_like(const StreamHeader& header, const Tables& tables);

/// Result of an encoding.
struct EncodeSummary {
  StreamHeader header;
  std::string tables;  ///< their name
  std::uint64_t frames = 0;
  std::uint64_t input_bytes = 0;
  std::uint64_t stream_bytes = 0;
  int lanes = 1;               ///< bit strings of a packet
  std::uint64_t off_map = 0;   ///< samples that are not on the map
  std::string stored_because;  ///< why the file was stored instead of coded; empty if it was coded
  std::vector<std::string> notes;  ///< what the user should know of a file that was coded
  /// Of preset `fast`: another one that would make the file clearly smaller, and by how much; empty
  /// if there is none.
  std::string smaller_preset;
};

/// Encodes a WAV file. Any image works: one that the codec does not apply to is stored whole.
/// @throws Error if an option cannot be used with this file.
EncodeSummary encode_wav(const std::uint8_t* image, std::size_t size, const EncodeOptions& options,
                         const ByteSink& sink, const ByteProgress& progress = {});

/// Encodes samples, channels interleaved, without a header.
/// @param channels         1..65536
/// @param rate_millihertz  of one channel; 0: unknown
/// Bytes of an incomplete last frame are kept as they are, in a container packet, and noted.
/// @throws Error if an option cannot be used.
EncodeSummary encode_raw(const std::uint8_t* image, std::size_t size, std::uint32_t channels,
                         std::uint32_t rate_millihertz, const EncodeOptions& options,
                         const ByteSink& sink, const ByteProgress& progress = {});

/// Chooses map, code width, coding and tables of a stream that begins with these samples.
/// @param samples  of whole frames, of options.sample_type and in the byte order of the machine
/// @param header   channels and packet_frames are set; the sample type, mapping, map, code_width,
/// low_bits and corrections become so
/// @return tables that outlive the program, or options.tables
/// @throws Error if an option cannot be used
const Tables& choose_coding(const void* samples, std::size_t frames, const EncodeOptions& options,
                            StreamHeader& header);
/// The same of int16 samples.
const Tables& choose_coding(const std::vector<std::int16_t>& samples, const EncodeOptions& options,
                            StreamHeader& header);

class PacketWriter;

/// Encodes samples as they arrive, in the memory of one packet. Map, code width and tables
/// are chosen by the first packet; later samples that are off the map are exceptions.
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

}  // namespace nrc
