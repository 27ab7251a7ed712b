// SPDX-License-Identifier: Apache-2.0
//
// nrc stream: samples to packets and back while they come, with one packet of delay.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "coding_argument.hpp"
#include "commands.hpp"
#include "decode_command.hpp"
#include "format/samples.hpp"
#include "host/class_changes.hpp"
#include "host/program.hpp"
#include "host/status_line.hpp"
#include "live_link.hpp"
#include "map_argument.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/rate_control.hpp"
#include "nrc/receiver.hpp"
#include "number_range.hpp"
#include "stages/shift6.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

constexpr std::size_t kLinkReadBytes = std::size_t{1} << 16;
constexpr int kClosingPatience = 1000;                      ///< ms, for packets before the last
constexpr int kClosingDatagrams = 3;                        ///< that hold the last packet
constexpr std::uint64_t kMaxFill = std::uint64_t{1} << 32;  ///< bytes before the first samples
/// Packets without any change that wait at the start for samples that show their map.
constexpr std::size_t kMaxStillPackets = 256;

/// The end of the link that is not standard input or output.
struct LinkArguments {
  std::string listen;
  std::string connect;
  bool udp = false;

  bool given() const { return !listen.empty() || !connect.empty(); }
  LiveLink open(const StopSignal& stop) const {
    return listen.empty() ? LiveLink::connect(connect, udp, stop)
                          : LiveLink::listen(listen, udp, stop);
  }
};

struct StreamEncodeArguments {
  LinkArguments link;
  std::uint32_t channels = 1;
  std::string type = "int16";
  bool big_endian = false;
  double rate = 0.0;  ///< Hz; 0: unknown
  std::string profile = "huffman";
  bool narrow = false;
  bool taps = false;
  bool neighbour = false;
  std::string tables;
  std::string mapping = "auto";
  int code_width = 0;  ///< 0: by the mapping, to hold every sample there may be
  std::uint32_t packet_frames = 20;
  std::uint32_t key_interval = 384;
  std::optional<std::uint32_t> stream_number;  ///< unset: a random one
  bool long_headers = false;
  bool rtl = false;                                        ///< the bytes of the RTL encoder
  double link_rate = 0.0;                                  ///< Mbit/s; 0: every packet is lossless
  int first_step = lossy_step(RateSettings().first_step);  ///< codes
  int min_step = 1;
  int max_step = 16;
  std::uint32_t link_buffer = RateSettings().buffer_words;
  std::string classes;           ///< file; empty: channels have none
  std::string events;            ///< empty: none
  double event_threshold = 6.5;  ///< mean innovations
};

struct StreamDecodeArguments {
  LinkArguments link;
  std::string tables;
  std::optional<std::int64_t> fill = 0;  ///< unset: missing frames are left out
  bool join = false;                     ///< leave out what is missing before the first samples
};

double ratio(std::uint64_t sample_bytes, std::uint64_t bytes) {
  return bytes == 0 ? 0.0 : static_cast<double>(sample_bytes) / static_cast<double>(bytes);
}

std::string count(std::uint64_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

/// Does the work; the counters are said at the end, also at one by an error.
template <typename Work>
void with_status(host::StatusLine& status, const Work& work) {
  try {
    work();
  } catch (...) {
    status.finish();
    throw;
  }
  status.finish();
}

// ---- encode

/// Samples as they come -> packets as soon as their frames are complete.
class LiveEncoder {
 public:
  explicit LiveEncoder(const StreamEncodeArguments& arguments) : arguments_(arguments) {
    header_.channels = arguments.channels;
    header_.packet_frames = arguments.packet_frames;
    header_.rate_millihertz = static_cast<std::uint32_t>(std::llround(arguments.rate * 1000.0));
    header_.stream_number =
        arguments.stream_number ? *arguments.stream_number : std::random_device()();
    profile_ = profile_argument(arguments.profile);
    header_.narrow = options_.narrow = narrow_argument(arguments.narrow, profile_);
    header_.corrections = options_.corrections =
        corrections_argument(arguments.taps, arguments.neighbour, profile_);
    mapping_argument(arguments.mapping, arguments.code_width, options_);
    type_argument(arguments.type, arguments.big_endian, options_);
    const std::uint64_t max = kMaxPacketSamples / header_.channels;
    if (header_.packet_frames > max) {
      throw Error(
          fmt::format("packets of {} frames are too large with {} channels; give at most {}",
                      header_.packet_frames, header_.channels, max));
    }
    // In a datagram, the packet of samples that cannot be compressed.
    const std::size_t largest = 2 * (kPacketHeaderBytes + kPacketCrcBytes) + kStreamHeaderBytes +
                                (packet_bytes() + 3) / 4 * 4;
    if (arguments.link.udp && largest > kMaxDatagram) {
      throw Error(
          fmt::format("a packet of {} bytes does not fit into a datagram of {}; give a "
                      "smaller --packet-frames, or leave out --udp",
                      largest, kMaxDatagram));
    }
    if (arguments.rtl) check_rtl();
    if (!arguments.tables.empty()) {
      tables_ = table_argument(arguments.tables, profile_);
    } else if (arguments.rtl) {
      tables_ = Tables::builtin(profile_, Tables::standard_name(rtl_code_width()));
    }
    if (arguments.link_rate != 0.0) {
      rate_control_.emplace(rate_settings());
      header_.rounding = true;
      header_.proportional = true;
    }
    if (!arguments.classes.empty()) {
      class_changes_ = host::read_class_changes(arguments.classes, header_.channels);
      if (class_changes_.size() > 1 && arguments.rate <= 0.0) {
        throw Error("--channel-classes with times needs --rate, the samples' rate in Hz");
      }
      header_.classes = true;
    }
    if (!arguments.events.empty()) {
      header_.events = true;
      event_settings_.threshold =
          static_cast<int>(std::lround(arguments.event_threshold * kThresholdUnit));
      event_settings_.only = arguments.events == "only";
    }
    options_.profile = profile_;
    options_.tables = tables_ ? &*tables_ : nullptr;
    // What can be wrong with the settings is said before any sample comes.
    open();
    encoder_.reset();
  }

  std::size_t frame_bytes() const {
    return sample_bytes(options_.sample_type) * std::size_t{header_.channels};
  }
  std::size_t packet_bytes() const { return header_.packet_frames * frame_bytes(); }

  /// Appends the packet of up to packet_frames whole frames, or keeps them for later.
  void encode(const std::uint8_t* bytes, std::size_t size, bool last,
              std::vector<std::uint8_t>& packets) {
    if (encoder_) samples_.clear();
    const std::size_t before = samples_.size();
    samples_.insert(samples_.end(), bytes, bytes + size);
    to_byte_order(options_.sample_type, options_.big_endian, samples_.data() + before, size);
    if (encoder_) {
      send(samples_.data(), size, last, packets);
      return;
    }
    // Before anything moves, nothing shows which values there can be, and the stream header must
    // say so first.
    const std::size_t packet = packet_bytes();
    const bool still =
        options_.mapping == std::nullopt && samples_.size() / packet < kMaxStillPackets;
    if (still && !last && !moves()) return;
    open();
    std::size_t done = 0;
    do {
      const std::size_t count = std::min(packet, samples_.size() - done);
      send(samples_.data() + done, count, last && done + count == samples_.size(), packets);
      done += count;
    } while (done < samples_.size());
  }

  std::string status() const {
    const std::uint64_t sample_bytes = frames_ * frame_bytes();
    std::string text =
        fmt::format("encoded {} in {}: {} bytes to {}, ratio {:.3f}", count(frames_, "frame"),
                    count(packets_, "packet"), sample_bytes, bytes_, ratio(sample_bytes, bytes_));
    if (rate_control_) {
      text += fmt::format("; {} lossless, largest step {}", count(lossless_packets_, "packet"),
                          lossy_step(rate_control_->largest_step()));
    }
    return text;
  }

 private:
  int rtl_code_width() const {
    return options_.mapping == Mapping::kShift6 ? 10 : options_.code_width;
  }

  void check_rtl() const {
    if (profile_ != Profile::kHuffman && profile_ != Profile::kRange) {
      throw Error(
          fmt::format("--rtl: the {} profile exists in software only; give --profile huffman "
                      "or range",
                      profile_name(profile_)));
    }
    const bool codes = options_.mapping == Mapping::kCode && options_.code_width != 0;
    if (options_.sample_type != SampleType::kInt16 ||
        !(codes || options_.mapping == Mapping::kShift6)) {
      throw Error(
          "--rtl: the RTL takes int16 samples; give --mapping shift6, or --mapping code with "
          "--code-width");
    }
    // nrc_encoder_checks
    if (arguments_.narrow && profile_ == Profile::kRange && rtl_code_width() > 10) {
      throw Error(
          "--rtl: the RTL has the range profile with the narrow state for codes of up to 10 bits; "
          "give --code-width 8 to 10");
    }
  }

  /// Codes as the RTL makes them of any sample, also of one that no code represents.
  const std::vector<Code>& rtl_codes(const std::uint8_t* bytes, std::size_t count) {
    std::vector<std::int16_t> samples(count);
    if (count != 0) std::memcpy(samples.data(), bytes, 2 * count);
    const int unused = 16 - rtl_code_width();
    codes_.resize(count);
    std::transform(samples.begin(), samples.end(), codes_.begin(), [&](std::int16_t sample) {
      if (options_.mapping == Mapping::kShift6) return Shift6::code(sample);
      const auto shifted = static_cast<std::uint16_t>(sample << unused);
      return static_cast<Code>(static_cast<std::int16_t>(shifted) >> unused);
    });
    return codes_;
  }

  RateSettings rate_settings() const {
    if (arguments_.rate <= 0.0) throw Error("--link-rate needs --rate, the samples' rate in Hz");
    const auto number = [](const char* option, int step) {
      const int index = lossy_index(step);
      if (index < 0 || index > kMaxRateStep) {
        throw Error(fmt::format("{} {}: give 1, 2, 3, 4, 6, 8, 12 or 16", option, step));
      }
      return index;
    };
    RateSettings settings;
    settings.buffer_words = arguments_.link_buffer;
    settings.max_step = number("--max-step", arguments_.max_step);
    settings.first_step =
        std::min(number("--first-step", arguments_.first_step), settings.max_step);
    settings.min_step = number("--min-step", arguments_.min_step);
    settings.link_words =
        link_words(arguments_.link_rate * 1e6, header_.packet_frames, arguments_.rate);
    return settings;
  }

  /// Whether any channel has two values.
  bool moves() const {
    const auto frame = static_cast<std::ptrdiff_t>(frame_bytes());
    return !samples_.empty() &&
           !std::equal(samples_.begin() + frame, samples_.end(), samples_.begin());
  }

  void open() {
    const Tables& tables =
        choose_coding(samples_.data(), samples_.size() / frame_bytes(), options_, header_);
    encoder_ = std::make_unique<Encoder>(header_, tables, Transport::kLink);
    encoder_->set_short_headers(!arguments_.long_headers && !arguments_.rtl);
    if (header_.events) encoder_->set_events(event_settings_);
    const std::uint64_t largest = encoder_->max_bytes(header_.packet_frames);
    if (arguments_.link.udp && largest > kMaxDatagram) {
      throw Error(
          fmt::format("a packet of {} bytes, with its stream header, does not fit into a datagram "
                      "of {}; give a smaller --packet-frames, a --mapping, or leave out --udp",
                      largest, kMaxDatagram));
    }
    encoder_->reserve(header_.packet_frames);
  }

  /// @param samples  in the byte order of the machine
  void send(const std::uint8_t* samples, std::size_t size, bool last,
            std::vector<std::uint8_t>& packets) {
    PacketRequest request;
    request.key = arguments_.key_interval != 0 && packets_ % arguments_.key_interval == 0;
    request.last = last;
    const std::size_t before = packets.size();
    const std::size_t frames = size / frame_bytes();
    if (rate_control_) {
      const int step = rate_control_->begin_packet();
      encoder_->set_lossy_step(lossy_step(step));
      lossless_packets_ += step == 0 && frames != 0 ? 1 : 0;
    }
    if (next_change_ < class_changes_.size() &&
        static_cast<double>(frames_) >= class_changes_[next_change_].seconds * arguments_.rate) {
      encoder_->set_channel_classes(class_changes_[next_change_++].classes);
    }
    const std::uint64_t event_bytes = encoder_->event_bytes();
    if (arguments_.rtl) {
      encoder_->encode(rtl_codes(samples, frames * header_.channels).data(), frames, request,
                       packets);
    } else {
      encoder_->encode_samples(samples, frames, request, packets);
    }
    if (rate_control_) {
      const std::uint64_t size_of_data =
          packets.size() - before - (encoder_->event_bytes() - event_bytes);
      rate_control_->end_packet(static_cast<std::uint32_t>(size_of_data / 4));
    }
    ++packets_;
    frames_ += frames;
    bytes_ += packets.size() - before;
  }

  const StreamEncodeArguments& arguments_;
  StreamHeader header_;
  Profile profile_ = Profile::kHuffman;
  std::optional<Tables> tables_;
  EncodeOptions options_;
  EventSettings event_settings_;
  std::vector<host::ClassChange> class_changes_;
  std::size_t next_change_ = 0;
  std::optional<RateControl> rate_control_;
  std::uint64_t lossless_packets_ = 0;
  std::unique_ptr<Encoder> encoder_;   ///< once the first samples are here
  std::vector<Code> codes_;            ///< of the packet, with --rtl
  std::vector<std::uint8_t> samples_;  ///< of the packet, or all that wait for the encoder
  std::uint64_t packets_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t bytes_ = 0;
};

void encode_live(const StreamEncodeArguments& arguments) {
  LiveEncoder encoder(arguments);
  const StopSignal stop;
  LiveLink input = LiveLink::standard_input();
  LiveLink link = arguments.link.given() ? arguments.link.open(stop) : LiveLink::standard_output();
  host::StatusLine status([&encoder] { return encoder.status(); });

  std::vector<std::uint8_t> samples(std::max(kLinkReadBytes, encoder.packet_bytes() + 1));
  std::size_t fill = 0;
  std::vector<std::uint8_t> packets;
  const auto send = [&] {
    link.write(packets.data(), packets.size());
    packets.clear();
  };
  with_status(status, [&] {
    while (const std::size_t got = input.read(samples.data() + fill, samples.size() - fill, stop)) {
      fill += got;
      // The RTL knows with a packet's last sample whether the stream ends there.
      const std::size_t more = arguments.rtl ? 1 : 0;
      std::size_t done = 0;
      for (; fill - done >= encoder.packet_bytes() + more; done += encoder.packet_bytes()) {
        encoder.encode(samples.data() + done, encoder.packet_bytes(), false, packets);
        if (link.datagrams()) {
          send();
        }
      }
      send();
      std::copy(samples.begin() + static_cast<std::ptrdiff_t>(done),
                samples.begin() + static_cast<std::ptrdiff_t>(fill), samples.begin());
      fill -= done;
      status.update();
    }
    const std::size_t rest = fill % encoder.frame_bytes();
    encoder.encode(samples.data(), fill - rest, true, packets);
    // If the datagram that closes the stream is lost, the decoder waits; repeated ones it discards.
    for (int repeat = 1; link.datagrams() && repeat < kClosingDatagrams; ++repeat) {
      link.write(packets.data(), packets.size());
    }
    send();
    // One who stops the stream need not wait for the end of a frame.
    if (rest != 0 && !stop.raised()) {
      throw Error(
          fmt::format("standard input ends inside a frame: {} of {} bytes; check --channels", rest,
                      encoder.frame_bytes()));
    }
  });
}

// ---- decode

/// Packets as they come -> samples as soon as they are known.
class LiveDecoder {
 public:
  LiveDecoder(const StreamDecodeArguments& arguments, LiveLink& output)
      : fill_(arguments.fill),
        join_(arguments.join),
        output_(output),
        tables_(arguments.tables),
        receiver_({std::cref(tables_)}, events()) {}
  // The receiver's events refer to it.
  LiveDecoder(const LiveDecoder&) = delete;
  LiveDecoder& operator=(const LiveDecoder&) = delete;

  void add(const std::uint8_t* data, std::size_t size) {
    receiver_.add(data, size);
    flush();
  }
  void finish() {
    receiver_.finish();
    flush();
  }

  /// The packet that closes the stream has come.
  bool closed() const { return closed_; }
  /// It has, and waits for others.
  bool closing() const { return receiver_.closing(); }
  bool seen() const { return streams_ != 0; }
  /// Nothing is missing so far.
  bool complete() const { return missing_ == 0 && streams_ <= 1; }

  std::string status() const {
    const ReceiverCounters& c = receiver_.counters();
    std::string text =
        fmt::format("decoded {} in {}: {} bytes to {}, ratio {:.3f}; {} lost, {} damaged",
                    count(frames_, "frame"), count(c.packets, "packet"), c.bytes, given_bytes_,
                    ratio(given_bytes_, c.bytes), c.lost_packets, c.sync_losses);
    if (c.undecodable_packets != 0) {
      text += fmt::format(", {} undecodable", c.undecodable_packets);
    }
    if (missing_ != 0) {
      text += fmt::format("; {} missing, {}", count(missing_, "frame"),
                          fill_ ? fmt::format("filled with {}", *fill_) : "left out");
    }
    if (rounded_packets_ != 0) {
      text += fmt::format("; {} rounded, no code more than {} off",
                          count(rounded_packets_, "packet"), largest_step_ / 2);
    }
    if (c.events != 0) text += "; " + count(c.events, "event");
    if (streams_ > 1) {
      text += fmt::format("; the encoder restarted {}", count(streams_ - 1, "time"));
    }
    return text;
  }

 private:
  Receiver::Events events() {
    Receiver::Events events;
    events.stream = [this](const StreamHeader& header) { begin(header); };
    events.samples = [this](std::uint64_t, SampleView samples, std::size_t frames) {
      if (closed_) {
        return;
      }
      started_ = true;
      frames_ += frames;
      rounded_packets_ += receiver_.packet_step() > 1 ? 1 : 0;
      largest_step_ = std::max(largest_step_, receiver_.packet_step());
      const std::size_t size = frames * frame_bytes();
      given_bytes_ += size;
      bytes_.insert(bytes_.end(), samples.bytes(), samples.bytes() + size);
      to_byte_order(type_, big_endian_, bytes_.data() + bytes_.size() - size, size);
      if (bytes_.size() >= kLinkReadBytes) flush();
    };
    events.gap = [this](const Gap& gap) {
      if (!closed_) {
        skip(gap.frames);
      }
    };
    events.end = [this](bool closed) { closed_ = closed_ || closed; };
    return events;
  }

  void begin(const StreamHeader& header) {
    if (closed_) {
      return;
    }
    if (streams_ != 0 && header.channels != channels_) {
      throw Error(
          fmt::format("another stream begins, with {} instead of {}; start the decoder again",
                      count(header.channels, "channel"), channels_));
    }
    if (streams_ != 0 && (header.sample_type != type_ || header.big_endian != big_endian_)) {
      throw Error(fmt::format(
          "another stream begins, with {} samples instead of {}; start the decoder "
          "again",
          type_text(header.sample_type, header.big_endian), type_text(type_, big_endian_)));
    }
    ++streams_;
    channels_ = header.channels;
    type_ = header.sample_type;
    big_endian_ = header.big_endian;
    set_fill();
    started_ = false;
  }

  void skip(std::uint64_t frames) {
    if (join_ && !started_) {
      return;
    }
    missing_ += frames;
    if (!fill_) {
      return;
    }
    // An outage may be that long; before the first samples it is more likely another encoder's
    // time.
    if (!started_ && frames > kMaxFill / 2 / channels_) {
      throw Error(
          fmt::format("{} frames are missing, too many to fill; use --join if the encoder "
                      "was started earlier, or --fill none",
                      frames));
    }
    for (std::uint64_t i = 0; i < frames * channels_; ++i) {
      bytes_.insert(bytes_.end(), fill_bytes_.begin(), fill_bytes_.end());
      if (bytes_.size() >= kLinkReadBytes) flush();
    }
  }

  static std::string type_text(SampleType type, bool big_endian) {
    return fmt::format("{}{}", big_endian ? "big-endian " : "", sample_type_name(type));
  }

  std::size_t frame_bytes() const { return sample_bytes(type_) * channels_; }

  /// The sample that fills gaps, as it is written. @throws Error if the type does not hold it
  void set_fill() {
    if (!fill_) return;
    const std::int64_t half = std::int64_t{1} << (sample_bits(type_) - 1);
    const std::int64_t least = is_signed(type_) ? -half : 0;
    if (*fill_ < least || *fill_ >= least + 2 * half) {
      throw Error(fmt::format("{} cannot fill gaps of {} samples; give {} to {}", *fill_,
                              sample_type_name(type_), least, least + 2 * half - 1));
    }
    fill_bytes_.clear();
    for (std::size_t i = 0; i < sample_bytes(type_); ++i) {
      fill_bytes_.push_back(static_cast<std::uint8_t>(*fill_ >> 8 * i));
    }
    if (big_endian_) std::reverse(fill_bytes_.begin(), fill_bytes_.end());
  }

  void flush() {
    output_.write(bytes_.data(), bytes_.size());
    bytes_.clear();
  }

  const std::optional<std::int64_t> fill_;
  const bool join_;
  LiveLink& output_;
  StreamTables tables_;
  Receiver receiver_;
  std::vector<std::uint8_t> bytes_;  ///< not written yet
  std::vector<std::uint8_t> fill_bytes_;
  SampleType type_ = SampleType::kInt16;
  bool big_endian_ = false;
  std::uint32_t channels_ = 0;
  std::uint64_t streams_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t rounded_packets_ = 0;  ///< given
  int largest_step_ = 1;               ///< codes
  std::uint64_t missing_ = 0;          ///< frames
  std::uint64_t given_bytes_ = 0;
  bool started_ = false;  ///< samples of the stream have come
  bool closed_ = false;
};

/// @return whether nothing is missing
bool decode_live(const StreamDecodeArguments& arguments) {
  const StopSignal stop;
  LiveLink output = LiveLink::standard_output();
  LiveDecoder decoder(arguments, output);
  LiveLink link = arguments.link.given() ? arguments.link.open(stop) : LiveLink::standard_input();
  host::StatusLine status([&decoder] { return decoder.status(); });
  std::vector<std::uint8_t> buffer(kLinkReadBytes);
  bool cut = false;
  with_status(status, [&] {
    while (!decoder.closed()) {
      const std::size_t size =
          link.read(buffer.data(), buffer.size(), stop, decoder.closing() ? kClosingPatience : -1);
      if (size == 0) {
        break;
      }
      decoder.add(buffer.data(), size);
      status.update();
    }
    decoder.finish();
    if (!decoder.seen() && !stop.raised()) {
      throw Error(fmt::format("{}: no stream header found; is it an nrc stream?", link.name()));
    }
    if (!decoder.closed() && !stop.raised()) {
      cut = true;
    }
  });
  if (cut) {
    host::print_line(
        "nrc", fmt::format("{}: the stream ends without its last packet; it is unknown how much is "
                           "missing at the end",
                           link.name()));
  }
  return decoder.complete() && !cut;
}

void add_link_options(CLI::App& command, LinkArguments& link, const char* listen,
                      const char* connect) {
  CLI::Option* const listening = command.add_option("--listen", link.listen, listen);
  CLI::Option* const connecting = command.add_option("--connect", link.connect, connect);
  listening->excludes(connecting);
  command.add_flag("--udp", link.udp, "UDP, one packet per datagram, instead of TCP");
}

void add_stream_encode(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "encode",
      "Samples, channels interleaved, from standard input to packets on standard output or a "
      "socket");
  const auto arguments = std::make_shared<StreamEncodeArguments>();
  command->add_option("--channels", arguments->channels, "channels")
      ->check(CLI::Range(std::uint32_t{1}, kMaxChannels))
      ->capture_default_str();
  command->add_option("--type", arguments->type, fmt::format("of the samples: {}", kTypes))
      ->capture_default_str();
  command->add_flag("--big-endian", arguments->big_endian, "samples begin with their highest byte");
  command->add_option("--rate", arguments->rate, "sampling rate of a channel, Hz (fractional)")
      ->check(number_range(0.0, kMaxRate));
  command
      ->add_option(
          "--profile", arguments->profile,
          "entropy coder: huffman, range for about 1 % less, neural or cascade (both slow; "
          "cascade needs long packets)")
      ->check(CLI::IsMember({"huffman", "range", "neural", "cascade"}))
      ->capture_default_str();
  command->add_flag("--narrow", arguments->narrow, kNarrowHelp);
  command->add_flag("--taps", arguments->taps, kTapsHelp);
  command->add_flag("--neighbour", arguments->neighbour, kNeighbourHelp);
  command->add_option("--tables", arguments->tables,
                      "table file, or built-in set by name (default: by the code width)");
  command
      ->add_option(
          "--mapping", arguments->mapping,
          std::string(kMappingHelp) + "; auto goes by the first packet in which a sample moves")
      ->capture_default_str();
  command
      ->add_option("--code-width", arguments->code_width,
                   "bits of a code, with --mapping code or step=N (default: 16)")
      ->check(CLI::Range(kMinCodeWidth, kMaxCodeWidth));
  command
      ->add_option("--packet-frames", arguments->packet_frames,
                   "frames per packet, which is the delay")
      ->check(CLI::Range(std::uint32_t{1}, kMaxStatedPacketFrames))
      ->capture_default_str();
  command
      ->add_option("--key-interval", arguments->key_interval,
                   "packets from one key packet to the next; 0: only the first is a key packet")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command
      ->add_option(
          "--link-rate", arguments->link_rate,
          "Mbit/s of a slower link: packets that it cannot take lossless are rounded, each "
          "by a step that it states (default: all are lossless)")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--first-step", arguments->first_step,
                   "with --link-rate: codes of the step that rounding begins with")
      ->capture_default_str();
  command
      ->add_option(
          "--min-step", arguments->min_step,
          "with --link-rate: codes of the smallest step; 1: lossless where the link takes it")
      ->capture_default_str();
  command
      ->add_option("--max-step", arguments->max_step,
                   "with --link-rate: codes of the largest step; no sample is more than half of it "
                   "off")
      ->capture_default_str();
  command
      ->add_option("--link-buffer", arguments->link_buffer,
                   "with --link-rate: words of 4 bytes that may wait for the link")
      ->capture_default_str();
  command->add_option("--channel-classes", arguments->classes,
                      "file of what to send of which channels, and from when on: lossless, rounded "
                      "(as --link-rate says), off, or events alone");
  CLI::Option* const events =
      command
          ->add_option("--events", arguments->events,
                       "send the spikes too, beside the samples or `only` them, without samples")
          ->expected(0, 1)
          ->default_str("beside")
          ->check(CLI::IsMember({"beside", "only"}));
  command
      ->add_option("--event-threshold", arguments->event_threshold,
                   "of a spike, in mean innovations of its channel; a quarter is the unit")
      ->check(number_range(0.25, 15.75))
      ->needs(events)
      ->capture_default_str();
  command->add_option("--stream-number", arguments->stream_number,
                      "by which a decoder sees that the encoder has restarted, 0 to 2^32 - 1 "
                      "(default: a random one)");
  command->add_flag("--long-headers", arguments->long_headers, kLongHeadersHelp);
  command->add_flag(
      "--rtl", arguments->rtl,
      "the bytes of the RTL encoder: long headers, no packets of raw samples, samples "
      "that no code represents altered; a packet waits for the next one's first byte");
  add_link_options(*command, arguments->link,
                   "[HOST:]PORT on which to wait for a decoder, by default on this computer only",
                   "HOST:PORT of a decoder that listens");
  command->callback([arguments] {
    if (arguments->link.udp && arguments->link.connect.empty()) {
      host::usage_error("--udp: the encoder sends; use --connect");
    }
    if (arguments->code_width != 0 && arguments->mapping == "auto") {
      host::usage_error("--code-width needs --mapping code or step=N");
    }
    encode_live(*arguments);
  });
}

void add_stream_decode(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "decode",
      "Packets from standard input or a socket to samples as they were, channels interleaved, on "
      "standard output");
  const auto arguments = std::make_shared<StreamDecodeArguments>();
  command->add_option("--tables", arguments->tables,
                      "table file that the stream was encoded with, if it is not a built-in set");
  command->add_option_function<std::string>(
      "--fill", [arguments](const std::string& text) { arguments->fill = fill_argument(text); },
      "value to write for missing samples (0), or none: missing frames are left out");
  command->add_flag("--join", arguments->join,
                    "begin with the first samples that arrive, not with frame 0");
  add_link_options(*command, arguments->link,
                   "[HOST:]PORT on which to wait for an encoder, by default on this computer only",
                   "HOST:PORT of an encoder that listens");
  command->footer(
      "Exit status: 0 success; 1 error; 2 usage error; 3 done, but samples are missing.");
  command->callback([arguments] {
    if (arguments->link.udp && arguments->link.listen.empty()) {
      host::usage_error("--udp: the decoder receives; use --listen");
    }
    if (!decode_live(*arguments)) {
      throw CLI::RuntimeError(host::kExitIncomplete);
    }
  });
}

}  // namespace

void add_stream_command(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "stream", "Live: samples to packets and back as they arrive, through pipes or sockets");
  command->require_subcommand(1);
  add_stream_encode(*command);
  add_stream_decode(*command);
}

}  // namespace nrc::cli
