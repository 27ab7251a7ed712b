// SPDX-License-Identifier: Apache-2.0
//
// C interface: streams there and back, what is lost, every error, and that packets take no memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/recording_generator.hpp"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/nrc.h"
#include "nrc/receiver.hpp"
#include "nrc/table_files.h"
#include "nrc/table_files.hpp"
#include "nrc/tables.hpp"
#include "stages/code_to_sample.hpp"

namespace {
std::size_t allocations = 0;
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* const p = std::malloc(size == 0 ? 1 : size);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

using Bytes = std::vector<std::uint8_t>;
using Samples = std::vector<std::int16_t>;

constexpr std::uint32_t kChannels = 6;
constexpr std::uint32_t kFrames = 20;  ///< of a packet
constexpr std::size_t kPackets = 100;
constexpr std::uint32_t kKeyInterval = 8;

nrc_encoder_config settings(int profile = NRC_PROFILE_HUFFMAN) {
  nrc_encoder_config c = {};
  c.struct_size = sizeof c;
  c.channels = kChannels;
  c.packet_frames = kFrames;
  c.rate_millihertz = 19531250;
  c.profile = profile;
  c.mapping = NRC_MAPPING_SHIFT6;
  c.key_interval = kKeyInterval;
  return c;
}

Samples recording() {
  Samples samples(std::size_t{kFrames} * kPackets * kChannels);
  nrc::RecordingGenerator(kChannels, 1).generate(samples.data(), kFrames * kPackets);
  for (std::int16_t& s : samples) s = nrc::sample_of(nrc::Mapping::kShift6, s);
  return samples;
}

nrc_encoder* make_encoder(const nrc_encoder_config& config) {
  nrc_encoder* encoder = nullptr;
  nrc_message message = {};
  EXPECT_EQ(nrc_encoder_create(&config, &encoder, &message), NRC_OK) << message.text;
  return encoder;
}

/// Each call's bytes on their own. The last one closes the stream.
std::vector<Bytes> encode(const nrc_encoder_config& config, const Samples& samples) {
  nrc_encoder* const encoder = make_encoder(config);
  std::vector<Bytes> packets;
  const std::size_t step = std::size_t{kFrames} * config.channels;
  for (std::size_t at = 0; at < samples.size(); at += step) {
    const auto frames =
        static_cast<std::uint32_t>(std::min(step, samples.size() - at) / config.channels);
    Bytes packet(nrc_encoder_max_size(encoder));
    std::size_t size = 0;
    const unsigned flags = at + step >= samples.size() ? NRC_LAST : 0;
    EXPECT_EQ(nrc_encoder_encode(encoder, samples.data() + at, frames, flags, packet.data(),
                                 packet.size(), &size),
              NRC_OK);
    packet.resize(size);
    packets.push_back(packet);
  }
  nrc_encoder_destroy(encoder);
  return packets;
}

/// What a receiver reported.
struct Heard {
  std::vector<nrc_stream_info> streams;
  Samples samples;
  std::vector<std::uint64_t> first_frames;
  std::vector<nrc_gap> gaps;
  std::vector<int> ends;
  std::uint32_t channels = 0;
};

nrc_receiver_config listener(Heard& heard) {
  nrc_receiver_config c = {};
  c.struct_size = sizeof c;
  c.user = &heard;
  c.on_stream = [](void* user, const nrc_stream_info* info) {
    static_cast<Heard*>(user)->streams.push_back(*info);
    static_cast<Heard*>(user)->channels = info->channels;
  };
  c.on_samples = [](void* user, std::uint64_t first, const void* given, std::size_t frames) {
    Heard& h = *static_cast<Heard*>(user);
    const auto* const samples = static_cast<const std::int16_t*>(given);
    h.first_frames.push_back(first);
    h.samples.insert(h.samples.end(), samples, samples + frames * h.channels);
  };
  c.on_gap = [](void* user, const nrc_gap* gap) {
    static_cast<Heard*>(user)->gaps.push_back(*gap);
  };
  c.on_end = [](void* user, int closed) { static_cast<Heard*>(user)->ends.push_back(closed); };
  return c;
}

nrc_receiver* make_receiver(const nrc_receiver_config& config) {
  nrc_receiver* receiver = nullptr;
  nrc_message message = {};
  EXPECT_EQ(nrc_receiver_create(&config, &receiver, &message), NRC_OK) << message.text;
  return receiver;
}

class EachProfile : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(CInterface, EachProfile,
                         testing::Values(NRC_PROFILE_HUFFMAN, NRC_PROFILE_RANGE,
                                         NRC_PROFILE_NEURAL));

TEST_P(EachProfile, DecoderGivesTheSamples) {
  nrc_encoder_config config = settings(GetParam());
  const bool lanes = GetParam() == NRC_PROFILE_HUFFMAN || GetParam() == NRC_PROFILE_RANGE;
  config.lanes = lanes ? 4 : 0;
  Samples samples = recording();
  samples.resize(samples.size() - 3 * kChannels);  // a shorter last packet
  samples[1000] = 1;                               // off the map: an exception
  Bytes stream;
  for (const Bytes& p : encode(config, samples)) {
    const nrc::ParsedPacket packet = nrc::parse_packet(p.data(), p.size());
    // Before a key packet is the stream header.
    if (packet.header.type != nrc::PacketType::kStreamHeader) {
      EXPECT_EQ(packet.header.lanes, lanes ? 4 : 1);
    }
    stream.insert(stream.end(), p.begin(), p.end());
  }
  EXPECT_LT(stream.size(), samples.size());

  nrc_decoder* decoder = nullptr;
  ASSERT_EQ(nrc_decoder_create(nullptr, &decoder, nullptr), NRC_OK);
  EXPECT_EQ(nrc_decoder_max_samples(decoder), 0U);
  nrc_stream_info info = {};
  EXPECT_EQ(nrc_decoder_get_info(decoder, &info), NRC_ERROR_STATE);
  Samples decoded;
  Samples packet(kFrames * kChannels);
  std::size_t at = 0;
  while (at < stream.size()) {
    std::size_t taken = 0;
    std::uint32_t frames = 0;
    ASSERT_EQ(nrc_decoder_decode(decoder, stream.data() + at, stream.size() - at, &taken,
                                 packet.data(), packet.size(), &frames),
              NRC_OK)
        << nrc_decoder_message(decoder);
    ASSERT_GT(taken, 0U);
    at += taken;
    decoded.insert(decoded.end(), packet.begin(), packet.begin() + frames * kChannels);
  }
  EXPECT_EQ(decoded, samples);
  EXPECT_EQ(nrc_decoder_finished(decoder), 1);
  EXPECT_EQ(nrc_decoder_max_samples(decoder), kFrames * kChannels);
  ASSERT_EQ(nrc_decoder_get_info(decoder, &info), NRC_OK);
  EXPECT_EQ(info.profile, GetParam());
  EXPECT_EQ(info.mapping, NRC_MAPPING_SHIFT6);
  EXPECT_EQ(info.code_width, 10);
  EXPECT_EQ(info.channels, kChannels);
  EXPECT_EQ(info.packet_frames, kFrames);
  EXPECT_EQ(info.rate_millihertz, 19531250U);
  EXPECT_EQ(info.total_frames, UINT64_MAX);
  EXPECT_EQ(info.lossy_step, 1);
  nrc_decoder_destroy(decoder);
}

TEST_P(EachProfile, EncodingTakesNoMemory) {
  Samples samples = recording();
  // The worst case as well: full-scale noise on the grid, and off it.
  std::mt19937 random(1);
  for (std::size_t i = 0; i < samples.size() / 2; ++i) {
    samples[i] = static_cast<std::int16_t>(random());
  }
  for (const int mapping : {NRC_MAPPING_SHIFT6, NRC_MAPPING_CODE}) {
    nrc_encoder_config config = settings(GetParam());
    config.mapping = mapping;
    config.code_width = mapping == NRC_MAPPING_CODE ? 16 : 10;
    nrc_encoder* const encoder = make_encoder(config);
    Bytes packet(nrc_encoder_max_size(encoder));
    const std::size_t before = allocations;
    for (std::size_t i = 0; i < kPackets; ++i) {
      std::size_t size = 0;
      ASSERT_EQ(nrc_encoder_encode(encoder, samples.data() + i * kFrames * kChannels, kFrames, 0,
                                   packet.data(), packet.size(), &size),
                NRC_OK);
    }
    EXPECT_EQ(allocations, before);
    nrc_encoder_destroy(encoder);
  }
}

TEST_P(EachProfile, DecodingTakesNoMemory) {
  const std::vector<Bytes> packets = encode(settings(GetParam()), recording());
  nrc_decoder* decoder = nullptr;
  ASSERT_EQ(nrc_decoder_create(nullptr, &decoder, nullptr), NRC_OK);
  Samples samples(kFrames * kChannels);
  std::size_t before = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    for (std::size_t at = 0; at < packets[i].size();) {
      std::size_t taken = 0;
      std::uint32_t frames = 0;
      ASSERT_EQ(nrc_decoder_decode(decoder, packets[i].data() + at, packets[i].size() - at, &taken,
                                   samples.data(), samples.size(), &frames),
                NRC_OK);
      // All memory is taken with the stream header.
      if (i == 0 && at == 0) before = allocations;
      at += taken;
    }
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(nrc_decoder_finished(decoder), 1);
  nrc_decoder_destroy(decoder);
}

TEST_P(EachProfile, ReceivingInOrderTakesNoMemory) {
  const std::vector<Bytes> packets = encode(settings(GetParam()), recording());
  std::size_t longest = 0;
  for (const Bytes& p : packets) longest = std::max(longest, p.size());
  nrc_receiver_config config = {};
  config.struct_size = sizeof config;
  static std::size_t frames = 0;
  frames = 0;
  config.on_samples = [](void*, std::uint64_t, const void*, std::size_t n) { frames += n; };
  nrc_receiver* const receiver = make_receiver(config);
  // Room for the longest packet.
  const Bytes nothing(longest);
  ASSERT_EQ(nrc_receiver_add(receiver, nothing.data(), nothing.size()), NRC_OK);
  std::size_t before = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    ASSERT_EQ(nrc_receiver_add(receiver, packets[i].data(), packets[i].size()), NRC_OK);
    if (i == 0) before = allocations;
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(frames, kFrames * kPackets);
  nrc_receiver_destroy(receiver);
}

// Samples of two front ends: 12 bits, left-justified, each channel with an offset of its own; and
// the samples of the implant's ADC.
TEST(CInterface, ChoosesTheCodingByTheSamples) {
  Samples wide;
  for (const std::int16_t sample : recording()) {
    const auto channel = static_cast<std::int16_t>(wide.size() % kChannels);
    wide.push_back(static_cast<std::int16_t>((sample >> 6) * 16 + 3 + channel));
  }
  for (const char* const preset : {"implant", "fast", "balanced", "best"}) {
    for (const Samples& samples : {wide, recording()}) {
      nrc_encoder_config config = {};
      config.struct_size = sizeof config;
      config.channels = kChannels;
      config.packet_frames = kFrames;
      const std::size_t plain = [&] {
        nrc_encoder_config code = config;
        code.code_width = 16;
        std::size_t bytes = 0;
        for (const Bytes& packet : encode(code, samples)) bytes += packet.size();
        return bytes;
      }();
      nrc_choice* choice = nullptr;
      nrc_message message = {};
      ASSERT_EQ(nrc_choose(&config, preset, samples.data(), samples.size() / kChannels, &choice,
                           &message),
                NRC_OK)
          << message.text;
      const bool implant = &samples != &wide && samples != wide;
      EXPECT_EQ(config.mapping, implant ? NRC_MAPPING_SHIFT6 : NRC_MAPPING_MAP) << preset;
      EXPECT_EQ(config.packet_frames, kFrames);
      std::size_t bytes = 0;
      Heard heard;
      nrc_receiver* const receiver = make_receiver(listener(heard));
      for (const Bytes& packet : encode(config, samples)) {
        bytes += packet.size();
        ASSERT_EQ(nrc_receiver_add(receiver, packet.data(), packet.size()), NRC_OK);
      }
      EXPECT_EQ(nrc_receiver_finish(receiver), NRC_OK);
      nrc_receiver_destroy(receiver);
      nrc_choice_destroy(choice);
      EXPECT_EQ(heard.samples, samples);
      EXPECT_LT(bytes, plain) << preset;
    }
  }
}

TEST(CInterface, ChoosingRefusesMisuse) {
  const Samples samples = recording();
  nrc_encoder_config config = {};
  nrc_choice* choice = nullptr;
  nrc_message message = {};
  EXPECT_EQ(nrc_choose(&config, nullptr, samples.data(), 100, &choice, &message),
            NRC_ERROR_ARGUMENT);
  EXPECT_NE(std::string(message.text).find("struct_size"), std::string::npos);
  config.struct_size = sizeof config;
  EXPECT_EQ(nrc_choose(&config, nullptr, samples.data(), 100, &choice, &message),
            NRC_ERROR_ARGUMENT);
  EXPECT_NE(std::string(message.text).find("channels is 0"), std::string::npos);
  config.channels = kChannels;
  EXPECT_EQ(nrc_choose(&config, nullptr, nullptr, 100, &choice, &message), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_choose(&config, nullptr, samples.data(), 0, &choice, &message), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_choose(&config, nullptr, samples.data(), 100, nullptr, &message),
            NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_choose(&config, "quick", samples.data(), 100, &choice, &message),
            NRC_ERROR_ARGUMENT);
  EXPECT_EQ(std::string(message.text),
            "there is no preset quick; give implant, fast, balanced or best");
  EXPECT_EQ(choice, nullptr);
  std::vector<std::uint16_t> order(kChannels, 0);
  config.channel_order = order.data();
  nrc_encoder* encoder = nullptr;
  EXPECT_EQ(nrc_encoder_create(&config, &encoder, &message), NRC_ERROR_ARGUMENT);
}

TEST(CInterface, ReceiverTellsWhatIsLost) {
  const Samples samples = recording();
  std::vector<Bytes> packets = encode(settings(), samples);
  packets.erase(packets.begin() + 10);
  std::swap(packets[20], packets[21]);
  Heard heard;
  const nrc_receiver_config config = listener(heard);
  nrc_receiver* const receiver = make_receiver(config);
  for (const Bytes& p : packets) {
    ASSERT_EQ(nrc_receiver_add(receiver, p.data(), p.size()), NRC_OK);
  }
  ASSERT_EQ(nrc_receiver_finish(receiver), NRC_OK);

  // Packet 10 is lost, and the next key packet is 16.
  ASSERT_EQ(heard.gaps.size(), 1U);
  EXPECT_EQ(heard.gaps[0].first_frame, 10 * kFrames);
  EXPECT_EQ(heard.gaps[0].frames, 6 * kFrames);
  EXPECT_EQ(heard.gaps[0].lost_packets, 1U);
  EXPECT_EQ(heard.gaps[0].undecodable_packets, 5U);
  EXPECT_EQ(heard.gaps[0].dropped_frames, 0U);
  Samples expected(samples);
  expected.erase(expected.begin() + 10 * kFrames * kChannels,
                 expected.begin() + 16 * kFrames * kChannels);
  EXPECT_EQ(heard.samples, expected);
  EXPECT_EQ(heard.first_frames[10], 16 * kFrames);
  EXPECT_EQ(heard.ends, std::vector<int>{1});
  ASSERT_EQ(heard.streams.size(), 1U);
  EXPECT_EQ(heard.streams[0].channels, kChannels);
  nrc_receiver_counters counters = {};
  nrc_receiver_get_counters(receiver, &counters);
  EXPECT_EQ(counters.lost_packets, 1U);
  EXPECT_EQ(counters.undecodable_packets, 5U);
  EXPECT_EQ(counters.reordered_packets, 1U);
  EXPECT_EQ(counters.missing_frames, 6 * kFrames);
  EXPECT_EQ(counters.frames, (kPackets - 6) * kFrames);
  EXPECT_EQ(counters.streams, 1U);
  nrc_stream_info info = {};
  EXPECT_EQ(nrc_receiver_get_info(receiver, &info), NRC_ERROR_STATE) << "the stream has ended";
  nrc_receiver_destroy(receiver);
}

TEST(CInterface, TellsThatAStreamIsLossy) {
  nrc::StreamHeader header;
  header.profile = nrc::Profile::kRange;
  header.mapping = nrc::Mapping::kShift6;
  header.code_width = 10;
  header.channels = kChannels;
  header.packet_frames = kFrames;
  const nrc::Tables& tables = nrc::Tables::builtin(nrc::Profile::kRange, "generic");
  header.table_id = tables.id();
  header.rounding = true;
  const Samples samples = recording();
  nrc::Encoder encoder(header, tables);
  encoder.set_lossy_step(12);
  std::vector<std::uint8_t> stream = encoder.stream_header();
  encoder.encode_samples(samples.data(), kFrames, {true, false}, stream);
  Heard heard;
  nrc_receiver* receiver = make_receiver(listener(heard));
  ASSERT_EQ(nrc_receiver_add(receiver, stream.data(), stream.size()), NRC_OK);
  ASSERT_EQ(heard.streams.size(), 1U);
  EXPECT_EQ(heard.streams[0].lossy_step, 1) << "known from packets only";
  nrc_stream_info info = {};
  ASSERT_EQ(nrc_receiver_get_info(receiver, &info), NRC_OK);
  EXPECT_EQ(info.lossy_step, 12);
  nrc_receiver_destroy(receiver);
}

/// A link that takes less than the lossless stream, events, and channels that are off.
TEST(CInterface, ASlowLink) {
  const Samples samples = recording();
  // Off, lossless, rounded, and events alone.
  std::vector<std::uint8_t> classes = {2, 1, 0, 0, 3, 0};
  nrc_encoder_config config = settings();
  config.link_rate = 400000;
  config.link_buffer = 512;
  config.max_step = 8;
  config.event_threshold = 16;
  config.channel_classes = classes.data();
  nrc_encoder* const encoder = make_encoder(config);
  struct Slow : Heard {
    std::vector<int> steps;  ///< of each packet
    int step = 1;
    std::vector<nrc_event> events;
  } heard;
  nrc_receiver_config ears = listener(heard);
  ears.on_samples = [](void* user, std::uint64_t, const void* given, std::size_t frames) {
    Slow& h = *static_cast<Slow*>(static_cast<Heard*>(user));
    h.steps.push_back(h.step);
    const auto* const s = static_cast<const std::int16_t*>(given);
    h.samples.insert(h.samples.end(), s, s + frames * kChannels);
  };
  ears.on_step = [](void* user, int step) {
    Slow& h = *static_cast<Slow*>(static_cast<Heard*>(user));
    EXPECT_NE(step, h.step);
    h.step = step;
  };
  ears.on_events = [](void* user, const nrc_event* events, std::size_t count) {
    Slow& h = *static_cast<Slow*>(static_cast<Heard*>(user));
    h.events.insert(h.events.end(), events, events + count);
  };
  nrc_receiver* const receiver = make_receiver(ears);
  std::vector<std::uint8_t> told(kChannels);
  EXPECT_EQ(nrc_receiver_get_classes(receiver, told.data()), NRC_ERROR_STATE);
  Bytes packet(nrc_encoder_max_size(encoder));
  for (std::size_t i = 0; i < kPackets; ++i) {
    if (i == kPackets / 2) {
      classes[0] = NRC_CLASS_ROUNDED;
      ASSERT_EQ(nrc_encoder_set_classes(encoder, classes.data()), NRC_OK);
    }
    std::size_t size = 0;
    ASSERT_EQ(
        nrc_encoder_encode(encoder, samples.data() + i * kFrames * kChannels, kFrames,
                           i + 1 == kPackets ? NRC_LAST : 0, packet.data(), packet.size(), &size),
        NRC_OK);
    ASSERT_EQ(nrc_receiver_add(receiver, packet.data(), size), NRC_OK);
    if (i + 1 == kPackets) break;
    ASSERT_EQ(nrc_receiver_get_classes(receiver, told.data()), NRC_OK);
    ASSERT_EQ(told, classes);
  }
  ASSERT_EQ(heard.samples.size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::size_t c = i % kChannels;
    const std::size_t number = i / (kFrames * kChannels);
    if (c == 4 || (c == 0 && number < kPackets / 2)) {
      ASSERT_EQ(heard.samples[i], nrc::sample_of(nrc::Mapping::kShift6, 0)) << i;
    } else if (c == 1) {
      ASSERT_EQ(heard.samples[i], samples[i]) << i;
    } else {
      const int error = std::abs((heard.samples[i] >> 6) - (samples[i] >> 6));
      ASSERT_LE(2 * error, heard.steps[number] == 1 ? 0 : heard.steps[number]) << i;
    }
  }
  nrc_stream_info info = {};
  nrc_encoder_get_info(encoder, &info);
  EXPECT_EQ(info.lossy_step, *std::max_element(heard.steps.begin(), heard.steps.end()));
  EXPECT_EQ(info.lossy_step, 8);
  EXPECT_EQ(info.events, 1);
  EXPECT_EQ(info.classes, 1);
  nrc_encoder_counters counters = {};
  nrc_encoder_get_counters(encoder, &counters);
  const auto rounded =
      std::count_if(heard.steps.begin(), heard.steps.end(), [](int step) { return step > 1; });
  EXPECT_EQ(counters.rounded_packets, static_cast<std::uint64_t>(rounded));
  EXPECT_GT(rounded, 5);
  EXPECT_LT(rounded, 95);
  nrc_receiver_counters received = {};
  nrc_receiver_get_counters(receiver, &received);
  EXPECT_EQ(received.events, heard.events.size());
  EXPECT_GT(heard.events.size(), 10U);
  EXPECT_TRUE(std::any_of(heard.events.begin(), heard.events.end(), [](const nrc_event& e) {
    return e.channel == 4 && e.frame < kFrames * kPackets && e.amplitude != 0;
  }));
  classes[3] = 4;
  EXPECT_EQ(nrc_encoder_set_classes(encoder, classes.data()), NRC_ERROR_ARGUMENT);
  EXPECT_STREQ(nrc_encoder_message(encoder), "class of channel 3 is 4; give 0 to 3");
  nrc_receiver_destroy(receiver);
  nrc_encoder_destroy(encoder);
}

TEST(CInterface, EventsAloneHoldNoSamples) {
  const Samples samples = recording();
  nrc_encoder_config config = settings();
  config.event_threshold = 16;
  config.events_only = 1;
  std::size_t bytes = 0;
  Heard heard;
  std::vector<nrc_event> found;
  nrc_receiver_config ears = listener(heard);
  ears.user = &found;
  ears.on_stream = nullptr;
  ears.on_gap = nullptr;
  ears.on_end = nullptr;
  ears.on_samples = [](void*, std::uint64_t, const void*, std::size_t) { ADD_FAILURE(); };
  ears.on_events = [](void* user, const nrc_event* events, std::size_t count) {
    auto& all = *static_cast<std::vector<nrc_event>*>(user);
    all.insert(all.end(), events, events + count);
  };
  nrc_receiver* const receiver = make_receiver(ears);
  for (const Bytes& p : encode(config, samples)) {
    bytes += p.size();
    ASSERT_EQ(nrc_receiver_add(receiver, p.data(), p.size()), NRC_OK);
  }
  EXPECT_GT(found.size(), 10U);
  EXPECT_LT(bytes, samples.size() / 4);
  nrc_receiver_destroy(receiver);
}

TEST(CInterface, SkippedFramesAndKeyRequest) {
  const Samples samples = recording();
  nrc_encoder_config config = settings();
  config.key_interval = 0;
  nrc_encoder* const encoder = make_encoder(config);
  Heard heard;
  const nrc_receiver_config listening = listener(heard);
  nrc_receiver* const receiver = make_receiver(listening);
  Bytes packet(nrc_encoder_max_size(encoder));
  for (std::size_t i = 0; i < 10; ++i) {
    if (i == 3) {
      nrc_encoder_skip(encoder, kFrames);
      continue;
    }
    if (i == 7) nrc_encoder_request_key(encoder);
    std::size_t size = 0;
    ASSERT_EQ(nrc_encoder_encode(encoder, samples.data() + i * kFrames * kChannels, kFrames,
                                 i == 9   ? NRC_LAST
                                 : i == 5 ? NRC_KEY
                                          : 0,
                                 packet.data(), packet.size(), &size),
              NRC_OK);
    ASSERT_EQ(nrc_receiver_add(receiver, packet.data(), size), NRC_OK);
  }
  nrc_encoder_counters counters = {};
  nrc_encoder_get_counters(encoder, &counters);
  EXPECT_EQ(counters.packets, 9U);
  EXPECT_EQ(counters.key_packets, 4U) << "the first, after the gap, by flag, by request";
  EXPECT_EQ(counters.frames, 9 * kFrames);
  EXPECT_EQ(counters.sample_bytes, 9 * kFrames * kChannels * 2);
  nrc_receiver_counters received = {};
  nrc_receiver_get_counters(receiver, &received);
  EXPECT_EQ(received.bytes, counters.bytes);
  ASSERT_EQ(heard.gaps.size(), 1U);
  EXPECT_EQ(heard.gaps[0].first_frame, 3 * kFrames);
  EXPECT_EQ(heard.gaps[0].dropped_frames, kFrames);
  nrc_receiver_destroy(receiver);
  nrc_encoder_destroy(encoder);
}

TEST(CInterface, AnyKeyPacketBeginsTheIntervalAgain) {
  const Samples samples = recording();
  nrc_encoder_config config = settings();
  config.key_interval = 4;
  nrc_encoder* const encoder = make_encoder(config);
  Bytes packet(nrc_encoder_max_size(encoder));
  std::string keys;
  for (std::size_t i = 0; i < 16; ++i) {
    const bool gap = i == 9;
    if (gap) nrc_encoder_skip(encoder, kFrames);
    std::size_t size = 0;
    // The last packet has no frames, and no key with them, although one is due.
    const bool last = i == 15;
    ASSERT_EQ(nrc_encoder_encode(encoder, last ? nullptr : samples.data() + i * kFrames * kChannels,
                                 last ? 0 : kFrames,
                                 i == 2 || i == 11 ? NRC_KEY
                                 : last            ? NRC_LAST
                                                   : 0,
                                 packet.data(), packet.size(), &size),
              NRC_OK);
    const nrc::PacketType type = nrc::parse_packet(packet.data(), size).header.type;
    keys += type == nrc::PacketType::kStreamHeader ? 'k' : '.';
  }
  nrc_encoder_destroy(encoder);
  EXPECT_EQ(keys, "k.k...k..k.k....");
}

TEST(CInterface, EncoderSettingsOutsideTheirRange) {
  const auto refused = [](nrc_encoder_config config, const std::string& part) {
    auto* encoder = reinterpret_cast<nrc_encoder*>(&config);
    nrc_message message = {};
    EXPECT_EQ(nrc_encoder_create(&config, &encoder, &message), NRC_ERROR_ARGUMENT) << part;
    EXPECT_EQ(encoder, nullptr);
    EXPECT_NE(std::string(message.text).find(part), std::string::npos) << message.text;
    EXPECT_EQ(nrc_encoder_create(&config, &encoder, nullptr), NRC_ERROR_ARGUMENT);
  };
  const auto with = [](auto nrc_encoder_config::*field, auto value) {
    nrc_encoder_config c = settings();
    c.*field = static_cast<std::remove_reference_t<decltype(c.*field)>>(value);
    return c;
  };
  refused(with(&nrc_encoder_config::struct_size, 4), "struct_size");
  refused(with(&nrc_encoder_config::channels, 0), "channels");
  refused(with(&nrc_encoder_config::channels, 65537), "65536");
  refused(with(&nrc_encoder_config::packet_frames, 65536), "packet_frames");
  refused(with(&nrc_encoder_config::profile, 4), "profile");
  refused(with(&nrc_encoder_config::profile, -1), "profile");
  refused(with(&nrc_encoder_config::mapping, 3), "mapping");
  refused(with(&nrc_encoder_config::mapping, NRC_MAPPING_MAP), "map is null");
  refused(with(&nrc_encoder_config::taps, 2), "taps");
  refused(with(&nrc_encoder_config::taps, 1), "taps");
  refused(with(&nrc_encoder_config::narrow, 2), "narrow");
  refused(with(&nrc_encoder_config::neighbour, 2), "neighbour");
  refused(with(&nrc_encoder_config::neighbour, 1), "neighbour");
  refused(with(&nrc_encoder_config::lanes, 3), "3 lanes are not possible; give 1, 2, 4 or 8");
  refused(with(&nrc_encoder_config::lanes, 8), "8 lanes are too many for 6 channels");
  refused(with(&nrc_encoder_config::sample_type, 8), "sample_type");
  refused(with(&nrc_encoder_config::sample_type, -1), "sample_type");
  refused(with(&nrc_encoder_config::low_bits, 17), "low_bits");
  refused(with(&nrc_encoder_config::low_bits, 1), "low bits");
  refused(with(&nrc_encoder_config::code_width, 25), "code_width");
  refused(with(&nrc_encoder_config::code_width, 17), "code width");
  refused(with(&nrc_encoder_config::code_width, 12), "code width");
  refused(with(&nrc_encoder_config::builtin_tables, "no such tables"), "no such tables");
  refused(with(&nrc_encoder_config::events_only, 1), "event_threshold");
  refused(with(&nrc_encoder_config::event_threshold, 64), "event_threshold");
  nrc_encoder_config slow = settings();
  slow.link_rate = 1000000;
  slow.max_step = 5;
  refused(slow, "max_step is 5; give 1, 2, 3, 4, 6, 8, 12 or 16");
  slow.max_step = 4;
  slow.first_step = 6;
  refused(slow, "first");
  slow.rate_millihertz = 0;
  refused(slow, "rate_millihertz");
  nrc_encoder_config events = settings(NRC_PROFILE_RANGE);
  events.event_threshold = 26;
  refused(events, "only the huffman profile");
  nrc_encoder_config large = settings();
  large.channels = 65536;
  large.packet_frames = 257;
  refused(large, "too large");
  nrc_encoder* encoder = nullptr;
  EXPECT_EQ(nrc_encoder_create(nullptr, &encoder, nullptr), NRC_ERROR_ARGUMENT);
  nrc_encoder_destroy(nullptr);
}

TEST(CInterface, AMapOfTheCaller) {
  const nrc_map_step steps[] = {{625, 26, NRC_ROUND_TOWARDS_ZERO}, {1, 1, NRC_ROUND_DOWN}};
  std::vector<nrc_channel_map> channels(kChannels, {0, 26 * 5});
  channels[1] = {1, -7};
  const nrc_map map = {steps, 2, channels.data(), kChannels};
  nrc_encoder_config config = settings();
  config.mapping = NRC_MAPPING_MAP;
  config.map = &map;
  nrc_encoder* const encoder = make_encoder(config);
  Samples samples;
  for (std::uint32_t i = 0; i < kFrames * kChannels; ++i) {
    const int code = static_cast<int>(i % 37) - 18;
    samples.push_back(
        static_cast<std::int16_t>(i % kChannels == 1 ? code - 7 : code * 625 / 26 + 5));
  }
  samples[3] = 32767;
  Bytes packets(nrc_encoder_max_size(encoder));
  std::size_t size = 0;
  ASSERT_EQ(nrc_encoder_encode(encoder, samples.data(), kFrames, NRC_LAST, packets.data(),
                               packets.size(), &size),
            NRC_OK);
  nrc_encoder_counters counters = {};
  nrc_encoder_get_counters(encoder, &counters);
  EXPECT_EQ(counters.off_map_samples, 1U);
  nrc_stream_info info = {};
  nrc_encoder_get_info(encoder, &info);
  EXPECT_EQ(info.mapping, NRC_MAPPING_MAP);
  EXPECT_EQ(info.map_numerator, 625U);
  EXPECT_EQ(info.map_denominator, 26U);
  nrc_encoder_destroy(encoder);
  nrc::Decoder decoder;
  Samples decoded;
  for (std::size_t at = 0; at < size;) {
    const nrc::ParsedPacket packet = nrc::parse_packet(packets.data() + at, size - at);
    decoder.decode(packet, decoded);
    at += packet.size;
  }
  EXPECT_EQ(decoded, samples);

  const auto refused = [&](const nrc_map& bad, const std::string& part) {
    nrc_encoder_config c = config;
    c.map = &bad;
    nrc_encoder* none = nullptr;
    nrc_message message = {};
    EXPECT_EQ(nrc_encoder_create(&c, &none, &message), NRC_ERROR_ARGUMENT);
    EXPECT_NE(std::string(message.text).find(part), std::string::npos) << message.text;
  };
  refused({nullptr, 1, channels.data(), 1}, "null");
  refused({steps, 0, channels.data(), 1}, "steps");
  refused({steps, 256, channels.data(), 1}, "steps");
  refused({steps, 2, channels.data(), 2}, "channels");
  refused({steps, 1, channels.data(), kChannels}, "fewer steps");
  const nrc_map_step zero[] = {{0, 1, 0}};
  refused({zero, 1, channels.data(), 1}, "step of 0/1");
  const nrc_map_step rounding[] = {{1, 1, 4}};
  refused({rounding, 1, channels.data(), 1}, "rounding");
}

TEST(CInterface, TablesOfATableFile) {
  nrc::TableSet set = nrc::TableSet::builtin("generic");
  set.name = "own";
  set.initial_scale /= 2;
  const std::string path = testing::TempDir() + "nrc_c_interface_tables.json";
  std::ofstream(path) << nrc::to_json(set);
  nrc_tables* tables = nullptr;
  nrc_message message = {};
  ASSERT_EQ(nrc_tables_load(path.c_str(), &tables, &message), NRC_OK) << message.text;
  std::remove(path.c_str());

  nrc_encoder_config c = settings();
  c.tables = tables;
  nrc_encoder* const encoder = make_encoder(c);
  nrc_stream_info info = {};
  nrc_encoder_get_info(encoder, &info);
  EXPECT_EQ(info.table_id, set.id());
  nrc_decoder* decoder = nullptr;
  nrc_decoder* without = nullptr;
  ASSERT_EQ(nrc_decoder_create(tables, &decoder, nullptr), NRC_OK);
  ASSERT_EQ(nrc_decoder_create(nullptr, &without, nullptr), NRC_OK);
  c.profile = NRC_PROFILE_RANGE;
  nrc_encoder* refused = nullptr;
  EXPECT_EQ(nrc_encoder_create(&c, &refused, nullptr), NRC_ERROR_ARGUMENT) << "another profile's";
  c = settings();
  c.tables = tables;
  c.builtin_tables = "default";
  EXPECT_EQ(nrc_encoder_create(&c, &refused, nullptr), NRC_ERROR_ARGUMENT) << "two at once";
  // Encoder and decoder do not need them any more.
  nrc_tables_destroy(tables);
  nrc_tables_destroy(nullptr);

  const Samples samples = recording();
  Bytes out(nrc_encoder_max_size(encoder));
  std::size_t size = 0;
  ASSERT_EQ(nrc_encoder_encode(encoder, samples.data(), kFrames, 0, out.data(), out.size(), &size),
            NRC_OK);
  Samples decoded(std::size_t{kFrames} * kChannels);
  std::size_t taken = 0;
  std::uint32_t frames = 0;
  EXPECT_EQ(nrc_decoder_decode(without, out.data(), size, &taken, nullptr, 0, &frames),
            NRC_ERROR_DATA);
  ASSERT_EQ(nrc_decoder_decode(decoder, out.data(), size, &taken, nullptr, 0, &frames), NRC_OK);
  ASSERT_EQ(nrc_decoder_decode(decoder, out.data() + taken, size - taken, &taken, decoded.data(),
                               decoded.size(), &frames),
            NRC_OK);
  EXPECT_TRUE(std::equal(decoded.begin(), decoded.end(), samples.begin()));
  nrc_encoder_destroy(encoder);
  nrc_decoder_destroy(decoder);
  nrc_decoder_destroy(without);

  EXPECT_EQ(nrc_tables_load("no such file", &tables, &message), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(tables, nullptr);
  EXPECT_NE(std::string(message.text).find("no such file"), std::string::npos) << message.text;
  EXPECT_EQ(nrc_tables_load(nullptr, &tables, nullptr), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_tables_load("no such file", nullptr, nullptr), NRC_ERROR_ARGUMENT);
}

TEST(CInterface, EncodeErrors) {
  const Samples samples(kFrames * kChannels + kChannels);
  nrc_encoder* const encoder = make_encoder(settings());
  Bytes out(nrc_encoder_max_size(encoder));
  std::size_t size = 1;
  EXPECT_STREQ(nrc_encoder_message(encoder), "");
  EXPECT_EQ(
      nrc_encoder_encode(encoder, samples.data(), kFrames + 1, 0, out.data(), out.size(), &size),
      NRC_ERROR_ARGUMENT);
  EXPECT_EQ(size, 0U);
  EXPECT_NE(std::string(nrc_encoder_message(encoder)), "");
  EXPECT_EQ(nrc_encoder_encode(encoder, nullptr, 1, 0, out.data(), out.size(), &size),
            NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_encoder_encode(encoder, samples.data(), 1, 4, out.data(), out.size(), &size),
            NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_encoder_encode(encoder, samples.data(), 1, 0, out.data(), out.size() - 1, &size),
            NRC_ERROR_CAPACITY);
  EXPECT_EQ(nrc_encoder_encode(encoder, nullptr, 0, NRC_LAST, out.data(), out.size(), &size),
            NRC_OK);
  EXPECT_GT(size, 0U);
  EXPECT_EQ(nrc_encoder_encode(encoder, nullptr, 0, 0, out.data(), out.size(), &size),
            NRC_ERROR_STATE);
  nrc_encoder_destroy(encoder);
}

TEST(CInterface, DecodeErrors) {
  std::vector<Bytes> packets = encode(settings(), recording());
  nrc_decoder* decoder = nullptr;
  nrc_message message = {};
  ASSERT_EQ(nrc_decoder_create(nullptr, &decoder, &message), NRC_OK);
  Samples samples(kFrames * kChannels);
  std::size_t taken = 0;
  std::uint32_t frames = 0;
  const auto decode = [&](const Bytes& bytes, std::size_t capacity) {
    return nrc_decoder_decode(decoder, bytes.data(), bytes.size(), &taken, samples.data(), capacity,
                              &frames);
  };
  const std::size_t header = nrc::parse_packet(packets[0].data(), packets[0].size()).size;
  EXPECT_EQ(decode(packets[1], samples.size()), NRC_ERROR_DATA) << "no header yet";
  EXPECT_EQ(decode(Bytes(packets[0].begin(), packets[0].begin() + 30), samples.size()), NRC_MORE);
  EXPECT_EQ(taken, 0U);
  EXPECT_EQ(decode(packets[0], samples.size()), NRC_OK);
  EXPECT_EQ(taken, header);
  EXPECT_EQ(frames, 0U);
  const Bytes first(packets[0].begin() + static_cast<std::ptrdiff_t>(header), packets[0].end());
  EXPECT_EQ(decode(first, samples.size() - 1), NRC_ERROR_CAPACITY);
  EXPECT_EQ(taken, 0U);
  Bytes damaged = first;
  damaged[30] ^= 1;
  EXPECT_EQ(decode(damaged, samples.size()), NRC_ERROR_DATA);
  damaged = first;
  damaged[0] ^= 1;
  EXPECT_EQ(decode(damaged, samples.size()), NRC_ERROR_DATA);
  EXPECT_EQ(decode(packets[2], samples.size()), NRC_ERROR_DATA) << "out of order";
  EXPECT_NE(std::string(nrc_decoder_message(decoder)).find("out of order"), std::string::npos);
  EXPECT_EQ(decode(first, samples.size()), NRC_OK);
  EXPECT_EQ(frames, kFrames);
  nrc_decoder_destroy(decoder);
  nrc_decoder_destroy(nullptr);
}

nrc_receiver* calling = nullptr;
nrc_status answer = NRC_OK;

TEST(CInterface, ReceiverErrors) {
  const std::vector<Bytes> packets = encode(settings(), recording());
  nrc_receiver_config config = {};
  nrc_receiver* receiver = nullptr;
  EXPECT_EQ(nrc_receiver_create(&config, &receiver, nullptr), NRC_ERROR_ARGUMENT);
  config.struct_size = sizeof config;
  config.reorder_packets = -2;
  EXPECT_EQ(nrc_receiver_create(&config, &receiver, nullptr), NRC_ERROR_ARGUMENT);
  config.reorder_packets = NRC_NO_REORDERING;

  // A callback that throws, although it must not, does no harm beyond the call.
  static bool thrown = false;
  thrown = false;
  config.on_samples = [](void*, std::uint64_t, const void*, std::size_t) {
    answer = nrc_receiver_add(calling, nullptr, 0);
    if (!thrown) {
      thrown = true;
      throw std::runtime_error("thrown by a callback");
    }
  };
  receiver = make_receiver(config);
  calling = receiver;
  EXPECT_EQ(nrc_receiver_add(receiver, nullptr, 1), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_receiver_add(receiver, packets[0].data(), packets[0].size()), NRC_ERROR_INTERNAL);
  EXPECT_STREQ(nrc_receiver_message(receiver), "thrown by a callback");
  EXPECT_EQ(answer, NRC_ERROR_STATE);
  EXPECT_EQ(nrc_receiver_add(receiver, packets[1].data(), packets[1].size()), NRC_OK);
  nrc_receiver_counters counters = {};
  nrc_receiver_get_counters(receiver, &counters);
  EXPECT_EQ(counters.frames, 2 * kFrames);
  nrc_receiver_destroy(receiver);
}

TEST(CInterface, NamesOfStatusAndVersion) {
  EXPECT_STREQ(nrc_strerror(NRC_OK), "no error");
  for (int status = NRC_ERROR_INTERNAL; status <= NRC_MORE; ++status) {
    EXPECT_STRNE(nrc_strerror(status), nrc_strerror(99));
  }
  EXPECT_EQ(std::string(nrc_version()), std::to_string(NRC_VERSION_MAJOR) + "." +
                                            std::to_string(NRC_VERSION_MINOR) + "." +
                                            std::to_string(NRC_VERSION_PATCH));
}

// ---- The same of the C++ classes underneath

TEST_P(EachProfile, ClassesTakeNoMemory) {
  const Samples samples = recording();
  nrc::StreamHeader header;
  header.channels = kChannels;
  header.packet_frames = kFrames;
  const auto& tables = nrc::Tables::builtin(static_cast<nrc::Profile>(GetParam()), "default");
  nrc::Encoder encoder(header, tables, nrc::Transport::kLink);
  encoder.reserve(kFrames);
  Bytes packets;
  packets.reserve(encoder.max_bytes(kFrames));
  nrc::Decoder decoder;
  Samples decoded;
  decoded.reserve(samples.size());
  std::size_t encoding = 0;
  std::size_t decoding = 0;
  for (std::size_t i = 0; i < kPackets; ++i) {
    packets.clear();
    std::size_t before = allocations;
    encoder.encode_samples(samples.data() + i * kFrames * kChannels, kFrames,
                           {i % kKeyInterval == 0, false}, packets);
    encoding += allocations - before;
    before = allocations;
    for (std::size_t at = 0; at < packets.size();) {
      const nrc::ParsedPacket p = nrc::parse_packet(packets.data() + at, packets.size() - at);
      decoder.decode(p, decoded);
      if (i == 0 && at == 0) before = allocations;
      at += p.size;
    }
    decoding += allocations - before;
  }
  EXPECT_EQ(encoding, 0U);
  EXPECT_EQ(decoding, 0U);
  EXPECT_EQ(decoded, samples);
}

}  // namespace
