// SPDX-License-Identifier: Apache-2.0
//
// Callbacks of the file coders: output bytes and progress.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace nrc {

/// Takes output bytes in order. An exception it throws ends the work and passes through.
using ByteSink = std::function<void(const std::uint8_t* data, std::size_t size)>;

/// Called from time to time with the number of input bytes processed.
using ByteProgress = std::function<void(std::uint64_t bytes)>;

}  // namespace nrc
