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

  FramerModel(int channels, int packet_frames, int brief_frames, int key_interval)
      : channels_(channels),
        packet_frames_(packet_frames),
        brief_frames_(brief_frames),
        key_interval_(key_interval) {}

  /// Whether a sample taken now would begin a packet: then `needed` counts.
  bool begins_packet(bool enable) const {
    return position_ == 0 && (open_ ? frames_ == 0 : enable);
  }

  /// A sample is taken. Nothing if it is thrown away.
  /// @param requested  key_request_i was seen since the last call, or is now
  /// @param needed     key_needed_i
  /// @param brief      brief_needed_i
  std::optional<Output> take(const Input& input, bool enable, bool requested, bool needed,
                             bool brief) {
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
      brief_ = brief;
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
      out.packet_end = out.last || frames_ == (brief_ ? brief_frames_ : packet_frames_);
      if (out.last) open_ = false;
    }
    if (out.packet_end) frames_ = 0;
    ++channel_;
    in_frame_ = !out.frame_end;
    return out;
  }

  /// What flush_i ends, if a stream is open.
  struct Flushed {
    bool packet = false;  ///< with it a packet
    bool cut = false;     ///< which a part of a frame spoils
    bool key = false;     ///< of the packet
  };

  std::optional<Flushed> flush() {
    if (!open_) return std::nullopt;
    const Flushed out = {frames_ != 0 || in_frame_, in_frame_, key_};
    open_ = false;
    in_frame_ = false;
    frames_ = 0;
    skipping_ = position_ != 0;
    return out;
  }

 private:
  const int channels_;
  const int packet_frames_;
  const int brief_frames_;
  const int key_interval_;
  bool open_ = false;         ///< a stream is
  bool skipping_ = false;     ///< throw away up to the next tlast
  bool next_is_key_ = false;  ///< a stream begins, or a bad packet ended
  bool requested_ = false;
  bool key_ = false;
  bool brief_ = false;     ///< the packet has brief_frames_
  bool in_frame_ = false;  ///< of those that are coded
  int position_ = 0;       ///< of the next sample in its frame as sent
  int channel_ = 0;
  int frames_ = 0;  ///< whole ones in this packet
  int packets_ = 0;
};

}  // namespace nrc::tb
