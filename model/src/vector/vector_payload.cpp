// SPDX-License-Identifier: Apache-2.0
#include "vector/vector_payload.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "nrc/error.hpp"
#include "stages/floor_log2.hpp"
#include "stages/huffman.hpp"
#include "stages/interval.hpp"
#include "stages/low_bits.hpp"
#include "vector/vector_stages.hpp"

namespace nrc {

namespace {

/// The coder's range after a verbatim code.
constexpr std::uint32_t kVerbatimRange = 1U << 15;

/// With fewer channels the stages, one code at a time, are faster than vectors.
constexpr std::uint32_t kMinChannels = 8;

void store_big_endian(std::uint8_t* to, std::uint32_t word) {
  to[0] = static_cast<std::uint8_t>(word >> 24);
  to[1] = static_cast<std::uint8_t>(word >> 16);
  to[2] = static_cast<std::uint8_t>(word >> 8);
  to[3] = static_cast<std::uint8_t>(word);
}

std::uint64_t load_big_endian(const std::uint8_t* from) {
  std::uint64_t word = 0;
  for (int i = 0; i < 8; ++i) word = word << 8 | from[i];
  return word;
}

/// Memory for the longest payload of any packet so far, not initialised.
class Scratch {
 public:
  std::uint8_t* room(std::uint64_t bytes) {
    if (bytes > size_) {
      bytes_.reset(new std::uint8_t[bytes]);
      size_ = bytes;
    }
    return bytes_.get();
  }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::uint64_t size_ = 0;
};

/// Takes the state of all channels through codes that a raw packet holds.
template <class Lanes>
void follow(Lanes& lanes, const Code* codes, std::size_t channels, std::size_t frames, bool key) {
  for (std::size_t frame = 0; frame < frames; ++frame, codes += channels) {
    const bool reset = key && frame == 0;
    if (reset) lanes.reset();
    lanes.expect();
    std::copy(codes, codes + channels, lanes.code.begin());
    reset ? lanes.update_reset() : lanes.update();
  }
}

/// Per frame: vectors compute each channel's codeword, then a scalar loop joins them, as where a
/// codeword goes depends on the lengths of all before it.
class VectorHuffmanEncoder : public PayloadEncoder {
 public:
  VectorHuffmanEncoder(const TableSet& tables, int code_width, std::uint32_t channels)
      : channels_(channels), lanes_(tables, code_width, channels) {
    const HuffmanEncoder encoder(tables, code_width);
    // The leading one that marks a word's length would cost a search for each code.
    for (const std::uint16_t word : encoder.memory()) {
      const int length = floor_log2(word);
      memory_.push_back(length << 16 | (word ^ 1 << length));
    }
  }

  void reserve(std::uint64_t codes) override { scratch_.room(max_bytes(codes)); }

  void encode(const Code* codes, std::size_t frames, bool key,
              std::vector<std::uint8_t>& payload) override {
    std::uint8_t* const begin = scratch_.room(max_bytes(frames * channels_));
    std::uint8_t* out = begin;
    std::uint64_t accumulator = 0;
    int fill = 0;  // bits in the accumulator that are not out yet, 0..31
    for (std::size_t frame = 0; frame < frames; ++frame, codes += channels_) {
      const bool reset = key && frame == 0;
      if (reset) lanes_.reset();
      std::copy(codes, codes + channels_, lanes_.code.begin());
      if (reset) {
        verbatim();
      } else {
        lanes_.expect();
        lanes_.encode(memory_);
      }
      // A codeword has at most 31 bits, so it always fits next to the 31 that may be pending.
      static_assert(kMaxCodeLength + std::max(kMaxCodeWidth, kMaxRawBits) <= 64 - 31);
      for (std::size_t c = 0; c < channels_; ++c) {
        const int length = lanes_.length[c];
        accumulator = accumulator << length | static_cast<std::uint32_t>(lanes_.bits[c]);
        fill += length;
        if (fill < 32) continue;
        fill -= 32;
        store_big_endian(out, static_cast<std::uint32_t>(accumulator >> fill));
        out += 4;
      }
      reset ? lanes_.update_reset() : lanes_.update();
    }
    if (fill > 0) {
      store_big_endian(out, static_cast<std::uint32_t>(accumulator << (32 - fill)));
      out += 4;
    }
    payload.assign(begin, out);
  }

 private:
  std::uint64_t max_bytes(std::uint64_t codes) const {
    return max_payload_bytes(Profile::kHuffman, lanes_.code_width, codes) + 4;
  }

  /// Codewords of the frame after a reset.
  void verbatim() {
    const std::int32_t mask = (1 << lanes_.code_width) - 1;
    for (std::size_t c = 0; c < channels_; ++c) {
      lanes_.bits[c] = lanes_.code[c] & mask;
      lanes_.length[c] = lanes_.code_width;
    }
  }

  std::size_t channels_;
  HuffmanLanes lanes_;
  Lanes memory_;
  Scratch scratch_;
};

/// Bits that BitWindow holds after a refill().
constexpr int kWindowBits = 56;

/// The payload from its first bit on, and zeros after its end. Reads 8 bytes at a time, hence a
/// copy with as many bytes of margin.
class BitWindow {
 public:
  BitWindow(const std::uint8_t* payload, std::size_t size, std::vector<std::uint8_t>& copy)
      : size_(size) {
    // Eight zero bytes after the payload, so that refill() may load past its end.
    copy.resize(std::max(copy.size(), size + 8));
    std::copy(payload, payload + size, copy.begin());
    std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(size), 8, std::uint8_t{0});
    bytes_ = copy.data();
  }

  /// From here on the next kWindowBits bits are there.
  void refill() {
    // Loads 8 bytes without a branch; whole bytes that do not fit are loaded again next time.
    bits_ |= load_big_endian(bytes_ + std::min(next_, size_)) >> available_;
    next_ += static_cast<std::size_t>((63 - available_) >> 3);
    available_ |= 56;
  }
  /// The next `count` bits, 1..56.
  std::uint32_t peek(int count) const { return static_cast<std::uint32_t>(bits_ >> (64 - count)); }
  /// The same for 0..56.
  std::uint32_t peek_some(int count) const {
    // Two shifts, since a shift by 64 is undefined.
    return static_cast<std::uint32_t>(bits_ >> 1 >> (63 - count));
  }
  void skip(int count) {
    bits_ <<= count;
    available_ -= count;
  }
  std::size_t consumed_bits() const { return next_ * 8 - static_cast<std::size_t>(available_); }
  bool overrun() const { return consumed_bits() > size_ * 8; }

 private:
  const std::uint8_t* bytes_;
  std::size_t size_;
  std::size_t next_ = 0;    ///< byte that is not in the window yet
  std::uint64_t bits_ = 0;  ///< the next ones, from the most significant place on
  int available_ = 0;       ///< how many of them are known
};

/// Per frame: vectors predict all channels, a scalar loop finds the codes in the bits, and vectors
/// update the state. Within a frame no channel depends on another.
class VectorHuffmanDecoder : public PayloadDecoder {
 public:
  VectorHuffmanDecoder(const TableSet& tables, int code_width, std::uint32_t channels)
      : channels_(channels), lanes_(tables, code_width, channels) {
    // Nearly all codes are found by their first kIndexBits bits; the few longer ones by a search.
    index_.resize(tables.lengths.size() << kIndexBits);
    for (std::size_t t = 0; t < tables.lengths.size(); ++t) {
      const std::vector<Codeword> codes = canonical_codes(tables.lengths[t]);
      for (std::size_t s = 0; s < codes.size(); ++s) {
        const std::uint16_t entry = entry_of(s, codes[s].length);
        if (codes[s].length > kIndexBits) {
          longer_.resize(tables.lengths.size());
          longer_[t].push_back({codes[s].bits << (kMaxCodeLength - codes[s].length), entry});
          continue;
        }
        // Every index that begins with the code leads to its entry.
        const int free_bits = kIndexBits - codes[s].length;
        std::fill_n(index_.begin() +
                        static_cast<std::ptrdiff_t>((t << kIndexBits) | codes[s].bits << free_bits),
                    std::size_t{1} << free_bits, entry);
      }
    }
    for (auto& codes : longer_) {
      std::sort(codes.begin(), codes.end(),
                [](const Longer& a, const Longer& b) { return a.first < b.first; });
    }
  }

  void reserve(std::uint64_t codes) override {
    copy_.reserve(max_payload_bytes(Profile::kHuffman, lanes_.code_width, codes) + 8);
  }

  std::uint64_t max_codes(std::size_t size) const override {
    return max_payload_codes(Profile::kHuffman, size);
  }

  void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool key,
              std::vector<Code>& codes) override {
    BitWindow window(payload, size, copy_);
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const bool reset = key && frame == 0;
      if (reset) {
        lanes_.reset();
        parse_verbatim(window);
      } else {
        lanes_.expect();
        parse(window);
      }
      // Past the end the window reads zeros, which do no harm, so one look per frame is enough.
      if (window.overrun()) throw Error("the payload is too short");
      for (std::size_t c = 0; c < channels_; ++c) {
        codes.push_back(static_cast<Code>(lanes_.code[c]));
      }
      reset ? lanes_.update_reset() : lanes_.update();
    }
    window.refill();
    const std::size_t used = (window.consumed_bits() + 31) / 32 * 4;
    const int padding = static_cast<int>(used * 8 - window.consumed_bits());
    if (used != size || window.peek_some(padding) != 0) {
      throw Error("the payload goes on after its last code");
    }
  }

  void skip(const Code* codes, std::size_t frames, bool key) override {
    follow(lanes_, codes, channels_, frames, key);
  }

 private:
  static constexpr int kIndexBits = 9;
  static constexpr int kSymbolPlaces = 10;
  static_assert(kMaxSymbolBits <= kSymbolPlaces && kMaxCodeLength < 1 << (16 - kSymbolPlaces));

  /// A code that is longer than the index.
  struct Longer {
    std::uint32_t first;  ///< the code, followed by zeros to kMaxCodeLength bits
    std::uint16_t entry;
  };

  static std::uint16_t entry_of(std::size_t symbol, int length) {
    return static_cast<std::uint16_t>(symbol | static_cast<std::size_t>(length) << kSymbolPlaces);
  }

  std::uint16_t search(std::size_t table, std::uint32_t bits) const {
    const std::vector<Longer>& codes = longer_[table];
    const auto above =
        std::upper_bound(codes.begin(), codes.end(), bits,
                         [](std::uint32_t value, const Longer& c) { return value < c.first; });
    return std::prev(above)->entry;
  }

  /// The codes of a frame after a reset.
  void parse_verbatim(BitWindow& window) {
    const int width = lanes_.code_width;
    for (std::size_t c = 0; c < channels_; ++c) {
      window.refill();
      lanes_.code[c] = from_low_bits(window.peek(width), width);
      window.skip(width);
    }
  }

  /// The codes of a frame, after lanes_.expect().
  void parse(BitWindow& window_of_payload) {
    // Everything the loop reads is local: compilers cannot know that out does not alias the
    // members.
    BitWindow window = window_of_payload;  // in registers
    const int width = lanes_.code_width;
    const std::int32_t half = 1 << (width - 1);
    const std::int32_t symbol_half = 1 << (lanes_.symbol_bits - 1);
    const std::uint16_t* const index = index_.data();
    const std::int32_t* const tables = lanes_.table.data();
    const std::int32_t* const all_raw_bits = lanes_.raw_bits.data();
    const std::int32_t* const predicted = lanes_.predicted.data();
    std::int32_t* const out = lanes_.code.data();
    // A code outside its width is an error, but one that need not break the loop: the bits are
    // gathered, and looked at after the frame.
    std::uint32_t outside = 0;
    const auto next = [&](std::size_t c) {
      const auto table = static_cast<std::size_t>(tables[c]);
      std::uint32_t entry = index[(table << kIndexBits) | window.peek(kIndexBits)];
      if (entry == 0) entry = search(table, window.peek(kMaxCodeLength));
      window.skip(static_cast<int>(entry >> kSymbolPlaces));
      const auto symbol = static_cast<std::int32_t>(entry & ((1U << kSymbolPlaces) - 1));
      const int raw_bits = all_raw_bits[c];
      if (symbol == 0) {
        const auto bits = static_cast<std::int32_t>(window.peek(width));
        window.skip(width);
        out[c] = bits >= half ? bits - 2 * half : bits;
        return;
      }
      const auto raw = static_cast<std::int32_t>(window.peek_some(raw_bits));
      window.skip(raw_bits);
      const std::int32_t code = predicted[c] + (symbol - symbol_half) * (1 << raw_bits) + raw;
      // Collected and tested once per frame, which is cheaper than a branch for each code.
      outside |= static_cast<std::uint32_t>(code + half) >> width;
      out[c] = code;
    };
    // One code always fits into the window, two if they are not too wide.
    static_assert(kMaxCodeLength + std::max(kMaxCodeWidth, kMaxRawBits) <= kWindowBits);
    const bool two = 2 * (kMaxCodeLength + std::max(width, kMaxRawBits)) <= kWindowBits;
    std::size_t c = 0;
    if (two) {
      for (; c + 1 < channels_; c += 2) {
        window.refill();
        next(c);
        next(c + 1);
      }
    }
    for (; c < channels_; ++c) {
      window.refill();
      next(c);
    }
    if (outside != 0) {
      throw Error("a code of the payload lies outside " + std::to_string(width) + " bits");
    }
    window_of_payload = window;
  }

  std::size_t channels_;
  HuffmanLanes lanes_;
  std::vector<std::uint16_t> index_;         ///< [table << kIndexBits | next bits]; 0: longer
  std::vector<std::vector<Longer>> longer_;  ///< by table, in the order of the codes
  std::vector<std::uint8_t> copy_;           ///< of the payload
};

/// Per frame: vectors compute each channel's interval, a scalar loop narrows the range by them.
class VectorRangeEncoder : public PayloadEncoder {
 public:
  VectorRangeEncoder(const RangeTables& tables, int code_width, std::uint32_t channels)
      : channels_(channels), code_width_(code_width), lanes_(tables, code_width, channels) {}

  void reserve(std::uint64_t codes) override { scratch_.room(max_bytes(codes)); }

  void encode(const Code* codes, std::size_t frames, bool key,
              std::vector<std::uint8_t>& payload) override {
    payload.clear();
    if (frames == 0) return;
    begin_ = out_ = scratch_.room(max_bytes(frames * channels_));
    low_ = 0;
    fill_ = 0;
    std::uint32_t range = kRangeReset;
    for (std::size_t frame = 0; frame < frames; ++frame, codes += channels_) {
      const bool reset = key && frame == 0;
      if (reset) lanes_.reset();
      std::copy(codes, codes + channels_, lanes_.code.begin());
      if (reset) {
        for (std::size_t c = 0; c < channels_; ++c) verbatim(lanes_.code[c]);
        range = kVerbatimRange;
        lanes_.update_reset();
        continue;
      }
      lanes_.expect();
      lanes_.intervals();
      for (std::size_t c = 0; c < channels_; ++c) {
        const auto frequency = static_cast<std::uint32_t>(lanes_.frequency[c]);
        if (frequency < kMinFrequency) {
          escape(lanes_.code[c]);
          range = 1U << 15;
          continue;
        }
        // As in RangeEncoder; the carry stays in low_ until append() moves it out.
        low_ += (range * static_cast<std::uint32_t>(lanes_.low[c])) >> 16;
        range = (range * frequency) >> 16;
        const int shift = 15 - floor_log2(range);
        range <<= shift;
        append(shift);
        if (const int plain = lanes_.plain[c]; plain > 0)
          append_plain(lanes_.code[c], plain, range);
      }
      lanes_.update();
    }
    // The range is at least half, so one bit, followed by zeros, reaches into it.
    low_ = (low_ + (1U << 15) - 1) & ~std::uint64_t{(1U << 15) - 1};
    append(1);
    // The bits before the window of 16, which are zeros now.
    low_ &= ~std::uint64_t{0xFFFF};
    if (fill_ > 0) append(32 - fill_);
    payload.assign(begin_, out_);
  }

 private:
  std::uint64_t max_bytes(std::uint64_t codes) const {
    return max_payload_bytes(Profile::kRange, code_width_, codes) + 4;
  }

  /// Moves the low end by so many bits (0..16), and what then lies before its 16 bits out.
  void append(int shift) {
    low_ <<= shift;
    fill_ += shift;
    if (fill_ < 32) return;
    const int below = 16 + fill_ - 32;
    const std::uint64_t word = low_ >> below;
    // The carry goes into the bytes already written, through all that are 0xFF.
    if (word >> 32 != 0) {
      std::uint8_t* at = out_;
      while (at != begin_ && ++at[-1] == 0) --at;
    }
    store_big_endian(out_, static_cast<std::uint32_t>(word));
    out_ += 4;
    low_ &= (std::uint64_t{1} << below) - 1;
    fill_ -= 32;
  }

  /// The low bits of a code: as in RangeEncoder, before anything moves out.
  void append_plain(std::int32_t code, int count, std::uint32_t range) {
    low_ = (low_ << count) + low_bits(static_cast<std::uint32_t>(code), count) * range;
    fill_ += count;
    append(0);
  }

  /// A code after a reset, as in RangeEncoder.
  void verbatim(std::int32_t code) {
    low_ = (low_ << code_width_) +
           low_bits(static_cast<std::uint32_t>(code), code_width_) * kVerbatimRange;
    fill_ += code_width_;
    append(0);
  }

  void escape(std::int32_t code) {
    const int below = code_width_ - kEscapeBits;
    const std::uint64_t value = low_bits(static_cast<std::uint32_t>(code), code_width_);
    // The value's first bits may carry into the low end: it has room above.
    low_ = (low_ << below) + value;
    fill_ += below;
    append(0);
    append(15);
  }

  std::size_t channels_;
  int code_width_;
  RangeLanes lanes_;
  Scratch scratch_;
  std::uint8_t* begin_ = nullptr;
  std::uint8_t* out_ = nullptr;
  std::uint64_t low_ = 0;  ///< 16 bits of the coder, `fill_` bits before them, and a carry
  int fill_ = 0;
};

/// As VectorHuffmanDecoder, with the search of a code's interval in place of the look-up.
class VectorRangeDecoder : public PayloadDecoder {
 public:
  VectorRangeDecoder(const RangeTables& tables, int code_width, std::uint32_t channels)
      : channels_(channels),
        code_width_(code_width),
        lanes_(tables, code_width, channels),
        model_(tables, lanes_.linearizer) {}

  void reserve(std::uint64_t codes) override {
    copy_.reserve(max_payload_bytes(Profile::kRange, code_width_, codes) + 8);
  }

  std::uint64_t max_codes(std::size_t size) const override {
    return max_payload_codes(Profile::kRange, size);
  }

  void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool key,
              std::vector<Code>& codes) override {
    if (frames == 0 && size == 0) return;
    BitWindow window(payload, size, copy_);
    window.refill();
    std::uint32_t offset = window.peek(16);
    window.skip(16);
    std::uint32_t range = kRangeReset;
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const bool reset = key && frame == 0;
      if (reset) {
        lanes_.reset();
        parse_verbatim(window, offset);
        range = kVerbatimRange;
      } else {
        lanes_.expect();
        parse(window, offset, range);
      }
      if (consumed_bits(window) > size * 8) throw Error("the payload is too short");
      for (std::size_t c = 0; c < channels_; ++c) {
        codes.push_back(static_cast<Code>(lanes_.code[c]));
      }
      reset ? lanes_.update_reset() : lanes_.update();
    }
    if ((consumed_bits(window) + 31) / 32 * 4 != size ||
        !zero_behind(payload, size, consumed_bits(window))) {
      throw Error("the payload goes on after its last code");
    }
  }

  void skip(const Code* codes, std::size_t frames, bool key) override {
    follow(lanes_, codes, channels_, frames, key);
  }

 private:
  /// Bits of the payload up to the codes taken, the final one included.
  static std::size_t consumed_bits(const BitWindow& window) {
    return window.consumed_bits() - 16 + 1;
  }

  /// True if all bits after the first `bits` are zeros.
  static bool zero_behind(const std::uint8_t* payload, std::size_t size, std::size_t bits) {
    if (bits > size * 8) return false;
    std::size_t at = bits / 8;
    if (bits % 8 != 0 && (payload[at++] & (0xFF >> bits % 8)) != 0) return false;
    return std::all_of(payload + at, payload + size, [](std::uint8_t b) { return b == 0; });
  }

  /// The codes of a frame after a reset.
  void parse_verbatim(BitWindow& window, std::uint32_t& offset) {
    for (std::size_t c = 0; c < channels_; ++c) {
      window.refill();
      if (offset >= kVerbatimRange) throw Error("the payload points between two codes");
      const std::uint32_t all = offset << code_width_ | window.peek(code_width_);
      window.skip(code_width_);
      lanes_.code[c] = from_low_bits(all / kVerbatimRange, code_width_);
      offset = all % kVerbatimRange;
    }
  }

  void parse(BitWindow& window_of_payload, std::uint32_t& offset_of_payload,
             std::uint32_t& range_of_payload) {
    BitWindow window = window_of_payload;  // in registers
    std::uint32_t offset = offset_of_payload;
    std::uint32_t range = range_of_payload;
    const std::int32_t first = lanes_.min_code;
    const std::int32_t last = lanes_.max_code;
    for (std::size_t c = 0; c < channels_; ++c) {
      window.refill();
      // The largest f with (range * f) >> 16 <= offset.
      const std::uint32_t f = std::min((((offset + 1) << 16) - 1) / range, kTopFrequency - 1);
      if (f < kEscapeFrequency) {
        const int below = code_width_ - kEscapeBits;
        if (offset >> kEscapeBits != 0) throw Error("the payload points between two codes");
        const auto value = static_cast<std::int32_t>(offset << below | window.peek_some(below));
        window.skip(below);
        offset = window.peek(15);
        window.skip(15);
        range = 1U << 15;
        lanes_.code[c] = value > last ? value - 2 * (last + 1) : value;
        continue;
      }
      const std::int32_t prediction = lanes_.value[c];
      const std::int32_t index = lanes_.index[c];
      if (const int plain = model_.plain_bits(index); plain > 0) {
        const auto begin = [&](std::int32_t group) {
          return below_group(group, plain, prediction, index);
        };
        const Found found =
            walk(f, model_.near(f, prediction, index) >> plain, first >> plain, last >> plain,
                 begin, [&] { return model_.find(f, prediction, index) >> plain; });
        narrow(found.interval, window, offset, range);
        offset = offset << plain | window.peek_some(plain);
        window.skip(plain);
        const std::uint32_t value = offset / range;
        offset -= value * range;
        lanes_.code[c] = found.at * (1 << plain) + static_cast<std::int32_t>(value);
        continue;
      }
      const auto begin = [&](std::int32_t code) { return below_code(code, prediction, index); };
      const Found found = walk(f, model_.near(f, prediction, index), first, last, begin,
                               [&] { return std::int32_t{model_.find(f, prediction, index)}; });
      narrow(found.interval, window, offset, range);
      lanes_.code[c] = found.at;
    }
    window_of_payload = window;
    offset_of_payload = offset;
    range_of_payload = range;
  }

  /// A code or group, and its interval.
  struct Found {
    std::int32_t at;
    Interval interval;
  };

  /// The one of `first` .. `last` whose interval holds frequency f. `begin` is where one begins.
  /// The guess for even steps, `start`, is usually right or one off, so a short walk beats a
  /// search.
  template <class Begin, class Search>
  static Found walk(std::uint32_t f, std::int32_t start, std::int32_t first, std::int32_t last,
                    const Begin& begin, const Search& search) {
    std::int32_t at = start;
    std::uint32_t low = begin(at);
    std::uint32_t high = begin(at + 1);
    for (int steps = 0; f < low || f >= high; ++steps) {
      if (steps == kMaxSteps) {
        at = search();
        low = begin(at);
        high = begin(at + 1);
        break;
      }
      if (f < low) {
        if (at == first) break;
        high = low;
        low = begin(--at);
      } else {
        if (at == last) break;
        low = high;
        high = begin(++at + 1);
      }
    }
    return {at, {low, high - low}};
  }

  /// Moves past a symbol with this interval.
  static void narrow(const Interval& interval, BitWindow& window, std::uint32_t& offset,
                     std::uint32_t& range) {
    const std::uint32_t from = (range * interval.low) >> 16;
    const std::uint32_t part = (range * interval.frequency) >> 16;
    // Rounding leaves offsets to which no code maps; an encoder never produces them.
    if (interval.escape() || offset < from || offset - from >= part) {
      throw Error("the payload points between two codes");
    }
    const int shift = 15 - floor_log2(part);
    range = part << shift;
    offset = (offset - from) << shift | window.peek_some(shift);
    window.skip(shift);
  }

  /// Cumulative frequency below a code, or below the one after the last.
  std::uint32_t below_code(std::int32_t code, std::int32_t prediction, std::int32_t index) const {
    if (code == lanes_.min_code) return kEscapeFrequency;
    if (code > lanes_.max_code) return kTopFrequency;
    const std::int32_t edge = lanes_.edges[static_cast<std::size_t>(code - lanes_.min_code)];
    return static_cast<std::uint32_t>(lanes_.at_edge(edge, prediction, index));
  }

  /// Cumulative frequency below a group of 2^plain codes, plain > 0, or below the one after the
  /// last.
  std::uint32_t below_group(std::int32_t group, int plain, std::int32_t prediction,
                            std::int32_t index) const {
    const std::int32_t code = group * (1 << plain);
    if (code == lanes_.min_code) return kEscapeFrequency;
    if (code > lanes_.max_code) return kTopFrequency;
    const std::int32_t edge = code * (1 << kFracBits) - (1 << (kFracBits - 1));
    return static_cast<std::uint32_t>(lanes_.at_edge(edge, prediction, index));
  }

  static constexpr int kMaxSteps = 6;  ///< to the next code, before the search by halves

  std::size_t channels_;
  int code_width_;
  RangeLanes lanes_;
  IntervalModel model_;
  std::vector<std::uint8_t> copy_;  ///< of the payload
};

}  // namespace

bool suits_vectors(std::uint32_t channels, const Corrections& corrections) {
  return channels >= kMinChannels && !corrections.any();
}

std::unique_ptr<PayloadEncoder> make_vector_encoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels) {
  if (tables.profile() == Profile::kHuffman) {
    return std::make_unique<VectorHuffmanEncoder>(tables.huffman(), code_width, channels);
  }
  return std::make_unique<VectorRangeEncoder>(tables.range(), code_width, channels);
}

std::unique_ptr<PayloadDecoder> make_vector_decoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels) {
  if (tables.profile() == Profile::kHuffman) {
    return std::make_unique<VectorHuffmanDecoder>(tables.huffman(), code_width, channels);
  }
  return std::make_unique<VectorRangeDecoder>(tables.range(), code_width, channels);
}

}  // namespace nrc
