// SPDX-License-Identifier: Apache-2.0
//
// Any bytes into the payload decoders. Input: tables, code width, channels, then for each packet a
// byte of flags and of its rounding step, its number of frames, its length and its payload.
//
// Properties: a payload is refused with a message of one line, or it gives exactly the codes asked
// for, each inside the code width, and the encoder codes these so that they come back.
#include <memory>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "nrc/error.hpp"
#include "nrc/payload.hpp"
#include "nrc/tables.hpp"
#include "property.hpp"

namespace {

using fuzz::require;

constexpr std::uint64_t kMaxCodes = 1U << 16;
/// The same of the cascade profile, which takes its time.
constexpr std::uint64_t kMaxSlowCodes = 1U << 12;

const std::vector<const nrc::Tables*>& all_tables() {
  static const std::vector<const nrc::Tables*> all = [] {
    std::vector<const nrc::Tables*> tables;
    for (const std::string& name : nrc::TableSet::builtin_names()) {
      tables.push_back(&nrc::Tables::builtin(nrc::Profile::kHuffman, name));
    }
    for (const std::string& name : nrc::RangeTables::builtin_names()) {
      tables.push_back(&nrc::Tables::builtin(nrc::Profile::kRange, name));
    }
    for (const std::string& name : nrc::NeuralTables::builtin_names()) {
      tables.push_back(&nrc::Tables::builtin(nrc::Profile::kNeural, name));
    }
    for (const std::string& name : nrc::Tables::builtin_names(nrc::Profile::kCascade)) {
      tables.push_back(&nrc::Tables::builtin(nrc::Profile::kCascade, name));
    }
    return tables;
  }();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const nrc::Tables& tables =
      *all_tables()[input.below(static_cast<std::uint32_t>(all_tables().size()))];
  const std::uint8_t choice = input.u8();
  const int width = nrc::kMinCodeWidth + (choice & 0x0F) % 15;
  const bool range = tables.profile() == nrc::Profile::kRange;
  // Both corrections with rounding are the narrow state, in which there is neither.
  const bool narrow_range = range && width >= nrc::kMinNarrowWidth && (choice & 0xD0) == 0xD0;
  const nrc::Corrections corrections{range && !narrow_range && (choice & 0x40) != 0,
                                     range && !narrow_range && (choice & 0x10) != 0};
  const std::uint32_t channels = 1U + ((choice & 0x20) != 0 ? input.u16() : input.u8() % 40U);
  nrc::StreamHeader header;
  header.code_width = width;
  header.channels = channels;
  header.corrections = corrections;
  header.narrow = narrow_range || (tables.profile() == nrc::Profile::kHuffman &&
                                   width >= nrc::kMinNarrowWidth && (choice & 0x40) != 0);
  header.rounding = !header.narrow && (choice & 0x80) != 0;
  header.proportional =
      header.rounding && tables.profile() != nrc::Profile::kCascade && channels % 2 == 0;
  header.classes =
      tables.profile() == nrc::Profile::kHuffman && !header.narrow && (choice & 0x10) != 0;
  try {
    tables.check(width);
  } catch (const nrc::Error& e) {
    fuzz::require_message(e);
    return 0;
  }
  const auto decoder = nrc::PayloadDecoder::make(tables, header);
  // Made when a payload is accepted: to make them takes longer than most inputs.
  std::unique_ptr<nrc::PayloadEncoder> encoder;
  std::unique_ptr<nrc::PayloadDecoder> second;
  const std::int32_t half = 1 << (width - 1);
  const bool slow = tables.profile() == nrc::Profile::kCascade;
  const std::uint64_t max_total = slow ? kMaxSlowCodes : kMaxCodes;
  bool started = false;
  std::uint64_t total = 0;
  while (input.size() > 0) {
    const std::uint8_t flags = input.u8();
    const std::size_t frames = (flags & 2) != 0 ? input.u16() : input.u8() % 64U;
    const std::size_t told = (flags & 4) != 0 ? input.u8() * std::size_t{4} : input.size() / 4 * 4;
    // Bytes of their own: the sanitizer sees a read past their end.
    const std::size_t length = std::min(told, input.size() / 4 * 4);
    const std::vector<std::uint8_t> payload(input.data(), input.data() + length);
    input.skip(length);
    // What PacketDecoder sees to: the first packet with samples is a key packet, and no packet
    // claims more than its payload can hold.
    const bool key = (flags & 1) != 0 || !started;
    const std::uint64_t count = std::uint64_t{frames} * channels;
    total += count;
    const int most_lanes = nrc::max_lanes(tables.profile(), channels);
    const int lanes = std::min(1 << (flags >> 6), most_lanes);
    const int step = nrc::lossy_step(header.rounding ? (flags >> 3) & 7 : 0);
    decoder->set_lanes(lanes);
    decoder->set_step(step);
    if (count > decoder->max_codes(length) || total > max_total) break;

    std::vector<nrc::Code> codes = {1};  // decode() appends
    try {
      decoder->decode(payload.data(), length, frames, key, codes);
    } catch (const nrc::Error& e) {
      fuzz::require_message(e);
      break;
    }
    started = started || frames > 0;
    require(codes.size() == 1 + count && codes[0] == 1, "decode() appends the codes asked for");
    codes.erase(codes.begin());
    for (const nrc::Code code : codes) {
      require(code >= -half && code < half, "codes are inside the code width");
    }
    if (encoder == nullptr) {
      encoder = nrc::PayloadEncoder::make(tables, header);
      second = nrc::PayloadDecoder::make(tables, header);
    }
    encoder->set_lanes(lanes);
    second->set_lanes(lanes);
    encoder->set_step(step);
    if (header.classes) encoder->set_classes(decoder->classes());
    second->set_step(step);
    const std::vector<std::uint8_t> coded = encoder->encode(codes.data(), frames, key);
    require(coded.size() <= nrc::max_payload_bytes(tables.profile(), width, count, lanes),
            "no payload is longer than the worst one");
    std::vector<nrc::Code> back;
    second->decode(coded.data(), coded.size(), frames, key, back);
    require(back == codes, "decoded codes can be coded");
    require(second->classes() == decoder->classes(), "and classes");
  }
  return 0;
}
