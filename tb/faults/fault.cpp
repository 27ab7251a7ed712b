// SPDX-License-Identifier: Apache-2.0
#include "fault.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nrc::faults {
namespace {

using Difference = std::ptrdiff_t;

constexpr int kMaxPackets = 12;    ///< in one fault: more than the receiver's window
constexpr int kMaxBytes = 1500;    ///< random ones
constexpr int kReplayReach = 400;  ///< packets back
constexpr int kDoubleReach = 30;   ///< packets on
constexpr int kMaxBurstBits = 64;  ///< of a burst of bits
constexpr int kBurstPackets = 4;   ///< of a burst of bytes, at most

/// 1 .. most, small numbers as often as large ones.
std::size_t log_uniform(Random& random, std::size_t most) {
  std::size_t limit = 1;
  while (limit < most && random.percent(85)) limit *= 2;
  return 1 + random() % std::min(limit, most);
}

Piece made(Bytes bytes, std::optional<std::size_t> packet = std::nullopt) {
  Piece piece;
  piece.bytes = std::move(bytes);
  piece.packet = packet;
  piece.touched = true;
  return piece;
}

/// A byte of a piece: anywhere, or in its packet's header.
std::size_t byte_of(const Piece& piece, Random& random) {
  const std::size_t size = piece.bytes.size();
  if (size == 0) return 0;
  return random() % (random.percent(30) ? std::min(size, kPacketHeaderBytes) : size);
}

/// The first piece from `place` on that has bytes; the last one if none has.
std::size_t filled(const Delivery& delivery, std::size_t place) {
  while (place + 1 < delivery.size() && delivery[place].bytes.empty()) ++place;
  return place;
}

/// Calls change(byte) on `count` bytes from a byte of the piece on, as far as there are any.
template <class Change>
std::size_t for_bytes(Delivery& delivery, std::size_t piece, std::size_t byte, std::size_t count,
                      Change change) {
  std::size_t done = 0;
  for (; piece < delivery.size() && done < count; ++piece, byte = 0) {
    if (byte >= delivery[piece].bytes.size()) continue;
    delivery[piece].touched = true;
    for (; byte < delivery[piece].bytes.size() && done < count; ++byte, ++done) {
      change(delivery[piece].bytes[byte]);
    }
  }
  return done;
}

/// About the bytes of that many packets of the course.
std::size_t packet_bytes(const Course& course, int packets) {
  std::size_t bytes = 0;
  for (const SentPacket& p : course.packets) bytes += p.bytes.size();
  return bytes * static_cast<std::size_t>(packets) / course.packets.size();
}

/// Puts pieces in front of a piece or, with its bytes cut in two, into it.
void insert(Delivery& delivery, std::size_t place, Delivery pieces, Random& random) {
  if (random.flip() && delivery[place].bytes.size() > 1) {
    Piece& piece = delivery[place];
    const std::size_t cut = 1 + random() % (piece.bytes.size() - 1);
    const auto rest = piece.bytes.begin() + static_cast<Difference>(cut);
    pieces.push_back(made(Bytes(rest, piece.bytes.end())));
    piece.bytes.resize(cut);
    piece.touched = true;
    ++place;
  }
  delivery.insert(delivery.begin() + static_cast<Difference>(place), pieces.begin(), pieces.end());
}

std::string flip_bit(const Course&, Delivery& delivery, std::size_t place, Random& random) {
  place = filled(delivery, place);
  const std::size_t byte = byte_of(delivery[place], random);
  const std::uint32_t bit = random() % 8;
  for_bytes(delivery, place, byte, 1,
            [bit](std::uint8_t& b) { b = static_cast<std::uint8_t>(b ^ (1U << bit)); });
  return fmt::format("bit {} of byte {} of piece {}", bit, byte, place);
}

std::string burst_of_bits(const Course&, Delivery& delivery, std::size_t place, Random& random) {
  place = filled(delivery, place);
  const std::size_t byte = byte_of(delivery[place], random);
  const auto bits = static_cast<std::size_t>(random.range(2, kMaxBurstBits));
  std::size_t bit = random() % 8;
  const std::size_t end = bit + bits;
  std::size_t base = 0;
  for_bytes(delivery, place, byte, (end + 7) / 8, [&](std::uint8_t& b) {
    for (; bit < std::min(base + 8, end); ++bit) {
      const bool edge = bit + 1 == end;
      if (edge || random.flip()) b = static_cast<std::uint8_t>(b ^ (1U << (bit - base)));
    }
    base += 8;
  });
  return fmt::format("{} bits from byte {} of piece {} on", bits, byte, place);
}

std::string burst_of_bytes(const Course& course, Delivery& delivery, std::size_t place,
                           Random& random) {
  place = filled(delivery, place);
  const std::size_t byte = byte_of(delivery[place], random);
  const std::size_t count = log_uniform(random, packet_bytes(course, kBurstPackets));
  const int style = random.range(0, 2);
  const std::size_t done = for_bytes(delivery, place, byte, count, [&](std::uint8_t& b) {
    b = static_cast<std::uint8_t>(style == 0 ? 0 : style == 1 ? 0xFF : random());
  });
  return fmt::format("{} bytes from byte {} of piece {} on overwritten", done, byte, place);
}

std::string lose_bytes(const Course& course, Delivery& delivery, std::size_t place,
                       Random& random) {
  place = filled(delivery, place);
  std::size_t byte = byte_of(delivery[place], random);
  const std::size_t count = log_uniform(random, packet_bytes(course, kBurstPackets));
  std::size_t left = count;
  for (std::size_t piece = place; piece < delivery.size() && left > 0; ++piece, byte = 0) {
    Bytes& bytes = delivery[piece].bytes;
    if (byte >= bytes.size()) continue;
    const std::size_t n = std::min(left, bytes.size() - byte);
    const auto from = bytes.begin() + static_cast<Difference>(byte);
    bytes.erase(from, from + static_cast<Difference>(n));
    delivery[piece].touched = true;
    left -= n;
  }
  return fmt::format("{} bytes lost in piece {}", count - left, place);
}

std::string truncate(const Course&, Delivery& delivery, std::size_t place, Random& random) {
  place = filled(delivery, place);
  Bytes& bytes = delivery[place].bytes;
  const std::size_t left = bytes.empty() ? 0 : random() % bytes.size();
  if (random.flip()) {
    bytes.resize(left);
  } else {
    bytes.erase(bytes.begin(), bytes.end() - static_cast<Difference>(left));
  }
  delivery[place].touched = true;
  return fmt::format("piece {} cut to {} bytes", place, left);
}

std::string insert_garbage(const Course&, Delivery& delivery, std::size_t place, Random& random) {
  Bytes garbage(log_uniform(random, kMaxBytes));
  const bool syncs = random.flip();
  for (std::uint8_t& b : garbage) {
    const bool sync = syncs && random.percent(40);
    b = static_cast<std::uint8_t>(sync ? (random.flip() ? 'N' : 'R') : random());
  }
  std::string what = fmt::format("{} bytes of garbage at piece {}", garbage.size(), place);
  insert(delivery, place, {made(garbage)}, random);
  return what;
}

std::string insert_parts(const Course& course, Delivery& delivery, std::size_t place,
                         Random& random) {
  Bytes parts;
  const int count = random.range(1, 4);
  for (int i = 0; i < count; ++i) {
    const Bytes& from = course.packets[random() % course.packets.size()].bytes;
    const std::size_t begin = random.percent(70) ? 0 : 1 + random() % (from.size() - 1);
    const std::size_t end = begin + 1 + random() % (from.size() - begin - (begin == 0 ? 1 : 0));
    parts.insert(parts.end(), from.begin() + static_cast<Difference>(begin),
                 from.begin() + static_cast<Difference>(end));
    // Neither what follows nor the next part's beginning shall make a whole packet of it.
    const std::uint8_t missing = end < from.size() ? from[end] : from[0];
    parts.push_back(static_cast<std::uint8_t>(missing ^ (1 + random() % 255)));
  }
  insert(delivery, place, {made(parts)}, random);
  return fmt::format("{} parts of packets at piece {}", count, place);
}

std::string lose_packets(const Course&, Delivery& delivery, std::size_t place, Random& random) {
  const int count = random.flip() ? 1 : random.range(2, kMaxPackets);
  for (std::size_t i = place; i < std::min(delivery.size(), place + count); ++i) {
    delivery[i].bytes.clear();
    delivery[i].touched = true;
  }
  return fmt::format("{} packets lost from piece {} on", count, place);
}

std::string repeat_packet(const Course&, Delivery& delivery, std::size_t place, Random& random) {
  const int count = random.range(1, 3);
  for (int i = 0; i < count; ++i) {
    // Not after the end, where a stream header would begin a stream.
    const std::size_t most = std::min<std::size_t>(place + kDoubleReach, delivery.size() - 1);
    if (place + 1 > most) break;
    const auto to =
        static_cast<std::size_t>(random.range(static_cast<int>(place) + 1, static_cast<int>(most)));
    const Piece copy = made(delivery[place].bytes, delivery[place].packet);
    delivery.insert(delivery.begin() + static_cast<Difference>(to), copy);
  }
  return fmt::format("piece {} repeated {} times", place, count);
}

std::string delay_packets(const Course&, Delivery& delivery, std::size_t place, Random& random) {
  const int count = random.range(1, 3);
  for (int i = 0; i < count; ++i) {
    const std::size_t from = std::min(place + random() % 4, delivery.size() - 1);
    const std::size_t to =
        std::min(from + static_cast<std::size_t>(random.range(1, kMaxPackets)), delivery.size());
    const Piece moved = made(delivery[from].bytes, delivery[from].packet);
    delivery.insert(delivery.begin() + static_cast<Difference>(to), moved);
    delivery[from].bytes.clear();
    delivery[from].touched = true;
  }
  return fmt::format("{} packets from about piece {} on delayed", count, place);
}

std::string swap_packets(const Course&, Delivery& delivery, std::size_t place, Random& random) {
  const std::size_t other =
      std::min(place + static_cast<std::size_t>(random.range(1, kMaxPackets)), delivery.size() - 1);
  std::swap(delivery[place], delivery[other]);
  delivery[place].touched = delivery[other].touched = true;
  return fmt::format("pieces {} and {} swapped", place, other);
}

/// Whole packets, with their CRC, of the stream that flows at `place`.
std::string replay(const Course& course, Delivery& delivery, std::size_t place, Random& random,
                   int reach) {
  std::size_t now = place;
  while (now > 0 && !delivery[now].packet) --now;
  if (!delivery[now].packet || place + 1 >= delivery.size()) return "nothing";
  const std::size_t last = *delivery[now].packet;
  const std::size_t original = course.packets[last].original;
  Delivery again;
  std::size_t from = last;
  if (random.percent(20)) {
    // Ahead of its time, once: links that do this are broken, but nothing wrong may come of it.
    from = std::min(last + 1 + random() % 60, course.packets.size() - 1);
    if (course.packets[from].original == original) {
      again.push_back(made(course.packets[from].bytes, from));
    }
  } else {
    from -= std::min(last, static_cast<std::size_t>(random.range(0, reach)));
    const auto count = static_cast<std::size_t>(random.range(1, kMaxPackets));
    for (std::size_t i = from; i <= std::min(last, from + count - 1); ++i) {
      if (course.packets[i].original != original) continue;
      again.push_back(made(course.packets[i].bytes, i));
    }
  }
  std::string what =
      fmt::format("{} packets from packet {} on at piece {} again", again.size(), from, place);
  insert(delivery, place, again, random);
  return what;
}

}  // namespace

bool is_whole(const Piece& piece, const Course& course) {
  return piece.packet && piece.bytes == course.packets[*piece.packet].bytes;
}

Delivery untouched(const Course& course) {
  Delivery delivery;
  for (std::size_t i = 0; i < course.packets.size(); ++i) {
    delivery.push_back({course.packets[i].bytes, i, false});
  }
  return delivery;
}

const std::vector<FaultKind>& link_faults() {
  static const std::vector<FaultKind> kinds = {
      {"bit flipped", flip_bit},
      {"burst of bits", burst_of_bits},
      {"burst of bytes", burst_of_bytes},
      {"bytes lost", lose_bytes},
      {"packet truncated", truncate},
      {"garbage inserted", insert_garbage},
      {"parts of packets inserted", insert_parts},
      {"packets lost", lose_packets},
      {"packet repeated", repeat_packet},
      {"packets delayed", delay_packets},
      {"packets swapped", swap_packets},
      {"packets replayed", [](const Course& c, Delivery& d, std::size_t place,
                              Random& r) { return replay(c, d, place, r, kReplayReach); }},
  };
  return kinds;
}

bool hides_packet(const Course& course, const Delivery& delivery) {
  const auto contains = [](const Bytes& bytes, const Bytes& packet) {
    return std::search(bytes.begin(), bytes.end(), packet.begin(), packet.end()) != bytes.end();
  };
  // Runs of pieces that are not whole, and the packets that they were.
  Bytes run;
  std::vector<std::size_t> packets;
  for (std::size_t i = 0; i <= delivery.size(); ++i) {
    if (i < delivery.size() && delivery[i].bytes.empty()) continue;
    if (i < delivery.size() && !is_whole(delivery[i], course)) {
      run.insert(run.end(), delivery[i].bytes.begin(), delivery[i].bytes.end());
      if (delivery[i].packet) packets.push_back(*delivery[i].packet);
      continue;
    }
    // The first bytes of what follows may be those that are missing.
    if (i < delivery.size()) {
      const Bytes& next = delivery[i].bytes;
      run.insert(run.end(), next.begin(), next.begin() + kPacketCrcBytes);
    }
    for (const std::size_t id : packets) {
      if (contains(run, course.packets[id].bytes)) return true;
    }
    run.clear();
    packets.clear();
  }
  return false;
}

std::string join_late(const Course& course, Delivery& delivery, Random& random) {
  // Before the frame numbers wrap around: after that, nobody can know that they did.
  std::size_t most = 0;
  for (std::size_t i = 1; i < course.packets.size() / 2; ++i) {
    if (course.packets[i].is_header() && course.packets[i + 1].first_frame <= 0xFFFFFFFF) most = i;
  }
  const std::size_t place = most == 0 ? 0 : random() % most;
  for (std::size_t i = 0; i < place; ++i) {
    delivery[i].bytes.clear();
    delivery[i].touched = true;
  }
  Bytes& bytes = delivery[place].bytes;
  const std::size_t cut = most == 0 ? 0 : random() % bytes.size();
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<Difference>(cut));
  delivery[place].touched = true;
  return fmt::format("begins with byte {} of piece {}", cut, place);
}

std::string cut_end(const Course&, Delivery& delivery, Random& random) {
  const std::size_t place =
      delivery.size() / 2 + random() % (delivery.size() - delivery.size() / 2);
  Bytes& bytes = delivery[place].bytes;
  const std::size_t left = random() % bytes.size();
  bytes.resize(left);
  delivery[place].touched = true;
  for (std::size_t i = place + 1; i < delivery.size(); ++i) {
    delivery[i].bytes.clear();
    delivery[i].touched = true;
  }
  return fmt::format("ends with {} bytes of piece {}", left, place);
}

}  // namespace nrc::faults
