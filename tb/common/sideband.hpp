// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "rtl_constants.hpp"

namespace nrc::tb {

/// The flags of a sample, or of a packet's word (rtl/parts/nrc_side_pkg.sv).
struct Side {
  bool frame_end = false;
  bool packet_end = false;
  bool key = false;
  bool bad = false;
  bool last = false;

  /// Of what a port side_o carries.
  static Side of(unsigned port) {
    const auto bit = [port](int number) { return (port >> number & 1) != 0; };
    return {bit(rtl::kSideFrameEnd), bit(rtl::kSidePacketEnd), bit(rtl::kSideKey),
            bit(rtl::kSideBad), bit(rtl::kSideLast)};
  }

  /// For a port side_i.
  std::uint8_t port() const {
    return static_cast<std::uint8_t>(frame_end << rtl::kSideFrameEnd |
                                     packet_end << rtl::kSidePacketEnd | key << rtl::kSideKey |
                                     bad << rtl::kSideBad | last << rtl::kSideLast);
  }
};

}  // namespace nrc::tb
