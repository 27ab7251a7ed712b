// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nrc::cli {

/// What to encode and how; the defaults are those of the command.
struct EncodeArguments {
  std::string input;
  std::string output;
  bool raw = false;             ///< samples without a header instead of a WAV file
  std::string type = "int16";   ///< of raw input
  bool big_endian = false;      ///< byte order of raw input
  bool any_file = false;        ///< store what is not a WAV file instead of refusing it
  std::uint32_t channels = 1;   ///< of raw input
  double rate = 0.0;            ///< of raw input, Hz; 0: unknown
  std::string preset = "fast";  ///< where neither profile nor tables are given
  std::string profile;          ///< empty: by the preset
  bool narrow = false;          ///< huffman or range profile: with the narrow state
  bool taps = false;            ///< range profile: with stage taps
  int lanes = 0;                ///< bit strings of a packet; 0: by what they cost
  bool long_headers = false;
  unsigned threads = 0;          ///< 0: one for each processor
  bool neighbour = false;        ///< range profile: with stage neighbour
  std::string order;             ///< of the channels: list or file; empty: as they are
  std::string tables;            ///< built-in name or table file; empty: choose
  std::string mapping = "auto";  ///< auto, shift6, code, or a step
  int code_width = 0;            ///< 0: by the samples
  std::string lossy;             ///< step=N: codes are rounded to multiples of N; empty: lossless
  std::uint32_t packet_frames = 0;
  std::optional<std::uint16_t> key_interval;  ///< unset: as often as costs next to nothing
  bool force = false;                         ///< replace an existing output
  bool sync = false;                          ///< wait until the output is on the disk
  bool verify = false;                        ///< decode what was written and compare
  std::string metadata;                       ///< file of text about the recording; empty: none
  bool verbose = false;                       ///< say on standard error what was done
};

/// Encodes a file. @throws Error
void encode_file(const EncodeArguments& arguments);

}  // namespace nrc::cli
