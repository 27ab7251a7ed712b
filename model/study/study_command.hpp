// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace nrc::study {

/// Adds subcommand `study`, with a callback that does the work and throws nrc::Error if it cannot.
void add_study_command(CLI::App& app);

}  // namespace nrc::study
