// SPDX-License-Identifier: Apache-2.0
//
// Payload coders that work on all channels of a frame at a time (vector_stages.hpp), so that only
// the bits themselves go one code after the other; few channels go one code after the other
// altogether (few_channels.hpp). They give the same bytes and codes, and refuse
// the same payloads, as the ones made of the model's stages.
#pragma once

#include <cstdint>
#include <memory>

#include "nrc/payload.hpp"

namespace nrc {

/// Keep a reference: the tables outlive the object. They suit the width.
std::unique_ptr<PayloadEncoder> make_vector_encoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels,
                                                    const Corrections& corrections);
std::unique_ptr<PayloadDecoder> make_vector_decoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels,
                                                    const Corrections& corrections);

}  // namespace nrc
