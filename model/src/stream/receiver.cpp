// SPDX-License-Identifier: Apache-2.0
#include "nrc/receiver.hpp"

#include <algorithm>
#include <utility>

#include "format/bytes.hpp"
#include "format/event_payload.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {

/// Bytes of a value map that say how long it may be.
constexpr std::size_t kMapFixedBytes = 4;

/// The number closest to `near` whose low bits are `value`: undoes the wrapping of header fields.
std::uint64_t extend(std::uint32_t value, std::uint64_t near) {
  const auto distance = static_cast<std::int32_t>(value - static_cast<std::uint32_t>(near));
  return near + static_cast<std::uint64_t>(std::int64_t{distance});
}
/// True if `a` is before `b`, whichever way they wrapped.
bool before(std::uint64_t a, std::uint64_t b) { return static_cast<std::int64_t>(a - b) < 0; }

std::uint16_t low_bits(std::uint32_t stream_number) {
  return static_cast<std::uint16_t>(stream_number);
}

bool same(const ParsedPacket& stream_header, const std::vector<std::uint8_t>& payload) {
  return std::equal(payload.begin(), payload.end(), stream_header.payload,
                    stream_header.payload + stream_header.header.length);
}

std::vector<std::uint8_t> bytes_of(const ParsedPacket& packet) {
  return {packet.begin(), packet.begin() + packet.size};
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
  while (successor_) {
    begin_successor();
    abandon_stream();
  }
}

bool Receiver::closing() const {
  return decoder_.header() && !waiting_.empty() && (waiting_.rbegin()->second[2] & kFlagLast) != 0;
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
    const bool header_seen = size >= header_bytes(packet.header);
    const bool whole =
        packet.status == ParseStatus::kPacket || packet.status == ParseStatus::kIncomplete;
    // A stream header's length varies, so its first bytes must confirm it.
    const bool length_right =
        packet.header.type != PacketType::kStreamHeader ||
        size < kPacketHeaderBytes + kStreamHeaderBytes + kMapFixedBytes ||
        packet.header.length < kStreamHeaderBytes ||
        stream_header_length_possible(from + kPacketHeaderBytes, packet.header.length);
    if (whole && (!header_seen || (possible(packet.header) && length_right))) {
      if (packet.status == ParseStatus::kPacket) {
        packet_position_ = counters_.bytes - size;
        at += packet.size;
        skipping_ = false;
        ++counters_.packets;
        take(packet);
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

bool Receiver::possible(const PacketHeader& header) const {
  const StreamHeader* stream = decoder_.header() ? &*decoder_.header() : nullptr;
  if (stream != nullptr && successor_ && header.stream != low_bits(stream->stream_number) &&
      header.stream == low_bits(successor_->header.stream_number)) {
    stream = &successor_->header;
  }
  return PacketDecoder::plausible(header, stream);
}

void Receiver::take(const ParsedPacket& packet) {
  const bool is_header = packet.header.type == PacketType::kStreamHeader;
  const std::optional<StreamHeader>& stream = decoder_.header();
  if (!stream) {
    // Between two streams only a stream header is of use. Number 0 begins a stream even if its
    // header is that of the stream before: a file twice in a row.
    if (is_header && (packet.header.sequence == 0 || !is_past(packet))) {
      begin_stream(packet, packet_position_);
    } else {
      ++counters_.late_packets;
    }
  } else if (is_header && !same(packet, known_header_)) {
    take_other_header(packet);
  } else if (packet.header.stream == low_bits(stream->stream_number)) {
    order(packet);
  } else if (successor_ && packet.header.stream == low_bits(successor_->header.stream_number)) {
    keep(packet);
  } else {
    ++counters_.late_packets;
  }
}

/// True for a late stream header of the stream before. One with a number that was still due shows
/// that its encoder goes on.
bool Receiver::is_past(const ParsedPacket& stream_header) const {
  return same(stream_header, past_.header) &&
         before(extend(stream_header.header.sequence, past_.sequence), past_.sequence);
}

void Receiver::take_other_header(const ParsedPacket& packet) {
  if (is_past(packet)) {
    ++counters_.late_packets;
    return;
  }
  if (successor_) {
    const ParsedPacket known = parse_packet(successor_->packet.data(), successor_->packet.size());
    if (same(packet, {known.payload, known.payload + known.header.length})) {
      keep(packet);
      return;
    }
    // The encoder has restarted twice.
    begin_successor();
    take(packet);
    return;
  }
  if (packet.header.stream == low_bits(decoder_.header()->stream_number)) {
    // Packets do not tell these two streams apart, so what waits may be of either.
    counters_.late_packets += waiting_.size();
    waiting_.clear();
    end_stream(false);
    begin_stream(packet, packet_position_);
    return;
  }
  Successor next;
  try {
    next.header = parse_stream_header(packet.payload, packet.header.length);
  } catch (const Error&) {
    header_position_ = packet_position_;
    abandon_stream();
    throw;
  }
  next.packet = bytes_of(packet);
  next.position = packet_position_;
  next.sequence = std::uint64_t{1} << 32 | packet.header.sequence;
  next.came = in_order_;
  successor_ = std::move(next);
  settle_successor();
}

/// A packet of the next stream.
void Receiver::keep(const ParsedPacket& packet) {
  const std::uint64_t sequence = extend(packet.header.sequence, successor_->sequence);
  if (sequence == successor_->sequence || before(sequence, successor_->sequence) ||
      !successor_->packets.emplace(sequence, bytes_of(packet)).second) {
    ++counters_.late_packets;
    return;
  }
  settle_successor();
}

/// After another packet of the next stream, which may end the stream at hand.
void Receiver::settle_successor() {
  release(options_.reorder_packets);
  // So many packets overtake no other.
  const bool over = successor_->packets.size() >= options_.reorder_packets;
  if (over || !decoder_.header()) begin_successor();
}

/// Ends the stream at hand, if it has not ended yet.
void Receiver::begin_successor() {
  const std::optional<Successor> next = std::exchange(successor_, std::nullopt);
  release(0);
  if (decoder_.header()) end_stream(false);
  begin_stream(parse_packet(next->packet.data(), next->packet.size()), next->position);
  for (const auto& [sequence, bytes] : next->packets) {
    take(parse_packet(bytes.data(), bytes.size()));
  }
}

void Receiver::begin_stream(const ParsedPacket& packet, std::uint64_t position) {
  header_position_ = position;
  decoder_.open(packet);
  // What was sent before the first header that arrived is lost. The numbers start high, so that
  // packets from before have one.
  const std::uint32_t lost = packet.header.sequence;
  next_sequence_ = (std::uint64_t{1} << 32) + lost;
  waiting_.clear();
  ++counters_.streams;
  counters_.lost_packets += lost;
  gap_ = {};
  gap_.lost_packets = lost;
  loss_before_ = lost != 0;
  next_frame_ = 0;
  due_frame_.reset();
  event_frame_ = 0;
  lossy_step_ = packet_step_ = 1;
  samples_.reserve(decoder_.max_samples() * decoder_.sample_bytes());
  known_header_.assign(packet.payload, packet.payload + packet.header.length);
  if (events_.stream) events_.stream(*decoder_.header());
  process(packet);
  if (!decoder_.header() && successor_) begin_successor();
}

void Receiver::order(const ParsedPacket& packet) {
  const std::uint64_t sequence = extend(packet.header.sequence, next_sequence_);
  // Repeated, or given up before.
  if (before(sequence, next_sequence_) || waiting_.count(sequence) != 0) {
    ++counters_.late_packets;
    return;
  }
  // Copied, since the buffer moves on.
  if (sequence != next_sequence_) {
    waiting_.emplace(sequence, bytes_of(packet));
  } else {
    ++in_order_;
    counters_.reordered_packets += waiting_.empty() ? 0 : 1;
    process(packet);
  }
  release(options_.reorder_packets);
  if (!successor_) return;
  if (!decoder_.header()) {
    begin_successor();
  } else if (in_order_ - successor_->came > 2 * options_.reorder_packets) {
    // The stream lives on: that header was a stray.
    counters_.late_packets += 1 + successor_->packets.size();
    successor_.reset();
  }
}

/// Packets that wait, of both streams.
std::size_t Receiver::early_packets() const {
  return waiting_.size() + (successor_ ? 1 + successor_->packets.size() : 0);
}

void Receiver::release(std::size_t limit) {
  while (!waiting_.empty() && decoder_.header() &&
         (waiting_.begin()->first == next_sequence_ || early_packets() > limit)) {
    const auto node = waiting_.extract(waiting_.begin());
    // Either the packet due, or too many wait: what the first of them waits for is given up.
    const std::uint64_t missing = node.key() - next_sequence_;
    counters_.lost_packets += missing;
    gap_.lost_packets += missing;
    loss_before_ = loss_before_ || missing != 0;
    next_sequence_ = node.key();
    process(parse_packet(node.mapped().data(), node.mapped().size()));
  }
  if (decoder_.header()) return;
  // The stream is closed: nothing of it comes after its last packet.
  counters_.late_packets += waiting_.size();
  waiting_.clear();
}

void Receiver::abandon_stream() {
  release(0);
  if (decoder_.header()) end_stream(false);
}

void Receiver::process(const ParsedPacket& packet) {
  // From here on the packet is the next of its stream in order.
  ++next_sequence_;
  const PacketHeader& h = packet.header;
  if (h.type == PacketType::kContainer) {
    if (events_.container) events_.container(packet.payload, h.length);
  } else if (h.type == PacketType::kEvents) {
    process_events(packet);
  } else if (h.type != PacketType::kStreamHeader && h.type != PacketType::kMetadata) {
    process_frames(packet);
  }
  if (h.last) end_stream(true);
}

void Receiver::process_frames(const ParsedPacket& packet) {
  const PacketHeader& h = packet.header;
  const std::uint64_t due = due_frame_.value_or(0);
  const std::uint64_t first = due_frame_ ? extend(h.first_frame, due) : h.first_frame;
  // Frames never go back within a stream, so this packet is wrong.
  const bool back = before(first, due);
  const bool loss_before = std::exchange(loss_before_, back && loss_before_);
  // A gap in frame numbers without one in sequence numbers is a drop at the encoder.
  if (first != due) {
    decoder_.lose_state();
    if (!loss_before && !back) gap_.dropped_frames += first - due;
  }
  if (!back) due_frame_ = first + h.frames;
  // An index says how many frames there were.
  if (!is_data(h.type)) return;
  // The gap is reported with the next samples. On an error these frames join it; only decoded
  // frames end it.
  samples_.clear();
  try {
    if (back) throw Error(packet_name(h) + " goes back in time");
    decoder_.decode(packet, samples_);
  } catch (const Error&) {
    ++counters_.undecodable_packets;
    ++gap_.undecodable_packets;
    return;
  }
  lossy_step_ = decoder_.lossy_step();
  packet_step_ = nrc::lossy_step(h.step);
  report_gap(first);
  next_frame_ = *due_frame_;
  counters_.frames += h.frames;
  if (h.frames == 0 || !events_.samples) return;
  events_.samples(first, {decoder_.header()->sample_type, samples_.data()}, h.frames);
}

void Receiver::process_events(const ParsedPacket& packet) {
  const PacketHeader& h = packet.header;
  const StreamHeader& stream = *decoder_.header();
  // Without samples nothing else says how time goes on.
  const std::uint64_t first = extend(h.first_frame, std::max(event_frame_, due_frame_.value_or(0)));
  found_.clear();
  try {
    parse_events({stream.channels, stream.code_width}, packet.payload, h.length, first, found_);
  } catch (const Error&) {
    ++counters_.undecodable_packets;
    return;
  }
  event_frame_ = first;
  counters_.events += found_.size();
  if (!found_.empty() && events_.events) events_.events(found_.data(), found_.size());
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

void Receiver::end_stream(bool closed) {
  const std::uint64_t total = decoder_.header()->total_frames;
  std::uint64_t end = due_frame_.value_or(0);
  // A stated length reveals frames that are missing at the end.
  if (total != kUnknownFrames && total > end) end = total;
  report_gap(end);
  decoder_.close();
  std::swap(past_.header, known_header_);  // allocates nothing
  past_.sequence = next_sequence_;
  if (events_.end) events_.end(closed);
}

}  // namespace nrc
