// SPDX-License-Identifier: Apache-2.0
//
// Streams one after the other become one, without coding them again where all are coded alike
// (docs/bitstream.md, section 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nrc/byte_sink.hpp"
#include "nrc/file_reader.hpp"

namespace nrc {

/// A stream in a file.
struct JoinSource {
  std::string name;  ///< for messages
  std::uint64_t size = 0;
  FileReader::Read read;
};

struct JoinSummary {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::size_t recoded = 0;  ///< sources that were coded again, as the first one is
};

/// Writes one stream with the frames of all sources in order, and the metadata of the first. It is
/// a WAV file's if all are of WAV files and one file can hold them; other bytes around the samples
/// are left out.
/// @param metadata  in place of the first source's; null: that
/// @throws Error if there is no source, channels or rates differ, a source is damaged or lossy
/// sources would have to be coded again
JoinSummary join_streams(const std::vector<JoinSource>& sources, const ByteSink& sink,
                         const std::string* metadata = nullptr,
                         const PacketDecoder::TableSource& tables = Tables::builtin_by_id);

}  // namespace nrc
