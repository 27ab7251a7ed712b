// SPDX-License-Identifier: Apache-2.0
//
// The recordings of a directory: one list, and one split of it into those to train on and those to
// test on, for everything that goes through recordings.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace nrc::host {

/// What a file's name ends with from its last dot on, in lower case; empty if there is no dot.
std::string extension_of(const std::string& path);

/// The regular files of a directory (not of those in it) that `wanted` says yes to, in the order of
/// their names' bytes. @throws Error if the directory cannot be listed
std::vector<std::string> list_files(const std::string& directory,
                                    const std::function<bool(const std::string& path)>& wanted);

/// The WAV files of a directory: those whose name ends with .wav, in capitals or not.
/// @throws Error if the directory cannot be listed or has none
std::vector<std::string> wav_files(const std::string& directory);

/// Whether the recording at a place of the list is one to test on: every `test_every`-th is, the
/// first one at place test_every - 1. 0: none is.
bool is_test(std::size_t place, std::size_t test_every);

/// Those to train on, and those to test on.
std::pair<std::vector<std::string>, std::vector<std::string>> split_recordings(
    const std::vector<std::string>& recordings, std::size_t test_every);

}  // namespace nrc::host
