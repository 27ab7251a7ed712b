// SPDX-License-Identifier: Apache-2.0
#include "stages/huffman.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "nrc/error.hpp"
#include "stages/floor_log2.hpp"
#include "stages/low_bits.hpp"

namespace nrc {

std::vector<std::uint16_t> canonical_order(const std::vector<std::uint8_t>& lengths) {
  // By length, then by symbol. An encoder or a decoder has up to 1024 tables to begin with.
  std::array<std::size_t, kMaxCodeLength + 2> next = {};
  for (const std::uint8_t length : lengths) ++next[std::size_t{length} + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<std::uint16_t> order(lengths.size());
  for (std::size_t s = 0; s < lengths.size(); ++s) {
    order[next[lengths[s]]++] = static_cast<std::uint16_t>(s);
  }
  return order;
}

std::vector<Codeword> canonical_codes(const std::vector<std::uint8_t>& lengths) {
  std::vector<Codeword> codes(lengths.size());
  std::uint32_t next = 0;
  int length = 0;
  for (const std::uint16_t symbol : canonical_order(lengths)) {
    next <<= lengths[symbol] - length;
    length = lengths[symbol];
    codes[symbol] = {next++, length};
  }
  return codes;
}

std::vector<std::uint8_t> limited_lengths(const std::vector<double>& weights, int limit) {
  // A package holds how many leaves of each sorted rank it contains; its leaves are always a
  // prefix per level, so it is enough to count the leaves that each level's chosen items take.
  const std::size_t n = weights.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return weights[a] < weights[b]; });

  struct Item {
    double weight;
    bool package;
  };
  std::vector<std::vector<Item>> levels;  // levels[0] is the deepest
  for (int level = 0; level < limit; ++level) {
    std::vector<Item> packages;
    if (level > 0) {
      const std::vector<Item>& below = levels.back();
      for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
        packages.push_back({below[i].weight + below[i + 1].weight, true});
      }
    }
    std::vector<Item> merged;
    std::size_t p = 0;
    for (const std::size_t leaf : order) {
      while (p < packages.size() && packages[p].weight < weights[leaf]) {
        merged.push_back(packages[p++]);
      }
      merged.push_back({weights[leaf], false});
    }
    merged.insert(merged.end(), packages.begin() + static_cast<std::ptrdiff_t>(p), packages.end());
    levels.push_back(std::move(merged));
  }

  std::vector<std::uint8_t> lengths(n, 0);
  std::size_t take = 2 * n - 2;
  for (std::size_t level = levels.size(); level-- > 0 && take > 0;) {
    std::size_t packages = 0;
    std::size_t leaves = 0;
    for (std::size_t i = 0; i < take; ++i) ++(levels[level][i].package ? packages : leaves);
    for (std::size_t i = 0; i < leaves; ++i) ++lengths[order[i]];
    take = 2 * packages;
  }
  return lengths;
}

HuffmanEncoder::HuffmanEncoder(const TableSet& tables, int code_width)
    : symbol_bits_(tables.symbol_bits), code_width_(code_width) {
  static_assert(kMaxCodeLength < 16, "a word has the code and a one before it");
  memory_.reserve(tables.lengths.size() << symbol_bits_);
  for (const auto& lengths : tables.lengths) {
    for (const Codeword& c : canonical_codes(lengths)) {
      memory_.push_back(static_cast<std::uint16_t>((std::uint32_t{1} << c.length) | c.bits));
    }
  }
}

Codeword HuffmanEncoder::encode(Code code, std::int32_t predicted_code,
                                const CodingContext& context) const {
  const std::int32_t half = 1 << (symbol_bits_ - 1);
  const std::int32_t residual = code - predicted_code;
  const std::int32_t value = residual >> context.raw_bits;
  const bool escape = value <= -half || value >= half;
  const std::int32_t symbol = escape ? 0 : value + half;
  const int extra_bits = escape ? code_width_ : context.raw_bits;
  const auto extra = static_cast<std::uint32_t>(low_bits(escape ? code : residual, extra_bits));

  const auto address =
      (static_cast<std::size_t>(context.table) << symbol_bits_) | static_cast<std::size_t>(symbol);
  const std::uint32_t word = memory_[address];
  const int length = floor_log2(word);
  const std::uint32_t prefix = word ^ (std::uint32_t{1} << length);
  return {(prefix << extra_bits) | extra, length + extra_bits};
}

Codeword HuffmanEncoder::verbatim(Code code) const {
  return {static_cast<std::uint32_t>(low_bits(code, code_width_)), code_width_};
}

HuffmanDecoder::HuffmanDecoder(const TableSet& tables, int code_width)
    : symbol_bits_(tables.symbol_bits), code_width_(code_width) {
  index_.resize(tables.lengths.size() << kIndexBits);
  for (std::size_t t = 0; t < tables.lengths.size(); ++t) {
    const auto& lengths = tables.lengths[t];
    const auto codes = canonical_codes(lengths);
    Table table{};
    table.by_rank = canonical_order(lengths);
    std::int32_t rank = 0;
    std::uint32_t first = 0;
    for (int n = 1; n <= kMaxCodeLength; ++n) {
      const auto count = static_cast<std::int32_t>(
          std::count(lengths.begin(), lengths.end(), static_cast<std::uint8_t>(n)));
      table.offset[static_cast<std::size_t>(n)] = rank - static_cast<std::int32_t>(first);
      rank += count;
      first += static_cast<std::uint32_t>(count);
      table.limit[static_cast<std::size_t>(n)] = first << (kMaxCodeLength - n);
      first <<= 1;
    }
    tables_.push_back(std::move(table));

    for (std::size_t s = 0; s < codes.size(); ++s) {
      if (codes[s].length > kIndexBits) continue;
      const int free_bits = kIndexBits - codes[s].length;
      const std::size_t begin = (t << kIndexBits) | (codes[s].bits << free_bits);
      std::fill_n(index_.begin() + static_cast<std::ptrdiff_t>(begin), std::size_t{1} << free_bits,
                  Entry{static_cast<std::uint16_t>(s), static_cast<std::uint8_t>(codes[s].length)});
    }
  }
}

Code HuffmanDecoder::decode(BitReader& reader, std::int32_t predicted_code,
                            const CodingContext& context) const {
  const std::uint32_t window = reader.peek(kMaxCodeLength);
  const std::size_t t = static_cast<std::size_t>(context.table);
  Entry entry = index_[(t << kIndexBits) | (window >> (kMaxCodeLength - kIndexBits))];
  if (entry.length == 0) {
    const Table& table = tables_[t];
    int length = kIndexBits + 1;
    while (window >= table.limit[static_cast<std::size_t>(length)]) ++length;
    const std::int32_t rank = static_cast<std::int32_t>(window >> (kMaxCodeLength - length)) +
                              table.offset[static_cast<std::size_t>(length)];
    entry = {table.by_rank[static_cast<std::size_t>(rank)], static_cast<std::uint8_t>(length)};
  }
  reader.skip(entry.length);

  const std::int32_t half = 1 << (code_width_ - 1);
  if (entry.symbol == 0) return decode_verbatim(reader);
  const std::int32_t value = entry.symbol - (1 << (symbol_bits_ - 1));
  const auto raw = static_cast<std::int32_t>(reader.get(context.raw_bits));
  const std::int32_t code = predicted_code + value * (1 << context.raw_bits) + raw;
  if (code < -half || code >= half) {
    throw Error("a code of the payload lies outside " + std::to_string(code_width_) + " bits");
  }
  return static_cast<Code>(code);
}

Code HuffmanDecoder::decode_verbatim(BitReader& reader) const {
  return static_cast<Code>(from_low_bits(reader.get(code_width_), code_width_));
}

}  // namespace nrc
