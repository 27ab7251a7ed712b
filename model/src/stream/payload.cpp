// SPDX-License-Identifier: Apache-2.0
#include "nrc/payload.hpp"

#include <utility>
#include <vector>

#include "cascade/cascade_payload.hpp"
#include "stages/payload.hpp"
#include "vector/vector_payload.hpp"

namespace nrc {

namespace {

/// Whether the fast path codes these streams. The neural profile has none, as its network works on
/// one code after the other, and neither has the cascade profile.
bool by_vectors(const Tables& tables, Path path) {
  return path == Path::kFast && tables.profile() < Profile::kNeural;
}

/// For rounded codes of the Huffman profile, whatever the stream's own tables are.
const TableSet& rounded_tables() {
  static const TableSet& tables = TableSet::builtin("generic");
  return tables;
}

/// The vector path knows no rounding steps.
Path path_of(const StreamHeader& header) {
  return header.rounding ? Path::kReference : Path::kFast;
}

/// An encoder or a decoder with the narrow state, which the vector path does not know: hardware
/// sends such streams, and a host decodes them code by code.
template <class Make>
auto make_narrow(const Tables& tables, const StreamHeader& header, const Make& make) {
  tables.check(header.code_width);
  return make(tables, header.code_width, header.channels);
}

/// The same with channel classes.
template <class Make>
auto make_with_classes(const Tables& tables, const StreamHeader& header, const Make& make) {
  tables.check(header.code_width);
  return make(tables, rounded_tables(), header.code_width, header.channels, header.corrections,
              true);
}

using Order = std::vector<std::uint16_t>;

/// codes[frame * channels + channel] in another order of the channels.
template <typename C>
void put_in_order(const C* codes, std::size_t frames, const Order& order, std::vector<C>& ordered) {
  ordered.clear();
  for (std::size_t frame = 0; frame < frames; ++frame, codes += order.size()) {
    for (const std::uint16_t channel : order) ordered.push_back(codes[channel]);
  }
}

class OrderedEncoder : public PayloadEncoder {
 public:
  OrderedEncoder(std::unique_ptr<PayloadEncoder> inner, const Order& order)
      : inner_(std::move(inner)), order_(order) {}

  void encode(const Code* codes, std::size_t frames, bool key,
              std::vector<std::uint8_t>& payload) override {
    put_in_order(codes, frames, order_, ordered_);
    inner_->set_lanes(lanes());
    inner_->set_step(step());
    inner_->set_proportional(proportional());
    inner_->encode(ordered_.data(), frames, key, payload);
  }

  void encode_wide(const WideCode* codes, std::size_t frames,
                   std::vector<std::uint8_t>& payload) override {
    std::vector<WideCode> ordered;
    put_in_order(codes, frames, order_, ordered);
    inner_->encode_wide(ordered.data(), frames, payload);
  }

  void reserve(std::uint64_t codes) override {
    ordered_.reserve(codes);
    inner_->set_lanes(lanes());
    inner_->reserve(codes);
  }

 private:
  std::unique_ptr<PayloadEncoder> inner_;
  Order order_;
  std::vector<Code> ordered_;
};

class OrderedDecoder : public PayloadDecoder {
 public:
  OrderedDecoder(std::unique_ptr<PayloadDecoder> inner, const Order& order)
      : inner_(std::move(inner)), order_(order) {}

  void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool key,
              std::vector<Code>& codes) override {
    ordered_.clear();
    inner_->set_lanes(lanes());
    inner_->set_step(step());
    inner_->set_proportional(proportional());
    inner_->decode(payload, size, frames, key, ordered_);
    put_back(ordered_, codes);
  }

  void decode_wide(const std::uint8_t* payload, std::size_t size, std::size_t frames,
                   std::vector<WideCode>& codes) override {
    std::vector<WideCode> ordered;
    inner_->decode_wide(payload, size, frames, ordered);
    put_back(ordered, codes);
  }

  void skip(const Code* codes, std::size_t frames, bool key) override {
    put_in_order(codes, frames, order_, ordered_);
    inner_->set_step(step());
    inner_->set_proportional(proportional());
    inner_->skip(ordered_.data(), frames, key);
  }

  void reserve(std::uint64_t codes) override {
    ordered_.reserve(codes);
    inner_->reserve(codes);
  }

  std::uint64_t max_codes(std::size_t size) const override { return inner_->max_codes(size); }

 private:
  template <typename C>
  void put_back(const std::vector<C>& ordered, std::vector<C>& codes) const {
    const std::size_t begin = codes.size();
    codes.resize(begin + ordered.size());
    C* to = codes.data() + begin;
    for (const C* from = ordered.data(); from != ordered.data() + ordered.size();) {
      for (const std::uint16_t channel : order_) to[channel] = *from++;
      to += order_.size();
    }
  }

  std::unique_ptr<PayloadDecoder> inner_;
  Order order_;
  std::vector<Code> ordered_;
};

}  // namespace

std::unique_ptr<PayloadEncoder> PayloadEncoder::make(const Tables& tables, int code_width,
                                                     std::uint32_t channels,
                                                     const Corrections& corrections, Path path) {
  tables.check(code_width);
  if (tables.profile() == Profile::kCascade) {
    return make_cascade_encoder(tables.range(), code_width, channels);
  }
  return by_vectors(tables, path)
             ? make_vector_encoder(tables, code_width, channels, corrections)
             : make_stages_encoder(tables, rounded_tables(), code_width, channels, corrections);
}

std::unique_ptr<PayloadDecoder> PayloadDecoder::make(const Tables& tables, int code_width,
                                                     std::uint32_t channels,
                                                     const Corrections& corrections, Path path) {
  tables.check(code_width);
  if (tables.profile() == Profile::kCascade) {
    return make_cascade_decoder(tables.range(), code_width, channels);
  }
  return by_vectors(tables, path)
             ? make_vector_decoder(tables, code_width, channels, corrections)
             : make_stages_decoder(tables, rounded_tables(), code_width, channels, corrections);
}

std::unique_ptr<PayloadEncoder> PayloadEncoder::make(const Tables& tables,
                                                     const StreamHeader& header) {
  auto encoder = header.narrow    ? make_narrow(tables, header, make_narrow_encoder)
                 : header.classes ? make_with_classes(tables, header, make_stages_encoder)
                                  : make(tables, header.code_width, header.channels,
                                         header.corrections, path_of(header));
  if (!header.order.empty()) {
    encoder = std::make_unique<OrderedEncoder>(std::move(encoder), header.order);
  }
  encoder->set_proportional(header.proportional);
  return encoder;
}

std::unique_ptr<PayloadDecoder> PayloadDecoder::make(const Tables& tables,
                                                     const StreamHeader& header) {
  auto decoder = header.narrow    ? make_narrow(tables, header, make_narrow_decoder)
                 : header.classes ? make_with_classes(tables, header, make_stages_decoder)
                                  : make(tables, header.code_width, header.channels,
                                         header.corrections, path_of(header));
  if (!header.order.empty()) {
    decoder = std::make_unique<OrderedDecoder>(std::move(decoder), header.order);
  }
  decoder->set_proportional(header.proportional);
  return decoder;
}

}  // namespace nrc
