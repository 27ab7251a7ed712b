// SPDX-License-Identifier: Apache-2.0
#include "lossy_link.hpp"

namespace nrc::sim {

LossyLink::LossyLink(const sc_core::sc_module_name& name, int loss_percent, std::uint64_t seed)
    : sc_module(name), random_(seed ^ 0x6C6F7373), loss_percent_(loss_percent) {
  SC_METHOD(tick);
  sensitive << clock.pos();
  dont_initialize();
}

void LossyLink::tick() {
  in_ready.write(true);
  if (in_valid.read() && in_ready.read()) {
    for (int b = 0; b < 4; ++b) {
      packet_.push_back(static_cast<std::uint8_t>(in_data.read() >> (8 * b)));
    }
    if (in_last.read()) {
      take_packet();
      packet_.clear();
    }
  }
  if (out_valid.read() && out_ready.read()) words_.pop_front();
  out_valid.write(!words_.empty());
  if (!words_.empty()) {
    out_data.write(words_.front().data);
    out_last.write(words_.front().last);
  }
}

void LossyLink::take_packet() {
  ++packets_;
  const ParsedPacket parsed = parse_packet(packet_.data(), packet_.size());
  const bool header = parsed.header.type == PacketType::kStreamHeader;
  closed_ = closed_ || parsed.header.last;
  if (random_() % 100 < static_cast<std::uint64_t>(loss_percent_)) {
    ++lost_;
    ++since_through_;
    header_before_ = false;
    state_known_ = false;
    return;
  }
  if (opened_) visible_ += since_through_;
  since_through_ = 0;
  opened_ = opened_ || header;
  if (!header) {
    state_known_ = state_known_ || (header_before_ && parsed.header.key);
    if (state_known_) due_.push_back(parsed.header);
  }
  header_before_ = header;
  for (std::size_t at = 0; at < packet_.size(); at += 4) {
    std::uint32_t word = 0;
    for (std::size_t b = 0; b < 4; ++b) word |= std::uint32_t{packet_[at + b]} << (8 * b);
    words_.push_back({word, at + 4 == packet_.size()});
  }
}

}  // namespace nrc::sim
