// SPDX-License-Identifier: Apache-2.0
#include "vector/vector_payload.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "format/lanes.hpp"
#include "nrc/error.hpp"
#include "stages/huffman.hpp"
#include "stages/interval.hpp"
#include "stages/low_bits.hpp"
#include "vector/few_channels.hpp"
#include "vector/lane_loops.hpp"
#include "vector/vector_stages.hpp"

namespace nrc {

namespace {

/// The coder's range after a verbatim code.
constexpr std::uint32_t kVerbatimRange = 1U << 15;

/// Bytes that may be read or written at a time.
constexpr std::size_t kWordBytes = 8;

LaneRange all_lanes(int lanes, std::size_t channels) {
  LaneRange range = {0, lanes, {}};
  for (int l = 0; l < lanes; ++l) {
    range.blocks[static_cast<std::size_t>(l)] = {lane_begin(l, lanes, channels),
                                                 lane_begin(l + 1, lanes, channels)};
  }
  return range;
}

void take_codes(const Code* codes, Block block, Row& row) {
  for (std::size_t c = block.begin; c < block.end; ++c) row[c] = codes[c];
}

void give_codes(const Row& row, Block block, Code* codes) {
  for (std::size_t c = block.begin; c < block.end; ++c) codes[c] = static_cast<Code>(row[c]);
}

/// Memory for the bit strings of the longest payload so far, not initialised.
class LaneMemory {
 public:
  /// Room for the lanes of a payload, each as long as its channels allow.
  /// @param code_bits  of a code at most
  /// @param begin      called with lane and memory
  template <class Begin>
  void divide(const LaneRange& lanes, std::size_t frames, std::uint64_t code_bits,
              const Begin& begin) {
    std::uint64_t bytes = 0;
    for (int l = 0; l < lanes.last; ++l) bytes += size_of(lanes, l, frames, code_bits);
    reserve(bytes);
    std::uint8_t* at = bytes_.get();
    for (int l = 0; l < lanes.last; ++l) {
      begin(l, at);
      at += size_of(lanes, l, frames, code_bits);
    }
  }

  void reserve(std::uint64_t bytes) {
    if (bytes <= size_) return;
    bytes_.reset(new std::uint8_t[bytes]);
    size_ = bytes;
  }

  /// Besides what the codes need, for all lanes.
  static constexpr std::uint64_t kSlack = kMaxLanes * 2 * kWordBytes;

 private:
  static std::uint64_t size_of(const LaneRange& lanes, int lane, std::size_t frames,
                               std::uint64_t code_bits) {
    const Block& block = lanes.blocks[static_cast<std::size_t>(lane)];
    return (frames * (block.end - block.begin) * code_bits + 7) / 8 + kSlack / kMaxLanes - 1;
  }

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::uint64_t size_ = 0;
};

/// The lanes of a payload, each followed by zeros, which its codes find if it is too short.
class LaneCopies {
 public:
  void reserve(std::uint64_t bytes) { bytes_.reserve(bytes); }

  /// @param code_bits  of a code at most: as much is read of each frame
  /// @throws Error if the lanes' lengths do not fit the payload
  void copy(const std::uint8_t* payload, std::size_t size, const LaneRange& lanes,
            std::uint64_t code_bits) {
    const std::array<LaneBytes, kMaxLanes> parts = split_lanes(payload, size, lanes.last);
    std::size_t most = 0;
    for (int l = 0; l < lanes.last; ++l) {
      const Block& block = lanes.blocks[static_cast<std::size_t>(l)];
      most = std::max(most, block.end - block.begin);
    }
    const std::size_t zeros = most * code_bits / 8 + 2 * kWordBytes;
    const std::size_t needed = size + static_cast<std::size_t>(lanes.last) * zeros;
    if (bytes_.size() < needed) bytes_.resize(needed);
    std::uint8_t* at = bytes_.data();
    for (int l = 0; l < lanes.last; ++l) {
      const LaneBytes& part = parts[static_cast<std::size_t>(l)];
      lanes_[static_cast<std::size_t>(l)] = {at, part.size};
      at = std::copy(part.data, part.data + part.size, at);
      at = std::fill_n(at, zeros, std::uint8_t{0});
    }
  }

  const LaneBytes& operator[](int lane) const { return lanes_[static_cast<std::size_t>(lane)]; }

  /// True if a lane has exactly this many bits, and then zeros.
  bool ends(int lane, int lanes, std::size_t bits) const {
    const LaneBytes& part = (*this)[lane];
    if (!lane_length_right(bits, part.size, lane + 1 == lanes)) return false;
    std::size_t at = bits / 8;
    if (bits % 8 != 0 && (part.data[at++] & (0xFF >> bits % 8)) != 0) return false;
    return std::all_of(part.data + at, part.data + part.size,
                       [](std::uint8_t b) { return b == 0; });
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::array<LaneBytes, kMaxLanes> lanes_;
};

/// Takes the state of all channels through codes that a raw packet holds.
template <class Rows>
void follow(Rows& rows, Pace& pace, const Code* codes, std::size_t frames, bool key) {
  const Block all = {0, rows.channels};
  for (std::size_t frame = 0; frame < frames; ++frame, codes += all.end) {
    const bool reset = key && frame == 0;
    const int boost = pace.next(reset);
    take_codes(codes, all, rows.code);
    if (reset) {
      rows.reset(all);
      rows.update_reset(all);
      continue;
    }
    rows.expect(all);
    rows.correct();
    rows.update(all, boost);
  }
}

/// Per frame: vectors compute each channel's codeword, then a scalar loop joins them, as where a
/// codeword goes depends on the lengths of all before it.
class VectorHuffmanEncoder : public PayloadEncoder {
 public:
  VectorHuffmanEncoder(const TableSet& tables, int code_width, std::uint32_t channels)
      : all_{0, channels},
        code_bits_(max_code_bits(Profile::kHuffman, code_width)),
        rows_(tables, code_width, channels),
        few_(channels < kManyChannels),
        classes_(few_ ? ClassIndex(rows_) : ClassIndex()) {
    const HuffmanEncoder encoder(tables, code_width);
    // The leading one that marks a word's length would cost a search for each code.
    for (const std::uint16_t word : encoder.memory()) {
      const int length = floor_log2(word);
      words_.push_back(length << 16 | (word ^ 1 << length));
    }
  }

  void reserve(std::uint64_t codes) override {
    memory_.reserve(max_payload_bytes(Profile::kHuffman, rows_.code_width, codes) +
                    LaneMemory::kSlack);
  }

  void encode(const Code* codes, std::size_t frames, bool key,
              std::vector<std::uint8_t>& payload) override {
    payload.clear();
    if (frames == 0) return;
    const LaneRange range = all_lanes(lanes(), all_.end);
    std::array<BitWriter, kMaxLanes> writers;
    memory_.divide(range, frames, code_bits_, [&writers](int lane, std::uint8_t* bytes) {
      writers[static_cast<std::size_t>(lane)] = {bytes, bytes, 0, 0};
    });
    for (std::size_t frame = 0; frame < frames; ++frame, codes += all_.end) {
      const bool reset = key && frame == 0;
      if (few_ && !reset) {
        write_few(rows_, classes_, words_, range, codes, frames - frame, pace_, writers.data());
        break;
      }
      const int boost = pace_.next(reset);
      take_codes(codes, all_, rows_.code);
      if (reset) {
        rows_.reset(all_);
        verbatim();
        write_codewords(rows_, range, writers.data());
        rows_.update_reset(all_);
        continue;
      }
      rows_.expect(all_);
      rows_.encode(all_, words_);
      write_codewords(rows_, range, writers.data());
      rows_.update(all_, boost);
    }
    std::array<LaneBytes, kMaxLanes> bytes;
    for (int l = 0; l < lanes(); ++l) {
      const BitWriter& writer = writers[static_cast<std::size_t>(l)];
      // The last byte, if it is not full, is stored already.
      bytes[static_cast<std::size_t>(l)] = {
          writer.begin,
          static_cast<std::size_t>(writer.out - writer.begin) + (writer.fill > 0 ? 1 : 0)};
    }
    join_lanes(bytes, lanes(), payload);
  }

 private:
  /// Codewords of the frame after a reset.
  void verbatim() {
    const std::int32_t mask = (1 << rows_.code_width) - 1;
    for (std::size_t c = 0; c < all_.end; ++c) {
      rows_.bits[c] = rows_.code[c] & mask;
      rows_.length[c] = rows_.code_width;
    }
  }

  Block all_;
  std::uint64_t code_bits_;
  HuffmanRows rows_;
  bool few_;
  ClassIndex classes_;  ///< for few channels
  Pace pace_;
  Row words_;
  LaneMemory memory_;
};

/// Per frame: vectors predict all channels, a scalar loop finds the codes in the bits, and vectors
/// update the state. Within a frame no channel depends on another.
class VectorHuffmanDecoder : public PayloadDecoder {
 public:
  VectorHuffmanDecoder(const TableSet& tables, int code_width, std::uint32_t channels)
      : all_{0, channels},
        code_bits_(max_code_bits(Profile::kHuffman, code_width)),
        rows_(tables, code_width, channels),
        few_(channels < kManyChannels),
        classes_(few_ ? ClassIndex(rows_) : ClassIndex()) {
    // Nearly all codes are found by their first bits; the few longer ones by a search.
    index_.resize(tables.lengths.size() << kHuffmanIndexBits);
    for (std::size_t t = 0; t < tables.lengths.size(); ++t) {
      const std::vector<Codeword> codes = canonical_codes(tables.lengths[t]);
      for (std::size_t s = 0; s < codes.size(); ++s) {
        const std::uint16_t entry = entry_of(s, codes[s].length);
        if (codes[s].length > kHuffmanIndexBits) {
          longer_.resize(tables.lengths.size());
          longer_[t].push_back({codes[s].bits << (kMaxCodeLength - codes[s].length), entry});
          continue;
        }
        // Every index that begins with the code leads to its entry.
        const int free_bits = kHuffmanIndexBits - codes[s].length;
        const std::size_t first = (t << kHuffmanIndexBits) | codes[s].bits << free_bits;
        std::fill_n(index_.begin() + static_cast<std::ptrdiff_t>(first),
                    std::size_t{1} << free_bits, entry);
      }
    }
    for (auto& codes : longer_) {
      std::sort(codes.begin(), codes.end(),
                [](const Longer& a, const Longer& b) { return a.first < b.first; });
    }
  }

  void reserve(std::uint64_t codes) override {
    copies_.reserve(max_payload_bytes(Profile::kHuffman, rows_.code_width, codes, kMaxLanes) +
                    kMaxLanes * (all_.end * code_bits_ / 8 + 2 * kWordBytes));
  }

  std::uint64_t max_codes(std::size_t size) const override {
    return max_payload_codes(Profile::kHuffman, size);
  }

  void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool key,
              std::vector<Code>& codes) override {
    if (frames == 0 && size == 0) return;
    LaneRange range = all_lanes(lanes(), all_.end);
    copies_.copy(payload, size, range, code_bits_);
    std::array<BitSource, kMaxLanes> sources;
    std::array<std::uint64_t, kMaxLanes> ends = {};
    for (int l = 0; l < lanes(); ++l) {
      sources[static_cast<std::size_t>(l)].bytes = copies_[l].data;
      ends[static_cast<std::size_t>(l)] = copies_[l].size * 8;
    }
    LaneFaults faults(lanes());
    const std::size_t begin = codes.size();
    codes.resize(begin + frames * all_.end);
    Code* out = codes.data() + begin;
    Block block = all_;
    const HuffmanIndex index = {index_.data(), search, this};
    std::size_t frame = 0;
    const auto check = [&](unsigned wrong) {
      // Past its end a lane reads zeros, which do no harm, so one look per frame is enough.
      for (int l = 0; l < faults.sound(); ++l) {
        if ((wrong >> l & 1) != 0) {
          faults.add(l, Error("a code of the payload lies outside " +
                              std::to_string(rows_.code_width) + " bits"));
        } else if (sources[static_cast<std::size_t>(l)].position > copies_[l].size * 8) {
          faults.add(l, Error("the payload is too short"));
        }
      }
      range.last = faults.sound();
      block.end = lane_begin(faults.sound(), lanes(), all_.end);
    };
    while (frame < frames && faults.sound() > 0) {
      const bool reset = key && frame == 0;
      if (few_ && !reset) {
        const FewRead read = read_few(rows_, classes_, index, range, out, frames - frame, pace_,
                                      sources.data(), ends.data());
        frame += read.frames;
        out += read.frames * all_.end;
        check(read.wrong);
        continue;
      }
      const int boost = pace_.next(reset);
      unsigned wrong = 0;
      if (reset) {
        rows_.reset(block);
        for (int l = 0; l < lanes(); ++l) {
          read_verbatim(sources[static_cast<std::size_t>(l)],
                        range.blocks[static_cast<std::size_t>(l)]);
        }
      } else {
        rows_.expect(block);
        read_codewords(rows_, range, index, sources.data());
        if (!rows_.complete(block)) wrong = outside(range);
      }
      check(wrong);
      give_codes(rows_.code, block, out);
      reset ? rows_.update_reset(block) : rows_.update(block, boost);
      ++frame;
      out += all_.end;
    }
    for (int l = 0; l < faults.sound(); ++l) {
      if (!copies_.ends(l, lanes(), sources[static_cast<std::size_t>(l)].position)) {
        faults.add(l, Error("the payload goes on after its last code"));
      }
    }
    if (faults.sound() < lanes()) codes.resize(begin);
    faults.report();
  }

  void skip(const Code* codes, std::size_t frames, bool key) override {
    follow(rows_, pace_, codes, frames, key);
  }

 private:
  /// A code that is longer than the index.
  struct Longer {
    std::uint32_t first;  ///< the code, followed by zeros to kMaxCodeLength bits
    std::uint16_t entry;
  };

  static std::uint16_t entry_of(std::size_t symbol, int length) {
    return static_cast<std::uint16_t>(symbol | static_cast<std::size_t>(length)
                                                   << kHuffmanSymbolPlaces);
  }

  static std::uint16_t search(const void* owner, std::uint32_t table, std::uint32_t bits) {
    const std::vector<Longer>& codes =
        static_cast<const VectorHuffmanDecoder*>(owner)->longer_[table];
    const auto above =
        std::upper_bound(codes.begin(), codes.end(), bits,
                         [](std::uint32_t value, const Longer& c) { return value < c.first; });
    return std::prev(above)->entry;
  }

  /// The codes of a frame after a reset.
  void read_verbatim(BitSource& source, Block block) {
    const int width = rows_.code_width;
    for (std::size_t c = block.begin; c < block.end; ++c) {
      rows_.code[c] = from_low_bits(read_bits(source, width), width);
    }
  }

  /// The lanes with a code outside the code width, as bits.
  unsigned outside(const LaneRange& range) const {
    const std::int32_t half = 1 << (rows_.code_width - 1);
    unsigned wrong = 0;
    for (int l = range.first; l < range.last; ++l) {
      const Block& block = range.blocks[static_cast<std::size_t>(l)];
      const bool found =
          std::any_of(rows_.code.begin() + static_cast<std::ptrdiff_t>(block.begin),
                      rows_.code.begin() + static_cast<std::ptrdiff_t>(block.end),
                      [half](std::int32_t code) { return code < -half || code >= half; });
      if (found) wrong |= 1U << l;
    }
    return wrong;
  }

  Block all_;
  std::uint64_t code_bits_;
  HuffmanRows rows_;
  bool few_;
  ClassIndex classes_;  ///< for few channels
  Pace pace_;
  std::vector<std::uint16_t> index_;         ///< as HuffmanIndex::entries
  std::vector<std::vector<Longer>> longer_;  ///< by table, in the order of the codes
  LaneCopies copies_;
};

/// Per frame: vectors compute each channel's interval, a scalar loop narrows the range by them. The
/// codes of a frame are all known, so that stage neighbour is no obstacle.
class VectorRangeEncoder : public PayloadEncoder {
 public:
  VectorRangeEncoder(const RangeTables& tables, int code_width, std::uint32_t channels,
                     const Corrections& corrections)
      : all_{0, channels},
        code_bits_(max_code_bits(Profile::kRange, code_width)),
        rows_(tables, code_width, channels, corrections) {}

  void reserve(std::uint64_t codes) override {
    memory_.reserve(max_payload_bytes(Profile::kRange, rows_.code_width, codes) +
                    LaneMemory::kSlack);
  }

  void encode(const Code* codes, std::size_t frames, bool key,
              std::vector<std::uint8_t>& payload) override {
    payload.clear();
    if (frames == 0) return;
    const LaneRange range = all_lanes(lanes(), all_.end);
    std::array<RangeWriter, kMaxLanes> writers;
    memory_.divide(range, frames, code_bits_, [&writers](int lane, std::uint8_t* bytes) {
      RangeWriter& writer = writers[static_cast<std::size_t>(lane)];
      writer.begin = writer.out = bytes;
    });
    for (std::size_t frame = 0; frame < frames; ++frame, codes += all_.end) {
      const bool reset = key && frame == 0;
      if (all_.end < kManyChannels && !reset) {
        write_few(rows_, range, codes, frames - frame, pace_, writers.data());
        break;
      }
      const int boost = pace_.next(reset);
      take_codes(codes, all_, rows_.code);
      if (reset) {
        rows_.reset(all_);
        for (int l = 0; l < lanes(); ++l) {
          write_verbatim(writers[static_cast<std::size_t>(l)],
                         range.blocks[static_cast<std::size_t>(l)]);
        }
        rows_.update_reset(all_);
        continue;
      }
      rows_.expect(all_);
      rows_.correct();
      rows_.intervals(all_);
      write_intervals(rows_, range, writers.data());
      rows_.update(all_, boost);
    }
    std::array<LaneBytes, kMaxLanes> bytes;
    for (int l = 0; l < lanes(); ++l) {
      RangeWriter& writer = writers[static_cast<std::size_t>(l)];
      bytes[static_cast<std::size_t>(l)] = {writer.begin, finish(writer)};
    }
    join_lanes(bytes, lanes(), payload);
  }

 private:
  /// Codes after a reset, as in RangeEncoder.
  void write_verbatim(RangeWriter& writer, Block block) {
    const int width = rows_.code_width;
    for (std::size_t c = block.begin; c < block.end; ++c) {
      writer.low = (writer.low << width) +
                   low_bits(static_cast<std::uint32_t>(rows_.code[c]), width) * kVerbatimRange;
      writer.fill += width;
      writer.append(0);
    }
    writer.range = kVerbatimRange;
  }

  /// Ends a lane. @return its bytes
  static std::size_t finish(RangeWriter& writer) {
    // The range is at least half, so one bit, followed by zeros, reaches into it.
    writer.low = (writer.low + (1U << 15) - 1) & ~std::uint64_t{(1U << 15) - 1};
    writer.append(1);
    // The bits before the window of 16, which are zeros now.
    writer.low &= ~std::uint64_t{0xFFFF};
    const int pending = writer.fill;
    if (pending > 0) writer.append(32 - pending);
    const auto whole = static_cast<std::size_t>(writer.out - writer.begin);
    return pending > 0 ? whole - 4 + static_cast<std::size_t>(pending + 7) / 8 : whole;
  }

  Block all_;
  std::uint64_t code_bits_;
  RangeRows rows_;
  Pace pace_;
  LaneMemory memory_;
};

/// As VectorHuffmanDecoder, with the search of a code's interval in place of the look-up. With
/// stage neighbour, each code needs the one before it, but a lane's first one only that of the lane
/// before it in the same frame: lane l decodes frame t - l while lane 0 decodes frame t.
class VectorRangeDecoder : public PayloadDecoder {
 public:
  VectorRangeDecoder(const RangeTables& tables, int code_width, std::uint32_t channels,
                     const Corrections& corrections)
      : all_{0, channels},
        code_bits_(max_code_bits(Profile::kRange, code_width)),
        rows_(tables, code_width, channels, corrections),
        search_(rows_) {}

  void reserve(std::uint64_t codes) override {
    copies_.reserve(max_payload_bytes(Profile::kRange, rows_.code_width, codes, kMaxLanes) +
                    kMaxLanes * (all_.end * code_bits_ / 8 + 2 * kWordBytes));
  }

  std::uint64_t max_codes(std::size_t size) const override {
    return max_payload_codes(Profile::kRange, size);
  }

  void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool key,
              std::vector<Code>& codes) override {
    if (frames == 0 && size == 0) return;
    const LaneRange range = all_lanes(lanes(), all_.end);
    copies_.copy(payload, size, range, code_bits_);
    std::array<RangeSource, kMaxLanes> sources;
    for (int l = 0; l < lanes(); ++l) {
      RangeSource& source = sources[static_cast<std::size_t>(l)];
      source.bits.bytes = copies_[l].data;
      source.offset = read_bits(source.bits, 16);
    }
    LaneFaults faults(lanes());
    const std::size_t begin = codes.size();
    codes.resize(begin + frames * all_.end);
    Code* const out = codes.data() + begin;
    if (all_.end < kManyChannels) {
      decode_few(range, frames, key, sources, faults, out);
    } else if (rows_.corrections.neighbour) {
      decode_staggered(range, frames, key, sources, faults, out);
    } else {
      decode_frames(range, frames, key, sources, faults, out);
    }
    for (int l = 0; l < faults.sound(); ++l) {
      if (!copies_.ends(l, lanes(), consumed_bits(sources[static_cast<std::size_t>(l)]))) {
        faults.add(l, Error("the payload goes on after its last code"));
      }
    }
    if (faults.sound() < lanes()) codes.resize(begin);
    faults.report();
  }

  void skip(const Code* codes, std::size_t frames, bool key) override {
    follow(rows_, pace_, codes, frames, key);
  }

 private:
  using Sources = std::array<RangeSource, kMaxLanes>;
  /// Bits that a source is ahead of the codes taken; the final one of these counts as taken.
  static constexpr std::uint64_t kUnusedBits = 16 - 1;

  /// All lanes in the same frame.
  void decode_frames(LaneRange range, std::size_t frames, bool key, Sources& sources,
                     LaneFaults& faults, Code* out) {
    Block block = all_;
    for (std::size_t frame = 0; frame < frames && faults.sound() > 0; ++frame, out += all_.end) {
      const bool reset = key && frame == 0;
      const int boost = pace_.next(reset);
      if (reset) {
        rows_.reset(block);
        unsigned wrong = 0;
        for (int l = 0; l < range.last; ++l) wrong |= read_verbatim(range, l, sources);
        check(range, wrong, sources, faults);
      } else {
        rows_.expect(block);
        check(range, read_intervals(rows_, range, search_, sources.data(), nullptr), sources,
              faults);
      }
      range.last = faults.sound();
      block.end = lane_begin(faults.sound(), lanes(), all_.end);
      give_codes(rows_.code, block, out);
      reset ? rows_.update_reset(block) : rows_.update(block, boost);
    }
  }

  /// Few channels: no lane is behind another.
  void decode_few(LaneRange range, std::size_t frames, bool key, Sources& sources,
                  LaneFaults& faults, Code* out) {
    std::array<std::uint64_t, kMaxLanes> ends = {};
    for (int l = 0; l < lanes(); ++l) {
      ends[static_cast<std::size_t>(l)] = copies_[l].size * 8 + kUnusedBits;
    }
    if (key && frames > 0) {
      decode_frames(range, 1, key, sources, faults, out);
      out += all_.end;
      --frames;
    }
    while (frames > 0 && faults.sound() > 0) {
      range.last = faults.sound();
      const FewRead read =
          read_few(rows_, search_, range, out, frames, pace_, sources.data(), ends.data());
      check(range, read.wrong, sources, faults);
      frames -= read.frames;
      out += read.frames * all_.end;
    }
  }

  /// Each lane a frame after the one before it.
  void decode_staggered(const LaneRange& range, std::size_t frames, bool key, Sources& sources,
                        LaneFaults& faults, Code* out) {
    const auto count = static_cast<std::size_t>(lanes());
    std::array<Pace, kMaxLanes> paces;
    paces.fill(pace_);
    std::array<int, kMaxLanes> boosts = {};
    std::array<NeighbourChain, kMaxLanes> chains;
    for (std::size_t step = 0; step + 1 < frames + count && faults.sound() > 0; ++step) {
      LaneRange active = range;
      active.first = static_cast<int>(step < frames ? 0 : step - frames + 1);
      active.last = static_cast<int>(std::min(step + 1, static_cast<std::size_t>(faults.sound())));
      // The lane that begins with its first frame, if the packet is a key packet.
      const int verbatim = key && step < count ? static_cast<int>(step) : -1;
      for (int l = active.last - 1; l >= active.first; --l) {
        const auto lane = static_cast<std::size_t>(l);
        // What the lane before had at its end, one step ago.
        chains[lane] = l == 0 ? NeighbourChain() : chains[lane - 1];
        boosts[lane] = paces[lane].next(l == verbatim);
        if (l == verbatim) {
          rows_.reset(range.blocks[lane]);
        } else {
          rows_.expect(range.blocks[lane]);
        }
      }
      LaneRange coded = active;
      unsigned wrong = 0;
      if (verbatim >= active.first && verbatim < active.last) {
        wrong |= read_verbatim(range, verbatim, sources);
        coded.last = verbatim;
      }
      wrong |= read_intervals(rows_, coded, search_, sources.data(), chains.data());
      check(active, wrong, sources, faults);
      for (int l = active.first; l < std::min(active.last, faults.sound()); ++l) {
        const auto lane = static_cast<std::size_t>(l);
        const Block& block = range.blocks[lane];
        give_codes(rows_.code, block, out + (step - lane) * all_.end);
        if (l == verbatim) {
          rows_.update_reset(block);
        } else {
          rows_.update(block, boosts[lane]);
        }
      }
    }
    pace_ = paces[0];
  }

  /// Looks for the first fault of the lanes in the frame that they have decoded.
  void check(const LaneRange& range, unsigned wrong, const Sources& sources,
             LaneFaults& faults) const {
    for (int l = range.first; l < std::min(range.last, faults.sound()); ++l) {
      if ((wrong >> l & 1) != 0) {
        faults.add(l, Error("the payload points between two codes"));
      } else if (consumed_bits(sources[static_cast<std::size_t>(l)]) > copies_[l].size * 8) {
        faults.add(l, Error("the payload is too short"));
      }
    }
  }

  /// Bits of a lane up to the codes taken, the final one included.
  static std::size_t consumed_bits(const RangeSource& source) {
    return source.bits.position - kUnusedBits;
  }

  /// The codes of a lane in a frame after a reset. @return its bit if they are wrong
  unsigned read_verbatim(const LaneRange& range, int lane, Sources& sources) {
    RangeSource& source = sources[static_cast<std::size_t>(lane)];
    const Block& block = range.blocks[static_cast<std::size_t>(lane)];
    const int width = rows_.code_width;
    for (std::size_t c = block.begin; c < block.end; ++c) {
      if (source.offset >= kVerbatimRange) return 1U << lane;
      const std::uint32_t all = source.offset << width | read_bits(source.bits, width);
      rows_.code[c] = from_low_bits(all / kVerbatimRange, width);
      source.offset = all % kVerbatimRange;
    }
    source.range = kVerbatimRange;
    return 0;
  }

  Block all_;
  std::uint64_t code_bits_;
  RangeRows rows_;
  IntervalSearch search_;
  Pace pace_;
  LaneCopies copies_;
};

}  // namespace

std::unique_ptr<PayloadEncoder> make_vector_encoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels,
                                                    const Corrections& corrections) {
  if (tables.profile() == Profile::kHuffman) {
    return std::make_unique<VectorHuffmanEncoder>(tables.huffman(), code_width, channels);
  }
  return std::make_unique<VectorRangeEncoder>(tables.range(), code_width, channels, corrections);
}

std::unique_ptr<PayloadDecoder> make_vector_decoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels,
                                                    const Corrections& corrections) {
  if (tables.profile() == Profile::kHuffman) {
    return std::make_unique<VectorHuffmanDecoder>(tables.huffman(), code_width, channels);
  }
  return std::make_unique<VectorRangeDecoder>(tables.range(), code_width, channels, corrections);
}

}  // namespace nrc
