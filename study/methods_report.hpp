// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "document.hpp"
#include "measure.hpp"

namespace nrc::study {

/// The methods next to each other and to the published study, as a section of the report.
/// @param speeds  whether with speeds, which differ from run to run
void report_methods(const std::vector<MethodResult>& results,
                    const std::vector<RecordingFile>& files, bool speeds, Document& document);

/// All that was measured of the methods, for programs.
Document::Table methods_table(const std::vector<MethodResult>& results, bool speeds);

}  // namespace nrc::study
