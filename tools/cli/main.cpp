// SPDX-License-Identifier: Apache-2.0
#include "programs.hpp"

int main(int argc, char** argv) { return nrc::cli::NRC_PROGRAM(argc, argv); }
