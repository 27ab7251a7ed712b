// SPDX-License-Identifier: Apache-2.0
//
// Faults of a link, done to a course.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "course.hpp"

namespace nrc::faults {

/// Bytes that arrive together.
struct Piece {
  Bytes bytes;
  std::optional<std::size_t> packet;  ///< of the course, that it is or was
  bool touched = false;               ///< a fault made it, altered it or (empty) left nothing of it
};

/// What arrives, in order.
using Delivery = std::vector<Piece>;

/// The piece is a packet of the course and no byte of it is wrong.
bool is_whole(const Piece& piece, const Course& course);

/// The bytes of a damaged packet are whole again across pieces, as by an N inserted after its
/// first N: nothing happened to it, though its piece says so.
bool hides_packet(const Course& course, const Delivery& delivery);

/// A course that nothing happens to.
Delivery untouched(const Course& course);

/// One kind of fault.
struct FaultKind {
  const char* name;
  /// Does one fault near the piece that `place` gives and says what it was.
  std::function<std::string(const Course&, Delivery&, std::size_t place, Random&)> strike;
};

/// All kinds that the link alone can cause.
const std::vector<FaultKind>& link_faults();

/// Cuts the beginning off, at any byte. The course may be joined late.
std::string join_late(const Course& course, Delivery& delivery, Random& random);
/// Cuts the end off, at any byte.
std::string cut_end(const Course& course, Delivery& delivery, Random& random);

}  // namespace nrc::faults
