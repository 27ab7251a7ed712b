// SPDX-License-Identifier: Apache-2.0
//
// What must hold for every input. A property that does not ends the program, which the fuzzer and
// the replay both take as a finding.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace fuzz {

/// Ends the program unless `holds`. @param what  the property, for the report
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "property violated: %s\n", what);
  std::abort();
}

/// The library's promise for what it refuses: one readable line, not the input itself.
inline void require_message(const std::exception& error) {
  constexpr std::size_t kMaxShown = 1000;
  std::size_t length = 0;
  bool readable = true;
  for (const char* c = error.what(); *c != '\0'; ++c, ++length) {
    readable = readable && static_cast<unsigned char>(*c) >= 0x20 && *c != 0x7F;
  }
  if (length == 0 || length > kMaxShown || !readable) {
    std::fprintf(stderr, "message of %zu characters: %.2000s\n", length, error.what());
  }
  require(length != 0 && length <= kMaxShown && readable,
          "an error message is one line without control characters");
}

}  // namespace fuzz
