// SPDX-License-Identifier: Apache-2.0
#include "chunk.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "nrc/error.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/preset.hpp"
#include "nrc/tables.hpp"

namespace nrc::python {
namespace {

/// As nrc::encode_raw() has them; a stream's header needs them before there are samples.
constexpr std::uint32_t kPacketSamples = 131072;
constexpr std::uint32_t kCascadePacketSamples = 1u << 20;

Preset preset_of(const Encoding& encoding) {
  const Preset* const named = find_preset(encoding.preset);
  if (named == nullptr) {
    std::string names;
    for (const Preset& p : presets()) names += (names.empty() ? "" : ", ") + p.name;
    throw Error("preset '" + encoding.preset + "' does not exist; give one of " + names);
  }
  Preset preset = *named;
  // The cascade profile sees other channels in its own way.
  if (encoding.neighbours == Neighbours::kAuto ||
      preset.codings.front().profile == Profile::kCascade) {
    return preset;
  }
  const bool wanted = encoding.neighbours == Neighbours::kYes;
  std::vector<Coding> codings;
  for (const Coding& coding : preset.codings) {
    if (coding.corrections.neighbour == wanted) codings.push_back(coding);
  }
  if (codings.empty()) codings.push_back({Profile::kRange, {false, true}});
  preset.codings = codings;
  preset.orders = preset.orders && wanted;
  return preset;
}

EncodeOptions options_of(const Encoding& encoding, const Preset& preset, std::uint32_t channels) {
  EncodeOptions options;
  if (!encoding.like.empty()) {
    const StreamHeader header = parse_stream_header(encoding.like.data(), encoding.like.size());
    if (header.channels != channels) {
      throw Error(std::to_string(channels) + " channels, where the coding is one of " +
                  std::to_string(header.channels) + "; choose another one for these samples");
    }
    const Tables* const tables = Tables::builtin_by_id(header.profile, header.table_id);
    if (tables == nullptr) throw Error("the coding needs tables that are not built in");
    options = options_like(header, *tables);
  } else {
    options.profile = preset.codings.front().profile;
    options.corrections = preset.codings.front().corrections;
    if (preset.codings.size() > 1) options.preset = &preset;
  }
  options.threads = encoding.threads;
  options.metadata = encoding.metadata;
  return options;
}

std::uint32_t stream_channels(const Layout& layout, std::uint32_t words) {
  const std::uint64_t channels = std::uint64_t{layout.channels} * words;
  if (channels < 1 || channels > kMaxChannels) {
    throw Error(std::to_string(layout.channels) + " channels" +
                (words == 1 ? "" : " of " + std::to_string(words) + " words") +
                " are not supported; give 1 to " + std::to_string(kMaxChannels / words));
  }
  return static_cast<std::uint32_t>(channels);
}

/// The samples as words, copied only if they are not so already.
class Words {
 public:
  Words(const std::uint8_t* data, const Layout& layout, std::uint32_t count) {
    if (layout.plain() && count == 1) {
      data_ = data;
    } else {
      copy_ = to_words(data, layout, count);
      data_ = reinterpret_cast<const std::uint8_t*>(copy_.data());
    }
    size_ = layout.frames * layout.channels * count * sizeof(std::int16_t);
  }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  std::vector<std::int16_t> copy_;
  const std::uint8_t* data_;
  std::size_t size_;
};

std::uint32_t word_count(const std::uint8_t* data, const Layout& layout, const Encoding& encoding) {
  const std::uint32_t needed = words_needed(data, layout);
  if (encoding.words == 0) return needed;
  if (needed > encoding.words) {
    throw Error(
        "samples of more than 16 bits, where those before had fewer; choose the coding "
        "from samples of all the recording");
  }
  return encoding.words;
}

}  // namespace

std::vector<std::uint8_t> encode(const std::uint8_t* data, const Layout& layout,
                                 const Encoding& encoding) {
  const std::uint32_t count = word_count(data, layout, encoding);
  const std::uint32_t channels = stream_channels(layout, count);
  const Preset preset = preset_of(encoding);
  const EncodeOptions options = options_of(encoding, preset, channels);
  const Words words(data, layout, count);
  std::vector<std::uint8_t> stream;
  encode_raw(words.data(), words.size(), channels, encoding.rate_millihertz, options,
             [&stream](const std::uint8_t* bytes, std::size_t size) {
               stream.insert(stream.end(), bytes, bytes + size);
             });
  return stream;
}

std::vector<std::uint8_t> choose(const std::uint8_t* data, const Layout& layout,
                                 const Encoding& encoding) {
  const std::uint32_t count = word_count(data, layout, encoding);
  const Preset preset = preset_of(encoding);
  StreamHeader header;
  header.channels = stream_channels(layout, count);
  header.rate_millihertz = encoding.rate_millihertz;
  EncodeOptions options = options_of(encoding, preset, header.channels);
  const std::uint32_t samples =
      options.profile == Profile::kCascade ? kCascadePacketSamples : kPacketSamples;
  header.packet_frames =
      std::clamp<std::uint32_t>(samples / header.channels, 1, kMaxStatedPacketFrames);
  const Words words(data, layout, count);
  std::vector<std::int16_t> list(words.size() / sizeof(std::int16_t));
  if (!list.empty()) std::memcpy(list.data(), words.data(), words.size());
  const Tables& tables = choose_coding(list, options, header);
  header.profile = tables.profile();
  header.table_id = tables.id();
  return serialise(header);
}

Source::Source(std::uint64_t size, FileReader::Read read)
    : size_(size), read_(std::move(read)), first_(std::make_unique<FileReader>(size_, read_)) {
  idle_.push_back(std::make_unique<FileReader>(size_, read_));
}

std::unique_ptr<FileReader> Source::borrow() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<FileReader> reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  return std::make_unique<FileReader>(size_, read_);
}

void Source::give_back(std::unique_ptr<FileReader> reader) {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(reader));
}

void Source::read(std::uint64_t first, std::uint32_t words, const std::uint32_t* chosen,
                  std::uint8_t* data, const Layout& layout, unsigned threads) {
  const std::uint64_t count = layout.frames;
  const std::uint32_t stream = header().channels;
  if (words == 0 || stream % words != 0) {
    throw Error("a stream of " + std::to_string(stream) + " channels does not hold samples of " +
                std::to_string(words) + " words");
  }
  const std::uint32_t all = stream / words;
  if (chosen == nullptr ? layout.channels != all
                        : std::any_of(chosen, chosen + layout.channels,
                                      [all](std::uint32_t channel) { return channel >= all; })) {
    throw Error("the stream has " + std::to_string(all) + " channels, and not all that are wanted");
  }
  const auto part = [&](std::uint64_t from, std::uint64_t to) {
    std::unique_ptr<FileReader> reader = borrow();
    std::uint64_t done = from - first;
    reader->read(from, to - from, [&](const std::int16_t* samples, std::size_t frames) {
      std::uint8_t* const at = data + static_cast<std::ptrdiff_t>(done) * layout.frame_stride;
      if (!from_words(samples, frames, all, words, chosen, at, layout)) {
        throw Error("the stream holds numbers that the type does not");
      }
      done += frames;
    });
    give_back(std::move(reader));
  };
  // Each thread begins at a key packet.
  std::vector<std::uint64_t> ends;
  if (threads > 1) {
    for (unsigned i = 1; i < threads; ++i) {
      const std::uint64_t wanted = first + count / threads * i;
      std::size_t low = 0;
      std::size_t high = first_->key_packets();
      while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (first_->key_frame(middle) < wanted) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      if (low == first_->key_packets()) break;
      const std::uint64_t end = first_->key_frame(low);
      if (end >= first + count) break;
      if (end > first && (ends.empty() || end > ends.back())) ends.push_back(end);
    }
  }
  if (ends.empty()) {
    part(first, first + count);
    return;
  }
  ends.push_back(first + count);
  std::vector<std::exception_ptr> errors(ends.size());
  std::vector<std::thread> workers;
  std::uint64_t from = first;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::uint64_t to = ends[i];
    workers.emplace_back([&part, &errors, i, from, to] {
      try {
        part(from, to);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    });
    from = to;
  }
  for (std::thread& worker : workers) worker.join();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

FileReader::Read memory_read(const std::uint8_t* data) {
  return [data](std::uint64_t offset, std::uint8_t* to, std::size_t size) {
    std::memcpy(to, data + offset, size);
  };
}

}  // namespace nrc::python
