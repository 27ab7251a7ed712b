// SPDX-License-Identifier: Apache-2.0
//
// Compiled once for each design: NRC_FAULTS_MODEL is its Verilator class, NRC_FAULTS_COURSE the
// function that drives it.
#include "rtl_course.hpp"

#include <fmt/format.h>
#include <verilated.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include NRC_FAULTS_HEADER
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/packet_decoder.hpp"
#include "stages/code_to_sample.hpp"
#include "verilated_dut.hpp"

namespace nrc::faults {
namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr std::uint32_t kPacketFrames = NRC_PARAM_PacketFrames;
constexpr auto kProfile = static_cast<Profile>(NRC_PARAM_Profile);
constexpr int kLongStall = 50;  ///< clocks; a shorter one is the link's ordinary waiting

/// A link that waits now and then, and sometimes for long.
class Sink {
 public:
  explicit Sink(Random& random) : random_(random) {}

  bool ready() {
    if (clocks_ == 0) {
      stalled_ = !stalled_;
      clocks_ = stalled_ ? stall() : random_.range(1, 2000);
      stalls_ += stalled_ && clocks_ >= kLongStall;
    }
    --clocks_;
    return !stalled_;
  }
  std::size_t stalls() const { return stalls_; }

 private:
  /// From one clock to dozens of packets, every order of magnitude as often.
  int stall() { return random_.range(1, 1 << random_.range(0, 12)); }

  Random& random_;
  bool stalled_ = false;
  int clocks_ = 0;
  std::size_t stalls_ = 0;
};

/// State without a reset starts random, so that nothing leans on zeros. Dut takes this over.
struct RandomState {
  RandomState() {
    static std::once_flag once;
    std::call_once(once, [] {
      Verilated::defaultContextp()->randReset(2);
      Verilated::defaultContextp()->randSeed(1);
    });
  }
};

class Driver {
 public:
  explicit Driver(Random& random) : sink_(random) {
    dut_->enable_i = 0;
    dut_->flush_i = 0;
    dut_->key_request_i = 0;
    dut_->s_axis_tvalid = 0;
    dut_->m_axis_tready = 0;
    dut_->table_we_i = 0;
    dut_->stream_number_i = random();
    dut_->rst_ni = 1;  // the model reacts to the edge
    dut_.eval();
    dut_->rst_ni = 0;
    for (int i = 0; i < 3; ++i) dut_.tick();
    dut_->rst_ni = 1;
    clock();
  }

  void enable(bool on) { dut_->enable_i = on; }

  void send(const std::int16_t* frame) {
    dut_->s_axis_tvalid = 1;
    for (std::uint32_t c = 0; c < kChannels; ++c) {
      dut_->s_axis_tdata = static_cast<std::uint16_t>(frame[c]);
      dut_->s_axis_tlast = c + 1 == kChannels;
      bool taken = false;
      while (!taken) {
        dut_.eval();
        taken = dut_->s_axis_tready;
        clock();
      }
    }
    dut_->s_axis_tvalid = 0;
  }

  /// Waits until nothing more comes.
  Bytes drain() {
    flowing_ = true;
    for (int quiet = 0; quiet < 200; ++quiet) {
      const std::size_t before = stream_.size();
      clock();
      if (stream_.size() != before) quiet = 0;
    }
    return stream_;
  }

  std::size_t stalls() const { return sink_.stalls(); }
  std::uint32_t dropped() { return dut_->dropped_o; }

 private:
  void clock() {
    dut_->m_axis_tready = flowing_ || sink_.ready();
    dut_.eval();
    if (dut_->m_axis_tvalid && dut_->m_axis_tready) {
      for (int b = 0; b < 4; ++b) {
        stream_.push_back(static_cast<std::uint8_t>(dut_->m_axis_tdata >> (8 * b)));
      }
    }
    dut_.tick();
  }

  RandomState random_state_;
  tb::Dut<NRC_FAULTS_MODEL> dut_;
  Sink sink_;
  bool flowing_ = false;
  Bytes stream_;
};

}  // namespace

Course NRC_FAULTS_COURSE(Random& random) {
  StreamHeader header;
  header.channels = kChannels;
  header.packet_frames = kPacketFrames;
  header.rate_millihertz = NRC_PARAM_RateMillihertz;
#ifdef NRC_PARAM_Narrow
  header.narrow = NRC_PARAM_Narrow != 0;
#endif
#ifdef NRC_PARAM_Taps
  header.corrections.taps = NRC_PARAM_Taps != 0;
#endif
#ifdef NRC_PARAM_Neighbour
  header.corrections.neighbour = NRC_PARAM_Neighbour != 0;
#endif
  header = Encoder(header, Tables::builtin(kProfile, NRC_TABLES)).header();
  const std::uint64_t codes = std::uint64_t{kChannels} * kPacketFrames;
  Original like;
  like.header = header;
  like.max_packet_bytes = static_cast<std::size_t>(
      std::max(max_payload_bytes(kProfile, header.code_width, codes), 2 * codes) +
      kPacketHeaderBytes + kPacketCrcBytes);

  Course course;
  course.key_interval = NRC_PARAM_KeyInterval;
  const std::size_t streams = random.percent(25) ? 2 : 1;
  std::vector<Original> originals(streams, like);
  Driver driver(random);
  for (Original& original : originals) {
    const std::size_t frames =
        static_cast<std::size_t>(random.range(150, 300)) * kPacketFrames + random() % kPacketFrames;
    for (const Code code : generate(kChannels, frames, random())) {
      original.samples.push_back(sample_of(header.mapping, code));
    }
    original.end_frame = frames;
    driver.enable(true);
    for (std::size_t f = 0; f < frames; ++f) {
      if (f + 1 == frames) driver.enable(false);
      driver.send(original.samples.data() + f * kChannels);
    }
  }
  const Bytes stream = driver.drain();
  course.stalls = driver.stalls();
  const std::string note = header.narrow ? " (narrow)"
                           : header.corrections.any()
                               ? fmt::format(" ({})", corrections_name(header.corrections))
                               : "";
  course.name =
      fmt::format("RTL, {} profile{}, {} channels, {} stalls, {} packets dropped",
                  profile_name(kProfile), note, kChannels, course.stalls, driver.dropped());

  // Whose packet is it? Sequence numbers begin at 0 with each stream.
  std::size_t begun = 0;
  for (std::size_t at = 0; at < stream.size();) {
    const ParsedPacket packet = parse_packet(stream.data() + at, stream.size() - at);
    if (packet.status != ParseStatus::kPacket) {
      throw std::logic_error("the RTL's bytes are not packets");
    }
    if (packet.header.sequence == 0) {
      if (begun == streams) throw std::logic_error("the RTL begins a stream too many");
      course.originals.push_back(originals[begun++]);
      course.originals.back().closed = false;
      course.originals.back().header = parse_stream_header(packet.payload, packet.header.length);
    }
    if (begun == 0) throw std::logic_error("the RTL's stream does not begin with number 0");
    course.originals.back().closed = packet.header.last;
    const auto from = stream.begin() + static_cast<std::ptrdiff_t>(at);
    course.append(Bytes(from, from + static_cast<std::ptrdiff_t>(packet.size)));
    at += packet.size;
  }
  if (begun != streams) throw std::logic_error("the RTL lost a stream");
  return course;
}

}  // namespace nrc::faults
