// SPDX-License-Identifier: Apache-2.0
#include "nrc/file_decoder.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "file/container.hpp"
#include "file/ordered_jobs.hpp"
#include "file/wav.hpp"
#include "format/samples.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {

/// Bytes of packets that wait for the next key packet. A stream that has none for so long is
/// decoded as it comes.
constexpr std::size_t kMaxGroupBytes = std::size_t{1} << 25;
/// And their samples, of which a few bytes may hold any number.
constexpr std::uint64_t kMaxGroupSamples = std::uint64_t{1} << 25;

}  // namespace

/// The packets since the last key packet, and the ones before that are being decoded.
class FileDecoder::Groups {
 public:
  /// Packets one after another, whose CRCs are right.
  class PacketList {
   public:
    bool empty() const { return packets_.empty(); }
    std::size_t bytes() const { return bytes_.size(); }
    void clear() {
      bytes_.clear();
      packets_.clear();
    }
    void add(const ParsedPacket& packet) {
      bytes_.insert(bytes_.end(), packet.begin(), packet.begin() + packet.size);
      packets_.push_back(packet);
    }
    template <class Take>
    void for_each(const Take& take) const {
      const std::uint8_t* at = bytes_.data();
      for (ParsedPacket packet : packets_) {
        packet.payload = at + header_bytes(packet.header);
        take(packet);
        at += packet.size;
      }
    }

   private:
    std::vector<std::uint8_t> bytes_;
    std::vector<ParsedPacket> packets_;  ///< in `bytes_`
  };

  Groups(Decoder::TableSource tables, std::size_t threads)
      : tables_(std::move(tables)), jobs_(threads) {}

  void open(const ParsedPacket& header) {
    if (header_.empty()) {
      header_.assign(header.begin(), header.begin() + header.size);
    }
    const StreamHeader fields = parse_stream_header(header.payload, header.header.length);
    // Wide samples count for two.
    channels_ = fields.channels * (is_wide(fields.sample_type) ? 2 : 1);
  }

  bool waiting() const { return !group_.empty(); }
  bool too_long() const { return group_.bytes() > kMaxGroupBytes || samples_ > kMaxGroupSamples; }
  void add(const ParsedPacket& packet) {
    group_.add(packet);
    samples_ += std::uint64_t{packet.header.frames} * channels_;
  }
  /// The packets that wait, which are then no longer here.
  PacketList withdraw() {
    samples_ = 0;
    return std::exchange(group_, {});
  }

  /// Begins to decode the packets that wait. @param write  takes samples that are ready
  template <class Write>
  void begin(const Write& write) {
    if (group_.empty() || failed_) return;
    if (jobs_.full()) take(write);
    Worker* const worker = idle_worker();
    std::swap(worker->group, group_);
    group_.clear();
    const std::size_t bytes = std::exchange(samples_, 0) * sizeof(std::int16_t);
    jobs_.add([worker, bytes] {
      worker->samples.clear();
      worker->samples.reserve(bytes);
      worker->group.for_each(
          [&](const ParsedPacket& p) { worker->decoder.decode(p, worker->samples); });
      return worker;
    });
  }

  template <class Write>
  void finish(const Write& write) {
    while (!jobs_.empty() && !failed_) take(write);
  }

 private:
  /// What decodes a group, and its memory: of memory that is given back, the system clears each
  /// page when it is taken again.
  struct Worker {
    explicit Worker(const Decoder::TableSource& tables) : decoder(tables) {}

    PacketDecoder decoder;
    PacketList group;
    std::vector<std::uint8_t> samples;
  };

  Worker* idle_worker() {
    if (idle_.empty()) {
      workers_.push_back(std::make_unique<Worker>(tables_));
      workers_.back()->decoder.open(parse_packet(header_.data(), header_.size()));
      return workers_.back().get();
    }
    Worker* const worker = idle_.back();
    idle_.pop_back();
    return worker;
  }

  template <class Write>
  void take(const Write& write) {
    // What comes after a fault is not written: set in case the job throws.
    failed_ = true;
    Worker* const worker = jobs_.take();
    failed_ = false;
    write(worker->samples);
    idle_.push_back(worker);
  }

  Decoder::TableSource tables_;
  std::vector<std::uint8_t> header_;  ///< the stream header's packet
  PacketList group_;
  std::uint64_t samples_ = 0;  ///< of the packets in it
  std::uint32_t channels_ = 1;
  bool failed_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Worker*> idle_;
  OrderedJobs<Worker*> jobs_;  ///< last, as it ends first: its jobs have workers
};

FileDecoder::FileDecoder(ByteSink sink, Decoder::TableSource tables, unsigned threads)
    : sink_(std::move(sink)),
      decoder_(tables),
      groups_(thread_count(threads) > 1
                  ? std::make_unique<Groups>(std::move(tables), thread_count(threads))
                  : nullptr) {}

FileDecoder::~FileDecoder() = default;

void FileDecoder::fail(const std::string& what) const {
  throw Error(
      fmt::format("{} at byte {} of the stream; get it from its source again", what, position_));
}

void FileDecoder::add(const std::uint8_t* data, std::size_t size) {
  try {
    take_packets(data, size);
  } catch (...) {
    // What came before the fault is correct and is written, unless an earlier packet has a fault.
    finish_groups();
    throw;
  }
}

void FileDecoder::finish_groups() {
  if (!groups_) return;
  groups_->begin([this](auto& samples) { write(samples); });
  groups_->finish([this](auto& samples) { write(samples); });
}

void FileDecoder::take_packets(const std::uint8_t* data, std::size_t size) {
  // Packets are parsed where they lie; only what is left of an incomplete one is copied.
  const bool buffered = !buffer_.empty();
  if (buffered) {
    buffer_.insert(buffer_.end(), data, data + size);
    data = buffer_.data();
    size = buffer_.size();
  }
  std::size_t used = 0;
  while (used < size) {
    if (decoder_.finished()) {
      fail("bytes follow the end");
    }
    const ParsedPacket packet = parse_packet(data + used, size - used);
    if (packet.status == ParseStatus::kIncomplete) {
      break;
    }
    if (packet.status != ParseStatus::kPacket && !decoder_.header()) {
      throw Error(
          packet.status == ParseStatus::kBadSync
              ? "not an nrc stream; give a file that `nrc encode` wrote"
              : "the stream's first packet is damaged; get the stream from its source again, or "
                "try `nrc decode --recover`");
    }
    switch (packet.status) {
      case ParseStatus::kPacket:
      case ParseStatus::kIncomplete:
        break;
      case ParseStatus::kBadSync:
        fail("no packet begins");
      case ParseStatus::kBadHeader:
        fail("a packet with a damaged header");
      case ParseStatus::kBadCrc:
        fail("a damaged packet (wrong CRC)");
    }
    take(packet);
    used += packet.size;
    position_ += packet.size;
  }
  if (buffered) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used));
  } else {
    buffer_.assign(data + used, data + size);
  }
}

void FileDecoder::take(const ParsedPacket& packet) {
  if (is_data(packet.header.type)) {
    data_begun_ = true;
    take_data(packet);
    return;
  }
  samples_.clear();
  decoder_.decode(packet, samples_);
  if (!begun_) {
    begin(*decoder_.header());
    if (groups_) groups_->open(packet);
  }
  if (packet.header.type == PacketType::kContainer) {
    take_container(packet);
  } else if (packet.header.type == PacketType::kIndex) {
    data_begun_ = true;
  }
}

void FileDecoder::take_data(const ParsedPacket& packet) {
  const auto put = [this](std::vector<std::uint8_t>& samples) { write(samples); };
  const bool key = packet.header.key && packet.header.frames != 0;
  if (groups_ && (key || groups_->waiting())) {
    decoder_.pass(packet.header);
    check_total();
    if (key) groups_->begin(put);
    groups_->add(packet);
    if (!groups_->too_long()) return;
    // No key packet for long: from here on packet by packet.
    groups_->finish(put);
    groups_->withdraw().for_each([this](const ParsedPacket& next) {
      samples_.clear();
      decoder_.catch_up(next, samples_);
      write(samples_);
    });
    return;
  }
  samples_.clear();
  decoder_.decode(packet, samples_);
  check_total();
  write(samples_);
}

void FileDecoder::check_total() const {
  if (decoder_.frames() > decoder_.header()->total_frames) {
    fail("more frames than the stream's header says");
  }
}

/// The samples are then in the file's byte order.
void FileDecoder::write(std::vector<std::uint8_t>& samples) {
  if (samples.empty()) return;
  const StreamHeader& stream = *decoder_.header();
  to_byte_order(stream.sample_type, stream.big_endian, samples.data(), samples.size());
  sink_(samples.data(), samples.size());
}

void FileDecoder::begin(const StreamHeader& header) {
  begun_ = true;
  if (header.container != 1) {
    return;
  }
  if (header.total_frames == kUnknownFrames || header.rate_millihertz % 1000 != 0) {
    fail("a header that does not give the WAV file's length or rate");
  }
  if (header.big_endian) fail("a header of a WAV file with big-endian samples");
  const std::vector<std::uint8_t> bytes = canonical_header(
      header.channels, header.rate_millihertz / 1000, header.total_frames, header.sample_type);
  sink_(bytes.data(), bytes.size());
}

void FileDecoder::take_container(const ParsedPacket& packet) {
  if (decoder_.header()->container != 2 || data_begun_) {
    fail("a container packet out of place");
  }
  const std::uint8_t* const payload = packet.payload;
  const std::size_t size = packet.header.length;
  if (parse_container(payload, size).after_samples) {
    after_.emplace_back(payload, payload + size);
  } else {
    write_piece(payload, size, sink_);
  }
}

void FileDecoder::finish() {
  finish_groups();
  if (!buffer_.empty() || !decoder_.finished()) {
    throw Error(fmt::format(
        "the stream was cut after {} bytes{}; get it from its source again",
        position_ + buffer_.size(),
        decoder_.header() ? fmt::format(" and {} frames", decoder_.frames()) : std::string()));
  }
  const std::uint64_t total = decoder_.header()->total_frames;
  if (total != kUnknownFrames && total != decoder_.frames()) {
    fail(fmt::format("only {} frames instead of {}", decoder_.frames(), total));
  }
  for (const std::vector<std::uint8_t>& payload : after_) {
    write_piece(payload.data(), payload.size(), sink_);
  }
  after_.clear();
}

}  // namespace nrc
