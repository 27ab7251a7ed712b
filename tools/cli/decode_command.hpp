// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "time_argument.hpp"

namespace nrc::cli {

/// What to decode and how; the defaults are those of the command.
struct DecodeArguments {
  std::string input;
  std::string output;
  std::string tables;                    ///< built-in name or table file, beside the built-in sets
  bool force = false;                    ///< replace an existing output
  bool sync = false;                     ///< wait until the output is on the disk
  unsigned threads = 0;                  ///< of a whole stream; 0: one for each processor
  std::string gaps;                      ///< recovery: file for the report; empty: none
  std::optional<std::int64_t> fill = 0;  ///< recovery: for missing samples; unset: left out
  std::optional<TimeArgument> from;      ///< part: its beginning
  std::optional<TimeArgument> length;    ///< part: unset: up to the end
  std::string channels;                  ///< part: as in 0-63,70; empty: all
};

/// The value of a --fill option; unset for "none". Anything but a sample is a wrong use.
std::optional<std::int64_t> fill_argument(const std::string& text);

/// Decodes a stream. @throws Error
void decode_file(const DecodeArguments& arguments);

/// Decodes a part of a stream and reads no more of it than that needs. @throws Error
void decode_part(const DecodeArguments& arguments);

/// Decodes what survives of a stream, and says on standard error what does not.
/// @return true if nothing is missing
/// @throws Error
bool recover_file(const DecodeArguments& arguments);

}  // namespace nrc::cli
