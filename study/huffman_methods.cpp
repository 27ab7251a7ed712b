// SPDX-License-Identifier: Apache-2.0
//
// Huffman codes of the values themselves, without any prediction: one for each channel of a file,
// one for all, and one for each value that a value may follow (a bigram model).
#include <unordered_map>

#include "method.hpp"
#include "prefix_code.hpp"
#include "value_grid.hpp"

namespace nrc::study {
namespace {

PrefixCode::Counts count(const Samples& samples) {
  ValueCounts counts;
  counts.add(samples.data(), samples.size());
  PrefixCode::Counts result;
  for (const std::int16_t value : counts.values()) result[value] = counts.of(value);
  return result;
}

/// A code made for each channel, sent before its samples.
class FileHuffman : public SampleMethod {
 public:
  FileHuffman(MethodFacts facts, bool count_tree)
      : SampleMethod(std::move(facts)), count_tree_(count_tree) {}

 protected:
  ChannelStream encode(const Samples& samples, double) const override {
    const PrefixCode code(count(samples));
    ChannelStream stream{code.serialise(), 0};
    if (!count_tree_) stream.tables = stream.bytes.size();
    BitPacker packer;
    for (const std::int16_t s : samples) code.put(packer, s);
    const Bytes payload = packer.take();
    stream.bytes.insert(stream.bytes.end(), payload.begin(), payload.end());
    return stream;
  }

  Samples decode(const Bytes& bytes, std::size_t count, double) const override {
    std::size_t at = 0;
    const PrefixCode code = PrefixCode::parse(bytes, at);
    BitReader reader(bytes.data() + at, bytes.size() - at);
    Samples samples(count);
    for (std::int16_t& s : samples) s = code.get(reader);
    return samples;
  }

 private:
  bool count_tree_;
};

/// One code for all recordings.
class GlobalHuffman : public SampleMethod {
 public:
  using SampleMethod::SampleMethod;
  bool learns() const override { return true; }
  void learn(const Recording& recording) override {
    for (const std::int16_t s : recording.samples) ++counts_[s];
  }
  void finish_learning() override { code_ = std::make_unique<PrefixCode>(counts_); }
  std::size_t shared_table_bytes() const override { return code_->serialise().size(); }

 protected:
  ChannelStream encode(const Samples& samples, double) const override {
    BitPacker packer;
    for (const std::int16_t s : samples) code_->put(packer, s);
    return {packer.take(), 0};
  }

  Samples decode(const Bytes& bytes, std::size_t count, double) const override {
    BitReader reader(bytes.data(), bytes.size());
    Samples samples(count);
    for (std::int16_t& s : samples) s = code_->get(reader);
    return samples;
  }

 private:
  PrefixCode::Counts counts_;
  std::unique_ptr<PrefixCode> code_;
};

/// A code for each value that the last sample may have, shared by all recordings.
class Bigram : public SampleMethod {
 public:
  using SampleMethod::SampleMethod;
  bool learns() const override { return true; }
  void learn(const Recording& recording) override {
    const std::size_t pieces = piece_count(recording.frames(), kMaxPiece);
    for (std::size_t i = 0; i < pieces * recording.channels; ++i) {
      std::int16_t last = 0;
      for (const std::int16_t sample : piece_of(recording, i, pieces)) {
        ++counts_[key(last, sample)];
        last = sample;
      }
    }
  }
  void finish_learning() override {
    std::unordered_map<std::int16_t, PrefixCode::Counts> by_last;
    for (const auto& [pair, n] : counts_) {
      by_last[static_cast<std::int16_t>(pair >> 16)][static_cast<std::int16_t>(pair & 0xFFFF)] = n;
    }
    for (const auto& [last, counts] : by_last) codes_.emplace(last, PrefixCode(counts));
    counts_.clear();
  }
  std::size_t shared_table_bytes() const override {
    std::size_t bytes = 0;
    for (const auto& [last, code] : codes_) bytes += 2 + code.serialise().size();
    return bytes;
  }

 protected:
  ChannelStream encode(const Samples& samples, double) const override {
    BitPacker packer;
    std::int16_t last = 0;
    for (const std::int16_t s : samples) {
      codes_.at(last).put(packer, s);
      last = s;
    }
    return {packer.take(), 0};
  }

  Samples decode(const Bytes& bytes, std::size_t count, double) const override {
    BitReader reader(bytes.data(), bytes.size());
    Samples samples(count);
    std::int16_t last = 0;
    for (std::int16_t& s : samples) {
      s = codes_.at(last).get(reader);
      last = s;
    }
    return samples;
  }

 private:
  static std::uint32_t key(std::int16_t last, std::int16_t next) {
    return std::uint32_t{static_cast<std::uint16_t>(last)} << 16 | static_cast<std::uint16_t>(next);
  }

  std::unordered_map<std::uint32_t, std::uint64_t> counts_;
  std::unordered_map<std::int16_t, PrefixCode> codes_;
};

}  // namespace

void add_huffman_methods(Methods& methods) {
  MethodFacts facts;
  facts.name = "huffman-no-tree";
  facts.title = "Huffman, one code per file, its tree not counted";
  facts.latency = "whole recording";
  facts.state = "the code: 2 B per value that occurs";
  facts.note =
      "The code of each channel is optimal for it, so its samples must all be known before the "
      "first is sent.";
  methods.push_back(std::make_unique<FileHuffman>(facts, false));

  facts.name = "huffman";
  facts.title = "Huffman, one code per file, with its tree";
  facts.note =
      "The tree is the list of values, a byte or two each for the difference to the one before, "
      "and a byte for the length of the codeword.";
  methods.push_back(std::make_unique<FileHuffman>(facts, true));

  facts.name = "huffman-global";
  facts.title = "Huffman, one code for all files";
  facts.latency = "1";
  facts.state = "none; shared: the code";
  facts.note = "The code is made from the same recordings and not counted.";
  methods.push_back(std::make_unique<GlobalHuffman>(facts));

  facts.name = "bigram";
  facts.title = "bigram model: a Huffman code for each last value";
  facts.state = "the last value, 2 B; shared: the codes";
  facts.note =
      "The codes are made from the same recordings, all together, and not counted. With few "
      "recordings they are learned by heart, and the ratio is too good.";
  methods.push_back(std::make_unique<Bigram>(facts));
}

}  // namespace nrc::study
