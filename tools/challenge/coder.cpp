// SPDX-License-Identifier: Apache-2.0
#include "coder.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include "challenge_tables.hpp"
#include "nrc/error.hpp"

namespace nrc {

// In place of the library's, with its messages: pack_tables checked the tables.
void RangeTables::check_code_width(int /*width*/) const {}

}  // namespace nrc

namespace nrc::challenge {

RangeTables unpacked_tables() {
  RangeTables tables;
  tables.initial_scale = kInitialScale;
  tables.code_width = kTableCodeWidth;
  BitReader edges(kEdges, sizeof kEdges);
  tables.edges = unpack<std::int32_t>(edges, kEdgesPacking);
  BitReader cumulative(kCumulative, sizeof kCumulative);
  tables.cumulative = unpack<std::uint16_t>(cumulative, kCumulativePacking);
  return tables;
}

std::uint32_t crc(const std::uint8_t* data, std::size_t size) {
  std::uint32_t crc = ~0U;
  for (std::size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1)));
  }
  return ~crc;
}

Model::Model(std::uint32_t channels)
    : tables_(unpacked_tables()),
      linearizer_(tables_, kWidth),
      predictor_(kWidth),
      dispersion_(tables_.initial_scale, kWidth),
      intervals_(tables_, linearizer_),
      channels_(channels) {}

Bytes read_file(const char* path) {
  std::FILE* const file = std::fopen(path, "rb");
  Bytes bytes;
  std::size_t count = 0;
  while (file != nullptr) {
    bytes.resize(count + (std::size_t{1} << 18));
    const std::size_t got = std::fread(bytes.data() + count, 1, bytes.size() - count, file);
    if (got == 0) break;
    count += got;
  }
  if (file == nullptr || std::ferror(file) != 0) throw Error("cannot read the input");
  std::fclose(file);
  bytes.resize(count);
  return bytes;
}

void write_file(const char* path, const Bytes& bytes) {
  std::FILE* const file = std::fopen(path, "wb");
  const bool written =
      file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (file == nullptr || std::fclose(file) != 0 || !written) {
    throw Error("cannot write the output");
  }
}

int run(int argc, char** argv, Bytes (*convert)(const Bytes&)) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s IN OUT\n", argv[0]);
    return 2;
  }
  try {
    write_file(argv[2], convert(read_file(argv[1])));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s %s %s: %s\n", argv[0], argv[1], argv[2], e.what());
    return 1;
  }
  return 0;
}

}  // namespace nrc::challenge
