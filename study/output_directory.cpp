// SPDX-License-Identifier: Apache-2.0
#include "output_directory.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "host/output_file.hpp"
#include "nrc/error.hpp"

namespace nrc::study {
namespace {

namespace fs = std::filesystem;

/// What every report has, so that nothing else is taken for one and removed.
constexpr const char* kMark = "study.md";

fs::path target_of(const std::string& path) {
  fs::path target = fs::absolute(path).lexically_normal();
  return target.has_filename() ? target : target.parent_path();
}

}  // namespace

void OutputDirectory::check(const std::string& path, bool replace) {
  const fs::path target = target_of(path);
  std::error_code error;
  if (fs::exists(fs::symlink_status(target, error))) {
    if (!fs::is_directory(target, error)) {
      throw Error(path + " is not a directory; give another name");
    }
    if (!fs::is_empty(target, error) && !fs::exists(target / kMark, error)) {
      throw Error(path + " is a directory of something else; give another name");
    }
    if (!replace && !fs::is_empty(target, error)) {
      host::refuse_existing(path);
    }
  }
  if (::access(target.parent_path().c_str(), W_OK | X_OK) != 0) {
    throw Error(fmt::format("cannot create {} ({}); give a directory inside one that exists", path,
                            std::strerror(errno)));
  }
}

OutputDirectory::OutputDirectory(const std::string& path, bool replace)
    : target_(target_of(path).string()), replace_(replace) {
  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&blocked, number);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  std::string pattern = (fs::path(target_).parent_path() / ".nrc-study-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    const int number = errno;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    throw Error(
        fmt::format("cannot create {} ({}); check its directory", path, std::strerror(number)));
  }
  temporary_ = pattern;
  std::error_code error;  // mkdtemp() lets only the owner in
  const mode_t mask = ::umask(0);
  ::umask(mask);
  fs::permissions(temporary_, static_cast<fs::perms>(0777U & ~mask), error);
}

OutputDirectory::~OutputDirectory() {
  if (!temporary_.empty()) {
    std::error_code error;
    fs::remove_all(temporary_, error);
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void OutputDirectory::write(const std::string& name, const std::string& content) const {
  std::ofstream file(fs::path(temporary_) / name, std::ios::binary);
  file << content;
  file.close();
  if (!file) {
    throw Error(fmt::format("cannot write {} for {} ({}); check the disk", name, target_,
                            std::strerror(errno)));
  }
}

void OutputDirectory::commit() {
  check(target_, replace_);
  // A directory that is not empty cannot be renamed over: the old one steps aside.
  const std::string old = temporary_ + "-old";
  std::error_code error;
  const bool exists = fs::exists(target_, error);
  if (exists) fs::rename(target_, old, error);
  if (!error) fs::rename(temporary_, target_, error);
  if (error) {
    const std::string reason = error.message();
    if (exists) fs::rename(old, target_, error);
    throw Error(fmt::format("cannot give {} its name ({}); check its directory", target_, reason));
  }
  temporary_.clear();
  fs::remove_all(old, error);
}

}  // namespace nrc::study
