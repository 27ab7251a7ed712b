// SPDX-License-Identifier: Apache-2.0
#include "nrc/file_recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "file/container.hpp"
#include "file/wav.hpp"
#include "format/samples.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {

constexpr std::uint64_t kMaxHeldBytes = std::uint64_t{1} << 28;
constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

[[noreturn]] void fail_temporary() {
  throw Error(fmt::format("cannot use a temporary file: {}; set TMPDIR to a directory with room",
                          std::strerror(errno)));
}

}  // namespace

FileRecovery::FileRecovery(Options options, ByteSink sink, Events events)
    : options_(std::move(options)),
      sink_(std::move(sink)),
      events_(std::move(events)),
      receiver_({options_.tables}, {[this](const StreamHeader& header) { on_stream(header); },
                                    [this](std::uint64_t, SampleView samples, std::size_t frames) {
                                      on_samples(samples, frames);
                                    },
                                    [this](const Gap& gap) { on_gap(gap); },
                                    [this](const std::uint8_t* payload, std::size_t size) {
                                      on_container(payload, size);
                                    },
                                    [this](bool closed) { on_end(closed); },
                                    {}}) {}

void FileRecovery::add(const std::uint8_t* data, std::size_t size) {
  if (finished()) return;
  try {
    receiver_.add(data, size);
  } catch (const Error&) {
    if (!ended_) throw;
    // After the end of the first stream nothing is written, so an error there is the news that
    // another stream follows, not a failure.
    summary_.next_stream = receiver_.header_position();
  }
}

const RecoverySummary& FileRecovery::finish() {
  // Not after another stream began: the receiver would report the end of that one.
  if (!finished()) receiver_.finish();
  if (!begun_) {
    throw Error(
        fmt::format("no stream header found in {} bytes: not an nrc stream, or its first "
                    "key packet is missing too",
                    receiver_.counters().bytes));
  }
  if (!finished()) summary_.counters = receiver_.counters();
  // The receiver counts frames beyond the stated length as well; the file does not have them.
  summary_.counters.frames = frames_ - missing_frames_;
  summary_.counters.missing_frames = missing_frames_;
  summary_.counters.dropped_frames = dropped_frames_;
  if (stored()) {
    end_stored();
  } else if (temporary_) {
    end_late();
  } else if (original_container_) {
    write_pieces(true);
    if (!pieces_fault_.empty()) {
      summary_.substitute =
          fmt::format("the bytes around the samples cannot be trusted: {}", pieces_fault_);
    }
  }
  return summary_;
}

bool FileRecovery::stored() const {
  return summary_.header.container == 2 && summary_.header.total_frames == 0;
}

/// How many of these frames, the next ones, are inside the stream's length.
std::uint64_t FileRecovery::clip(std::uint64_t frames) const {
  return std::min(frames, summary_.header.total_frames - frames_);
}

void FileRecovery::on_stream(const StreamHeader& header) {
  if (begun_) {
    // Only the first stream is recovered, since its successor would be another file. The position
    // lets the user decode that one separately.
    if (!summary_.next_stream) summary_.next_stream = receiver_.header_position();
    return;
  }
  begun_ = true;
  summary_.header = header;
  const SampleType type = header.sample_type;
  const std::int64_t half = std::int64_t{1} << (sample_bits(type) - 1);
  const std::int64_t least = is_signed(type) ? -half : 0;
  if (options_.fill && (*options_.fill < least || *options_.fill >= least + 2 * half)) {
    throw Error(fmt::format("{} cannot fill gaps of {} samples; give {} to {}", *options_.fill,
                            sample_type_name(type), least, least + 2 * half - 1));
  }
  if (events_.begin) events_.begin(header);
}

void FileRecovery::on_container(const std::uint8_t* payload, std::size_t size) {
  if (!reading()) return;
  bool after = false;
  try {
    after = parse_container(payload, size).after_samples;
    // For trial: a piece that fails half way would leave its first half in the file.
    write_piece(payload, size, [](const std::uint8_t*, std::size_t) {});
  } catch (const Error&) {
    pieces_fault_ = "a container packet contradicts itself";
    return;
  }
  // A stored file is written piece by piece. Pieces around samples wait in memory, since those
  // before the samples are usable only if none of them is missing.
  if (samples_begun_) {
    pieces_fault_ = "a container packet comes after samples";
  } else if (stored() && !after) {
    write_stored(payload, size);
  } else if (piece_bytes_ + size > kMaxHeldBytes) {
    pieces_fault_ = "they are longer than 2^28 bytes";
  } else {
    piece_bytes_ += size;
    pieces_.push_back({after, {payload, payload + size}});
  }
}

void FileRecovery::write_stored(const std::uint8_t* payload, std::size_t size) {
  if (receiver_.counters().lost_packets != 0 && pieces_fault_.empty()) {
    pieces_fault_ = fmt::format("packets are lost after byte {} of the file", stored_bytes_);
  }
  write_piece(payload, size, [this](const std::uint8_t* data, std::size_t count) {
    stored_bytes_ += count;
    sink_(data, count);
  });
}

void FileRecovery::on_samples(SampleView samples, std::size_t frames) {
  if (!reading()) return;
  // Samples after a gap show that it is not the end of the stream.
  settle_gap(false);
  begin_samples();
  const std::uint64_t count = clip(frames);
  summary_.excess_frames += frames - count;
  frames_ += count;
  bytes_.assign(samples.bytes(), samples.bytes() + count * frame_bytes());
  to_byte_order(samples.type(), summary_.header.big_endian, bytes_.data(), bytes_.size());
  write_samples(bytes_.data(), bytes_.size());
}

void FileRecovery::on_gap(const Gap& gap) {
  if (!reading()) return;
  settle_gap(false);
  // Held until samples or the end follow: a gap at the end of a cut stream is reported differently.
  gap_ = gap;
}

void FileRecovery::on_end(bool closed) {
  if (!reading()) return;
  // Without a data packet, or an end, nobody knows whether all container packets came.
  if (!closed && !samples_begun_ && !stored() && receiver_.counters().undecodable_packets == 0) {
    pieces_fault_ = "the stream was cut before its samples";
  }
  settle_gap(!closed);
  begin_samples();
  summary_.closed = closed;
  summary_.counters = receiver_.counters();
  ended_ = true;
}

/// Fills the pending gap, or leaves it out, and reports it.
/// @param cut  it is the last one, and the end of the stream is missing
void FileRecovery::settle_gap(bool cut) {
  if (!gap_) return;
  begin_samples();
  FileGap gap{*std::exchange(gap_, std::nullopt), cut};
  // A damaged frame number cannot make the file longer than its stream header says.
  gap.frames = clip(gap.frames);
  if (gap.frames == 0) return;
  gap.dropped_frames = std::min(gap.dropped_frames, gap.frames);
  frames_ += gap.frames;
  missing_frames_ += gap.frames;
  dropped_frames_ += gap.dropped_frames;
  ++summary_.gaps;
  if (options_.fill) fill(gap);
  if (events_.gap) events_.gap(gap);
}

void FileRecovery::fill(const Gap& gap) {
  // Divided, as the product may be too large for 64 bits.
  if (gap.frames > options_.max_fill_bytes / frame_bytes()) {
    throw Error(fmt::format(
        "{} frames of {} channels are missing from frame {} on, too many to fill; leave missing "
        "frames out with --fill none",
        gap.frames, summary_.header.channels, gap.first_frame));
  }
  const SampleType type = summary_.header.sample_type;
  const std::size_t step = sample_bytes(type);
  bytes_.resize(kBlockBytes / step * step);
  const std::int64_t half = is_signed(type) ? 0 : std::int64_t{1} << (sample_bits(type) - 1);
  const auto value = static_cast<std::int32_t>(*options_.fill - half);
  for (std::size_t i = 0; i < bytes_.size(); i += step) put_values(type, &value, 1, &bytes_[i]);
  to_byte_order(type, summary_.header.big_endian, bytes_.data(), bytes_.size());
  for (std::uint64_t left = gap.frames * frame_bytes(); left != 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes_.size()));
    write_samples(bytes_.data(), count);
    left -= count;
  }
}

/// Writes what precedes the samples, or defers it until they are counted.
void FileRecovery::begin_samples() {
  if (std::exchange(samples_begun_, true)) return;
  const StreamHeader& header = summary_.header;
  if (header.container == 0 || stored()) return;
  if (receiver_.counters().lost_packets != 0) {
    pieces_fault_ = "packets are lost before the samples";
  }
  // The WAV header states the number of samples, and cannot be corrected later, since the output
  // may be a pipe. While that number is unknown, the samples wait in a file.
  if (!options_.fill || header.total_frames == kUnknownFrames) {
    temporary_.reset(options_.temporary());
    if (!temporary_) fail_temporary();
    return;
  }
  // All pieces before the samples arrived and every frame gets its place, so the original bytes
  // fit.
  original_container_ = header.container == 2 && pieces_fault_.empty();
  if (original_container_) {
    write_pieces(false);
  } else {
    write_canonical_header(header.total_frames);
  }
}

void FileRecovery::write_samples(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return;  // no bytes may have no place, which fwrite() does not take
  if (!temporary_) {
    sink_(bytes, size);
  } else if (std::fwrite(bytes, 1, size, temporary_.get()) != size) {
    fail_temporary();
  }
}

void FileRecovery::write_canonical_header(std::uint64_t frames) {
  const StreamHeader& header = summary_.header;
  const bool headed =
      std::any_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) { return !piece.after; });
  if (header.container == 2 && pieces_fault_.empty() && !headed) {
    summary_.substitute = "the bytes of an incomplete last frame are left out";
    return;  // raw samples, which have no header
  }
  std::vector<std::uint8_t> bytes;
  try {
    bytes = canonical_header(header.channels, header.rate_millihertz / 1000, frames,
                             header.sample_type);
  } catch (const Error&) {
    summary_.substitute = fmt::format(
        "the output is samples only: {} frames of {} channels of {} do not fit into a plain WAV "
        "file",
        frames, header.channels, sample_type_name(header.sample_type));
    return;
  }
  if (header.container == 2) {
    summary_.substitute =
        fmt::format("the output has a plain WAV header instead of the bytes around the samples: {}",
                    pieces_fault_.empty() ? "frames are left out" : pieces_fault_);
  }
  sink_(bytes.data(), bytes.size());
}

void FileRecovery::write_pieces(bool after) {
  for (const Piece& piece : pieces_) {
    if (piece.after == after) write_piece(piece.payload.data(), piece.payload.size(), sink_);
  }
}

void FileRecovery::end_stored() {
  if (pieces_fault_.empty() && summary_.counters.lost_packets != 0) {
    pieces_fault_ = fmt::format("packets are lost after byte {} of the file", stored_bytes_);
  } else if (pieces_fault_.empty() && !summary_.closed) {
    pieces_fault_ = fmt::format("the stream was cut after byte {} of the file", stored_bytes_);
  }
  write_pieces(true);
  if (!pieces_fault_.empty()) {
    summary_.substitute = fmt::format(
        "the file is stored in pieces, and those that arrived are joined: {}", pieces_fault_);
  }
}

void FileRecovery::end_late() {
  // The file's own bytes state its length: they are correct only if the output has all frames.
  const bool all = summary_.end_known() && (options_.fill || missing_frames_ == 0);
  if (summary_.header.container == 2 && all && pieces_fault_.empty()) {
    write_pieces(false);
    copy_temporary();
    write_pieces(true);
  } else {
    write_canonical_header(options_.fill ? frames_ : frames_ - missing_frames_);
    copy_temporary();
  }
}

void FileRecovery::copy_temporary() {
  std::FILE* const file = temporary_.get();
  if (std::fflush(file) != 0 || std::fseek(file, 0, SEEK_SET) != 0) fail_temporary();
  bytes_.resize(kBlockBytes);
  while (const std::size_t count = std::fread(bytes_.data(), 1, bytes_.size(), file)) {
    sink_(bytes_.data(), count);
  }
  if (std::ferror(file) != 0) fail_temporary();
}

}  // namespace nrc
