// SPDX-License-Identifier: Apache-2.0
#include "format/metadata.hpp"

#include <algorithm>

#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "nrc/format.hpp"

namespace nrc {

std::vector<std::uint8_t> metadata_payload(const std::string& text) {
  if (text.size() > kMaxMetadataBytes) {
    throw Error("metadata of " + std::to_string(text.size()) + " bytes; give at most " +
                std::to_string(kMaxMetadataBytes));
  }
  std::vector<std::uint8_t> payload;
  append_little_endian(payload, static_cast<std::uint32_t>(text.size()));
  payload.insert(payload.end(), text.begin(), text.end());
  pad_to_words(payload);
  return payload;
}

std::string parse_metadata(const std::uint8_t* payload, std::size_t size) {
  const std::size_t room = size < 4 ? 0 : size - 4;
  const std::size_t length = size < 4 ? 1 : get_little_endian<std::uint32_t>(payload);
  if (length > room || room - length > 3 || length > kMaxMetadataBytes ||
      std::any_of(payload + 4 + length, payload + size, [](std::uint8_t b) { return b != 0; })) {
    throw Error("a metadata packet contradicts itself");
  }
  return {payload + 4, payload + 4 + length};
}

}  // namespace nrc
