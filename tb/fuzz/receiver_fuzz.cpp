// SPDX-License-Identifier: Apache-2.0
//
// Receiver on a damaged link. Input, first byte even: a recording's traits, then edits of its
// stream (flipped, lost, added, repeated and swapped bytes and packets). First byte odd: what to
// repair (stream_repair.hpp), then any stream.
//
// Properties of an edited stream: every sample given is the recording's, or as its packet's step
// and its channel's class say; so is every event; frames are given or reported missing, in order,
// each once; what the edits left alone arrives if it can be decoded on its own; an untouched stream
// arrives whole. Properties of any stream: how it is cut into pieces
// does not matter; the counters add up; what Decoder accepts arrives too.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "host/recording_generator.hpp"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/receiver.hpp"
#include "property.hpp"
#include "small_tables.hpp"
#include "stages/code_to_sample.hpp"
#include "stream_repair.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;
using fuzz::FuzzInput;
using fuzz::require;

constexpr std::size_t kMaxSamples = std::size_t{1} << 19;
struct Enough {};

// ---- what a receiver reports

struct Event {
  enum Kind { kStream, kSamples, kGap, kContainer, kEnd } kind;
  std::uint64_t first = 0;
  std::uint64_t frames = 0;
  std::uint64_t dropped = 0;
  bool closed = false;
  std::vector<std::int16_t> samples;
  Bytes bytes;
  bool operator==(const Event& o) const {
    return kind == o.kind && first == o.first && frames == o.frames && dropped == o.dropped &&
           closed == o.closed && samples == o.samples && bytes == o.bytes;
  }
};

/// An event of the stream, as numbers that can be compared: frame, channel, amplitude.
using Spike = std::array<std::int64_t, 3>;

struct Report {
  std::vector<Event> events;
  std::vector<Spike> spikes;
  nrc::ReceiverCounters counters;
  std::string message;  ///< why it ended early; empty if it did not
};

Report receive(const Bytes& stream, std::uint8_t pieces, std::size_t reorder_packets) {
  Report report;
  std::uint32_t channels = 0;
  std::size_t samples_left = kMaxSamples;
  nrc::Receiver::Options options;
  options.tables = fuzz::tables_by_id;
  options.reorder_packets = reorder_packets;
  nrc::Receiver::Events on;
  const auto tell = [&report](Event::Kind kind) -> Event& {
    report.events.emplace_back();
    report.events.back().kind = kind;
    return report.events.back();
  };
  on.stream = [&](const nrc::StreamHeader& header) {
    channels = header.channels;
    tell(Event::kStream).bytes = nrc::serialise(header);
  };
  on.samples = [&](std::uint64_t first, const std::int16_t* samples, std::size_t frames) {
    const std::size_t count = frames * channels;
    if (count > samples_left) throw Enough();
    samples_left -= count;
    Event& event = tell(Event::kSamples);
    event.first = first;
    event.frames = frames;
    event.samples.assign(samples, samples + count);
  };
  on.gap = [&](const nrc::Gap& gap) {
    Event& event = tell(Event::kGap);
    event.first = gap.first_frame;
    event.frames = gap.frames;
    event.dropped = gap.dropped_frames;
  };
  on.container = [&](const std::uint8_t* payload, std::size_t size) {
    tell(Event::kContainer).bytes.assign(payload, payload + size);
  };
  on.end = [&](bool closed) { tell(Event::kEnd).closed = closed; };
  on.events = [&](const nrc::Event* spikes, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      require(spikes[i].channel < channels, "events are of channels that are there");
      report.spikes.push_back(
          {static_cast<std::int64_t>(spikes[i].frame), spikes[i].channel, spikes[i].amplitude});
    }
  };

  nrc::Receiver receiver(options, on);
  try {
    fuzz::in_pieces(stream.data(), stream.size(), pieces,
                    [&](const std::uint8_t* p, std::size_t n) { receiver.add(p, n); });
    receiver.finish();
  } catch (const nrc::Error& e) {
    fuzz::require_message(e);
    report.message = e.what();
  } catch (const Enough&) {
    report.message = "enough";
  }
  report.counters = receiver.counters();
  return report;
}

/// Frames follow each other without holes, each stream ends, and the counters say the same.
void require_complete(const Report& report) {
  std::uint64_t next = 0;
  std::uint64_t given = 0;
  std::uint64_t missing = 0;
  std::uint64_t dropped = 0;
  std::uint64_t streams = 0;
  bool open = false;
  for (const Event& event : report.events) {
    require(open != (event.kind == Event::kStream), "everything happens between begin and end");
    switch (event.kind) {
      case Event::kStream:
        ++streams;
        next = 0;
        open = true;
        break;
      case Event::kSamples:
        given += event.frames;
        [[fallthrough]];
      case Event::kGap:
        require(event.first == next && event.frames > 0, "frames come in order, each once");
        next += event.frames;
        missing += event.kind == Event::kGap ? event.frames : 0;
        dropped += event.dropped;
        require(event.dropped <= event.frames, "no more frames are dropped than missing");
        break;
      case Event::kContainer:
        break;
      case Event::kEnd:
        open = false;
    }
  }
  if (!report.message.empty()) return;
  const nrc::ReceiverCounters& c = report.counters;
  require(!open, "every stream ends");
  require(c.events == report.spikes.size(), "the events are counted");
  require(c.frames == given && c.missing_frames == missing && c.dropped_frames == dropped &&
              c.streams == streams && c.skipped_bytes <= c.bytes,
          "the counters say what the events say");
}

/// Receives in one piece and in several.
Report receive_both_ways(const Bytes& stream, std::uint8_t pieces, std::size_t reorder_packets) {
  Report whole = receive(stream, 0, reorder_packets);
  require_complete(whole);
  if (pieces != 0) {
    const Report again = receive(stream, pieces, reorder_packets);
    require(again.events == whole.events && again.spikes == whole.spikes &&
                again.message == whole.message,
            "the pieces of a stream do not matter");
  }
  return whole;
}

// ---- an edited stream

struct Recording {
  std::uint32_t channels = 1;
  bool standalone = false;  ///< every packet can be decoded without the others
  std::uint64_t dropped_frames = 0;
  std::vector<std::int16_t> samples;  ///< as they are to be received
  std::vector<Spike> spikes;
  struct Packet {
    Bytes bytes;
    nrc::PacketType type;
    std::uint64_t first = 0;
    std::uint64_t frames = 0;
  };
  std::vector<Packet> packets;
  std::set<Bytes> known;
};

constexpr std::uint32_t kTraits = 1U << 10;
constexpr std::uint32_t kSlowLink = 1U << 9;  ///< events, classes and rounded packets

/// What arrives of a stream on a good link, where it may differ from the samples: they are rounded
/// by `step` codes at most, or are those of a channel that sends none.
void take_received(Recording& recording, int step, const std::vector<nrc::ChannelClass>& classes) {
  Bytes stream;
  for (const Recording::Packet& packet : recording.packets) {
    stream.insert(stream.end(), packet.bytes.begin(), packet.bytes.end());
  }
  const Report report = receive(stream, 0, 0);
  for (const Event& event : report.events) {
    for (std::size_t i = 0; i < event.samples.size(); ++i) {
      std::int16_t& sample = recording.samples[event.first * recording.channels + i];
      const nrc::ChannelClass kind = classes[i % recording.channels];
      const int error = std::abs((event.samples[i] >> 6) - (sample >> 6));
      require(kind == nrc::ChannelClass::kLossless
                  ? event.samples[i] == sample
                  : kind != nrc::ChannelClass::kRounded || 2 * error <= step,
              "no sample is further off than its packet and class say");
      sample = event.samples[i];
    }
  }
  recording.spikes = report.spikes;
}

Recording make_recording(std::uint32_t traits) {
  Recording recording;
  fuzz::Noise noise(traits);
  const bool range = (traits & 1) != 0;
  const bool drops = (traits & 4) != 0;
  const bool raw = (traits & 8) != 0;
  const std::uint32_t key_interval = std::array<std::uint32_t, 4>{0, 1, 1, 4}[(traits >> 4) & 3];
  const bool repeated_header = (traits & 64) != 0;
  recording.channels = std::array<std::uint32_t, 4>{1, 2, 3, 8}[(traits >> 7) & 3];
  recording.standalone = key_interval == 1;
  constexpr std::uint32_t kFrames = 16;
  constexpr std::uint32_t kPackets = 24;

  nrc::StreamHeader header;
  header.channels = recording.channels;
  header.corrections.neighbour = range && (traits & 2) != 0;
  header.container = (traits & 2) != 0 && !range ? 2 : 0;
  header.packet_frames = kFrames;
  const bool slow = (traits & kSlowLink) != 0 && !range;
  header.rounding = header.proportional = header.events = header.classes = slow;
  std::vector<nrc::ChannelClass> classes;
  for (std::uint32_t c = 0; c < recording.channels; ++c) {
    classes.push_back(static_cast<nrc::ChannelClass>((c + traits / 4) % 4));
  }
  constexpr int kLargestStep = 8;
  for (const nrc::Code code : nrc::generate(recording.channels, kFrames * kPackets, traits)) {
    recording.samples.push_back(nrc::sample_of(header.mapping, code));
  }
  const nrc::Tables* const tables =
      range ? &nrc::Tables::builtin(nrc::Profile::kRange, "default") : &fuzz::small_tables();
  nrc::Encoder encoder(header, *tables,
                       repeated_header ? nrc::Transport::kLink : nrc::Transport::kFile);
  const auto send = [&](const Bytes& bytes, std::uint64_t first, std::uint64_t frames) {
    for (std::size_t at = 0; at < bytes.size();) {  // a stream header may precede a packet
      const nrc::ParsedPacket packet = nrc::parse_packet(bytes.data() + at, bytes.size() - at);
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      const Bytes one(from, from + static_cast<std::ptrdiff_t>(packet.size));
      const bool is_data = nrc::is_data(packet.header.type);
      recording.packets.push_back(
          {one, packet.header.type, is_data ? first : 0, is_data ? frames : 0});
      recording.known.insert(one);
      at += packet.size;
    }
  };
  if (slow) {
    encoder.set_channel_classes(classes);
    encoder.set_events({8, false});
  }
  send(encoder.stream_header(), 0, 0);
  if (header.container == 2) send(encoder.container(Bytes(16, 1)), 0, 0);
  for (std::uint32_t i = 0; i < kPackets; ++i) {
    const std::uint64_t first = std::uint64_t{i} * kFrames;
    std::int16_t* const samples = recording.samples.data() + first * recording.channels;
    if (raw && noise.below(5) == 0) samples[0] = static_cast<std::int16_t>(samples[0] ^ 1);
    if (drops && i > 0 && i + 1 < kPackets && noise.below(5) == 0) {
      encoder.skip(kFrames);
      recording.dropped_frames += kFrames;
      continue;
    }
    const bool key = key_interval != 0 && i % key_interval == 0;
    if (slow) encoder.set_lossy_step(i % 3 == 0 ? 1 : kLargestStep);
    send(encoder.encode_samples(samples, kFrames, {key, i + 1 == kPackets}), first, kFrames);
  }
  if (slow) take_received(recording, kLargestStep, classes);
  return recording;
}

const Recording& recording_of(std::uint32_t traits) {
  static std::map<std::uint32_t, Recording> known;
  const auto at = known.find(traits);
  return at != known.end() ? at->second
                           : known.emplace(traits, make_recording(traits)).first->second;
}

/// A recording's packets, as the link delivers them.
struct Link {
  std::vector<Bytes> packets;
  bool edited = false;
  bool in_order = true;  ///< no packet comes twice or before an earlier one
};

void edit(Link& link, FuzzInput& input) {
  if (link.packets.empty()) return;
  link.edited = true;
  const std::uint8_t choice = input.u8();
  const auto at = static_cast<std::size_t>(input.u8()) % link.packets.size();
  Bytes& packet = link.packets[at];
  const auto place = [&] { return packet.empty() ? 0 : input.u16() % packet.size(); };
  const auto here = link.packets.begin() + static_cast<std::ptrdiff_t>(at);
  switch (choice % 8) {
    case 0:  // a bit flips
      if (!packet.empty()) {
        packet[place()] ^= static_cast<std::uint8_t>(1U << input.below(8));
      }
      break;
    case 1: {  // bytes are overwritten
      std::size_t to = place();
      for (std::uint32_t n = 1 + input.below(8); n > 0 && to < packet.size(); --n) {
        packet[to++] = input.u8();
      }
      break;
    }
    case 2: {  // bytes are lost
      const auto from = static_cast<std::ptrdiff_t>(place());
      const auto count = std::min<std::ptrdiff_t>(
          1 + input.u8(), static_cast<std::ptrdiff_t>(packet.size()) - from);
      packet.erase(packet.begin() + from, packet.begin() + from + count);
      break;
    }
    case 3: {  // bytes come between
      const auto to = static_cast<std::ptrdiff_t>(place());
      Bytes extra;
      for (std::uint32_t n = 1 + input.below(16); n > 0; --n) extra.push_back(input.u8());
      packet.insert(packet.begin() + to, extra.begin(), extra.end());
      break;
    }
    case 4:  // packets are lost
      link.packets.erase(
          here, here + std::min<std::ptrdiff_t>(1 + input.below(4), link.packets.end() - here));
      break;
    case 5:  // packets come twice
    case 6: {
      link.in_order = false;
      const auto count = std::min<std::ptrdiff_t>(1 + input.below(32), link.packets.end() - here);
      const std::vector<Bytes> again(here, here + count);
      const auto to = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(input.u8()) %
                                                  (link.packets.size() + 1));
      link.packets.insert(link.packets.begin() + to, again.begin(), again.end());
      break;
    }
    default:  // packets change places
      link.in_order = false;
      std::swap(packet, link.packets[(at + 1 + input.below(12)) % link.packets.size()]);
  }
}

/// True if some bytes that no encoder made look like a packet: then nobody can tell.
bool forged(const Recording& recording, const Bytes& stream) {
  for (std::size_t at = 0; at < stream.size(); ++at) {
    const nrc::ParsedPacket packet = nrc::parse_packet(stream.data() + at, stream.size() - at);
    if (packet.status != nrc::ParseStatus::kPacket) continue;
    const auto from = stream.begin() + static_cast<std::ptrdiff_t>(at);
    const Bytes bytes(from, from + static_cast<std::ptrdiff_t>(packet.size));
    if (recording.known.count(bytes) == 0) return true;
  }
  return false;
}

void damaged_link(FuzzInput& input) {
  const Recording& recording = recording_of(input.u16() % kTraits);
  const std::uint8_t pieces = input.u8();
  const std::size_t reorder_packets = input.u8() % 16U;
  Link link;
  for (const Recording::Packet& packet : recording.packets) link.packets.push_back(packet.bytes);
  for (int edits = 0; input.size() > 0 && edits < 64 && link.packets.size() < 256; ++edits) {
    edit(link, input);
  }
  Bytes stream;
  for (const Bytes& packet : link.packets) {
    stream.insert(stream.end(), packet.begin(), packet.end());
  }
  if (forged(recording, stream)) return;

  const Report report = receive_both_ways(stream, pieces, reorder_packets);
  require(report.message.empty(), "damage is not an error");
  std::set<std::uint64_t> given;
  std::uint64_t dropped = 0;
  for (const Event& event : report.events) {
    dropped += event.dropped;
    if (event.kind != Event::kSamples) continue;
    const std::uint64_t from = event.first * recording.channels;
    require(from + event.samples.size() <= recording.samples.size() &&
                std::equal(event.samples.begin(), event.samples.end(),
                           recording.samples.begin() + static_cast<std::ptrdiff_t>(from)),
            "every sample given is the recording's");
    given.insert(event.first);
  }
  // Events of lost packets are missing, others are not.
  auto spike = recording.spikes.begin();
  for (const Spike& given_spike : report.spikes) {
    if (!link.in_order) spike = recording.spikes.begin();
    spike = std::find(spike, recording.spikes.end(), given_spike);
    require(spike != recording.spikes.end(), "every event given is the recording's");
    ++spike;
  }
  if (link.in_order) require(dropped <= recording.dropped_frames, "a loss is not a drop");
  if (!link.edited) {
    const std::uint64_t frames = recording.samples.size() / recording.channels;
    require(report.counters.frames == frames - recording.dropped_frames &&
                report.counters.dropped_frames == recording.dropped_frames &&
                report.counters.lost_packets == 0 && report.counters.skipped_bytes == 0 &&
                report.spikes == recording.spikes && report.events.back().closed,
            "an untouched stream arrives whole");
  }
  if (!link.in_order || !recording.standalone) return;
  const std::set<Bytes> arrived(link.packets.begin(), link.packets.end());
  bool header = false;
  for (const Recording::Packet& packet : recording.packets) {
    if (arrived.count(packet.bytes) == 0) continue;
    header = header || packet.type == nrc::PacketType::kStreamHeader;
    require(!header || packet.frames == 0 || given.count(packet.first) != 0,
            "what stands alone and is intact arrives");
  }
}

// ---- any stream

void any_stream(FuzzInput& input) {
  const std::uint8_t repairs = input.u8();
  const std::uint8_t pieces = input.u8();
  const std::size_t reorder_packets = input.u8() % 16U;
  const Bytes stream = fuzz::repair(input.data(), input.size(), repairs);
  const Report report = receive_both_ways(stream, pieces, reorder_packets);
  if (!report.message.empty()) return;

  nrc::Decoder decoder(fuzz::tables_by_id);
  std::vector<std::int16_t> samples;
  std::size_t at = 0;
  while (at < stream.size() && !decoder.finished()) {
    const nrc::ParsedPacket packet = nrc::parse_packet(stream.data() + at, stream.size() - at);
    if (packet.status != nrc::ParseStatus::kPacket || samples.size() > kMaxSamples) return;
    try {
      decoder.decode(packet, samples);
    } catch (const nrc::Error& e) {
      fuzz::require_message(e);
      return;
    }
    at += packet.size;
  }
  if (!decoder.finished() || at != stream.size() || !fuzz::obeys_header(stream)) return;
  std::vector<std::int16_t> given;
  for (const Event& event : report.events) {
    given.insert(given.end(), event.samples.begin(), event.samples.end());
  }
  require(given == samples, "what Decoder accepts arrives");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  if ((input.u8() & 1) == 0) {
    damaged_link(input);
  } else {
    any_stream(input);
  }
  return 0;
}
