// SPDX-License-Identifier: Apache-2.0
#include "board_status.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "format/bytes.hpp"
#include "nrc/format.hpp"

namespace nrc::cli {
namespace {

constexpr std::array<std::uint8_t, 8> kMark = {'n', 'r', 'c', 'B', 'O', 'A', 'R', 'D'};
constexpr std::size_t kWords = 10;  ///< mark, facts, six counters, check
constexpr std::size_t kRecordBytes = 4 * kWords;

std::optional<BoardStatus> parse(const std::uint8_t* bytes) {
  std::array<std::uint32_t, kWords> words = {};
  std::uint32_t check = 0;
  for (std::size_t n = 0; n < kWords; ++n) {
    words[n] = get_little_endian<std::uint32_t>(bytes + 4 * n);
    check ^= words[n];
  }
  if (check != 0) {
    return std::nullopt;
  }
  const std::uint32_t facts = words[2];
  BoardStatus status;
  status.idle = (facts & 1) != 0;
  status.running = (facts >> 1 & 1) != 0;
  status.loadable_tables = (facts >> 2 & 1) != 0;
  status.loopback = (facts >> 3 & 1) != 0;
  status.range = (facts >> 4 & 1) != 0;
  status.rate_control = (facts >> 5 & 1) != 0;
  status.events = (facts >> 6 & 1) != 0;
  status.classes = (facts >> 7 & 1) != 0;
  status.step = lossy_step(static_cast<int>(facts >> 8 & 7));
  status.largest_step = lossy_step(static_cast<int>(facts >> 12 & 7));
  status.channels = (facts >> 16) + 1;
  status.packets = words[3];
  status.dropped = words[4];
  status.framing_errors = words[5];
  status.off_grid = words[6];
  status.decoded = words[7];
  status.decode_errors = words[8];
  return status;
}

}  // namespace

BoardDemultiplexer::BoardDemultiplexer(Packets packets, Status status)
    : packets_(std::move(packets)), status_(std::move(status)) {}

void BoardDemultiplexer::add(const std::uint8_t* data, std::size_t size) {
  waiting_.insert(waiting_.end(), data, data + size);
  std::size_t done = 0;  // bytes that have been given
  for (;;) {
    // The next mark, or the part of one at the end.
    const auto mark = std::search(waiting_.begin() + static_cast<std::ptrdiff_t>(done),
                                  waiting_.end(), kMark.begin(), kMark.end());
    auto stop = mark;
    for (std::size_t part = kMark.size() - 1; mark == waiting_.end() && part != 0; --part) {
      if (waiting_.size() - done >= part &&
          std::equal(waiting_.end() - static_cast<std::ptrdiff_t>(part), waiting_.end(),
                     kMark.begin())) {
        stop = waiting_.end() - static_cast<std::ptrdiff_t>(part);
        break;
      }
    }
    const auto position = static_cast<std::size_t>(stop - waiting_.begin());
    if (position != done) {
      packets_(waiting_.data() + done, position - done);
      done = position;
    }
    if (waiting_.size() - done < kRecordBytes) {
      break;
    }
    if (const auto status = parse(waiting_.data() + done)) {
      done += kRecordBytes;
      status_(*status);
    } else {
      packets_(waiting_.data() + done, kMark.size());
      done += kMark.size();
    }
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
}

void BoardDemultiplexer::finish() {
  if (!waiting_.empty()) {
    packets_(waiting_.data(), waiting_.size());
    waiting_.clear();
  }
}

}  // namespace nrc::cli
