// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace nrc::cli {

/// What to decode and how; the defaults are those of the command.
struct DecodeArguments {
  std::string input;
  std::string output;
  std::string tables;  ///< built-in name or table file, beside the built-in sets
  bool force = false;  ///< replace an existing output
  bool sync = false;   ///< wait until the output is on the disk
};

/// Decodes a stream. @throws Error
void decode_file(const DecodeArguments& arguments);

}  // namespace nrc::cli
