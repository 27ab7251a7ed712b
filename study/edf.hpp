// SPDX-License-Identifier: Apache-2.0
//
// Samples of EDF and EDF+ files (Kemp et al. 1992, 2003), and of BDF files whose samples need no
// more than 16 bits. BioSig reads them; EDFlib refuses recordings for details of their header.
#pragma once

#include <string>

#include "recording.hpp"

namespace nrc::study {

/// The signals with the most frequent sampling rate, which are those of the electrodes, as they
/// were digitised. Annotations and a signal "Status", of triggers, are left out; gaps of EDF+D are
/// closed.
/// @throws Error if it is neither EDF nor BDF, ends before its samples do, or has wider ones.
Recording read_edf(const std::string& path);

}  // namespace nrc::study
