// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "host/input_file.hpp"
#include "nrc/error.hpp"

namespace nrc::host {

/// An error of the output, which a message about the input must not be wrapped around.
class OutputError : public Error {
 public:
  using Error::Error;
};

enum class Overwrite { kRefuse, kReplace };

/// What option --force says.
constexpr Overwrite overwrite(bool force) {
  return force ? Overwrite::kReplace : Overwrite::kRefuse;
}

/// Refuses an output, a file or a directory, that exists already. @throws OutputError always
[[noreturn]] void refuse_existing(const std::string& name);

/// An output that appears whole or not at all: a regular file is written under another name in the
/// same directory and renamed by commit(). Without commit(), and when a signal ends the process,
/// nothing is left of it. Pipes, devices and standard output ("-") are written as they come.
/// At most kMaxFiles regular files at a time.
class OutputFile {
 public:
  static constexpr std::size_t kMaxFiles = 2;

  /// @param input  of what the output is made of, which it must not replace; may be null
  /// @throws OutputError if the file cannot be created, is the input, or exists and shall not be
  /// replaced.
  OutputFile(const std::string& path, const InputFile* input, Overwrite overwrite);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// @throws OutputError, for instance if the disk is full.
  void write(const std::uint8_t* data, std::size_t size);

  /// Where what was written so far is until commit(); empty if it cannot be read again.
  const std::string& written() const { return temporary_; }

  /// Gives the file its name. @param sync  wait until it is on the disk
  /// @throws OutputError if the system reports a write error only now.
  void commit(bool sync);

 private:
  void open_special(const std::string& path);
  void create_temporary(unsigned mode);
  void close();
  [[noreturn]] void fail(const char* action, int error) const;

  std::string name_;       ///< for messages
  std::string target_;     ///< where the file shall be, symbolic links resolved
  std::string temporary_;  ///< where it is until then; empty: written as it comes
  int descriptor_ = -1;
};

}  // namespace nrc::host
