// SPDX-License-Identifier: Apache-2.0
#include "sample_checker.hpp"

#include <fmt/format.h>

#include "nrc/packet_decoder.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc::sim {

SampleChecker::SampleChecker(const sc_core::sc_module_name& name, const Recording& recording,
                             std::uint64_t wrong_at)
    : sc_module(name), recording_(recording), wrong_at_(wrong_at), given_(recording.frames) {
  SC_METHOD(tick);
  sensitive << clock.pos();
  dont_initialize();
}

void SampleChecker::tick() {
  ++clock_;
  ready.write(true);
  if (!valid.read() || !ready.read() || !failure_.empty()) return;
  last_sample_ = clock_;
  take(user.read() & 0xFFFFFFFF, (user.read() >> 32) != 0);
}

void SampleChecker::take(std::uint64_t frame, bool damaged) {
  const std::uint32_t channel = channel_;
  channel_ = last.read() ? 0 : channel_ + 1;
  ++samples_;
  if (damaged) return fail("is marked as damaged");
  if (frame >= recording_.frames) return fail(fmt::format("is of frame {}, after the end", frame));
  if (channel == 0) {
    if (any_ && frame <= frame_) return fail(fmt::format("is of frame {} again", frame));
    if (any_ && frame == frame_ + 1) frame_clocks_.add(clock_ - frame_began_);
    any_ = true;
    frame_ = frame;
    frame_began_ = clock_;
  }
  if (frame != frame_) return fail(fmt::format("is of frame {}, not of {}", frame, frame_));
  if (last.read() != (channel + 1 == recording_.channels)) {
    return fail(fmt::format("has tlast {} at channel {}", last.read(), channel));
  }
  // A sample off the grid comes back as the sample of its code.
  const std::size_t at = static_cast<std::size_t>(frame) * recording_.channels + channel;
  const auto got = static_cast<std::int16_t>(data.read());
  const std::int16_t expected = sample_of(Mapping::kShift6, recording_.codes[at]);
  if (got != expected || samples_ == wrong_at_) {
    return fail(
        fmt::format("of frame {}, channel {}, is {}, expected {}", frame, channel, got, expected));
  }
  if (last.read()) {
    given_[static_cast<std::size_t>(frame)] = true;
    ++frames_;
  }
}

void SampleChecker::fail(const std::string& what) {
  failure_ = fmt::format("sample {} at the far end {}", samples_, what);
}

}  // namespace nrc::sim
