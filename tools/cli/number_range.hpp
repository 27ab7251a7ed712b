// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <string>

namespace nrc::cli {

/// A number from `least` to `most`. As CLI::Range, which lets nan pass.
inline CLI::Validator number_range(double least, double most) {
  const CLI::Range range(least, most);
  CLI::Validator validator(range.get_description());
  validator.operation([range](std::string& text) {
    std::string error = range(text);
    double number = 0;
    if (error.empty() && CLI::detail::lexical_cast(text, number) && std::isnan(number)) {
      error = text + " is not a number";
    }
    return error;
  });
  return validator;
}

}  // namespace nrc::cli
