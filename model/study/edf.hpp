// SPDX-License-Identifier: Apache-2.0
//
// Samples of EDF and EDF+ files (Kemp et al. 1992, 2003). A reader of our own: EDFlib refuses whole
// recordings for details of their header that do not touch the samples.
#pragma once

#include <cstdint>
#include <string>

#include "recording.hpp"

namespace nrc::study {

/// The signals with the most frequent sampling rate, which are those of the electrodes, as they
/// were digitised; annotations are left out, and gaps of EDF+D are closed.
/// @param image  of the file
/// @param where  name for messages
/// @throws Error if it is no EDF file, or ends before its samples do.
Recording read_edf(const std::uint8_t* image, std::size_t size, const std::string& where);

}  // namespace nrc::study
