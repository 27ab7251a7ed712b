// SPDX-License-Identifier: Apache-2.0
//
// FileRecovery: what survives of a damaged stream, as the file it was made from. On top of Receiver
// (docs/bitstream.md, section 12), which gives the samples that are certainly correct.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nrc/byte_sink.hpp"
#include "nrc/receiver.hpp"

namespace nrc {

/// Frames that the file lacks.
struct FileGap : Gap {
  bool cut = false;  ///< nothing arrived after them, not even the end of the stream
};

/// Result of a recovery.
struct RecoverySummary {
  StreamHeader header;
  /// Of the receiver, with frames and missing frames as they are in the file. Where another stream
  /// follows: up to its beginning, its first packet included.
  ReceiverCounters counters;
  std::uint64_t gaps = 0;
  std::uint64_t excess_frames = 0;  ///< beyond the number in the stream header; left out
  bool closed = false;              ///< the stream's last packet arrived
  /// What replaces the bytes of the file that are not samples, and why; empty if there are none or
  /// all are correct.
  std::string substitute;
  std::optional<std::uint64_t> next_stream;  ///< byte of the input at which another stream begins

  /// False if it is unknown how many frames are missing after the last ones.
  bool end_known() const { return closed || header.total_frames != kUnknownFrames; }
  /// True if the output is the file that the stream was made from, and nothing else was in the
  /// input.
  bool complete() const {
    return counters.missing_frames == 0 && excess_frames == 0 && end_known() &&
           substitute.empty() && !next_stream;
  }
};

/// Recovers the first stream of its input. Every sample keeps its place in time, as missing frames
/// are filled. Memory: that of the receiver, and up to 2^28 bytes for the bytes around the samples
/// of a file.
class FileRecovery {
 public:
  struct Options {
    /// Every missing sample; unset: missing frames are left out. An error if the stream's samples
    /// have no such value.
    std::optional<std::int64_t> fill = 0;
    PacketDecoder::TableSource tables = Tables::builtin_by_id;
    /// A longer gap is an error instead of as many bytes of fill.
    std::uint64_t max_fill_bytes = std::uint64_t{1} << 32;
    /// Opens a file to write and read, or gives nullptr with errno set. It holds the samples of a
    /// file whose header depends on their number, so only if frames are left out or the stream does
    /// not state it.
    std::function<std::FILE*()> temporary = std::tmpfile;
  };

  /// Callbacks; any may be empty.
  struct Events {
    std::function<void(const StreamHeader& header)> begin;
    std::function<void(const FileGap& gap)> gap;
  };

  FileRecovery(Options options, ByteSink sink, Events events = {});

  /// Takes the next bytes, any number.
  /// @throws Error if the tables or the stream header's version are not known, a gap is too long
  /// to fill, or the temporary file fails.
  void add(const std::uint8_t* data, std::size_t size);

  /// True once another stream began: what follows is not read.
  bool finished() const { return summary_.next_stream.has_value(); }

  /// Ends the input: writes what remains.
  /// @throws Error as add(), or if there was no stream header.
  const RecoverySummary& finish();

 private:
  void on_stream(const StreamHeader& header);
  void on_container(const std::uint8_t* payload, std::size_t size);
  void on_samples(SampleView samples, std::size_t frames);
  std::size_t frame_bytes() const {
    return sample_bytes(summary_.header.sample_type) * summary_.header.channels;
  }
  void on_gap(const Gap& gap);
  void on_end(bool closed);
  bool reading() const { return begun_ && !ended_; }
  /// True for a file that is held whole in container packets.
  bool stored() const;
  std::uint64_t clip(std::uint64_t frames) const;
  void write_stored(const std::uint8_t* payload, std::size_t size);
  void settle_gap(bool cut);
  void fill(const Gap& gap);
  void begin_samples();
  void write_samples(const std::uint8_t* bytes, std::size_t size);
  void write_canonical_header(std::uint64_t frames);
  void write_pieces(bool after);
  void end_stored();
  void end_late();
  void copy_temporary();

  struct Piece {
    bool after = false;  ///< the samples
    std::vector<std::uint8_t> payload;
  };

  Options options_;
  ByteSink sink_;
  Events events_;
  Receiver receiver_;
  RecoverySummary summary_;
  bool begun_ = false;
  bool ended_ = false;
  bool samples_begun_ = false;

  std::uint64_t frames_ = 0;          ///< given or missing so far
  std::uint64_t missing_frames_ = 0;  ///< of these
  std::uint64_t dropped_frames_ = 0;  ///< of these, by the encoder
  std::optional<Gap> gap_;            ///< held until it is known whether it is the last one

  std::vector<Piece> pieces_;
  std::uint64_t piece_bytes_ = 0;
  std::string pieces_fault_;         ///< why the pieces cannot be used; empty: they can
  std::uint64_t stored_bytes_ = 0;   ///< written of a stored file
  bool original_container_ = false;  ///< the bytes before the samples are the file's own

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> temporary_{nullptr, &std::fclose};
  std::vector<std::uint8_t> bytes_;
};

}  // namespace nrc
