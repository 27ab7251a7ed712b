// SPDX-License-Identifier: Apache-2.0
//
// The HDF5 filter: a dynamically loaded plugin, found through HDF5_PLUGIN_PATH. It declares what it
// needs of HDF5's binary interface (1.10 and later) itself and looks the functions up in the
// library that has loaded it, so that it is built without HDF5 and fits any copy of it: h5py's own,
// for example, whose symbols no other library sees.
//
// Values of a chunk's filter, all unsigned: version 1; channels; bytes of a sample, plus 16 if it
// is signed and 32 if it is big-endian; number of the preset; neighbours (0 by the preset, 1 yes, 2
// no); 1 if channels are the chunk's first dimension. Those that are left out come from the
// dataset.
#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "chunk.hpp"
#include "nrc/error.hpp"
#include "nrc/preset.hpp"

#define NRC_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using nrc::python::Encoding;
using nrc::python::Layout;
using nrc::python::Source;

// ---- HDF5's binary interface

using Id = std::int64_t;          // hid_t
using Size = unsigned long long;  // hsize_t

constexpr int kClassVersion = 1;      // H5Z_CLASS_T_VERS
constexpr unsigned kReverse = 0x100;  // H5Z_FLAG_REVERSE
constexpr unsigned kOptional = 1;     // H5Z_FLAG_OPTIONAL
constexpr int kFilterPlugin = 0;      // H5PL_TYPE_FILTER
constexpr int kIntegerClass = 0;      // H5T_INTEGER
constexpr int kBigEndian = 1;         // H5T_ORDER_BE
constexpr int kSigned = 1;            // H5T_SGN_2
constexpr int kMaxRank = 32;          // H5S_MAX_RANK

struct FilterClass {  // H5Z_class2_t
  int version;
  int id;
  unsigned encoder_present;
  unsigned decoder_present;
  const char* name;
  int (*can_apply)(Id properties, Id type, Id space);
  int (*set_local)(Id properties, Id type, Id space);
  std::size_t (*filter)(unsigned flags, std::size_t count, const unsigned values[],
                        std::size_t bytes, std::size_t* capacity, void** buffer);
};

/// The number: one of those that HDF5 leaves to filters that are not registered.
constexpr int kFilter = 493;

constexpr unsigned kVersion = 1;
constexpr std::size_t kValues = 6;
enum Value { kVersionValue, kChannels, kElement, kPreset, kNeighbours, kChannelsFirst };
constexpr unsigned kSignedBit = 16;
constexpr unsigned kSwappedBit = 32;

/// A function of the HDF5 library that is loaded, or null.
void* hdf5_symbol(const char* name) {
  if (void* const found = ::dlsym(RTLD_DEFAULT, name)) return found;
  struct Search {
    const char* name;
    void* found;
  } search = {name, nullptr};
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* argument) {
        auto* const wanted = static_cast<Search*>(argument);
        if (info->dlpi_name == nullptr || std::strstr(info->dlpi_name, "hdf5") == nullptr) return 0;
        void* const library = ::dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
        if (library == nullptr) return 0;
        wanted->found = ::dlsym(library, wanted->name);
        ::dlclose(library);
        return wanted->found != nullptr ? 1 : 0;
      },
      &search);
  return search.found;
}

template <class Function>
Function hdf5(const char* name, Function) {
  return reinterpret_cast<Function>(hdf5_symbol(name));
}

/// HDF5 says that a filter failed, and not why.
void complain(const char* what) { std::fprintf(stderr, "nrc HDF5 filter: %s\n", what); }

int can_apply(Id, Id type, Id) {
  const auto type_class = hdf5("H5Tget_class", static_cast<int (*)(Id)>(nullptr));
  const auto type_size = hdf5("H5Tget_size", static_cast<std::size_t (*)(Id)>(nullptr));
  if (type_class == nullptr || type_size == nullptr) return 1;
  const std::size_t size = type_size(type);
  if (type_class(type) == kIntegerClass && size <= 8 && (size & (size - 1)) == 0) return 1;
  complain(
      "only integers of 1, 2, 4 or 8 bytes are compressed; convert the samples, for example "
      "back to the ADC's codes with a gain kept as an attribute");
  // Not 0, by which an optional filter, as h5py makes it, would be left out without a word.
  return -1;
}

int set_local(Id properties, Id type, Id) {
  const auto get_filter =
      hdf5("H5Pget_filter_by_id2", static_cast<int (*)(Id, int, unsigned*, std::size_t*, unsigned*,
                                                       std::size_t, char*, unsigned*)>(nullptr));
  const auto modify =
      hdf5("H5Pmodify_filter",
           static_cast<int (*)(Id, int, unsigned, std::size_t, const unsigned*)>(nullptr));
  const auto chunk = hdf5("H5Pget_chunk", static_cast<int (*)(Id, int, Size*)>(nullptr));
  const auto type_size = hdf5("H5Tget_size", static_cast<std::size_t (*)(Id)>(nullptr));
  const auto type_order = hdf5("H5Tget_order", static_cast<int (*)(Id)>(nullptr));
  const auto type_sign = hdf5("H5Tget_sign", static_cast<int (*)(Id)>(nullptr));
  if (get_filter == nullptr || modify == nullptr || chunk == nullptr || type_size == nullptr ||
      type_order == nullptr || type_sign == nullptr) {
    return 0;
  }
  unsigned flags = 0;
  std::size_t count = kValues;
  unsigned values[kValues] = {};
  unsigned config = 0;
  if (get_filter(properties, kFilter, &flags, &count, values, 0, nullptr, &config) < 0) return -1;
  Size sizes[kMaxRank] = {};
  const int rank = chunk(properties, kMaxRank, sizes);
  if (rank < 1) return -1;
  if (count <= kPreset) values[kPreset] = 1;
  if (count <= kVersionValue) values[kVersionValue] = kVersion;
  if (values[kVersionValue] != kVersion) {
    complain("values of another version of the filter");
    return -1;
  }
  // What the dataset says is right, whatever was given.
  const Size channels = rank == 1 ? 1 : values[kChannelsFirst] != 0 ? sizes[0] : sizes[rank - 1];
  if (channels > nrc::kMaxChannels) {
    complain("more than 65536 channels in a chunk; give the chunk another shape");
    return -1;
  }
  values[kChannels] = static_cast<unsigned>(channels);
  values[kElement] = static_cast<unsigned>(type_size(type)) |
                     (type_sign(type) == kSigned ? kSignedBit : 0) |
                     (type_order(type) == kBigEndian ? kSwappedBit : 0);
  // Mandatory, also where h5py says otherwise: a chunk that cannot be encoded is an error.
  return modify(properties, kFilter, flags & ~kOptional, kValues, values);
}

/// The layout of a chunk of so many bytes. @throws Error
Layout layout_of(std::size_t count, const unsigned values[], std::size_t bytes) {
  if (count < kElement + 1 || values[kVersionValue] != kVersion) {
    throw nrc::Error("the chunk's filter has no values that this version knows");
  }
  Layout layout;
  layout.channels = values[kChannels];
  layout.element.bytes = values[kElement] & 15;
  layout.element.is_signed = (values[kElement] & kSignedBit) != 0;
  layout.element.swapped = (values[kElement] & kSwappedBit) != 0;
  const std::size_t size = layout.element.bytes;
  if (layout.channels == 0 || layout.channels > nrc::kMaxChannels || size == 0 || size > 8 ||
      (size & (size - 1)) != 0 || bytes % (size * layout.channels) != 0) {
    throw nrc::Error("the chunk is not a whole number of frames of its channels");
  }
  layout.frames = bytes / (size * layout.channels);
  const bool first = count > kChannelsFirst && values[kChannelsFirst] != 0;
  const auto step = static_cast<std::ptrdiff_t>(size);
  layout.channel_stride = first ? step * static_cast<std::ptrdiff_t>(layout.frames) : step;
  layout.frame_stride = first ? step : step * static_cast<std::ptrdiff_t>(layout.channels);
  return layout;
}

/// The header of the last chunk that had a value map, which the next one probably has as well.
class LastMap {
 public:
  std::vector<std::uint8_t> get() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return header_;
  }
  void set(std::vector<std::uint8_t> header) {
    const std::lock_guard<std::mutex> lock(mutex_);
    header_ = std::move(header);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::uint8_t> header_;
};
LastMap last_map;

std::size_t compress(std::size_t count, const unsigned values[], std::size_t bytes,
                     std::size_t* capacity, void** buffer) {
  Encoding encoding;
  const auto& presets = nrc::presets();
  const unsigned preset = count > kPreset ? values[kPreset] : 1;
  if (preset >= presets.size()) throw nrc::Error("there is no preset of this number");
  encoding.preset = presets[preset].name;
  if (count > kNeighbours) {
    encoding.neighbours = static_cast<nrc::python::Neighbours>(values[kNeighbours]);
  }
  encoding.map_of = last_map.get();
  const std::vector<std::uint8_t> stream = nrc::python::encode(
      static_cast<const std::uint8_t*>(*buffer), layout_of(count, values, bytes), encoding);
  last_map.set(nrc::python::map_header(stream));
  if (stream.size() > *capacity) {
    // HDF5 and its filters share the C library's memory.
    void* const larger = std::realloc(*buffer, stream.size());
    if (larger == nullptr) throw std::bad_alloc();
    *buffer = larger;
    *capacity = stream.size();
  }
  std::memcpy(*buffer, stream.data(), stream.size());
  return stream.size();
}

std::size_t decompress(std::size_t count, const unsigned values[], std::size_t bytes,
                       std::size_t* capacity, void** buffer) {
  const auto* const data = static_cast<const std::uint8_t*>(*buffer);
  Source source(bytes, nrc::python::memory_read(data));
  if (!source.reader().closed()) throw nrc::Error("the chunk was cut or is damaged");
  Layout layout = layout_of(count, values, 0);
  const std::uint32_t planes = source.header().channels / layout.channels;
  const std::size_t frame = layout.channels * layout.element.bytes;
  if (source.frames() > SIZE_MAX / 2 / frame) throw nrc::Error("the chunk is damaged");
  const std::size_t size = static_cast<std::size_t>(source.frames()) * frame;
  layout = layout_of(count, values, size);
  auto* const samples = static_cast<std::uint8_t*>(std::malloc(std::max<std::size_t>(size, 1)));
  if (samples == nullptr) throw std::bad_alloc();
  try {
    source.read(0, planes, nullptr, samples, layout, 1);
  } catch (...) {
    std::free(samples);
    throw;
  }
  std::free(*buffer);
  *buffer = samples;
  *capacity = size;
  return size;
}

/// @return the bytes in *buffer; 0 if it failed
std::size_t filter(unsigned flags, std::size_t count, const unsigned values[], std::size_t bytes,
                   std::size_t* capacity, void** buffer) {
  try {
    return (flags & kReverse) != 0 ? decompress(count, values, bytes, capacity, buffer)
                                   : compress(count, values, bytes, capacity, buffer);
  } catch (const std::exception& e) {
    complain(e.what());
  } catch (...) {
    complain("internal error; please report it");
  }
  return 0;
}

const FilterClass kClass = {kClassVersion, kFilter,   1,     1, "nrc: Neural Recording Codec",
                            can_apply,     set_local, filter};

}  // namespace

NRC_EXPORT int H5PLget_plugin_type() { return kFilterPlugin; }
NRC_EXPORT const void* H5PLget_plugin_info() { return &kClass; }
