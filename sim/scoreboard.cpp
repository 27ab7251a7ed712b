// SPDX-License-Identifier: Apache-2.0
#include "scoreboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "nrc/error.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc::sim {

Scoreboard::Scoreboard(const Design& design, const Recording& recording, bool drops_allowed)
    : design_(design),
      recording_(recording),
      drops_allowed_(drops_allowed),
      encoder_(design.header, *design.tables, Transport::kLink),
      received_(recording.samples.size()),
      receiver_({}, receiver_events()) {
  if (design.events) encoder_.set_events(*design.events);
  change_classes(0);
}

namespace {

PacketType type_of(const std::vector<std::uint8_t>& packet) {
  return packet.size() > 2 ? static_cast<PacketType>(packet[2] & 0x0F) : PacketType::kRaw;
}

std::vector<std::vector<std::uint8_t>> packets_of(const std::vector<std::uint8_t>& bytes) {
  std::vector<std::vector<std::uint8_t>> packets;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = parse_packet(bytes.data() + at, bytes.size() - at).size;
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    packets.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += size;
  }
  return packets;
}

}  // namespace

Receiver::Events Scoreboard::receiver_events() {
  Receiver::Events events;
  events.samples = [this](std::uint64_t first, const std::int16_t* samples, std::size_t frames) {
    const std::size_t n = recording_.channels;
    const std::size_t begin = std::min<std::size_t>(first * n, received_.size());
    std::copy_n(samples, std::min(frames * n, received_.size() - begin),
                received_.begin() + static_cast<std::ptrdiff_t>(begin));
  };
  events.events = [this](const Event*, std::size_t count) { events_ += count; };
  return events;
}

void Scoreboard::fail(const std::string& what) {
  if (failure_.empty()) {
    failure_ = what;
  }
}

bool is_stream_header(const std::vector<std::uint8_t>& packet) {
  return type_of(packet) == PacketType::kStreamHeader;
}

std::optional<Scoreboard::Delivery> Scoreboard::take(const std::vector<std::uint8_t>& packet) {
  stream_bytes_ += packet.size();
  max_packet_ = std::max<std::uint64_t>(max_packet_, packet.size());
  receiver_.add(packet.data(), packet.size());
  if (type_of(packet) == PacketType::kEvents) {
    ++event_packets_;
    event_bytes_ += packet.size();
  }
  std::optional<Delivery> delivery;
  if (closed_) {
    fail(fmt::format("packet {} comes after the stream's end", packets_));
  } else if (design_.events_only()) {
    delivery = take_without_samples(packet);
  } else if (design_.events && opened_ &&
             (type_of(packet) == PacketType::kEvents || is_stream_header(packet))) {
    // What they are to be is known with the step of the data packet after them.
    waiting_.push_back(packet);
  } else if (!opened_ || (is_stream_header(packet) && !header_before_)) {
    take_stream_header(packet);
  } else {
    delivery = take_data(packet);
  }
  ++packets_;
  return delivery;
}

void Scoreboard::take_stream_header(const std::vector<std::uint8_t>& packet) {
  opened_ = true;
  header_before_ = true;
  if (compare(packet, encoder_.stream_header())) {
    decode(parse_packet(packet.data(), packet.size()), {0, 0});
  }
}

std::optional<Scoreboard::Delivery> Scoreboard::take_data(const std::vector<std::uint8_t>& packet) {
  const ParsedPacket parsed = parse_packet(packet.data(), packet.size());
  if (parsed.status == ParseStatus::kPacket) {
    skip_dropped(parsed);
  }
  Delivery due = {next_frame_, std::min<std::size_t>(design_.header.packet_frames,
                                                     recording_.frames - next_frame_)};
  PacketRequest request;
  if (since_drop_ != 0 && parsed.header.key && parsed.header.frames != 0) {
    // Until a packet is stored they may be short.
    due.frames = std::min<std::size_t>(due.frames, parsed.header.frames);
  }
  request.last = due.first_frame + due.frames == recording_.frames;
  request.key = due.frames != 0 && design_.key_interval != 0 && since_key_ == design_.key_interval;
  if (since_drop_ != 0) {
    // The encoder asks for key packets until one is stored, and meanwhile the next has begun.
    request.key = request.key || parsed.header.key;
    since_drop_ = since_drop_ == 2 ? 0 : since_drop_ + 1;
  }
  const std::size_t step = parsed.header.step;
  if (step > (design_.rate_control ? static_cast<std::size_t>(kMaxRateStep) : 0U)) {
    fail(fmt::format("packet {} has rounding step number {}", packets_, step));
    return std::nullopt;
  }
  change_classes(due.first_frame);
  encoder_.set_lossy_step(lossy_step(parsed.header.step));
  ++steps_[step];
  if (step != 0) {
    rounded_ = {rounded_ ? rounded_->first : due.first_frame, due.first_frame};
  }
  // Before a key packet the golden model expects the stream header, unless it was there.
  const std::vector<std::uint8_t> expected = encoder_.encode(
      recording_.codes.data() + due.first_frame * recording_.channels, due.frames, request);
  bool same = true;
  if (!design_.events) {
    same = compare(packet, expected);
  } else {
    waiting_.push_back(packet);
    const std::vector<std::vector<std::uint8_t>> packets = packets_of(expected);
    packets_ -= waiting_.size() - 1;
    for (std::size_t i = 0; i < waiting_.size() && same; ++i, ++packets_) {
      same = compare(waiting_[i], i < packets.size() ? packets[i] : std::vector<std::uint8_t>());
      if (same && i + 1 < waiting_.size()) {
        same = decode(parse_packet(waiting_[i].data(), waiting_[i].size()), {0, 0});
      }
    }
    --packets_;
    if (same && packets.size() != waiting_.size()) {
      fail(fmt::format("{} packets up to packet {}, expected {}", waiting_.size(), packets_,
                       packets.size()));
      same = false;
    }
    waiting_.clear();
  }
  if (same && header_before_ && !parsed.header.key) {
    fail(fmt::format("packet {} is not a key packet, but a stream header precedes it", packets_));
  }
  header_before_ = false;
  since_key_ = parsed.header.key ? 1 : since_key_ + 1;
  ++data_packets_;
  next_frame_ += due.frames;
  delivered_frames_ += due.frames;
  closed_ = request.last;
  if (!same || !decode(parsed, due)) {
    return std::nullopt;
  }
  return due;
}

/// Without samples no step depends on the link: all packets are known.
std::optional<Scoreboard::Delivery> Scoreboard::take_without_samples(
    const std::vector<std::uint8_t>& packet) {
  if (!opened_) due_.push_back(encoder_.stream_header());
  opened_ = true;
  while (due_.empty() && next_frame_ < recording_.frames) {
    const std::size_t frames =
        std::min<std::size_t>(design_.header.packet_frames, recording_.frames - next_frame_);
    change_classes(next_frame_);
    PacketRequest request;
    request.last = next_frame_ + frames == recording_.frames;
    request.key =
        next_frame_ == 0 || since_key_ == design_.key_interval ||
        (next_table_ != 0 &&
         design_.classes[next_table_ - 1].packet * design_.header.packet_frames == next_frame_);
    since_key_ = request.key ? 1 : since_key_ + 1;
    for (std::vector<std::uint8_t>& due : packets_of(encoder_.encode(
             recording_.codes.data() + next_frame_ * recording_.channels, frames, request))) {
      due_.push_back(std::move(due));
    }
    next_frame_ += frames;
  }
  const ParsedPacket parsed = parse_packet(packet.data(), packet.size());
  if (compare(packet, due_.empty() ? std::vector<std::uint8_t>() : due_.front()) &&
      decode(parsed, {0, 0})) {
    data_packets_ += is_data(parsed.header.type) ? 1 : 0;
    closed_ = parsed.header.last;
    due_.pop_front();
  }
  return std::nullopt;
}

/// Those of the packet that begins with this frame.
void Scoreboard::change_classes(std::size_t first_frame) {
  while (next_table_ < design_.classes.size() &&
         design_.classes[next_table_].packet * design_.header.packet_frames <= first_frame) {
    encoder_.set_channel_classes(design_.classes[next_table_++].classes);
  }
}

ChannelClass Scoreboard::class_of(std::size_t channel) const {
  return next_table_ == 0 ? ChannelClass::kRounded
                          : design_.classes[next_table_ - 1].classes[channel];
}

void Scoreboard::skip_dropped(const ParsedPacket& parsed) {
  const std::size_t first = parsed.header.first_frame;
  // The end of a stream whose last packet was dropped comes without frames.
  const std::size_t end = recording_.frames + (parsed.header.frames == 0 ? 1 : 0);
  if (first <= next_frame_ || first >= end) {
    return;  // no drop, or an error that compare() reports
  }
  if (!drops_allowed_) {
    fail(fmt::format("frames {} to {} are missing before packet {}: the encoder dropped them",
                     next_frame_, first - 1, packets_));
  }
  encoder_.skip(first - next_frame_);
  dropped_frames_ += first - next_frame_;
  next_frame_ = first;
  ++gaps_;
  since_drop_ = 1;
}

bool Scoreboard::compare(const std::vector<std::uint8_t>& packet,
                         const std::vector<std::uint8_t>& expected) {
  const auto [got, due] =
      std::mismatch(packet.begin(), packet.end(), expected.begin(), expected.end());
  const auto offset = got - packet.begin();
  if (got != packet.end() && due != expected.end()) {
    fail(fmt::format("packet {}, byte {} of {}: expected 0x{:02X}, got 0x{:02X}", packets_, offset,
                     expected.size(), *due, *got));
    return false;
  }
  if (packet.size() != expected.size()) {
    fail(fmt::format("packet {}: expected {} bytes, got {}", packets_, expected.size(),
                     packet.size()));
    return false;
  }
  return true;
}

bool Scoreboard::decode(const ParsedPacket& parsed, const Delivery& delivery) {
  if (dropped_frames_ != 0) {
    return true;  // the decoder takes complete streams only; the bytes were compared
  }
  decoded_.clear();
  try {
    decoder_.decode(parsed, decoded_);
  } catch (const Error& error) {
    fail(fmt::format("the golden decoder refuses packet {}: {}", packets_, error.what()));
    return false;
  }
  const std::size_t begin = delivery.first_frame * recording_.channels;
  for (std::size_t i = 0; i < delivery.frames * recording_.channels; ++i) {
    // Off the grid only the code is held; a sample on it is what its code gives back.
    const ChannelClass kind = class_of(i % recording_.channels);
    const bool sent = kind == ChannelClass::kRounded || kind == ChannelClass::kLossless;
    const std::int16_t expected =
        sample_of(design_.header.mapping, sent ? recording_.codes[begin + i] : Code{0});
    const int step = kind == ChannelClass::kRounded ? lossy_step(parsed.header.step) : 1;
    if (i < decoded_.size() && step > 1 &&
        2 * std::abs((decoded_[i] >> 6) - recording_.codes[begin + i]) <= step) {
      continue;  // as its packet says
    }
    if (i >= decoded_.size() || decoded_[i] != expected) {
      fail(fmt::format("packet {}, frame {}, channel {}: decoded {}, expected {}", packets_,
                       delivery.first_frame + i / recording_.channels, i % recording_.channels,
                       i < decoded_.size() ? std::to_string(decoded_[i]) : "nothing", expected));
      return false;
    }
  }
  return true;
}

void Scoreboard::finish() {
  if (!waiting_.empty() || !due_.empty()) {
    fail(fmt::format("{} packets are missing, or come after the last one with samples",
                     waiting_.size() + due_.size()));
  }
  const std::size_t missing = recording_.frames - next_frame_;
  if (missing == 0) {
    return;
  }
  fail(fmt::format("the stream ends after packet {}, frame {} of {}: its end is missing", packets_,
                   next_frame_, recording_.frames));
}

}  // namespace nrc::sim
