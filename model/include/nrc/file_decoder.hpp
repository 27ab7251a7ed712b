// SPDX-License-Identifier: Apache-2.0
//
// Streams back to files (docs/bitstream.md, section 9), on top of Decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nrc/byte_sink.hpp"
#include "nrc/decoder.hpp"
#include "nrc/tables.hpp"

namespace nrc {

/// Decodes a stream, as it arrives, to the bytes of the file it was made from; of a stream without
/// a container, to samples of its type and byte order.
class FileDecoder {
 public:
  /// @param threads  that decode, each the packets from one key packet to the next; 0: one for
  /// each processor. `tables` is called from all of them.
  explicit FileDecoder(ByteSink sink, Decoder::TableSource tables = Tables::builtin_by_id,
                       unsigned threads = 1);
  ~FileDecoder();
  FileDecoder(const FileDecoder&) = delete;
  FileDecoder& operator=(const FileDecoder&) = delete;

  /// Takes the next bytes of the stream, any number.
  /// @throws Error for anything but an intact stream in order. What was written before is correct.
  void add(const std::uint8_t* data, std::size_t size);

  /// @throws Error if the stream was cut.
  void finish();

  /// The stream's header, once it has been decoded.
  const std::optional<StreamHeader>& header() const { return decoder_.header(); }
  std::uint64_t frames() const { return decoder_.frames(); }
  /// The largest rounding step so far, codes; 1: all packets are lossless.
  int lossy_step() const { return decoder_.lossy_step(); }

 private:
  class Groups;  ///< packets from one key packet to the next, decoded by several threads

  void take_packets(const std::uint8_t* data, std::size_t size);
  void finish_groups();
  void take(const ParsedPacket& packet);
  void take_data(const ParsedPacket& packet);
  void check_total() const;
  void write(std::vector<std::uint8_t>& samples);
  void begin(const StreamHeader& header);
  void take_container(const ParsedPacket& packet);
  [[noreturn]] void fail(const std::string& what) const;

  ByteSink sink_;
  Decoder decoder_;
  std::unique_ptr<Groups> groups_;  ///< null with one thread
  std::vector<std::uint8_t> buffer_;
  std::vector<std::uint8_t> samples_;
  std::vector<std::vector<std::uint8_t>> after_;  ///< container payloads of the file's end
  std::uint64_t position_ = 0;                    ///< in the stream, of the current packet
  bool begun_ = false;
  bool data_begun_ = false;
};

}  // namespace nrc
