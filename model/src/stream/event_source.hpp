// SPDX-License-Identifier: Apache-2.0
//
// The events of a stream that is being encoded: predictor and scale of the Huffman profile, which
// the detector needs, and packets of what it finds (docs/bitstream.md, section 17).
// RTL: nrc_detector beside the predictor, and nrc_event_writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/event_payload.hpp"
#include "nrc/event.hpp"
#include "nrc/packet.hpp"
#include "nrc/table_set.hpp"
#include "stages/context.hpp"
#include "stages/detector.hpp"
#include "stages/pace.hpp"
#include "stages/packetizer.hpp"
#include "stages/predictor.hpp"
#include "stages/rounding.hpp"

namespace nrc {

class EventSource {
 public:
  /// Keeps a reference: the tables outlive the object.
  EventSource(const StreamHeader& header, const TableSet& tables, const EventSettings& settings);

  /// Takes the codes of a packet with this rounding step.
  void add(const Code* codes, std::size_t frames, bool key, int step);
  /// Classes of the channels from the next key packet on, one each.
  void set_classes(const std::vector<ChannelClass>& classes) { next_classes_ = classes; }
  /// Frames that are not encoded.
  void skip(std::size_t frames) { next_frame_ += frames; }

  /// Takes the events that are in no packet yet, in the order in which they were complete.
  std::vector<Event> take();

  /// Appends the packets that are due. `all` at the stream's end.
  void append_packets(Packetizer& packetizer, bool all, std::vector<std::uint8_t>& packets);
  /// Bytes of all packets so far.
  std::uint64_t bytes() const { return bytes_; }
  /// Upper bound of the bytes that append_packets() appends after so many frames more.
  std::uint64_t max_bytes(std::size_t frames) const;

 private:
  struct Channel {
    PredictorState predictor;
    ContextState context;
    DetectorState detector;
  };

  /// An event and the frame in which it was complete.
  struct Found {
    Event event;
    std::uint64_t frame;
  };

  /// Events at the begin of waiting_ that make a packet, if one is due; 0: none is.
  std::size_t due(bool all) const;
  void append_packet(Packetizer& packetizer, std::size_t count, std::vector<std::uint8_t>& packets);
  /// Of a packet that begins with the first one that waits.
  std::uint64_t first_frame() const;

  EventLayout layout_;
  Predictor predictor_;
  Context context_;
  CodeRounding rounding_;
  Detector detector_;
  int window_;
  bool proportional_;
  Pace pace_;
  std::vector<Channel> channels_;
  std::vector<ChannelClass> next_classes_;
  std::vector<ChannelClass> classes_;
  std::uint64_t next_frame_ = 0;
  std::vector<Found> waiting_;  ///< in the order in which they were complete
  std::uint64_t bytes_ = 0;
};

}  // namespace nrc
