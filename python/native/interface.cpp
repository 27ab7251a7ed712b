// SPDX-License-Identifier: Apache-2.0
//
// C interface of the shared library for nrc_codec/_library.py, which declares the same structures.
// No function throws. All return 0, or 1 with a message.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "chunk.hpp"
#include "nrc/error.hpp"
#include "nrc/nrc.h"
#include "nrc/stream_joiner.hpp"

#define NRC_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using nrc::python::Encoding;
using nrc::python::Layout;
using nrc::python::Source;

constexpr std::size_t kMessageBytes = 512;

struct Array {
  void* data;
  std::uint64_t frames;
  std::int64_t frame_stride;
  std::int64_t channel_stride;
  std::uint32_t channels;
  std::uint32_t element_bytes;
  std::uint32_t is_signed;
  std::uint32_t swapped;
};

struct EncodingFields {
  const char* preset;
  const char* metadata;
  const std::uint8_t* like;
  const std::uint8_t* map_of;
  std::uint64_t metadata_bytes;
  std::uint64_t like_bytes;
  std::uint64_t map_of_bytes;
  std::uint32_t rate_millihertz;
  std::uint32_t threads;
  std::uint32_t neighbours;  ///< 0: by the preset, 1: yes, 2: no
  std::uint32_t planes;      ///< 0: as many as the values need
};

struct Buffer {
  std::uint8_t* data;
  std::uint64_t size;
};

struct Info {
  std::uint64_t frames;
  std::uint64_t key_packets;
  std::uint64_t metadata_bytes;
  const char* metadata;
  std::uint32_t channels;
  std::uint32_t rate_millihertz;
  std::uint32_t profile;
  std::uint32_t mapping;
  std::uint32_t code_width;
  std::uint32_t taps;
  std::uint32_t neighbour;
  std::uint32_t packet_frames;
  std::uint32_t stream_number;
  std::uint32_t indexed;
  std::uint32_t wav;
  std::uint32_t closed;
  std::uint32_t sample_type;  ///< its number in docs/bitstream.md, section 1
  std::uint32_t big_endian;
  std::uint32_t rounding;  ///< 1: packets may be rounded
};

struct Survey {
  std::uint64_t packets;
  std::uint64_t lossless;
  std::uint32_t largest_step;
};

/// As nrc_codec.recording.EVENT has it.
struct EventFields {
  std::uint64_t frame;
  std::uint32_t channel;
  std::int32_t amplitude;
};

/// A stream in memory or in a file.
struct Stream {
  std::unique_ptr<Source> source;
  int descriptor = -1;
  ~Stream() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

Layout layout_of(const Array& array) {
  Layout layout;
  layout.element = {array.element_bytes, array.is_signed != 0, array.swapped != 0};
  layout.frames = array.frames;
  layout.channels = array.channels;
  layout.frame_stride = static_cast<std::ptrdiff_t>(array.frame_stride);
  layout.channel_stride = static_cast<std::ptrdiff_t>(array.channel_stride);
  return layout;
}

Encoding encoding_of(const EncodingFields& fields) {
  Encoding encoding;
  encoding.preset = fields.preset;
  encoding.neighbours = static_cast<nrc::python::Neighbours>(fields.neighbours);
  encoding.rate_millihertz = fields.rate_millihertz;
  encoding.threads = fields.threads;
  if (fields.metadata_bytes != 0) {
    encoding.metadata.assign(fields.metadata, fields.metadata_bytes);
  }
  if (fields.like_bytes != 0) encoding.like.assign(fields.like, fields.like + fields.like_bytes);
  if (fields.map_of_bytes != 0) {
    encoding.map_of.assign(fields.map_of, fields.map_of + fields.map_of_bytes);
  }
  encoding.planes = fields.planes;
  return encoding;
}

Buffer copy(const std::vector<std::uint8_t>& bytes) {
  Buffer buffer = {static_cast<std::uint8_t*>(std::malloc(std::max<std::size_t>(bytes.size(), 1))),
                   bytes.size()};
  if (buffer.data == nullptr) throw std::bad_alloc();
  if (!bytes.empty()) std::memcpy(buffer.data, bytes.data(), bytes.size());
  return buffer;
}

template <class Work>
int guarded(char* message, const Work& work) {
  std::string what;
  try {
    work();
    return 0;
  } catch (const std::bad_alloc&) {
    what = "out of memory";
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
    what = "internal error; please report it";
  }
  std::snprintf(message, kMessageBytes, "%s", what.c_str());
  return 1;
}

[[noreturn]] void fail(const std::string& path) {
  throw nrc::Error(path + ": " + std::strerror(errno));
}

/// Of a file's descriptor; threads may read at once.
nrc::FileReader::Read file_read(int descriptor) {
  return [descriptor](std::uint64_t offset, std::uint8_t* to, std::size_t size) {
    while (size > 0) {
      const ssize_t count = ::pread(descriptor, to, size, static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw nrc::Error(std::string("reading failed: ") + std::strerror(errno));
      if (count == 0) throw nrc::Error("the file has become shorter");
      to += count;
      offset += static_cast<std::uint64_t>(count);
      size -= static_cast<std::size_t>(count);
    }
  };
}

std::uint64_t open_file(const char* path, int& descriptor) {
  descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path);
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) fail(path);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

NRC_EXPORT const char* nrc_python_version() { return nrc_version(); }

NRC_EXPORT void nrc_python_free(std::uint8_t* data) { std::free(data); }

NRC_EXPORT int nrc_python_encode(const Array* array, const EncodingFields* fields, Buffer* stream,
                                 char* message) {
  return guarded(message, [&] {
    *stream = copy(nrc::python::encode(static_cast<const std::uint8_t*>(array->data),
                                       layout_of(*array), encoding_of(*fields)));
  });
}

NRC_EXPORT int nrc_python_choose(const Array* array, const EncodingFields* fields, Buffer* header,
                                 char* message) {
  return guarded(message, [&] {
    *header = copy(nrc::python::choose(static_cast<const std::uint8_t*>(array->data),
                                       layout_of(*array), encoding_of(*fields)));
  });
}

/// @param lines  of text, each with a line feed
NRC_EXPORT int nrc_python_notes(const Array* array, const EncodingFields* fields,
                                std::uint32_t certain_type, Buffer* lines, char* message) {
  return guarded(message, [&] {
    std::vector<std::uint8_t> text;
    for (const std::string& line :
         nrc::python::notes(static_cast<const std::uint8_t*>(array->data), layout_of(*array),
                            encoding_of(*fields), certain_type != 0)) {
      text.insert(text.end(), line.begin(), line.end());
      text.push_back('\n');
    }
    *lines = copy(text);
  });
}

/// @param data  must stay until the stream is closed
NRC_EXPORT int nrc_python_open_memory(const std::uint8_t* data, std::uint64_t size, Stream** stream,
                                      char* message) {
  return guarded(message, [&] {
    auto opened = std::make_unique<Stream>();
    opened->source = std::make_unique<Source>(size, nrc::python::memory_read(data));
    *stream = opened.release();
  });
}

NRC_EXPORT int nrc_python_open_file(const char* path, Stream** stream, char* message) {
  return guarded(message, [&] {
    auto opened = std::make_unique<Stream>();
    const std::uint64_t size = open_file(path, opened->descriptor);
    opened->source = std::make_unique<Source>(size, file_read(opened->descriptor));
    *stream = opened.release();
  });
}

NRC_EXPORT void nrc_python_close(Stream* stream) { delete stream; }

NRC_EXPORT void nrc_python_info(const Stream* stream, Info* info) {
  const nrc::FileReader& reader = stream->source->reader();
  const nrc::StreamHeader& header = reader.header();
  *info = {};
  info->frames = reader.frames();
  info->key_packets = reader.key_packets();
  info->metadata = reader.metadata().data();
  info->metadata_bytes = reader.metadata().size();
  info->channels = header.channels;
  info->rate_millihertz = header.rate_millihertz;
  info->profile = static_cast<std::uint32_t>(header.profile);
  info->mapping = static_cast<std::uint32_t>(header.mapping);
  info->code_width = static_cast<std::uint32_t>(header.code_width);
  info->taps = header.corrections.taps ? 1 : 0;
  info->neighbour = header.corrections.neighbour ? 1 : 0;
  info->packet_frames = header.packet_frames;
  info->stream_number = header.stream_number;
  info->indexed = reader.indexed() ? 1 : 0;
  info->wav = reader.wav() ? 1 : 0;
  info->closed = reader.closed() ? 1 : 0;
  info->sample_type = static_cast<std::uint32_t>(header.sample_type);
  info->big_endian = header.big_endian ? 1 : 0;
  info->rounding = header.rounding ? 1 : 0;
}

/// @param events  EventFields, as bytes
NRC_EXPORT int nrc_python_survey(Stream* stream, Survey* facts, Buffer* events, char* message) {
  return guarded(message, [&] {
    const nrc::PacketSurvey survey = stream->source->survey();
    *facts = {survey.packets, survey.lossless, static_cast<std::uint32_t>(survey.largest_step)};
    std::vector<std::uint8_t> bytes(survey.events.size() * sizeof(EventFields));
    std::uint8_t* to = bytes.data();
    for (const nrc::Event& event : survey.events) {
      const EventFields fields = {event.frame, event.channel, event.amplitude};
      std::memcpy(to, &fields, sizeof fields);
      to += sizeof fields;
    }
    *events = copy(bytes);
  });
}

/// @param channels  array->channels numbers; null: all channels
NRC_EXPORT int nrc_python_read(Stream* stream, std::uint64_t first, std::uint32_t planes,
                               const std::uint32_t* channels, const Array* array,
                               std::uint32_t threads, char* message) {
  return guarded(message, [&] {
    stream->source->read(first, planes, channels, static_cast<std::uint8_t*>(array->data),
                         layout_of(*array), threads);
  });
}

/// Joins the streams of files into a new file. @param metadata  null: the first stream's
NRC_EXPORT int nrc_python_join(const char* const* paths, std::uint64_t count, const char* output,
                               const char* metadata, char* message) {
  return guarded(message, [&] {
    std::vector<nrc::JoinSource> sources;
    // One at a time: there may be more files than a process can keep open.
    std::string open_path;
    Stream open;
    const auto read = [&](const std::string& path, std::uint64_t at, std::uint8_t* to,
                          std::size_t size) {
      if (open_path != path) {
        if (open.descriptor >= 0) ::close(open.descriptor);
        open_path.clear();
        open_file(path.c_str(), open.descriptor);
        open_path = path;
      }
      file_read(open.descriptor)(at, to, size);
    };
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string path = paths[i];
      Stream measured;
      const std::uint64_t size = open_file(path.c_str(), measured.descriptor);
      sources.push_back(
          {path, size, [&read, path](std::uint64_t at, std::uint8_t* to, std::size_t bytes) {
             read(path, at, to, bytes);
           }});
    }
    std::FILE* const file = std::fopen(output, "wb");
    if (file == nullptr) fail(output);
    const auto close = [](std::FILE* f) { std::fclose(f); };
    std::unique_ptr<std::FILE, decltype(close)> guard(file, close);
    const std::string text = metadata == nullptr ? "" : metadata;
    nrc::join_streams(
        sources,
        [&](const std::uint8_t* data, std::size_t size) {
          if (std::fwrite(data, 1, size, file) != size) fail(output);
        },
        metadata == nullptr ? nullptr : &text);
    if (std::fclose(guard.release()) != 0) fail(output);
  });
}
