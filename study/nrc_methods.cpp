// SPDX-License-Identifier: Apache-2.0
//
// The codec of this project, in both profiles.
#include <fmt/format.h>

#include "method.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/format.hpp"

namespace nrc::study {
namespace {

ByteSink append_to(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

class Codec : public ImageMethod {
 public:
  Codec(MethodFacts facts, Profile profile) : ImageMethod(std::move(facts)), profile_(profile) {}

 protected:
  Bytes encode(const Recording& recording) const override {
    EncodeOptions options;
    options.profile = profile_;
    const Bytes& image = recording.image;
    Bytes bytes;
    bytes.reserve(image.size());  // a vector that grows has its content twice
    if (recording.wav) {
      encode_wav(image.data(), image.size(), options, append_to(bytes));
    } else {
      const auto millihertz = static_cast<std::uint32_t>(recording.rate * 1000.0);
      encode_raw(image.data(), image.size(), recording.channels, millihertz, options,
                 append_to(bytes));
    }
    return bytes;
  }

  void decode(const Bytes& bytes, std::size_t /*size*/, const ByteSink& sink) const override {
    FileDecoder decoder(sink);
    decoder.add(bytes.data(), bytes.size());
    decoder.finish();
  }

 private:
  Profile profile_;
};

/// Bits of channel state for codes of `width` bits: docs/bitstream.md, sections 2 and 10.
int state_bits(Profile profile, int width) {
  const int fine = width + kFracBits;  // level and scale
  if (profile == Profile::kHuffman) return 2 * fine + kWeightBits + width;
  const int range = 2 * fine + kWeightBits + (width + 2) + 4;
  constexpr int kMeans = 2 * 11;
  return profile == Profile::kRange ? range : range + 8 * kNeuralLags + kMeans;
}

}  // namespace

void add_nrc_methods(Methods& methods) {
  constexpr int kWidth = 10;
  for (const Profile profile :
       {Profile::kHuffman, Profile::kRange, Profile::kNeural, Profile::kCascade}) {
    MethodFacts facts;
    facts.name = fmt::format("nrc-{}", profile_name(profile));
    facts.title = profile == Profile::kHuffman  ? "nrc, Huffman profile"
                  : profile == Profile::kRange  ? "nrc, range profile"
                  : profile == Profile::kNeural ? "nrc, neural profile"
                                                : "nrc, cascade profile";
    const bool cascade = profile == Profile::kCascade;
    facts.latency =
        cascade ? "its packet: about a million samples" : "1, and its packet: 20 at 1 ms";
    facts.state = cascade ? "its packet, 8 B a code; shared: some 100 KiB"
                          : fmt::format("{} bits with codes of {}; shared: tables",
                                        state_bits(profile, kWidth), kWidth);
    facts.note =
        "As nrc encode makes it, with built-in tables. Those for 10 bits were trained on "
        "recordings of the challenge.";
    methods.push_back(std::make_unique<Codec>(facts, profile));
  }
}

}  // namespace nrc::study
