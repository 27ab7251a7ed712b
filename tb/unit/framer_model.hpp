// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace nrc::tb {

/// The rules of docs/rtl.md, "Framing", sample by sample: what nrc_framer does.
class FramerModel {
 public:
  struct Input {
    std::uint16_t data;
    bool last;
  };

  struct Output {
    std::uint16_t sample = 0;
    int channel = 0;
    bool first = false;
    bool frame_end = false;
    bool packet_end = false;
    bool key = false;
    bool bad = false;
    bool last = false;
    bool error = false;
  };

  FramerModel(int channels, int packet_frames, int key_interval)
      : channels_(channels), packet_frames_(packet_frames), key_interval_(key_interval) {}

  /// Whether a sample taken now would begin a packet: then `needed` counts.
  bool begins_packet(bool enable) const {
    return position_ == 0 && (open_ ? frames_ == 0 : enable);
  }

  /// A sample is taken. Nothing if it is thrown away.
  /// @param requested  key_request_i was seen since the last call, or is now
  /// @param needed     key_needed_i
  std::optional<Output> take(const Input& input, bool enable, bool requested, bool needed) {
    requested_ |= requested;
    if (position_ == 0 && !open_) {
      if (enable) {
        open_ = true;
        packets_ = 0;
        next_is_key_ = true;
        frames_ = 0;
      } else {
        skipping_ = true;
      }
    }
    const bool begins = position_ == 0;
    position_ = input.last ? 0 : position_ + 1;
    if (skipping_) {
      skipping_ = !input.last;
      return std::nullopt;
    }
    if (begins && frames_ == 0) {
      key_ =
          next_is_key_ || requested_ || needed || (key_interval_ > 0 && packets_ == key_interval_);
      packets_ = key_ ? 1 : packets_ + 1;
      next_is_key_ = requested_ = false;
    }
    if (begins) channel_ = 0;

    Output out;
    out.sample = input.data;
    out.channel = channel_;
    out.key = key_;
    out.first = key_ && frames_ == 0;
    const bool full = channel_ == channels_ - 1;
    out.frame_end = full || input.last;
    out.error = out.bad = full != input.last;
    if (out.bad) {
      out.packet_end = true;
      next_is_key_ = true;
      skipping_ = !input.last;
    } else if (out.frame_end) {
      ++frames_;
      out.last = !enable;
      out.packet_end = out.last || frames_ == packet_frames_;
      if (out.last) open_ = false;
    }
    if (out.packet_end) frames_ = 0;
    ++channel_;
    return out;
  }

 private:
  const int channels_;
  const int packet_frames_;
  const int key_interval_;
  bool open_ = false;         ///< a stream is
  bool skipping_ = false;     ///< throw away up to the next tlast
  bool next_is_key_ = false;  ///< a stream begins, or a bad packet ended
  bool requested_ = false;
  bool key_ = false;
  int position_ = 0;  ///< of the next sample in its frame as sent
  int channel_ = 0;
  int frames_ = 0;  ///< whole ones in this packet
  int packets_ = 0;
};

}  // namespace nrc::tb
