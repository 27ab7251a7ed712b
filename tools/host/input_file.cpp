// SPDX-License-Identifier: Apache-2.0
#include "host/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "nrc/error.hpp"

namespace nrc::host {

InputFile::InputFile(const std::string& path)
    : name_(path == "-" ? "standard input" : path),
      descriptor_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    throw Error(fmt::format("cannot open {}: {}; check its name and permissions", name_,
                            std::strerror(errno)));
  }
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0) {
    throw Error(fmt::format("cannot read the properties of {}: {}; give another input", name_,
                            std::strerror(errno)));
  }
  if (S_ISDIR(status.st_mode)) {
    if (descriptor_ != STDIN_FILENO) {
      ::close(descriptor_);
    }
    throw Error(fmt::format("{} is a directory; give a file in it", name_));
  }
  if (!S_ISREG(status.st_mode)) {
    return;
  }
  identity_ = FileIdentity{status.st_dev, status.st_ino};
  // Standard input may have been read from before; and files of /proc say that they are empty.
  if (status.st_size > 0 && (path != "-" || ::lseek(descriptor_, 0, SEEK_CUR) == 0)) {
    void* const map = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ,
                             MAP_PRIVATE, descriptor_, 0);
    if (map != MAP_FAILED) {
      map_ = map;
      size_ = static_cast<std::size_t>(status.st_size);
      ::madvise(map_, size_, MADV_SEQUENTIAL);
    }
  }
}

InputFile::~InputFile() {
  if (map_ != nullptr) {
    ::munmap(map_, size_);
  }
  if (descriptor_ != STDIN_FILENO) {
    ::close(descriptor_);
  }
}

std::size_t InputFile::read(std::uint8_t* buffer, std::size_t size) {
  if (mapped()) {
    const std::size_t count = std::min(size, size_ - position_);
    std::memcpy(buffer, static_cast<const std::uint8_t*>(map_) + position_, count);
    position_ += count;
    return count;
  }
  for (;;) {
    const ssize_t count = ::read(descriptor_, buffer, size);
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      throw Error(fmt::format("cannot read {}: {}; check the medium it is on", name_,
                              std::strerror(errno)));
    }
  }
}

void InputFile::read_at(std::uint64_t offset, std::uint8_t* buffer, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::pread(descriptor_, buffer, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      throw Error(fmt::format("cannot read {}: {}; check the medium it is on", name_,
                              count == 0 ? "it has become shorter" : std::strerror(errno)));
    }
    buffer += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
}

void InputFile::load() {
  if (mapped() || loaded_) {
    return;
  }
  constexpr std::size_t kStep = std::size_t{1} << 20;
  std::size_t count = 0;
  do {
    content_.resize(size_ + kStep);
    count = read(content_.data() + size_, kStep);
    size_ += count;
  } while (count > 0);
  content_.resize(size_);
  loaded_ = true;
}

const std::uint8_t* InputFile::data() {
  load();
  return mapped() ? static_cast<const std::uint8_t*>(map_) : content_.data();
}

std::size_t InputFile::size() {
  load();
  return size_;
}

}  // namespace nrc::host
