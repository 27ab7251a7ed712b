// SPDX-License-Identifier: Apache-2.0
//
// Payloads of the cascade profile (docs/bitstream.md, section 15): the stages of this folder,
// joined. Software only.
#pragma once

#include <cstdint>
#include <memory>

#include "nrc/payload.hpp"

namespace nrc {

/// Keep a reference: the tables outlive the object. They suit the width.
std::unique_ptr<PayloadEncoder> make_cascade_encoder(const RangeTables& tables, int code_width,
                                                     std::uint32_t channels);
std::unique_ptr<PayloadDecoder> make_cascade_decoder(const RangeTables& tables, int code_width,
                                                     std::uint32_t channels);

}  // namespace nrc
