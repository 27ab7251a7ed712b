// SPDX-License-Identifier: Apache-2.0
//
// The one exception type of the library.
#pragma once

#include <stdexcept>

namespace nrc {

/// Input, a stream or a setting that cannot be used. what() is one line that says what is wrong,
/// where, and what to do about it; a program prints it and exits non-zero.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace nrc
