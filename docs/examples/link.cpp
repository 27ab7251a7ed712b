// SPDX-License-Identifier: Apache-2.0
//
// Encodes samples, loses a packet on the way, and decodes the others: the C++ interface. link.c is
// the same in C.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <nrc/encoder.hpp>
#include <nrc/receiver.hpp>
#include <vector>

namespace {

constexpr unsigned kChannels = 8;
constexpr unsigned kFrames = 20;
constexpr unsigned kPackets = 50;
constexpr unsigned kKeyInterval = 10;
constexpr unsigned kLost = 12;

/// What is on an electrode: a slow wave and noise, in codes of a 10-bit ADC.
std::int16_t sample(unsigned frame, unsigned channel) {
  const unsigned phase = (frame + 16 * channel) % 128;
  const int wave = static_cast<int>(phase < 64 ? phase : 128 - phase) - 32;
  const unsigned noise = (frame * 2654435761U + channel * 40503U) >> 28;
  return static_cast<std::int16_t>(wave + static_cast<int>(noise) - 8);
}

void run() {
  nrc::StreamHeader header;
  header.mapping = nrc::Mapping::kCode;
  header.code_width = 10;
  header.channels = kChannels;
  header.packet_frames = kFrames;
  header.rate_millihertz = 19531250;
  nrc::Encoder encoder(header, nrc::Tables::builtin(nrc::Profile::kHuffman, "default"),
                       nrc::Transport::kLink);
  encoder.reserve(kFrames);

  unsigned long received = 0;
  unsigned long wrong = 0;
  nrc::Receiver::Events events;
  events.samples = [&](std::uint64_t first_frame, const std::int16_t* samples, std::size_t frames) {
    for (std::size_t i = 0; i < frames * kChannels; ++i) {
      const auto frame = static_cast<unsigned>(first_frame + i / kChannels);
      wrong += samples[i] != sample(frame, static_cast<unsigned>(i % kChannels)) ? 1 : 0;
    }
    received += frames;
  };
  events.gap = [](const nrc::Gap& gap) {
    std::printf("frames %lu to %lu are missing: packets lost %lu, not decodable without them %lu\n",
                static_cast<unsigned long>(gap.first_frame),
                static_cast<unsigned long>(gap.first_frame + gap.frames - 1),
                static_cast<unsigned long>(gap.lost_packets),
                static_cast<unsigned long>(gap.undecodable_packets));
  };
  nrc::Receiver receiver({}, events);

  std::vector<std::uint8_t> packet;
  packet.reserve(encoder.max_bytes(kFrames));
  unsigned long bytes = 0;
  for (unsigned p = 0; p < kPackets; ++p) {
    std::int16_t samples[kFrames * kChannels];
    for (unsigned i = 0; i < kFrames * kChannels; ++i) {
      samples[i] = sample(p * kFrames + i / kChannels, i % kChannels);
    }
    nrc::PacketRequest request;
    request.key = p % kKeyInterval == 0;
    request.last = p + 1 == kPackets;
    packet.clear();
    encoder.encode_samples(samples, kFrames, request, packet);
    bytes += packet.size();
    if (p != kLost) receiver.add(packet.data(), packet.size());
  }
  receiver.finish();

  std::printf("sent %u frames, %lu bytes in %lu\n", kPackets * kFrames,
              static_cast<unsigned long>(kPackets * kFrames * kChannels * sizeof(std::int16_t)),
              bytes);
  std::printf("received %lu frames, wrong samples: %lu\n", received, wrong);
}

}  // namespace

int main() {
  try {
    run();
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "link: %s\n", e.what());
    return 1;
  }
}
