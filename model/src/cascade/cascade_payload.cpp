// SPDX-License-Identifier: Apache-2.0
#include "cascade/cascade_payload.hpp"

#include <algorithm>
#include <string>

#include "cascade/bit_coder.hpp"
#include "cascade/cascade_predictor.hpp"
#include "cascade/channel_signals.hpp"
#include "cascade/code_model.hpp"
#include "cascade/reference_choice.hpp"
#include "cascade/reference_code.hpp"
#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "stages/bit_packer.hpp"

namespace nrc {

namespace {

/// First byte of a payload.
enum class Form : std::uint8_t { kOnePhase = 0, kTwoPhases = 1, kVerbatim = 2 };

using References = std::vector<std::vector<std::size_t>>;

/// Reads or writes the codes of one packet; nothing is kept from one packet to the next.
/// @param references  of each channel; for a decoder without meaning
/// @param codes       [frame * channels + channel]; a decoder fills them
/// @param ended       whether a decoder is past the end of its bytes
template <class Coder, class Ended>
void code_packet(Coder& coder, const RangeTables& tables, int code_width, std::size_t channels,
                 std::size_t frames, std::size_t phases, const References& references,
                 WideCode* codes, Ended ended) {
  ChannelSignals signals(channels, frames, phases);
  ReferenceCode reference_code;
  std::vector<CascadePredictor> predictors;
  std::vector<CodeModel> models;
  for (std::size_t phase = 0; phase < phases; ++phase) {
    predictors.emplace_back(code_width);
    models.emplace_back(tables, code_width);
  }
  std::int32_t origin = 0;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const auto code_at = [&](std::size_t frame) -> WideCode& {
      return codes[frame * channels + channel];
    };
    models[0].begin_channel();
    const std::int32_t first = models[0].first_code(coder, origin, code_at(0));
    code_at(0) = first;
    origin = models[0].value(first);
    bool constant = true;
    for (std::size_t i = 1; constant && i < frames; ++i) constant = code_at(i) == code_at(0);
    if (reference_code.constant(coder, constant)) {
      for (std::size_t i = 1; i < frames; ++i) code_at(i) = code_at(0);
      signals.begin_channel(channel, {});
      continue;
    }
    std::vector<std::size_t> from;
    if (channel > 0) {
      static const std::vector<std::size_t> kNone;
      const auto coded =
          reference_code.code(coder, channel, references.empty() ? kNone : references[channel]);
      if (!coded) throw Error("a channel is predicted from one that does not exist");
      from = *coded;
    }
    signals.begin_channel(channel, from);
    for (std::size_t phase = 0; phase < phases; ++phase) {
      CascadePredictor& predictor = predictors[phase];
      CodeModel& model = models[phase];
      if (phase == 1) model.begin_channel();
      predictor.begin_channel(origin, channel == 0);
      // The first code of phase 0 is there.
      for (std::size_t at = phase == 0 ? 1 : 0; at < signals.frames(phase); ++at) {
        WideCode& place = code_at(at * phases + phase);
        signals.fill(phase, at, predictor.regressors());
        const CascadePrediction expected = predictor.predict();
        const std::int32_t code = model.next_code(coder, expected, place);
        place = code;
        const double value = (model.value(code) - origin) / 64.0;
        signals.set(phase, at, value);
        predictor.update(value);
        if (ended()) throw Error("the payload is too short");
      }
    }
  }
}

std::uint64_t verbatim_bytes(std::uint64_t codes, int code_width) {
  return max_payload_bytes(Profile::kCascade, code_width, codes);
}

class CascadePayloadEncoder : public PayloadEncoder {
 public:
  CascadePayloadEncoder(const RangeTables& tables, int code_width, std::uint32_t channels)
      : tables_(tables), code_width_(code_width), channels_(channels) {}

  void reserve(std::uint64_t /*codes*/) override {}

  void encode(const Code* codes, std::size_t frames, bool /*key*/,
              std::vector<std::uint8_t>& payload) override {
    codes_.assign(codes, codes + frames * channels_);
    encode_codes(frames, payload);
  }

  void encode_wide(const WideCode* codes, std::size_t frames,
                   std::vector<std::uint8_t>& payload) override {
    codes_.assign(codes, codes + frames * channels_);
    encode_codes(frames, payload);
  }

 private:
  static constexpr std::size_t kTriedFrames = 2048;

  void encode_codes(std::size_t frames, std::vector<std::uint8_t>& payload) {
    payload.clear();
    if (frames == 0) return;
    const References references = choose_references(codes_.data(), frames, channels_);
    payload =
        coded(codes_.data(), frames, channels_, choose_phases(codes_.data(), frames), references);
    const std::uint64_t limit = verbatim_bytes(std::uint64_t{frames} * channels_, code_width_);
    if (payload.size() > limit) write_verbatim(codes_.data(), frames, payload);
  }

  /// The codes stay as they are.
  std::vector<std::uint8_t> coded(WideCode* codes, std::size_t frames, std::size_t channels,
                                  std::size_t phases, const References& references) const {
    std::vector<std::uint8_t> bytes = {
        static_cast<std::uint8_t>(phases == 1 ? Form::kOnePhase : Form::kTwoPhases)};
    BitEncoder coder(bytes);
    code_packet(coder, tables_, code_width_, channels, frames, phases, references, codes,
                [] { return false; });
    coder.finish();
    pad_to_words(bytes);
    return bytes;
  }

  /// Two phases only pay for signals with something between their frames; one channel shows it.
  std::size_t choose_phases(const WideCode* codes, std::size_t frames) const {
    if (frames < kTriedFrames) return 1;
    std::vector<WideCode> tried;
    const std::size_t first = (frames - kTriedFrames) / 2;
    for (std::size_t t = 0; t < kTriedFrames; ++t) {
      tried.push_back(codes[(first + t) * channels_ + channels_ / 2]);
    }
    const std::size_t one = coded(tried.data(), kTriedFrames, 1, 1, {}).size();
    const std::size_t two = coded(tried.data(), kTriedFrames, 1, 2, {}).size();
    return two + two / 16 < one ? 2 : 1;
  }

  void write_verbatim(const WideCode* codes, std::size_t frames,
                      std::vector<std::uint8_t>& payload) const {
    BitPacker packer;
    packer.put(static_cast<std::uint32_t>(Form::kVerbatim), 8);
    for (std::size_t i = 0; i < frames * channels_; ++i) {
      packer.put(static_cast<std::uint32_t>(codes[i]) & ((1u << code_width_) - 1), code_width_);
    }
    packer.take(payload);
  }

  const RangeTables& tables_;
  int code_width_;
  std::size_t channels_;
  std::vector<WideCode> codes_;
};

class CascadePayloadDecoder : public PayloadDecoder {
 public:
  CascadePayloadDecoder(const RangeTables& tables, int code_width, std::uint32_t channels)
      : tables_(tables), code_width_(code_width), channels_(channels) {}

  std::uint64_t max_codes(std::size_t size) const override {
    return max_payload_codes(Profile::kCascade, size);
  }

  void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool /*key*/,
              std::vector<Code>& codes) override {
    std::vector<WideCode> decoded;
    decode_wide(payload, size, frames, decoded);
    for (const WideCode code : decoded) codes.push_back(static_cast<Code>(code));
  }

  void decode_wide(const std::uint8_t* payload, std::size_t size, std::size_t frames,
                   std::vector<WideCode>& codes) override {
    if (frames == 0 && size == 0) return;
    if (frames == 0 || size == 0) throw Error("the payload does not hold its frames");
    const std::size_t before = codes.size();
    const auto form = static_cast<Form>(payload[0]);
    if (form > Form::kVerbatim) throw Error("the payload has an unknown form");
    if (form == Form::kVerbatim) {
      read_verbatim(payload, size, frames, codes);
      return;
    }
    codes.resize(before + frames * channels_);
    BitDecoder coder(payload + 1, size - 1);
    code_packet(coder, tables_, code_width_, channels_, frames, form == Form::kTwoPhases ? 2 : 1,
                {}, codes.data() + before, [&] { return coder.overrun(); });
    const std::size_t used = 1 + coder.consumed();
    if (padded_to_words(used) != size) throw Error("the payload goes on after its last code");
    for (std::size_t i = used; i < size; ++i) {
      if (payload[i] != 0) throw Error("the payload goes on after its last code");
    }
  }

  /// Packets do not depend on each other.
  void skip(const Code* /*codes*/, std::size_t /*frames*/, bool /*key*/) override {}

 private:
  void read_verbatim(const std::uint8_t* payload, std::size_t size, std::size_t frames,
                     std::vector<WideCode>& codes) const {
    const std::size_t count = frames * channels_;
    if (size != verbatim_bytes(count, code_width_)) {
      throw Error("the payload does not hold its frames");
    }
    BitReader reader(payload, size);
    reader.skip(8);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t bits = reader.peek(code_width_);
      reader.skip(code_width_);
      const auto sign = std::uint32_t{1} << (code_width_ - 1);
      codes.push_back(static_cast<std::int32_t>(bits ^ sign) - static_cast<std::int32_t>(sign));
    }
    if (reader.peek(static_cast<int>(size * 8 - reader.consumed_bits())) != 0) {
      throw Error("the payload goes on after its last code");
    }
  }

  const RangeTables& tables_;
  int code_width_;
  std::size_t channels_;
};

}  // namespace

std::unique_ptr<PayloadEncoder> make_cascade_encoder(const RangeTables& tables, int code_width,
                                                     std::uint32_t channels) {
  return std::make_unique<CascadePayloadEncoder>(tables, code_width, channels);
}

std::unique_ptr<PayloadDecoder> make_cascade_decoder(const RangeTables& tables, int code_width,
                                                     std::uint32_t channels) {
  return std::make_unique<CascadePayloadDecoder>(tables, code_width, channels);
}

}  // namespace nrc
