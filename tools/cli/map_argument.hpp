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

/// What the argument of --type may be, for the help text.
constexpr const char* kTypes =
    "int8, uint8, int16, uint16, int24, uint24 (three bytes each), int32 or uint32";

/// Reads the argument of --type, and --big-endian, into the options, after mapping_argument().
/// @throws Error if there is no such type
void type_argument(const std::string& type, bool big_endian, EncodeOptions& options);

/// The mapping of a stream in a few words.
std::string mapping_text(const StreamHeader& header);

}  // namespace nrc::cli
