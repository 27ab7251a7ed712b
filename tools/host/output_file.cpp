// SPDX-License-Identifier: Apache-2.0
#include "host/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace nrc::host {
namespace {

/// Of one call of write(). Calls of 10 MB take the system three times as long for each byte.
constexpr std::size_t kMaxWriteBytes = std::size_t{1} << 18;

/// SIGBUS comes when a mapped input file is cut short by another process.
constexpr std::array<int, 5> kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGBUS};

/// What the signal handler removes, as far as they are not empty. Fixed buffers, as a handler must
/// not touch a std::string.
using DoomedPath = std::array<char, 4096>;
std::array<DoomedPath, OutputFile::kMaxFiles> doomed_paths = {};

void remove_temporary(int signal_number) {
  for (const DoomedPath& path : doomed_paths) {
    if (path[0] != 0) {
      ::unlink(path.data());
    }
  }
  // The handler was reset on entry (SA_RESETHAND), so this ends the process as the signal does.
  ::raise(signal_number);
}

/// Keeps those signals away while the temporary files and doomed_paths do not agree.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int signal_number : kSignals) {
      ::sigaddset(&blocked, signal_number);
    }
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_ = {};
};

void set_handlers(bool install) {
  for (const int signal_number : kSignals) {
    struct sigaction action = {};
    ::sigaction(signal_number, nullptr, &action);
    if (action.sa_handler == SIG_IGN) {
      continue;  // as nohup wants it
    }
    action = {};
    action.sa_handler = install ? remove_temporary : SIG_DFL;
    action.sa_flags = install ? static_cast<int>(SA_RESETHAND | SA_NODEFER) : 0;
    ::sigaction(signal_number, &action, nullptr);
  }
}

/// From now on a signal removes the file. @return false if there are too many of them
bool doom(const std::string& path) {
  for (DoomedPath& free : doomed_paths) {
    if (free[0] == 0) {
      std::memcpy(free.data(), path.c_str(), path.size() + 1);
      set_handlers(true);
      return true;
    }
  }
  return false;
}

/// From now on a signal leaves the file alone.
void spare(const std::string& path) {
  bool any = false;
  for (DoomedPath& doomed : doomed_paths) {
    if (path == doomed.data()) {
      doomed[0] = 0;
    }
    any = any || doomed[0] != 0;
  }
  if (!any) {
    set_handlers(false);
  }
}

unsigned permissions_of_new_files() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

void refuse_existing(const std::string& name) {
  throw OutputError(fmt::format("{} exists already; use --force to replace it", name));
}

OutputFile::OutputFile(const std::string& path, const InputFile* input, Overwrite overwrite)
    : name_(path == "-" ? "standard output" : path) {
  struct stat status = {};
  const bool exists =
      (path == "-" ? ::fstat(STDOUT_FILENO, &status) : ::stat(path.c_str(), &status)) == 0;
  if (exists && input != nullptr && input->identity() && S_ISREG(status.st_mode) &&
      *input->identity() == FileIdentity{status.st_dev, status.st_ino}) {
    throw OutputError(fmt::format("{} is the input file itself; give another output", name_));
  }
  if (path == "-") {
    if (::isatty(STDOUT_FILENO) != 0) {
      throw OutputError("standard output is a terminal; redirect it or give a file name");
    }
    descriptor_ = STDOUT_FILENO;
    return;
  }
  if (exists && S_ISDIR(status.st_mode)) {
    throw OutputError(fmt::format("{} is a directory; give the name of a file", name_));
  }
  if (exists && !S_ISREG(status.st_mode)) {
    open_special(path);
    return;
  }
  if (exists && overwrite == Overwrite::kRefuse) {
    refuse_existing(name_);
  }
  // A symbolic link stays: what it points to is written.
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
  target_ = error ? path : resolved.string();
  create_temporary(exists ? status.st_mode & 0777U : permissions_of_new_files());
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) {
    const SignalsBlocked blocked;
    ::unlink(temporary_.c_str());
    spare(temporary_);
  }
  if (descriptor_ >= 0 && descriptor_ != STDOUT_FILENO) {
    ::close(descriptor_);
  }
}

void OutputFile::open_special(const std::string& path) {
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor_ < 0) {
    fail("open", errno);
  }
}

void OutputFile::create_temporary(unsigned mode) {
  const std::filesystem::path directory = std::filesystem::path(target_).parent_path();
  std::string pattern = (directory / ".nrc-XXXXXX").string();
  if (pattern.size() >= sizeof(DoomedPath)) {
    fail("create", ENAMETOOLONG);
  }
  const SignalsBlocked blocked;
  descriptor_ = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    fail("create", errno);
  }
  temporary_ = pattern;
  if (!doom(temporary_)) {
    ::unlink(temporary_.c_str());
    fail("create", EMFILE);
  }
  // mkostemp() lets only the owner in. Some file systems have no permissions to change.
  if (::fchmod(descriptor_, mode) != 0 && errno != EPERM && errno != ENOTSUP) {
    const int error = errno;
    ::unlink(temporary_.c_str());
    spare(temporary_);
    fail("create", error);
  }
}

void OutputFile::write(const std::uint8_t* data, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(descriptor_, data, std::min(size, kMaxWriteBytes));
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail("write", errno);
    }
    data += count;
    size -= static_cast<std::size_t>(count);
  }
}

void OutputFile::commit(bool sync) {
  // Pipes and devices cannot be synchronised; that is no error.
  if (sync && ::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) {
    fail("write", errno);
  }
  close();
  if (temporary_.empty()) {
    return;
  }
  const SignalsBlocked blocked;
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail("create", errno);
  }
  spare(temporary_);
  temporary_.clear();
  if (sync) {
    // The name is in the directory, which has a cache of its own.
    const int directory = ::open(std::filesystem::path(target_).parent_path().c_str(),
                                 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
      ::fsync(directory);
      ::close(directory);
    }
  }
}

void OutputFile::close() {
  // Network file systems may report a full disk only here. Standard output is closed as well, for
  // the same reason; nothing is written to it afterwards.
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0 && errno != EINTR) {
    fail("write", errno);
  }
}

void OutputFile::fail(const char* action, int error) const {
  const char* const advice = error == ENOSPC || error == EDQUOT || error == EFBIG
                                 ? "make room or write to another disk"
                                 : "check its name, its directory and their permissions";
  throw OutputError(
      fmt::format("cannot {} {}: {}; {}", action, name_, std::strerror(error), advice));
}

}  // namespace nrc::host
