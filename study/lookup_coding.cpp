// SPDX-License-Identifier: Apache-2.0
//
// Look-up coding: for each value there is a table of the values that follow it most often, and a
// sample is sent as its place in the table of the one before. See docs/study.md for what is
// assumed.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <unordered_map>

#include "method.hpp"
#include "nrc/error.hpp"
#include "stages/bit_packer.hpp"
#include "value_grid.hpp"

namespace nrc::study {
namespace {

enum class Packing {
  kBits,  ///< a flag and log2 N bits, or a flag and the raw value
  kBytes  ///< a byte, or the escape byte and the raw value in two
};

constexpr std::uint8_t kEscapeByte = 255;
constexpr int kZlibLevel = 6;
constexpr std::size_t kLengthBytes = 4;

/// How often each value follows each value, over all recordings. Shared by the methods, as it is
/// the same for all sizes of tables.
class Successors {
 public:
  /// @param who  of several that add the same recordings only the first counts
  void add(const Recording& recording, const void* who) {
    if (first_ == nullptr) first_ = who;
    if (first_ != who) return;
    for (std::uint32_t c = 0; c < recording.channels; ++c) {
      for (std::size_t i = c; i + recording.channels < recording.samples.size();
           i += recording.channels) {
        ++counts_[key(recording.samples[i], recording.samples[i + recording.channels])];
      }
    }
    values_.add(recording.samples.data(), recording.samples.size());
  }

  /// The successors of each value, most frequent first, not more than `most`.
  std::unordered_map<std::int16_t, Samples> ranked(std::size_t most) const {
    std::unordered_map<std::int16_t, std::vector<std::pair<std::uint64_t, std::int16_t>>> all;
    for (const auto& [pair, n] : counts_) {
      all[static_cast<std::int16_t>(pair >> 16)].emplace_back(
          n, static_cast<std::int16_t>(pair & 0xFFFF));
    }
    std::unordered_map<std::int16_t, Samples> result;
    for (auto& [value, followers] : all) {
      std::sort(followers.begin(), followers.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
      });
      Samples& list = result[value];
      for (std::size_t i = 0; i < std::min(most, followers.size()); ++i) {
        list.push_back(followers[i].second);
      }
    }
    return result;
  }

  std::vector<std::int16_t> values() const { return values_.values(); }

 private:
  static std::uint32_t key(std::int16_t last, std::int16_t next) {
    return std::uint32_t{static_cast<std::uint16_t>(last)} << 16 | static_cast<std::uint16_t>(next);
  }

  const void* first_ = nullptr;
  std::unordered_map<std::uint32_t, std::uint64_t> counts_;
  ValueCounts values_;
};

class LookupCoding : public SampleMethod {
 public:
  LookupCoding(MethodFacts facts, std::size_t size, Packing packing, bool deflate,
               std::shared_ptr<Successors> successors)
      : SampleMethod(std::move(facts)),
        size_(size),
        packing_(packing),
        deflate_(deflate),
        successors_(std::move(successors)) {}

  bool learns() const override { return true; }
  void learn(const Recording& recording) override { successors_->add(recording, this); }
  void finish_learning() override {
    // In bytes one index is the escape.
    tables_ = successors_->ranked(
        packing_ == Packing::kBytes ? std::min<std::size_t>(size_, kEscapeByte) : size_);
    for (const auto& [value, list] : tables_) {
      auto& places = places_[value];
      for (std::size_t i = 0; i < list.size(); ++i) places.emplace(list[i], i);
    }
    const std::vector<std::int16_t> values = successors_->values();
    grid_ = ValueGrid::detect(values);
    // Raw values are numbers on the grid, counted from the lowest.
    lowest_index_ = grid_.index(values.front());
    while ((std::size_t{1} << index_bits_) < size_) ++index_bits_;
  }
  std::size_t shared_table_bytes() const override {
    std::size_t bytes = 0;
    for (const auto& [value, list] : tables_) bytes += 2 * (1 + list.size());
    return bytes;
  }

 protected:
  ChannelStream encode(const Samples& samples, double) const override {
    Bytes bytes = packing_ == Packing::kBits ? encode_bits(samples) : encode_bytes(samples);
    return {deflate_ ? deflated(bytes) : std::move(bytes), 0};
  }

  Samples decode(const Bytes& bytes, std::size_t count, double) const override {
    const Bytes plain = deflate_ ? inflated(bytes) : bytes;
    return packing_ == Packing::kBits ? decode_bits(plain, count) : decode_bytes(plain, count);
  }

 private:
  /// The length, and the bytes through zlib.
  static Bytes deflated(const Bytes& bytes) {
    uLongf size = compressBound(bytes.size());
    Bytes packed(size + kLengthBytes);
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
      packed[i] = static_cast<std::uint8_t>(bytes.size() >> (8 * i));
    }
    if (compress2(packed.data() + kLengthBytes, &size, bytes.data(), bytes.size(), kZlibLevel) !=
        Z_OK) {
      throw Error("zlib failed on the codes of a look-up; report this as a bug");
    }
    packed.resize(size + kLengthBytes);
    return packed;
  }

  static Bytes inflated(const Bytes& packed) {
    uLongf size = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) size |= uLongf{packed.at(i)} << (8 * i);
    Bytes bytes(size);
    if (uncompress(bytes.data(), &size, packed.data() + kLengthBytes,
                   packed.size() - kLengthBytes) != Z_OK) {
      throw Error("zlib failed on the codes of a look-up; report this as a bug");
    }
    return bytes;
  }

  /// Place of a value in the table of the one before it; size_ if it is not there.
  std::size_t place(std::int16_t last, std::int16_t value) const {
    const auto table = places_.find(last);
    if (table == places_.end()) return size_;
    const auto at = table->second.find(value);
    return at == table->second.end() ? size_ : at->second;
  }

  Bytes encode_bits(const Samples& samples) const {
    BitPacker packer;
    std::int16_t last = 0;
    for (const std::int16_t s : samples) {
      const std::size_t at = place(last, s);
      if (at < size_) {
        packer.put(static_cast<std::uint32_t>(at), 1 + index_bits_);
      } else {
        packer.put(1, 1);
        packer.put(static_cast<std::uint32_t>(grid_.index(s) - lowest_index_), grid_.index_bits());
      }
      last = s;
    }
    return packer.take();
  }

  Samples decode_bits(const Bytes& bytes, std::size_t count) const {
    BitReader reader(bytes.data(), bytes.size());
    Samples samples(count);
    std::int16_t last = 0;
    for (std::int16_t& s : samples) {
      if (reader.get(1) == 0) {
        s = tables_.at(last).at(reader.get(index_bits_));
      } else {
        s = grid_.value(static_cast<std::int32_t>(reader.get(grid_.index_bits())) + lowest_index_);
      }
      last = s;
    }
    return samples;
  }

  Bytes encode_bytes(const Samples& samples) const {
    Bytes bytes;
    bytes.reserve(samples.size());
    std::int16_t last = 0;
    for (const std::int16_t s : samples) {
      const std::size_t at = place(last, s);
      if (at < size_) {
        bytes.push_back(static_cast<std::uint8_t>(at));
      } else {
        const auto bits = static_cast<std::uint16_t>(s);
        bytes.insert(bytes.end(), {kEscapeByte, static_cast<std::uint8_t>(bits & 0xFF),
                                   static_cast<std::uint8_t>(bits >> 8)});
      }
      last = s;
    }
    return bytes;
  }

  Samples decode_bytes(const Bytes& bytes, std::size_t count) const {
    Samples samples(count);
    std::size_t from = 0;
    std::int16_t last = 0;
    for (std::int16_t& s : samples) {
      const std::uint8_t index = bytes.at(from++);
      if (index != kEscapeByte) {
        s = tables_.at(last).at(index);
      } else {
        s = static_cast<std::int16_t>(bytes.at(from) | (bytes.at(from + 1) << 8));
        from += 2;
      }
      last = s;
    }
    return samples;
  }

  std::size_t size_;
  Packing packing_;
  bool deflate_;
  std::shared_ptr<Successors> successors_;
  int index_bits_ = 0;
  ValueGrid grid_;
  std::int32_t lowest_index_ = 0;
  std::unordered_map<std::int16_t, Samples> tables_;
  std::unordered_map<std::int16_t, std::unordered_map<std::int16_t, std::size_t>> places_;
};

struct Kind {
  const char* name;
  const char* title;
  Packing packing;
  bool deflate;
  const char* note;
};

constexpr Kind kKinds[] = {
    {"", "in bits", Packing::kBits, false,
     "A flag, then log2 N bits of the place, or the value's number on the grid. The tables are "
     "made from the same recordings and not counted."},
    {"-bytes", "in bytes", Packing::kBytes, false,
     "A byte for the place, or byte 255 and the value in two. Where all successors are in the "
     "table, the ratio is 2."},
    {"-bits-zlib", "in bits, then zlib", Packing::kBits, true,
     "The bits through zlib, level 6, which looks for bytes and finds little where codes are not "
     "whole ones."},
    {"-zlib", "in bytes, then zlib", Packing::kBytes, true,
     "The bytes through zlib, level 6. Places are sorted by frequency, so small ones are far more "
     "frequent, and zlib's Huffman code finds that."},
};

}  // namespace

void add_lookup_methods(Methods& methods) {
  const auto successors = std::make_shared<Successors>();
  for (const Kind& kind : kKinds) {
    for (const std::size_t size : {32, 64, 128, 256}) {
      MethodFacts facts;
      facts.name = fmt::format("lookup-{}{}", size, kind.name);
      facts.title = fmt::format("look-up of {} successors, {}", size, kind.title);
      facts.latency = kind.deflate ? "whole recording" : "1";
      facts.state = fmt::format("the last value, 2 B{}; shared: {} B for each value",
                                kind.deflate ? ", and zlib's 256 KiB" : "", 2 * size);
      facts.note = kind.note;
      methods.push_back(
          std::make_unique<LookupCoding>(facts, size, kind.packing, kind.deflate, successors));
    }
  }
}

}  // namespace nrc::study
