// SPDX-License-Identifier: Apache-2.0
//
// How samples become codes, in the arguments and in the words of the commands.
#pragma once

#include <string>

#include "nrc/file_encoder.hpp"

namespace nrc::cli {

/// What the argument of --mapping may be, for the help text.
constexpr const char* kMappingHelp =
    "how samples become codes: auto, code, shift6 (10-bit ADC on the int16 scale), or "
    "step=N[/D][,offset=N]: sample = offset + code * step";

/// Reads the argument of --mapping and --code-width (0: not given) into the options.
/// Ends the command with a usage error if they are none.
void mapping_argument(const std::string& mapping, int code_width, EncodeOptions& options);

/// The mapping of a stream in a few words.
std::string mapping_text(const StreamHeader& header);

}  // namespace nrc::cli
