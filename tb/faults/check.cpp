// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "nrc/packet_decoder.hpp"
#include "nrc/receiver.hpp"

namespace nrc::faults {
namespace {

constexpr std::size_t kWindow = 8;  ///< early packets that wait

struct Violation {
  std::string what;
  bool silent = false;
};

void require(bool holds, const std::string& what) {
  if (!holds) throw Violation{what, false};
}

bool is_sample_packet(const SentPacket& packet) {
  return is_data(packet.header.type) && packet.header.frames != 0;
}

// ---- what the receiver reports

class Listener {
 public:
  explicit Listener(const Course& course) : course_(course), receiver_({}, events()) {
    for (std::size_t i = 0; i < course.packets.size(); ++i) {
      const SentPacket& p = course.packets[i];
      if (is_sample_packet(p)) by_frame_[{p.original, p.first_frame}] = i;
    }
    given_at_.resize(course.packets.size());
  }

  /// The pieces in turn, and then the end.
  void receive(const Delivery& delivery) {
    for (; piece_ < delivery.size(); ++piece_) {
      const Bytes& bytes = delivery[piece_].bytes;
      bytes_ += bytes.size();
      receiver_.add(bytes.data(), bytes.size());
    }
    receiver_.finish();
    require(!open_, "a stream does not end");
    attribute();
    const ReceiverCounters& c = counters();
    require(c.bytes == bytes_, "counter bytes");
    require(c.frames == frames_, "counter frames");
    require(c.missing_frames == missing_, "counter missing_frames");
    require(c.dropped_frames == dropped_, "counter dropped_frames");
    require(c.streams == streams_, "counter streams");
    require(c.skipped_bytes <= c.bytes, "counter skipped_bytes");
  }

  const ReceiverCounters& counters() const { return receiver_.counters(); }
  /// Piece with which a packet's samples came.
  const std::vector<std::optional<std::size_t>>& given_at() const { return given_at_; }
  bool closed() const { return closed_; }
  std::uint64_t end() const { return next_; }

 private:
  struct Run {
    std::uint64_t first;
    std::size_t piece;
  };

  Receiver::Events events() {
    Receiver::Events on;
    on.stream = [this](const StreamHeader& header) {
      require(!open_, "a stream begins inside another");
      attribute();
      open_ = true;
      next_ = 0;
      ++streams_;
      candidates_.clear();
      for (std::size_t i = oldest_; i < course_.originals.size(); ++i) {
        if (serialise(course_.originals[i].header) == serialise(header)) candidates_.insert(i);
      }
      require(!candidates_.empty(), "a stream that was not sent");
    };
    on.samples = [this](std::uint64_t first, const std::int16_t* samples, std::size_t frames) {
      require(open_, "samples outside a stream");
      require(first == next_ && frames > 0,
              fmt::format("samples of frame {} where {} is due", first, next_));
      next_ = first + frames;
      frames_ += frames;
      for (auto it = candidates_.begin(); it != candidates_.end();) {
        it = are(course_.originals[*it], first, samples, frames) ? std::next(it)
                                                                 : candidates_.erase(it);
      }
      if (candidates_.empty()) {
        throw Violation{fmt::format("wrong samples in frames {} to {}", first, next_ - 1), true};
      }
      runs_.push_back({first, piece_});
    };
    on.gap = [this](const Gap& gap) {
      require(open_, "a gap outside a stream");
      require(gap.first_frame == next_ && gap.frames > 0,
              fmt::format("a gap from frame {} where {} is due", gap.first_frame, next_));
      require(gap.dropped_frames <= gap.frames, "more frames dropped than missing");
      next_ += gap.frames;
      missing_ += gap.frames;
      dropped_ += gap.dropped_frames;
    };
    on.end = [this](bool closed) {
      require(open_, "an end outside a stream");
      open_ = false;
      closed_ = closed;
      if (!closed) return;
      for (auto it = candidates_.begin(); it != candidates_.end();) {
        const Original& original = course_.originals[*it];
        it = original.closed && original.end_frame == next_ ? std::next(it) : candidates_.erase(it);
      }
      if (candidates_.empty()) {
        throw Violation{fmt::format("closed at frame {}, which is not the end", next_), true};
      }
    };
    return on;
  }

  static bool are(const Original& original, std::uint64_t first, const std::int16_t* samples,
                  std::size_t frames) {
    if (first < original.first_frame || first + frames > original.end_frame) return false;
    const std::size_t channels = original.header.channels;
    const bool later = first >= original.outage_at;
    if (later && first < original.outage_at + original.outage) return false;
    const std::uint64_t frame = first - original.first_frame - (later ? original.outage : 0);
    const auto at = static_cast<std::size_t>(frame) * channels;
    return std::equal(samples, samples + frames * channels, original.samples.data() + at);
  }

  /// The runs of the stream that ends belong to the originals that they match.
  void attribute() {
    for (const std::size_t original : candidates_) {
      for (const Run& run : runs_) {
        const auto found = by_frame_.find({original, run.first});
        require(found != by_frame_.end(), "samples of a packet that was not sent");
        if (!given_at_[found->second]) given_at_[found->second] = run.piece;
      }
    }
    if (!runs_.empty()) oldest_ = *candidates_.begin();
    runs_.clear();
  }

  const Course& course_;
  Receiver receiver_;
  std::map<std::pair<std::size_t, std::uint64_t>, std::size_t> by_frame_;
  std::vector<std::optional<std::size_t>> given_at_;
  std::vector<Run> runs_;
  std::set<std::size_t> candidates_;  ///< originals that the stream at hand may be
  std::size_t oldest_ = 0;            ///< original that the stream before was
  std::size_t piece_ = 0;
  bool open_ = false, closed_ = false;
  std::uint64_t next_ = 0, frames_ = 0, missing_ = 0, dropped_ = 0, streams_ = 0, bytes_ = 0;
};

// ---- one stream, restated over packet numbers

class Expected {
 public:
  Expected(const Course& course, const Delivery& delivery) : course_(course) {
    for (const Piece& piece : delivery) arrive(piece);
    while (!waiting_.empty() && !closed) release_first();
    if (begun) end_frame = due_frame_.value_or(0);
    const StreamHeader& header = course.originals[0].header;
    if (begun && !closed && header.total_frames != kUnknownFrames) end_frame = header.total_frames;
  }

  bool exact = true;  ///< false: this restatement does not cover the delivery
  bool begun = false, closed = false;
  std::set<std::size_t> given;
  std::uint64_t end_frame = 0;
  ReceiverCounters counters;

 private:
  void arrive(const Piece& piece) {
    const bool accepted = is_whole(piece, course_) && accept(*piece.packet);
    counters.packets += accepted;
    counters.skipped_bytes += accepted ? 0 : piece.bytes.size();
    counters.sync_losses += !accepted && !piece.bytes.empty() && !skipping_;
    if (accepted || !piece.bytes.empty()) skipping_ = !accepted;
  }

  bool accept(std::size_t id) {
    const SentPacket& packet = course_.packets[id];
    if (!begun || closed) {
      if (!packet.is_header()) return false;
      if (closed) {
        exact = exact && packet.header.sequence != 0;
        ++counters.late_packets;
        return true;
      }
      begun = true;
      due_ = packet.number;
      counters.lost_packets = packet.header.sequence;
      loss_ = counters.lost_packets != 0;
      process(packet, id);
      return true;
    }
    if (packet.number < due_ || waiting_.count(packet.number) != 0) {
      ++counters.late_packets;
      return true;
    }
    if (packet.number == due_) {
      counters.reordered_packets += !waiting_.empty();
      process(packet, id);
    } else {
      waiting_[packet.number] = id;
    }
    while (!waiting_.empty() && !closed &&
           (waiting_.begin()->first == due_ || waiting_.size() > kWindow)) {
      release_first();
    }
    return true;
  }

  void release_first() {
    const auto [number, id] = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    counters.lost_packets += number - due_;
    loss_ = loss_ || number != due_;
    due_ = number;
    process(course_.packets[id], id);
  }

  void process(const SentPacket& packet, std::size_t id) {
    ++due_;
    if (is_data(packet.header.type)) {
      const bool raw = packet.header.type == PacketType::kRaw;
      const std::uint64_t due = due_frame_.value_or(0);
      if (packet.first_frame != due) {
        state_ = false;
        if (!loss_) counters.dropped_frames += packet.first_frame - due;
      }
      loss_ = false;
      due_frame_ = packet.first_frame + packet.header.frames;
      if (raw || packet.header.key || state_) {
        if (packet.header.frames != 0) {
          given.insert(id);
          // A raw packet can be read without the state, but does not make it known.
          state_ = state_ || packet.header.key;
        }
      } else {
        ++counters.undecodable_packets;
      }
    }
    closed = packet.header.last;
  }

  const Course& course_;
  std::uint64_t due_ = 0;                         ///< sequence number
  std::map<std::uint64_t, std::size_t> waiting_;  ///< by such numbers
  std::optional<std::uint64_t> due_frame_;
  bool state_ = false, loss_ = false, skipping_ = false;
};

void compare(const Course& course, const Expected& expected, const Listener& listener) {
  for (std::size_t i = 0; i < course.packets.size(); ++i) {
    const bool given = listener.given_at()[i].has_value();
    const bool due = expected.given.count(i) != 0;
    require(given == due, fmt::format("packet {} is {}given", i, given ? "" : "not "));
  }
  const ReceiverCounters& e = expected.counters;
  const ReceiverCounters& c = listener.counters();
  const auto same = [](const char* name, std::uint64_t is, std::uint64_t should) {
    require(is == should, fmt::format("counter {} is {}, should be {}", name, is, should));
  };
  same("streams", c.streams, expected.begun);
  same("packets", c.packets, e.packets);
  same("skipped_bytes", c.skipped_bytes, e.skipped_bytes);
  same("sync losses", c.sync_losses, e.sync_losses);
  same("late_packets", c.late_packets, e.late_packets);
  same("reordered_packets", c.reordered_packets, e.reordered_packets);
  same("lost_packets", c.lost_packets, e.lost_packets);
  same("undecodable_packets", c.undecodable_packets, e.undecodable_packets);
  same("dropped_frames", c.dropped_frames, e.dropped_frames);
  same("missing_frames", c.missing_frames, expected.end_frame - c.frames);
  same("the end", listener.end(), expected.end_frame);
  same("closed", listener.closed(), expected.closed);
}

// ---- how long it lasts

/// The first packet of samples after piece `from` that can be decoded alone and comes whole, by its
/// piece. The stream header is before it, if `header_known` is false.
std::optional<std::size_t> first_key(const Course& course, const Delivery& delivery,
                                     std::size_t from, bool header_known) {
  for (std::size_t i = from; i < delivery.size(); ++i) {
    const std::size_t id = *delivery[i].packet;
    const SentPacket& packet = course.packets[id];
    if (!is_sample_packet(packet) || !packet.header.key) continue;
    if (header_known) return i;
    if (i != from && course.packets[id - 1].is_header()) return i;
  }
  return std::nullopt;
}

/// Whether a packet is among the first after an outage, or of a stream that follows an unclosed
/// one.
bool may_wait(const Course& course, std::size_t id) {
  const std::size_t before = id - std::min(id, kWindow + 1);
  const SentPacket& packet = course.packets[id];
  const SentPacket& earlier = course.packets[before];
  if (earlier.original != packet.original) return !course.originals[earlier.original].closed;
  return packet.number - earlier.number != id - before;
}

/// @param one  nothing but one stream is to be seen
void check_extent(const Course& course, const Delivery& delivery, const Listener& listener,
                  bool one, Outcome& outcome) {
  const auto& given_at = listener.given_at();
  for (std::size_t i = 0; i < course.packets.size(); ++i) {
    outcome.missing_packets += is_sample_packet(course.packets[i]) && !given_at[i];
  }

  std::size_t first = delivery.size();
  std::size_t behind = 0;
  for (std::size_t i = 0; i < delivery.size(); ++i) {
    if (!delivery[i].touched) continue;
    first = std::min(first, i);
    behind = i + 1;
  }
  bool header_known = false;
  for (std::size_t i = 0; i < delivery.size(); ++i) {
    if (!is_whole(delivery[i], course)) continue;
    const std::size_t id = *delivery[i].packet;
    const bool sound = i < first && is_sample_packet(course.packets[id]);
    if (sound && !may_wait(course, id)) {
      require(given_at[id] == i, fmt::format("packet {} before the fault is not given", id));
    }
    header_known = header_known || (i < behind && course.packets[id].is_header());
  }
  if (first == delivery.size()) return;

  const auto key = first_key(course, delivery, behind, one && header_known);
  if (!key) return;
  const std::size_t from = *delivery[*key].packet;
  for (std::size_t id = from; id < course.packets.size(); ++id) {
    require(!is_sample_packet(course.packets[id]) || given_at[id],
            fmt::format("packet {} after the key packet {} is not given", id, from));
  }
  // With the eighth packet after it at the latest, or when the longest packet that could have been
  // in the damaged bytes has ended.
  const std::size_t key_due = *key + kWindow;
  std::size_t bytes = 0;
  std::size_t held = behind;
  while (held < delivery.size() && bytes < course.originals.back().max_packet_bytes) {
    bytes += delivery[held++].bytes.size();
  }
  const std::size_t at = *given_at[from];
  const std::size_t due = at <= key_due ? key_due : std::max(key_due, held);
  require(at <= due || at >= delivery.size(),
          fmt::format("packet {} came with piece {}, due with {}", from, at, due));
  if (outcome.missing_packets == 0) return;

  // The packets after the last one that is missing.
  std::size_t back = from;
  while (back > 0 && (!is_sample_packet(course.packets[back - 1]) || given_at[back - 1])) --back;
  while (!is_sample_packet(course.packets[back])) ++back;
  const std::size_t came = std::min(*given_at[back], delivery.size() - 1);
  outcome.recovery = came < behind ? 0 : came - behind + 1;
  outcome.bound = std::min(due, delivery.size() - 1) - behind + 1;
  require(*outcome.recovery <= *outcome.bound, "recovery takes longer than its bound");
}

}  // namespace

Outcome check(const Course& course, const Delivery& delivery) {
  Outcome outcome;
  try {
    Listener listener(course);
    listener.receive(delivery);
    bool one = course.originals.size() == 1;
    if (one) {
      const Expected expected(course, delivery);
      one = expected.exact;
      if (one) compare(course, expected, listener);
    }
    check_extent(course, delivery, listener, one, outcome);
  } catch (const Violation& violation) {
    outcome.violation = violation.what;
    outcome.silent_error = violation.silent;
  }
  return outcome;
}

}  // namespace nrc::faults
