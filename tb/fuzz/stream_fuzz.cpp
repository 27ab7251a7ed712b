// SPDX-License-Identifier: Apache-2.0
//
// Any bytes into FileDecoder. Input: what to repair (stream_repair.hpp), a seed for the pieces in
// which the stream arrives, the stream.
//
// Properties: it ends with the file or with a message of one line; how the stream was cut into
// pieces changes neither; no memory is used that the stream does not fill.
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
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

Outcome decode(const std::vector<std::uint8_t>& stream, std::uint8_t pieces) {
  Outcome outcome;
  nrc::FileDecoder decoder(
      [&](const std::uint8_t* data, std::size_t size) {
        outcome.bytes.insert(outcome.bytes.end(), data, data + size);
        if (outcome.bytes.size() > kMaxBytes) throw Enough();
      },
      fuzz::tables_by_id);
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
  return 0;
}
