// SPDX-License-Identifier: Apache-2.0
#include "file/container.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "nrc/format.hpp"

namespace nrc {

namespace {

constexpr std::size_t kPieceHeaderBytes = 12;
constexpr std::size_t kUnpackBytes = std::size_t{1} << 16;

/// Unpacks a zlib stream to `sink`, in little memory however much it holds.
/// @return false if it is damaged or its length is another
bool unpack(const std::uint8_t* data, std::uint32_t size, std::uint32_t length,
            const ByteSink& sink) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) {
    throw Error("out of memory; close other programs and try again");
  }
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, inflateEnd);
  stream.next_in = const_cast<std::uint8_t*>(data);  // zlib's interface; it only reads
  stream.avail_in = size;
  std::vector<std::uint8_t> out(kUnpackBytes);
  std::uint64_t total = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t count = out.size() - stream.avail_out;
    total += count;
    if (total > length) {
      return false;
    }
    sink(out.data(), count);
  }
  return status == Z_STREAM_END && stream.avail_in == 0 && total == length;
}

}  // namespace

std::vector<std::uint8_t> container_payload(bool after_samples, const std::uint8_t* data,
                                            std::size_t size) {
  uLongf packed_size = compressBound(static_cast<uLong>(size));
  std::vector<std::uint8_t> packed(packed_size);
  const bool smaller = compress2(packed.data(), &packed_size, data, static_cast<uLong>(size),
                                 Z_BEST_COMPRESSION) == Z_OK &&
                       packed_size < size;
  const std::uint8_t* const stored = smaller ? packed.data() : data;
  const std::size_t stored_size = smaller ? packed_size : size;
  std::vector<std::uint8_t> payload = {static_cast<std::uint8_t>(after_samples ? 1 : 0),
                                       static_cast<std::uint8_t>(smaller ? 1 : 0), 0, 0};
  append_little_endian(payload, static_cast<std::uint32_t>(size));
  append_little_endian(payload, static_cast<std::uint32_t>(stored_size));
  payload.insert(payload.end(), stored, stored + stored_size);
  pad_to_words(payload);
  return payload;
}

ContainerPiece parse_container(const std::uint8_t* payload, std::size_t size) {
  const auto damaged = [](const char* what) {
    throw Error(fmt::format("a container packet {}; get the stream from its source again", what));
  };
  if (size < kPieceHeaderBytes) {
    damaged("is too short");
  }
  if (payload[0] > 1 || payload[1] > 1 || payload[2] != 0 || payload[3] != 0) {
    damaged("is of a kind unknown to this version");
  }
  ContainerPiece piece;
  piece.after_samples = payload[0] == 1;
  piece.compressed = payload[1] == 1;
  piece.length = get_little_endian<std::uint32_t>(payload + 4);
  piece.stored = get_little_endian<std::uint32_t>(payload + 8);
  const std::size_t room = size - kPieceHeaderBytes;
  if (piece.length > kMaxPieceBytes) {
    damaged("holds more than 2^26 bytes");
  }
  if (piece.stored > room || room - piece.stored > 3 ||
      (!piece.compressed && piece.stored != piece.length) ||
      std::any_of(payload + kPieceHeaderBytes + piece.stored, payload + size,
                  [](std::uint8_t byte) { return byte != 0; })) {
    damaged("has lengths that contradict each other");
  }
  return piece;
}

void write_piece(const std::uint8_t* payload, std::size_t size, const ByteSink& sink) {
  const ContainerPiece piece = parse_container(payload, size);
  const std::uint8_t* const stored = payload + kPieceHeaderBytes;
  if (!piece.compressed) {
    sink(stored, piece.stored);
  } else if (!unpack(stored, piece.stored, piece.length, sink)) {
    throw Error("a container packet cannot be unpacked; get the stream from its source again");
  }
}

}  // namespace nrc
