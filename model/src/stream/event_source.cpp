// SPDX-License-Identifier: Apache-2.0
#include "stream/event_source.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "nrc/error.hpp"

namespace nrc {

EventSource::EventSource(const StreamHeader& header, const TableSet& tables,
                         const EventSettings& settings)
    : layout_(header.channels, header.code_width),
      predictor_(header.code_width),
      context_(tables, header.code_width),
      rounding_(header.code_width),
      detector_(header.code_width, header.rate_millihertz, settings.threshold),
      window_(Detector::window(header.rate_millihertz)),
      proportional_(header.proportional),
      channels_(header.channels),
      next_classes_(header.channels, ChannelClass::kRounded),
      classes_(next_classes_) {
  if (settings.threshold < 1 || settings.threshold >= 1 << kEventThresholdBits) {
    throw Error("an event threshold of " + std::to_string(settings.threshold) +
                " quarters is not possible; give 1 to " +
                std::to_string((1 << kEventThresholdBits) - 1));
  }
}

void EventSource::add(const Code* codes, std::size_t frames, bool key, int step) {
  rounding_.set(step, proportional_);
  if (key && frames != 0) classes_ = next_classes_;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const bool reset = key && frame == 0;
    const int boost = pace_.next(reset);
    for (std::uint32_t c = 0; c < channels_.size(); ++c) {
      if (classes_[c] == ChannelClass::kOff) {
        ++codes;
        continue;
      }
      Channel& channel = channels_[c];
      const Prediction prediction = predictor_.predict(channel.predictor, reset);
      const std::uint32_t scale = context_.scale(channel.context, reset);
      const Rounder& rounder = classes_[c] == ChannelClass::kRounded
                                   ? rounding_.of(scale, prediction.deviation)
                                   : rounding_.exact();
      const auto code = static_cast<Code>(rounder.code(rounder.number(*codes++)));
      const std::optional<Peak> peak =
          detector_.next(channel.detector, Predictor::value_of(code) - channel.predictor.level,
                         scale, reset, boost);
      if (peak) {
        const auto ago = static_cast<std::uint64_t>(peak->frames_ago);
        waiting_.push_back({{next_frame_ - ago, c, peak->amplitude}, next_frame_});
      }
      context_.update(channel.context, Predictor::innovation(prediction, code), reset, boost);
      predictor_.update(channel.predictor, prediction, code, reset, boost);
    }
    ++next_frame_;
  }
}

std::uint64_t EventSource::first_frame() const {
  return waiting_.front().frame - static_cast<std::uint64_t>(window_ - 1);
}

std::size_t EventSource::due(bool all) const {
  if (waiting_.empty()) return 0;
  const std::uint64_t end = first_frame() + kEventPacketFrames;
  const auto late = std::find_if(waiting_.begin(), waiting_.end(),
                                 [end](const Found& found) { return found.frame >= end; });
  const auto count = static_cast<std::size_t>(late - waiting_.begin());
  const bool complete = all || next_frame_ >= end || count >= kMaxPacketEvents;
  return complete ? std::min<std::size_t>(count, kMaxPacketEvents) : 0;
}

std::vector<Event> EventSource::take() {
  std::vector<Event> events;
  for (const Found& found : waiting_) events.push_back(found.event);
  waiting_.clear();
  return events;
}

void EventSource::append_packets(Packetizer& packetizer, bool all,
                                 std::vector<std::uint8_t>& packets) {
  while (const std::size_t count = due(all)) append_packet(packetizer, count, packets);
}

void EventSource::append_packet(Packetizer& packetizer, std::size_t count,
                                std::vector<std::uint8_t>& packets) {
  const std::uint64_t first = first_frame();
  std::vector<Event> events;
  for (std::size_t i = 0; i < count; ++i) events.push_back(waiting_[i].event);
  const std::vector<std::uint8_t> payload =
      event_payload(layout_, events.data(), events.size(), first);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  PacketHeader header = {PacketType::kEvents};
  header.first_frame = static_cast<std::uint32_t>(first);
  packetizer.append(header, payload.data(), payload.size(), packets);
  bytes_ += kPacketHeaderBytes + payload.size() + kPacketCrcBytes;
}

std::uint64_t EventSource::max_bytes(std::size_t frames) const {
  // A channel has an event in `window` frames at most. Packets are full, or of many frames.
  const std::uint64_t events =
      waiting_.size() +
      channels_.size() * (frames / static_cast<std::uint64_t>(window_) + std::uint64_t{1});
  const std::uint64_t packets =
      events / kMaxPacketEvents + frames / (kEventPacketFrames / 2) + std::uint64_t{2};
  return 4 * events + packets * (kPacketHeaderBytes + kPacketCrcBytes);
}

}  // namespace nrc
