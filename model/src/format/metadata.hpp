// SPDX-License-Identifier: Apache-2.0
//
// Text about a recording in a packet of its own (docs/bitstream.md, section 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace nrc {

/// @throws Error if the text is longer than kMaxMetadataBytes
std::vector<std::uint8_t> metadata_payload(const std::string& text);

/// The text of a metadata packet. @throws Error if its length contradicts the payload
std::string parse_metadata(const std::uint8_t* payload, std::size_t size);

}  // namespace nrc
