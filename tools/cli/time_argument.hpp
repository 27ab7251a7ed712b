// SPDX-License-Identifier: Apache-2.0
//
// Places in time in the arguments of the commands.
#pragma once

#include <cstdint>
#include <string>

#include "nrc/packet.hpp"

namespace nrc::cli {

/// What a place in time may be, for the help text.
constexpr const char* kTimeHelp =
    "[[H:]M:]S seconds, for instance 90.5 or 1:30, or Nf, a number of frames";

/// A place in time as text: checked at once, counted in frames once the rate is known.
class TimeArgument {
 public:
  TimeArgument() = default;
  /// Ends the command with a usage error if the text is none.
  /// @param option  its name, for the message
  TimeArgument(const char* option, const std::string& text);

  /// The nearest frame. @throws Error if the stream does not state its rate and the text needs it.
  std::uint64_t frames(const StreamHeader& header) const;

 private:
  std::string text_;
  bool in_frames_ = false;
  std::uint64_t frames_ = 0;
  double seconds_ = 0.0;
};

}  // namespace nrc::cli
