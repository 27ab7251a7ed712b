// SPDX-License-Identifier: Apache-2.0
//
// Makes packets of damaged ones, so that a mutation of a payload is not stopped by the CRC.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fuzz {

/// What repair() sets right; each is a bit.
enum Repair : unsigned {
  kRepairCrc = 1,     ///< lengths and CRC-32
  kRepairOrder = 2,   ///< sequence numbers and first frames
  kRepairType = 4,    ///< sync, reserved bits, types that do not exist
  kRepairTables = 8,  ///< table ids: those of tables_by_id(), in small_tables.hpp
  kRepairEnd = 16,    ///< the last flag: on the last packet, on no other
  kRepairAll = 31,
};

/// The packets of a stream, which may be damaged in any way, with what `repairs` names set right. A
/// packet ends where its length says, if another packet or the end follows there, otherwise where
/// the next one begins. Without kRepairCrc the stream stays as it is.
///
/// Range packets that claim more samples than decode quickly claim fewer afterwards, as the time
/// that they take is not a fault; a claim that its payload cannot hold at all stays.
std::vector<std::uint8_t> repair(const std::uint8_t* data, std::size_t size, unsigned repairs);

/// True if every packet is one that the first stream header allows: its kind, and no more frames
/// than stated. A decoder of files does not look at that, while on a link it helps to find packets.
bool obeys_header(const std::vector<std::uint8_t>& stream);

}  // namespace fuzz
