// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <string>

namespace nrc::study {

/// A directory that appears whole or not at all: it is filled under another name next to it and
/// renamed by commit(). Without commit() nothing is left of it. While it exists signals that end
/// the process wait, so fill it at the end of the work, when that takes seconds.
class OutputDirectory {
 public:
  /// What can be known before the work is done. @throws Error if `path` exists and shall not be
  /// replaced, or is no report of a study, or cannot be created.
  static void check(const std::string& path, bool replace);

  OutputDirectory(const std::string& path, bool replace);
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  /// Where files are written until commit().
  const std::string& temporary() const { return temporary_; }
  /// @throws Error if it cannot be written.
  void write(const std::string& name, const std::string& content) const;
  /// @throws Error if it cannot be renamed.
  void commit();

 private:
  std::string target_;
  std::string temporary_;
  bool replace_;
  sigset_t before_ = {};
};

}  // namespace nrc::study
