// SPDX-License-Identifier: Apache-2.0
#include "nrc/receiver.hpp"

#include <algorithm>
#include <utility>

#include "format/bytes.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {

/// So many late packets in sequence, none of them a repetition: the encoder has restarted.
constexpr std::size_t kLateRun = 16;
/// A repeated or late packet is assumed to be at most this old, in packets.
constexpr std::uint64_t kLateReach = 64;
/// Places in the table of CRCs.
constexpr std::size_t kSequences = 65536;
/// Bytes of a value map that say how long it may be.
constexpr std::size_t kMapFixedBytes = 4;

/// The number closest to `near` whose low bits are `value`: undoes the wrapping of header fields.
std::uint64_t extend16(std::uint16_t value, std::uint64_t near) {
  const auto distance = static_cast<std::int16_t>(value - static_cast<std::uint16_t>(near));
  return near + static_cast<std::uint64_t>(std::int64_t{distance});
}
std::uint64_t extend32(std::uint32_t value, std::uint64_t near) {
  const auto distance = static_cast<std::int32_t>(value - static_cast<std::uint32_t>(near));
  return near + static_cast<std::uint64_t>(std::int64_t{distance});
}
/// True if `a` is before `b`, whichever way they wrapped.
bool before(std::uint64_t a, std::uint64_t b) { return static_cast<std::int64_t>(a - b) < 0; }

std::vector<std::uint8_t> bytes_of(const ParsedPacket& packet) {
  const std::uint8_t* const begin = packet.payload - kPacketHeaderBytes;
  return {begin, begin + packet.size};
}

std::uint32_t crc_of(const ParsedPacket& packet) {
  return get_little_endian<std::uint32_t>(packet.payload + packet.header.length);
}

}  // namespace

Receiver::Receiver(Options options, Events events)
    : options_(std::move(options)), events_(std::move(events)), decoder_(options_.tables) {}

void Receiver::add(const std::uint8_t* data, std::size_t size) {
  counters_.bytes += size;
  buffer_.insert(buffer_.end(), data, data + size);
  scan(false);
}

void Receiver::finish() {
  scan(true);
  abandon_stream();
}

void Receiver::skip(std::size_t count) {
  if (count == 0) return;
  // Neighbouring bytes that are skipped one after the other are one loss of synchronisation.
  counters_.skipped_bytes += count;
  counters_.sync_losses += skipping_ ? 0 : 1;
  skipping_ = true;
}

void Receiver::scan(bool at_end) {
  std::size_t at = 0;
  // What is taken is taken, also when a callback throws.
  const struct Eraser {
    std::vector<std::uint8_t>& buffer;
    const std::size_t& count;
    ~Eraser() { buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count)); }
  } eraser{buffer_, at};
  while (at < buffer_.size()) {
    const std::uint8_t* const from = buffer_.data() + at;
    const std::size_t size = buffer_.size() - at;
    // Too few bytes for a header may still become a packet. With a header, only a packet that this
    // stream can contain is worth waiting for: a damaged length field must not hold up the
    // receiver.
    const ParsedPacket packet = parse_packet(from, size);
    const bool header_seen = size >= kPacketHeaderBytes;
    const bool possible =
        packet.status == ParseStatus::kPacket || packet.status == ParseStatus::kIncomplete;
    // A stream header's length varies, so its first bytes must confirm it.
    const bool length_right =
        packet.header.type != PacketType::kStreamHeader ||
        size < kPacketHeaderBytes + kStreamHeaderBytes + kMapFixedBytes ||
        packet.header.length < kStreamHeaderBytes ||
        stream_header_length_possible(from + kPacketHeaderBytes, packet.header.length);
    if (possible && (!header_seen || (decoder_.plausible(packet.header) && length_right))) {
      if (packet.status == ParseStatus::kPacket) {
        if (packet.header.type == PacketType::kStreamHeader) {
          header_position_ = counters_.bytes - size;
        }
        at += packet.size;
        skipping_ = false;
        accept(packet);
        continue;
      }
      // An incomplete packet waits for its rest. At the end there is no rest, so its bytes are
      // searched for packets that begin inside it.
      if (!at_end) break;
    }
    // On to the next byte that could begin a packet.
    const std::uint8_t* const next =
        std::find(from + 1, from + size, static_cast<std::uint8_t>(kSync & 0xFF));
    skip(static_cast<std::size_t>(next - from));
    at += static_cast<std::size_t>(next - from);
  }
}

void Receiver::accept(const ParsedPacket& packet) {
  ++counters_.packets;
  take(packet);
}

void Receiver::take(const ParsedPacket& packet) {
  // Between two streams only a stream header is of use, unless it is a late one of the stream that
  // was closed.
  if (decoder_.header()) {
    order(packet);
  } else if (packet.header.type != PacketType::kStreamHeader || follows_closed(packet)) {
    ++counters_.late_packets;
  } else {
    begin_stream(packet);
  }
}

bool Receiver::follows_closed(const ParsedPacket& packet) const {
  const std::uint16_t sequence = packet.header.sequence;
  // Number 0 always begins a stream. Otherwise a header within reach of the closed stream may be a
  // late or repeated one of that stream: it is, unless another packet arrived under its number.
  if (!closed_ || sequence == 0) return false;
  if (crcs_[sequence] != 0 && crcs_[sequence] != crc_of(packet)) return false;
  const std::uint64_t at = extend16(sequence, next_sequence_);
  return before(at, next_sequence_) && !before(at, next_sequence_ - kLateReach);
}

void Receiver::begin_stream(const ParsedPacket& packet) {
  decoder_.open(packet);
  // What was sent before the first header that arrived is lost. The numbers start high, so that
  // packets from before have one.
  next_sequence_ = (std::uint64_t{1} << 32) + packet.header.sequence;
  waiting_.clear();
  begin(packet.header.sequence);
  crcs_[packet.header.sequence] = crc_of(packet);
  process(packet);
}

void Receiver::begin(std::uint64_t lost_packets) {
  ++counters_.streams;
  counters_.lost_packets += lost_packets;
  gap_ = {};
  gap_.lost_packets = lost_packets;
  loss_before_ = lost_packets != 0;
  crcs_.assign(kSequences, 0);
  // Packets that wait belong to the new stream and have already arrived under their numbers: their
  // repetitions must be recognised.
  for (const auto& [sequence, early] : waiting_) {
    crcs_[sequence % kSequences] = crc_of(parse_packet(early.bytes.data(), early.bytes.size()));
  }
  late_run_ = 0;
  late_header_.clear();
  other_header_.clear();
  anew_ = false;
  next_frame_ = 0;
  due_frame_.reset();
  samples_.reserve(decoder_.max_samples());
  known_header_ = serialise(*decoder_.header());
  if (events_.stream) events_.stream(*decoder_.header());
}

void Receiver::order(const ParsedPacket& packet) {
  const std::uint64_t sequence = extend16(packet.header.sequence, next_sequence_);
  if (packet.header.type == PacketType::kStreamHeader && repeats_other(packet)) {
    // Its data packets need not be possible in the current stream, so nothing else may reveal it.
    const std::vector<Early> others = extract_others();
    abandon_stream();
    for (const Early& early : others) take(parse_packet(early.bytes.data(), early.bytes.size()));
    take(packet);
    return;
  }
  // A number below the one due, or one under which a packet waits: repeated, late, or of another
  // stream.
  const bool is_before = before(sequence, next_sequence_);
  if (is_before || waiting_.count(sequence) != 0) {
    late(packet, is_before ? next_sequence_ - sequence : 0);
    return;
  }
  late_run_ = 0;
  const auto header = std::exchange(late_header_, {});
  const bool behind_header =
      !header.empty() && packet.header.sequence == static_cast<std::uint16_t>(late_sequence_ + 1);
  // A late stream header and then its key packet, whose number happens to be the one due here: the
  // frames prove that the encoder has restarted.
  if (behind_header && sequence == next_sequence_ && goes_back(packet.header)) {
    abandon_stream();
    begin_stream(parse_packet(header.data(), header.size()));
    order(packet);
    return;
  }
  if (behind_header && differs(parse_packet(header.data(), header.size()))) {
    // It may belong to this stream or to that of the late header, so its samples may be wrong.
    ++counters_.late_packets;
    abandon_stream();
    return;
  }
  // Of another stream. Its number remains due: the stream's own packet may still arrive.
  if (sequence == next_sequence_ && jumps(packet.header)) {
    ++counters_.late_packets;
    return;
  }
  crcs_[packet.header.sequence] = crc_of(packet);
  // Copied, since the buffer moves on.
  if (sequence != next_sequence_) {
    waiting_.emplace(sequence, Early{bytes_of(packet), in_order_, counters_.packets});
  } else {
    ++in_order_;
    counters_.reordered_packets += waiting_.empty() ? 0 : 1;
    process(packet);
  }
  release(options_.reorder_packets);
  discard_strangers();
}

bool Receiver::goes_back(const PacketHeader& header) const {
  return is_data(header.type) && header.key && due_frame_ &&
         before(extend32(header.first_frame, *due_frame_), *due_frame_);
}

bool Receiver::jumps(const PacketHeader& header) const {
  // After a drop the encoder sends a stream header and a key packet.
  if (!is_data(header.type) || header.frames == 0) return false;
  // A loss or a restart explains missing frames, and so does a drop that is announced properly.
  if (loss_before_ || anew_ || (header_before_ && header.key)) return false;
  const std::uint64_t due = due_frame_.value_or(0);
  return before(due, extend32(header.first_frame, due));
}

bool Receiver::repeats_other(const ParsedPacket& packet) {
  const std::uint16_t sequence = packet.header.sequence;
  if (!differs(packet)) {
    // This stream is still alive, so the foreign header before was a stray.
    other_header_.clear();
    return false;
  }
  const std::vector<std::uint8_t> payload(packet.payload, packet.payload + packet.header.length);
  const bool known = other_header_ == payload && other_sequence_ != sequence;
  other_header_ = payload;
  other_sequence_ = sequence;
  return known;
}

std::vector<Receiver::Early> Receiver::extract_others() {
  const auto header = std::find_if(waiting_.begin(), waiting_.end(), [this](const auto& early) {
    const ParsedPacket p = parse_packet(early.second.bytes.data(), early.second.bytes.size());
    return p.header.type == PacketType::kStreamHeader && differs(p);
  });
  std::vector<Early> others;
  // Those after the foreign header that also arrived later belong to its stream; the others are of
  // the old one and can no longer be decoded in order.
  for (auto it = header; it != waiting_.end(); ++it) {
    if (it->second.arrival >= header->second.arrival) {
      others.push_back(it->second);
    } else {
      ++counters_.late_packets;
    }
  }
  waiting_.erase(header, waiting_.end());
  return others;
}

void Receiver::late(const ParsedPacket& packet, std::uint64_t distance) {
  ++counters_.late_packets;
  const PacketHeader& h = packet.header;
  const bool is_header = h.type == PacketType::kStreamHeader;
  const auto header =
      std::exchange(late_header_, is_header ? bytes_of(packet) : std::vector<std::uint8_t>());
  const bool runs = h.sequence == static_cast<std::uint16_t>(late_sequence_ + 1);
  late_sequence_ = h.sequence;
  // The same CRC under the same number: a repetition, which says nothing about other streams.
  const std::uint32_t known = crcs_[h.sequence];
  if (known == crc_of(packet)) {
    late_run_ = 0;
    return;
  }
  // A restarted encoder is late by its numbers, so its packets form a run of unknown late packets.
  late_run_ = late_run_ != 0 && runs ? late_run_ + 1 : 1;
  const bool behind_header = runs && !header.empty();
  const bool begins = behind_header && (distance > kLateReach ||
                                        differs(parse_packet(header.data(), header.size())));
  // A stream header alone may have come before the end of the stream before it.
  const bool strange = known != 0 && !is_header;
  if (!strange && !begins && late_run_ < kLateRun) return;
  // The encoder has restarted. Without the new stream's header nothing more can be decoded until
  // one comes.
  abandon_stream();
  if (is_header) {
    begin_stream(packet);
  } else if (behind_header) {
    begin_stream(parse_packet(header.data(), header.size()));
    order(packet);
  }
}

bool Receiver::differs(const ParsedPacket& stream_header) const {
  return !std::equal(known_header_.begin(), known_header_.end(), stream_header.payload,
                     stream_header.payload + stream_header.header.length);
}

void Receiver::discard_strangers() {
  // A packet so early that the stream does not catch up with it never belonged to it.
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (in_order_ - it->second.came <= 2 * options_.reorder_packets) {
      ++it;
      continue;
    }
    ++counters_.late_packets;
    crcs_[it->first % kSequences] = 0;
    it = waiting_.erase(it);
  }
}

void Receiver::release(std::size_t limit) {
  while (!waiting_.empty() && decoder_.header() &&
         (waiting_.begin()->first == next_sequence_ || waiting_.size() > limit)) {
    const auto node = waiting_.extract(waiting_.begin());
    // Either the packet due, or too many wait: what the first of them waits for is given up.
    const std::uint64_t missing = node.key() - next_sequence_;
    counters_.lost_packets += missing;
    gap_.lost_packets += missing;
    loss_before_ = loss_before_ || missing != 0;
    // A lost packet that comes after all is late, and must not pass for a repetition.
    for (; next_sequence_ != node.key(); ++next_sequence_) crcs_[next_sequence_ % kSequences] = 0;
    const std::vector<std::uint8_t>& bytes = node.mapped().bytes;
    const ParsedPacket packet = parse_packet(bytes.data(), bytes.size());
    // The number stays due, and no packet counts as arrived under it.
    if (jumps(packet.header)) {
      ++counters_.late_packets;
      crcs_[packet.header.sequence] = 0;
    } else {
      process(packet);
    }
  }
  if (decoder_.header()) return;
  // The stream is closed: packets with numbers after its last one belong to the next stream.
  for (const auto& [sequence, early] : std::exchange(waiting_, {})) {
    take(parse_packet(early.bytes.data(), early.bytes.size()));
  }
}

void Receiver::abandon_stream() {
  // What waits may close the stream, and begin another one that something waits for.
  do {
    release(0);
  } while (!waiting_.empty());
  if (decoder_.header()) end_stream(false);
}

void Receiver::process(const ParsedPacket& packet) {
  // From here on the packet is the next of its stream in order.
  ++next_sequence_;
  const PacketHeader& h = packet.header;
  const bool header_before = std::exchange(header_before_, h.type == PacketType::kStreamHeader);
  if (h.type == PacketType::kStreamHeader) {
    if (anew_ || differs(packet)) {
      // The numbers go on, as those of the packets that wait do.
      end_stream(false);
      decoder_.open(packet);
      begin(h.sequence);
      crcs_[h.sequence] = crc_of(packet);
      header_before_ = true;
    }
  } else if (h.type == PacketType::kContainer) {
    if (events_.container) events_.container(packet.payload, h.length);
  } else {
    std::uint64_t first = due_frame_ ? extend32(h.first_frame, *due_frame_) : h.first_frame;
    if (anew_ || (due_frame_ && before(first, *due_frame_))) {
      // Frame numbers never decrease within a stream: the encoder has restarted.
      decoder_.lose_state();
      anew_ = true;
      if (!header_before || !h.key) {
        ++counters_.undecodable_packets;
        return;
      }
      report_end(false);
      begin(static_cast<std::uint16_t>(h.sequence - 1));
      crcs_[h.sequence] = crc_of(packet);
      first = h.first_frame;
    }
    process_data(packet, first);
  }
  if (h.last) end_stream(true);
}

void Receiver::process_data(const ParsedPacket& packet, std::uint64_t first) {
  const bool loss_before = std::exchange(loss_before_, false);
  const std::uint64_t due = due_frame_.value_or(0);
  // A gap in frame numbers without one in sequence numbers is a drop at the encoder.
  if (first != due) {
    decoder_.lose_state();
    if (!loss_before) gap_.dropped_frames += first - due;
  }
  due_frame_ = first + packet.header.frames;
  // The gap is reported with the next samples. On an error these frames join it; only decoded
  // frames end it.
  samples_.clear();
  try {
    decoder_.decode(packet, samples_);
  } catch (const Error&) {
    ++counters_.undecodable_packets;
    ++gap_.undecodable_packets;
    return;
  }
  report_gap(first);
  next_frame_ = *due_frame_;
  counters_.frames += packet.header.frames;
  if (packet.header.frames != 0 && events_.samples) {
    events_.samples(first, samples_.data(), packet.header.frames);
  }
}

void Receiver::report_gap(std::uint64_t end) {
  Gap gap = std::exchange(gap_, {});
  gap.first_frame = next_frame_;
  gap.frames = end - next_frame_;
  next_frame_ = end;
  counters_.missing_frames += gap.frames;
  counters_.dropped_frames += gap.dropped_frames;
  // Packets without samples can be lost without a gap.
  if (gap.frames != 0 && events_.gap) events_.gap(gap);
}

void Receiver::report_end(bool closed) {
  const std::uint64_t total = decoder_.header()->total_frames;
  std::uint64_t end = due_frame_.value_or(0);
  // A stated length reveals frames that are missing at the end.
  if (total != kUnknownFrames && total > end) end = total;
  report_gap(end);
  if (events_.end) events_.end(closed);
}

void Receiver::end_stream(bool closed) {
  report_end(closed);
  decoder_.close();
  header_before_ = false;
  closed_ = closed;
}

}  // namespace nrc
