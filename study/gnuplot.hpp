// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace nrc::study {

/// A picture to be drawn by gnuplot.
struct Picture {
  std::string file;  ///< name of the SVG file
  std::string caption;
  int width = 860;  ///< pixels
  int height = 420;
  std::string script;  ///< without terminal and output
};

/// A data block of a script: $NAME, with a row in each line.
std::string data_block(const std::string& name, const std::string& rows);

/// A text in quotes of gnuplot.
std::string quoted(const std::string& text);

/// @throws Error if gnuplot cannot be run.
void require_gnuplot();

/// Draws into a directory. @throws Error if gnuplot fails.
void draw(const Picture& picture, const std::string& directory);

}  // namespace nrc::study
