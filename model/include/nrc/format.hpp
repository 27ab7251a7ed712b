// SPDX-License-Identifier: Apache-2.0
//
// Constants of the bitstream that the golden model and the RTL share. `make generate` writes
// rtl/generated/nrc_pkg.sv from this file, so change a number only here.
// Source: docs/bitstream.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nrc {

/// One ADC code: a signed number of the stream's code width (2..16 bits).
using Code = std::int16_t;
/// A code of any width (2..24 bits); those of more than 16 bits exist in the cascade profile only.
using WideCode = std::int32_t;

// Fixed point of the predictor (docs/bitstream.md, sections 2 and 3).
constexpr int kFracBits = 6;       ///< predictions are in 1/64 code
constexpr int kWeightBits = 12;    ///< signed width of the weight
constexpr int kWeightFrac = 10;    ///< weight 1.0 is 1 << kWeightFrac
constexpr int kWeightReset = 717;  ///< 0.7
constexpr int kWeightMin = -512;   ///< -0.5
constexpr int kWeightMax = 1280;   ///< 1.25
constexpr int kQuietShift = 5;     ///< the weight stays if e >> kQuietShift is 0 or -1: half a code
constexpr int kLevelShift = 3;     ///< smoothing of the level: 1/8
constexpr int kScaleShift = 8;     ///< smoothing of the scale: 1/256
constexpr int kPaceBits = 9;    ///< the pace after a key packet is usual after 2^kPaceBits frames,
constexpr int kPaceOffset = 3;  ///< counted from here on
constexpr int kPaceFrames = (1 << kPaceBits) - kPaceOffset;
constexpr int kScaleFrac = 10;     ///< the scale is in 1/1024 code
constexpr int kThresholdFrac = 4;  ///< class thresholds are in 1/16 code

// Narrow state (section 16).
constexpr int kMinNarrowWidth = 8;     ///< narrowest codes that it is for
constexpr int kNarrowSavedBits = 4;    ///< that a deviation is narrower than a code
constexpr int kNarrowRestFrac = 10;    ///< the rest is in 1/1024
constexpr int kNarrowRestBits = 4;     ///< of it that a prediction uses
constexpr int kNarrowRestReset = 320;  ///< 5/16
constexpr int kNarrowScaleFrac = 8;    ///< the scale is in 1/256 code
constexpr int kNarrowScaleShift = 6;   ///< smoothing of the scale where it moves once in a period
constexpr int kNarrowPeriod = 8;       ///< frames from one move of the slow part to the next

// Narrow state of the range profile, as far as it differs (section 16).
constexpr int kNarrowValueFrac = 1;        ///< values of codes are in 1/2 code
constexpr int kNarrowEdgeFrac = 4;         ///< edges and predictions are in 1/16 code
constexpr int kNarrowRangeSavedBits = 3;   ///< that a deviation is narrower than a code
constexpr int kNarrowRangeScaleFrac = 9;   ///< the scale is in 1/512 code
constexpr int kNarrowRangeScaleShift = 7;  ///< smoothing of the scale where it moves in a period
constexpr int kNarrowRangeFastShift = 9;   ///< before, less the boost
constexpr int kNarrowMantissaBits = 3;     ///< the index is in 1/8 octaves
constexpr int kNarrowReciprocalBits = 5;   ///< of an octave's reciprocal
constexpr int kNarrowBurstMax = 3;
constexpr int kNarrowBurstShift = 1;      ///< a burst of 1 raises the index by 2
constexpr int kNarrowBurstOctave = 2;     ///< |e| from 4 scales on raises the burst
constexpr int kNarrowRangeBits = 14;      ///< of the coder's range
constexpr int kNarrowFrequencyBits = 13;  ///< of a frequency
constexpr int kNarrowEscapeBits = 1;      ///< an escape's share holds 2^kNarrowEscapeBits parts

// Huffman code and table sets (sections 4 to 6).
constexpr std::uint8_t kAdaptivePredictor = 2;  ///< the predictor in a table set's identifier
constexpr int kMaxCodeLength = 15;
constexpr int kMaxClasses = 16;
constexpr int kMaxRawBits = 12;
constexpr int kMaxModulusBits = 8;
constexpr int kMinSymbolBits = 2;
constexpr int kMaxSymbolBits = 10;
constexpr int kMaxTables = 1024;
constexpr std::size_t kMaxTableWords = 65536;

// Range profile (sections 10 and 11).
constexpr int kDeviates = 1024;  ///< entries of the half distribution
constexpr int kFrequencyBits = 16;
constexpr int kRangeBits = 16;
constexpr std::uint32_t kEscapeFrequency = 16;
constexpr int kEscapeBits = 3;  ///< an escape's share holds 2^kEscapeBits parts
/// Bits of an escape besides its code: 15 bring the range from 1 back to 2^15, and the code's first
/// kEscapeBits choose in the escape's share.
constexpr int kEscapeOverhead = 15 - kEscapeBits;
constexpr std::uint32_t kMinFrequency = 2;  ///< below this a code is sent as an escape
constexpr std::uint32_t kTopFrequency = 65535;
constexpr std::uint32_t kRangeReset = 65535;
constexpr int kScaleMantissaBits = 4;    ///< dispersion is in 1/16 octaves
constexpr std::uint32_t kMinScale = 64;  ///< 1/16 code
constexpr int kPlainWidth = 10;          ///< widest codes that never have plain bits
constexpr int kPlainOctave = 8;  ///< a code has a plain bit for each octave of the index above it
constexpr int kBurstMax = 15;
constexpr int kBurstStep = 4;  ///< for |e| from 3.5 scales on, twice from 7 on
constexpr int kTaps = 2;       ///< past innovations that stage taps predicts from
constexpr int kTapBits = 10;   ///< signed width of the weight of one
constexpr int kTapFrac = 8;    ///< weight 1.0 is 1 << kTapFrac
constexpr int kTapMin = -512;
constexpr int kTapMax = 511;
constexpr int kNeighbourInputs = 3;  ///< of the two channels before, and the mean of all before
constexpr int kNeighbourMeanShift = 3;
constexpr int kGainBits = 9;  ///< signed width of the gain of one of these
constexpr int kGainFrac = 8;  ///< gain 1.0 is 1 << kGainFrac
constexpr int kGainMin = -256;
constexpr int kGainMax = 255;
constexpr int kMinRangeCodeWidth = 4;  ///< of the range profile's codes
constexpr int kMaxEdgeCodeWidth = 12;  ///< of codes with trained edges
constexpr int kMaxEdgeStep = 255;      ///< widest code, 1/64 code
constexpr int kValueStep = 16;         ///< midpoints of codes are multiples of 1/4 code

// Neural profile (section 13).
constexpr int kNeuralLags = 16;  ///< innovations that the network sees
constexpr int kNeuralInputs = kNeuralLags + 6;
constexpr int kNeuralOutputs = 2;  ///< shift and widening
constexpr std::size_t kNeuralMaxLayers = 4;
constexpr int kNeuralMaxWidth = 64;  ///< outputs of a layer
constexpr int kNeuralMaxShift = 24;
constexpr std::int32_t kNeuralBiasLimit = 1 << 20;
constexpr std::int32_t kNeuralActivationLimit = 127;
constexpr std::int32_t kNeuralOutputLimit = 511;
constexpr std::int32_t kNeuralWidening = 48;  ///< upper bound of a change of the index, 1/16 octave
constexpr int kNeuralMiddleIndex = 96;        ///< dispersion index of a scale of 4 codes
constexpr std::uint16_t kNeuralMeanReset = 256;  ///< the scale itself

constexpr int kMinCodeWidth = 2;
constexpr int kMaxCodeWidth = 16;
constexpr int kMaxWideCodeWidth = 24;  ///< of the cascade profile
constexpr int kMaxLowBits = 16;        ///< that a full code has below the code
/// Numerators of steps are below this where full codes have low bits.
constexpr std::uint32_t kMaxLowBitsNumerator = 1U << 28;

// Events (section 17).
constexpr int kEventBits = 32;          ///< of an event in its packet
constexpr int kEventPeakBits = 24;      ///< of it that channel and amplitude have at most
constexpr int kThresholdUnit = 4;       ///< thresholds are in 1/4 scale
constexpr int kEventThresholdBits = 6;  ///< unsigned width of a threshold
constexpr int kEventThreshold = 26;     ///< the usual one: 6.5 scales
constexpr int kMaxEventBoost = 4;       ///< nothing crosses while the pace is above
constexpr int kMinEventScale = 256;     ///< a smaller scale counts as this one: 1/4 code
constexpr int kMaxEventWindow = 16;     ///< frames of a peak's search, from the crossing on
constexpr int kMaxEventRest = 47;       ///< frames from a peak to the next crossing
constexpr int kUsualEventWindow = 11;   ///< with an unknown rate
constexpr int kUsualEventRest = 21;
constexpr int kEventAgeBits = 6;                    ///< of the frames since a crossing
constexpr std::uint32_t kMaxPacketEvents = 256;     ///< that an encoder sends in a packet
constexpr std::uint32_t kEventPacketFrames = 224;   ///< that its events lie in
constexpr std::uint32_t kMaxEventBytes = 1u << 12;  ///< payload of an event packet

// Packets (section 7).
constexpr std::uint16_t kSync = 0x524E;  ///< little-endian: bytes 'N' 'R'
constexpr std::size_t kPacketHeaderBytes = 20;
/// A header of the short form, of a packet with few frames and words of payload.
constexpr std::size_t kShortHeaderBytes = 16;
constexpr int kShortFrameBits = 7;
constexpr std::uint32_t kMaxShortFrames = (1 << kShortFrameBits) - 1;
constexpr std::size_t kMaxShortBytes = 4 * ((1 << (16 - kShortFrameBits)) - 1);
constexpr std::size_t kPacketCrcBytes = 4;
constexpr std::uint32_t kMaxPayloadBytes = 4 * ((1u << 24) - 1);
constexpr std::uint64_t kMaxPacketSamples = std::uint64_t{1} << 24;  ///< frames * channels
constexpr std::uint32_t kMaxPacketFrames = (1u << 24) - 1;
/// Frames of a packet that a stream header can state.
constexpr std::uint32_t kMaxStatedPacketFrames = 0xFFFF;
constexpr std::uint32_t kMaxChannels = 65536;

constexpr std::uint8_t kFlagKey = 0x10;
constexpr std::uint8_t kFlagLast = 0x20;
constexpr std::uint8_t kFlagExceptions = 0x40;  ///< the payload begins with exceptions
constexpr std::uint8_t kFlagShort = 0x80;       ///< the header has the short form

/// Low four bits of byte 2 of a packet.
enum class PacketType : std::uint8_t {
  kStreamHeader = 0,
  kHuffman = 1,
  kRange = 2,
  kRaw = 3,
  kContainer = 4,
  kIndex = 5,
  kMetadata = 6,
  kEvents = 7,
};
constexpr int kPacketTypes = 8;

/// Bits of byte 3 of a packet that hold the number of the rounding step; above them is the
/// logarithm of the lanes.
constexpr std::uint8_t kStepMask = 0x1F;
constexpr int kLanesShift = 5;
/// Bit strings of a payload: 1, 2, 4 or 8.
constexpr int kMaxLanes = 8;
constexpr bool possible_lanes(int lanes) {
  return lanes == 1 || lanes == 2 || lanes == 4 || lanes == kMaxLanes;
}

constexpr std::uint32_t kMaxIndexBytes = 1u << 20;     ///< payload of an index packet
constexpr std::uint32_t kMaxPieceBytes = 1u << 26;     ///< of a file, in a container packet
constexpr std::uint32_t kMaxMetadataBytes = 1u << 20;  ///< of the text in a metadata packet

// Stream header (section 8).
constexpr std::uint8_t kVersion = 3;
/// In what a table id is computed from (sections 6, 10 and 13).
constexpr std::uint8_t kTablesVersion = 1;
/// Without a value map. With one it is longer, up to kMaxStreamHeaderBytes.
constexpr std::size_t kStreamHeaderBytes = 28;
constexpr std::size_t kMaxStreamHeaderBytes = std::size_t{1} << 18;

/// Rounding steps, codes (section 14): 1 (lossless), 2, 3, 4, 6, 8, 12, ... 4096.
constexpr int kLossySteps = 24;
constexpr int lossy_step(int index) {
  return index == 0 ? 1 : (index % 2 == 1 ? 2 : 3) << ((index - 1) / 2);
}
/// Index of a step, or -1.
constexpr int lossy_index(int step) {
  for (int i = 0; i < kLossySteps; ++i) {
    if (lossy_step(i) == step) return i;
  }
  return -1;
}
constexpr std::uint64_t kUnknownFrames = ~std::uint64_t{0};

enum class Profile : std::uint8_t { kHuffman = 0, kRange = 1, kNeural = 2, kCascade = 3 };
/// Stages that correct the range profile's prediction (section 10); a stream has them or not.
struct Corrections {
  bool taps = false;       ///< by the channel's own past
  bool neighbour = false;  ///< by the channels before it in the frame
  bool any() const { return taps || neighbour; }
};
constexpr std::uint8_t kPredictorNeighbour = 2;  ///< in the stream header's byte of the predictor
constexpr std::uint8_t kPredictorTaps = 4;
constexpr std::uint8_t kPredictorOrder = 8;
constexpr std::uint8_t kPredictorNarrow = 16;
constexpr std::uint8_t kSampleTypeMask = 0x07;  ///< in the stream header's byte of the type
constexpr std::uint8_t kSampleBigEndian = 0x80;
constexpr std::uint8_t kFlagRounding = 0x01;  ///< in the stream header's byte of flags
constexpr std::uint8_t kFlagProportional = 0x02;
constexpr std::uint8_t kFlagEvents = 0x04;
constexpr std::uint8_t kFlagClasses = 0x08;
/// What is sent of a channel (section 18).
enum class ChannelClass : std::uint8_t { kRounded = 0, kLossless = 1, kOff = 2, kEventsOnly = 3 };
constexpr int kChannelClassBits = 2;
constexpr bool sends_codes(ChannelClass channel) { return channel <= ChannelClass::kLossless; }
/// How samples become codes (section 1); kMap: as the value map in the stream header says.
enum class Mapping : std::uint8_t { kCode = 0, kShift6 = 1, kMap = 2 };

// Value maps (section 1).
constexpr std::size_t kMaxMapSteps = 255;
constexpr std::uint32_t kMaxStepDenominator = 65535;
constexpr std::int64_t kMaxMapOffset = (std::int64_t{1} << 48) - 1;  ///< in magnitude

}  // namespace nrc
