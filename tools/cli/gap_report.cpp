// SPDX-License-Identifier: Apache-2.0
#include "gap_report.hpp"

#include <fmt/format.h>

#include <utility>

namespace nrc::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxGapLines = 20;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string plural(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// The parts that say something, joined.
std::string join(const std::vector<std::pair<std::uint64_t, std::string>>& parts) {
  std::string all;
  for (const auto& [count, text] : parts) {
    if (count != 0) {
      all += (all.empty() ? "" : ", ") + text;
    }
  }
  return all;
}

std::string cause(const FileGap& gap) {
  const std::string causes =
      join({{gap.lost_packets, plural(gap.lost_packets, "packet") + " lost on the link"},
            {gap.dropped_frames, plural(gap.dropped_frames, "frame") + " dropped by the encoder"},
            {gap.undecodable_packets,
             plural(gap.undecodable_packets, "packet") + " that could not be decoded"},
            {gap.cut ? 1 : 0, "the end of the stream is missing"}});
  return causes.empty() ? "the stream ends before" : causes;
}

Json header_json(const StreamHeader& header) {
  const auto known = [](bool is_known, const auto& value) {
    return is_known ? Json(value) : Json();
  };
  return {{"profile", profile_name(header.profile)},
          {"narrow", header.narrow},
          {"taps", header.corrections.taps},
          {"neighbour", header.corrections.neighbour},
          {"mapping", header.mapping == Mapping::kShift6 ? "shift6"
                      : header.mapping == Mapping::kCode ? "code"
                                                         : "map"},
          {"code_width", header.code_width},
          {"channels", header.channels},
          {"rate_hz", known(header.rate_millihertz != 0, header.rate_millihertz / 1000.0)},
          {"table_id", header.table_id},
          {"container", header.container},
          {"packet_frames", known(header.packet_frames != 0, header.packet_frames)},
          {"total_frames", known(header.total_frames != kUnknownFrames, header.total_frames)}};
}

Json counters_json(const ReceiverCounters& counters) {
  return {{"bytes", counters.bytes},
          {"skipped_bytes", counters.skipped_bytes},
          {"damages", counters.sync_losses},
          {"packets", counters.packets},
          {"late_packets", counters.late_packets},
          {"reordered_packets", counters.reordered_packets},
          {"lost_packets", counters.lost_packets},
          {"undecodable_packets", counters.undecodable_packets},
          {"frames", counters.frames},
          {"missing_frames", counters.missing_frames},
          {"dropped_frames", counters.dropped_frames}};
}

}  // namespace

GapReport::GapReport(std::string input, std::optional<std::int64_t> fill, ByteSink json)
    : input_(std::move(input)), fill_(fill), json_(std::move(json)) {}

void GapReport::write(const std::string& text) {
  if (json_) {
    json_(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
}

void GapReport::member(const std::string& name, const Json& value) {
  write(fmt::format(",\n  \"{}\": {}", name, dump(value)));
}

void GapReport::begin(const StreamHeader& header) {
  if (header.rate_millihertz != 0) {
    seconds_per_frame_ = 1000.0 / header.rate_millihertz;
  }
  write(fmt::format("{{\n  \"stream\": {}", dump(input_)));
  member("header", header_json(header));
  member("fill", fill_ ? Json(*fill_) : Json());
  write(",\n  \"gaps\": [");
}

void GapReport::gap(const FileGap& gap) {
  const bool timed = seconds_per_frame_ != 0.0;
  const double start = static_cast<double>(gap.first_frame) * seconds_per_frame_;
  const double length = static_cast<double>(gap.frames) * seconds_per_frame_;
  const Json json = {{"first_frame", gap.first_frame},
                     {"frames", gap.frames},
                     {"start_seconds", timed ? Json(start) : Json()},
                     {"seconds", timed ? Json(length) : Json()},
                     {"lost_packets", gap.lost_packets},
                     {"dropped_frames", gap.dropped_frames},
                     {"undecodable_packets", gap.undecodable_packets},
                     {"cut", gap.cut}};
  write((gaps_ == 0 ? "\n    " : ",\n    ") + dump(json));
  if (++gaps_ > kMaxGapLines) {
    return;
  }
  const std::string range = gap.frames == 1
                                ? fmt::format("frame {} is missing", gap.first_frame)
                                : fmt::format("frames {} to {} are missing", gap.first_frame,
                                              gap.first_frame + gap.frames - 1);
  const std::string time =
      timed ? fmt::format(" ({:.4f} s to {:.4f} s)", start, start + length) : "";
  lines_.push_back(fmt::format("{}: {}{}: {}", input_, range, time, cause(gap)));
}

std::string GapReport::count(const RecoverySummary& summary) const {
  const ReceiverCounters& counters = summary.counters;
  if (counters.missing_frames == 0) {
    return fmt::format("all {} are present", plural(counters.frames, "frame"));
  }
  return fmt::format("{} of {} missing in {}, {}", counters.missing_frames,
                     plural(counters.frames + counters.missing_frames, "frame"),
                     plural(summary.gaps, "gap"),
                     fill_ ? fmt::format("filled with {}", *fill_) : "left out");
}

void GapReport::end(const RecoverySummary& summary) {
  const ReceiverCounters& counters = summary.counters;
  write(gaps_ == 0 ? "]" : "\n  ]");
  member("complete", summary.complete());
  member("closed", summary.closed);
  member("end_known", summary.end_known());
  member("excess_frames", summary.excess_frames);
  member("substitute", summary.substitute.empty() ? Json() : Json(summary.substitute));
  member("next_stream_byte", summary.next_stream ? Json(*summary.next_stream) : Json());
  member("counters", counters_json(counters));
  write("\n}\n");

  const auto line = [this](const std::string& text) { lines_.push_back(input_ + ": " + text); };
  if (gaps_ > kMaxGapLines) {
    line(fmt::format("{} more; --gaps FILE writes all of them",
                     plural(gaps_ - kMaxGapLines, "gap")));
  }
  if (!summary.end_known()) {
    line(
        fmt::format("it is unknown how much is missing after frame {}: the end of the stream is "
                    "missing, and its header does not state its length",
                    counters.frames + counters.missing_frames));
  }
  if (summary.excess_frames != 0) {
    line(fmt::format("{} left out: more than the stream header states",
                     plural(summary.excess_frames, "frame")));
  }
  if (!summary.substitute.empty()) {
    line(summary.substitute);
  }
  if (summary.next_stream) {
    line(
        fmt::format("another stream begins at byte {} and is not in the output; cut the input "
                    "there and decode it on its own",
                    *summary.next_stream));
  }
  const std::string faults = join(
      {{counters.lost_packets, plural(counters.lost_packets, "packet") + " lost"},
       {counters.undecodable_packets, fmt::format("{} not decoded", counters.undecodable_packets)},
       {counters.late_packets, fmt::format("{} repeated or late", counters.late_packets)},
       {counters.reordered_packets, fmt::format("{} reordered", counters.reordered_packets)},
       {counters.skipped_bytes, plural(counters.skipped_bytes, "byte") + " skipped"}});
  if (!summary.complete() || !faults.empty()) {
    line(count(summary) + (faults.empty() ? "" : "; " + faults));
  }
}

}  // namespace nrc::cli
