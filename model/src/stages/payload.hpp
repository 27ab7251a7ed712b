// SPDX-License-Identifier: Apache-2.0
//
// Payload coders that join the stages of the golden model code by code, as the RTL does: what every
// other path is compared with.
#pragma once

#include <cstdint>
#include <memory>

#include "nrc/payload.hpp"

namespace nrc {

/// Keep references: the tables outlive the object. They suit the width.
/// @param rounded      for rounded codes of the Huffman profile (section 14): a table for each
/// class
/// @param corrections  which only the range profile has
/// @param classes      channels have classes, which only the Huffman profile knows
std::unique_ptr<PayloadEncoder> make_stages_encoder(const Tables& tables, const TableSet& rounded,
                                                    int code_width, std::uint32_t channels,
                                                    const Corrections& corrections,
                                                    bool classes = false);
std::unique_ptr<PayloadDecoder> make_stages_decoder(const Tables& tables, const TableSet& rounded,
                                                    int code_width, std::uint32_t channels,
                                                    const Corrections& corrections,
                                                    bool classes = false);

/// The same with the narrow state, which the Huffman and the range profile have.
std::unique_ptr<PayloadEncoder> make_narrow_encoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels);
std::unique_ptr<PayloadDecoder> make_narrow_decoder(const Tables& tables, int code_width,
                                                    std::uint32_t channels);

}  // namespace nrc
