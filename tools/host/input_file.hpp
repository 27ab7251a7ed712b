// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nrc::host {

/// What makes two names the same file.
struct FileIdentity {
  dev_t device;
  ino_t inode;
  bool operator==(const FileIdentity& other) const {
    return device == other.device && inode == other.inode;
  }
};

/// A file, pipe or device to read from. Regular files are mapped into memory.
class InputFile {
 public:
  /// @param path  "-" is standard input
  /// @throws Error if it cannot be opened or is a directory.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// The name for messages.
  const std::string& name() const { return name_; }
  /// Set for regular files only; two devices of the same number need not be one file.
  const std::optional<FileIdentity>& identity() const { return identity_; }
  /// True if the whole content is at hand without reading: data() and size() are cheap.
  bool mapped() const { return map_ != nullptr; }

  /// The whole content; reads a pipe to its end at the first call.
  const std::uint8_t* data();
  std::size_t size();

  /// Reads bytes that are in the file; only if mapped(), and without reading others ahead.
  /// @throws Error
  void read_at(std::uint64_t offset, std::uint8_t* buffer, std::size_t size);

  /// The next bytes, 0 at the end. Not to be mixed with data(). @throws Error
  std::size_t read(std::uint8_t* buffer, std::size_t size);

 private:
  void load();

  std::string name_;
  std::optional<FileIdentity> identity_;
  int descriptor_ = -1;
  void* map_ = nullptr;
  std::size_t size_ = 0;
  std::size_t position_ = 0;
  bool loaded_ = false;
  std::vector<std::uint8_t> content_;
};

}  // namespace nrc::host
