// SPDX-License-Identifier: Apache-2.0
//
// Any bytes into FileRecovery. Input: options, what to repair (stream_repair.hpp), a seed for the
// pieces in which the stream arrives, the stream.
//
// Properties: it ends with a file or with a message of one line; how the stream was cut into pieces
// changes neither; the summary counts what was written; a stream that FileDecoder accepts gives the
// same file, and is called complete.
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_recovery.hpp"
#include "property.hpp"
#include "small_tables.hpp"
#include "stream_repair.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;
using fuzz::require;

constexpr std::size_t kMaxBytes = std::size_t{1} << 21;
struct Enough {};

struct Outcome {
  Bytes bytes;
  std::string message;
  nrc::RecoverySummary summary;
};

nrc::ByteSink into(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
    if (bytes.size() > kMaxBytes) throw Enough();
  };
}

Outcome recover(const Bytes& stream, std::uint8_t pieces, bool fill) {
  Outcome outcome;
  nrc::FileRecovery::Options options;
  options.tables = fuzz::tables_by_id;
  options.max_fill_bytes = kMaxBytes / 4;
  if (!fill) options.fill.reset();
  nrc::FileRecovery recovery(options, into(outcome.bytes));
  try {
    fuzz::in_pieces(stream.data(), stream.size(), pieces,
                    [&](const std::uint8_t* p, std::size_t n) { recovery.add(p, n); });
    outcome.summary = recovery.finish();
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
  const bool fill = (input.u8() & 1) == 0;
  const std::uint8_t repairs = input.u8();
  const std::uint8_t pieces = input.u8();
  const Bytes stream = fuzz::repair(input.data(), input.size(), repairs);

  const Outcome outcome = recover(stream, 0, fill);
  const nrc::RecoverySummary& summary = outcome.summary;
  if (pieces != 0) {
    const Outcome again = recover(stream, pieces, fill);
    require(again.bytes == outcome.bytes && again.message == outcome.message &&
                again.summary.complete() == summary.complete(),
            "the pieces of a stream do not matter");
  }
  const nrc::StreamHeader& header = summary.header;
  if (outcome.message.empty() && header.container == 0) {
    const std::uint64_t frames =
        summary.counters.frames + (fill ? summary.counters.missing_frames : 0);
    require(
        outcome.bytes.size() == frames * nrc::sample_bytes(header.sample_type) * header.channels,
        "the summary counts the frames that were written");
  }

  Bytes file;
  nrc::FileDecoder decoder(into(file), fuzz::tables_by_id);
  try {
    decoder.add(stream.data(), stream.size());
    decoder.finish();
  } catch (const nrc::Error&) {
    return 0;
  } catch (const Enough&) {
    return 0;
  }
  if (!fuzz::obeys_header(stream) || outcome.message == "enough") return 0;
  require(outcome.message.empty() && outcome.bytes == file && summary.complete(),
          "what FileDecoder accepts is recovered");
  return 0;
}
