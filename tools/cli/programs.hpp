// SPDX-License-Identifier: Apache-2.0
//
// The programs, each in X_program.cpp. They are parts of one library, so that CLI11's templates are
// compiled once.
#pragma once

namespace nrc::cli {

/// What main() shall do with its arguments.
/// @return exit status, as of host::run_program()
int nrc_program(int argc, char** argv);
int encode_program(int argc, char** argv);
int decode_program(int argc, char** argv);

}  // namespace nrc::cli
