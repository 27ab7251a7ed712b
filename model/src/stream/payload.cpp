// SPDX-License-Identifier: Apache-2.0
#include "nrc/payload.hpp"

#include "cascade/cascade_payload.hpp"
#include "stages/payload.hpp"
#include "vector/vector_payload.hpp"

namespace nrc {

namespace {

/// Whether the vector path codes these streams. The neural profile has none, as its network works
/// on one code after the other, and neither has the cascade profile.
bool by_vectors(const Tables& tables, std::uint32_t channels, const Corrections& corrections,
                Path path) {
  return path == Path::kFast && tables.profile() < Profile::kNeural &&
         suits_vectors(channels, corrections);
}

}  // namespace

std::unique_ptr<PayloadEncoder> PayloadEncoder::make(const Tables& tables, int code_width,
                                                     std::uint32_t channels,
                                                     const Corrections& corrections, Path path) {
  tables.check(code_width);
  if (tables.profile() == Profile::kCascade) {
    return make_cascade_encoder(tables.range(), code_width, channels);
  }
  return by_vectors(tables, channels, corrections, path)
             ? make_vector_encoder(tables, code_width, channels)
             : make_stages_encoder(tables, code_width, channels, corrections);
}

std::unique_ptr<PayloadDecoder> PayloadDecoder::make(const Tables& tables, int code_width,
                                                     std::uint32_t channels,
                                                     const Corrections& corrections, Path path) {
  tables.check(code_width);
  if (tables.profile() == Profile::kCascade) {
    return make_cascade_decoder(tables.range(), code_width, channels);
  }
  return by_vectors(tables, channels, corrections, path)
             ? make_vector_decoder(tables, code_width, channels)
             : make_stages_decoder(tables, code_width, channels, corrections);
}

}  // namespace nrc
