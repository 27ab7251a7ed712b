// SPDX-License-Identifier: Apache-2.0
//
// What the benches of nrc_encoder share: a driver of its ports that takes down all that goes in and
// comes out, and a check of the one against the other through the golden model.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bench_random.hpp"
#include "clocks_before_reset.hpp"
#include "encoder_variant.hpp"
#include "format/event_payload.hpp"
#include "framer_model.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/packet_decoder.hpp"
#include "nrc/rate_control.hpp"
#include "nrc/table_files.hpp"
#include "nrc/tables.hpp"
#include "rtl_constants.hpp"
#include "stages/code_to_sample.hpp"
#include "stages/huffman.hpp"
#include "stream/event_source.hpp"
#include "stream_number.hpp"
#include "tables/range_memory.hpp"

namespace nrc::tb {

inline const PacketType kDataType =
    kProfile == Profile::kHuffman ? PacketType::kHuffman : PacketType::kRange;

inline const std::uint32_t kLoopLatency =
    kShallow && kProfile != Profile::kRange ? rtl::kShallowLoopLatency : rtl::kLoopLatency;
/// Clocks after each frame in which s_axis_tready is low.
inline const std::uint32_t kBubbles = kChannels < kLoopLatency ? kLoopLatency - kChannels : 0;
/// More than from a packet's last sample to the answer key_needed_o.
constexpr std::size_t kPipelineClocks = 40;

/// Packets of full length that may begin in that time.
inline const std::size_t kPacketsUnderWay =
    1 + kPipelineClocks / (kPacketFrames * (kChannels + kBubbles));

using Bytes = std::vector<std::uint8_t>;
using Frame = std::vector<Code>;

inline const Tables& built_in_tables() { return Tables::builtin(kProfile, kTableSet); }

/// Range tables of the same shape with other numbers.
inline RangeTables other_tables(RangeTables tables) {
  tables.name = "other";
  for (std::uint16_t& c : tables.cumulative) {
    c = static_cast<std::uint16_t>(c - (c - 32776) / 8);
  }
  for (std::size_t i = 1; i < tables.edges.size(); i += 2) {
    tables.edges[i] = (tables.edges[i - 1] + 3 * tables.edges[i]) / 4;
  }
  tables.validate();
  return tables;
}

/// The tables that a bench begins with: where range tables can be loaded others than the built-in
/// ones.
inline const Tables& first_tables() {
  static const Tables other = kLoadable && kProfile == Profile::kRange
                                  ? Tables(other_tables(built_in_tables().range()))
                                  : built_in_tables();
  return other;
}

constexpr std::uint32_t kStreamNumber = 0xFEDC1234;  ///< of the first stream after a reset

inline StreamHeader stream_header() {
  StreamHeader h;
  h.mapping = kMapping;
  h.code_width = static_cast<std::uint8_t>(kCodeWidth);
  h.channels = kChannels;
  h.rate_millihertz = 19531250;
  h.packet_frames = kPacketFrames;
  h.narrow = kNarrow;
  h.rounding = kRateControl;
  h.proportional = kRateControl;
  h.events = kEvents;
  h.classes = kClasses;
  h.corrections = {kTaps, kNeighbour};
  h.stream_number = kStreamNumber;
  return h;
}

class EncoderBench {
 public:
  /// Thrown by any call that takes clocks, at the clock that cut_at() chose.
  struct Cut {};

  /// A sample that the encoder took, or a pulse of flush_i.
  struct Taken {
    Code code;
    bool last;
    bool enable;
    bool requested;  ///< key_request_i since the sample before, or now
    bool brief;      ///< status_o says that a packet found no room
    std::size_t clock;
    bool flush = false;
  };

  explicit EncoderBench(unsigned seed, const Tables& tables = first_tables())
      : tables_(tables), random_(seed) {
    dut_->enable_i = 0;
    dut_->flush_i = 0;
    dut_->key_request_i = 0;
    dut_->s_axis_tvalid = 0;
    dut_->m_axis_tready = 0;
    dut_->table_we_i = 0;
    dut_->table_id_i = tables_.id();
    dut_->stream_number_i = kStreamNumber;
    dut_->channels_i = kChannels;
    if (kRateControl) control_rate(kMaxRateStep, 4, 0);
    // Clocks before the first reset, with anything in the registers: assertions wait.
    dut_->s_axis_tvalid = 1;
    dut_->rst_ni = 1;  // the model reacts to the edge
    for (int i = 0; i < kClocksBeforeReset; ++i) dut_.tick();
    reset();
    if (kClasses) write_classes(std::vector<ChannelClass>(kChannels, ChannelClass::kRounded));
    dut_->enable_i = 1;
  }

  /// Resets in the middle of whatever goes on; what went in and came out before is forgotten.
  void reset(bool load = true) {
    dut_->s_axis_tvalid = 0;
    dut_->flush_i = 0;
    dut_->key_request_i = 0;
    dut_->rst_ni = 0;
    for (int i = 0; i < 3; ++i) {
      dut_.eval();
      EXPECT_EQ(dut_->s_axis_tready, 0);
      EXPECT_EQ(dut_->m_axis_tvalid, 0);
      EXPECT_EQ(dut_->status_o, rtl::kStateIdle);
      EXPECT_EQ(dut_->packets_o, 0U);
      EXPECT_EQ(dut_->dropped_o, 0U);
      EXPECT_EQ(dut_->framing_errors_o, 0U);
      EXPECT_EQ(dut_->off_grid_o, 0U);
      EXPECT_EQ(dut_->overflow_o, 0);
      EXPECT_EQ(dut_->sample_packed_o, 0);
      dut_.tick();
    }
    dut_->rst_ni = 1;
    taken_.clear();
    stream_.clear();
    ends_.clear();
    stalls_ = clocks_ = overflows_ = 0;
    packed_ = 0;
    trace_ = 0xCBF29CE484222325U;
    waiting_ = false;
    requested_ = false;
    cut_at_.reset();
    clock();
    if (kLoadable && load) load_tables();
  }

  /// Chances in percent that a sample is offered and that the link is ready, clock by clock.
  void rates(unsigned input, unsigned output) {
    input_rate_ = input;
    output_rate_ = output;
  }
  /// Chances, one in ... for each clock and 0 for never, that enable_i changes and that a key
  /// packet is asked for, and that the stream is flushed.
  void disturb(unsigned enable_one_in, unsigned key_one_in, unsigned flush_one_in = 0) {
    enable_one_in_ = enable_one_in;
    key_one_in_ = key_one_in;
    flush_one_in_ = flush_one_in;
    if (flush_one_in == 0) dut_->flush_i = 0;
  }
  /// Numbers of steps, and the link's words in the time of a packet, 1/16 words.
  void control_rate(int max_step, int first_step, std::uint32_t link_words, int min_step = 0) {
    dut_->max_step_i = static_cast<std::uint8_t>(max_step);
    dut_->min_step_i = static_cast<std::uint8_t>(min_step);
    dut_->first_step_i = static_cast<std::uint8_t>(first_step);
    dut_->link_words_i = link_words;
  }
  /// @param threshold  0: no events. @param only  without samples
  void control_events(int threshold, bool only) {
    threshold_ = threshold;
    dut_->event_threshold_i = static_cast<std::uint8_t>(threshold);
    dut_->events_only_i = only;
  }
  /// Writes the table of classes; a clock for each channel.
  void write_classes(const std::vector<ChannelClass>& classes) {
    for (std::size_t c = 0; c < classes.size(); ++c) {
      dut_->class_we_i = 1;
      dut_->class_addr_i = static_cast<std::uint16_t>(c);
      dut_->class_wdata_i = static_cast<std::uint8_t>(classes[c]);
      clock();
    }
    dut_->class_we_i = 0;
  }
  /// Whether samples that have to wait are taken back now and then, which AXI4-Stream forbids.
  void withdraw(bool on) { withdraw_ = on; }
  void cut_at(std::size_t clock) { cut_at_ = clock; }
  void enable(bool on) { dut_->enable_i = on; }
  void request_key() {
    dut_->key_request_i = 1;
    clock();
    dut_->key_request_i = 0;
  }

  void flush() {
    dut_->flush_i = 1;
    clock();
    dut_->flush_i = 0;
  }
  int state() {
    dut_.eval();
    return dut_->status_o >> rtl::kStatusState & 3;
  }

  /// Offers a sample until it is taken, with gaps before it.
  void send(Code code, bool last) {
    while (!random_.percent(input_rate_)) clock();
    dut_->s_axis_tdata = static_cast<std::uint16_t>(sample_of(kMapping, code));
    dut_->s_axis_tlast = last;
    code_ = code;
    const std::size_t before = samples_;
    do {
      dut_->s_axis_tvalid = !withdraw_ || random_.flip();
      clock();
    } while (samples_ == before);
    dut_->s_axis_tvalid = 0;
  }
  /// A frame of any length with tlast at its end.
  void send(const Frame& frame) {
    for (std::size_t i = 0; i < frame.size(); ++i) send(frame[i], i + 1 == frame.size());
  }
  void send(const std::vector<Frame>& frames) {
    for (const Frame& frame : frames) send(frame);
  }
  /// Frames, and lowers enable during the last one, so that the stream is closed.
  void send_and_close(const std::vector<Frame>& frames) {
    for (std::size_t f = 0; f < frames.size(); ++f) {
      if (f + 1 == frames.size()) enable(false);
      send(frames[f]);
    }
  }
  void idle(std::size_t clocks) {
    for (std::size_t i = 0; i < clocks; ++i) clock();
  }
  /// Waits until nothing comes out any more.
  void drain() {
    output_rate_ = std::max(output_rate_, 50U);
    for (int quiet = 0; quiet < 400; ++quiet) {
      const std::size_t before = stream_.size();
      clock();
      if (stream_.size() != before) quiet = 0;
    }
  }

  /// The packets that came out.
  std::vector<ParsedPacket> packets() const {
    std::vector<ParsedPacket> all;
    std::size_t end = 0;
    for (std::size_t at = 0; at < stream_.size();) {
      all.push_back(parse_packet(stream_.data() + at, stream_.size() - at));
      EXPECT_EQ(all.back().status, ParseStatus::kPacket) << "at byte " << at;
      if (all.back().status != ParseStatus::kPacket) break;
      at += all.back().size;
      EXPECT_EQ(end < ends_.size() ? ends_[end] : 0, at) << "tlast";
      ++end;
    }
    EXPECT_EQ(end, ends_.size()) << "tlast";
    return all;
  }

  const Tables& tables() const { return tables_; }
  const std::vector<Taken>& taken() const { return taken_; }
  const Bytes& stream() const { return stream_; }
  std::size_t stalls() const { return stalls_; }  ///< clocks in which a sample had to wait
  std::size_t clocks() const { return clocks_; }  ///< since the reset
  std::size_t overflows() const { return overflows_; }
  /// Hash of all that the ports showed, clock by clock.
  std::uint64_t trace() const { return trace_; }
  std::uint32_t packed() const { return packed_; }
  int threshold() const { return threshold_; }
  EncoderPorts& dut() { return *dut_; }
  Random& random() { return random_; }

 private:
  bool one_in(unsigned chance) { return chance != 0 && random_() % chance == 0; }

  void clock() {
    if (cut_at_ && clocks_ >= *cut_at_) throw Cut();
    if (enable_one_in_ != 0 && one_in(enable_one_in_)) dut_->enable_i = !dut_->enable_i;
    if (key_one_in_ != 0) dut_->key_request_i = one_in(key_one_in_);
    if (flush_one_in_ != 0) dut_->flush_i = one_in(flush_one_in_);
    dut_->m_axis_tready = random_.percent(output_rate_);
    dut_.eval();
    requested_ = requested_ || dut_->key_request_i != 0;
    if (dut_->s_axis_tvalid != 0) {
      if (dut_->s_axis_tready != 0) {
        const bool brief = (dut_->status_o >> rtl::kStatusNoRoom & 1) != 0;
        taken_.push_back(
            {code_, dut_->s_axis_tlast != 0, dut_->enable_i != 0, requested_, brief, clocks_});
        requested_ = false;
        ++samples_;
      } else {
        ++stalls_;
      }
    }
    if (dut_->flush_i) taken_.push_back({0, false, false, false, false, clocks_, true});
    watch_output();
    note({dut_->s_axis_tready, dut_->m_axis_tvalid, dut_->m_axis_tvalid ? dut_->m_axis_tdata : 0U,
          dut_->m_axis_tvalid ? dut_->m_axis_tlast : 0U, dut_->packets_o, dut_->dropped_o,
          dut_->framing_errors_o, dut_->off_grid_o, dut_->overflow_o, dut_->sample_packed_o,
          dut_->status_o});
    dut_.tick();
    packed_ += dut_->sample_packed_o;
    overflows_ += dut_->overflow_o;
    ++clocks_;
  }

  void note(std::initializer_list<std::uint32_t> ports) {
    for (const std::uint32_t port : ports) trace_ = (trace_ ^ port) * 0x100000001B3U;  // FNV-1a
  }

  void watch_output() {
    if (waiting_) {
      EXPECT_TRUE(dut_->m_axis_tvalid) << "tvalid withdrawn";
      EXPECT_EQ(dut_->m_axis_tdata, held_data_) << "tdata changed while it waited";
      EXPECT_EQ(dut_->m_axis_tlast, held_last_) << "tlast changed while it waited";
    }
    if (dut_->m_axis_tvalid && dut_->m_axis_tready) {
      for (int b = 0; b < 4; ++b) {
        stream_.push_back(static_cast<std::uint8_t>(dut_->m_axis_tdata >> (8 * b)));
      }
      if (dut_->m_axis_tlast) ends_.push_back(stream_.size());
    }
    waiting_ = dut_->m_axis_tvalid && !dut_->m_axis_tready;
    held_data_ = dut_->m_axis_tdata;
    held_last_ = dut_->m_axis_tlast;
  }

  void load_tables() {
    const std::vector<std::uint16_t> memory =
        kProfile == Profile::kRange ? range_memory(tables_.range())
                                    : HuffmanEncoder(tables_.huffman(), kCodeWidth).memory();
    dut_->table_we_i = 1;
    for (std::size_t i = 0; i < memory.size(); ++i) {
      dut_->table_addr_i = static_cast<std::uint16_t>(i);
      dut_->table_wdata_i = memory[i];
      clock();
    }
    dut_->table_we_i = 0;
  }

  const Tables tables_;
  const std::unique_ptr<EncoderDesign> design_ = make_encoder();
  EncoderDesign& dut_ = *design_;
  Random random_;
  unsigned input_rate_ = 100, output_rate_ = 100;
  unsigned enable_one_in_ = 0, key_one_in_ = 0, flush_one_in_ = 0;
  std::optional<std::size_t> cut_at_;
  Code code_ = 0;  ///< on offer
  std::vector<Taken> taken_;
  std::size_t samples_ = 0;  ///< taken
  Bytes stream_;
  std::vector<std::size_t> ends_;  ///< stream lengths at which tlast was seen
  std::size_t stalls_ = 0, clocks_ = 0, overflows_ = 0;
  std::uint32_t packed_ = 0;
  std::uint64_t trace_ = 0;
  bool withdraw_ = false;
  bool requested_ = false;
  int threshold_ = 0;
  bool waiting_ = false;
  std::uint32_t held_data_ = 0;
  bool held_last_ = false;
};

/// Frames like a recording's, with some that reach into the corners of the code range; few enough
/// for the 16 bits a sample that the packet buffer sustains.
inline std::vector<Frame> make_frames(std::size_t count, unsigned seed) {
  std::vector<Frame> frames(count, Frame(kChannels));
  const std::vector<Code> codes = generate(kChannels, count, seed);
  std::mt19937 random(seed);
  const int half = 1 << (kCodeWidth - 1);
  const int gain = kCodeWidth > 10 ? 8 : 1;
  const unsigned corner_every = kCodeWidth > 10 ? 64 : 8;
  for (std::size_t f = 0; f < count; ++f) {
    for (std::size_t c = 0; c < kChannels; ++c) {
      int code = codes[f * kChannels + c] * gain;
      if (c % 5 == 3 && random() % corner_every == 0) code = random() % 2 ? half - 1 : -half;
      if (c % 7 == 1) code += static_cast<int>(random() % 200) - 100;
      frames[f][c] = static_cast<Code>(std::min(std::max(code, -half), half - 1));
    }
  }
  return frames;
}

/// A packet that the framer cut out of what it took.
struct CutPacket {
  std::size_t stream = 0;
  std::size_t first_frame = 0;
  std::size_t frames = 0;  ///< one of the wrong length counts; none: only the stream's end
  std::vector<Code> codes;
  bool key_due = false;  ///< for another reason than KeyInterval and drops
  bool bad = false;
  bool last = false;
  std::size_t begin_clock = 0;
  std::size_t end_clock = 0;
};

/// Frames of the packets that follow one for which there was no room: nrc_bound_pkg.
inline int brief_frames() {
  const std::uint64_t whole =
      max_payload_bytes(kProfile, kCodeWidth, std::uint64_t{kMaxChannels} * kPacketFrames);
  if (whole <= 4 * kBufferWords) return kPacketFrames;
  const std::uint32_t clocks = std::max(kChannels, kLoopLatency);
  return std::min<int>(static_cast<int>((rtl::kBriefClocks + clocks - 1) / clocks), kPacketFrames);
}

/// All packets that are complete, sent or not.
inline std::vector<CutPacket> cut_packets(const std::vector<EncoderBench::Taken>& taken) {
  FramerModel framer(static_cast<int>(kChannels), kPacketFrames, brief_frames(), 0);
  std::vector<CutPacket> packets;
  CutPacket packet;
  std::size_t stream = 0;
  std::size_t next_frame = 0;
  for (const auto& t : taken) {
    if (t.flush) {
      const auto flushed = framer.flush();
      if (!flushed) continue;
      if (!flushed->packet) {
        packet = {};
        packet.first_frame = next_frame;
      }
      packet.stream = stream++;
      packet.bad = flushed->cut;
      packet.last = true;
      packet.end_clock = t.clock;
      next_frame = 0;
      packets.push_back(packet);
      continue;
    }
    const bool begins = framer.begins_packet(t.enable);
    const auto out = framer.take({static_cast<std::uint16_t>(t.code), t.last}, t.enable,
                                 t.requested, false, t.brief);
    if (!out) continue;
    if (begins) {
      packet = {};
      packet.stream = stream;
      packet.first_frame = next_frame;
      packet.key_due = out->key;
      packet.begin_clock = t.clock;
    }
    packet.codes.push_back(t.code);
    packet.frames += out->frame_end;
    if (!out->packet_end) continue;
    packet.bad = out->bad;
    packet.last = out->last;
    packet.end_clock = t.clock;
    next_frame = packet.last ? 0 : next_frame + packet.frames;
    stream += packet.last;
    packets.push_back(packet);
  }
  return packets;
}

/// What became of the packets.
struct Verdict {
  std::size_t sent = 0;
  std::size_t frames = 0;  ///< sent
  std::size_t bad = 0;
  std::size_t lost = 0;     ///< without an error of their own
  std::size_t longest = 0;  ///< run of packets that are missing
  std::size_t gaps = 0;     ///< runs of packets that are missing, with a lost one among them
  std::size_t keys = 0;     ///< key packets sent
  std::size_t streams = 0;  ///< begun at the output
  std::size_t ends = 0;     ///< of a stream, in packets without frames
  std::size_t events = 0;
};

/// The events of a stream: as they came out, and as the golden model finds them in its packets.
class EventCheck {
 public:
  EventCheck(const StreamHeader& header, const Tables& tables, int threshold)
      : layout_(header.channels, header.code_width),
        source_(header, tables.huffman(), {threshold, false}) {}

  void sent(const CutPacket& packet, const PacketHeader& header) {
    source_.add(packet.codes.data(), packet.frames, header.key, lossy_step(header.step));
  }
  /// The events of a packet. @return the packet as it has to be
  Bytes came(const ParsedPacket& packet, Encoder& model) {
    std::vector<Event> events;
    parse_events(layout_, packet.payload, packet.header.length, packet.header.first_frame, events);
    came_.insert(came_.end(), events.begin(), events.end());
    EXPECT_FALSE(events.empty());
    EXPECT_LE(events.size(), kMaxPacketEvents + 8);
    return model.event_packet(packet.header.first_frame, events);
  }
  /// At the end of a stream of which nothing was dropped.
  void compare() {
    const std::vector<Event> expected = source_.take();
    ASSERT_EQ(came_.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(came_[i].frame, expected[i].frame) << "event " << i;
      ASSERT_EQ(came_[i].channel, expected[i].channel) << "event " << i;
      ASSERT_EQ(came_[i].amplitude, expected[i].amplitude) << "event " << i;
    }
  }

 private:
  EventLayout layout_;
  EventSource source_;
  std::vector<Event> came_;
};

/// Compares every byte that came out with what the golden model makes of what went in, when it is
/// given which packets were dropped; and the counters, the key packets and the stream headers.
inline Verdict check(EncoderBench& bench) {
  Verdict v;
  const std::vector<CutPacket> cut = cut_packets(bench.taken());
  const std::vector<ParsedPacket> got = bench.packets();
  std::optional<Encoder> model;
  std::size_t stream = 0;  // of the model, known with its first data packet
  bool stream_known = false;
  std::size_t model_frame = 0;         // the model's next
  std::size_t next = 0;                // packet of `cut`
  std::optional<std::size_t> dropped;  // the last one that was
  int since_key = 0;                   // packets begun since the last key packet, that one included
  bool header_before = false;
  std::size_t errors = 0;
  std::size_t at = 0;
  bool closed = true;  // the model's stream

  std::unique_ptr<EventCheck> events;
  const auto end_events = [&] {
    if (events && !dropped) events->compare();
    events.reset();
  };
  const auto drop = [&](std::size_t until) {
    bool lost = false;
    v.longest = std::max(v.longest, until - next);
    for (; next < until; ++next) {
      if (cut[next].frames == 0 && !cut[next].bad) continue;
      v.bad += cut[next].bad;
      v.lost += !cut[next].bad;
      lost = lost || !cut[next].bad;
      dropped = next;
    }
    v.gaps += lost;
  };
  for (std::size_t i = 0; i < got.size() && errors == 0; ++i) {
    const Bytes bytes(bench.stream().begin() + static_cast<std::ptrdiff_t>(at),
                      bench.stream().begin() + static_cast<std::ptrdiff_t>(at + got[i].size));
    at += got[i].size;
    const PacketHeader& h = got[i].header;
    if (h.type == PacketType::kStreamHeader) {
      EXPECT_FALSE(header_before) << "two stream headers, packet " << i;
      header_before = true;
      if (h.sequence == 0) {
        EXPECT_TRUE(closed) << "a stream without an end before packet " << i;
        closed = false;
        StreamHeader header = stream_header();
        header.stream_number = tb::stream_number(header.stream_number, v.streams);
        model.emplace(header, bench.tables(), Transport::kLink);
        stream_known = false;
        model_frame = 0;
        ++v.streams;
        end_events();
        if (bench.threshold() != 0) {
          events = std::make_unique<EventCheck>(header, bench.tables(), bench.threshold());
        }
      }
      const Bytes expected = model ? model->stream_header() : Bytes();
      EXPECT_EQ(bytes, expected) << "packet " << i;
      errors += bytes != expected;
      continue;
    }
    if (h.type == PacketType::kEvents) {
      EXPECT_FALSE(header_before) << "events between a stream header and its key packet";
      EXPECT_TRUE(events) << "an event packet where none was asked for";
      if (!events) return v;
      const Bytes expected = events->came(got[i], *model);
      EXPECT_EQ(bytes, expected) << "packet " << i;
      errors += bytes != expected;
      v.events += h.length / 4;
      continue;
    }
    EXPECT_EQ(h.type, kDataType);
    if (h.frames == 0) {
      // The end of a stream whose last packet was dropped, or that a flush closed between packets.
      std::size_t end = next;
      while (end < cut.size() && !(cut[end].last && cut[end].stream == stream)) ++end;
      if (end == cut.size() || !model || !stream_known || closed) {
        ADD_FAILURE() << "packet " << i << " ends a stream that goes on";
        ++errors;
        break;
      }
      const std::size_t frame = cut[end].first_frame + cut[end].frames;
      drop(end + 1);
      if (frame > model_frame) model->skip(frame - model_frame);
      model->set_lossy_step(1);
      const Bytes expected = model->encode(nullptr, 0, {false, true});
      EXPECT_EQ(bytes, expected) << "packet " << i;
      errors += bytes != expected;
      closed = true;
      ++v.ends;
      continue;
    }
    // The packet it can be: the first one not yet seen of its stream and place. Which stream it is
    // tell the bytes of its first packet, where the streams before may have been dropped whole.
    std::size_t it = next;
    const auto fits = [&](const CutPacket& c) {
      if (c.bad || c.frames == 0 || c.first_frame != h.first_frame || c.frames != h.frames ||
          c.last != h.last) {
        return false;
      }
      if (stream_known) return c.stream == stream;
      Encoder fresh(model->header(), bench.tables(), Transport::kLink);
      fresh.stream_header();
      fresh.skip(c.first_frame);
      fresh.set_lossy_step(lossy_step(h.step));
      return fresh.encode(c.codes.data(), c.frames, {true, c.last}) == bytes;
    };
    while (it < cut.size() && !fits(cut[it])) ++it;
    if (it == cut.size() || !model) {
      ADD_FAILURE() << "packet " << i << " with frames from " << h.first_frame
                    << " on is none that went in";
      ++errors;
      break;
    }
    const CutPacket& p = cut[it];
    const bool after_drop = it != next;
    drop(it);
    stream = p.stream;
    stream_known = true;

    const bool interval_due = kKeyInterval != 0 && since_key == kKeyInterval;
    const bool key_due = p.key_due || after_drop || interval_due;
    // The encoder asks for key packets until it knows that one was stored.
    std::size_t stored = dropped ? *dropped + 1 : it;  // the first one after the drop
    while (cut[stored].frames == 0) ++stored;
    const bool key_allowed =
        key_due || (dropped && cut[stored].end_clock + kPipelineClocks > p.begin_clock);
    EXPECT_TRUE(h.key || !key_due) << "packet " << i << " should be a key packet";
    EXPECT_TRUE(!h.key || key_allowed) << "packet " << i << " should be no key packet";
    EXPECT_EQ(header_before, h.key) << "packet " << i << ": stream header before it";
    since_key = h.key ? 1 : since_key + 1;

    if (p.first_frame > model_frame) model->skip(p.first_frame - model_frame);
    EXPECT_LE(h.step, bench.dut().largest_step_o);
    model->set_lossy_step(lossy_step(h.step));
    const Bytes expected = model->encode(p.codes.data(), p.frames, {h.key, p.last});
    EXPECT_EQ(bytes, expected) << "packet " << i;
    errors += bytes != expected || header_before != h.key;
    if (events) events->sent(p, h);
    model_frame = p.first_frame + p.frames;
    header_before = false;
    closed = p.last;
    ++v.sent;
    ++next;
    v.frames += p.frames;
    v.keys += h.key;
  }
  if (errors != 0) return v;
  const auto ends = [&](const CutPacket& c) { return c.stream == stream && c.last; };
  EXPECT_TRUE(closed || std::none_of(cut.begin(), cut.end(), ends)) << "the end is missing";
  drop(cut.size());
  end_events();

  EXPECT_FALSE(header_before) << "a stream header and nothing after it";
  EXPECT_EQ(bench.dut().packets_o, v.sent + v.ends);
  EXPECT_EQ(bench.dut().dropped_o, v.bad + v.lost);
  EXPECT_EQ(bench.dut().framing_errors_o, v.bad);
  // After a packet that found no room those that had begun meanwhile are dropped as well.
  EXPECT_LE(bench.overflows(), v.lost);
  EXPECT_LE(v.lost, bench.overflows() + v.gaps * kPacketsUnderWay);
  EXPECT_EQ(bench.dut().off_grid_o, 0U);
  return v;
}

}  // namespace nrc::tb
