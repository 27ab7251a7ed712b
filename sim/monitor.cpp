// SPDX-License-Identifier: Apache-2.0
#include "monitor.hpp"

#include <fmt/format.h>

#include <utility>

namespace nrc::sim {

Monitor::Monitor(const sc_core::sc_module_name& name, const Design& design, std::uint64_t samples,
                 Scoreboard& scoreboard, const Faults& faults, std::function<bool()> stopped)
    : sc_module(name),
      design_(design),
      samples_(samples),
      scoreboard_(scoreboard),
      faults_(faults),
      stopped_(std::move(stopped)) {
  SC_METHOD(tick);
  sensitive << clock.pos();
  dont_initialize();
}

void Monitor::fail(const std::string& what) {
  if (failure_.empty()) {
    failure_ = fmt::format("clock {}: {}", figures_.clocks, what);
  }
}

void Monitor::tick() {
  if (!reset_n.read()) {
    return;
  }
  ++figures_.clocks;
  figures_.max_waiting = std::max<std::uint64_t>(figures_.max_waiting, waiting.read());
  watch_input();
  watch_output();
  if (stopped_()) {
    fail("an assertion of the RTL failed, see above");
  }

  // One wrong packet is enough: all that builds on it is wrong as well.
  const std::uint64_t limit = scoreboard_.closed() ? kAfterEnd : kIdleLimit;
  if (!done_ && (figures_.clocks - last_activity_ > limit || !failure_.empty() ||
                 !scoreboard_.failure().empty())) {
    done_ = true;
    sc_core::sc_pause();
  }
}

void Monitor::watch_input() {
  const std::uint64_t now = figures_.clocks;
  if (s_valid.read()) {
    if (s_ready.read()) {
      if (in_group_ == 0) {
        if (figures_.accepted != 0) {
          figures_.group.add(now - group_began_);
        }
        group_began_ = now;
      }
      in_group_ = in_group_ + 1 == design_.group_samples() ? 0 : in_group_ + 1;
      ++figures_.accepted;
      if (figures_.accepted == samples_ && in_group_ == 0 && !design_.rests()) {
        figures_.group.add(now + 1 - group_began_);  // no other group follows
      }
      accepted_at_.push_back(now);
      last_activity_ = now;
    } else {
      ++figures_.input_stalls;
    }
  }
  if (sample_packed.read()) {
    if (figures_.packed == figures_.accepted) {
      fail("sample_packed_o for a sample that was never taken");
    } else if (figures_.packed >= delivered_) {
      figures_.pipeline.add(now -
                            accepted_at_[static_cast<std::size_t>(figures_.packed - delivered_)]);
    } else {
      fail("sample_packed_o for a sample that has already left");
    }
    ++figures_.packed;
  }
  figures_.overflows += overflow.read() ? 1 : 0;
}

void Monitor::watch_output() {
  const bool valid = m_valid.read();
  const bool ready = m_ready.read();
  std::uint32_t data = m_data.read();
  const bool last = m_last.read();
  if (waiting_) {
    if (faults_.unstable_output) {
      data ^= 1;
    }
    if (!valid) {
      fail("m_axis_tvalid fell before tready was seen");
    } else if (data != waiting_data_ || last != waiting_last_) {
      fail(fmt::format("m_axis_{} changed while tvalid waited for tready",
                       last != waiting_last_ ? "tlast" : "tdata"));
    }
  }
  waiting_ = valid && !ready;
  waiting_data_ = data;
  waiting_last_ = last;
  if (valid && ready) {
    take_word(data, last);
    last_activity_ = figures_.clocks;
  } else if (valid) {
    ++figures_.output_stalls;
  }
}

void Monitor::take_word(std::uint32_t data, bool last) {
  ++figures_.output_words;
  for (int shift = 0; shift < 32; shift += 8) {
    packet_.push_back(static_cast<std::uint8_t>(data >> shift));
  }
  if (last) {
    take_packet();
    packet_.clear();
  } else if (packet_.size() > design_.max_packet()) {
    fail(fmt::format("a packet of more than the possible {} bytes", design_.max_packet()));
  }
}

void Monitor::take_packet() {
  const std::uint64_t bits = std::uint64_t{8} * packet_.size();
  if (faults_.corrupt_bit && *faults_.corrupt_bit >= stream_bits_ &&
      *faults_.corrupt_bit < stream_bits_ + bits) {
    const auto bit = static_cast<std::size_t>(*faults_.corrupt_bit - stream_bits_);
    packet_[bit / 8] = static_cast<std::uint8_t>(packet_[bit / 8] ^ (1 << (bit % 8)));
  }
  stream_bits_ += bits;
  if (faults_.lost_end && packet_.size() > 2 && (packet_[2] & kFlagLast) != 0) {
    return;
  }
  if (faults_.lost_header && is_stream_header(packet_) && stream_bits_ != bits) {
    return;
  }
  const std::optional<Scoreboard::Delivery> delivery = scoreboard_.take(packet_);
  if (!delivery) {
    return;
  }
  const std::uint64_t begin = std::uint64_t{delivery->first_frame} * design_.frame_samples();
  const std::uint64_t end = begin + std::uint64_t{delivery->frames} * design_.frame_samples();
  if (end > figures_.packed) {
    fail(fmt::format("a packet left before its last sample was packed ({} of {})", figures_.packed,
                     end));
    return;
  }
  for (; delivered_ < end; ++delivered_) {
    if (delivered_ >= begin) {  // those before were dropped
      figures_.delivered.add(figures_.clocks - accepted_at_.front());
    }
    accepted_at_.pop_front();
  }
}

}  // namespace nrc::sim
