// SPDX-License-Identifier: Apache-2.0
//
// Samples of EDF and EDF+ files (Kemp et al. 1992, 2003), and of BDF files whose samples need no
// more than 16 bits. Read here and not by a library: every field of the header is checked before it
// counts for anything, samples keep their bits, and a file is in memory once.
#pragma once

#include <functional>
#include <string>

#include "recording.hpp"

namespace nrc::study {

/// The signals with the most frequent sampling rate, which are those of the electrodes, as they
/// were digitised. Annotations, triggers (Status, Trigger, Event and their like, whatever the case)
/// and signals without samples are left out. Of a file with gaps (EDF+D) the longest part without
/// one is read, and `note` is called with a line that says so.
/// @throws Error if it is neither EDF nor BDF, a field of its header is impossible, it ends before
/// its samples do, or has wider ones.
Recording read_edf(const std::string& path,
                   const std::function<void(const std::string&)>& note = {});

}  // namespace nrc::study
