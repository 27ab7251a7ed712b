// SPDX-License-Identifier: Apache-2.0
#include "host/recordings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "nrc/error.hpp"

namespace nrc::host {

namespace fs = std::filesystem;

std::string extension_of(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  // Not std::tolower(), which depends on the locale.
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return extension;
}

std::vector<std::string> list_files(const std::string& directory,
                                    const std::function<bool(const std::string& path)>& wanted) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code unknown;  // a link to nowhere is no regular file, and no error
    const std::string path = it->path().string();
    if (it->is_regular_file(unknown) && wanted(path)) paths.push_back(path);
  }
  if (error) {
    throw Error(fmt::format("cannot list {}: {}; give a directory of recordings", directory,
                            error.message()));
  }
  // A directory has its entries in no order.
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> wav_files(const std::string& directory) {
  std::vector<std::string> paths =
      list_files(directory, [](const std::string& path) { return extension_of(path) == ".wav"; });
  if (paths.empty()) {
    throw Error(fmt::format("no WAV file in {}; give a directory of recordings", directory));
  }
  return paths;
}

bool is_test(std::size_t place, std::size_t test_every) {
  return test_every != 0 && place % test_every == test_every - 1;
}

std::pair<std::vector<std::string>, std::vector<std::string>> split_recordings(
    const std::vector<std::string>& recordings, std::size_t test_every) {
  std::pair<std::vector<std::string>, std::vector<std::string>> split;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    (is_test(i, test_every) ? split.second : split.first).push_back(recordings[i]);
  }
  return split;
}

}  // namespace nrc::host
