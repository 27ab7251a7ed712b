// SPDX-License-Identifier: Apache-2.0
//
// Where the coders of whole files put their bytes, and whom they tell how far they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace nrc {

/// Takes output bytes in order. An exception it throws ends the work and passes through.
using ByteSink = std::function<void(const std::uint8_t* data, std::size_t size)>;

/// Told now and then how many input bytes are done.
using ByteProgress = std::function<void(std::uint64_t bytes)>;

}  // namespace nrc
