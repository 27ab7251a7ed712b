// SPDX-License-Identifier: Apache-2.0
#include "stream/payload_part.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "format/lanes.hpp"
#include "format/varint.hpp"

namespace nrc {
namespace {

/// Channels of a lane at least: with fewer, all lanes at once take no longer.
constexpr std::size_t kLeastChannels = 16;

/// Whether lanes from `first` on divide their channels as `count` lanes of a stream do.
bool divided_alike(int first, int count, int lanes, std::size_t channels) {
  const std::size_t begin = lane_begin(first, lanes, channels);
  const std::size_t places = lane_begin(first + count, lanes, channels) - begin;
  for (int l = 0; l < count; ++l) {
    if (lane_begin(first + l, lanes, channels) - begin != lane_begin(l, count, places)) {
      return false;
    }
  }
  return true;
}

}  // namespace

PayloadPart::PayloadPart(const Tables& tables, const StreamHeader& header,
                         const std::vector<std::uint32_t>& channels)
    : tables_(tables),
      header_(header),
      all_channels_(header.channels),
      channel_at_(header.order.begin(), header.order.end()) {
  if (channel_at_.empty()) {
    channel_at_.resize(all_channels_);
    std::iota(channel_at_.begin(), channel_at_.end(), 0U);
  }
  header_.order.clear();
  header_.map = {};
  std::vector<std::uint32_t> place_of(all_channels_);
  for (std::size_t place = 0; place < all_channels_; ++place) {
    place_of[channel_at_[place]] = static_cast<std::uint32_t>(place);
  }
  for (const std::uint32_t channel : channels) places_.push_back(place_of.at(channel));
}

std::vector<PayloadPart::Run> PayloadPart::runs_for(int lanes) const {
  std::array<bool, kMaxLanes + 1> wanted = {};
  for (const std::uint32_t place : places_) {
    int lane = 0;
    while (lane_begin(lane + 1, lanes, all_channels_) <= place) ++lane;
    wanted[static_cast<std::size_t>(lane)] = true;
  }
  std::vector<Run> runs;
  for (int lane = 0; lane < lanes;) {
    if (!wanted[static_cast<std::size_t>(lane)]) {
      ++lane;
      continue;
    }
    int count = 1;
    if (header_.corrections.neighbour) {
      // Each lane is predicted from those before it.
      const auto last = std::find(wanted.rbegin(), wanted.rend(), true);
      const auto needed = static_cast<int>(wanted.rend() - last);
      while (count < needed) count *= 2;
      while (count < lanes && !divided_alike(0, count, lanes, all_channels_)) count *= 2;
      lane = 0;
    } else {
      while (
          lane + 2 * count <= lanes && divided_alike(lane, 2 * count, lanes, all_channels_) &&
          std::all_of(&wanted[static_cast<std::size_t>(lane)],
                      &wanted[static_cast<std::size_t>(lane) + 2 * static_cast<std::size_t>(count)],
                      [](bool w) { return w; })) {
        count *= 2;
      }
    }
    Run run;
    run.first_lane = lane;
    run.lanes = count;
    run.first_place = lane_begin(lane, lanes, all_channels_);
    run.places = lane_begin(lane + count, lanes, all_channels_) - run.first_place;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const std::size_t place = places_[i] - run.first_place;
      if (places_[i] < run.first_place || place >= run.places) continue;
      if (!run.pieces.empty()) {
        Piece& last = run.pieces.back();
        if (place == last.place + last.length && i == last.column + last.length) {
          ++last.length;
          continue;
        }
      }
      run.pieces.push_back({place, i, 1});
    }
    runs.push_back(std::move(run));
    if (header_.corrections.neighbour) break;
    lane += count;
  }
  return runs;
}

bool PayloadPart::worth(int lanes) const {
  if (all_channels_ / static_cast<std::size_t>(lanes) < kLeastChannels) return false;
  std::size_t places = 0;
  for (const Run& run : runs_for(lanes)) places += run.places;
  return places * 4 <= all_channels_ * 3;
}

void PayloadPart::follow(int lanes) {
  if (lanes == lanes_) return;
  lanes_ = lanes;
  runs_ = runs_for(lanes);
  for (Run& run : runs_) {
    header_.channels = static_cast<std::uint32_t>(run.places);
    run.decoder = PayloadDecoder::make(tables_, header_);
    run.decoder->set_lanes(run.lanes);
  }
}

void PayloadPart::decode(const std::uint8_t* payload, std::size_t size, int lanes,
                         std::size_t frames, bool key, std::vector<Code>& codes) {
  if (key) follow(lanes);
  if (lanes != lanes_) throw Error("the payload has another number of lanes than those before it");
  const std::array<LaneBytes, kMaxLanes> parts = split_lanes(payload, size, lanes);
  for (Run& run : runs_) {
    // As join_lanes(), but without the zeros at the end, as those of the last lane are there.
    bytes_.clear();
    const LaneBytes* const first = &parts[static_cast<std::size_t>(run.first_lane)];
    for (int l = 0; l + 1 < run.lanes; ++l) append_varint(bytes_, first[l].size);
    for (int l = 0; l < run.lanes; ++l) {
      bytes_.insert(bytes_.end(), first[l].data, first[l].data + first[l].size);
    }
    run.codes.clear();
    run.decoder->set_step(step_);
    run.decoder->decode(bytes_.data(), bytes_.size(), frames, key, run.codes);
  }
  const std::size_t begin = codes.size();
  codes.resize(begin + frames * places_.size());
  for (const Run& run : runs_) {
    for (const Piece& piece : run.pieces) {
      const Code* from = run.codes.data() + piece.place;
      Code* to = codes.data() + begin + piece.column;
      for (std::size_t f = 0; f < frames; ++f, from += run.places, to += places_.size()) {
        std::copy_n(from, piece.length, to);
      }
    }
  }
}

void PayloadPart::skip(const Code* codes, std::size_t frames, bool key) {
  for (Run& run : runs_) {
    codes_.clear();
    for (std::size_t f = 0; f < frames; ++f) {
      for (std::size_t p = 0; p < run.places; ++p) {
        codes_.push_back(codes[f * all_channels_ + channel_at_[run.first_place + p]]);
      }
    }
    run.decoder->set_step(step_);
    run.decoder->skip(codes_.data(), frames, key);
  }
}

}  // namespace nrc
