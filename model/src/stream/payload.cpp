// SPDX-License-Identifier: Apache-2.0
#include "nrc/payload.hpp"

#include "stages/payload.hpp"
#include "vector/vector_payload.hpp"

namespace nrc {

namespace {

/// Whether the vector path codes these streams. The neural profile has none: its network works on
/// one code after the other.
bool by_vectors(const Tables& tables, int code_width, std::uint32_t channels,
                const Corrections& corrections, Path path) {
  return path == Path::kFast && tables.profile() != Profile::kNeural &&
         suits_vectors(code_width, channels, corrections);
}

}  // namespace

std::unique_ptr<PayloadEncoder> PayloadEncoder::make(const Tables& tables, int code_width,
                                                     std::uint32_t channels,
                                                     const Corrections& corrections, Path path) {
  tables.check(code_width);
  return by_vectors(tables, code_width, channels, corrections, path)
             ? make_vector_encoder(tables, code_width, channels)
             : make_stages_encoder(tables, code_width, channels, corrections);
}

std::unique_ptr<PayloadDecoder> PayloadDecoder::make(const Tables& tables, int code_width,
                                                     std::uint32_t channels,
                                                     const Corrections& corrections, Path path) {
  tables.check(code_width);
  return by_vectors(tables, code_width, channels, corrections, path)
             ? make_vector_decoder(tables, code_width, channels)
             : make_stages_decoder(tables, code_width, channels, corrections);
}

}  // namespace nrc
