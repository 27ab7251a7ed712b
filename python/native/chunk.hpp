// SPDX-License-Identifier: Apache-2.0
//
// Arrays to streams and back, in memory: what the Python package and the HDF5 filter have in
// common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "layout.hpp"
#include "nrc/file_reader.hpp"
#include "nrc/packet.hpp"

namespace nrc::python {

enum class Neighbours { kAuto, kYes, kNo };

struct Encoding {
  std::string preset = "fast";
  Neighbours neighbours = Neighbours::kAuto;
  std::uint32_t rate_millihertz = 0;
  unsigned threads = 1;
  std::string metadata;
  std::vector<std::uint8_t> like;  ///< a stream header's payload: how to code; empty: by the preset
  /// A stream header's payload whose value map is tried first, as that of a chunk before; empty:
  /// none.
  std::vector<std::uint8_t> map_of;
  std::uint32_t planes = 0;  ///< of samples of 64 bits; 0: as many as the values need
};

/// @throws Error
std::vector<std::uint8_t> encode(const std::uint8_t* data, const Layout& layout,
                                 const Encoding& encoding);

/// The stream header's payload of a stream from encode(), for Encoding::map_of; empty if it has no
/// value map.
std::vector<std::uint8_t> map_header(const std::vector<std::uint8_t>& stream);

/// The stream header's payload that suits samples like these. @throws Error
std::vector<std::uint8_t> choose(const std::uint8_t* data, const Layout& layout,
                                 const Encoding& encoding);

/// What the user should know of samples before they are encoded, one line each: whether they look
/// like another type or number of channels, unless these are certain, and whether another preset
/// makes them clearly smaller. @throws Error
std::vector<std::string> notes(const std::uint8_t* data, const Layout& layout,
                               const Encoding& encoding, bool certain_type);

/// A stream that several threads may read at once.
class Source {
 public:
  /// @throws Error if it is none
  Source(std::uint64_t size, FileReader::Read read);

  const StreamHeader& header() const { return first_->header(); }
  const FileReader& reader() const { return *first_; }
  std::uint64_t frames() const { return first_->frames(); }

  /// @throws Error
  PacketSurvey survey();

  /// Decodes frames from `first` on, layout.frames of them. @throws Error
  /// @param chosen  the channel of each one of the layout; null: all, as they are
  void read(std::uint64_t first, std::uint32_t planes, const std::uint32_t* chosen,
            std::uint8_t* data, const Layout& layout, unsigned threads);

 private:
  std::unique_ptr<FileReader> borrow();
  void give_back(std::unique_ptr<FileReader> reader);

  std::uint64_t size_;
  FileReader::Read read_;
  std::unique_ptr<FileReader> first_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<FileReader>> idle_;
};

/// Reads a stream in memory, which must outlive it.
FileReader::Read memory_read(const std::uint8_t* data);

}  // namespace nrc::python
