// SPDX-License-Identifier: Apache-2.0
//
// Any bytes into FileDecoder and FileReader. Input: what to repair (stream_repair.hpp), a seed for
// the pieces in which the stream arrives, the stream.
//
// Properties: it ends with the file or with a message of one line; how the stream was cut into
// pieces changes neither; several threads give the same file, or a part of what one gives before a
// fault; no memory is used that the stream does not fill. A part that a reader
// gives is that of the file, and it reads nothing that is not there.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_reader.hpp"
#include "property.hpp"
#include "small_tables.hpp"
#include "stream_repair.hpp"

namespace {

/// A stream may hold far more than its own length; this much is enough to see.
constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
struct Enough {};

struct Outcome {
  std::vector<std::uint8_t> bytes;
  std::string message;
  bool operator==(const Outcome& o) const { return bytes == o.bytes && message == o.message; }
};

Outcome decode(const std::vector<std::uint8_t>& stream, std::uint8_t pieces, unsigned threads = 1) {
  Outcome outcome;
  nrc::FileDecoder decoder(
      [&](const std::uint8_t* data, std::size_t size) {
        outcome.bytes.insert(outcome.bytes.end(), data, data + size);
        if (outcome.bytes.size() > kMaxBytes) throw Enough();
      },
      fuzz::tables_by_id, threads);
  try {
    fuzz::in_pieces(stream.data(), stream.size(), pieces,
                    [&](const std::uint8_t* data, std::size_t size) { decoder.add(data, size); });
    decoder.finish();
  } catch (const nrc::Error& e) {
    fuzz::require_message(e);
    outcome.message = e.what();
  } catch (const Enough&) {
    outcome.message = "enough";
  }
  return outcome;
}

/// A part from a place on that `seed` chooses.
void read_part(const std::vector<std::uint8_t>& stream, std::uint8_t seed, const Outcome& whole) {
  try {
    nrc::FileReader reader(
        stream.size(),
        [&stream](std::uint64_t offset, std::uint8_t* to, std::size_t size) {
          fuzz::require(offset <= stream.size() && size <= stream.size() - offset,
                        "what is read is there");
          std::copy_n(stream.data() + offset, size, to);
        },
        fuzz::tables_by_id);
    const std::uint64_t frames = reader.frames();
    if (frames == 0) return;
    const std::size_t frame_bytes = std::size_t{2} * reader.header().channels;
    const std::uint64_t first = seed % frames;
    std::uint64_t given = 0;
    const bool known = whole.message.empty() && reader.header().container == 0 &&
                       whole.bytes.size() == frames * frame_bytes;
    reader.read(first, frames - first, [&](const std::int16_t* samples, std::size_t count) {
      for (std::size_t i = 0; known && i < count * frame_bytes / 2; ++i) {
        const std::size_t at = static_cast<std::size_t>(first + given) * frame_bytes + 2 * i;
        fuzz::require(
            static_cast<std::uint16_t>(samples[i]) == (whole.bytes[at] | whole.bytes[at + 1] << 8),
            "a part is that of the file");
      }
      given += count;
      if (given * frame_bytes > kMaxBytes) throw Enough();
    });
    fuzz::require(given == frames - first, "a part has as many frames as were wanted");
    const std::uint32_t channel = seed % reader.header().channels;
    given = 0;
    reader.read(
        first, frames - first, {channel}, [&](const std::int16_t* samples, std::size_t count) {
          for (std::size_t i = 0; known && i < count; ++i, ++given) {
            const std::size_t at =
                static_cast<std::size_t>(first + given) * frame_bytes + 2 * std::size_t{channel};
            fuzz::require(static_cast<std::uint16_t>(samples[i]) ==
                              (whole.bytes[at] | whole.bytes[at + 1] << 8),
                          "a channel is that of the file");
          }
        });
  } catch (const nrc::Error& e) {
    fuzz::require_message(e);
  } catch (const Enough&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::uint8_t repairs = input.u8();
  const std::uint8_t pieces = input.u8();
  const std::vector<std::uint8_t> stream = fuzz::repair(input.data(), input.size(), repairs);
  const Outcome whole = decode(stream, 0);
  if (pieces != 0) {
    fuzz::require(decode(stream, pieces) == whole, "the pieces of a stream do not matter");
  }
  if (pieces % 4 == 1 && whole.message != "enough") {
    const Outcome several = decode(stream, pieces, 3);
    fuzz::require(several.message.empty() == whole.message.empty(), "threads find the same faults");
    fuzz::require(whole.message.empty() ? several.bytes == whole.bytes
                                        : several.bytes.size() <= whole.bytes.size() &&
                                              std::equal(several.bytes.begin(), several.bytes.end(),
                                                         whole.bytes.begin()),
                  "threads give the same bytes");
  }
  read_part(stream, pieces, whole);
  return 0;
}
